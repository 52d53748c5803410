//! Opening the database, and the few things that SQLite and PostgreSQL say differently. Outside `migration` no other
//! module knows which of the two it talks to, but those that are about what one of them has: the queue, what is announced
//! from process to process, replicas.

pub(crate) mod codes;
mod connect;
mod given;
mod insert;
mod owner;
mod text;

use std::path::PathBuf;

use entity::{AgencyId, ImportId};
use sea_orm::{
    AccessMode, ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, IsolationLevel,
    RuntimeErr, SqliteTransactionMode, Statement, TransactionOptions, TransactionTrait, sqlx,
};
use uuid::Uuid;

use self::connect::Target;
pub(crate) use self::given::{Columns, Given, Type};
pub(crate) use self::insert::insert;
pub use self::insert::insert_unless_there;
pub use self::text::text;

/// The PostgreSQL channel on which builds announce themselves.
pub(crate) const BUILD_CHANNEL: &str = "reform_build";

/// The advisory lock's key, "audit" in ASCII. Nothing else may use it.
const AUDIT_LOCK: i64 = 0x61_7564_6974;

/// The advisory lock's key, "inputs" in ASCII.
const INPUT_LOCK: i64 = 0x696e_7075_7473;

/// The key of the lock over all dossiers, "dossier" in ASCII. Other keys for dossiers are random parts of ids.
const DOSSIER_LOCK: i64 = 0x64_6f73_7369_6572;

/// Which database to open.
#[derive(Clone, PartialEq, Eq)]
pub enum Location {
    /// An embedded SQLite file below this data directory.
    Embedded(PathBuf),
    /// A database by its URL: `postgres://…` or `sqlite:…`.
    Url(String),
}

impl Location {
    /// The embedded database below `data_dir`, unless there is a URL.
    pub fn new(data_dir: PathBuf, url: Option<String>) -> Self {
        match url.filter(|url| !url.is_empty()) {
            Some(url) => Self::Url(url),
            None => Self::Embedded(data_dir),
        }
    }

    /// Whether it is a file of this machine's, and no server.
    pub fn is_file(&self) -> bool {
        match self {
            Self::Embedded(_) => true,
            Self::Url(url) => url.starts_with("sqlite:"),
        }
    }
}

/// A URL may hold a password.
impl std::fmt::Debug for Location {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Embedded(directory) => formatter.debug_tuple("Embedded").field(directory).finish(),
            Self::Url(_) => formatter.write_str("Url(…)"),
        }
    }
}

/// Why the database could not be opened, in words for the person at the terminal.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The data directory cannot be made.
    #[error(
        "không tạo được thư mục dữ liệu / the data directory cannot be created: {}: {cause}",
        path.display()
    )]
    DataDirectory {
        /// The directory.
        path: PathBuf,
        /// Why not.
        cause: std::io::Error,
    },
    /// The URL is of a kind that is not supported.
    #[error(
        "địa chỉ cơ sở dữ liệu không hợp lệ / the database URL must begin with `postgres://`, \
         `postgresql://` or `sqlite:` and name a server or a file"
    )]
    UnknownKind,
    /// The URL cannot be read.
    #[error(
        "không đọc được địa chỉ cơ sở dữ liệu / the database URL cannot be read; write \
         postgres://user:password@host:5432/name, with special characters percent-encoded (`@` as `%40`)"
    )]
    UnreadableUrl,
    /// The SQLite file cannot be opened.
    #[error("không mở được tệp SQLite / the SQLite file cannot be opened: {}: {cause}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why not.
        cause: String,
    },
    /// No PostgreSQL answers.
    #[error(
        "PostgreSQL tại {at} không trả lời trong {seconds} giây / PostgreSQL at {at} did not answer within \
         {seconds} s: {cause}"
    )]
    Unreachable {
        /// Host and port.
        at: String,
        /// How long was waited.
        seconds: u64,
        /// What the last attempt ended with.
        cause: String,
    },
    /// PostgreSQL answers and refuses.
    #[error("PostgreSQL tại {at} từ chối kết nối / PostgreSQL at {at} refused the connection: {cause}")]
    Server {
        /// Host and port.
        at: String,
        /// What it said.
        cause: String,
    },
    /// The database holds another application's tables.
    #[error(
        "cơ sở dữ liệu này thuộc ứng dụng khác, không thay đổi gì / this database holds the tables of another \
         application and was left as it is; name an empty one"
    )]
    Foreign,
    /// A newer version migrated the database.
    #[error(
        "cơ sở dữ liệu này thuộc phiên bản mới hơn / this database was migrated by a newer version of this \
         program; use that version"
    )]
    Newer,
    /// Migrating failed.
    #[error("không cập nhật được lược đồ / the schema cannot be brought up to date: {0}")]
    Schema(String),
}

