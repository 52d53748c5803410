//! `reform-worker`: a process that only compiles, beside `reform-api --role api` on one PostgreSQL.

use std::path::PathBuf;

use clap::Parser;
use reform_worker::database::{Location, open};
use reform_worker::{Clock, Settings, Signals, Worker};
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;

/// Compiles scorecards that were requested. Any number may run on one PostgreSQL.
#[derive(Debug, Parser)]
#[command(name = "reform-worker", version)]
struct Cli {
    /// Directory of the embedded SQLite database; made if it does not exist.
    #[arg(long, env = "DATA_DIR", default_value = ".reform-data", value_name = "DIR")]
    data_dir: PathBuf,
    /// Database to use instead of the embedded one: postgres://user@host/name or sqlite:PATH.
    #[arg(long, env = "DATABASE_URL", hide_env_values = true, value_name = "URL")]
    database_url: Option<String>,
    /// Most connections to the database at a time.
    #[arg(long, default_value_t = 10, value_name = "N", value_parser = clap::value_parser!(u32).range(4..=200))]
    connections: u32,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    let cli = Cli::parse();
    let location = match cli.database_url {
        Some(url) => Location::Url(url),
        None => Location::Embedded(cli.data_dir),
    };
    let database = open(&location, cli.connections).await?;
    let worker = Worker::start(&database, &Clock::system(), &Signals::default(), Settings::default());
    tracing::info!("compiling what is requested");
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        interrupted = tokio::signal::ctrl_c() => interrupted?,
        _ = terminate.recv() => {}
    }
    tracing::info!("stopping; the parts that are being compiled are finished first");
    worker.stop().await;
    database.close().await?;
    Ok(())
}
