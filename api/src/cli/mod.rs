//! The command line of `reform-api`.

mod administrator;
mod audit;
mod compile;
mod config;
mod criteria;
mod explain;
mod generate;
mod import;
mod oidc;
mod path;
mod recount;
mod reorganise;
mod schedule;
mod serve;
mod serving;
mod shadow;
mod wait;

use std::path::PathBuf;

use anyhow::bail;
use clap::{Args, Parser, Subcommand};
use reform_worker::Clock;
use reform_worker::configuration::{ConfigurationFile, InForce};
use reform_worker::database::{Location, connect, open};
use reform_worker::sample::load_if_empty;
use sea_orm::DatabaseConnection;
use tokio_util::sync::CancellationToken;

use self::serving::{Role, Serving};
use self::wait::wait_here;
use crate::report::say;

use crate::people::People;

/// Reform Scorecard (Bảng điểm cải cách): compiles and serves public administration reform scorecards.
///
/// Without a command it serves: it creates the database if there is none, loads the sample province if the
/// database is empty, compiles its half-year scorecards, prints them, and answers GraphQL.
#[derive(Debug, Parser)]
#[command(
    name = "reform-api",
    version,
    after_help = "RUST_LOG says what is logged to standard error, \
    for instance RUST_LOG=info or RUST_LOG=debug; warn when not given."
)]
pub struct Cli {
    #[command(flatten)]
    _configuration: ConfigurationFile,
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
    /// Most connections to the database at a time, 4 to 200.
    #[arg(long, global = true, default_value_t = 10, value_name = "N", value_parser = clap::value_parser!(u32).range(4..=200))]
    pub connections: u32,
}

impl Storage {
    /// Which database that is.
    pub fn location(&self) -> Location {
        Location::new(self.data_dir.clone(), self.database_url.clone())
    }
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve GraphQL (the default).
    Serve,
    /// Print the options that are in force, and where each comes from, without secrets.
    Config,
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
    /// What an agency can still change, what each change gains, and which changes reach a grade, index or rank.
    Path(path::Path),
    /// Criteria sets: check a file, print a stored set, print the JSON Schema.
    #[command(subcommand)]
    Criteria(criteria::Criteria),
    /// Change the registry by a file: agencies that are registered, end and succeed each other. All of it, or nothing
    /// and everything that is wrong.
    Reorganise {
        /// A .csv file, one row a step.
        file: PathBuf,
        /// Only check it.
        #[arg(long)]
        dry_run: bool,
    },
    /// Let an administrator in, for whoever has the machine.
    Administrator {
        #[command(subcommand)]
        way: administrator::Way,
    },
    /// Import what offices hold in files.
    #[command(subcommand)]
    Import(import::Import),
    /// Make up a province or nation in an empty database, of any size, to try things on. Nothing of it is true.
    Generate(generate::Generate),
    /// Count the dossiers anew; name every counter and code that is not theirs, and then fail with exit code 1.
    Recount {
        /// Whether to make right what is wrong. It never should be: find out why first.
        #[arg(long, value_enum, default_value_t)]
        repair: recount::Repair,
    },
    /// List the schedule: what is compiled when, without anybody asking.
    Schedule,
    /// Compare the current scorecards with those of a full build, and name each that differs. Writes nothing.
    Shadow {
        /// The period, for instance 2022-H1; all when not given.
        period: Option<String>,
    },
    /// The audit log: where its chain ends, and whether it is as it was written.
    #[command(subcommand)]
    Audit(audit::Audit),
}

/// What a command works with.
struct Bench<'a> {
    database: &'a DatabaseConnection,
    clock: &'a Clock,
    /// Cancelled when the process is told to stop.
    told: &'a CancellationToken,
}

