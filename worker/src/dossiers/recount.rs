//! Proving the counters: every dossier is counted anew, and what the counters say otherwise is named; so are codes that
//! are not their dossiers'.
//!
//! It reads one snapshot, an agency after the other and within an agency so many dossiers at a time, so that neither
//! imports nor memory stand in its way.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use chrono::{DateTime, NaiveDate, Utc};
use entity::dossier_month::month_of;
use entity::{AgencyId, agency, dossier, dossier_day, dossier_month};
use scoring::{Counter, Counts, contribution};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseConnection, DbErr, EntityTrait, QueryFilter, QuerySelect,
    QueryTrait, Statement,
};
use tokio_util::sync::CancellationToken;

use super::buckets::{self, each_counter};
use super::counts::counts;
use super::lock::{Turn, turn};
use super::tally::Tally;
use crate::audit::action::REPAIR_COUNTERS;
use crate::audit::{self, Actor, Entry};
use crate::database::codes::{misplaced, place_anew};
use crate::database::{Writing, begin_snapshot};
use crate::live::mark_in_begun_periods;

/// So many dossiers are read at a time.
const DOSSIERS: u64 = 10_000;

/// Which sum.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Bucket {
    /// That of a day.
    Day(NaiveDate),
    /// That of everything before a month, by its number.
    BeforeMonth(i32),
}

impl fmt::Display for Bucket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Day(day) => write!(f, "{day}"),
            Self::BeforeMonth(month) => {
                write!(f, "before {:04}-{:02}", month.div_euclid(12), month.rem_euclid(12) + 1)
            }
        }
    }
}

/// What is stored otherwise than the dossiers say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Difference {
    /// A counter that is not what the dossiers come to.
    Counter {
        /// The agency's code; its id where no agency has it.
        agency: String,
        /// Which sum.
        bucket: Bucket,
        /// Which counter.
        counter: Counter,
        /// What is stored.
        stored: i64,
        /// What the dossiers come to.
        counted: i64,
    },
    /// A code that is taken by no dossier, or not by the one that has it. So it may be on PostgreSQL, when dossiers were
    /// written or removed by something else than this program.
    Code {
        /// The agency's code; its id where no agency has it.
        agency: String,
        /// The dossier's code.
        code: String,
    },
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Counter { agency, bucket, counter, stored, counted } => {
                write!(f, "{agency} {bucket} {counter}: {stored} is stored, {counted} counted")
            }
            Self::Code { agency, code } => write!(f, "{agency} {code}: the code is not its dossier's"),
        }
    }
}

/// Tells `found` of everything that is not as the dossiers say; how many dossiers were counted.
///
/// # Errors
/// When the database fails.
pub async fn recount(database: &DatabaseConnection, mut found: impl FnMut(Difference)) -> Result<u64, DbErr> {
    let snapshot = begin_snapshot(database).await?;
    let codes: BTreeMap<AgencyId, String> =
        agency::in_order().all(&snapshot).await?.into_iter().map(|row| (row.id, row.code)).collect();
    let name = |id: AgencyId| codes.get(&id).cloned().unwrap_or_else(|| id.to_string());
    for (agency, code) in misplaced(&snapshot).await? {
        found(Difference::Code { agency: name(agency), code });
    }
    let mut total = 0;
    for id in agencies(&snapshot).await? {
        let (days, dossiers) = counted(&snapshot, id).await?;
        total += dossiers;
        let agency = name(id);
        let stored = days_of(&snapshot, id).await?;
        differences(&agency, &days, &stored, &mut found);
        let months = months_of(&snapshot, id).await?;
        differences(&agency, &running(&days, &stored, &months), &months, &mut found);
    }
    snapshot.rollback().await?;
    Ok(total)
}

type Sums = BTreeMap<Bucket, Counts>;

/// The agencies that have dossiers or counters.
async fn agencies<C: ConnectionTrait>(connection: &C) -> Result<Vec<AgencyId>, DbErr> {
    let sql = "SELECT agency_id FROM dossier UNION SELECT agency_id FROM dossier_day
               UNION SELECT agency_id FROM dossier_month ORDER BY 1";
    let rows =
        connection.query_all_raw(Statement::from_string(connection.get_database_backend(), sql)).await?;
    rows.iter().map(|row| row.try_get_by_index(0).map(AgencyId)).collect()
}

/// What the dossiers of an agency come to a day, and how many they are.
async fn counted<C: ConnectionTrait>(connection: &C, agency: AgencyId) -> Result<(Sums, u64), DbErr> {
    let mut sums = Sums::new();
    let mut total = 0;
    let count = |dossier: &dossier::Model| {
        total += 1;
        for (day, counter) in contribution(&dossier.counted()) {
            sums.entry(Bucket::Day(day)).or_default()[counter] += 1;
        }
    };
    pages(connection, agency, count).await?;
    Ok((sums, total))
}

