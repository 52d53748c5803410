//! The schedule: builds that nobody has to ask for.
//!
//! A schedule is a row that knows its next tick. When that has come, a worker moves the row on and inserts the
//! build in one transaction; the row is moved only from the very tick that was seen (compare and swap), so with
//! any number of workers a tick fires once, and a clock that is put back comes to none a second time.
//!
//! A tick means the period of the schedule's kind that ended last on the tick's day or before, in the
//! schedule's time zone: 5 July compiles the half-year that ended on 30 June, 5 January the year that ended on
//! 31 December. A period is data; where it is not entered, or ended a year before or more, the tick fails, and
//! says so in the audit log and beside the schedule. It is not tried again by itself: enter the period and have
//! the schedule fire.
//!
//! Ticks that no worker was there for are caught up by the schedule's policy. A new row begins to count when
//! the first worker sees it.

mod change;
mod fire;
mod ticks;

use std::time::Duration;

use chrono::{DateTime, Utc};
use entity::schedule::{self, CatchUp};
use entity::{BuildId, ScheduleId};
use scoring::PeriodKind;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbErr,
    EntityTrait, IntoActiveModel, QueryFilter, UpdateMany,
};
use tokio_util::sync::CancellationToken;

pub use self::change::{Change, ScheduleError, change, fire_now};
pub use self::fire::FireError;
use self::fire::{outcome, record_tick, request_tick};
use self::ticks::Due;
pub use self::ticks::{NotATimetable, Ticks};
use crate::audit::Actor;
use crate::database::begin_write;
use crate::{Clock, Signals};

/// How often is looked; a tick is a minute, so it is never far from its time.
const LOOK: Duration = Duration::from_secs(1);

/// When a new province's periods are compiled: the kind, and the days and hours as a cron expression.
const DEFAULTS: [(PeriodKind, &str); 2] =
    [(PeriodKind::H1, "0 2 5 7 *"), (PeriodKind::FullYear, "0 2 5 1 *")];

/// Fires what is due, until `shutdown`.
pub(crate) async fn run(
    database: DatabaseConnection,
    clock: Clock,
    signals: Signals,
    shutdown: CancellationToken,
) {
    loop {
        match look(&database, clock.now()).await {
            Ok(0) => {}
            Ok(_) => signals.builds_changed(),
            Err(error) => tracing::warn!(%error, "the schedules could not be looked at"),
        }
        tokio::select! {
            () = shutdown.cancelled() => return,
            () = tokio::time::sleep(LOOK) => {}
        }
    }
}

/// Fires what is due at `now` and no other worker fires first. Returns how many ticks fired.
async fn look(database: &DatabaseConnection, now: DateTime<Utc>) -> Result<usize, DbErr> {
    let mut fired = 0;
    for row in schedule::due_at(now).all(database).await? {
        let transaction = begin_write(database).await?;
        fired += advance(&transaction, &row, now).await?;
        transaction.commit().await?;
    }
    Ok(fired)
}

/// Moves one schedule on and fires its ticks. Nothing when the row is no longer as it was seen.
async fn advance(
    transaction: &DatabaseTransaction,
    seen: &schedule::Model,
    now: DateTime<Utc>,
) -> Result<usize, DbErr> {
    let by = Actor::worker();
    let ticks = match Ticks::new(&seen.cron, &seen.time_zone) {
        Ok(ticks) => ticks,
        Err(error) => {
            let stopped = update(seen)
                .col_expr(schedule::Column::Enabled, Expr::value(false))
                .col_expr(schedule::Column::LastError, Expr::value(error.to_string()));
            stopped.exec(transaction).await?;
            return Ok(0);
        }
    };
    let Some(next) = seen.next_tick_at else {
        let from = seen.last_tick_at.map_or(now, |last| last.max(now));
        update(seen)
            .col_expr(schedule::Column::NextTickAt, Expr::value(ticks.after(from)))
            .exec(transaction)
            .await?;
        return Ok(0);
    };
    let Some(due) = Due::of(&ticks, seen.catch_up, next, now) else { return Ok(0) };
    let moved = update(seen)
        .col_expr(schedule::Column::NextTickAt, Expr::value(due.next))
        .col_expr(schedule::Column::LastTickAt, Expr::value(due.last))
        .exec(transaction)
        .await?;
    if moved.rows_affected == 0 {
        return Ok(0);
    }
    for tick in &due.fire {
        let at = ticks.read(*tick);
        let fired = request_tick(transaction, seen, ticks.day_of(*tick), &at, &by, now).await;
        if let Err(FireError::Database(error)) = fired {
            return Err(error);
        }
        if let Err(error) = &fired {
            tracing::error!(schedule = %seen.id, tick = at, %error, "a tick gave no build");
        }
        let (build, error) = outcome(&fired);
        keep_outcome(transaction, seen.id, build, error).await?;
        record_tick(transaction, seen, &at, &fired, &by, now).await?;
    }
    Ok(due.fire.len())
}

/// An update that touches nothing unless the schedule is as it was seen.
fn update(seen: &schedule::Model) -> UpdateMany<schedule::Entity> {
    let update = schedule::Entity::update_many()
        .filter(schedule::Column::Id.eq(seen.id))
        .filter(schedule::Column::Enabled.eq(true))
        .filter(schedule::Column::Cron.eq(&seen.cron))
        .filter(schedule::Column::TimeZone.eq(&seen.time_zone))
        .filter(schedule::Column::CatchUp.eq(seen.catch_up));
    match seen.next_tick_at {
        Some(next) => update.filter(schedule::Column::NextTickAt.eq(next)),
        None => update.filter(schedule::Column::NextTickAt.is_null()),
    }
}

async fn keep_outcome(
    transaction: &DatabaseTransaction,
    id: ScheduleId,
    build: Option<BuildId>,
    error: Option<String>,
) -> Result<(), DbErr> {
    schedule::Entity::update_many()
        .col_expr(schedule::Column::LastBuildId, Expr::value(build))
        .col_expr(schedule::Column::LastError, Expr::value(error))
        .filter(schedule::Column::Id.eq(id))
        .exec(transaction)
        .await?;
    Ok(())
}

/// Gives a new province its schedules: the half-year on 5 July, the full year on 5 January, at two in the
/// morning.
///
/// # Errors
/// When the database fails, or the province has schedules already.
pub async fn insert_defaults<C: ConnectionTrait>(
    connection: &C,
    province: &str,
    time_zone: &str,
) -> Result<(), DbErr> {
    for (kind, cron) in DEFAULTS {
        let row = schedule::Model {
            id: ScheduleId::generate(),
            province: province.to_owned(),
            kind,
            cron: cron.to_owned(),
            time_zone: time_zone.to_owned(),
            catch_up: CatchUp::Latest,
            enabled: true,
            next_tick_at: None,
            last_tick_at: None,
            last_build_id: None,
            last_error: None,
        };
        row.into_active_model().reset_all().insert(connection).await?;
    }
    Ok(())
}