impl From<DbErr> for OpenError {
    fn from(error: DbErr) -> Self {
        Self::Schema(connect::plain(&error))
    }
}

/// Connects, and brings the schema up to date, unless the database is another application's or of a newer
/// version: that one is left as it is.
///
/// # Errors
/// When the data directory cannot be made, the URL is of no supported kind, or connecting or migrating fails.
pub async fn open(location: &Location, connections: u32) -> Result<DatabaseConnection, OpenError> {
    let target = Target::of(location)?;
    // Connecting to a SQLite file in the way that we need already changes it.
    if let Some(untouched) = target.peek().await? {
        let checked = owner::check(&untouched).await;
        untouched.close().await.ok();
        checked.map_err(|error| target.cannot_read(error))?;
    }
    let database = target.connect(connections).await?;
    owner::check(&database).await?;
    migration::migrate(&database).await?;
    Ok(database)
}

/// Connects with a pool of at most `connections`, without looking at the schema.
///
/// # Errors
/// As [`open`], but for migrating.
pub async fn connect(location: &Location, connections: u32) -> Result<DatabaseConnection, OpenError> {
    Target::of(location)?.connect(connections).await
}

/// Begins a transaction that writes: it holds SQLite's write lock from its first statement, so that it
/// never fails half-way on a busy database.
pub async fn begin_write(database: &DatabaseConnection) -> Result<DatabaseTransaction, DbErr> {
    let mode = SqliteTransactionMode::Immediate;
    begin(database, None, mode, AccessMode::ReadWrite).await
}

/// Begins a transaction whose reads all see the same snapshot, and which cannot write on PostgreSQL; on SQLite
/// it holds up nobody who writes.
pub(crate) async fn begin_reading(database: &DatabaseConnection) -> Result<DatabaseTransaction, DbErr> {
    let level = Some(IsolationLevel::RepeatableRead);
    begin(database, level, SqliteTransactionMode::Deferred, AccessMode::ReadOnly).await
}

/// Begins a transaction whose reads all see the same snapshot and which may write.
pub(crate) async fn begin_snapshot(database: &DatabaseConnection) -> Result<DatabaseTransaction, DbErr> {
    let level = Some(IsolationLevel::RepeatableRead);
    begin(database, level, SqliteTransactionMode::Immediate, AccessMode::ReadWrite).await
}

