//! Comparison: two stored scorecards line by line, and to what each change is due.

mod notes;
mod shown;

use async_graphql::{Context, ID, Object};
use reform_worker::compare::{CompareError, compare, load_ranks};

use self::notes::notes;
use self::shown::{lines, points_change, rank_comparison};
use super::Scorecard;
use super::line::ScorecardLine;
use super::load::{load, names_of_measures};
use super::wanted::Wanted;
use crate::graphql::codes::{Level, MappingKind, SetRelation};
use crate::graphql::cost;
use crate::graphql::database;
use crate::graphql::id::NodeId;
use crate::graphql::plain::{Whole, plain_object};
use crate::graphql::problem::Problem;
use crate::policy::{Sight, sight};

plain_object! {
    /// What changed from one scorecard to another: two revisions, two periods or two agencies.
    ///
    /// A change is put down to causes by steps in a fixed order, each scored by the one evaluator: the first card as it
    /// is stored; scored again (engine); with the second's tags, exemptions and kind of period (applicability), its
    /// appraisals (appraisal), its values and inherited results (data); the second's facts by the second's criteria set
    /// (criteria); the second card as it is stored (engine). So the parts add up to the change exactly.
    pub(crate) struct ScorecardComparison {
        /// The first card.
        a: Scorecard,
        /// The second card.
        b: Scorecard,
        /// How the criteria sets of the two belong together.
        relation: SetRelation,
        /// What became of the total, in a Vietnamese sentence, as an officer would say it.
        sentence_vi: String,
        /// The same in English.
        sentence_en: String,
        /// What cannot be compared, and what to know when comparing.
        notes: Vec<ComparisonNote> => cost::PILLARS,
        /// The total.
        total: NumberChange,
        /// The index, in percentage points.
        index_percent: NumberChange,
        /// Points of the tree.
        points: NumberChange,
        /// Bonus points.
        bonus: NumberChange,
        /// Points off.
        deduction: NumberChange,
        /// What could be reached.
        effective_max: NumberChange,
        /// The pillars among `lines`.
        pillars: Vec<ComparedLine> => cost::PILLARS,
        /// The lines that can be compared, in the reading order of `b`; what it no longer has comes last. Between sets of
        /// which neither follows the other these are the pillars of the same pillar code only.
        lines: Vec<ComparedLine> => cost::LINES,
        /// The ranks.
        rank: RankComparison,
    }
}

plain_object! {
    /// Something to know when comparing.
    pub(crate) struct ComparisonNote {
        /// `SETS_NOT_RELATED`, `PILLARS_NOT_RELATED`, `NO_TOTAL`, `LINES_WITHOUT_POINTS`, `OTHER_KIND_OF_PERIOD`,
        /// `OTHER_GRADES`, `ENGINE_DIFFERS` or `CAUSES_WITHHELD`.
        code: String,
        /// The codes of the lines that it is about.
        about: Vec<String>,
        /// The note in Vietnamese.
        message_vi: String,
        /// The same in English.
        message_en: String,
    }
}

plain_object! {
    /// What a number was and is. Printed numbers are for reading; only exact ones add up.
    pub(crate) struct NumberChange {
        /// What it was, printed; null: there was none.
        before: Option<String>,
        /// The same, exact.
        before_exact: Option<String>,
        /// What it is, printed; null: there is none.
        after: Option<String>,
        /// The same, exact.
        after_exact: Option<String>,
        /// What it changed by, printed; null where one of the two is not settled.
        change: Option<String>,
        /// The same, exact.
        change_exact: Option<String>,
        /// To what the change is due; null where there is none, or the viewer may not see it.
        parts: Option<ChangeParts>,
    }
}

plain_object! {
    /// The parts of a change. The exact ones add up to it exactly.
    pub(crate) struct ChangeParts {
        /// What was reported or counted, and what the parent agency handed down, printed.
        data: String,
        /// The same, exact.
        data_exact: String,
        /// The criteria set: its maxima and rules, what it has and does not have, printed.
        criteria: String,
        /// The same, exact.
        criteria_exact: String,
        /// Whether lines apply, are exempt, are due, printed.
        applicability: String,
        /// The same, exact.
        applicability_exact: String,
        /// What appraisers gave, printed.
        appraisal: String,
        /// The same, exact.
        appraisal_exact: String,
        /// What is stored otherwise than the present evaluator scores it, printed.
        engine: String,
        /// The same, exact.
        engine_exact: String,
    }
}

plain_object! {
    /// A line of both cards, or several that take one another's place and are compared together. A line out of the
    /// maximum brings no points; what counts of the maximum is told beside.
    pub(crate) struct ComparedLine {
        /// How it stands in the two criteria sets.
        kind: MappingKind,
        /// How deep it stands.
        level: Level,
        /// The lines of `a`; empty: it is new.
        a: Vec<ScorecardLine> => cost::COMPARED,
        /// The lines of `b`; empty: it was dropped.
        b: Vec<ScorecardLine> => cost::COMPARED,
        /// Points. What is new is counted from nothing, what was dropped to nothing.
        points: NumberChange,
        /// What counts of the maximum.
        effective_max: NumberChange,
        /// All of it in a Vietnamese sentence, as an officer would say it.
        sentence_vi: String,
        /// The same in English.
        sentence_en: String,
    }
}

