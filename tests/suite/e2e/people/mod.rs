//! People: who gets in, how, and what he may do then.

mod accounts;
mod csrf;
mod first_start;
mod grants;
mod links;
mod oidc;
mod pruning;
mod sessions;
mod sign_in;
mod socket;
mod tokens;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, TimeDelta, Utc};
use reform_worker::Clock;
use serde_json::Value;
use tests::Asker;

/// A password that fits the rules.
const PASSWORD: &str = "mật khẩu rất dài";

/// Something that only an administrator may do.
const REQUEST_BUILD: &str = r#"mutation { requestBuild(input: { period: "2022-H1", reason: "x" }) { build { id } errors { code } } }"#;

/// A clock that a test puts forward and back.
#[derive(Clone)]
struct Hands {
    start: DateTime<Utc>,
    seconds: Arc<AtomicI64>,
}

impl Hands {
    fn new() -> Self {
        Self { start: Clock::system().now(), seconds: Arc::default() }
    }

    fn clock(&self) -> Clock {
        let hands = self.clone();
        Clock::told_by(move || hands.now())
    }

    fn now(&self) -> DateTime<Utc> {
        self.start + TimeDelta::seconds(self.seconds.load(Ordering::SeqCst))
    }

    fn turn(&self, by: TimeDelta) {
        self.seconds.fetch_add(by.num_seconds(), Ordering::SeqCst);
    }
}

/// The name of the account that the application sees behind somebody; null for the public.
async fn name_of(somebody: &Asker<'_>) -> Value {
    somebody.ask("{ me { account { name } } }").await["me"]["account"]["name"].clone()
}

/// The first error's code of a mutation's payload; null when there is none.
fn code_of(payload: &Value) -> &Value {
    &payload["errors"][0]["code"]
}