/// Shows the dossiers of an agency, one after the other.
async fn pages<C: ConnectionTrait>(
    connection: &C,
    agency: AgencyId,
    mut show: impl FnMut(&dossier::Model),
) -> Result<(), DbErr> {
    let mut after: Option<String> = None;
    loop {
        let page = dossier::of_agency(agency)
            .apply_if(after.take(), |rows, code| rows.filter(dossier::Column::Code.gt(code)))
            .limit(DOSSIERS)
            .all(connection)
            .await?;
        page.iter().for_each(&mut show);
        match page.into_iter().last() {
            Some(last) => after = Some(last.code),
            None => return Ok(()),
        }
    }
}

async fn days_of<C: ConnectionTrait>(connection: &C, agency: AgencyId) -> Result<Sums, DbErr> {
    let sql =
        format!("SELECT day, {} FROM dossier_day WHERE agency_id = $1", each_counter(ToOwned::to_owned));
    let sql = Statement::from_sql_and_values(connection.get_database_backend(), sql, [agency.0.into()]);
    let rows = connection.query_all_raw(sql).await?;
    rows.iter().map(|row| Ok((Bucket::Day(row.try_get_by_index(0)?), counts(row, 1)?))).collect()
}

async fn months_of<C: ConnectionTrait>(connection: &C, agency: AgencyId) -> Result<Sums, DbErr> {
    let sql =
        format!("SELECT month, {} FROM dossier_month WHERE agency_id = $1", each_counter(ToOwned::to_owned));
    let sql = Statement::from_sql_and_values(connection.get_database_backend(), sql, [agency.0.into()]);
    let rows = connection.query_all_raw(sql).await?;
    rows.iter().map(|row| Ok((Bucket::BeforeMonth(row.try_get_by_index(0)?), counts(row, 1)?))).collect()
}

/// The running sums of days: before each month that follows one with a row of days, and before each that has a row.
fn running(days: &Sums, stored: &Sums, months: &Sums) -> Sums {
    let month = |bucket: &Bucket| match bucket {
        Bucket::Day(day) => month_of(*day),
        Bucket::BeforeMonth(month) => *month,
    };
    let after = days.keys().chain(stored.keys()).map(|day| month(day) + 1);
    let wanted: BTreeSet<i32> = after.chain(months.keys().map(month)).collect();
    let mut sums = Sums::new();
    let mut running = Counts::default();
    let mut days = days.iter().peekable();
    for wanted in wanted {
        while let Some((_, counts)) = days.next_if(|(day, _)| month(day) < wanted) {
            running += *counts;
        }
        sums.insert(Bucket::BeforeMonth(wanted), running);
    }
    sums
}

fn differences(agency: &str, counted: &Sums, stored: &Sums, found: &mut impl FnMut(Difference)) {
    let buckets: BTreeSet<&Bucket> = counted.keys().chain(stored.keys()).collect();
    for bucket in buckets {
        let of = |sums: &Sums| sums.get(bucket).copied().unwrap_or_default();
        let (counted, stored) = (of(counted), of(stored));
        for counter in Counter::ALL.iter().filter(|counter| counted[**counter] != stored[**counter]) {
            found(Difference::Counter {
                agency: agency.to_owned(),
                bucket: *bucket,
                counter: *counter,
                stored: stored[*counter],
                counted: counted[*counter],
            });
        }
    }
}

/// What a repair came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repaired {
    /// The counters are what the dossiers come to.
    Done,
    /// It was cancelled, and nothing was done.
    Cancelled,
}

/// Makes counters and codes what the dossiers come to, while nobody else writes dossiers.
///
/// # Errors
/// When the database fails; then nothing was done.
pub async fn repair(
    database: &DatabaseConnection,
    cancelled: &CancellationToken,
    now: DateTime<Utc>,
) -> Result<Repaired, DbErr> {
    let Turn::Ours(transaction) = turn(database, Writing::All, cancelled).await? else {
        return Ok(Repaired::Cancelled);
    };
    place_anew(&transaction).await?;
    let agencies = agencies(&transaction).await?;
    dossier_day::Entity::delete_many().exec(&transaction).await?;
    dossier_month::Entity::delete_many().exec(&transaction).await?;
    for agency in agencies.iter().copied() {
        let mut tally = Tally::default();
        pages(&transaction, agency, |dossier| tally.add(agency, &dossier.counted())).await?;
        buckets::write_days(&transaction, &mut tally).await?;
        buckets::sum_up(&transaction, tally.touched()).await?;
    }
    mark_in_begun_periods(&transaction, agencies, buckets::CHANGED, now).await?;
    audit::record(&transaction, Entry::done(&Actor::terminal(), REPAIR_COUNTERS), now).await?;
    transaction.commit().await?;
    Ok(Repaired::Done)
}
