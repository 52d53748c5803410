//! `compile`: a build from the terminal, requested and waited for like any other.

use anyhow::bail;
use entity::{build, period};
use reform_worker::audit::{Actor, Entry, Refusals, action};
use reform_worker::build::{Request, RequestError};
use sea_orm::DatabaseConnection;

use super::{Bench, wait_here};
use crate::report::{self, say};
use crate::request::request_build;

pub(super) async fn compile(bench: &Bench<'_>, period: &str, agencies: &[String]) -> anyhow::Result<()> {
    let database = bench.database;
    let asked = Request {
        period,
        agencies,
        blocks: &[],
        trigger: build::Trigger::Administrator,
        reason: "reform-api compile",
        requested_by: "terminal",
    };
    let by = Actor::terminal();
    let requested = match request_build(database, &by, &asked, bench.clock.now()).await {
        Ok(requested) => requested,
        Err(error) => {
            let refused = Entry::refused(&by, action::REQUEST_BUILD, error.to_string());
            Refusals::new(database.clone(), bench.clock.clone()).refuse(refused).await?;
            return Err(refusal(error));
        }
    };

    let ended = wait_here(bench, requested.id).await?;
    say(&format!(
        "{period}: {} – {} thẻ mới / cards written, {} không đổi / unchanged",
        ended.state, ended.cards_written, ended.cards_unchanged
    ))?;
    print_scores(database, period).await?;
    if ended.state != build::State::Succeeded {
        let error = ended.error.unwrap_or_default();
        bail!("lập bảng điểm không trọn vẹn / the build ended {}: {error}", ended.state);
    }
    Ok(())
}

async fn print_scores(database: &DatabaseConnection, period: &str) -> anyhow::Result<()> {
    match period::with_code(period).one(database).await? {
        Some(period) => report::print_scores(database, &period).await,
        None => Ok(()),
    }
}

fn refusal(error: RequestError) -> anyhow::Error {
    match error {
        RequestError::UnknownPeriod(code) => report::no_period(&code),
        RequestError::UnknownAgency(code) => report::no_agency(&code),
        RequestError::OutsideValidity { agency, period, valid_from, valid_to } => {
            let until = |word: &str| valid_to.map(|day| format!(" {word} {day}")).unwrap_or_default();
            anyhow::anyhow!(
                "cơ quan `{agency}` tồn tại từ {valid_from}{}, không tồn tại trong kỳ `{period}` / the agency exists from \
                 {valid_from}{}, not in the period",
                until("đến trước"),
                until("until before")
            )
        }
        // The terminal names no block.
        RequestError::UnknownBlock(code) => report::no_agency(&code),
        RequestError::Database(error) => error.into(),
    }
}
