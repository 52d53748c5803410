//! The only place that asks what time it is. Everything else is handed a [`Clock`], so that a test can say.

use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Timelike, Utc};
use scoring::province_day;

/// Tells the time.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>);

impl Clock {
    /// The system's clock, to the microsecond that every database keeps.
    #[allow(clippy::disallowed_methods, reason = "this is the one place")]
    pub fn system() -> Self {
        Self(Arc::new(|| {
            let now = Utc::now();
            now.with_nanosecond(now.nanosecond() / 1_000 * 1_000).unwrap_or(now)
        }))
    }

    /// A clock that says what `tell` says.
    pub fn told_by(tell: impl Fn() -> DateTime<Utc> + Send + Sync + 'static) -> Self {
        Self(Arc::new(tell))
    }

    /// The present day in the province.
    pub fn today(&self) -> NaiveDate {
        province_day(self.now())
    }

    /// The present instant.
    pub fn now(&self) -> DateTime<Utc> {
        (self.0)()
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Clock")
    }
}
