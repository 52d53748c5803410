//! Writing the counters: what changes a day is added to its row; the running sums of the months are then made anew
//! from the days, from the first month on in which something changed.
//!
//! The agencies must be locked: the months are read from days that nobody else may be changing.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use entity::AgencyId;
use entity::dossier_month::month_of;
use scoring::{Counter, province_day};
use sea_orm::{ConnectionTrait, DbErr};

use super::tally::{Change, Tally};
use crate::database::{Columns, Given, Type};
use crate::live::mark_in_begun_periods;

/// Why cards are behind whose dossiers changed.
pub(super) const CHANGED: &str = "hồ sơ / dossiers";

/// So many rows of counters are written by one statement.
const ROWS: usize = 8_000;

const DAYS: Columns = &[
    ("agency_id", Type::Uuid),
    ("day", Type::Date),
    ("month", Type::Integer),
    ("received_counter", Type::BigInteger),
    ("received_online_full", Type::BigInteger),
    ("received_online_partial", Type::BigInteger),
    ("received_postal", Type::BigInteger),
    ("received_online_postal", Type::BigInteger),
    ("resolved_early", Type::BigInteger),
    ("resolved_on_time", Type::BigInteger),
    ("resolved_overdue", Type::BigInteger),
    ("withdrawn", Type::BigInteger),
    ("apologised", Type::BigInteger),
    ("due", Type::BigInteger),
    ("due_settled", Type::BigInteger),
];

/// The counters' columns, each as `column` says it, with commas between them.
pub(super) fn each_counter(column: impl Fn(&str) -> String) -> String {
    let columns: Vec<String> = Counter::ALL.iter().map(|counter| column(counter.as_str())).collect();
    columns.join(", ")
}

/// Writes what was added up so far, and empties the tally.
pub(super) async fn write_days<C: ConnectionTrait>(connection: &C, tally: &mut Tally) -> Result<(), DbErr> {
    let columns = each_counter(ToOwned::to_owned);
    let sums = each_counter(|counter| format!("{counter} = dossier_day.{counter} + excluded.{counter}"));
    let sql = format!(
        "INSERT INTO dossier_day (agency_id, day, month, {columns})
         SELECT agency_id, day, month, {columns} FROM given WHERE true
         ON CONFLICT (agency_id, day) DO UPDATE SET {sums}"
    );
    for rows in tally.take().chunks(ROWS) {
        days(rows).execute(connection, &sql, &[]).await?;
    }
    Ok(())
}

fn days(rows: &[(AgencyId, NaiveDate, Change)]) -> Given {
    let mut given = Given::of(DAYS, rows.len());
    for (agency, day, change) in rows {
        given.extend([agency.0.into(), (*day).into(), month_of(*day).into()]);
        given.extend(change.iter().map(|count| i64::from(*count).into()));
    }
    given
}

/// Sums the months up again for agencies, from the first month on in which something changed, says that their
/// dossiers are as of today, and marks their cards.
pub(super) async fn finish<C: ConnectionTrait>(
    connection: &C,
    touched: &BTreeMap<AgencyId, i32>,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    sum_up(connection, touched).await?;
    let today = province_day(now);
    const COLUMNS: Columns = &[("agency_id", Type::Uuid), ("as_of", Type::Date)];
    let mut given = Given::of(COLUMNS, touched.len());
    for agency in touched.keys() {
        given.push([agency.0.into(), today.into()]);
    }
    let sql = "INSERT INTO dossier_reporter (agency_id, as_of) SELECT agency_id, as_of FROM given WHERE true
               ON CONFLICT (agency_id) DO UPDATE SET as_of = excluded.as_of";
    given.execute(connection, sql, &[]).await?;
    mark_in_begun_periods(connection, touched.keys().copied(), CHANGED, now).await
}

/// Sums the months up again for agencies, from the first month on in which something changed.
pub(super) async fn sum_up<C: ConnectionTrait>(
    connection: &C,
    touched: &BTreeMap<AgencyId, i32>,
) -> Result<(), DbErr> {
    match touched.values().min() {
        Some(first) => sum_months(connection, touched.keys().copied(), *first).await,
        None => Ok(()),
    }
}

/// The running sums are those of the days from month `first` on, and before them what the last row up to it says. Rows
/// stand after months with days only: another would not be made anew when an earlier day changes.
async fn sum_months<C: ConnectionTrait>(
    connection: &C,
    agencies: impl Iterator<Item = AgencyId>,
    first: i32,
) -> Result<(), DbErr> {
    const COLUMNS: Columns = &[("agency_id", Type::Uuid)];
    let mut given = Given::of(COLUMNS, 0);
    for agency in agencies {
        given.push([agency.0.into()]);
    }
    let columns = each_counter(ToOwned::to_owned);
    let of_days = each_counter(|counter| format!("CAST(SUM(d.{counter}) AS bigint) AS {counter}"));
    let before = each_counter(|counter| format!("m.{counter}"));
    let running = each_counter(|counter| format!("CAST(SUM({counter}) OVER sums AS bigint) AS {counter}"));
    let replaced = each_counter(|counter| format!("{counter} = excluded.{counter}"));
    let sql = format!(
        "INSERT INTO dossier_month (agency_id, month, {columns})
         SELECT agency_id, month + 1, {columns} FROM (SELECT agency_id, month, {running} FROM (
             SELECT d.agency_id AS agency_id, d.month AS month, {of_days}
             FROM given JOIN dossier_day d ON d.agency_id = given.agency_id
             WHERE d.month >= :1 GROUP BY d.agency_id, d.month
             UNION ALL
             SELECT m.agency_id, :1 - 1, {before}
             FROM given JOIN dossier_month m ON m.agency_id = given.agency_id AND m.month = (
                 SELECT MAX(p.month) FROM dossier_month p
                 WHERE p.agency_id = given.agency_id AND p.month <= :1)
         ) parts WINDOW sums AS (PARTITION BY agency_id ORDER BY month)) months WHERE month >= :1
         ON CONFLICT (month, agency_id) DO UPDATE SET {replaced}"
    );
    given.execute(connection, &sql, &[first.into()]).await?;
    Ok(())
}
