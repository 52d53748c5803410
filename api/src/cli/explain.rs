//! `explain`: why an agency has the points that it has.

use anyhow::Context;
use entity::{agency, build, period};

use super::{Bench, wait_here};
use crate::report;

pub(super) async fn explain(
    bench: &Bench<'_>,
    period: &str,
    agency: &str,
    criterion: Option<&str>,
) -> anyhow::Result<()> {
    let database = bench.database;
    let found = period::with_code(period).one(database).await?;
    let period = found.with_context(|| report::no_period(period))?;
    let found = agency::with_code(agency).one(database).await?;
    let agency = found.with_context(|| report::no_agency(agency))?;
    finish_first_build(bench, &period).await?;
    report::print_explanation(database, &period, &agency, criterion).await
}

/// On a database that was just made, the first build still waits: compile it before explaining it.
async fn finish_first_build(bench: &Bench<'_>, period: &period::Model) -> anyhow::Result<()> {
    let waiting = build::unfinished().all(bench.database).await?;
    if let Some(waiting) = waiting.into_iter().find(|build| build.period_id == period.id) {
        wait_here(bench, waiting.id).await?;
    }
    Ok(())
}
