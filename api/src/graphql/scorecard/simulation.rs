//! Simulation: what a block's scorecards would be if some facts were otherwise, or by another criteria set.

use async_graphql::{Context, ID, InputObject, Object, OneofObject};
use entity::block;
use reform_worker::simulate::{Change, Refused, SimulateError, Simulated, What, simulate};
use scoring::Exact;

use super::columns::LineRow;
use super::line::ScorecardLine;
use super::load::{Names, load, names_of_measures};
use super::wanted::Wanted;
use super::{Grade, Scorecard};
use crate::graphql::codes::CardState;
use crate::graphql::cost;
use crate::graphql::criteria::known_set;
use crate::graphql::database;
use crate::graphql::id::NodeId;
use crate::graphql::plain::{Whole, plain_object};
use crate::graphql::problem::{LONGEST_CODE, Problem, cut};
use crate::graphql::registry::{Agency, known_block, known_period, outside_validity};
use crate::graphql::user_error::UserError;
use crate::policy::sight;

/// The most changes of one simulation.
const MOST_CHANGES: usize = 200;

plain_object! {
    /// What a block's scorecards would be. Nothing of it is stored.
    pub(crate) struct Simulation {
        /// The cards, best first; the unranked last. Empty when a change was refused.
        cards: Vec<SimulatedScorecard> => cost::AGENCIES,
        /// Changes that cannot be; `field` names them, from `changes.0`.
        errors: Vec<UserError>,
    }
}

plain_object! {
    /// What one agency's scorecard would be.
    pub(crate) struct SimulatedScorecard {
        /// The agency.
        agency: Agency,
        /// FINAL, or INCOMPLETE while an input or an appraisal is missing.
        state: CardState,
        /// The total, printed; null while INCOMPLETE.
        total: Option<String>,
        /// The same, exact.
        total_exact: Option<String>,
        /// What could be reached, printed.
        effective_max: String,
        /// The same, exact.
        effective_max_exact: String,
        /// Total of effective maximum, in percent, printed; null while INCOMPLETE or when nothing applies.
        index_percent: Option<String>,
        /// The same, exact.
        index_percent_exact: Option<String>,
        /// The grade; null while there is no index.
        grade: Option<Grade>,
        /// The rank within the block; null: unranked.
        rank: Option<i32>,
        /// How many lines would be MISSING.
        missing_count: i32,
        /// How many lines would be PENDING_APPRAISAL.
        pending_count: i32,
        /// The current card; null where there is none.
        current: Option<Scorecard>,
        /// By how much the total would be higher than that of the current card, exact; null where one of the two is.
        total_change_exact: Option<String>,
        /// The same for the index, in percentage points.
        index_change_exact: Option<String>,
        /// How many ranks higher it would stand; negative: lower. Null where one of the two is unranked.
        rank_change: Option<i32>,
        /// Every line in reading order.
        lines: Vec<ScorecardLine> => cost::LINES,
    }
}

/// One fact of an agency that is taken to be otherwise.
#[derive(InputObject)]
struct SimulationChangeInput {
    /// The agency's code; it is of the block.
    agency: String,
    /// What is otherwise.
    what: SimulationWhatInput,
}

/// What is taken to be otherwise: exactly one of these. Null in place of a value, reason or points takes away what
/// there is.
#[derive(OneofObject)]
enum SimulationWhatInput {
    /// A measure's value.
    Value(SimulatedValueInput),
    /// An applicability tag.
    Tag(SimulatedTagInput),
    /// An exemption from a leaf.
    Exemption(SimulatedExemptionInput),
    /// The appraised points of a MANUAL leaf.
    Appraisal(SimulatedAppraisalInput),
}

/// A measure's value.
#[derive(InputObject)]
struct SimulatedValueInput {
    /// The measure's code.
    measure: String,
    /// An exact number, `true` or `false`, or a level's code; null: not reported.
    value: Option<String>,
}

/// An applicability tag.
#[derive(InputObject)]
struct SimulatedTagInput {
    /// The tag, for instance `HAS_TTHC`.
    tag: String,
    /// Whether it holds for the agency.
    holds: bool,
}

/// An exemption from a leaf.
#[derive(InputObject)]
struct SimulatedExemptionInput {
    /// The leaf's code.
    criterion: String,
    /// Why; null: not exempt.
    reason: Option<String>,
}

