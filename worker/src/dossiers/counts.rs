//! What the counters say of agencies in stretches of time, in at most three queries whatever the number of agencies and
//! of dossiers.
//!
//! The numbers of a stretch are the running sums before its two ends: the row of the month in which an end lies, and the
//! days of that month before it. Most periods begin and end with a month, and need no days.

use std::collections::{BTreeSet, HashMap};

use chrono::{Datelike, NaiveDate};
use entity::dossier_month::month_of;
use entity::{AgencyId, dossier_reporter};
use scoring::{Counter, Counts, DossierCounts};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryResult, Statement, Value};
use uuid::Uuid;

use super::buckets::each_counter;
use crate::database::{Columns, Given, Type};

/// More agencies than these are not named in a query: it reads all there are.
const MOST_NAMED: usize = 1_000;

/// An agency from a day until before another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    /// The agency.
    pub agency: AgencyId,
    /// The first day.
    pub from: NaiveDate,
    /// The day after the last.
    pub before: NaiveDate,
}

/// What is counted of each span, in their order: zeros where nothing is. Whether an agency reports dossiers at all is
/// told by [`load_reporters`].
///
/// # Errors
/// When the database fails.
pub async fn load_counts<C: ConnectionTrait>(
    connection: &C,
    spans: &[Span],
) -> Result<Vec<DossierCounts>, DbErr> {
    if spans.is_empty() {
        return Ok(Vec::new());
    }
    let mut ends = HashMap::with_capacity(spans.len() * 2);
    for Span { agency, from, before } in spans {
        ends.insert((*agency, *from), Counts::default());
        ends.insert((*agency, *before), Counts::default());
    }
    let months = months(connection, &ends).await?;
    for ((agency, day), sum) in &mut ends {
        *sum = months.get(&(*agency, month_of(*day))).copied().unwrap_or_default();
    }
    add_days(connection, &mut ends).await?;
    let at = |agency, day| ends.get(&(agency, day)).copied().unwrap_or_default();
    let counts = |span: &Span| DossierCounts {
        before_start: at(span.agency, span.from),
        before_end: at(span.agency, span.before),
    };
    Ok(spans.iter().map(counts).collect())
}

/// The agencies that report dossiers, of these or of all where they are many, each with the day on which its dossiers
/// last changed.
///
/// # Errors
/// When the database fails.
pub async fn load_reporters<C: ConnectionTrait>(
    connection: &C,
    agencies: &BTreeSet<AgencyId>,
) -> Result<HashMap<AgencyId, NaiveDate>, DbErr> {
    let mut reporters = dossier_reporter::Entity::find();
    if agencies.len() <= MOST_NAMED {
        reporters = reporters.filter(dossier_reporter::Column::AgencyId.is_in(agencies.iter().copied()));
    }
    let rows = reporters.all(connection).await?;
    Ok(rows.into_iter().map(|row| (row.agency_id, row.as_of)).collect())
}

type Ends = HashMap<(AgencyId, NaiveDate), Counts>;
type Months = HashMap<(AgencyId, i32), Counts>;

/// What counts before the months of the ends.
async fn months<C: ConnectionTrait>(connection: &C, ends: &Ends) -> Result<Months, DbErr> {
    let wanted: BTreeSet<(AgencyId, i32)> =
        ends.keys().map(|(agency, day)| (*agency, month_of(*day))).collect();
    let numbers: BTreeSet<i32> = wanted.iter().map(|(_, month)| *month).collect();
    let agencies: BTreeSet<AgencyId> = wanted.iter().map(|(agency, _)| *agency).collect();
    let mut found = Months::with_capacity(wanted.len());
    for row in connection.query_all_raw(rows_of(connection, &numbers, &agencies)).await? {
        let key = (AgencyId(row.try_get_by_index(0)?), row.try_get_by_index(1)?);
        found.insert(key, counts(&row, 2)?);
    }
    // A month after which nothing counts any more has no row: then the last before it says the same.
    let missing = wanted.iter().filter(|key| !found.contains_key(key));
    let before = rows_before(connection, missing).await?;
    found.extend(before);
    Ok(found)
}

