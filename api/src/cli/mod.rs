//! The command line of `reform-api`.

mod audit;
mod compile;
mod explain;
mod serve;
mod wait;

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use reform_worker::Clock;
use reform_worker::database::{Location, connect, open};
use reform_worker::sample::load_if_empty;
use sea_orm::DatabaseConnection;

/// Reform Scorecard (Bảng điểm cải cách): compiles and serves public administration reform scorecards.
///
/// Without a command it serves: it creates the database if there is none, loads the sample province if the
/// database is empty, compiles its half-year scorecards, prints them, and answers GraphQL.
#[derive(Debug, Parser)]
#[command(name = "reform-api", version)]
pub struct Cli {
    #[command(flatten)]
    storage: Storage,
    #[command(flatten)]
    serving: Serving,
    #[command(subcommand)]
    command: Option<Command>,
}

/// Where the data is.
#[derive(Clone, Debug, Args)]
pub struct Storage {
    /// Directory of the embedded SQLite database; made if it does not exist.
    #[arg(long, global = true, env = "DATA_DIR", default_value = ".reform-data", value_name = "DIR")]
    pub data_dir: PathBuf,
    /// Database to use instead of the embedded one: postgres://user@host/name or sqlite:PATH.
    #[arg(long, global = true, env = "DATABASE_URL", hide_env_values = true, value_name = "URL")]
    pub database_url: Option<String>,
    /// Most connections to the database at a time.
    #[arg(long, global = true, default_value_t = 10, value_name = "N", value_parser = clap::value_parser!(u32).range(4..=200))]
    pub connections: u32,
}

impl Storage {
    /// Which database that is.
    pub fn location(&self) -> Location {
        match &self.database_url {
            Some(url) => Location::Url(url.clone()),
            None => Location::Embedded(self.data_dir.clone()),
        }
    }
}

#[derive(Debug, Args)]
struct Serving {
    /// Address to listen on. Anything but this machine's own exposes unpublished scores: there are no
    /// accounts yet.
    #[arg(long, env = "LISTEN", default_value = "127.0.0.1:8080", value_name = "ADDRESS:PORT")]
    listen: SocketAddr,
    /// What this process does: `all` answers queries and compiles; `api` only answers, and leaves
    /// compiling to `reform-worker` processes on the same PostgreSQL.
    #[arg(long, env = "ROLE", default_value = "all")]
    role: Role,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Role {
    All,
    Api,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve GraphQL (the default).
    Serve,
    /// Compile the scorecards of a period, and print them.
    Compile {
        /// The period, for instance 2022-H1 or 2022-FY.
        period: String,
        /// Only this agency, by its code; may be given several times.
        #[arg(long, value_name = "CODE")]
        agency: Vec<String>,
    },
    /// Explain an agency's scorecard line by line: points, state, inputs, the band that was hit.
    Explain {
        /// The period, for instance 2022-H1.
        period: String,
        /// The agency's code, for instance KKT.
        agency: String,
        /// Only this criterion and what is below it, for instance 3.2 or 3.2.1.
        criterion: Option<String>,
    },
    /// The audit log: where its chain ends, and whether it is as it was written.
    #[command(subcommand)]
    Audit(audit::Audit),
}

/// Runs the command line.
///
/// # Errors
/// With a sentence for the person at the terminal.
pub async fn run(cli: Cli) -> anyhow::Result<()> {
    let location = cli.storage.location();
    let command = cli.command.unwrap_or(Command::Serve);
    let clock = Clock::system();
    let database = match command {
        Command::Audit(_) => connect(&location, cli.storage.connections).await?,
        _ => prepared(&location, cli.storage.connections, &clock).await?,
    };
    let outcome = match command {
        Command::Serve => serve::serve(&database, &clock, &cli.serving).await,
        Command::Compile { period, agency } => compile::compile(&database, &clock, &period, &agency).await,
        Command::Explain { period, agency, criterion } => {
            explain::explain(&database, &clock, &period, &agency, criterion.as_deref()).await
        }
        Command::Audit(audit) => audit::audit(&database, audit).await,
    };
    database.close().await.ok();
    outcome
}

/// The database, its schema up to date, the sample province in it if it was empty.
async fn prepared(
    location: &Location,
    connections: u32,
    clock: &Clock,
) -> anyhow::Result<DatabaseConnection> {
    let database = open(location, connections).await?;
    if load_if_empty(&database, clock.now()).await? {
        println!("Đã nạp tỉnh mẫu. / Sample province loaded.");
    }
    Ok(database)
}
