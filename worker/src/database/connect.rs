//! Connecting: from where the database is to a pool, with the errors that a person at the terminal reads.
//!
//! The URL is read here once and never handed on, so that no error of a library can repeat its password. A
//! file's path is never made into a URL, so that it may contain any character.

use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use sea_orm::sqlx::postgres::PgConnectOptions;
use sea_orm::sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sea_orm::sqlx::{self, ConnectOptions as _, Connection, Row as _, SqliteConnection};
use sea_orm::{ConnectOptions, Database, DatabaseConnection, DbErr, RuntimeErr};

use super::{Location, OpenError};

/// A connection that was idle this long is tested before it is used; testing each time would double the
/// round trips.
const TEST_AFTER_IDLE: Duration = Duration::from_secs(1);

/// A statement is planned once for a connection. Left to choose, PostgreSQL plans each page of a list anew, for
/// it does not know what the bound `LIMIT` will be; that took twice as long as answering. What picks a
/// partial index stands in a statement's text, so no plan has to wait for a value.
///
/// It is set after connecting: poolers such as PgBouncer refuse what else a connection may start with.
const KEEP_PLANS: &str = "SET plan_cache_mode = force_generic_plan";

/// Whether a connection that comes back is in no transaction; one that is, is closed. A `BEGIN` whose caller was
/// cancelled before the answer came is not taken back by the driver (sqlx 0.9), and whatever would be written on that
/// connection later would be lost. The question is asked after the caller has let go, so nobody waits for it. A simple query begins its own transaction, at its own time.
const IS_FREE: &str = "SELECT transaction_timestamp() = statement_timestamp()";
/// PostgreSQL ends a transaction whose process says nothing for so long: one that is stopped, or whose machine is
/// gone, would hold what it has locked for good. Scoring a block between two statements takes seconds at most. On
/// SQLite a lock goes with its process. A time that the server, the database or the role is set to stays.
const END_WHEN_IDLE: &str = "SELECT set_config('idle_in_transaction_session_timeout', '20s', false)
    WHERE current_setting('idle_in_transaction_session_timeout') = '0'";

/// How long PostgreSQL may take to answer at the start.
const REACHED_WITHIN: Duration = Duration::from_secs(5);

/// The pause before it is asked again.
const ASK_AGAIN: Duration = Duration::from_millis(250);

/// How a database is connected to.
pub(super) enum Target {
    Sqlite(SqliteConnectOptions),
    Postgres(PgConnectOptions),
}

impl Target {
    /// Reads a location, and makes the data directory of an embedded database.
    pub(super) fn of(location: &Location) -> Result<Self, OpenError> {
        match location {
            Location::Embedded(directory) => {
                std::fs::create_dir_all(directory)
                    .map_err(|cause| OpenError::DataDirectory { path: directory.clone(), cause })?;
                let file = SqliteConnectOptions::new().filename(directory.join("reform.sqlite3"));
                Ok(Self::Sqlite(file.create_if_missing(true)))
            }
            Location::Url(url) if url.starts_with("postgres://") || url.starts_with("postgresql://") => {
                let read = PgConnectOptions::from_str(url).map_err(|_| OpenError::UnreadableUrl)?;
                Ok(Self::Postgres(read.disable_statement_logging()))
            }
            Location::Url(url) if url.starts_with("sqlite:") && !url.contains(":memory:") => {
                let read = SqliteConnectOptions::from_str(url).map_err(|_| OpenError::UnreadableUrl)?;
                Ok(Self::Sqlite(read.create_if_missing(true)))
            }
            Location::Url(_) => Err(OpenError::UnknownKind),
        }
    }

    /// Connects with a pool of at most `connections`.
    pub(super) async fn connect(&self, connections: u32) -> Result<DatabaseConnection, OpenError> {
        // The driver is chosen by the URL; where it leads is said by the options below.
        let mut options = ConnectOptions::new(match self {
            Self::Sqlite(_) => "sqlite:",
            Self::Postgres(_) => "postgres://localhost",
        });
        options
            .max_connections(connections)
            .acquire_timeout(Duration::from_secs(30))
            .test_before_acquire_if_idle_for(TEST_AFTER_IDLE)
            .sqlx_logging(false);
        match self {
            Self::Sqlite(file) => {
                let file = file
                    .clone()
                    .disable_statement_logging()
                    .journal_mode(SqliteJournalMode::Wal)
                    .synchronous(SqliteSynchronous::Normal)
                    .foreign_keys(true)
                    .busy_timeout(Duration::from_secs(10));
                options.map_sqlx_sqlite_opts(move |_| file.clone());
                options.map_sqlx_sqlite_pool_opts(|pool| {
                    pool.after_release(|connection, _| Box::pin(is_as_before(connection)))
                });
            }
            Self::Postgres(server) => {
                reach(server).await?;
                let server = server.clone();
                options.map_sqlx_postgres_opts(move |_| server.clone());
                options.map_sqlx_postgres_pool_opts(|pool| {
                    let pool = pool.after_connect(|connection, _| {
                        Box::pin(async move {
                            sqlx::raw_sql(KEEP_PLANS).execute(&mut *connection).await?;
                            sqlx::raw_sql(END_WHEN_IDLE).execute(connection).await.map(drop)
                        })
                    });
                    pool.after_release(|connection, _| {
                        Box::pin(
                            async move { sqlx::raw_sql(IS_FREE).fetch_one(connection).await?.try_get(0) },
                        )
                    })
                });
            }
        }
        Database::connect(options).await.map_err(|error| self.cannot_connect(error))
    }

