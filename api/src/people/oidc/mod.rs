//! Signing in by an OpenID Connect provider: the authorization code flow with PKCE.
//!
//! What this promises:
//! - It opens sessions for accounts that an administrator has bound to a subject of the provider beforehand;
//!   it makes no accounts and grants nothing.
//! - The way there and back belongs to one browser ([`journey`]): nobody is signed in by what another began.
//! - Of an ID token everything is checked that can be ([`check`]), by our own clock.
//! - Who is refused, by whatever rule, reads one page; the log has the reason. A provider that is down, slow
//!   or talks nonsense costs a bounded time and memory, and nothing else.
//! - Nobody is led anywhere but to the provider and to our own page.

mod check;
mod http;
mod journey;
mod pages;
mod provider;

pub(crate) use self::pages::routes;
pub use self::provider::Provider;
