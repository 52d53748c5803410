//! Builds, from request to end: the states, and every step between them.
//!
//! A build is requested in the caller's own transaction (`request`), split into parts by the relay
//! (`split`), compiled part by part under a claim (`claim`), and ended when no part is open (`settle`). It may be
//! called off until it has ended (`cancel`), and is forgotten in the end, unless it wrote what is there (`prune`).
//! Each step is one transaction that checks where the build stands, so that doing a step twice, or by two
//! workers at once, does it once.

mod cancel;
mod claim;
mod prune;
mod request;
mod settle;
mod split;

pub use self::cancel::{Cancel, CancelError, cancel};
pub(crate) use self::claim::{After, Claim, claim, fail, let_go, take_back_expired};
pub(crate) use self::prune::keep_pruned;
pub use self::prune::prune;
pub use self::request::{Request, RequestError, Requested, request, was_ever_requested};
pub(crate) use self::settle::settle;
pub(crate) use self::split::split_queued;
