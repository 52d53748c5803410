//! A block's ranking: apart from the cards, so that one agency's change rewrites one card and one ranking.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use entity::{AgencyId, RankingId, ScorecardId, agency, ranking, ranking_entry, scorecard};
use scoring::{Exact, canonical_json, rank, sha256_hex};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, JoinType, QueryFilter,
    QuerySelect, RelationTrait,
};
use serde::Serialize;

use super::{PartError, Scope};
use crate::database::insert;

/// What a ranking is made of; its canonical JSON is hashed.
#[derive(Serialize)]
struct Placed<'a> {
    agency: &'a str,
    card: &'a str,
    rank: Option<u32>,
}

struct Card {
    id: ScorecardId,
    agency: AgencyId,
    content_hash: String,
}

/// The hash of a ranking: of each place the agency's code, its card's hash and the rank.
pub(crate) fn hash<'a>(places: impl Iterator<Item = (&'a str, &'a str, Option<u32>)>) -> String {
    let placed: Vec<_> = places.map(|(agency, card, rank)| Placed { agency, card, rank }).collect();
    sha256_hex(&canonical_json(&placed))
}

/// Ranks the block's current cards and writes the ranking if it is another than the current one.
pub(super) async fn save<C: ConnectionTrait>(
    connection: &C,
    scope: &Scope,
    now: DateTime<Utc>,
) -> Result<(), PartError> {
    let (mut cards, indexes) = current_cards(connection, scope).await?;
    let places = rank(indexes);
    let content_hash = hash(places.iter().filter_map(|place| {
        Some((place.key.as_str(), cards.get(&place.key)?.content_hash.as_str(), place.rank))
    }));

    let current = ranking::current_of(scope.cohort.period.id, scope.cohort.block.id).one(connection).await?;
    if current.as_ref().is_some_and(|ranking| ranking.content_hash == content_hash) {
        return Ok(());
    }
    if let Some(current) = &current {
        ranking::Entity::update_many()
            .col_expr(ranking::Column::Current, Expr::value(false))
            .filter(ranking::Column::Id.eq(current.id))
            .exec(connection)
            .await?;
    }
    let row = ranking::Model {
        id: RankingId::generate(),
        period_id: scope.cohort.period.id,
        block_id: scope.cohort.block.id,
        revision: current.map_or(1, |current| current.revision + 1),
        current: true,
        content_hash,
        build_id: scope.build.id,
        compiled_at: now,
    };
    let entries: Vec<_> = (1..)
        .zip(places)
        .filter_map(|(position, place)| {
            let card = cards.remove(&place.key)?;
            let entry = ranking_entry::Model {
                ranking_id: row.id,
                position,
                agency_id: card.agency,
                scorecard_id: card.id,
                rank: place.rank.and_then(|rank| i32::try_from(rank).ok()),
            };
            Some(entry.into_active_model().reset_all())
        })
        .collect();
    row.into_active_model().reset_all().insert(connection).await?;
    insert(connection, entries).await?;
    Ok(())
}

type Indexes = Vec<(String, Option<Exact>)>;

/// The current cards by agency code of those who are in the block at the period's end, and their unrounded indexes. An
/// agency that moved away keeps its old card until its new block is compiled, but not its old place.
async fn current_cards<C: ConnectionTrait>(
    connection: &C,
    scope: &Scope,
) -> Result<(BTreeMap<String, Card>, Indexes), PartError> {
    type Row = (ScorecardId, AgencyId, String, String, Option<String>);
    let rows: Vec<Row> = scorecard::current_for(scope.cohort.period.id)
        .filter(scorecard::Column::BlockId.eq(scope.cohort.block.id))
        .filter(agency::block_at_end(scope.cohort.period.ends_before).eq(scope.cohort.block.id))
        .join(JoinType::InnerJoin, scorecard::Relation::Agency.def())
        .select_only()
        .column(scorecard::Column::Id)
        .column(scorecard::Column::AgencyId)
        .column(agency::Column::Code)
        .column(scorecard::Column::ContentHash)
        .column(scorecard::Column::IndexPercent)
        .into_tuple()
        .all(connection)
        .await?;
    let mut cards = BTreeMap::new();
    let mut indexes = Vec::with_capacity(rows.len());
    for (id, agency, code, content_hash, index) in rows {
        let index = index.map(|text| text.parse::<Exact>()).transpose();
        let index = index.map_err(|error| PartError::GiveUp(format!("card of {code}: {error}")))?;
        indexes.push((code.clone(), index));
        cards.insert(code, Card { id, agency, content_hash });
    }
    Ok((cards, indexes))
}
