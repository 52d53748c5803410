//! How a worker works, as options of whichever program runs it.

use std::time::Duration;

use clap::Args;

use crate::Settings;

/// How this process's worker works.
#[derive(Clone, Copy, Debug, Args)]
pub struct Options {
    /// How many builds are kept, the latest; besides them every build that wrote a card or ranking that is there.
    #[arg(long, env = "KEEP_BUILDS", default_value_t = 1_000, value_name = "N")]
    keep_builds: u64,
    /// How long nothing of an agency must have changed before its card follows, in milliseconds.
    #[arg(long, env = "LIVE_QUIET_MS", default_value_t = 2_000, value_name = "MS", value_parser = clap::value_parser!(u64).range(..=600_000))]
    live_quiet_ms: u64,
    /// After this time the card follows although changes keep coming, in milliseconds.
    #[arg(long, env = "LIVE_AT_MOST_MS", default_value_t = 10_000, value_name = "MS", value_parser = clap::value_parser!(u64).range(..=3_600_000))]
    live_at_most_ms: u64,
}

impl Options {
    /// The settings that they are.
    pub fn settings(self) -> Settings {
        Settings {
            keep_builds: self.keep_builds,
            live_quiet: Duration::from_millis(self.live_quiet_ms),
            live_at_most: Duration::from_millis(self.live_at_most_ms),
            ..Settings::default()
        }
    }
}
