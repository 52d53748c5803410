//! The ranks of two cards, each in the ranking that holds it.

use entity::{AgencyId, RankingId, publication, ranking_entry, scorecard};
use scoring::{Exact, RankChange, rank_change};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, JoinType, QueryFilter, QuerySelect, QueryTrait,
    RelationTrait,
};

/// The ranks of two cards.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ranks {
    /// That of the earlier card; `None`: unranked, or in no ranking that is seen.
    pub before: Option<i32>,
    /// That of the later card.
    pub after: Option<i32>,
    /// The change, or why there is none.
    pub change: Result<RankChange, NoRankChange>,
}

/// Why ranks are not compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoRankChange {
    /// The cards are of two agencies.
    OtherAgency,
    /// The agency was ranked in another block.
    OtherBlock,
    /// One of the cards is in no ranking, or in none that is published.
    NoRanking,
    /// One of the cards is unranked.
    Unranked,
}

/// The ranks of two cards in the newest rankings that hold them; `published`: in those only that were ever published.
///
/// # Errors
/// When the database fails.
pub async fn load_ranks<C: ConnectionTrait>(
    connection: &C,
    before: &scorecard::Model,
    after: &scorecard::Model,
    published: bool,
) -> Result<Ranks, DbErr> {
    let first = find_entry(connection, before, published).await?;
    let last = find_entry(connection, after, published).await?;
    let change = match (&first, &last) {
        _ if before.agency_id != after.agency_id => Err(NoRankChange::OtherAgency),
        _ if before.block_id != after.block_id => Err(NoRankChange::OtherBlock),
        (Some(first), Some(last)) => {
            let indexes = [
                load_indexes(connection, first.ranking_id).await?,
                load_indexes(connection, last.ranking_id).await?,
            ];
            let [first, last] = indexes;
            rank_change(&first, &last, &before.agency_id).ok_or(NoRankChange::Unranked)
        }
        _ => Err(NoRankChange::NoRanking),
    };
    let rank = |entry: Option<ranking_entry::Model>| entry.and_then(|entry| entry.rank);
    Ok(Ranks { before: rank(first), after: rank(last), change })
}

async fn find_entry<C: ConnectionTrait>(
    connection: &C,
    card: &scorecard::Model,
    published: bool,
) -> Result<Option<ranking_entry::Model>, DbErr> {
    let mut entries = ranking_entry::holding(card.id);
    if published {
        let rankings = publication::Entity::find().select_only().column(publication::Column::RankingId);
        entries = entries.filter(ranking_entry::Column::RankingId.in_subquery(rankings.into_query()));
    }
    entries.one(connection).await
}

/// The indexes of a ranking, by agency. One that cannot be read ranks nobody.
async fn load_indexes<C: ConnectionTrait>(
    connection: &C,
    ranking: RankingId,
) -> Result<Vec<(AgencyId, Option<Exact>)>, DbErr> {
    let rows: Vec<(AgencyId, Option<String>)> = ranking_entry::Entity::find()
        .join(JoinType::InnerJoin, ranking_entry::Relation::Scorecard.def())
        .filter(ranking_entry::Column::RankingId.eq(ranking))
        .select_only()
        .column(ranking_entry::Column::AgencyId)
        .column(scorecard::Column::IndexPercent)
        .into_tuple()
        .all(connection)
        .await?;
    let exact =
        |(agency, index): (AgencyId, Option<String>)| (agency, index.and_then(|text| text.parse().ok()));
    Ok(rows.into_iter().map(exact).collect())
}
