//! `path`: what an agency can still change, and what of it reaches a target.

use anyhow::Context;
use chrono::NaiveDate;
use clap::Args;
use entity::{agency, period};
use reform_worker::path::{Asked, Target, way};
use scoring::Exact;

use super::Bench;
use crate::report;

/// Whose way, and where to.
#[derive(Debug, Args)]
pub(super) struct Path {
    /// The period, for instance 2022-H1.
    period: String,
    /// The agency's code, for instance KKT.
    agency: String,
    #[command(flatten)]
    to: To,
    /// The day as of which it is judged what can still change, as YYYY-MM-DD; today when not given.
    #[arg(long, value_name = "DATE")]
    as_of: Option<NaiveDate>,
    /// Count appraisers' decisions among the steps.
    #[arg(long)]
    appraisal: bool,
}

/// What is to be reached.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
struct To {
    /// A grade, by its code, for instance GOOD.
    #[arg(long, value_name = "CODE")]
    grade: Option<String>,
    /// An index in percent, for instance 79.5.
    #[arg(long, value_name = "PERCENT")]
    index: Option<Exact>,
    /// A rank within the block, from 1.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    rank: Option<u32>,
}

impl To {
    fn target(self) -> Target {
        match self {
            Self { grade: Some(code), .. } => Target::Grade(code),
            Self { index: Some(index), .. } => Target::Index(index),
            Self { rank, .. } => Target::Rank(rank.unwrap_or(1)),
        }
    }
}

pub(super) async fn path(bench: &Bench<'_>, asked: Path) -> anyhow::Result<()> {
    let database = bench.database;
    let found = period::with_code(&asked.period).one(database).await?;
    let period = found.with_context(|| report::no_period(&asked.period))?;
    let found = agency::with_code(&asked.agency).one(database).await?;
    let agency = found.with_context(|| report::no_agency(&asked.agency))?;
    let as_of = asked.as_of.unwrap_or_else(|| bench.clock.today());
    let target = asked.to.target();
    let how = Asked { as_of, appraisal: asked.appraisal };
    let way = way(database, &period, &agency, &target, how).await?;
    report::print_way(&period, &agency, as_of, &way)
}
