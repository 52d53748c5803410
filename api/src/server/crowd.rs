//! What a single caller may take of what all share: so many requests in a time, so many places at a time.
//! A caller is an account, or the public at one address; one network of IPv6 is one address.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use axum::http::StatusCode;
use entity::AccountId;
use governor::clock::Clock;
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use super::{Limits, Refusal};
use crate::people::{Viewer, customer};

/// After so many requests, callers that were silent since are forgotten.
const FORGET_EVERY: usize = 1000;

/// Whose requests are counted together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Who {
    Address(IpAddr),
    Account(AccountId),
}

impl Who {
    /// The public at an address.
    pub(super) fn at(address: IpAddr) -> Self {
        Self::Address(customer(address))
    }

    /// A viewer: his account, else his address.
    pub(super) fn is(viewer: &Viewer) -> Self {
        let account = viewer.signed_in.as_ref().map(|signed_in| Self::Account(signed_in.account));
        account.unwrap_or_else(|| Self::at(viewer.from))
    }
}

/// How often one caller may ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// Requests a second, in the long run.
    pub per_second: NonZeroU32,
    /// Requests at once after a pause.
    pub burst: NonZeroU32,
}

/// All callers, each with what it takes. The clones count together.
#[derive(Clone)]
pub(super) struct Crowd {
    requests: Option<Arc<Requests>>,
    pub(super) operations: Places<Who>,
    pub(super) subscriptions: Places<Who>,
    pub(super) sockets: Places<Who>,
    pub(super) uploads: Places<Who>,
}

struct Requests {
    callers: DefaultKeyedRateLimiter<Who>,
    asked: AtomicUsize,
}

impl Crowd {
    pub(super) fn new(limits: &Limits) -> Self {
        let requests = limits.requests_per_caller.map(|rate| {
            let quota = Quota::per_second(rate.per_second).allow_burst(rate.burst);
            Arc::new(Requests { callers: RateLimiter::keyed(quota), asked: AtomicUsize::new(0) })
        });
        Self {
            requests,
            operations: Places::new(limits.operations_per_caller),
            subscriptions: Places::new(limits.subscriptions_per_caller),
            sockets: Places::new(limits.sockets_per_caller),
            uploads: Places::new(limits.uploads_per_caller),
        }
    }

    /// Counts a request, unless it is one too many.
    pub(super) fn admit(&self, who: Who) -> Result<(), Refusal> {
        let Some(requests) = &self.requests else { return Ok(()) };
        if requests.asked.fetch_add(1, Ordering::Relaxed) % FORGET_EVERY == FORGET_EVERY - 1 {
            requests.callers.retain_recent();
            requests.callers.shrink_to_fit();
        }
        requests.callers.check_key(&who).map_err(|until| {
            let wait = until.wait_time_from(requests.callers.clock().now());
            let message = "Quá nhiều yêu cầu; hãy thử lại sau. / Too many requests; try again later.";
            let refusal = Refusal::new(StatusCode::TOO_MANY_REQUESTS, "RATE_LIMITED", message);
            refusal.retry_after(wait.as_secs() + 1)
        })
    }
}

/// Places of which each caller may hold so many at a time. Who holds none takes no memory.
#[derive(Clone, Debug)]
pub(super) struct Places<K: Eq + Hash>(Arc<Taken<K>>);

#[derive(Debug)]
struct Taken<K> {
    most: usize,
    by: Mutex<HashMap<K, usize>>,
}

/// A place; it is free when this is dropped.
#[derive(Debug)]
pub(super) struct Place<K: Copy + Eq + Hash> {
    places: Places<K>,
    by: K,
}

impl<K: Copy + Eq + Hash> Places<K> {
    pub(super) fn new(most: usize) -> Self {
        Self(Arc::new(Taken { most, by: Mutex::default() }))
    }

    /// A place, unless the caller holds as many as it may.
    pub(super) fn take(&self, by: K) -> Option<Place<K>> {
        let mut taken = self.0.by.lock().unwrap_or_else(PoisonError::into_inner);
        let held = taken.get(&by).copied().unwrap_or_default();
        if held >= self.0.most {
            return None;
        }
        taken.insert(by, held + 1);
        Some(Place { places: self.clone(), by })
    }
}

impl<K: Copy + Eq + Hash> Drop for Place<K> {
    fn drop(&mut self) {
        let mut taken = self.places.0.by.lock().unwrap_or_else(PoisonError::into_inner);
        match taken.get_mut(&self.by) {
            Some(held) if *held > 1 => *held -= 1,
            _ => {
                taken.remove(&self.by);
            }
        }
    }
}

/// The refusal of whoever holds as many places as one may.
pub(super) fn too_many_at_once() -> Refusal {
    let message = "Quá nhiều yêu cầu cùng lúc; hãy đợi các yêu cầu trước kết thúc. / \
                   Too many operations at a time; wait until earlier ones have ended.";
    Refusal::new(StatusCode::TOO_MANY_REQUESTS, "TOO_MANY_OPERATIONS", message).retry_after(1)
}

#[cfg(test)]
mod tests {
    use super::Places;

    #[test]
    fn each_caller_has_its_places_and_an_absent_one_takes_no_memory() {
        let places = Places::new(2);
        let held = [places.take('a'), places.take('a'), places.take('b')];
        assert!(held.iter().all(Option::is_some));
        assert!(places.take('a').is_none() && places.take('b').is_some());
        drop(held);
        assert!(places.take('a').is_some());
        assert!(places.0.by.lock().expect("it is not poisoned").is_empty());
    }
}
