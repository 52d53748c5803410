//! What a tick does: it asks for a build of the period that has just ended.

use chrono::{DateTime, Months, NaiveDate, Utc};
use entity::{BuildId, build, period, schedule};
use scoring::PeriodKind;
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbErr};
use serde_json::json;

use crate::audit::{Actor, Entry, action, record};
use crate::build::{Request, RequestError, Requested, request};

/// Why a tick gave no build.
#[derive(Debug, thiserror::Error)]
pub enum FireError {
    /// The registry knows no such period.
    #[error("no period of kind {kind} ended in the year before {day}; enter it, then fire the schedule")]
    NoPeriod {
        /// The kind.
        kind: PeriodKind,
        /// The day of the tick.
        day: NaiveDate,
    },
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DbErr),
}

/// The period that a tick on `day` means: of those of the kind the one that ended last, on that day or
/// before. One that ended a year before or more is another year's, so then the period is missing.
async fn period_of<C: ConnectionTrait>(
    connection: &C,
    kind: PeriodKind,
    day: NaiveDate,
) -> Result<period::Model, FireError> {
    let a_year_before = day.checked_sub_months(Months::new(12)).unwrap_or(NaiveDate::MIN);
    let ended = period::ended_between(kind, a_year_before, day).one(connection).await?;
    ended.ok_or(FireError::NoPeriod { kind, day })
}

/// Asks for the build of a tick on `day`, in the caller's transaction. `at` says which tick it was.
pub(super) async fn request_tick(
    transaction: &DatabaseTransaction,
    schedule: &schedule::Model,
    day: NaiveDate,
    at: &str,
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<Requested, FireError> {
    let period = period_of(transaction, schedule.kind, day).await?;
    let reason = format!("Theo lịch {at} / By the schedule of {at}");
    let asked = Request {
        period: &period.code,
        agencies: &[],
        blocks: &[],
        trigger: build::Trigger::Schedule,
        reason: &reason,
        requested_by: &by.name,
    };
    match request(transaction, &asked, now).await {
        Ok(requested) => Ok(requested),
        Err(RequestError::Database(error)) => Err(error.into()),
        // It names a period that was just read, and no agency.
        Err(error) => Err(DbErr::Custom(error.to_string()).into()),
    }
}

/// What goes on record of a tick.
pub(super) async fn record_tick(
    transaction: &DatabaseTransaction,
    schedule: &schedule::Model,
    at: &str,
    fired: &Result<Requested, FireError>,
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    let entry = match fired {
        Ok(requested) => Entry::done(by, action::FIRE_SCHEDULE).leaving(json!({
            "tick": at,
            "build": format!("Build:{}", requested.id),
            "already_queued": requested.already_queued,
        })),
        Err(error) => {
            Entry::failed(by, action::FIRE_SCHEDULE, error.to_string()).leaving(json!({ "tick": at }))
        }
    };
    record(transaction, entry.to(format!("Schedule:{}", schedule.id)), now).await?;
    Ok(())
}

/// What is kept beside the schedule of its last tick that fired: the build, or why there is none.
pub(super) fn outcome(fired: &Result<Requested, FireError>) -> (Option<BuildId>, Option<String>) {
    match fired {
        Ok(requested) => (Some(requested.id), None),
        Err(error) => (None, Some(error.to_string())),
    }
}
