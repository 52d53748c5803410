//! Opening the database, and the few things that SQLite and PostgreSQL say differently. No other module
//! outside `migration` knows which of the two it talks to.

use std::path::{Path, PathBuf};
use std::time::Duration;

use sea_orm::sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous};
use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr,
    IsolationLevel, RuntimeErr, SqliteTransactionMode, Statement, TransactionOptions, TransactionTrait,
};

/// The PostgreSQL channel on which builds announce themselves.
pub(crate) const BUILD_CHANNEL: &str = "reform_build";

/// The advisory lock's key, "audit" in ASCII. Nothing else may use it.
const AUDIT_LOCK: i64 = 0x61_7564_6974;

/// The bind variables that one statement may carry on either database.
const MOST_VARIABLES: usize = 30_000;

/// Which database to open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Location {
    /// An embedded SQLite file below this data directory.
    Embedded(PathBuf),
    /// A database by its URL: `postgres://…` or `sqlite://…`.
    Url(String),
}

/// Why the database could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The data directory cannot be made.
    #[error("the data directory {} cannot be created: {cause}", path.display())]
    DataDirectory {
        /// The directory.
        path: PathBuf,
        /// Why not.
        cause: std::io::Error,
    },
    /// The URL is of a kind that is not supported.
    #[error("the database URL must begin with `postgres://`, `postgresql://` or `sqlite:`")]
    UnknownKind,
    /// Connecting or migrating failed.
    #[error("the database cannot be opened: {0}")]
    Database(#[from] DbErr),
}

/// Connects, and brings the schema up to date.
///
/// # Errors
/// When the data directory cannot be made, the URL is of no supported kind, or connecting or migrating fails.
pub async fn open(location: &Location, connections: u32) -> Result<DatabaseConnection, OpenError> {
    let database = connect(location, connections).await?;
    migration::migrate(&database).await?;
    Ok(database)
}

/// Connects with a pool of at most `connections`, without touching the schema.
///
/// # Errors
/// A connection that was idle this long is tested before it is used; testing each time would double the
/// round trips.
const TEST_AFTER_IDLE: Duration = Duration::from_secs(1);

/// As [`open`], but for migrating.
pub async fn connect(location: &Location, connections: u32) -> Result<DatabaseConnection, OpenError> {
    let url = match location {
        Location::Embedded(directory) => embedded_url(directory)?,
        Location::Url(url) => url.clone(),
    };
    let known = ["postgres://", "postgresql://", "sqlite:"];
    if !known.iter().any(|prefix| url.starts_with(prefix)) {
        return Err(OpenError::UnknownKind);
    }
    let mut options = ConnectOptions::new(url);
    options
        .max_connections(connections)
        .acquire_timeout(Duration::from_secs(30))
        .test_before_acquire_if_idle_for(TEST_AFTER_IDLE)
        .sqlx_logging(false)
        .map_sqlx_sqlite_opts(|sqlite| {
            sqlite
                .create_if_missing(true)
                .journal_mode(SqliteJournalMode::Wal)
                .synchronous(SqliteSynchronous::Normal)
                .foreign_keys(true)
                .busy_timeout(Duration::from_secs(10))
        });
    Ok(Database::connect(options).await?)
}

fn embedded_url(directory: &Path) -> Result<String, OpenError> {
    std::fs::create_dir_all(directory)
        .map_err(|cause| OpenError::DataDirectory { path: directory.to_owned(), cause })?;
    Ok(format!("sqlite://{}?mode=rwc", directory.join("reform.sqlite3").display()))
}

/// Begins a transaction that writes: it holds SQLite's write lock from its first statement, so that it
/// never fails half-way on a busy database.
pub async fn begin_write(database: &DatabaseConnection) -> Result<DatabaseTransaction, DbErr> {
    begin(database, None).await
}

/// Begins a transaction whose reads all see the same snapshot and which may write.
pub(crate) async fn begin_snapshot(database: &DatabaseConnection) -> Result<DatabaseTransaction, DbErr> {
    begin(database, Some(IsolationLevel::RepeatableRead)).await
}

async fn begin(
    database: &DatabaseConnection,
    isolation_level: Option<IsolationLevel>,
) -> Result<DatabaseTransaction, DbErr> {
    let postgres = database.get_database_backend() == DbBackend::Postgres;
    let options = TransactionOptions {
        isolation_level: isolation_level.filter(|_| postgres),
        access_mode: None,
        sqlite_transaction_mode: (!postgres).then_some(SqliteTransactionMode::Immediate),
    };
    database.begin_with_options(options).await
}

/// Tells other processes, when `connection`'s transaction commits, that builds have changed. SQLite has no
/// such messages: there, other processes find out by polling.
pub(crate) async fn announce_builds<C: ConnectionTrait>(connection: &C) -> Result<(), DbErr> {
    if connection.get_database_backend() == DbBackend::Postgres {
        let notify = format!("SELECT pg_notify('{BUILD_CHANNEL}', '')");
        connection.query_one_raw(Statement::from_string(DbBackend::Postgres, notify)).await?;
    }
    Ok(())
}

/// Makes whoever else would add agencies wait for the end of `connection`'s transaction. On SQLite a
/// transaction that writes is alone anyway.
pub(crate) async fn lock_agencies<C: ConnectionTrait>(connection: &C) -> Result<(), DbErr> {
    if connection.get_database_backend() == DbBackend::Postgres {
        connection.execute_unprepared("LOCK TABLE agency IN EXCLUSIVE MODE").await?;
    }
    Ok(())
}

/// Waits until no other transaction is appending to the audit log, and keeps others waiting until this one
/// ends. SQLite's write transaction does so by itself.
pub(crate) async fn append_alone(transaction: &DatabaseTransaction) -> Result<(), DbErr> {
    if transaction.get_database_backend() == DbBackend::Postgres {
        let lock = "SELECT pg_advisory_xact_lock($1)";
        let lock = Statement::from_sql_and_values(DbBackend::Postgres, lock, [AUDIT_LOCK.into()]);
        transaction.query_one_raw(lock).await?;
    }
    Ok(())
}

/// How many rows of `columns` columns one INSERT may carry.
pub(crate) fn rows_per_insert(columns: usize) -> usize {
    (MOST_VARIABLES / columns.max(1)).max(1)
}

/// Whether a statement failed only because another transaction was faster: begun again, it may succeed.
pub(crate) fn is_lost_race(error: &DbErr) -> bool {
    /// PostgreSQL: serialization failure, deadlock. SQLite: busy, busy snapshot.
    const LOST: [&str; 4] = ["40001", "40P01", "5", "517"];
    let (DbErr::Conn(RuntimeErr::SqlxError(cause))
    | DbErr::Exec(RuntimeErr::SqlxError(cause))
    | DbErr::Query(RuntimeErr::SqlxError(cause))) = error
    else {
        return false;
    };
    let code = cause.as_database_error().and_then(|error| error.code());
    code.is_some_and(|code| LOST.contains(&code.as_ref()))
}
