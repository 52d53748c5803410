//! `reform-worker`: a process that only compiles, beside `reform-api --role api` on one PostgreSQL.

use std::io::{IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use reform_worker::configuration::{self, ConfigurationFile};
use reform_worker::database::{Location, open};
use reform_worker::metrics::MetricsPort;
use reform_worker::traces::TracesOptions;
use reform_worker::{Clock, Options, Signals, Worker, stop};
use tokio_util::sync::CancellationToken;
use tracing_subscriber::EnvFilter;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Compiles the scorecards that were requested (lập bảng điểm), until Ctrl-C or SIGTERM.
///
/// Any number may run on one PostgreSQL; on SQLite one may run beside `reform-api`, which then need not
/// compile everything alone.
#[derive(Debug, Parser)]
#[command(
    name = "reform-worker",
    version,
    after_help = "RUST_LOG says what is logged to standard error, \
    for instance RUST_LOG=warn or RUST_LOG=debug; info when not given. Standard output stays empty."
)]
struct Cli {
    /// Directory of the embedded SQLite database; made if it does not exist.
    #[arg(long, env = "DATA_DIR", default_value = ".reform-data", value_name = "DIR")]
    data_dir: PathBuf,
    /// Database to use instead of the embedded one: postgres://user@host/name or sqlite:PATH.
    #[arg(long, env = "DATABASE_URL", hide_env_values = true, value_name = "URL")]
    database_url: Option<String>,
    /// Most connections to the database at a time, 4 to 200.
    #[arg(long, default_value_t = 10, value_name = "N", value_parser = clap::value_parser!(u32).range(4..=200))]
    connections: u32,
    #[command(flatten)]
    _configuration: ConfigurationFile,
    #[command(flatten)]
    options: Options,
    #[command(flatten)]
    metrics: MetricsPort,
    #[command(flatten)]
    traces: TracesOptions,
}

#[tokio::main]
async fn main() -> ExitCode {
    let told = stop::when_told();
    // A stop may cancel a transaction before it has begun; that PostgreSQL remarks on its rollback is no news.
    let usual = || EnvFilter::new("info,sqlx=warn,sqlx::postgres::notice=error");
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| usual());
    let colours = std::io::stderr().is_terminal();
    // A log that cannot be written, for instance on a full disk, is left out; complaining of it would panic.
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(colours)
        .with_writer(std::io::stderr)
        .log_internal_errors(false)
        .init();
    let ended = match (told, configuration::parse::<Cli>()) {
        (Ok(told), Ok((cli, _))) => run(cli, &told).await,
        (Err(error), _) => Err(error.into()),
        (_, Err(error)) => Err(error.into()),
    };
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            writeln!(std::io::stderr(), "reform-worker: {error}").ok();
            ExitCode::FAILURE
        }
    }
}

async fn run(cli: Cli, told: &CancellationToken) -> anyhow::Result<()> {
    let traces = cli.traces.open("reform-worker")?;
    let ended = work(cli, told).await;
    traces.close().await;
    ended
}

async fn work(cli: Cli, told: &CancellationToken) -> anyhow::Result<()> {
    let location = Location::new(cli.data_dir, cli.database_url);
    let Some(opened) = told.run_until_cancelled(open(&location, cli.connections)).await else {
        return Ok(());
    };
    let database = opened?;
    let clock = Clock::system();
    // Until the last part is finished.
    let ended = CancellationToken::new();
    cli.metrics.open(&database, &clock, &ended).await?;
    let worker = Worker::start(&database, &clock, &Signals::default(), cli.options.settings());
    tracing::info!("compiling what is requested");
    told.cancelled().await;
    tracing::info!("stopping; the parts that are being compiled are finished first");
    worker.stop().await;
    ended.cancel();
    database.close().await?;
    Ok(())
}
