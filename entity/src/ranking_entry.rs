//! The entries of a ranking: every agency of the block, ranked or not.

use crate::ids::{AgencyId, RankingId, ScorecardId};
use sea_orm::entity::prelude::*;
use sea_orm::{JoinType, QueryOrder, QuerySelect};

/// An agency in a ranking.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "ranking_entry")]
pub struct Model {
    /// The ranking.
    #[sea_orm(primary_key, auto_increment = false)]
    pub ranking_id: RankingId,
    /// Place in the list, ascending: ranked agencies first, best first.
    #[sea_orm(primary_key, auto_increment = false)]
    pub position: i32,
    /// The agency.
    pub agency_id: AgencyId,
    /// The card that it was ranked by.
    pub scorecard_id: ScorecardId,
    /// Rank from 1; equal results share one and the next is skipped. None
    /// without a final card: unranked, not last.
    pub rank: Option<i32>,
    /// The ranking.
    #[sea_orm(belongs_to, from = "ranking_id", to = "id")]
    pub ranking: BelongsTo<super::ranking::Entity>,
    /// The agency.
    #[sea_orm(belongs_to, from = "agency_id", to = "id")]
    pub agency: BelongsTo<super::agency::Entity>,
    /// The card that it was ranked by.
    #[sea_orm(belongs_to, from = "scorecard_id", to = "id")]
    pub scorecard: BelongsTo<super::scorecard::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}

/// The entries of a ranking, in their order.
#[must_use]
pub fn of_ranking(ranking: RankingId) -> Select<Entity> {
    of_rankings([ranking])
}

/// The entries of the rankings, each ranking's in their order.
#[must_use]
pub fn of_rankings(rankings: impl IntoIterator<Item = RankingId>) -> Select<Entity> {
    Entity::find()
        .filter(Column::RankingId.is_in(rankings))
        .order_by_asc(Column::RankingId)
        .order_by_asc(Column::Position)
}

/// The entry of an agency in a ranking.
#[must_use]
pub fn of_agency(ranking: RankingId, agency: AgencyId) -> Select<Entity> {
    of_ranking(ranking).filter(Column::AgencyId.eq(agency))
}

/// The entries that hold a card, that of the newest ranking first.
#[must_use]
pub fn holding(card: ScorecardId) -> Select<Entity> {
    Entity::find()
        .join(JoinType::InnerJoin, Relation::Ranking.def())
        .filter(Column::ScorecardId.eq(card))
        .order_by_desc(super::ranking::Column::Revision)
}
