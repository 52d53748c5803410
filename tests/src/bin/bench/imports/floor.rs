//! The database's own bulk load: the rows that an import stored, into the same indexed tables of a fresh database.

use std::time::Instant;

use chrono::{DateTime, Utc};
use futures_util::TryStreamExt;
use migration::{Migrator, MigratorTrait};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement};
use sqlx::{Row, TypeInfo, Value, ValueRef};
use tests::{Kind, Store};

/// Rows of a prepared statement on SQLite; with 14 columns below what it lets be bound.
const ROWS: usize = 2_000;
const COLUMNS: &str = "id, agency_id, code, procedure_id, channel, received_at, due_at, completed_at, withdrawn_at, \
                       awaiting_supplement, apology_letter, version, import_id, import_row";

/// Seconds of loading all dossiers of `from` into a fresh database; they are as many as they should be.
pub async fn load(kind: Kind, store: &Store, from: &DatabaseConnection, dossiers: u64) -> f64 {
    let fresh = Store::empty(kind).await;
    let to = fresh.connect().await;
    Migrator::up(&to, None).await.expect("it is migrated");
    let seconds = match kind {
        Kind::Sqlite => on_sqlite(store, &to).await,
        Kind::Postgres => on_postgres(from, &to).await,
    };
    let loaded =
        sea_orm::PaginatorTrait::count(<entity::dossier::Entity as sea_orm::EntityTrait>::find(), &to);
    assert_eq!(loaded.await.expect("counted"), dossiers);
    seconds
}

/// The dossiers a month a table, and where each code is: what an import writes too.
async fn on_postgres(from: &DatabaseConnection, to: &DatabaseConnection) -> f64 {
    let last = from.query_one_raw(said("SELECT max(received_at) FROM dossier")).await.expect("asked");
    let last: DateTime<Utc> = last.expect("a row").try_get_by_index(0).expect("an instant");
    let months = format!("SELECT make_dossier_months('{}')", last.to_rfc3339());
    to.execute_unprepared(&months).await.expect("the months are made");
    let dossiers = copied(from, to, "dossier", COLUMNS, "ORDER BY import_row").await;
    dossiers + copied(from, to, "dossier_code", "agency_id, code, received_at", "").await
}

fn said(sql: &str) -> Statement {
    Statement::from_string(DbBackend::Postgres, sql)
}

async fn copied(
    from: &DatabaseConnection,
    to: &DatabaseConnection,
    table: &str,
    columns: &str,
    ordered: &str,
) -> f64 {
    let mut file = tempfile::tempfile().expect("a file");
    let mut reader = from.get_postgres_connection_pool().acquire().await.expect("a connection");
    let copy = format!("COPY (SELECT {columns} FROM {table} {ordered}) TO STDOUT");
    let mut out = reader.copy_out_raw(&copy).await.expect("rows come");
    while let Some(piece) = out.try_next().await.expect("rows come") {
        std::io::Write::write_all(&mut file, &piece).expect("written");
    }
    drop(out);
    std::io::Seek::rewind(&mut file).expect("rewound");
    let mut writer = to.get_postgres_connection_pool().acquire().await.expect("a connection");
    let begun = Instant::now();
    let mut copy =
        writer.copy_in_raw(&format!("COPY {table} ({columns}) FROM STDIN")).await.expect("it begins");
    let mut buffer = vec![0; 1 << 20];
    loop {
        let read = std::io::Read::read(&mut file, &mut buffer).expect("read");
        if read == 0 {
            break;
        }
        copy.send(&buffer[..read]).await.expect("sent");
    }
    copy.finish().await.expect("it ends");
    begun.elapsed().as_secs_f64()
}

/// A cell as SQLite holds it.
enum Cell {
    Null,
    Integer(i64),
    Text(String),
    Blob(Vec<u8>),
}

async fn on_sqlite(store: &Store, to: &DatabaseConnection) -> f64 {
    let from = store.connect().await;
    let from = from.get_sqlite_connection_pool();
    let mut begun = to.get_sqlite_connection_pool().begin().await.expect("a transaction");
    let width = COLUMNS.split(',').count();
    let row = format!("({})", vec!["?"; width].join(","));
    let sql = |rows: usize| {
        format!("INSERT INTO dossier ({COLUMNS}) VALUES {}", vec![row.as_str(); rows].join(","))
    };
    let (mut seconds, mut after) = (0.0, 0_i64);
    loop {
        let page =
            format!("SELECT rowid, {COLUMNS} FROM dossier WHERE rowid > ? ORDER BY rowid LIMIT {ROWS}");
        let rows = sqlx::query(sqlx::AssertSqlSafe(page)).bind(after).fetch_all(from).await.expect("rows");
        let Some(last) = rows.last() else { break };
        after = last.get(0);
        let cells: Vec<Cell> = rows.iter().flat_map(|row| (1..=width).map(|at| cell(row, at))).collect();
        let sql = sql(rows.len());
        let timed = Instant::now();
        let mut insert = sqlx::query(sqlx::AssertSqlSafe(sql));
        for cell in cells {
            insert = match cell {
                Cell::Null => insert.bind(None::<i64>),
                Cell::Integer(number) => insert.bind(number),
                Cell::Text(text) => insert.bind(text),
                Cell::Blob(bytes) => insert.bind(bytes),
            };
        }
        insert.execute(&mut *begun).await.expect("inserted");
        seconds += timed.elapsed().as_secs_f64();
    }
    let timed = Instant::now();
    begun.commit().await.expect("committed");
    seconds + timed.elapsed().as_secs_f64()
}

fn cell(row: &sqlx::sqlite::SqliteRow, at: usize) -> Cell {
    let value = row.try_get_raw(at).expect("a cell").to_owned();
    match value.type_info().name() {
        _ if value.is_null() => Cell::Null,
        "TEXT" | "DATETIME" => Cell::Text(value.decode_unchecked()),
        "BLOB" => Cell::Blob(value.decode_unchecked()),
        _ => Cell::Integer(value.decode_unchecked()),
    }
}
