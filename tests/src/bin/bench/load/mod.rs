//! Many clients at once, over HTTP, against the real router on PostgreSQL: how many answers a second, how long
//! the slowest took, and that none was our own fault. It asserts no times; it fails on any 5xx, `INTERNAL` or
//! broken connection.

mod client;
mod mix;

use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use reform_api::server::Limits;
use tests::{App, Kind};

use self::client::Tally;

/// Asks mixed queries, as the public and signed in, with many clients at once.
#[derive(Debug, Args)]
pub struct Options {
    /// How many clients ask, each over a connection of its own, one request after the other.
    #[arg(long, default_value_t = 200)]
    clients: usize,
    /// For how many seconds.
    #[arg(long, default_value_t = 60)]
    seconds: u64,
    /// How many of a hundred clients are signed in.
    #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u8).range(0..=100))]
    signed_in_percent: u8,
}

pub async fn run(options: Options) -> ExitCode {
    let app = App::compiled(Kind::Postgres).await;
    mix::publish(&app).await;
    let token = app.as_administrator().shows("authorization").to_owned();
    let address = app.serve(Limits::default()).await;
    let time = Duration::from_secs(options.seconds);
    if cfg!(debug_assertions) {
        println!("DEBUG BUILD: the figures mean nothing");
    }
    let mut running = tokio::task::JoinSet::new();
    for number in 0..options.clients {
        let signed_in = number % 100 < usize::from(options.signed_in_percent);
        let token = signed_in.then(|| token.clone());
        running.spawn(client::ask_on(address, token, number, time));
    }
    let mut tally = Tally::default();
    for each in running.join_all().await {
        tally.add(each);
    }
    tally.print(time);
    println!("memory of server and clients: {} MB", resident_megabytes().unwrap_or_default());
    if tally.has_faults() {
        eprintln!("bench: there were faults of ours");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

/// The memory that this process holds, where the system tells.
fn resident_megabytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    line.split_whitespace().nth(1)?.parse::<u64>().ok().map(|kilobytes| kilobytes / 1024)
}
