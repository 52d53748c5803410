//! Goal seek on what is known now: which changes still lead an agency to an index, a grade or a rank. It gathers and
//! scores as a build does, and stores nothing. What the changes are and gain is decided by `scoring`.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use entity::measure::Gathering;
use entity::{agency, block, document, measure, period};
use scoring::{
    ClosedLevel, CriteriaSet, Exact, Ground, MeasureCode, Nature, PathToTarget, Unit, path_to_target, score,
};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter};

use crate::compile::PartError;
use crate::compile::cohort::{Cohort, Overlays};
use crate::registry::{Successions, place_as_at_end};
use crate::simulate::{SimulateError, scored_by};

/// What is to be reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// This index in percent, or more.
    Index(Exact),
    /// The grade with this code, or a better one.
    Grade(String),
    /// This rank within the block, or a better one, while the others' cards stay as they are.
    Rank(u32),
}

/// What is asked beside the target.
#[derive(Clone, Copy, Debug)]
pub struct Asked {
    /// The day as of which it is judged what can still change; what is known is what is known now.
    pub as_of: NaiveDate,
    /// Whether appraisers' decisions are among the steps.
    pub appraisal: bool,
}

/// The way to a target.
pub struct Way {
    /// The agency's block.
    pub block: block::Model,
    /// The set that scores it.
    pub set: CriteriaSet,
    /// The catalogue, by code.
    pub measures: BTreeMap<MeasureCode, measure::Model>,
    /// Whether the period is over on the day as of which it was asked.
    pub period_closed: bool,
    /// The index that reaches the target, in percent.
    pub target_index: Exact,
    /// The steps and the path.
    pub found: PathToTarget,
    /// The indexes of the other agencies of the block that have one.
    others: Vec<Exact>,
}

/// Why no way was looked for.
#[derive(Debug, thiserror::Error)]
pub enum WayError {
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DbErr),
    /// There is nothing to score with, or what is stored cannot be read.
    #[error("{0}")]
    Unusable(String),
    /// The agency is not scored in the period.
    #[error("cơ quan không hoạt động trong kỳ này / the agency is not valid in this period")]
    NotInPeriod,
    /// The set has no grade with this code.
    #[error("bộ tiêu chí không có xếp loại `{0}` / the criteria set has no grade `{0}`")]
    UnknownGrade(String),
}

impl From<SimulateError> for WayError {
    fn from(error: SimulateError) -> Self {
        match error {
            SimulateError::Database(error) => Self::Database(error),
            other => Self::Unusable(other.to_string()),
        }
    }
}

impl From<PartError> for WayError {
    fn from(error: PartError) -> Self {
        SimulateError::from(error).into()
    }
}

impl Way {
    /// The rank of a card with that index, while the others' cards stay as they are.
    pub fn rank(&self, index: &Exact) -> u32 {
        let better = self.others.iter().filter(|other| *other > index).count();
        u32::try_from(better).map_or(u32::MAX, |better| better.saturating_add(1))
    }
}

/// The way of `agency` to `target` in `period`.
///
/// # Errors
/// When the target cannot be, the agency is not scored in the period, or nothing can be scored.
pub async fn way<C: ConnectionTrait>(
    connection: &C,
    period: &period::Model,
    agency: &agency::Model,
    target: &Target,
    asked: Asked,
) -> Result<Way, WayError> {
    let mut placed = [agency.clone()];
    place_as_at_end(connection, &mut placed, period.ends_before).await?;
    let block = block::Entity::find_by_id(placed[0].block_id).one(connection).await?;
    let block = block.ok_or_else(|| WayError::Unusable("the agency's block does not exist".to_owned()))?;
    let (criteria, agencies) = scored_by(connection, period, &block, None).await?;
    let place = agencies.iter().position(|other| other.id == agency.id).ok_or(WayError::NotInPeriod)?;
    let documents = documents(connection, period, agency).await?;
    let cohort = Cohort::new(period.clone(), block, agencies)?;
    let mut facts = cohort.facts(connection, &criteria, &Overlays::default()).await?;
    let own = facts.remove(place);
    let kind = cohort.scored_period().code.kind;
    let others: Vec<_> =
        facts.iter().filter_map(|facts| score(&criteria.set, kind, facts).index_percent).collect();

    let target_index = index_of(target, &criteria.set, &others)?;
    let natures = natures(&criteria.measures, &documents, asked.as_of);
    let period_closed = asked.as_of >= period.ends_before;
    let ground = Ground {
        set: &criteria.set,
        period: kind,
        facts: &own,
        natures: &natures,
        day: asked.as_of,
        closed: period_closed,
        appraisal: asked.appraisal,
    };
    let found = path_to_target(&ground, &target_index);
    let (set, measures) = (criteria.set, criteria.measures);
    Ok(Way { block: cohort.block, set, measures, period_closed, target_index, found, others })
}

