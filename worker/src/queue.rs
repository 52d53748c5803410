//! The only file that knows apalis: pushing tasks, and running the worker that takes them.
//!
//! The profile is the narrow one in which apalis 1.0 neither loses nor doubles tasks: one task a fetch, a
//! new worker name for every start and restart, the payload decoded here, no retry, timeout or panic layer
//! (attempts, limits and panics are [`CompilePart`]'s own), pauses between restarts.

use std::task::{Context, Poll};
use std::time::Duration;

use apalis::prelude::*;
use apalis_postgres::PostgresStorage;
use apalis_sqlite::SqliteStorage;
use entity::BuildPartId;
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend};
use serde_json::Value;
use tokio::time::{Interval, MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use crate::part::{CompilePart, Workplace};

/// The queue's wire name; it never changes.
const NAME: &str = "compile-part";

/// A task whose worker was not heard of for 20 seconds is given to another. Should the first still live, what it writes
/// is fenced off by its claim, whose lease is shorter.
const HEARTBEAT: Duration = Duration::from_secs(5);
const MISSED_HEARTBEATS: usize = 4;
const POLL: Duration = Duration::from_millis(200);
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(60);

/// How often what is over is removed from the queue's tables; they would only grow.
const TIDY: Duration = Duration::from_secs(600);

/// Finished tasks are of no use, the builds keep the record; an hour's are left to look at. A worker that was
/// not seen for a day and holds nothing is gone.
const TIDY_POSTGRES: [&str; 2] = [
    "DELETE FROM apalis.jobs WHERE job_type = 'compile-part' AND status IN ('Done', 'Failed', 'Killed') \
     AND done_at < now() - interval '1 hour'",
    "DELETE FROM apalis.workers gone WHERE worker_type = 'compile-part' AND last_seen < now() - interval '1 day' \
     AND NOT EXISTS (SELECT 1 FROM apalis.jobs held WHERE held.lock_by = gone.id)",
];
const TIDY_SQLITE: [&str; 2] = [
    "DELETE FROM Jobs WHERE job_type = 'compile-part' AND status IN ('Done', 'Failed', 'Killed') \
     AND CAST(done_at AS INTEGER) < unixepoch() - 3600",
    "DELETE FROM Workers WHERE worker_type = 'compile-part' AND last_seen < unixepoch() - 86400 \
     AND NOT EXISTS (SELECT 1 FROM Jobs held WHERE held.lock_by = Workers.id)",
];

/// SQLite has one writer, so more than one part at a time would only wait for it.
const SQLITE_CONCURRENCY: usize = 1;
const POSTGRES_CONCURRENCY: usize = 4;

/// The queue could not take a task.
#[derive(Debug, thiserror::Error)]
#[error("the queue did not take the task: {0}")]
pub(crate) struct PushError(String);

/// The queue, in the same database and pool as everything else.
#[derive(Clone)]
pub(crate) enum Queue {
    Sqlite(SqliteStorage<Value>),
    Postgres(PostgresStorage<Value>),
}

impl Queue {
    pub(crate) fn of(database: &DatabaseConnection) -> Self {
        match database.get_database_backend() {
            DbBackend::Postgres => {
                let config = apalis_postgres::Config::default()
                    .queue(NAME)
                    .batch_size(1)
                    .heartbeat_interval(HEARTBEAT)
                    .missed_heartbeats(MISSED_HEARTBEATS);
                let pool = database.get_postgres_connection_pool();
                Self::Postgres(PostgresStorage::new(pool).with_config(config))
            }
            _ => {
                let config = apalis_sqlite::Config::default()
                    .queue(NAME)
                    .batch_size(1)
                    .heartbeat_interval(HEARTBEAT)
                    .missed_heartbeats(MISSED_HEARTBEATS);
                let pool = database.get_sqlite_connection_pool();
                Self::Sqlite(SqliteStorage::new(pool).with_config(config))
            }
        }
    }

    /// Pushes a part. The same part, attempt and push number twice is one task.
    pub(crate) async fn push(&self, part: BuildPartId, attempt: i32, push: i32) -> Result<(), PushError> {
        let payload = serde_json::to_value(CompilePart { part, attempt });
        let payload = payload.map_err(|error| PushError(error.to_string()))?;
        let task = TaskBuilder::new(payload)
            .idempotency_key(format!("{part}:{attempt}:{push}"))
            .max_attempts(1)
            .build();
        match self.clone() {
            Self::Sqlite(mut storage) => {
                storage.push_task(task).await.map_err(|error| PushError(error.to_string()))
            }
            Self::Postgres(mut storage) => match storage.push_task(task).await {
                Err(TaskSinkError::PushError(error)) if is_duplicate(&error) => Ok(()),
                pushed => pushed.map_err(|error| PushError(error.to_string())),
            },
        }
    }

    /// Keeps the queue's tables small until `shutdown`. Any number of processes may.
    pub(crate) async fn keep_tidy(database: DatabaseConnection, shutdown: CancellationToken) {
        let statements = match database.get_database_backend() {
            DbBackend::Postgres => TIDY_POSTGRES,
            _ => TIDY_SQLITE,
        };
        loop {
            for statement in statements {
                if let Err(error) = database.execute_unprepared(statement).await {
                    tracing::warn!(%error, "the queue's tables could not be tidied");
                }
            }
            tokio::select! {
                () = shutdown.cancelled() => return,
                () = tokio::time::sleep(TIDY) => {}
            }
        }
    }

    /// Takes tasks until `shutdown`; then lets the running ones finish.
    pub(crate) async fn run(self, at: Workplace, shutdown: CancellationToken) {
        let instance = uuid::Uuid::now_v7();
        let stopped = async move {
            shutdown.cancelled().await;
            Ok(())
        };
        let monitor = Monitor::new();
        let monitor = match self {
            Self::Sqlite(storage) => monitor.register(move |restarts| {
                let pause = restart_pause(restarts);
                let backend = storage
                    .clone()
                    .before_start(move |_| async move {
                        tokio::time::sleep(pause).await;
                        Ok(())
                    })
                    .poll_with_strategy(Every::new(POLL));
                WorkerBuilder::new(format!("{NAME}-{instance}-{restarts}"))
                    .backend(backend)
                    .data(at.clone())
                    .concurrency(SQLITE_CONCURRENCY)
                    .parallelize(tokio::spawn)
                    .build(handle)
            }),
            Self::Postgres(storage) => monitor.register(move |restarts| {
                let pause = restart_pause(restarts);
                let backend = storage
                    .clone()
                    .with_pubsub()
                    .before_start(move |_| async move {
                        tokio::time::sleep(pause).await;
                        Ok(())
                    })
                    .poll_with_strategy(Every::new(POLL));
                WorkerBuilder::new(format!("{NAME}-{instance}-{restarts}"))
                    .backend(backend)
                    .data(at.clone())
                    .concurrency(POSTGRES_CONCURRENCY)
                    .parallelize(tokio::spawn)
                    .build(handle)
            }),
        };
        let ended = monitor
            .should_restart(|_, error| {
                tracing::warn!(%error, "the queue's worker stopped; starting another");
                true
            })
            .shutdown_timeout(SHUTDOWN_TIMEOUT)
            .run_with_signal(stopped)
            .await;
        if let Err(error) = ended {
            tracing::error!(%error, "the queue's worker ended badly");
        }
    }
}

/// Has the queue looked at after each `POLL`. The library's own interval forgets to wait for its next tick when a fetch takes
/// longer than one, for instance because every connection is in use: then nothing looks until the next heartbeat.
#[derive(Debug)]
struct Every(Interval);

impl Every {
    fn new(period: Duration) -> Self {
        let mut ticks = interval(period);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self(ticks)
    }
}

impl PollStrategy for Every {
    fn poll_drive(&mut self, cx: &mut Context<'_>, _: &PollSnapshot) -> Poll<Option<()>> {
        let mut ticked = false;
        // Only a tick that is still to come has the worker woken.
        while self.0.poll_tick(cx).is_ready() {
            ticked = true;
        }
        if ticked { Poll::Ready(Some(())) } else { Poll::Pending }
    }
}

/// Without a pause a worker that cannot reach its database restarts thousands of times a second.
fn restart_pause(restarts: usize) -> Duration {
    match restarts {
        0 => Duration::ZERO,
        restarts => Duration::from_millis(250 << restarts.min(6)),
    }
}

fn is_duplicate(error: &apalis_postgres::Error) -> bool {
    match error {
        apalis_postgres::Error::Database(error) => {
            error.as_database_error().is_some_and(|error| error.is_unique_violation())
        }
        _ => false,
    }
}

async fn handle(payload: Value, at: Data<Workplace>) -> Result<(), BoxDynError> {
    let job: CompilePart = match serde_json::from_value(payload) {
        Ok(job) => job,
        Err(error) => {
            tracing::error!(%error, "a task that no worker of this version can read");
            return Err(AbortError::new(error).into());
        }
    };
    Ok(job.run(&at).await?)
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;

    use super::*;

    #[tokio::test]
    async fn looking_that_takes_longer_than_a_tick_does_not_stop_the_ticks() {
        let mut every = Every::new(Duration::from_millis(5));
        let mut looks = 0;
        let four_looks = poll_fn(|cx| {
            let _ = every.poll_drive(cx, &PollSnapshot::default());
            std::thread::sleep(Duration::from_millis(12));
            looks += 1;
            if looks == 4 { Poll::Ready(()) } else { Poll::Pending }
        });
        tokio::time::timeout(Duration::from_secs(30), four_looks).await.expect("it is looked again");
    }
}