/// Runs the command line, until it has done its work or is told to stop.
///
/// # Errors
/// With a sentence for the person at the terminal.
pub async fn run(mut cli: Cli, in_force: &[InForce], told: &CancellationToken) -> anyhow::Result<()> {
    let command = cli.command.take().unwrap_or(Command::Serve);
    if let Command::Config = command {
        return config::print(in_force);
    }
    let location = cli.storage.location();
    if matches!(command, Command::Serve) && cli.serving.role == Role::Api && location.is_file() {
        bail!(
            "--role api cần PostgreSQL; trên SQLite không có tiến trình nào lập bảng điểm / --role api needs \
             PostgreSQL: on SQLite nothing would compile; leave --role out"
        );
    }
    let settings = match command {
        Command::Serve => Some(cli.serving.settings()?),
        _ => None,
    };
    let clock = Clock::system();
    // Whatever is not finished when the process is told to stop leaves no trace.
    let ready = async {
        match command {
            Command::Audit(_) | Command::Shadow { .. } => {
                Ok(connect(&location, cli.storage.connections).await?)
            }
            Command::Generate(_) => Ok(open(&location, cli.storage.connections).await?),
            _ => ready(&location, cli.storage.connections, &clock).await,
        }
    };
    let ready = told.run_until_cancelled(ready).await;
    let Some(ready) = ready else {
        return Ok(());
    };
    let database = &ready?;
    let bench = Bench { database, clock: &clock, told };
    let outcome = match command {
        Command::Config => Ok(()),
        Command::Serve => {
            let replica = told.run_until_cancelled(replica(&cli)).await;
            match replica {
                Some(Ok(replica)) => {
                    serve::serve(&bench, &cli.serving, settings.unwrap_or_default(), replica).await
                }
                Some(Err(error)) => Err(error),
                None => Ok(()),
            }
        }
        Command::Compile { period, agency } => compile::compile(&bench, &period, &agency).await,
        Command::Explain { period, agency, criterion } => {
            explain::explain(&bench, &period, &agency, criterion.as_deref()).await
        }
        Command::Path(asked) => path::path(&bench, asked).await,
        Command::Administrator { way } => {
            let people = People::new(database.clone(), clock.clone());
            administrator::let_in(&people, &cli.serving.base_url(cli.serving.listen), &way).await
        }
        Command::Reorganise { file, dry_run } => reorganise::reorganise(&bench, &file, dry_run).await,
        Command::Criteria(criteria) => criteria::criteria(database, criteria).await,
        Command::Recount { repair } => recount::recount(&bench, repair).await,
        Command::Generate(asked) => generate::generate(&bench, asked).await,
        Command::Import(import) => import::run(&bench, import).await,
        Command::Shadow { period } => shadow::shadow(database, period.as_deref()).await,
        Command::Schedule => schedule::schedule(database).await,
        Command::Audit(audit) => audit::audit(database, audit).await,
    };
    database.close_by_ref().await.ok();
    outcome
}

/// The replica that queries are to be read from, if there is one.
async fn replica(cli: &Cli) -> anyhow::Result<Option<DatabaseConnection>> {
    let Some(url) = cli.serving.read_database_url.clone().filter(|url| !url.is_empty()) else {
        return Ok(None);
    };
    let replica = Location::Url(url);
    if replica.is_file() || cli.storage.location().is_file() {
        bail!(
            "--read-database-url chỉ dùng với PostgreSQL / --read-database-url is for PostgreSQL, beside \
             --database-url"
        );
    }
    Ok(Some(connect(&replica, cli.storage.connections).await?))
}

/// The database, migrated and not empty.
async fn ready(location: &Location, connections: u32, clock: &Clock) -> anyhow::Result<DatabaseConnection> {
    let database = open(location, connections).await?;
    if load_if_empty(&database, clock.now()).await? {
        say("Đã nạp tỉnh mẫu. / Sample province loaded.")?;
    }
    Ok(database)
}

/// An error with its causes, for the person at the terminal. Many errors repeat their cause in their own
/// words; it is told once.
pub fn sentence(error: &anyhow::Error) -> String {
    let mut told = String::new();
    for cause in error.chain().map(ToString::to_string) {
        if told.is_empty() {
            told = cause;
        } else if !told.contains(&cause) {
            told = format!("{told}: {cause}");
        }
    }
    told
}