/// The appraised points of a MANUAL leaf.
#[derive(InputObject)]
struct SimulatedAppraisalInput {
    /// The leaf's code.
    criterion: String,
    /// The points, exact; null: not appraised.
    points: Option<String>,
}

impl From<SimulationChangeInput> for Change {
    fn from(input: SimulationChangeInput) -> Self {
        let what = match input.what {
            SimulationWhatInput::Value(of) => What::Value { measure: of.measure, value: of.value },
            SimulationWhatInput::Tag(of) => What::Tag { tag: of.tag, holds: of.holds },
            SimulationWhatInput::Exemption(of) => {
                What::Exemption { criterion: of.criterion, reason: of.reason }
            }
            SimulationWhatInput::Appraisal(of) => {
                What::Appraisal { criterion: of.criterion, points: of.points }
            }
        };
        Self { agency: input.agency, what }
    }
}

#[derive(Default)]
pub(crate) struct SimulationQuery;

#[Object]
impl SimulationQuery {
    /// What the block's scorecards would be in the period if the changes held, scored as a build would from what is known
    /// now; by the criteria set in use, or by another. Nothing is stored.
    #[graphql(complexity = "cost::SIMULATION + child_complexity")]
    async fn simulate_scorecards(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The period's code, for instance `2022-H1`.")] period: String,
        #[graphql(desc = "The block's code.")] block: String,
        #[graphql(desc = "The global id of the criteria set to score by; the one in use when not given.")]
        criteria_set: Option<ID>,
        #[graphql(
            desc = "What is taken to be otherwise, at most 200 changes; the last of several to the same holds."
        )]
        changes: Option<Vec<SimulationChangeInput>>,
    ) -> Result<Whole<Simulation>, Problem> {
        let changes: Vec<Change> = changes.unwrap_or_default().into_iter().map(Change::from).collect();
        if changes.len() > MOST_CHANGES {
            let message = format!("nhiều nhất {MOST_CHANGES} thay đổi / at most {MOST_CHANGES} changes");
            return Err(Problem::bad_input("changes", message));
        }
        let database = database(ctx)?;
        let period = known_period(database, "period", &period).await?;
        let block = known_block(database, "block", &block).await?;
        let set = match criteria_set {
            Some(id) => Some(known_set(ctx, "criteriaSet", &id).await?),
            None => None,
        };
        match simulate(database, period.clone(), block.clone(), set, &changes).await {
            Ok(simulated) => shown(ctx, &period.code, &block, simulated).await.map(Whole),
            Err(SimulateError::Database(error)) => Err(error.into()),
            Err(SimulateError::Unusable(why)) => Err(Problem::bad_input(
                "criteriaSet",
                format!("không chấm điểm được / nothing can be scored: {why}"),
            )),
            Err(SimulateError::Refused(refused)) => {
                let errors = refused.into_iter().map(|(at, why)| told(at, &why, &period.code)).collect();
                Ok(Whole(Simulation { cards: Vec::new(), errors }))
            }
        }
    }
}

/// The simulated cards beside the current ones.
async fn shown(
    ctx: &Context<'_>,
    period: &str,
    block: &block::Model,
    simulated: Vec<Simulated>,
) -> Result<Simulation, Problem> {
    let (database, sight) = (database(ctx)?, sight(ctx).await?);
    let cards = ctx.look_ahead().field("cards");
    let wanted = ["totalExact", "indexPercentExact", "rank", "agency"]
        .into_iter()
        .fold(Wanted::of(&cards.field("current")), |wanted, field| wanted.and(&[field]));
    let current = sight.with_places(sight.of_cards(period, Some(&block.code)));
    let current = load(database, current, &wanted).await?;
    let names = match cards.field("lines").exists() {
        true => Some(names_of_measures(database).await?),
        false => None,
    };
    let cards = simulated.into_iter().map(|card| {
        let id = ID::from(NodeId::Agency(card.agency.id));
        let current = current.iter().find(|current| current.agency.id == id).cloned();
        whole(card, block, current, names.as_ref())
    });
    Ok(Simulation { cards: cards.collect::<Result<_, Problem>>()?, errors: Vec::new() })
}

