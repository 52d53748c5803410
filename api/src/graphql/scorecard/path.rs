//! Goal seek: what an agency can still change, and which changes reach an index, a grade or a rank.

use async_graphql::{Context, Object, OneofObject};
use chrono::NaiveDate;
use entity::agency;
use reform_worker::Clock;
use reform_worker::path::{Asked, Target, Way, WayError, way};
use scoring::{Exact, FactValue, Language, Overlay, StepSaying};

use super::Grade;
use crate::graphql::codes::{LineState, PathOutcome, StepBy, WhyUnchangeable};
use crate::graphql::cost;
use crate::graphql::plain::{Whole, plain_object};
use crate::graphql::problem::{LONGEST_CODE, Problem, cut};
use crate::graphql::registry::{Agency, known_agency, known_period};
use crate::graphql::{data, database};
use crate::policy::{Sight, sight};

plain_object! {
    /// What an agency can still change in a period, and the way to a target. Nothing of it is stored.
    ///
    /// Every gain is what scoring gives with the change and without it. Points come printed and exact.
    pub(crate) struct PathToTarget {
        /// The agency.
        agency: Agency,
        /// The day as of which it is judged what can still change.
        as_of: NaiveDate,
        /// Whether the period is over on that day: then nothing of it changes any more, but for what appraisers decide.
        period_closed: bool,
        /// What came of it.
        outcome: PathOutcome,
        /// Where the agency stands as of what is known now.
        current: PathStanding,
        /// The index that reaches the target, in percent, exact: a grade's lower bound, or the index of whoever holds the
        /// rank.
        target_index_percent_exact: String,
        /// Every step that gains, best gain a unit first. A later step of the same input never stands before an earlier one.
        steps: Vec<PathStep> => cost::LINES,
        /// The way to the target; present when REACHED.
        path: Option<PathReached>,
        /// The best that was found, whatever is changed; present when NOT_REACHABLE.
        best: Option<PathStanding>,
        /// The lines that keep the card from having a total, and what they wait for.
        unsettled: Vec<UnsettledLine> => cost::PILLARS,
        /// The lines that no step changes, and why.
        unchangeable: Vec<UnchangeableLine> => cost::LINES,
    }
}

plain_object! {
    /// Where an agency stands, or would.
    pub(crate) struct PathStanding {
        /// The index in percent, printed; null while there is none.
        index_percent: Option<String>,
        /// The same, exact.
        index_percent_exact: Option<String>,
        /// The grade; null while there is no index.
        grade: Option<Grade>,
        /// The rank within the block while the others' cards stay as they are; null while there is no index, and for who may
        /// not see the whole province.
        rank: Option<i32>,
    }
}

plain_object! {
    /// One step: an input from one value to another.
    pub(crate) struct PathStep {
        /// 1, 2, …
        number: i32,
        /// The code of the line that gains most by it.
        line: String,
        /// That line's Vietnamese name.
        line_name_vi: String,
        /// That line's English name.
        line_name_en: String,
        /// The measure; null where a leaf is appraised.
        measure: Option<String>,
        /// Whose step it is.
        by: StepBy,
        /// The value before it: an exact number, `true` or `false`, or a level's code; null where nobody appraised the leaf.
        from: Option<String>,
        /// The value after it.
        to: String,
        /// How many units lie between the two, exact.
        units: String,
        /// What a unit is, in Vietnamese.
        unit_vi: String,
        /// What a unit is, in English.
        unit_en: String,
        /// By how much the total rises, printed; with the earlier steps of the same input and no others.
        gain: String,
        /// The same, exact.
        gain_exact: String,
        /// What each unit gains, exact.
        gain_per_unit_exact: String,
        /// What it changes, line by line; more than one line may read the same input.
        effects: Vec<PathEffect> => cost::INPUTS,
        /// The step in Vietnamese.
        sentence_vi: String,
        /// The step in English.
        sentence_en: String,
        /// The step as changes for `simulateScorecards`, with the earlier steps of the same input.
        changes: Vec<PathChange> => cost::INPUTS,
    }
}

plain_object! {
    /// A line that a step changes.
    pub(crate) struct PathEffect {
        /// The line's code.
        line: String,
        /// By how many points, exact; points that are taken off count as negative ones.
        points_exact: String,
    }
}

plain_object! {
    /// A value as `simulateScorecards` takes it: `value { measure value }` or `appraisal { criterion points }`.
    pub(crate) struct PathChange {
        /// The measure.
        measure: Option<String>,
        /// The MANUAL leaf.
        criterion: Option<String>,
        /// The value or points.
        value: String,
    }
}

plain_object! {
    /// The way to the target.
    pub(crate) struct PathReached {
        /// The numbers of its steps, in order. No fewer of them, from the first, are enough.
        steps: Vec<i32>,
        /// Where they lead.
        standing: PathStanding,
        /// All of them as changes for `simulateScorecards`.
        changes: Vec<PathChange> => cost::PILLARS,
        /// The way in Vietnamese.
        sentence_vi: String,
        /// The way in English.
        sentence_en: String,
    }
}

