//! Agencies: who is scored. An agency lasts from one date to another; a
//! successor, even of the same name, is another agency with its own id.

use scoring::{AgencyKind, Source};
use sea_orm::QueryOrder;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Expr, ExprTrait, Func, Query, SelectStatement};

use crate::codes::Codes;
use crate::dated::{holds_in, holds_on};
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
    /// The block in which it is ranked; where it was ranked before, if
    /// elsewhere, its former blocks say.
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

impl Model {
    /// Whether it exists on some day from `starts_on` until before
    /// `ends_before`.
    #[must_use]
    pub fn exists_in(&self, starts_on: Date, ends_before: Date) -> bool {
        self.valid_from < ends_before && self.valid_to.is_none_or(|valid_to| valid_to > starts_on)
    }
}

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

/// The agencies that exist on `date`, by code.
#[must_use]
pub fn valid_on(date: Date) -> Select<Entity> {
    Entity::find().filter(holds_on(Column::ValidFrom, Column::ValidTo, date)).order_by_asc(Column::Code)
}

/// The block in which an agency is ranked in a period that ends before that
/// day: the one in which it is at the period's end.
#[must_use]
pub fn block_at_end(ends_before: Date) -> Expr {
    use super::former_block;
    let of = |column: former_block::Column| Expr::col((former_block::Entity, column));
    let former: SelectStatement = Query::select()
        .column((former_block::Entity, former_block::Column::BlockId))
        .from(former_block::Entity)
        .and_where(of(former_block::Column::AgencyId).equals((Entity, Column::Id)))
        .and_where(of(former_block::Column::ValidTo).gte(ends_before))
        .order_by((former_block::Entity, former_block::Column::ValidTo), sea_orm::Order::Asc)
        .limit(1)
        .take();
    let former = Expr::SubQuery(None, Box::new(former.into()));
    Func::coalesce([former, Expr::col((Entity, Column::BlockId))]).into()
}
