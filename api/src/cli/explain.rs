//! `explain`: why an agency has the points that it has.

use entity::{build, period};
use reform_worker::{Clock, Settings, Signals, Worker};
use sea_orm::DatabaseConnection;

use super::wait::wait_for;
use crate::report;

pub(super) async fn explain(
    database: &DatabaseConnection,
    clock: &Clock,
    period: &str,
    agency: &str,
    criterion: Option<&str>,
) -> anyhow::Result<()> {
    finish_first_build(database, clock, period).await?;
    report::print_explanation(database, period, agency, criterion).await
}

/// On a database that was just made, the first build still waits: compile it before explaining it.
async fn finish_first_build(
    database: &DatabaseConnection,
    clock: &Clock,
    period: &str,
) -> anyhow::Result<()> {
    let Some(row) = period::with_code(period).one(database).await? else {
        return Ok(());
    };
    let waiting = build::unfinished().all(database).await?;
    let Some(waiting) = waiting.into_iter().find(|build| build.period_id == row.id) else {
        return Ok(());
    };
    let signals = Signals::default();
    let worker = Worker::start(database, clock, &signals, Settings::default());
    let ended = wait_for(database, &signals, waiting.id).await;
    worker.stop().await;
    ended.map(|_| ())
}
