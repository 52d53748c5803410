//! Publications (*công bố*): which ranking of a block the public sees for a
//! period, and with it which revisions of the cards. A publication is never
//! changed but for `current`: what was once published stays readable.

use crate::ids::{BlockId, PeriodId, PublicationId, RankingId};
use sea_orm::QueryOrder;
use sea_orm::entity::prelude::*;

/// One revision of what is published of a block in a period.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "publication")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PublicationId,
    /// The period.
    pub period_id: PeriodId,
    /// The block.
    pub block_id: BlockId,
    /// The ranking that was published.
    pub ranking_id: RankingId,
    /// Revision, from 1; unique with the period and block.
    pub revision: i32,
    /// Whether it is the newest revision. The database allows one per period
    /// and block.
    pub current: bool,
    /// Who published it: a sign-in name.
    pub published_by: String,
    /// When.
    pub published_at: DateTimeUtc,
    /// Why it replaces the revision before; none for the first.
    pub reason: Option<String>,
    /// The period.
    #[sea_orm(belongs_to, from = "period_id", to = "id")]
    pub period: BelongsTo<super::period::Entity>,
    /// The block.
    #[sea_orm(belongs_to, from = "block_id", to = "id")]
    pub block: BelongsTo<super::block::Entity>,
    /// The ranking that was published.
    #[sea_orm(belongs_to, from = "ranking_id", to = "id")]
    pub ranking: BelongsTo<super::ranking::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}

/// That a publication is current, bare as in the partial index.
#[must_use]
pub fn is_current() -> Expr {
    Expr::col((Entity, Column::Current))
}

/// What is published of a block in a period.
#[must_use]
pub fn current_of(period: PeriodId, block: BlockId) -> Select<Entity> {
    Entity::find().filter(is_current()).filter(Column::PeriodId.eq(period)).filter(Column::BlockId.eq(block))
}

/// Every publication, latest first.
#[must_use]
pub fn latest_first() -> Select<Entity> {
    Entity::find().order_by_desc(Column::PublishedAt).order_by_desc(Column::Id)
}