plain_object! {
    /// A line that keeps the card from having a total.
    pub(crate) struct UnsettledLine {
        /// The line's code.
        line: String,
        /// MISSING or PENDING_APPRAISAL.
        state: LineState,
        /// The measures that are to be reported.
        measures: Vec<String>,
        /// What it waits for, in Vietnamese.
        sentence_vi: String,
        /// What it waits for, in English.
        sentence_en: String,
    }
}

plain_object! {
    /// A line that no step changes.
    pub(crate) struct UnchangeableLine {
        /// The line's code.
        line: String,
        /// Why.
        why: WhyUnchangeable,
        /// Why, in Vietnamese.
        sentence_vi: String,
        /// Why, in English.
        sentence_en: String,
    }
}

/// What is to be reached: exactly one of these.
#[derive(OneofObject)]
enum PathTargetInput {
    /// This index in percent or more, exact: `80`, `79.5`.
    IndexPercent(String),
    /// The grade with this code, or a better one.
    Grade(String),
    /// This rank within the block or a better one, while the others' cards stay as they are. For those who see the whole
    /// province.
    Rank(i32),
}

impl PathTargetInput {
    fn read(self) -> Result<Target, Problem> {
        match self {
            Self::IndexPercent(text) => {
                let index = text.parse().ok().filter(|index: &Exact| !index.is_negative());
                let message = format!(
                    "`{0}` không phải là chỉ số từ 0 trở lên / `{0}` is no index, 0 or more",
                    cut(&text, LONGEST_CODE)
                );
                index.map(Target::Index).ok_or_else(|| Problem::bad_input("target.indexPercent", message))
            }
            Self::Grade(code) => Ok(Target::Grade(code)),
            Self::Rank(rank) => {
                let read = u32::try_from(rank).ok().filter(|rank| *rank > 0);
                let message =
                    format!("hạng từ 1 trở lên, không phải {rank} / a rank is 1 or more, not {rank}");
                read.map(Target::Rank).ok_or_else(|| Problem::bad_input("target.rank", message))
            }
        }
    }
}

#[derive(Default)]
pub(crate) struct PathQuery;

#[Object]
impl PathQuery {
    /// What the agency can still change in the period, what each change gains, and which changes reach the target; or that
    /// none do. It is scored from what is known now. For those who see the agency's unpublished card. Nothing is stored.
    #[graphql(complexity = "cost::SIMULATION + child_complexity")]
    async fn path_to_target(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The agency's code.")] agency: String,
        #[graphql(desc = "The period's code, for instance `2022-H1`.")] period: String,
        #[graphql(desc = "What is to be reached.")] target: PathTargetInput,
        #[graphql(
            desc = "The day as of which it is judged what can still change: a period that is over, a document whose day \
                    has passed. Today in the province when not given. What is known is what is known now, whatever the day."
        )]
        as_of: Option<NaiveDate>,
        #[graphql(desc = "Whether appraisers' decisions are among the steps.", default)]
        include_appraisal: bool,
    ) -> Result<Whole<PathToTarget>, Problem> {
        let target = target.read()?;
        let (database, sight) = (database(ctx)?, sight(ctx).await?);
        let period = known_period(database, "period", &period).await?;
        let agency = known_agency(database, "agency", &agency).await?;
        if !sight.covers(agency.id) {
            return Err(Problem::Forbidden(
                "Chỉ dành cho người xem được bảng điểm chưa công bố của cơ quan này. / This is for those who see the \
                 unpublished card of this agency.",
            ));
        }
        let sees_ranks = sight == Sight::Everything;
        if matches!(target, Target::Rank(_)) && !sees_ranks {
            return Err(Problem::Forbidden(
                "Chỉ người xem được toàn tỉnh mới hỏi được thứ hạng. / Ranks are for those who see the whole province.",
            ));
        }
        let as_of = match as_of {
            Some(day) => day,
            None => data::<Clock>(ctx)?.today(),
        };
        let asked = Asked { as_of, appraisal: include_appraisal };
        let way = way(database, &period, &agency, &target, asked).await.map_err(told)?;
        Ok(Whole(Shown { way: &way, sees_ranks }.whole(agency, as_of)))
    }
}

fn told(error: WayError) -> Problem {
    match error {
        WayError::Database(error) => error.into(),
        WayError::Unusable(why) => {
            Problem::bad_input("period", format!("không chấm điểm được / nothing can be scored: {why}"))
        }
        WayError::NotInPeriod => Problem::bad_input("agency", WayError::NotInPeriod.to_string()),
        WayError::UnknownGrade(code) => {
            let short = WayError::UnknownGrade(cut(&code, LONGEST_CODE));
            Problem::bad_input("target.grade", short.to_string())
        }
    }
}

/// A way as it is shown to a viewer.
struct Shown<'a> {
    way: &'a Way,
    sees_ranks: bool,
}

