//! `reform-api`: see [`reform_api::cli`].

use std::io::{IsTerminal, Write};
use std::process::ExitCode;

use reform_api::cli::Cli;
use reform_worker::{configuration, stop};
use tracing_subscriber::EnvFilter;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main]
async fn main() -> ExitCode {
    let told = stop::when_told();
    // A stop may cancel a transaction before it has begun; that PostgreSQL remarks on its rollback is no news.
    let usual = || EnvFilter::new("warn,sqlx::postgres::notice=error");
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
        (Ok(told), Ok((cli, in_force))) => reform_api::cli::run(cli, &in_force, &told).await,
        (Err(error), _) => Err(error.into()),
        (_, Err(error)) => Err(error.into()),
    };
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            writeln!(std::io::stderr(), "reform-api: {}", reform_api::cli::sentence(&error)).ok();
            ExitCode::FAILURE
        }
    }
}