fn whole(
    card: Simulated,
    block: &block::Model,
    current: Option<Scorecard>,
    names: Option<&Names>,
) -> Result<SimulatedScorecard, Problem> {
    let lines = match names {
        Some(names) => lines(&card, names)?,
        None => Vec::new(),
    };
    let (scale, scored) = (card.print_scale(), &card.scored);
    let print = |number: &Option<Exact>| number.as_ref().map(|number| number.print(scale));
    let exact = |number: &Option<Exact>| number.as_ref().map(Exact::to_string);
    let change = |now: &Option<Exact>, before: Option<&String>| {
        let before: Exact = before?.parse().ok()?;
        Some((now.clone()? - &before).to_string())
    };
    let count = |state| i32::try_from(scored.leaves_in(state).count()).unwrap_or(i32::MAX);
    let rank = card.rank.and_then(|rank| i32::try_from(rank).ok());
    let rank_before = current.as_ref().and_then(|current| current.rank);
    Ok(SimulatedScorecard {
        state: scored.state.into(),
        total: print(&scored.total),
        total_exact: exact(&scored.total),
        effective_max: scored.effective_max.print(scale),
        effective_max_exact: scored.effective_max.to_string(),
        index_percent: print(&scored.index_percent),
        index_percent_exact: exact(&scored.index_percent),
        grade: scored.grade.as_ref().map(|grade| Grade {
            code: grade.code.clone(),
            name_vi: grade.name_vi.clone(),
            name_en: grade.name_en.clone(),
        }),
        rank,
        missing_count: count(scoring::LineState::Missing),
        pending_count: count(scoring::LineState::PendingAppraisal),
        total_change_exact: change(
            &scored.total,
            current.as_ref().and_then(|card| card.total_exact.as_ref()),
        ),
        index_change_exact: change(
            &scored.index_percent,
            current.as_ref().and_then(|card| card.index_percent_exact.as_ref()),
        ),
        rank_change: rank.zip(rank_before).map(|(now, before)| before - now),
        current,
        lines,
        agency: (card.agency, block.clone()).into(),
    })
}

fn lines(card: &Simulated, names: &Names) -> Result<Vec<ScorecardLine>, Problem> {
    let lines = card.lines().map_err(|error| Problem::internal(&error))?;
    let line = |line: entity::scorecard_line::Model| {
        let level = line.level;
        LineRow::from(line).into_line(level, names, true)
    };
    lines.into_iter().map(line).collect()
}

/// A change that cannot be, as whoever asked for it reads it.
fn told(at: usize, why: &Refused, period: &str) -> UserError {
    let short = |text: &str| cut(text, LONGEST_CODE);
    if let Refused::OutsideValidity(agency, valid_from, valid_to) = why {
        let field = format!("changes.{at}.agency");
        return outside_validity(&field, agency, period, (*valid_from, *valid_to));
    }
    let (code, field, vi, en) = match why {
        Refused::UnknownAgency(code) | Refused::OutsideValidity(code, ..) => (
            "UNKNOWN_AGENCY",
            "agency",
            format!("Khối không có cơ quan `{}` trong kỳ này.", short(code)),
            format!("The block has no agency `{}` in this period.", short(code)),
        ),
        Refused::UnknownMeasure(code) => (
            "UNKNOWN_MEASURE",
            "what.value.measure",
            format!("Không có chỉ tiêu `{}`.", short(code)),
            format!("There is no measure `{}`.", short(code)),
        ),
        Refused::NotOfUnit(value, unit) => (
            "INVALID_VALUE",
            "what.value.value",
            format!("`{}` không phải là giá trị kiểu {unit}.", short(value)),
            format!("`{}` is no value of the unit {unit}.", short(value)),
        ),
        Refused::UnknownLeaf(code) => (
            "UNKNOWN_CRITERION",
            "what",
            format!("Bộ tiêu chí không có tiêu chí chấm điểm `{}`.", short(code)),
            format!("The criteria set has no leaf `{}`.", short(code)),
        ),
        Refused::NotAppraised(code) => (
            "NOT_APPRAISED",
            "what.appraisal.criterion",
            format!("Tiêu chí `{}` không do thẩm định chấm điểm.", short(code)),
            format!("The leaf `{}` is not scored by appraisal.", short(code)),
        ),
        Refused::NotANumber(text) => (
            "INVALID_POINTS",
            "what.appraisal.points",
            format!("`{}` không phải là số.", short(text)),
            format!("`{}` is no number.", short(text)),
        ),
    };
    UserError::new(code, &format!("changes.{at}.{field}"), vi, en)
}
