//! Rankings: who came where in a block in a period. Like a card, a ranking is
//! never changed but for `current`.

use crate::ids::{BlockId, BuildId, PeriodId, RankingId};
use sea_orm::entity::prelude::*;

/// One revision of the ranking of a block in a period.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "ranking")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: RankingId,
    /// The period.
    pub period_id: PeriodId,
    /// The block.
    pub block_id: BlockId,
    /// Revision, from 1; unique with the period and block.
    pub revision: i32,
    /// Whether it is the newest revision. The database allows one per period
    /// and block.
    pub current: bool,
    /// SHA-256 of its entries, in hexadecimal.
    pub content_hash: String,
    /// The build that wrote it.
    pub build_id: BuildId,
    /// When it was written.
    pub compiled_at: DateTimeUtc,
    /// The period.
    #[sea_orm(belongs_to, from = "period_id", to = "id")]
    pub period: BelongsTo<super::period::Entity>,
    /// The block.
    #[sea_orm(belongs_to, from = "block_id", to = "id")]
    pub block: BelongsTo<super::block::Entity>,
    /// The build that wrote it.
    #[sea_orm(belongs_to, from = "build_id", to = "id")]
    pub build: BelongsTo<super::build::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}

/// The current rankings of a period, one a block.
#[must_use]
pub fn current_for(period: PeriodId) -> Select<Entity> {
    // Bare, as in the partial index; see the same scope of `scorecard`.
    Entity::find().filter(Expr::col((Entity, Column::Current))).filter(Column::PeriodId.eq(period))
}

/// The current ranking of a block in a period.
#[must_use]
pub fn current_of(period: PeriodId, block: BlockId) -> Select<Entity> {
    current_for(period).filter(Column::BlockId.eq(block))
}
