//! Starting and stopping the worker: the schedule, the relay, the queue's worker and the listener for other processes'
//! announcements, in whichever process it is to run.

use std::time::Duration;

use sea_orm::DatabaseConnection;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::build::keep_pruned;
use crate::live::Pace;
use crate::part::Workplace;
use crate::queue::Queue;
use crate::{Clock, Signals, live, relay, schedule};

/// How a worker works.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// How long a claimed part may take to begin its transaction before another worker takes it over. Under a
    /// minute: a claim that reaches further ahead was made before the clock was put back, and holds no longer.
    pub lease: Duration,
    /// How many builds are kept, besides those that wrote what is there.
    pub keep_builds: u64,
    /// How long nothing of an agency must have changed before its card follows the data.
    pub live_quiet: Duration,
    /// After this time it follows although changes keep coming.
    pub live_at_most: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            lease: Duration::from_secs(10),
            keep_builds: 1_000,
            live_quiet: Duration::from_secs(2),
            live_at_most: Duration::from_secs(10),
        }
    }
}

/// A running worker.
#[derive(Debug)]
pub struct Worker {
    tasks: JoinSet<()>,
    shutdown: CancellationToken,
}

impl Worker {
    /// Starts the worker in this process.
    pub fn start(
        database: &DatabaseConnection,
        clock: &Clock,
        signals: &Signals,
        settings: Settings,
    ) -> Self {
        let shutdown = CancellationToken::new();
        let queue = Queue::of(database);
        let at = Workplace {
            database: database.clone(),
            clock: clock.clone(),
            signals: signals.clone(),
            lease: settings.lease,
        };
        let mut tasks = JoinSet::new();
        tasks.spawn(signals.clone().relay_from(database.clone(), shutdown.clone()));
        tasks.spawn(relay::run(
            database.clone(),
            queue.clone(),
            clock.clone(),
            signals.clone(),
            shutdown.clone(),
        ));
        tasks.spawn(schedule::run(database.clone(), clock.clone(), signals.clone(), shutdown.clone()));
        let pace = Pace { quiet: settings.live_quiet, at_most: settings.live_at_most };
        tasks.spawn(live::run(database.clone(), clock.clone(), signals.clone(), pace, shutdown.clone()));
        tasks.spawn(keep_pruned(database.clone(), settings.keep_builds, shutdown.clone()));
        tasks.spawn(Queue::keep_tidy(database.clone(), shutdown.clone()));
        tasks.spawn(queue.run(at, shutdown.clone()));
        Self { tasks, shutdown }
    }

    /// Stops: takes nothing new, lets the parts that are being compiled finish, and returns. A build that
    /// has more parts waiting is resumed by whoever starts next.
    pub async fn stop(mut self) {
        self.shutdown.cancel();
        while self.tasks.join_next().await.is_some() {}
    }
}