plain_object! {
    /// Two ranks. A positive change is to a higher place: from 5th to 3rd is 2.
    pub(crate) struct RankComparison {
        /// The rank of `a` in the newest ranking that holds it, of those that the viewer sees; null: none.
        before: Option<i32>,
        /// The rank of `b`.
        after: Option<i32>,
        /// How many ranks higher `b` stands; null where the two are not compared.
        change: Option<i32>,
        /// How many ranks higher `b` would stand had nobody else changed.
        own: Option<i32>,
        /// How many ranks higher the others' moves put it then; with `own` it is the change.
        others: Option<i32>,
        /// Why the two are not compared, in Vietnamese; null where they are.
        reason_vi: Option<String>,
        /// The same in English.
        reason_en: Option<String>,
    }
}

#[derive(Default)]
pub(crate) struct ComparisonQuery;

#[Object]
impl ComparisonQuery {
    /// What changed from scorecard `a` to scorecard `b`, and to what it is due. Null when one of them is not there, or
    /// not for the viewer.
    #[graphql(complexity = "cost::COMPARISON + child_complexity")]
    async fn compare_scorecards(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first card's global id; any revision.")] a: ID,
        #[graphql(desc = "The second card's global id; any revision.")] b: ID,
        #[graphql(desc = "Only lines in which anything is otherwise.", default)] only_changed: bool,
    ) -> Result<Option<Whole<ScorecardComparison>>, Problem> {
        let ids = [named("a", &a)?, named("b", &b)?];
        let (database, sight) = (database(ctx)?, sight(ctx).await?);
        let [first, last] = ids.map(|id| sight.of_revision(id));
        let Some(first_row) = first.clone().one(database).await? else { return Ok(None) };
        let Some(last_row) = last.clone().one(database).await? else { return Ok(None) };
        let ahead = ctx.look_ahead();
        let card_a = load(database, first, &Wanted::of(&ahead.field("a"))).await?.pop();
        let card_b = load(database, last, &Wanted::of(&ahead.field("b"))).await?.pop();
        let Some((card_a, card_b)) = card_a.zip(card_b) else { return Ok(None) };

        let mut compared = compare(database, &first_row, &last_row).await.map_err(refused)?;
        let differs = compared.comparison.engine_differs();
        let withheld = differs && sight != Sight::Everything;
        if withheld {
            compared.comparison = compared.comparison.without_causes();
        }
        let notes = notes(&compared, differs, withheld);
        if only_changed {
            compared.comparison.lines.retain(scoring::LineChange::is_changed);
        }
        let ranks = load_ranks(database, &first_row, &last_row, sight != Sight::Everything).await?;
        let lines = match ["lines", "pillars"].iter().any(|field| ahead.field(field).exists()) {
            true => lines(&compared, &names_of_measures(database).await?)?,
            false => Vec::new(),
        };
        let (card, scale) = (&compared.comparison.card, compared.after.print_scale);
        let pillar = Level::from(scoring::Level::Pillar);
        Ok(Some(Whole(ScorecardComparison {
            a: card_a,
            b: card_b,
            relation: compared.relation.into(),
            sentence_vi: card.sentence(scoring::Language::Vietnamese, scale),
            sentence_en: card.sentence(scoring::Language::English, scale),
            notes,
            total: points_change(&card.total, scale),
            index_percent: points_change(&card.index_percent, scale),
            points: points_change(&card.points, scale),
            bonus: points_change(&card.bonus, scale),
            deduction: points_change(&card.deduction, scale),
            effective_max: points_change(&card.effective_max, scale),
            pillars: lines.iter().filter(|line| line.level == pillar).cloned().collect(),
            lines,
            rank: rank_comparison(ranks),
        })))
    }
}

fn named(field: &'static str, id: &ID) -> Result<entity::ScorecardId, Problem> {
    match NodeId::read(field, id)? {
        NodeId::Scorecard(id) => Ok(id),
        _ => {
            let message = format!("`{field}` không phải là id của bảng điểm / is not a scorecard's id");
            Err(Problem::bad_input(field, message))
        }
    }
}

fn refused(error: CompareError) -> Problem {
    let field = match error {
        CompareError::Database(error) => return error.into(),
        CompareError::UnreadableBefore => "a",
        CompareError::UnreadableAfter => "b",
    };
    let message = "không đọc được bảng điểm đã lưu; xem verifyScorecard / the stored card cannot be read; see verifyScorecard";
    Problem::bad_input(field, message.to_owned())
}
