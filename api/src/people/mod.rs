//! People: accounts, how they sign in, what they may show for it afterwards, and the [`Viewer`] that every
//! resolver gets. One file a noun; what is decided is plain functions, beside the statements that keep it.
//!
//! What this promises:
//! - A secret is told once, to whom it is for. The database has its SHA-256, found by a unique index, so that
//!   no comparison takes longer for a guess that is nearly right. No log and no `Debug` shows one.
//! - A refused sign-in says nothing about the account: unknown, locked, disabled and wrong get one answer,
//!   after the same work.
//! - Whatever a request shows is looked up again at that request, with its account and its roles in one
//!   query: what was ended, revoked or disabled counts for nothing from the next request on.
//! - Every change is on record, in its own transaction, and so is what was refused; no secret ever is.
//!
//! To add another way to sign in, find the account and call [`People::open_session`].

pub(crate) mod account;
mod arrival;
mod binding;
pub(crate) mod cookie;
mod credential;
pub(crate) mod first;
pub(crate) mod grant;
mod link;
mod lockout;
mod name;
pub(crate) mod oidc;
mod password;
mod prune;
mod rate;
mod record;
mod refusal;
mod secret;
mod session;
mod sign_in;
pub(crate) mod sign_in_page;
mod still;
pub(crate) mod token;
mod viewer;

use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use reform_worker::Clock;
use reform_worker::audit::Refusals;
use sea_orm::DatabaseConnection;

pub use self::arrival::{Arrival, Browser, TurnedAway};
pub use self::first::{FIRST_ADMINISTRATOR, FirstAccess};
pub use self::link::link_path;
pub use self::oidc::Provider;
pub(crate) use self::rate::customer;
pub use self::refusal::{Declined, Fault, Refusal};
pub use self::secret::Secret;
pub(crate) use self::secret::hashed;
pub use self::session::{OpenedBy, OpenedSession};
pub use self::sign_in::SignIn;
pub use self::viewer::{Grant, SignedIn, Via, Viewer};

use self::password::Passwords;
use self::rate::AttemptRate;

/// Everything about people, over a database. Cheap to clone; the clones share their limits.
#[derive(Clone)]
pub struct People {
    database: DatabaseConnection,
    clock: Clock,
    passwords: Passwords,
    rate: Arc<AttemptRate>,
    refusals: Refusals,
    /// The OpenID Connect provider to whose people accounts are bound; none without one.
    issuer: Option<Arc<str>>,
}

impl People {
    /// The people of a database.
    pub fn new(database: DatabaseConnection, clock: Clock) -> Self {
        let refusals = Refusals::new(database.clone(), clock.clone());
        let (passwords, rate) = (Passwords::new(), Arc::default());
        Self { database, clock, passwords, rate, refusals, issuer: None }
    }

    /// The same people, who are also known to an OpenID Connect provider.
    pub fn known_to(self, provider: Option<&Provider>) -> Self {
        Self { issuer: provider.map(|provider| provider.issuer().into()), ..self }
    }

    /// Puts on record what is counted but not recorded yet. For the end of a process.
    pub async fn close(&self) {
        self.refusals.close().await;
    }

    fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }
}

impl fmt::Debug for People {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("People")
    }
}
