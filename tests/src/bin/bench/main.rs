//! The benchmarks. Each prints ratios to a floor that is named, in the same run, and says what it ran on.
//!
//! `cargo run --release -p tests --bin bench -- --help`; `imports` and `builds` run the real programs, so after
//! `cargo build --release --workspace --bins`.

mod builds;
mod imports;
mod load;
mod reads;
mod scoring;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Measures how fast it is, against floors in the same run. Without a command everything, one after the other, which
/// takes most of an hour.
#[derive(Debug, Parser)]
struct Options {
    #[command(subcommand)]
    what: Option<What>,
}

#[derive(Debug, Subcommand)]
enum What {
    Scoring(scoring::Options),
    Reads(reads::Options),
    Imports(imports::Options),
    Builds(builds::Options),
    Load(load::Options),
}

const EVERYTHING: [&str; 5] = ["scoring", "reads", "imports", "builds", "load"];

#[tokio::main]
async fn main() -> ExitCode {
    if let Some(what) = Options::parse().what {
        return what.run().await;
    }
    for name in EVERYTHING {
        println!("\n# {name}");
        let what = Options::parse_from(["bench", name]).what.expect("it is a command");
        let ended = what.run().await;
        if ended != ExitCode::SUCCESS {
            return ended;
        }
    }
    ExitCode::SUCCESS
}

impl What {
    async fn run(self) -> ExitCode {
        match self {
            Self::Scoring(options) => scoring::run(options).await,
            Self::Reads(options) => reads::run(options).await,
            Self::Imports(options) => imports::run(options).await,
            Self::Builds(options) => builds::run(options).await,
            Self::Load(options) => return load::run(options).await,
        }
        ExitCode::SUCCESS
    }
}
