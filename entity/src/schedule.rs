//! Schedules: when a period is compiled without anybody asking. One a province and kind of period.

use scoring::PeriodKind;
use sea_orm::QueryOrder;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::ExprTrait;

use crate::ids::{BuildId, ScheduleId};

scoring::coded_enum! {
    /// What becomes of ticks that nobody was there for.
    pub enum CatchUp {
        /// Each fires, oldest first.
        All = "ALL",
        /// The latest fires.
        Latest = "LATEST",
        /// None fires.
        Skip = "SKIP",
    }
}

/// A schedule.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "schedule")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ScheduleId,
    /// Code of the province.
    pub province: String,
    /// What kind of period it compiles; unique with the province.
    pub kind: PeriodKind,
    /// When it ticks: minute, hour, day of the month, month, day of the week.
    pub cron: String,
    /// The zone in which that is meant, by IANA name: `Asia/Ho_Chi_Minh`.
    pub time_zone: String,
    /// What becomes of ticks that nobody was there for.
    pub catch_up: CatchUp,
    /// Whether it ticks.
    pub enabled: bool,
    /// The next tick that will fire; none while it does not tick, or until a worker has seen it.
    pub next_tick_at: Option<DateTimeUtc>,
    /// The last tick that is dealt with, fired or let go; none before the first.
    pub last_tick_at: Option<DateTimeUtc>,
    /// The build of the last tick that fired; none if that one failed, and before the first.
    pub last_build_id: Option<BuildId>,
    /// Why the last tick that fired gave no build; none if it did.
    pub last_error: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}

/// All schedules, by province, the half-year first.
#[must_use]
pub fn in_order() -> Select<Entity> {
    Entity::find().order_by_asc(Column::Province).order_by_desc(Column::Kind)
}

/// The schedules with something to do at `instant`: a tick to fire, or the first to be found.
#[must_use]
pub fn due_at(instant: DateTimeUtc) -> Select<Entity> {
    in_order()
        .filter(Column::Enabled.eq(true))
        .filter(Column::NextTickAt.is_null().or(Column::NextTickAt.lte(instant)))
}
