//! "Something about builds has changed": the wake-up that saves the relay and the subscriptions from
//! waiting for their next poll. A signal carries nothing; whoever hears it reads the database.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use entity::BuildId;
use sea_orm::sqlx::postgres::PgListener;
use sea_orm::{DatabaseConnection, DbBackend};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::database::BUILD_CHANNEL;

const RECONNECT_PAUSE: Duration = Duration::from_secs(1);

/// Signals of one process. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Signals(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    changed: watch::Sender<u64>,
    called_off: Mutex<BTreeSet<BuildId>>,
}

/// While it lasts, this process compiles a build no further.
#[derive(Debug)]
pub struct CallingOff {
    signals: Signals,
    build: BuildId,
}

impl Drop for CallingOff {
    fn drop(&mut self) {
        self.signals.calls_off().remove(&self.build);
    }
}

impl Signals {
    /// Wakes everyone in this process who waits for builds to change.
    pub fn builds_changed(&self) {
        self.0.changed.send_modify(|count| *count = count.wrapping_add(1));
    }

    /// Stops the compiling of a build in this process at once, before the database knows: a part that is being
    /// written would keep whoever calls its build off waiting, on SQLite for all of it.
    #[must_use]
    pub fn call_off(&self, build: BuildId) -> CallingOff {
        self.calls_off().insert(build);
        self.builds_changed();
        CallingOff { signals: self.clone(), build }
    }

    pub(crate) fn is_called_off(&self, build: BuildId) -> bool {
        self.calls_off().contains(&build)
    }

    fn calls_off(&self) -> MutexGuard<'_, BTreeSet<BuildId>> {
        // Nothing that runs under the lock can leave the set half-changed.
        self.0.called_off.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A receiver that hears every change after now.
    pub fn listen(&self) -> watch::Receiver<u64> {
        self.0.changed.subscribe()
    }

    /// Passes on what other processes announce, until this process is told to stop: for a process without
    /// a worker of its own.
    pub fn listen_to_others(&self, database: &DatabaseConnection, told: &CancellationToken) {
        tokio::spawn(self.clone().relay_from(database.clone(), told.clone()));
    }

    /// Passes on what other processes announce, until `shutdown`. On SQLite there is nothing to pass on.
    pub(crate) async fn relay_from(self, database: DatabaseConnection, shutdown: CancellationToken) {
        if database.get_database_backend() != DbBackend::Postgres {
            return;
        }
        while !shutdown.is_cancelled() {
            tokio::select! {
                () = shutdown.cancelled() => return,
                ended = self.listen_until_lost(&database) => {
                    if let Err(lost) = ended {
                        tracing::warn!(error = %lost, "lost the announcements of builds; listening again");
                    }
                }
            }
            tokio::time::sleep(RECONNECT_PAUSE).await;
        }
    }

    async fn listen_until_lost(&self, database: &DatabaseConnection) -> Result<(), sea_orm::sqlx::Error> {
        let mut listener = PgListener::connect_with(database.get_postgres_connection_pool()).await?;
        listener.listen(BUILD_CHANNEL).await?;
        // Whatever was announced while nobody listened is found by looking once.
        self.builds_changed();
        loop {
            listener.recv().await?;
            self.builds_changed();
        }
    }
}
