//! Agencies: who is scored. An agency lasts from one date to another; a
//! successor, even of the same name, is another agency with its own id.

use scoring::{AgencyKind, Source};
use sea_orm::QueryOrder;
use sea_orm::entity::prelude::*;

use crate::codes::Codes;
use crate::dated::holds_in;
use crate::ids::{AgencyId, BlockId};

/// An agency, as it was from `valid_from` until before `valid_to`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "agency")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AgencyId,
    /// Unique code.
    #[sea_orm(unique)]
    pub code: String,
    /// Vietnamese name.
    pub name_vi: String,
    /// English name.
    pub name_en: String,
    /// What it is.
    pub kind: AgencyKind,
    /// The block in which it is ranked.
    pub block_id: BlockId,
    /// First day of its existence.
    pub valid_from: Date,
    /// First day on which it no longer exists; none while it does.
    pub valid_to: Option<Date>,
    /// Applicability tags that hold for it, such as `HAS_TTHC`: a criterion
    /// may concern only agencies with a tag.
    pub tags: Codes,
    /// Where the entry comes from.
    pub source: Source,
    /// The block in which it is ranked.
    #[sea_orm(belongs_to, from = "block_id", to = "id")]
    pub block: BelongsTo<super::block::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}

/// The agency with that code.
#[must_use]
pub fn with_code(code: &str) -> Select<Entity> {
    Entity::find().filter(Column::Code.eq(code))
}

/// The agencies with those codes, by code.
#[must_use]
pub fn with_codes<'a>(codes: impl IntoIterator<Item = &'a str>) -> Select<Entity> {
    Entity::find().filter(Column::Code.is_in(codes)).order_by_asc(Column::Code)
}

/// The agencies that are valid on some day from `starts_on` until before `ends_before`, by code.
#[must_use]
pub fn valid_in(starts_on: Date, ends_before: Date) -> Select<Entity> {
    Entity::find()
        .filter(holds_in(Column::ValidFrom, Column::ValidTo, starts_on, ends_before))
        .order_by_asc(Column::Code)
}

/// Every agency, by code.
#[must_use]
pub fn in_order() -> Select<Entity> {
    Entity::find().order_by_asc(Column::Code)
}
