//! `compile`: a build from the terminal, requested and waited for like any other.

use anyhow::bail;
use entity::{build, period};
use reform_worker::audit::{Actor, Entry, Refusals, action};
use reform_worker::build::Request;
use reform_worker::{Clock, Settings, Signals, Worker};
use sea_orm::DatabaseConnection;

use super::wait::wait_for;
use crate::report;
use crate::request::request_build;

pub(super) async fn compile(
    database: &DatabaseConnection,
    clock: &Clock,
    period: &str,
    agencies: &[String],
) -> anyhow::Result<()> {
    let asked = Request {
        period,
        agencies,
        trigger: build::Trigger::Administrator,
        reason: "reform-api compile",
        requested_by: "terminal",
    };
    let by = Actor::terminal();
    let requested = match request_build(database, &by, &asked, clock.now()).await {
        Ok(requested) => requested,
        Err(error) => {
            let refused = Entry::refused(&by, action::REQUEST_BUILD, error.to_string());
            Refusals::new(database.clone(), clock.clone()).refuse(refused).await?;
            return Err(error.into());
        }
    };

    let signals = Signals::default();
    let worker = Worker::start(database, clock, &signals, Settings::default());
    let ended = wait_for(database, &signals, requested.id).await;
    worker.stop().await;
    let ended = ended?;
    println!(
        "{period}: {} – {} thẻ mới / cards written, {} không đổi / unchanged",
        ended.state, ended.cards_written, ended.cards_unchanged
    );
    if let Some(period) = period::with_code(period).one(database).await? {
        report::print_scores(database, &period).await?;
    }
    if ended.state != build::State::Succeeded {
        bail!("the build ended {}: {}", ended.state, ended.error.unwrap_or_default());
    }
    Ok(())
}
