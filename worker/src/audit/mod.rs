//! The audit log: what was done, by whom, in a chain of hashes that shows every later change.
//!
//! [`record`] appends in the transaction of the change that it tells of, so the two commit or roll back
//! together. [`Refusals`] records what was refused, bounded. [`verify()`] finds the first event that is not as
//! it was written.
//!
//! The chain proves that nothing inside it was changed or removed. That nothing was cut off at its end, or
//! the whole chain written anew, shows only against a head ([`Head`]) that was kept elsewhere.

pub mod action;
mod actor;
mod chain;
mod entry;
mod refusals;
mod verify;

pub use actor::Actor;
pub use chain::{Head, NotAHead, head, record};
pub use entry::Entry;
pub use refusals::Refusals;
pub use verify::{Difference, Verified, Wrong, verify};
