//! Inspection delegations (*đoàn kiểm tra*).

use crate::ids::DelegationId;
use sea_orm::QueryOrder;
use sea_orm::entity::prelude::*;

/// A delegation.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "delegation")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: DelegationId,
    /// Vietnamese name.
    pub name_vi: String,
    /// English name.
    pub name_en: String,
}

impl ActiveModelBehavior for ActiveModel {}

/// All delegations, the one formed first first.
#[must_use]
pub fn in_order() -> Select<Entity> {
    Entity::find().order_by_asc(Column::Id)
}