fn rows_of<C: ConnectionTrait>(
    connection: &C,
    months: &BTreeSet<i32>,
    agencies: &BTreeSet<AgencyId>,
) -> Statement {
    let backend = connection.get_database_backend();
    let mut values: Vec<Value> = months.iter().map(|month| (*month).into()).collect();
    let places = |from: usize, many: usize| {
        let places: Vec<String> = (from..from + many).map(|place| format!("${place}")).collect();
        places.join(", ")
    };
    let columns = each_counter(ToOwned::to_owned);
    let mut sql = format!(
        "SELECT agency_id, month, {columns} FROM dossier_month WHERE month IN ({})",
        places(1, values.len())
    );
    if agencies.len() <= MOST_NAMED {
        sql.push_str(&format!(" AND agency_id IN ({})", places(values.len() + 1, agencies.len())));
        values.extend(agencies.iter().map(|agency| Value::from(agency.0)));
    }
    Statement::from_sql_and_values(backend, sql, values)
}

async fn rows_before<'a, C: ConnectionTrait>(
    connection: &C,
    missing: impl Iterator<Item = &'a (AgencyId, i32)>,
) -> Result<Months, DbErr> {
    const COLUMNS: Columns = &[("agency_id", Type::Uuid), ("month", Type::Integer)];
    let mut given = Given::of(COLUMNS, 0);
    for (agency, month) in missing {
        given.push([agency.0.into(), (*month).into()]);
    }
    let columns = each_counter(|counter| format!("m.{counter}"));
    let sql = format!(
        "SELECT given.agency_id, given.month, {columns}
         FROM given JOIN dossier_month m ON m.agency_id = given.agency_id AND m.month = (
             SELECT MAX(p.month) FROM dossier_month p
             WHERE p.agency_id = given.agency_id AND p.month <= given.month)"
    );
    let mut found = Months::new();
    for row in given.query(connection, &sql, &[]).await? {
        let agency: Uuid = row.try_get_by_index(0)?;
        found.insert((AgencyId(agency), row.try_get_by_index(1)?), counts(&row, 2)?);
    }
    Ok(found)
}

/// Adds to the ends that lie within a month the days of the month before them.
async fn add_days<C: ConnectionTrait>(connection: &C, ends: &mut Ends) -> Result<(), DbErr> {
    const COLUMNS: Columns = &[("agency_id", Type::Uuid), ("first", Type::Date), ("before", Type::Date)];
    let mut given = Given::of(COLUMNS, 0);
    for (agency, day) in ends.keys().filter(|(_, day)| day.day() > 1) {
        let first = day.with_day(1).unwrap_or(*day);
        given.push([agency.0.into(), first.into(), (*day).into()]);
    }
    let sums = each_counter(|counter| format!("CAST(SUM(d.{counter}) AS bigint)"));
    let sql = format!(
        "SELECT given.agency_id, given.before, {sums}
         FROM given JOIN dossier_day d
             ON d.agency_id = given.agency_id AND d.day >= given.first AND d.day < given.before
         GROUP BY given.agency_id, given.before"
    );
    for row in given.query(connection, &sql, &[]).await? {
        let agency: Uuid = row.try_get_by_index(0)?;
        let day: NaiveDate = row.try_get_by_index(1)?;
        *ends.entry((AgencyId(agency), day)).or_default() += counts(&row, 2)?;
    }
    Ok(())
}

/// The counters of a row, which begin at a place.
pub(super) fn counts(row: &QueryResult, from: usize) -> Result<Counts, DbErr> {
    let mut counts = Counts::default();
    for counter in Counter::ALL {
        counts[*counter] = row.try_get_by_index(from + *counter as usize)?;
    }
    Ok(counts)
}
