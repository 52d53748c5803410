//! The dated tree of agencies: who stood directly under whom, and when.

use sea_orm::entity::prelude::*;

use crate::dated::{holds_in, holds_on};
use crate::ids::{AgencyEdgeId, AgencyId};

/// One agency directly under another, from `valid_from` until before
/// `valid_to`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "agency_edge")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AgencyEdgeId,
    /// The upper agency.
    pub parent_id: AgencyId,
    /// The agency under it.
    pub child_id: AgencyId,
    /// First day on which it holds.
    pub valid_from: Date,
    /// First day on which it no longer holds; none while it does.
    pub valid_to: Option<Date>,
    /// The upper agency.
    #[sea_orm(belongs_to, relation_enum = "Parent", from = "parent_id", to = "id")]
    pub parent: BelongsTo<super::agency::Entity>,
    /// The agency under it.
    #[sea_orm(belongs_to, relation_enum = "Child", from = "child_id", to = "id")]
    pub child: BelongsTo<super::agency::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}

/// The edges that hold on `date`.
#[must_use]
pub fn valid_on(date: Date) -> Select<Entity> {
    Entity::find().filter(holds_on(Column::ValidFrom, Column::ValidTo, date))
}

/// The edges that hold on some day from `starts_on` until before `ends_before`.
#[must_use]
pub fn valid_in(starts_on: Date, ends_before: Date) -> Select<Entity> {
    Entity::find().filter(holds_in(Column::ValidFrom, Column::ValidTo, starts_on, ends_before))
}