async fn begin(
    database: &DatabaseConnection,
    isolation_level: Option<IsolationLevel>,
    sqlite_mode: SqliteTransactionMode,
    access_mode: AccessMode,
) -> Result<DatabaseTransaction, DbErr> {
    let postgres = database.get_database_backend() == DbBackend::Postgres;
    let options = TransactionOptions {
        isolation_level: isolation_level.filter(|_| postgres),
        access_mode: postgres.then_some(access_mode),
        sqlite_transaction_mode: (!postgres).then_some(sqlite_mode),
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
    lock(transaction, AUDIT_LOCK).await
}

/// Waits until no other transaction is importing inputs, and keeps others waiting until this one ends. SQLite's write
/// transaction does so by itself.
pub(crate) async fn import_inputs_alone(transaction: &DatabaseTransaction) -> Result<(), DbErr> {
    lock(transaction, INPUT_LOCK).await
}

async fn lock(transaction: &DatabaseTransaction, key: i64) -> Result<(), DbErr> {
    if transaction.get_database_backend() == DbBackend::Postgres {
        let lock = "SELECT pg_advisory_xact_lock($1)";
        let lock = Statement::from_sql_and_values(DbBackend::Postgres, lock, [key.into()]);
        transaction.query_one_raw(lock).await?;
    }
    Ok(())
}

/// Whose dossiers are to be written.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Writing<'a> {
    /// Anybody's.
    All,
    /// Those of these agencies, which must be in order.
    Of(&'a [AgencyId]),
}

/// Tries to lock the dossiers and counters of agencies until the transaction ends; whether it came so far. Called
/// again in the same transaction, it goes on. It never waits, so that whoever asks can be cancelled, and nobody holds
/// what another waits for while he waits himself. On SQLite a transaction that writes is alone anyway.
pub(crate) async fn try_lock_dossiers(
    transaction: &DatabaseTransaction,
    writing: Writing<'_>,
) -> Result<bool, DbErr> {
    if transaction.get_database_backend() != DbBackend::Postgres {
        return Ok(true);
    }
    let Writing::Of(agencies) = writing else {
        return try_lock(transaction, "pg_try_advisory_xact_lock", DOSSIER_LOCK).await;
    };
    if !try_lock(transaction, "pg_try_advisory_xact_lock_shared", DOSSIER_LOCK).await? {
        return Ok(false);
    }
    for agency in agencies {
        if !try_lock(transaction, "pg_try_advisory_xact_lock", key_of(agency.0)).await? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Says something in a transaction: PostgreSQL ends one that is silent for long, as that of a process that is stopped
/// or gone. For whoever waits in it for anything but the database.
pub(crate) async fn keep_alive(transaction: &DatabaseTransaction) -> Result<(), DbErr> {
    if transaction.get_database_backend() == DbBackend::Postgres {
        transaction.execute_unprepared("SELECT 1").await?;
    }
    Ok(())
}

/// Shows others that this transaction is at work on the import, until it ends.
pub(crate) async fn mark_import(transaction: &DatabaseTransaction, import: ImportId) -> Result<(), DbErr> {
    nobody_imports(transaction, import).await.map(drop)
}

/// Whether no transaction is at work on the import. On SQLite, asked in a transaction that writes, there is none.
pub(crate) async fn nobody_imports(
    transaction: &DatabaseTransaction,
    import: ImportId,
) -> Result<bool, DbErr> {
    if transaction.get_database_backend() != DbBackend::Postgres {
        return Ok(true);
    }
    try_lock(transaction, "pg_try_advisory_xact_lock", key_of(import.0)).await
}

async fn try_lock(transaction: &DatabaseTransaction, how: &str, key: i64) -> Result<bool, DbErr> {
    let statement = format!("SELECT {how}($1)");
    let statement = Statement::from_sql_and_values(DbBackend::Postgres, statement, [key.into()]);
    let row = transaction.query_one_raw(statement).await?;
    row.map_or(Ok(false), |row| row.try_get_by_index(0))
}

/// The random part of a UUID v7.
fn key_of(id: Uuid) -> i64 {
    id.as_u64_pair().1.cast_signed()
}

/// The day of an instant in the province, of a column or another term that is one.
pub(crate) fn day_of(backend: DbBackend, instant: &str) -> String {
    match backend {
        DbBackend::Postgres => format!("CAST(({instant}) AT TIME ZONE 'UTC' + interval '7 hours' AS date)"),
        _ => format!("date({instant}, '+7 hours')"),
    }
}

/// Whether a statement failed only because another transaction was faster: begun again, it may succeed.
pub(crate) fn is_lost_race(error: &DbErr) -> bool {
    /// PostgreSQL: serialization failure, deadlock. SQLite: busy, busy snapshot.
    const LOST: [&str; 4] = ["40001", "40P01", "5", "517"];
    code(error).is_some_and(|code| LOST.contains(&code.as_str()))
}

/// Whether the database could not do for the moment what was asked, whatever it was: it is not to be reached, is
/// stopping or starting, or has no room or no connection left.
pub(crate) fn is_out_of_order(error: &DbErr) -> bool {
    /// PostgreSQL: connection exceptions, disk full, too many connections, stopped or starting, input and output.
    const AWAY: [&str; 5] = ["08", "53100", "53300", "57P", "58"];
    /// SQLite, the low byte of its code: input and output, no room.
    const NO_ROOM: [u32; 2] = [10, 13];
    if matches!(error, DbErr::ConnectionAcquire(_)) {
        return true;
    }
    match (cause(error), code(error)) {
        (Some(sqlx::Error::Database(_)), Some(code)) if code.len() == 5 => {
            AWAY.iter().any(|away| code.starts_with(away))
        }
        (Some(sqlx::Error::Database(_)), Some(code)) => {
            code.parse::<u32>().is_ok_and(|code| NO_ROOM.contains(&(code & 0xff)))
        }
        (Some(error), _) => matches!(
            error,
            sqlx::Error::Io(_) | sqlx::Error::Tls(_) | sqlx::Error::PoolTimedOut | sqlx::Error::WorkerCrashed
        ),
        (None, _) => false,
    }
}

fn cause(error: &DbErr) -> Option<&sqlx::Error> {
    match error {
        DbErr::Conn(RuntimeErr::SqlxError(cause))
        | DbErr::Exec(RuntimeErr::SqlxError(cause))
        | DbErr::Query(RuntimeErr::SqlxError(cause)) => Some(cause),
        _ => None,
    }
}

fn code(error: &DbErr) -> Option<String> {
    Some(cause(error)?.as_database_error()?.code()?.into_owned())
}
