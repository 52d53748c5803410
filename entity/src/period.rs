//! Periods: the half-open stretches of time [start, end) that are scored.
//! Their dates are data; some offices begin a year on 15 December.

use scoring::PeriodKind;
use sea_orm::QueryOrder;
use sea_orm::entity::prelude::*;

use crate::ids::PeriodId;

/// A period.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "period")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PeriodId,
    /// Unique code: `2022-H1`, `2022-FY`.
    #[sea_orm(unique)]
    pub code: String,
    /// What part of the year it is.
    pub kind: PeriodKind,
    /// The year that it is named after.
    pub year: i32,
    /// Its first day.
    pub starts_on: Date,
    /// The first day after it.
    pub ends_before: Date,
    /// The zone in which its days begin, by IANA name: `Asia/Ho_Chi_Minh`.
    pub time_zone: String,
}

impl ActiveModelBehavior for ActiveModel {}

/// The period with that code.
#[must_use]
pub fn with_code(code: &str) -> Select<Entity> {
    Entity::find().filter(Column::Code.eq(code))
}

/// All periods, the one that starts first first; of two that start together,
/// the shorter.
#[must_use]
pub fn in_order() -> Select<Entity> {
    Entity::find().order_by_asc(Column::StartsOn).order_by_asc(Column::EndsBefore)
}

/// The periods that contain `date`.
#[must_use]
pub fn around(date: Date) -> Select<Entity> {
    in_order().filter(Column::StartsOn.lte(date)).filter(Column::EndsBefore.gt(date))
}

/// The periods of a kind that ended after `after` and by `by`, the latest first.
#[must_use]
pub fn ended_between(kind: PeriodKind, after: Date, by: Date) -> Select<Entity> {
    Entity::find()
        .filter(Column::Kind.eq(kind))
        .filter(Column::EndsBefore.gt(after))
        .filter(Column::EndsBefore.lte(by))
        .order_by_desc(Column::EndsBefore)
}
