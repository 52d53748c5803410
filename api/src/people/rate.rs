//! How often one client may try a password. The limit is this process's own and keeps guessing slow and
//! hashing cheap; what protects an account across processes is its lock ([`super::lockout`]).
//!
//! It runs on the monotonic clock: putting the clock back or forward neither opens nor closes it.

use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicUsize, Ordering};

use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

/// Attempts a minute, and at once after a pause.
const A_MINUTE: NonZeroU32 = NonZeroU32::new(20).expect("not zero");
/// After so many attempts, clients that were silent since are forgotten.
const FORGET_EVERY: usize = 1000;

/// The limit.
pub(crate) struct AttemptRate {
    clients: DefaultKeyedRateLimiter<IpAddr>,
    attempts: AtomicUsize,
}

impl Default for AttemptRate {
    fn default() -> Self {
        Self { clients: RateLimiter::keyed(Quota::per_minute(A_MINUTE)), attempts: AtomicUsize::new(0) }
    }
}

impl AttemptRate {
    /// Whether the client may try now; counts the attempt.
    pub(crate) fn allows(&self, client: IpAddr) -> bool {
        if self.attempts.fetch_add(1, Ordering::Relaxed) % FORGET_EVERY == FORGET_EVERY - 1 {
            self.clients.retain_recent();
            self.clients.shrink_to_fit();
        }
        self.clients.check_key(&customer(client)).is_ok()
    }
}

/// A customer of the internet has one IPv4 address, but 2⁶⁴ IPv6 addresses.
pub(crate) fn customer(client: IpAddr) -> IpAddr {
    match client.to_canonical() {
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() >> 64 << 64).into(),
        address => address,
    }
}

#[cfg(test)]
mod tests {
    use super::AttemptRate;

    #[test]
    fn a_client_is_limited_alone_and_with_his_whole_network() {
        let rate = AttemptRate::default();
        let address = |text: &str| text.parse().expect("an address");
        for attempt in 0..25 {
            assert_eq!(rate.allows(address("10.0.0.7")), attempt < 20, "{attempt}");
            let within = format!("2001:db8:1:2::{attempt}");
            assert_eq!(rate.allows(address(&within)), attempt < 20, "{attempt}");
        }
        for other in ["10.0.0.8", "2001:db8:1:3::1"] {
            assert!(rate.allows(address(other)), "{other}");
        }
    }
}
