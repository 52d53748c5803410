//! Bringing a database up to date exactly once, although several processes
//! start at once.
//!
//! sea-orm's migrator takes no lock, so the whole way up runs in one
//! transaction that first makes itself the only one: on PostgreSQL by an
//! advisory lock that is tried, never awaited, so that whoever waits holds
//! neither a snapshot nor a connection; on SQLite by the database's one write
//! lock. It either arrives as a whole or leaves no trace. The queue's own
//! tables follow, by the queue's migrator: on PostgreSQL that one locks for
//! itself, on SQLite it does not and is put under the write lock as well.

use std::sync::Arc;
use std::time::Duration;

use apalis_postgres::PostgresStorage;
use apalis_sqlite::SqliteStorage;
use sea_orm_migration::MigratorTrait;
use sea_orm_migration::sea_orm::sqlx::{self, PgPool, Sqlite, SqlitePool};
use sea_orm_migration::sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, RuntimeErr,
    SqliteTransactionMode, Statement, TransactionOptions, TransactionTrait,
};

use crate::Migrator;

/// The advisory lock's key, "reform" in ASCII. Nothing else may use it.
const LOCK_KEY: i64 = 0x7265_666f_726d;

/// How long a process whose turn it is not sleeps before it asks again.
const PAUSE: Duration = Duration::from_millis(100);

/// How long it waits for its turn before it gives up.
const PATIENCE: Duration = Duration::from_secs(120);

/// Brings the schema and the queue's tables up to date.
///
/// Any number of processes and tasks may call this at once on one database:
/// each returns `Ok` when the database is up to date, whoever did the work. A
/// call uses one connection of the pool at a time.
///
/// # Errors
/// When a migration fails (the schema then stays as it was), when its turn
/// does not come within two minutes, or on any other database than PostgreSQL
/// and SQLite.
pub async fn migrate(db: &DatabaseConnection) -> Result<(), DbErr> {
    let backend = db.get_database_backend();
    if !matches!(backend, DbBackend::Postgres | DbBackend::Sqlite) {
        return Err(DbErr::BackendNotSupported { db: backend.as_str(), ctx: "migrate" });
    }
    let alone = patiently(|| try_alone(db)).await?;
    Migrator::up(&alone, None).await?;
    alone.commit().await?;
    if backend == DbBackend::Postgres {
        up_queue_on_postgres(db.get_postgres_connection_pool()).await
    } else {
        up_queue_on_sqlite(db.get_sqlite_connection_pool()).await
    }
}

/// A transaction in which no other process migrates, or `None` while one does.
async fn try_alone(db: &DatabaseConnection) -> Result<Option<DatabaseTransaction>, DbErr> {
    if db.get_database_backend() == DbBackend::Sqlite {
        let immediate = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        return unless_busy(db.begin_with_options(immediate).await);
    }
    let transaction = db.begin().await?;
    let ask = Statement::from_sql_and_values(
        DbBackend::Postgres,
        "SELECT pg_try_advisory_xact_lock($1)",
        [LOCK_KEY.into()],
    );
    let answer = transaction.query_one_raw(ask).await?;
    let granted = answer.map(|row| row.try_get_by_index::<bool>(0));
    if granted.transpose()? == Some(true) {
        return Ok(Some(transaction));
    }
    transaction.rollback().await?;
    Ok(None)
}

/// The queue's migrator waits for an advisory lock of its own.
async fn up_queue_on_postgres(pool: &PgPool) -> Result<(), DbErr> {
    let migrated = PostgresStorage::<()>::setup(pool).await;
    migrated.map_err(|error| DbErr::Migration(format!("queue: {error}")))
}

/// The queue's migrator does not lock on SQLite, so it runs inside our write
/// transaction. Its `setup` is not used: it also sets `synchronous = OFF` on
/// the connection that it happens to get.
async fn up_queue_on_sqlite(pool: &SqlitePool) -> Result<(), DbErr> {
    let mut alone = patiently(|| try_write(pool)).await?;
    let migrator = SqliteStorage::<()>::migrations();
    // Not `run`: of its future the compiler cannot see that it is `Send`.
    let migrated = migrator.run_direct(None, &mut *alone, false).await;
    migrated.map_err(|error| DbErr::Migration(format!("queue: {error}")))?;
    alone.commit().await.map_err(connection_error)
}

/// SQLite's write lock, or `None` while another connection holds it.
async fn try_write(pool: &SqlitePool) -> Result<Option<sqlx::Transaction<'static, Sqlite>>, DbErr> {
    let begun = pool.begin_with("BEGIN IMMEDIATE").await;
    unless_busy(begun.map_err(connection_error))
}

/// Asks until there is an answer, for as long as [`PATIENCE`] lasts.
async fn patiently<T, F>(ask: impl Fn() -> F) -> Result<T, DbErr>
where
    F: Future<Output = Result<Option<T>, DbErr>>,
{
    let turn = async {
        loop {
            if let Some(answer) = ask().await? {
                return Ok(answer);
            }
            tokio::time::sleep(PAUSE).await;
        }
    };
    tokio::time::timeout(PATIENCE, turn).await.unwrap_or_else(|_| {
        Err(DbErr::Migration("another process has been migrating for too long".to_owned()))
    })
}

/// Turns "the database is locked" into `None`.
fn unless_busy<T>(begun: Result<T, DbErr>) -> Result<Option<T>, DbErr> {
    match begun {
        Ok(begun) => Ok(Some(begun)),
        Err(error) if is_busy(&error) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Whether SQLite said that somebody else has the lock: its result codes
/// `SQLITE_BUSY` (5) and `SQLITE_LOCKED` (6), whose variants differ only above
/// the low byte.
fn is_busy(error: &DbErr) -> bool {
    let (DbErr::Conn(RuntimeErr::SqlxError(cause))
    | DbErr::Exec(RuntimeErr::SqlxError(cause))
    | DbErr::Query(RuntimeErr::SqlxError(cause))) = error
    else {
        return false;
    };
    let code = cause.as_database_error().and_then(|error| error.code());
    let code = code.and_then(|code| code.parse::<u32>().ok());
    code.is_some_and(|code| matches!(code & 0xff, 5 | 6))
}

fn connection_error(error: sqlx::Error) -> DbErr {
    DbErr::Conn(RuntimeErr::SqlxError(Arc::new(error)))
}
