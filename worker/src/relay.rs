//! The relay: from build rows to tasks in the queue.
//!
//! It looks when it is woken and once a second anyway, so nothing depends on a wake-up arriving. Each tick
//! takes up queued builds, takes back parts whose worker is gone, pushes the parts that wait, and ends
//! builds that have no open part. Every step may be done by several relays at once.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use entity::{build, build_part};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, DatabaseConnection, DbErr, EntityTrait, QueryFilter};
use tokio_util::sync::CancellationToken;

use crate::build::{settle, split_queued, take_back_expired};
use crate::queue::{PushError, Queue};
use crate::{Clock, Signals};

const TICK: Duration = Duration::from_secs(1);

/// A part that was pushed this long ago and still waits is pushed again: the first task may have been lost.
/// Whoever starts pushes everything again at once, for the process before it may have died with the tasks
/// in its hands. Two tasks for one attempt do no harm, for only one can claim it.
const PUSH_AGAIN_AFTER: TimeDelta = TimeDelta::seconds(60);

/// Why a tick was cut short. The next one tries again.
#[derive(Debug, thiserror::Error)]
enum TickError {
    #[error(transparent)]
    Database(#[from] DbErr),
    #[error(transparent)]
    Push(#[from] PushError),
}

/// Runs ticks until `shutdown`.
pub(crate) async fn run(
    database: DatabaseConnection,
    queue: Queue,
    clock: Clock,
    signals: Signals,
    shutdown: CancellationToken,
) {
    let mut woken = signals.listen();
    let mut starting = true;
    loop {
        let now = clock.now();
        let patience = (!starting).then_some(PUSH_AGAIN_AFTER);
        match tick(&database, &queue, now, patience, &signals).await {
            Ok(()) => starting = false,
            Err(error) => tracing::warn!(%error, "a tick of the relay was cut short"),
        }
        tokio::select! {
            () = shutdown.cancelled() => return,
            _ = woken.changed() => {}
            () = tokio::time::sleep(TICK) => {}
        }
    }
}

async fn tick(
    database: &DatabaseConnection,
    queue: &Queue,
    now: DateTime<Utc>,
    patience: Option<TimeDelta>,
    signals: &Signals,
) -> Result<(), TickError> {
    let taken_up = split_queued(database, now).await?;
    let taken_back = take_back_expired(database, now).await?;
    push_waiting(database, queue, now, patience).await?;
    let mut ended = 0;
    for build in build::running().all(database).await? {
        ended += usize::from(settle(database, build.id, now).await?);
    }
    if taken_up + taken_back + ended > 0 {
        tracing::debug!(taken_up, taken_back, ended, "builds moved on");
        signals.builds_changed();
    }
    Ok(())
}

/// Pushes, then notes the push: a crash in between pushes the same key again, which changes nothing.
async fn push_waiting(
    database: &DatabaseConnection,
    queue: &Queue,
    now: DateTime<Utc>,
    patience: Option<TimeDelta>,
) -> Result<(), TickError> {
    let mut waiting = build_part::still_waiting(now, patience).all(database).await?;
    waiting.extend(build_part::waiting_for_push(now).all(database).await?);
    for part in waiting {
        let push = part.pushes + 1;
        queue.push(part.id, part.attempt, push).await?;
        build_part::Entity::update_many()
            .col_expr(build_part::Column::Pushes, Expr::value(push))
            .col_expr(build_part::Column::PushedAt, Expr::value(now))
            .filter(build_part::Column::Id.eq(part.id))
            .filter(build_part::Column::Attempt.eq(part.attempt))
            .exec(database)
            .await?;
    }
    Ok(())
}
