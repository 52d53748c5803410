//! The command line of `reform-api`.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, bail};
use clap::{Args, Parser, Subcommand, ValueEnum};
use entity::{BuildId, build, period};
use reform_worker::build::{Request, request};
use reform_worker::database::{Location, begin_write, open};
use reform_worker::sample::{FIRST_PERIOD, load_if_empty};
use reform_worker::{Clock, Settings, Signals, Worker};
use sea_orm::{DatabaseConnection, EntityTrait};
use tokio::net::TcpListener;

use crate::{graphql, report, server};

/// How long a command waits for its build.
const PATIENCE: Duration = Duration::from_secs(600);

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
}

/// Runs the command line.
///
/// # Errors
/// With a sentence for the person at the terminal.
pub async fn run(cli: Cli) -> anyhow::Result<()> {
    let location = cli.storage.location();
    let database = open(&location, cli.storage.connections).await?;
    let clock = Clock::system();
    let loaded = load_if_empty(&database, clock.now()).await?;
    if loaded {
        println!("Đã nạp tỉnh mẫu. / Sample province loaded.");
    }
    let outcome = match cli.command.unwrap_or(Command::Serve) {
        Command::Serve => serve(&database, &clock, &cli.serving).await,
        Command::Compile { period, agency } => compile(&database, &clock, &period, &agency).await,
        Command::Explain { period, agency, criterion } => {
            explain(&database, &clock, &period, &agency, criterion.as_deref()).await
        }
    };
    database.close().await.ok();
    outcome
}

async fn serve(database: &DatabaseConnection, clock: &Clock, serving: &Serving) -> anyhow::Result<()> {
    let listener = TcpListener::bind(serving.listen)
        .await
        .with_context(|| format!("cannot listen on {}; choose another with --listen", serving.listen))?;
    let address = listener.local_addr()?;
    let signals = Signals::default();
    let worker = match serving.role {
        Role::All => Some(Worker::start(database, clock, &signals, Settings::default())),
        Role::Api => {
            signals.listen_to_others(database);
            None
        }
    };
    let schema = graphql::schema(database.clone(), clock.clone(), signals.clone());
    let service =
        server::router(schema, database.clone()).into_make_service_with_connect_info::<SocketAddr>();

    let announce = announce(database, &signals, address);
    let announcing = tokio::spawn(announce);
    let served = axum::serve(listener, service).with_graceful_shutdown(told_to_stop()).into_future();
    let served = tokio::select! {
        served = served => served,
        // Open subscriptions do not hold up the end.
        () = async { told_to_stop().await; tokio::time::sleep(Duration::from_secs(2)).await } => Ok(()),
    };
    announcing.abort();
    if let Some(worker) = worker {
        worker.stop().await;
    }
    served.context("serving ended badly")
}

/// Prints the scorecards of the first period as soon as no build of it is open, and where to go.
fn announce(
    database: &DatabaseConnection,
    signals: &Signals,
    address: SocketAddr,
) -> impl Future<Output = ()> + Send + use<> {
    let (database, signals) = (database.clone(), signals.clone());
    async move {
        if let Err(error) = first_scores(&database, &signals).await {
            tracing::warn!(%error, "the scorecards could not be printed");
        }
        println!("GraphiQL: http://{address}/graphiql");
    }
}

async fn first_scores(database: &DatabaseConnection, signals: &Signals) -> anyhow::Result<()> {
    let Some(period) = period::with_code(FIRST_PERIOD).one(database).await? else {
        return Ok(());
    };
    for open in build::unfinished().all(database).await? {
        if open.period_id == period.id {
            wait_for(database, signals, open.id).await?;
        }
    }
    report::print_scores(database, &period).await
}

async fn compile(
    database: &DatabaseConnection,
    clock: &Clock,
    period: &str,
    agencies: &[String],
) -> anyhow::Result<()> {
    let asked = Request {
        period,
        agencies,
        trigger: build::Trigger::Administrator,
        reason: "reform-api compile",
        requested_by: "terminal",
    };
    let transaction = begin_write(database).await?;
    let requested = request(&transaction, &asked, clock.now()).await?;
    transaction.commit().await?;

    let signals = Signals::default();
    let worker = Worker::start(database, clock, &signals, Settings::default());
    let ended = wait_for(database, &signals, requested.id).await;
    worker.stop().await;
    let ended = ended?;
    println!(
        "{period}: {} – {} thẻ mới / cards written, {} không đổi / unchanged",
        ended.state, ended.cards_written, ended.cards_unchanged
    );
    if let Some(period) = period::with_code(period).one(database).await? {
        report::print_scores(database, &period).await?;
    }
    if ended.state != build::State::Succeeded {
        bail!("the build ended {}: {}", ended.state, ended.error.unwrap_or_default());
    }
    Ok(())
}

async fn explain(
    database: &DatabaseConnection,
    clock: &Clock,
    period: &str,
    agency: &str,
    criterion: Option<&str>,
) -> anyhow::Result<()> {
    finish_first_build(database, clock, period).await?;
    report::print_explanation(database, period, agency, criterion).await
}

/// On a database that was just made, the first build still waits: compile it before explaining it.
async fn finish_first_build(
    database: &DatabaseConnection,
    clock: &Clock,
    period: &str,
) -> anyhow::Result<()> {
    let Some(row) = period::with_code(period).one(database).await? else {
        return Ok(());
    };
    let waiting = build::unfinished().all(database).await?;
    let Some(waiting) = waiting.into_iter().find(|build| build.period_id == row.id) else {
        return Ok(());
    };
    let signals = Signals::default();
    let worker = Worker::start(database, clock, &signals, Settings::default());
    let ended = wait_for(database, &signals, waiting.id).await;
    worker.stop().await;
    ended.map(|_| ())
}

/// Waits until the build has ended.
async fn wait_for(
    database: &DatabaseConnection,
    signals: &Signals,
    id: BuildId,
) -> anyhow::Result<build::Model> {
    let mut changed = signals.listen();
    let ended = async {
        loop {
            let row = build::Entity::find_by_id(id).one(database).await?.context("the build is gone")?;
            if row.ended_at.is_some() {
                return anyhow::Ok(row);
            }
            tokio::select! {
                _ = changed.changed() => {}
                () = tokio::time::sleep(Duration::from_millis(500)) => {}
            }
        }
    };
    tokio::time::timeout(PATIENCE, ended).await.context("the build did not end in time")?
}

/// Returns at Ctrl-C or SIGTERM.
async fn told_to_stop() {
    let interrupt = async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    let terminate = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut terminate) => _ = terminate.recv().await,
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        () = interrupt => {}
        () = terminate => {}
    }
}
