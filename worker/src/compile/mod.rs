//! Compiling one part of a build: one ranking block in one period, or some of its agencies.
//!
//! Load, decide, save, all in one transaction that first asserts its claim: a worker whose claim was
//! given to another writes nothing. The decision (`score`, the content hashes, the ranking) is pure; a
//! card whose hash is the current one's is left alone, so compiling twice writes nothing new.

mod card;
pub(crate) mod cohort;
pub(crate) mod gather;
mod inherit;
pub(crate) mod listings;
mod ranking;
pub(crate) mod stored;
pub(crate) mod succession;

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use entity::{agency, block, build, build_part, criteria_set, measure, period};
use scoring::{Catalogue, CriteriaSet, Facts, content_hash, score};
use sea_orm::sea_query::ExprTrait;
use sea_orm::{ColumnTrait, ConnectionTrait, DatabaseConnection, DbErr, EntityTrait, QueryFilter};

use self::cohort::{Cohort, Overlays};
pub(crate) use self::ranking::hash as ranking_hash;
use crate::build::Claim;
use crate::criteria::{CriteriaError, load_measures, load_set_in_use, units};
use crate::database::begin_snapshot;
use crate::traces::Span;

/// Why a part was not compiled, and what follows from it.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PartError {
    /// Something passing: try again.
    #[error("{0}")]
    Retry(#[from] DbErr),
    /// The stored data cannot be compiled; trying again gives the same.
    #[error("{0}")]
    GiveUp(String),
    /// Its build was called off: stop, and write nothing.
    #[error("the build was called off")]
    CalledOff,
    /// The part now belongs to somebody else: stop, and write nothing.
    #[error("the claim was lost")]
    ClaimLost,
}

impl PartError {
    /// What is put on record, where anybody may read it; a database's own words stay in the log.
    pub(crate) fn on_record(&self) -> String {
        match self {
            Self::Retry(_) => "the database failed for the moment; the log has the details".to_owned(),
            other => other.to_string(),
        }
    }
}

impl From<CriteriaError> for PartError {
    fn from(error: CriteriaError) -> Self {
        match error {
            CriteriaError::Database(error) => Self::Retry(error),
            broken => Self::GiveUp(broken.to_string()),
        }
    }
}

/// What a part did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct PartDone {
    /// New card revisions.
    pub(crate) written: i32,
    /// Cards that were already as they should be.
    pub(crate) unchanged: i32,
    /// Cards whose index is another than that of the card they replace.
    pub(crate) indexes_changed: i32,
}

/// Compiles the claimed part and closes it.
pub(crate) async fn compile(
    database: &DatabaseConnection,
    claim: &Claim,
    now: DateTime<Utc>,
) -> Result<PartDone, PartError> {
    let transaction = begin_snapshot(database).await?;
    claim.assert(&transaction).await?;
    let scope = Scope::load(&transaction, claim).await?;
    card::withdraw(&transaction, &scope).await?;
    let done = compile_cards(&transaction, &scope, now).await?;
    ranking::save(&transaction, &scope, now).await?;
    claim.close(&transaction, done, now).await?;
    transaction.commit().await?;
    Ok(done)
}

/// A block that its last agency left has no cards to compile, and needs no criteria set for that.
async fn compile_cards<C: ConnectionTrait>(
    connection: &C,
    scope: &Scope,
    now: DateTime<Utc>,
) -> Result<PartDone, PartError> {
    if scope.cohort.agencies.is_empty() {
        return Ok(PartDone::default());
    }
    let criteria = Criteria::load(connection, scope).await?;
    let cards = decide(connection, scope, &criteria).await?;
    card::save(connection, scope, &criteria, &cards, now).await
}

/// What is to be compiled.
pub(crate) struct Scope {
    build: build::Model,
    cohort: Cohort,
}

/// What it is scored by.
pub(crate) struct Criteria {
    pub(crate) measures: BTreeMap<String, measure::Model>,
    pub(crate) units: Catalogue,
    pub(crate) set_row: criteria_set::Model,
    pub(crate) set: CriteriaSet,
}

impl Scope {
    async fn load<C: ConnectionTrait>(connection: &C, claim: &Claim) -> Result<Self, PartError> {
        let gone = |what: &str| PartError::GiveUp(format!("the part's {what} no longer exists"));
        let part = build_part::Entity::find_by_id(claim.part).one(connection).await?;
        let part = part.ok_or_else(|| gone("row"))?;
        let build = build::Entity::find_by_id(part.build_id).one(connection).await?;
        let build = build.ok_or_else(|| gone("build"))?;
        let period = period::Entity::find_by_id(build.period_id).one(connection).await?;
        let period = period.ok_or_else(|| gone("period"))?;
        let block = block::Entity::find_by_id(part.block_id).one(connection).await?;
        let block = block.ok_or_else(|| gone("block"))?;
        let span = Span::current();
        span.say("reform.period", || period.code.clone());
        span.say("reform.block", || block.code.clone());
        let agencies = agencies_in(connection, &build, &period, &block).await?;
        Ok(Self { build, cohort: Cohort::new(period, block, agencies)? })
    }
}

impl Criteria {
    async fn load<C: ConnectionTrait>(connection: &C, scope: &Scope) -> Result<Self, PartError> {
        let measures = load_measures(connection).await?;
        let units = units(&measures);
        let (set_row, set) =
            load_set_in_use(connection, &scope.cohort.period, &scope.cohort.block, &units).await?;
        Ok(Self { measures, units, set_row, set })
    }
}

/// The card of each agency, or that it is already there.
async fn decide<C: ConnectionTrait>(
    connection: &C,
    scope: &Scope,
    criteria: &Criteria,
) -> Result<Vec<Decided>, PartError> {
    let facts = scope.cohort.facts(connection, criteria, &Overlays::default()).await?;
    let mut newest: HashMap<_, _> = card::newest(connection, scope).await?;
    let period = scope.cohort.scored_period();
    let decide = |(agency, facts): (&agency::Model, Facts)| {
        let content_hash = content_hash(&criteria.set, &period, &facts);
        let previous = newest.remove(&agency.id);
        // The hash does not name the block's row, only its code; a card stays within its block.
        let same = |card: &card::Previous| {
            card.current && card.content_hash == content_hash && card.block_id == scope.cohort.block.id
        };
        if previous.as_ref().is_some_and(same) {
            return Decided::Unchanged;
        }
        let scored = score(&criteria.set, period.code.kind, &facts);
        Decided::Write(Box::new(card::NewCard { agency: agency.id, facts, content_hash, scored, previous }))
    };
    Ok(scope.cohort.agencies.iter().zip(facts).map(decide).collect())
}

/// What is to be done about one agency's card.
pub(crate) enum Decided {
    /// The current card is the right one.
    Unchanged,
    /// A new revision.
    Write(Box<card::NewCard>),
}

/// The agencies that are in the build's scope, valid at some time of the period and in the block at its end.
async fn agencies_in<C: ConnectionTrait>(
    connection: &C,
    build: &build::Model,
    period: &period::Model,
    block: &block::Model,
) -> Result<Vec<agency::Model>, DbErr> {
    let mut agencies = agency::valid_in(period.starts_on, period.ends_before)
        .filter(agency::block_at_end(period.ends_before).eq(block.id));
    if let Some(codes) = &build.agencies {
        agencies = agencies.filter(agency::Column::Code.is_in(codes.0.iter().map(String::as_str)));
    }
    let mut agencies = agencies.all(connection).await?;
    agencies.sort_by(|a, b| a.code.cmp(&b.code));
    Ok(agencies)
}
