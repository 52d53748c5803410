//! What people do with a schedule: change it, and have it fire now.

use chrono::{DateTime, Utc};
use entity::schedule::CatchUp;
use entity::{ScheduleId, schedule};
use sea_orm::sea_query::LockType;
use sea_orm::{ActiveModelTrait, DatabaseTransaction, DbErr, EntityTrait, IntoActiveModel, QuerySelect};

use super::fire::{FireError, outcome, record_tick, request_tick};
use super::keep_outcome;
use super::ticks::{NotATimetable, Ticks};
use crate::audit::Actor;
use crate::build::Requested;

/// What is to be otherwise; `None`: as it is.
#[derive(Clone, Debug, Default)]
pub struct Change<'a> {
    /// When it ticks.
    pub cron: Option<&'a str>,
    /// The zone in which that is meant.
    pub time_zone: Option<&'a str>,
    /// What becomes of missed ticks.
    pub catch_up: Option<CatchUp>,
    /// Whether it ticks.
    pub enabled: Option<bool>,
}

/// Why a schedule is not changed, or does not fire.
#[derive(Debug, thiserror::Error)]
pub enum ScheduleError {
    /// There is none with this id.
    #[error("there is no such schedule")]
    Unknown,
    /// It would not be a timetable.
    #[error(transparent)]
    Timetable(#[from] NotATimetable),
    /// It cannot fire.
    #[error(transparent)]
    Fire(#[from] FireError),
}

impl From<DbErr> for ScheduleError {
    fn from(error: DbErr) -> Self {
        Self::Fire(error.into())
    }
}

/// Changes a schedule in the caller's transaction. Gives it as it was and as it is.
///
/// # Errors
/// When there is no such schedule, or no such timetable; nothing is changed then.
pub async fn change(
    transaction: &DatabaseTransaction,
    id: ScheduleId,
    change: &Change<'_>,
    now: DateTime<Utc>,
) -> Result<(schedule::Model, schedule::Model), ScheduleError> {
    let before = locked(transaction, id).await?;
    let after = changed(&before, change, now)?;
    let row = after.clone().into_active_model().reset_all();
    row.update(transaction).await?;
    Ok((before, after))
}

/// The schedule as the change leaves it. Its next tick lies after the last that is dealt with, even if the
/// clock was put back in between; a tick that is due already stays due if the timetable is the same.
fn changed(
    before: &schedule::Model,
    change: &Change<'_>,
    now: DateTime<Utc>,
) -> Result<schedule::Model, NotATimetable> {
    let mut after = before.clone();
    change.cron.unwrap_or(&before.cron).clone_into(&mut after.cron);
    change.time_zone.unwrap_or(&before.time_zone).clone_into(&mut after.time_zone);
    after.catch_up = change.catch_up.unwrap_or(before.catch_up);
    after.enabled = change.enabled.unwrap_or(before.enabled);
    let ticks = Ticks::new(&after.cron, &after.time_zone)?;
    let timetable = |row: &schedule::Model| (row.cron.clone(), row.time_zone.clone(), row.enabled);
    if timetable(&after) != timetable(before) {
        let from = before.last_tick_at.map_or(now, |last| last.max(now));
        after.next_tick_at = after.enabled.then(|| ticks.after(from)).flatten();
    }
    Ok(after)
}

/// Has a schedule fire now, in the caller's transaction, as if a tick were today. Its own ticks stay as they
/// are.
///
/// # Errors
/// When there is no such schedule, or the period that has just ended is not in the registry; that is on record
/// in the transaction, which is worth committing.
pub async fn fire_now(
    transaction: &DatabaseTransaction,
    id: ScheduleId,
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<(schedule::Model, Requested), ScheduleError> {
    let schedule = locked(transaction, id).await?;
    let ticks = Ticks::new(&schedule.cron, &schedule.time_zone)?;
    let at = ticks.read(now);
    let fired = request_tick(transaction, &schedule, ticks.day_of(now), &at, by, now).await;
    if let Err(FireError::Database(error)) = fired {
        return Err(error.into());
    }
    let (build, error) = outcome(&fired);
    keep_outcome(transaction, id, build, error).await?;
    record_tick(transaction, &schedule, &at, &fired, by, now).await?;
    Ok((schedule, fired?))
}

async fn locked(transaction: &DatabaseTransaction, id: ScheduleId) -> Result<schedule::Model, ScheduleError> {
    let row = schedule::Entity::find_by_id(id).lock(LockType::Update).one(transaction).await?;
    row.ok_or(ScheduleError::Unknown)
}
