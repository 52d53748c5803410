//! The facts of all agencies for a half-year: from the counters, and by one statement over the dossiers.

use std::collections::BTreeMap;
use std::time::Instant;

use entity::{AgencyId, agency};
use reform_worker::dossiers::{Span, load_counts, load_reporters};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, EntityTrait, Statement};
use tests::bench::median;
use tests::make::day;

/// The numbers that the sample's criteria set reads.
const KEYS: [&str; 6] = [
    "received_total",
    "received_online",
    "received_postal",
    "resolved_total",
    "resolved_in_time",
    "overdue_total",
];

type Numbers = BTreeMap<AgencyId, [i64; KEYS.len()]>;

/// Prints how long both take; they must say the same.
pub async fn compare(database: &DatabaseConnection, rounds: usize) {
    let agencies: Vec<_> = agency::Entity::find().all(database).await.expect("agencies");
    let agencies: Vec<AgencyId> = agencies.into_iter().map(|row| row.id).collect();
    let mut ratios = Vec::new();
    let (mut counted, mut grouped) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        let begun = Instant::now();
        let from_counters = from_counters(database, &agencies).await;
        let counters = begun.elapsed().as_secs_f64();
        let begun = Instant::now();
        let from_dossiers = from_dossiers(database).await;
        let dossiers = begun.elapsed().as_secs_f64();
        assert_eq!(from_counters, from_dossiers, "the counters and the dossiers say the same");
        counted.push(counters);
        grouped.push(dossiers);
        ratios.push(dossiers / counters);
    }
    println!(
        "  facts of {} agencies: {:.1} ms from counters, {:.1} ms by GROUP BY: {:.0} times faster",
        agencies.len(),
        median(counted) * 1e3,
        median(grouped) * 1e3,
        median(ratios)
    );
}

async fn from_counters(database: &DatabaseConnection, agencies: &[AgencyId]) -> Numbers {
    let reporters = load_reporters(database, &agencies.iter().copied().collect()).await.expect("reporters");
    let (from, before) = (day(2025, 1, 1), day(2025, 7, 1));
    let spans: Vec<_> = agencies
        .iter()
        .filter(|agency| reporters.contains_key(agency))
        .map(|agency| Span { agency: *agency, from, before })
        .collect();
    let counts = load_counts(database, &spans).await.expect("counts");
    let numbers = counts.iter().map(|counts| KEYS.map(|key| counts.number(key).expect("a number")));
    spans.iter().map(|span| span.agency).zip(numbers).collect()
}

async fn from_dossiers(database: &DatabaseConnection) -> Numbers {
    let backend = database.get_database_backend();
    let day = |instant: &str| match backend {
        DbBackend::Sqlite => format!("date({instant}, '+7 hours')"),
        _ => format!("CAST({instant} AT TIME ZONE 'UTC' + interval '7 hours' AS date)"),
    };
    // The half-year in the province, in UTC, as each database writes an instant.
    let (from, before) = match backend {
        DbBackend::Sqlite => ("'2024-12-31T17:00:00+00:00'", "'2025-06-30T17:00:00+00:00'"),
        _ => ("timestamptz '2024-12-31 17:00:00+00'", "timestamptz '2025-06-30 17:00:00+00'"),
    };
    let ended = "COALESCE(completed_at, withdrawn_at)";
    let late = format!("due_at IS NOT NULL AND {} > {}", day(ended), day("due_at"));
    let received = format!("received_at >= {from}");
    let resolved = format!("{ended} < {before}");
    let open_late = format!(
        "({ended} IS NULL OR {ended} >= {before}) AND due_at IS NOT NULL AND {} < {}
         AND ({ended} IS NOT NULL OR NOT awaiting_supplement)",
        day("due_at"),
        day(before)
    );
    let count = |of: String| format!("SUM(CASE WHEN {of} THEN 1 ELSE 0 END)");
    let numbers = [
        "COUNT(*)".to_owned(),
        count(format!("{received} AND channel IN ('ONLINE_FULL', 'ONLINE_PARTIAL', 'ONLINE_POSTAL')")),
        count(format!("{received} AND channel IN ('POSTAL', 'ONLINE_POSTAL')")),
        count(resolved.clone()),
        count(format!("{resolved} AND NOT ({late})")),
        count(format!("({resolved} AND {late}) OR ({open_late})")),
    ];
    let numbers: Vec<_> = numbers.iter().map(|number| format!("CAST({number} AS bigint)")).collect();
    let sql = format!(
        "SELECT agency_id, {} FROM dossier
         WHERE received_at < {before} AND ({ended} IS NULL OR {ended} >= {from}) GROUP BY agency_id",
        numbers.join(", ")
    );
    let rows = database.query_all_raw(Statement::from_string(backend, sql)).await.expect("rows");
    let numbers = |row: &sea_orm::QueryResult| {
        let agency = AgencyId(row.try_get_by_index(0).expect("an agency"));
        (agency, std::array::from_fn(|at| row.try_get_by_index(at + 1).expect("a number")))
    };
    rows.iter().map(numbers).collect()
}
