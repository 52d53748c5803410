//! Simulation: what a block's scorecards would be if some facts were otherwise, or by another criteria set. It
//! gathers and scores as a build does, and stores nothing.

use std::collections::{BTreeMap, HashMap};

use chrono::NaiveDate;
use entity::{AgencyId, ScorecardId, agency, block, criteria_set, measure, period, scorecard_line};
use scoring::{CriteriaSet, FactValue, Overlay, RuleKind, Scorecard, Unit, rank, score};
use sea_orm::sea_query::ExprTrait;
use sea_orm::{ConnectionTrait, DbErr, QueryFilter};

use crate::compile::cohort::{Cohort, Overlays};
use crate::compile::{Criteria, PartError, stored};
use crate::criteria::{CriteriaError, load_measures, load_set_in_use, read_set, units};

/// One fact of an agency that is taken to be otherwise.
#[derive(Clone, Debug)]
pub struct Change {
    /// The agency's code.
    pub agency: String,
    /// What is otherwise, as whoever asks wrote it.
    pub what: What,
}

/// What is taken to be otherwise. Nothing in place of a value, reason or points takes away what there is.
#[derive(Clone, Debug)]
pub enum What {
    /// A measure's value.
    Value {
        /// The measure's code.
        measure: String,
        /// An exact number, `true` or `false`, or a level's code.
        value: Option<String>,
    },
    /// An applicability tag.
    Tag {
        /// The tag.
        tag: String,
        /// Whether it holds.
        holds: bool,
    },
    /// An exemption.
    Exemption {
        /// The leaf's code.
        criterion: String,
        /// The reason.
        reason: Option<String>,
    },
    /// Appraised points of a MANUAL leaf.
    Appraisal {
        /// The leaf's code.
        criterion: String,
        /// The points, exact.
        points: Option<String>,
    },
}

/// What one agency's card would be.
pub struct Simulated {
    /// The agency.
    pub agency: agency::Model,
    /// The card.
    pub scored: Scorecard,
    /// Its rank within the block; `None`: unranked.
    pub rank: Option<u32>,
    scale: u32,
}

impl Simulated {
    /// Digits after the decimal point in printed points.
    pub fn print_scale(&self) -> u32 {
        self.scale
    }

    /// The lines as they would be stored, of no card.
    ///
    /// # Errors
    /// Names the line that could not be written.
    pub fn lines(&self) -> Result<Vec<scorecard_line::Model>, String> {
        stored::lines(ScorecardId::generate(), &self.scored, self.scale)
    }
}

/// Why nothing was simulated.
#[derive(Debug, thiserror::Error)]
pub enum SimulateError {
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DbErr),
    /// There is nothing to score with, or what is stored cannot be read.
    #[error("{0}")]
    Unusable(String),
    /// Changes that cannot be: their places in the list, from 0, and why.
    #[error("a change cannot be")]
    Refused(Vec<(usize, Refused)>),
}

/// Why a change cannot be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refused {
    /// The agency is not in the block in the period.
    UnknownAgency(String),
    /// The agency does not exist on any day of the period: its code, its first day, the day after its last.
    OutsideValidity(String, NaiveDate, Option<NaiveDate>),
    /// The catalogue has no such measure.
    UnknownMeasure(String),
    /// The value is not of the measure's unit.
    NotOfUnit(String, Unit),
    /// The set has no such leaf.
    UnknownLeaf(String),
    /// Nobody appraises that leaf: its rule is not MANUAL.
    NotAppraised(String),
    /// The points are no exact number.
    NotANumber(String),
}

impl From<CriteriaError> for SimulateError {
    fn from(error: CriteriaError) -> Self {
        match error {
            CriteriaError::Database(error) => Self::Database(error),
            other => Self::Unusable(other.to_string()),
        }
    }
}

impl From<PartError> for SimulateError {
    fn from(error: PartError) -> Self {
        match error {
            PartError::Retry(error) => Self::Database(error),
            other => Self::Unusable(other.to_string()),
        }
    }
}

/// What the cards of `block` would be in `period` with `changes`, best first; by `set`, or by the one in use.
///
/// # Errors
/// Every change that cannot be is named; nothing is simulated then.
pub async fn simulate<C: ConnectionTrait>(
    connection: &C,
    period: period::Model,
    block: block::Model,
    set: Option<criteria_set::Model>,
    changes: &[Change],
) -> Result<Vec<Simulated>, SimulateError> {
    let (criteria, agencies) = scored_by(connection, &period, &block, set).await?;
    let of_agencies = match overlays(&agencies, &criteria.measures, &criteria.set, changes) {
        Ok(of_agencies) => of_agencies,
        Err(refused) => return Err(SimulateError::Refused(told(connection, &period, refused).await?)),
    };
    let overlays = Overlays { of_agencies, as_of: period.ends_before };
    let cohort = Cohort::new(period, block, agencies)?;
    let facts = cohort.facts(connection, &criteria, &overlays).await?;

    let kind = cohort.scored_period().code.kind;
    let scored: Vec<_> = facts.iter().map(|facts| score(&criteria.set, kind, facts)).collect();
    let mut cards: BTreeMap<_, _> = cohort
        .agencies
        .into_iter()
        .zip(scored)
        .map(|(agency, card)| (agency.code.clone(), (agency, card)))
        .collect();
    let places = rank(cards.iter().map(|(code, (_, card))| (code.clone(), card.index_percent.clone())));
    let scale = criteria.set.document().print_scale;
    let simulated = places.into_iter().filter_map(|place| {
        let (agency, scored) = cards.remove(&place.key)?;
        Some(Simulated { agency, scored, rank: place.rank, scale })
    });
    Ok(simulated.collect())
}