impl Shown<'_> {
    fn whole(&self, agency: agency::Model, as_of: NaiveDate) -> PathToTarget {
        let found = &self.way.found;
        let name = |code: &str, language: Language| {
            let measure = self.way.measures.get(code)?;
            Some(if language == Language::Vietnamese { &measure.name_vi } else { &measure.name_en }.clone())
        };
        let saying = StepSaying { set: &self.way.set, name: &name };
        let outcome = found.outcome;
        let best = found.best_index.as_ref().filter(|_| outcome == scoring::PathOutcome::NotReachable);
        PathToTarget {
            as_of,
            period_closed: self.way.period_closed,
            outcome: outcome.into(),
            current: self.standing(found.card.index_percent.as_ref()),
            target_index_percent_exact: self.way.target_index.to_string(),
            steps: found.steps.iter().map(|step| self.step(step, &saying)).collect(),
            path: found.reached.as_ref().map(|card| self.reached(card, &saying)),
            best: best.map(|index| self.standing(Some(index))),
            unsettled: found.unsettled.iter().map(|leaf| unsettled(leaf, &saying)).collect(),
            unchangeable: found.unchangeable.iter().map(|leaf| unchangeable(leaf, &saying)).collect(),
            agency: (agency, self.way.block.clone()).into(),
        }
    }

    fn print(&self, number: &Exact) -> String {
        number.print(self.way.set.document().print_scale)
    }

    fn standing(&self, index: Option<&Exact>) -> PathStanding {
        let rank = index.filter(|_| self.sees_ranks).map(|index| self.way.rank(index));
        PathStanding {
            index_percent: index.map(|index| self.print(index)),
            index_percent_exact: index.map(Exact::to_string),
            grade: index.and_then(|index| self.way.set.grade(index)).map(|grade| Grade {
                code: grade.code.clone(),
                name_vi: grade.name_vi.clone(),
                name_en: grade.name_en.clone(),
            }),
            rank: rank.map(|rank| i32::try_from(rank).unwrap_or(i32::MAX)),
        }
    }

    fn reached(&self, card: &scoring::Scorecard, saying: &StepSaying<'_>) -> PathReached {
        let found = &self.way.found;
        let index = card.index_percent.clone().unwrap_or_else(Exact::zero);
        PathReached {
            steps: found.path.iter().map(|number| count(*number)).collect(),
            standing: self.standing(card.index_percent.as_ref()),
            changes: changes(found.overlays(&found.path)),
            sentence_vi: saying.path(&found.path, &index, Language::Vietnamese),
            sentence_en: saying.path(&found.path, &index, Language::English),
        }
    }

    fn step(&self, step: &scoring::PathStep, saying: &StepSaying<'_>) -> PathStep {
        let line = self.way.found.card.lines.iter().find(|line| line.code == step.line);
        let (name_vi, name_en) =
            line.map(|line| (line.name_vi.clone(), line.name_en.clone())).unwrap_or_default();
        let effects = step.effects.iter();
        PathStep {
            number: count(step.number),
            line: step.line.clone(),
            line_name_vi: name_vi,
            line_name_en: name_en,
            measure: step.moved.measure().cloned(),
            by: step.by.into(),
            from: step.from.as_ref().map(FactValue::to_string),
            to: step.to.to_string(),
            units: step.units.to_string(),
            unit_vi: saying.unit(step, Language::Vietnamese),
            unit_en: saying.unit(step, Language::English),
            gain: self.print(&step.gain),
            gain_exact: step.gain.to_string(),
            gain_per_unit_exact: step.gain_per_unit().to_string(),
            effects: effects
                .map(|(line, points)| PathEffect { line: line.clone(), points_exact: points.to_string() })
                .collect(),
            sentence_vi: saying.step(step, Language::Vietnamese),
            sentence_en: saying.step(step, Language::English),
            changes: changes(self.way.found.overlays(&[step.number])),
        }
    }
}

fn unsettled(leaf: &scoring::Unsettled, saying: &StepSaying<'_>) -> UnsettledLine {
    UnsettledLine {
        line: leaf.line.clone(),
        state: leaf.state.into(),
        measures: leaf.measures.clone(),
        sentence_vi: saying.unsettled(leaf, Language::Vietnamese),
        sentence_en: saying.unsettled(leaf, Language::English),
    }
}

fn unchangeable(leaf: &scoring::Unchangeable, saying: &StepSaying<'_>) -> UnchangeableLine {
    UnchangeableLine {
        line: leaf.line.clone(),
        why: leaf.why.kind().into(),
        sentence_vi: saying.why(&leaf.why, Language::Vietnamese),
        sentence_en: saying.why(&leaf.why, Language::English),
    }
}

fn changes(overlays: Vec<Overlay>) -> Vec<PathChange> {
    let change = |overlay| match overlay {
        Overlay::Value { measure, value: Some(value) } => {
            Some(PathChange { measure: Some(measure), criterion: None, value: value.to_string() })
        }
        Overlay::Appraisal { criterion, points: Some(points) } => {
            Some(PathChange { measure: None, criterion: Some(criterion), value: points.to_string() })
        }
        _ => None,
    };
    overlays.into_iter().filter_map(change).collect()
}

fn count(number: usize) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}
