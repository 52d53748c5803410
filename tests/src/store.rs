//! Databases for tests: each a copy of a template that is migrated and loaded once a process.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use reform_worker::database::{Location, connect, open};
use reform_worker::sample::load_if_empty;
use sea_orm::{ConnectionTrait, DatabaseConnection};
use tempfile::TempDir;
use tokio::sync::OnceCell;

use crate::Postgres;
use crate::app::start_of_test;

/// Which database a test runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// An embedded file.
    Sqlite,
    /// The test process's server.
    Postgres,
}

/// A database of a test's own. It goes with the value.
#[derive(Debug)]
pub struct Store {
    location: Location,
    _directory: Option<TempDir>,
}

static NUMBER: AtomicU32 = AtomicU32::new(0);

impl Store {
    /// A database without any table.
    pub async fn empty(kind: Kind) -> Self {
        match kind {
            Kind::Sqlite => {
                let directory = TempDir::new().expect("a temporary directory");
                let location = Location::Embedded(directory.path().to_owned());
                Self { location, _directory: Some(directory) }
            }
            Kind::Postgres => Self::on_server(&Postgres::server().url(""), "template1").await,
        }
    }

    /// A database with the sample province, whose first build waits.
    pub async fn sample(kind: Kind) -> Self {
        match kind {
            Kind::Sqlite => Self::copy_of(sqlite_template().await),
            Kind::Postgres => Self::on_server(&Postgres::server().url(""), postgres_template().await).await,
        }
    }

    /// A database with the sample province on a server of the test's own.
    pub async fn sample_on(server: &Postgres) -> Self {
        create_database(&server.url(""), "sample", "template1").await;
        let location = Location::Url(server.url("sample"));
        fill(&location).await;
        Self { location, _directory: None }
    }

    /// A database without any table, on a server of its own.
    pub async fn empty_on(server: &Postgres) -> Self {
        Self::on_server(&server.url(""), "template1").await
    }

    /// A copy of this store as it is now; on SQLite nothing may be open on it.
    pub async fn copy(&self) -> Self {
        match &self.location {
            Location::Embedded(directory) => Self::copy_of(directory),
            Location::Url(url) => {
                let name = url.rsplit('/').next().expect("the URL names a database");
                Self::on_server(url.strip_suffix(name).expect("it ends so"), name).await
            }
        }
    }

    /// The same store once more, for another process on it. It goes with the first.
    pub fn same(&self) -> Self {
        Self { location: self.location.clone(), _directory: None }
    }

    /// Where it is.
    pub fn location(&self) -> &Location {
        &self.location
    }

    /// A connection pool to it, without migrating.
    pub async fn connect(&self) -> DatabaseConnection {
        connect(&self.location, 8).await.expect("the store can be connected to")
    }

    fn copy_of(template: &std::path::Path) -> Self {
        let directory = TempDir::new().expect("a temporary directory");
        for file in std::fs::read_dir(template).expect("the template").flatten() {
            std::fs::copy(file.path(), directory.path().join(file.file_name())).expect("a copy");
        }
        let location = Location::Embedded(directory.path().to_owned());
        Self { location, _directory: Some(directory) }
    }

    async fn on_server(server: &str, template: &str) -> Self {
        let name = format!("test_{}", NUMBER.fetch_add(1, Ordering::Relaxed));
        create_database(server, &name, template).await;
        Self { location: Location::Url(format!("{server}{name}")), _directory: None }
    }
}

/// The server is the URL of its databases, without a name.
async fn create_database(server: &str, name: &str, template: &str) {
    // Copies of one template are made one after the other: the server allows no other session on it.
    static ONE_AT_A_TIME: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());
    let _alone = ONE_AT_A_TIME.lock().await;
    let server = Location::Url(format!("{server}postgres"));
    let server = connect(&server, 1).await.expect("the server can be connected to");
    let create = format!("CREATE DATABASE {name} TEMPLATE {template}");
    server.execute_unprepared(&create).await.expect("the database is created");
    server.close().await.expect("the connection closes");
}

async fn fill(location: &Location) {
    let database = open(location, 2).await.expect("the template is migrated");
    load_if_empty(&database, start_of_test()).await.expect("the sample is loaded");
    database.close().await.expect("the template closes");
}

async fn sqlite_template() -> &'static PathBuf {
    static TEMPLATE: OnceCell<PathBuf> = OnceCell::const_new();
    let make = || async {
        let directory = TempDir::new().expect("a temporary directory").keep();
        fill(&Location::Embedded(directory.clone())).await;
        directory
    };
    TEMPLATE.get_or_init(make).await
}

async fn postgres_template() -> &'static str {
    static TEMPLATE: OnceCell<()> = OnceCell::const_new();
    let make = || async {
        create_database(&Postgres::server().url(""), "sample", "template1").await;
        fill(&Location::Url(Postgres::server().url("sample"))).await;
    };
    TEMPLATE.get_or_init(make).await;
    "sample"
}
