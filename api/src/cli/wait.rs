//! Waiting for a build.

use std::time::Duration;

use anyhow::Context;
use entity::{BuildId, build};
use reform_worker::{Settings, Signals, Worker};
use sea_orm::{DatabaseConnection, EntityTrait};

use super::Bench;

/// How long a command waits for its build.
const PATIENCE: Duration = Duration::from_secs(600);

/// Waits until the build has ended.
pub(super) async fn wait_for(
    database: &DatabaseConnection,
    signals: &Signals,
    id: BuildId,
) -> anyhow::Result<build::Model> {
    let mut changed = signals.listen();
    let ended = async {
        loop {
            let row = build::Entity::find_by_id(id).one(database).await?.context("the build is gone")?;
            if row.ended_at.is_some() {
                return anyhow::Ok(row);
            }
            tokio::select! {
                _ = changed.changed() => {}
                () = tokio::time::sleep(Duration::from_millis(500)) => {}
            }
        }
    };
    let ended = tokio::time::timeout(PATIENCE, ended).await;
    ended.context("quá thời gian chờ / the build did not end in time")?
}

/// Waits until the build has ended, with a worker in this process; an error when told to stop before.
pub(super) async fn wait_here(bench: &Bench<'_>, id: BuildId) -> anyhow::Result<build::Model> {
    let signals = Signals::default();
    let worker = Worker::start(bench.database, bench.clock, &signals, Settings::default());
    let ended = bench.told.run_until_cancelled(wait_for(bench.database, &signals, id)).await;
    worker.stop().await;
    ended.context("đã dừng trước khi lập xong / stopped before the build ended; the next start resumes it")?
}
