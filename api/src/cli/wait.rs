//! Waiting for a build.

use std::time::Duration;

use anyhow::Context;
use entity::{BuildId, build};
use reform_worker::Signals;
use sea_orm::{DatabaseConnection, EntityTrait};

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
    tokio::time::timeout(PATIENCE, ended).await.context("the build did not end in time")?
}
