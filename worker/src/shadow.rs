//! The shadow of a full build: what it would write, beside what is there. Nothing is written.
//!
//! A full build is the reference for every smaller one. Where the cards of a live database differ from it, a
//! change was not marked, or something wrote past the program.

use std::collections::BTreeMap;

use entity::{agency, block, criteria_use, period, ranking, scorecard};
use scoring::{Exact, content_hash, rank, score};
use sea_orm::{ColumnTrait, ConnectionTrait, DatabaseConnection, DbErr, QueryFilter};

use crate::compile::cohort::{Cohort, Overlays};
use crate::compile::{Criteria, PartError, ranking_hash};
use crate::criteria::{load_measures, load_set_in_use, units};
use crate::database::begin_reading;

/// One thing that a full build would change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Behind {
    /// The period's code.
    pub period: String,
    /// The block's code.
    pub block: String,
    /// The agency's code; `None`: the block itself.
    pub agency: Option<String>,
    /// What is behind.
    pub what: What,
}

/// What is behind the data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// There should be a card.
    Absent,
    /// There should be no card: the agency does not exist in the period, or is in another block.
    Surplus,
    /// The card is of other facts, or of another criteria set.
    Different {
        /// The current card's content hash.
        stored: String,
        /// That of a full build.
        computed: String,
    },
    /// The block's ranking is another.
    Ranking,
    /// The block could not be compiled, and why.
    Unusable(String),
}

/// What of a full comparison came out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Compared {
    /// How many cards a full build would have.
    pub cards: usize,
    /// Everything that is behind, by period, block and agency.
    pub behind: Vec<Behind>,
}

/// Compares the current cards of these periods with those of a full build, in one snapshot a period.
///
/// # Errors
/// When the database fails. A block that cannot be compiled is told as such.
pub async fn compare(database: &DatabaseConnection, periods: &[period::Model]) -> Result<Compared, DbErr> {
    let mut compared = Compared::default();
    for period in periods {
        let snapshot = begin_reading(database).await?;
        for block in block::in_order().all(&snapshot).await? {
            match of_block(&snapshot, period, &block).await {
                Ok(Some((cards, behind))) => {
                    compared.cards += cards;
                    compared.behind.extend(behind);
                }
                Ok(None) => {}
                Err(PartError::Retry(error)) => return Err(error),
                Err(error) => compared.behind.push(Behind {
                    period: period.code.clone(),
                    block: block.code.clone(),
                    agency: None,
                    what: What::Unusable(error.to_string()),
                }),
            }
        }
        snapshot.rollback().await?;
    }
    Ok(compared)
}

/// How many cards a full build would have of a block, and what is behind; `None` where a full build has
/// nothing to do.
async fn of_block<C: ConnectionTrait>(
    connection: &C,
    period: &period::Model,
    block: &block::Model,
) -> Result<Option<(usize, Vec<Behind>)>, PartError> {
    let stored = scorecard::current_for(period.id)
        .filter(scorecard::Column::BlockId.eq(block.id))
        .find_also_related(agency::Entity)
        .all(connection)
        .await?;
    let used = criteria_use::of_period(period.id)
        .filter(criteria_use::Column::BlockId.eq(block.id))
        .one(connection)
        .await?;
    if stored.is_empty() && used.is_none() {
        return Ok(None);
    }
    let mut stored: BTreeMap<String, String> =
        stored.into_iter().filter_map(|(card, agency)| Some((agency?.code, card.content_hash))).collect();
    let (computed, indexes) = computed(connection, period, block).await?;
    if computed.is_empty() && stored.is_empty() {
        return Ok(None);
    }
    let behind = |agency: Option<&String>, what| Behind {
        period: period.code.clone(),
        block: block.code.clone(),
        agency: agency.cloned(),
        what,
    };
    let mut found = Vec::new();
    for (code, hash) in &computed {
        match stored.remove(code) {
            None => found.push(behind(Some(code), What::Absent)),
            Some(same) if same == *hash => {}
            Some(other) => {
                found.push(behind(Some(code), What::Different { stored: other, computed: hash.clone() }));
            }
        }
    }
    found.extend(stored.keys().map(|code| behind(Some(code), What::Surplus)));
    let places = rank(indexes);
    let expected = ranking_hash(
        places
            .iter()
            .filter_map(|place| Some((place.key.as_str(), computed.get(&place.key)?.as_str(), place.rank))),
    );
    let current = ranking::current_of(period.id, block.id).one(connection).await?;
    if current.is_none_or(|current| current.content_hash != expected) {
        found.push(behind(None, What::Ranking));
    }
    Ok(Some((computed.len(), found)))
}

type Indexes = Vec<(String, Option<Exact>)>;

/// The content hash and the index of every card that a full build would have, by agency.
async fn computed<C: ConnectionTrait>(
    connection: &C,
    period: &period::Model,
    block: &block::Model,
) -> Result<(BTreeMap<String, String>, Indexes), PartError> {
    let agencies = agency::valid_in(period.starts_on, period.ends_before)
        .filter(agency::Column::BlockId.eq(block.id))
        .all(connection)
        .await?;
    if agencies.is_empty() {
        return Ok((BTreeMap::new(), Vec::new()));
    }
    let measures = load_measures(connection).await?;
    let units = units(&measures);
    let (set_row, set) = load_set_in_use(connection, period, block, &units).await?;
    let criteria = Criteria { measures, units, set_row, set };
    let cohort = Cohort::new(period.clone(), block.clone(), agencies)?;
    let facts = cohort.facts(connection, &criteria, &Overlays::default()).await?;
    let scored = cohort.scored_period();
    let mut hashes = BTreeMap::new();
    let mut indexes = Vec::new();
    for (agency, facts) in cohort.agencies.iter().zip(&facts) {
        hashes.insert(agency.code.clone(), content_hash(&criteria.set, &scored, facts));
        indexes.push((agency.code.clone(), score(&criteria.set, scored.code.kind, facts).index_percent));
    }
    Ok((hashes, indexes))
}
