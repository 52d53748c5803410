//! Which criteria set scores which block in which period.

use crate::ids::{BlockId, CriteriaSetId, CriteriaUseId, PeriodId};
use sea_orm::entity::prelude::*;

/// The set by which a block is scored in a period; unique per period and
/// block.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "criteria_use")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: CriteriaUseId,
    /// The period.
    pub period_id: PeriodId,
    /// The block.
    pub block_id: BlockId,
    /// The set.
    pub criteria_set_id: CriteriaSetId,
    /// The period.
    #[sea_orm(belongs_to, from = "period_id", to = "id")]
    pub period: BelongsTo<super::period::Entity>,
    /// The block.
    #[sea_orm(belongs_to, from = "block_id", to = "id")]
    pub block: BelongsTo<super::block::Entity>,
    /// The set.
    #[sea_orm(belongs_to, from = "criteria_set_id", to = "id")]
    pub criteria_set: BelongsTo<super::criteria_set::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}

/// The uses of a period: one for each block that is scored in it.
#[must_use]
pub fn of_period(period: PeriodId) -> Select<Entity> {
    Entity::find().filter(Column::PeriodId.eq(period))
}