    /// The existing SQLite file as it is, on one connection that changes nothing of it; `None` for a file
    /// that does not exist yet, and on PostgreSQL.
    pub(super) async fn peek(&self) -> Result<Option<DatabaseConnection>, OpenError> {
        let Self::Sqlite(file) = self else {
            return Ok(None);
        };
        if !file.get_filename().exists() {
            return Ok(None);
        }
        let file = file.clone().create_if_missing(false).disable_statement_logging();
        let pool = SqlitePoolOptions::new().max_connections(1).connect_with(file).await;
        match pool {
            Ok(pool) => Ok(Some(pool.into())),
            Err(error) => Err(self.cannot_connect(DbErr::Conn(RuntimeErr::SqlxError(error.into())))),
        }
    }

    /// The error of a file that could not even be looked at.
    pub(super) fn cannot_read(&self, error: OpenError) -> OpenError {
        match (self, error) {
            (Self::Sqlite(file), OpenError::Schema(cause)) => {
                OpenError::File { path: PathBuf::from(file.get_filename()), cause }
            }
            (_, error) => error,
        }
    }

    fn cannot_connect(&self, error: DbErr) -> OpenError {
        match self {
            Self::Sqlite(file) => {
                OpenError::File { path: PathBuf::from(file.get_filename()), cause: plain(&error) }
            }
            Self::Postgres(server) => OpenError::Server { at: address(server), cause: plain(&error) },
        }
    }
}

/// Whether a SQLite connection that comes back is in no transaction as the driver counts; one that is, is closed. Where
/// the disk is full SQLite ends the transaction by itself, and the driver (sqlx 0.9) counts it for ever: the next one
/// would be a savepoint in it, and taking that back would leave the file locked.
async fn is_as_before(connection: &mut SqliteConnection) -> Result<bool, sqlx::Error> {
    // What was taken back on letting go is done by the time of the answer.
    connection.ping().await?;
    Ok(!connection.is_in_transaction())
}

/// Asks PostgreSQL until it answers, for as long as [`REACHED_WITHIN`]: it may just be starting.
async fn reach(server: &PgConnectOptions) -> Result<(), OpenError> {
    let mut last = None;
    let asking = async {
        loop {
            match server.connect().await {
                Ok(connection) => {
                    connection.close().await.ok();
                    return Ok(());
                }
                Err(error) if may_pass(&error) => last = Some(error.to_string()),
                Err(error) => return Err(OpenError::Server { at: address(server), cause: told(&error) }),
            }
            tokio::time::sleep(ASK_AGAIN).await;
        }
    };
    if let Ok(answered) = tokio::time::timeout(REACHED_WITHIN, asking).await {
        return answered;
    }
    Err(OpenError::Unreachable {
        at: address(server),
        seconds: REACHED_WITHIN.as_secs(),
        cause: last.unwrap_or_else(|| "no answer".to_owned()),
    })
}

/// Whether it may answer otherwise in a moment: nobody listens yet, `cannot_connect_now`, `too_many_connections`.
fn may_pass(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_) => true,
        sqlx::Error::Database(error) => matches!(error.code().as_deref(), Some("57P03" | "53300")),
        _ => false,
    }
}

/// What the driver or the server said, without the layers around it.
pub(super) fn plain(error: &DbErr) -> String {
    match error {
        DbErr::Conn(RuntimeErr::SqlxError(cause))
        | DbErr::Exec(RuntimeErr::SqlxError(cause))
        | DbErr::Query(RuntimeErr::SqlxError(cause)) => told(cause),
        other => other.to_string(),
    }
}

fn told(error: &sqlx::Error) -> String {
    error.as_database_error().map_or_else(|| error.to_string(), |error| error.message().to_owned())
}

/// `host:port`, or the socket's path.
fn address(server: &PgConnectOptions) -> String {
    match server.get_socket() {
        Some(socket) => Path::display(socket).to_string(),
        None => format!("{}:{}", server.get_host(), server.get_port()),
    }
}