/// The documents of the agency, its own before those from under an earlier name.
async fn documents<C: ConnectionTrait>(
    connection: &C,
    period: &period::Model,
    agency: &agency::Model,
) -> Result<Vec<document::Model>, DbErr> {
    let (from, before) = (period.starts_on, period.ends_before);
    let successions = Successions::load(connection, [agency.id], before).await?;
    let contributions = successions.contributions(agency.id, from, before);
    let earlier = contributions.iter().rev().filter(|of| of.renamed).map(|of| of.agency);
    let names: Vec<_> = std::iter::once(agency.id).chain(earlier).collect();
    let mut documents = document::latest_for(period.id)
        .filter(document::Column::AgencyId.is_in(names.iter().copied()))
        .all(connection)
        .await?;
    documents.sort_by_key(|document| names.iter().position(|name| *name == document.agency_id));
    Ok(documents)
}

/// The least index that reaches the target.
fn index_of(target: &Target, set: &CriteriaSet, others: &[Exact]) -> Result<Exact, WayError> {
    match target {
        Target::Index(index) => Ok(index.clone()),
        Target::Grade(code) => {
            let grade = set.document().grades.iter().find(|grade| grade.code == *code);
            grade.map(|grade| grade.from_percent.clone()).ok_or_else(|| WayError::UnknownGrade(code.clone()))
        }
        Target::Rank(rank) => {
            // Whoever equals the holder of a rank shares it; where fewer others have an index, any will do.
            let mut best_first = others.to_vec();
            best_first.sort_by(|a, b| b.cmp(a));
            let place = usize::try_from(rank.saturating_sub(1)).unwrap_or(usize::MAX);
            Ok(best_first.get(place).cloned().unwrap_or_else(Exact::zero))
        }
    }
}

/// What is known of the measures: what the catalogue declares, and which levels of documents have passed.
fn natures(
    measures: &BTreeMap<MeasureCode, measure::Model>,
    documents: &[document::Model],
    day: NaiveDate,
) -> BTreeMap<MeasureCode, Nature> {
    let nature = |(code, measure): (&MeasureCode, &measure::Model)| {
        let is_document = measure.gathering == Gathering::Document && measure.unit == Unit::Level;
        let document = documents.iter().find(|document| Some(&document.code) == measure.key.as_ref());
        let closed = document.filter(|_| is_document).map(|document| closed_levels(document, day));
        let nature = Nature {
            course: measure.course,
            part_of: measure.part_of.0.clone(),
            closed_levels: closed.unwrap_or_default(),
        };
        (code.clone(), nature)
    };
    measures.iter().map(nature).collect()
}

/// The states that a document does not get into any more, as of a day. As long as it can be issued on time nobody is
/// advised to issue it late.
fn closed_levels(document: &document::Model, day: NaiveDate) -> BTreeMap<String, ClosedLevel> {
    use document::State;
    let missed = || (State::IssuedOnTime.to_string(), ClosedLevel::Missed { due_on: document.due_on });
    let pointless = |state: State| (state.to_string(), ClosedLevel::Pointless);
    match document.state {
        State::IssuedOnTime => BTreeMap::new(),
        State::IssuedLate => [missed()].into(),
        // It is issued already, and will not be again.
        State::Issued | State::Approved => {
            [pointless(State::IssuedOnTime), pointless(State::IssuedLate)].into()
        }
        State::Submitted | State::Advised | State::Made | State::NotIssued => {
            match document.due_on.is_some_and(|due_on| due_on < day) {
                true => [missed()].into(),
                false => [pointless(State::IssuedLate)].into(),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rank_is_reached_by_the_index_of_whoever_holds_it() {
        let exact = |text: &str| text.parse::<Exact>().expect("a number");
        let others = vec![exact("70"), exact("90"), exact("80"), exact("80")];
        let set = CriteriaSet::new(
            serde_json::from_str(
                r#"{"code":"S","version":1,"name_vi":"S","name_en":"S","max_points":"1","print_scale":2,
                    "not_applicable":"EXCLUDE_FROM_MAX",
                    "grades":[{"code":"ALL","name_vi":"A","name_en":"A","from_percent":"0"}],
                    "pillars":[{"code":"I","name_vi":"I","name_en":"I","pillar":"STEERING","max_points":"1","children":[
                        {"code":"1.1","name_vi":"I","name_en":"I","max_points":"1","rule":{"kind":"MANUAL"}}]}]}"#,
            )
            .expect("a document"),
            &scoring::Catalogue::new(),
        )
        .expect("a set");
        let index = |rank| index_of(&Target::Rank(rank), &set, &others).expect("an index").to_string();
        assert_eq!([1, 2, 3, 4, 5, 9].map(index), ["90", "80", "80", "70", "0", "0"]);
        assert_eq!(index_of(&Target::Grade("ALL".to_owned()), &set, &others).expect("an index"), exact("0"));
        assert!(index_of(&Target::Grade("NONE".to_owned()), &set, &others).is_err());
    }
}
