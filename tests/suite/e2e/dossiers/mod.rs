//! Dossiers: imported, changed, removed, counted.

mod front_door;
mod histories;
mod imports;
mod months;
mod together;

use chrono::{DateTime, TimeZone, Utc};
use entity::import::Mode;
use entity::{ImportId, import};
use reform_worker::Clock;
use reform_worker::audit::Actor;
use reform_worker::dossiers::{BATCH, DossierRow, Read, Watch, import};
use reform_worker::imports::{Order, Unreadable};
use sea_orm::DatabaseConnection;
use tests::{Kind, Store, make};
use tokio_util::sync::CancellationToken;

/// The procedure that there is.
const PROCEDURE: &str = "1.004203";

/// When everything is imported.
fn now() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2023, 7, 1, 1, 0, 0).single().expect("an instant")
}

/// The sample province with a procedure.
async fn store(kind: Kind) -> (Store, DatabaseConnection) {
    let store = Store::sample(kind).await;
    let database = store.connect().await;
    make::procedure(&database, PROCEDURE).await;
    (store, database)
}

/// A row of an agency, received at the counter.
fn row(row: i32, agency: &str, code: &str, received: &str, due: &str, completed: &str) -> DossierRow {
    DossierRow::new(row, [agency, code, PROCEDURE, "COUNTER", received, due, completed, "", "", ""])
}

pub fn order(mode: Mode, dry_run: bool) -> Order {
    Order {
        id: ImportId::generate(),
        kind: import::Kind::Dossiers,
        period: None,
        agency: None,
        names: None,
        file_name: Some("hoso.csv".to_owned()),
        sha256: "0".repeat(64),
        header: None,
        by: Actor::terminal(),
        account: None,
        mode,
        dry_run,
    }
}

/// The chunks of rows, as a reader would give them.
fn chunks(rows: Vec<DossierRow>) -> Vec<Result<Vec<Read>, Unreadable>> {
    let reads: Vec<Read> = rows.into_iter().map(Read::Row).collect();
    reads.chunks(BATCH).map(|chunk| Ok(chunk.to_vec())).collect()
}

/// Imports rows that stand in no file.
async fn run(database: &DatabaseConnection, order: &Order, rows: Vec<DossierRow>) -> import::Model {
    run_at(database, order, rows, now()).await
}

/// The same at an instant.
async fn run_at(
    database: &DatabaseConnection,
    order: &Order,
    rows: Vec<DossierRow>,
    at: DateTime<Utc>,
) -> import::Model {
    let watch = Watch { cancelled: CancellationToken::new(), progress: &|_| () };
    let rows = futures_util::stream::iter(chunks(rows));
    import(database, order, rows, &watch, &still(at)).await.expect("the import ends")
}

/// A clock that stands still.
fn still(at: DateTime<Utc>) -> Clock {
    Clock::told_by(move || at)
}

/// What an import counted: added, changed, unchanged, refused.
fn counts(import: &import::Model) -> [i64; 4] {
    [import.added, import.changed, import.unchanged, import.refused]
}

/// Every bucket that is not what the dossiers come to, and how many dossiers there are.
async fn recounted(database: &DatabaseConnection) -> (Vec<String>, u64) {
    let mut found = Vec::new();
    let total = reform_worker::dossiers::recount(database, |difference| found.push(difference.to_string()));
    let total = total.await.expect("the dossiers are counted");
    (found, total)
}

/// Sees to it that the buckets are what so many dossiers come to, and codes are their dossiers'.
async fn assert_counted(database: &DatabaseConnection, dossiers: u64) {
    assert_eq!(recounted(database).await, (Vec::new(), dossiers));
}
