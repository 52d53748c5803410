//! What a process counts of its own work, for Prometheus. Counters are the process's, as its memory is, so that nobody
//! has to hand them on; what the database knows (`scrape`) is read when somebody asks, so that every process says the
//! same. They are told on a port of their own (`port`), where nobody signs in.

mod port;
mod scrape;

use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

pub use self::port::{MetricsPort, PortError};
use crate::build::After;
use crate::compile::{PartDone, PartError};

/// Seconds in which parts are counted; the last of them is the limit of a part.
const PART_SECONDS: [f64; 11] = [0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 60.0, 180.0, 600.0];

/// How a part's attempt went.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Outcome {
    outcome: &'static str,
}

/// The word for how a part's attempt went.
pub(crate) fn outcome(result: &Result<PartDone, PartError>) -> &'static str {
    match result {
        Ok(_) => "compiled",
        Err(PartError::Retry(_) | PartError::GiveUp(_)) => "failed",
        Err(PartError::CalledOff) => "called_off",
        Err(PartError::ClaimLost) => "claim_lost",
    }
}

/// The counters of this process.
#[derive(Debug)]
pub struct Metrics {
    registry: Mutex<Registry>,
    part_seconds: Family<Outcome, Histogram, fn() -> Histogram>,
    retries: Counter,
    given_up: Counter,
    cards_written: Counter,
    cards_unchanged: Counter,
}

impl Metrics {
    /// Those of this process.
    pub fn of_process() -> &'static Self {
        static METRICS: OnceLock<Metrics> = OnceLock::new();
        METRICS.get_or_init(Self::registered)
    }

    /// Adds counters of another room of the process.
    pub fn register<T>(&self, add: impl FnOnce(&mut Registry) -> T) -> T {
        add(&mut self.registry())
    }

    pub(crate) fn part_ended(&self, result: &Result<PartDone, PartError>, took: Duration) {
        let outcome = outcome(result);
        self.part_seconds.get_or_create(&Outcome { outcome }).observe(took.as_secs_f64());
        if let Ok(done) = result {
            self.cards_written.inc_by(done.written.unsigned_abs().into());
            self.cards_unchanged.inc_by(done.unchanged.unsigned_abs().into());
        }
    }

    pub(crate) fn attempt_ended(&self, after: After) {
        match after {
            After::Again => self.retries.inc(),
            After::GivenUp => self.given_up.inc(),
        };
    }

    fn registered() -> Self {
        let metrics = Self {
            registry: Mutex::new(Registry::with_prefix("reform")),
            part_seconds: Family::new_with_constructor(|| Histogram::new(PART_SECONDS)),
            retries: Counter::default(),
            given_up: Counter::default(),
            cards_written: Counter::default(),
            cards_unchanged: Counter::default(),
        };
        let mut registry = metrics.registry();
        let part = "Attempts at parts of builds in this process, in seconds";
        registry.register("part_seconds", part, metrics.part_seconds.clone());
        let retries = "Attempts that failed or were not finished in time, and are made again";
        registry.register("part_retries", retries, metrics.retries.clone());
        registry.register("parts_given_up", "Parts that failed for good", metrics.given_up.clone());
        let written = "Scorecards written as new revisions";
        registry.register("cards_written", written, metrics.cards_written.clone());
        let unchanged = "Scorecards that came out as they were";
        registry.register("cards_unchanged", unchanged, metrics.cards_unchanged.clone());
        drop(registry);
        metrics
    }

    fn registry(&self) -> MutexGuard<'_, Registry> {
        // Registering cannot leave it half-changed.
        self.registry.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