/// The same, with the validity of agencies that do not exist in the period.
async fn told<C: ConnectionTrait>(
    connection: &C,
    period: &period::Model,
    refused: Vec<(usize, Refused)>,
) -> Result<Vec<(usize, Refused)>, DbErr> {
    let mut told = Vec::with_capacity(refused.len());
    for (at, mut why) in refused {
        if let Refused::UnknownAgency(code) = &why
            && let Some(agency) = agency::with_code(code).one(connection).await?
            && !agency.exists_in(period.starts_on, period.ends_before)
        {
            why = Refused::OutsideValidity(agency.code, agency.valid_from, agency.valid_to);
        }
        told.push((at, why));
    }
    Ok(told)
}

/// What scores `block` in `period`, which is `set` or the one in use; and the block's agencies, by code.
pub(crate) async fn scored_by<C: ConnectionTrait>(
    connection: &C,
    period: &period::Model,
    block: &block::Model,
    set: Option<criteria_set::Model>,
) -> Result<(Criteria, Vec<agency::Model>), SimulateError> {
    let measures = load_measures(connection).await?;
    let units = units(&measures);
    let (set_row, set) = match set {
        Some(row) => read_set(&row, &units).map(|set| (row, set))?,
        None => load_set_in_use(connection, period, block, &units).await?,
    };
    let mut agencies = agency::valid_in(period.starts_on, period.ends_before)
        .filter(agency::block_at_end(period.ends_before).eq(block.id))
        .all(connection)
        .await?;
    agencies.sort_by(|a, b| a.code.cmp(&b.code));
    Ok((Criteria { measures, units, set_row, set }, agencies))
}

type OfAgencies = HashMap<AgencyId, Vec<Overlay>>;

/// The changes as they are laid over the facts, or all that cannot be.
fn overlays(
    agencies: &[agency::Model],
    measures: &BTreeMap<String, measure::Model>,
    set: &CriteriaSet,
    changes: &[Change],
) -> Result<OfAgencies, Vec<(usize, Refused)>> {
    let ids: HashMap<_, _> = agencies.iter().map(|agency| (agency.code.as_str(), agency.id)).collect();
    let mut overlays = OfAgencies::new();
    let mut refused = Vec::new();
    for (at, change) in changes.iter().enumerate() {
        let agency = ids.get(change.agency.as_str()).copied();
        match (agency, overlay(&change.what, measures, set)) {
            (Some(agency), Ok(overlay)) => overlays.entry(agency).or_default().push(overlay),
            (None, _) => refused.push((at, Refused::UnknownAgency(change.agency.clone()))),
            (_, Err(why)) => refused.push((at, why)),
        }
    }
    if refused.is_empty() { Ok(overlays) } else { Err(refused) }
}

fn overlay(
    what: &What,
    measures: &BTreeMap<String, measure::Model>,
    set: &CriteriaSet,
) -> Result<Overlay, Refused> {
    Ok(match what.clone() {
        What::Value { measure, value } => {
            let known = measures.get(&measure).ok_or_else(|| Refused::UnknownMeasure(measure.clone()))?;
            let value =
                value.map(|text| value_of(&text, known.unit).ok_or(Refused::NotOfUnit(text, known.unit)));
            Overlay::Value { measure, value: value.transpose()? }
        }
        What::Tag { tag, holds } => Overlay::Tag { tag, holds },
        What::Exemption { criterion, reason } => {
            rule_of(set, &criterion)?;
            Overlay::Exemption { criterion, reason }
        }
        What::Appraisal { criterion, points } => {
            if rule_of(set, &criterion)? != RuleKind::Manual {
                return Err(Refused::NotAppraised(criterion));
            }
            let points = points.map(|text| text.parse().map_err(|_| Refused::NotANumber(text)));
            Overlay::Appraisal { criterion, points: points.transpose()? }
        }
    })
}

/// The kind of rule of a leaf of the set.
fn rule_of(set: &CriteriaSet, code: &str) -> Result<RuleKind, Refused> {
    let rule = set.leaf(code).and_then(|leaf| leaf.rule.as_ref());
    rule.map(scoring::Rule::kind).ok_or_else(|| Refused::UnknownLeaf(code.to_owned()))
}

/// The value that a text means in a unit; a count is whole and not negative.
fn value_of(text: &str, unit: Unit) -> Option<FactValue> {
    match unit {
        Unit::Count => {
            let count: scoring::Exact = text.parse().ok()?;
            (count.is_whole() && !count.is_negative()).then_some(FactValue::Number(count))
        }
        Unit::Share | Unit::Points => text.parse().ok().map(FactValue::Number),
        Unit::Flag => text.parse().ok().map(FactValue::Flag),
        Unit::Level => Some(FactValue::Level(text.to_owned())),
    }
}
