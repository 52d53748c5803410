//! The way to the provider and back, bound to one browser: what it must show on its return is derived from a
//! secret in its cookie and from when it left. Nothing is stored, so that another process may take the return.
//!
//! State, nonce and verifier are hashes of the cookie, each under a name of its own: none tells the cookie or
//! another of them, and a cookie whose time was changed fits no state.

use axum::http::HeaderMap;
use chrono::{DateTime, TimeDelta, Utc};
use openidconnect::{CsrfToken, Nonce, PkceCodeVerifier};

use crate::people::cookie::Way;
use crate::people::secret::{Purpose, Secret, hashed};

/// The cookie, without its prefix.
const COOKIE: &str = "reform-oidc";
/// How long a person may take at the provider.
const LASTS: TimeDelta = TimeDelta::minutes(10);

/// A way that a browser is on.
pub(super) struct Journey {
    secret: Secret,
    /// When it began, in seconds of the epoch.
    began_at: i64,
}

impl Journey {
    /// A browser leaves.
    pub(super) fn begin(now: DateTime<Utc>) -> Result<Self, getrandom::Error> {
        Ok(Self { secret: Secret::generate(Purpose::Journey)?, began_at: now.timestamp() })
    }

    /// The way that a returning browser is on, if it shows the state of just that way in time.
    pub(super) fn resume(way: Way, headers: &HeaderMap, state: &str, now: DateTime<Utc>) -> Option<Self> {
        let (secret, began_at) = way.value(COOKIE, headers)?.split_once('.')?;
        let secret = Secret::read(Purpose::Journey, secret)?;
        let journey = Self { secret, began_at: began_at.parse().ok()? };
        // Hashes are compared, so that the time taken tells nothing.
        let its_own = hashed(state) == hashed(journey.state().secret());
        let age = now.timestamp().checked_sub(journey.began_at)?;
        (its_own && (0..LASTS.num_seconds()).contains(&age)).then_some(journey)
    }

    /// The `Set-Cookie` that the browser takes along.
    pub(super) fn cookie(&self, way: Way) -> String {
        way.header(COOKIE, &self.value(), LASTS.num_seconds())
    }

    /// The `Set-Cookie` that ends whatever way the browser was on.
    pub(super) fn no_cookie(way: Way) -> String {
        way.header(COOKIE, "", 0)
    }

    pub(super) fn state(&self) -> CsrfToken {
        CsrfToken::new(self.derived("state"))
    }

    pub(super) fn nonce(&self) -> Nonce {
        Nonce::new(self.derived("nonce"))
    }

    pub(super) fn verifier(&self) -> PkceCodeVerifier {
        PkceCodeVerifier::new(self.derived("verifier"))
    }

    fn derived(&self, name: &str) -> String {
        hashed(&format!("{name}:{}", self.value()))
    }

    fn value(&self) -> String {
        format!("{}.{}", self.secret.expose(), self.began_at)
    }
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, HeaderValue, header};
    use chrono::{DateTime, TimeDelta};

    use super::{Journey, LASTS};
    use crate::people::cookie::Way;

    #[test]
    fn a_journey_is_resumed_by_its_own_browser_and_state_in_time() {
        let start = DateTime::UNIX_EPOCH + TimeDelta::days(20_000);
        let journey = Journey::begin(start).expect("randomness");
        let state = journey.state().into_secret();
        let cookie = journey.cookie(Way::ThisMachine).split(';').next().expect("a cookie").to_owned();
        let headers = |cookie: &str| {
            let cookie = HeaderValue::from_str(cookie).expect("a value");
            HeaderMap::from_iter([(header::COOKIE, cookie)])
        };
        let resumed = |cookie: &str, state: &str, after: TimeDelta| {
            Journey::resume(Way::ThisMachine, &headers(cookie), state, start + after)
        };
        let in_time = LASTS - TimeDelta::seconds(1);
        let back = resumed(&cookie, &state, in_time).expect("it is its own");
        assert_eq!(back.nonce().secret(), journey.nonce().secret());
        assert_eq!(back.verifier().secret(), journey.verifier().secret());
        assert_ne!(back.nonce().secret(), back.state().secret());
        assert!(resumed(&cookie, &state, LASTS).is_none(), "too late");
        assert!(resumed(&cookie, &state, TimeDelta::seconds(-1)).is_none(), "before it began");
        assert!(resumed(&cookie, "", in_time).is_none(), "no state");
        let other = Journey::begin(start).expect("randomness");
        assert!(resumed(&cookie, other.state().secret(), in_time).is_none(), "another's state");
        let (secret, began_at) = cookie.split_once('.').expect("two parts");
        let later: i64 = began_at.parse::<i64>().expect("a number") + 60;
        assert!(resumed(&format!("{secret}.{later}"), &state, in_time).is_none(), "another time");
        for broken in ["", "reform-oidc=", "reform-oidc=.", "reform-oidc=x.9", "other=1"] {
            assert!(resumed(broken, &state, in_time).is_none(), "{broken}");
        }
    }
}
