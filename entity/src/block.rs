//! Ranking blocks (*khối*): the groups of agencies that are ranked among
//! themselves.

use crate::ids::BlockId;
use sea_orm::QueryOrder;
use sea_orm::entity::prelude::*;

/// A ranking block.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "block")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: BlockId,
    /// Unique code.
    #[sea_orm(unique)]
    pub code: String,
    /// Vietnamese name.
    pub name_vi: String,
    /// English name.
    pub name_en: String,
    /// Place in lists, ascending.
    pub position: i32,
}

impl ActiveModelBehavior for ActiveModel {}

/// The block with that code.
#[must_use]
pub fn with_code(code: &str) -> Select<Entity> {
    Entity::find().filter(Column::Code.eq(code))
}

/// All blocks, in their order.
#[must_use]
pub fn in_order() -> Select<Entity> {
    Entity::find().order_by_asc(Column::Position)
}
