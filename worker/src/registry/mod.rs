//! The registry as it changes: agencies that are registered, end and succeed each other, blocks by date,
//! recommendations that go over.
//!
//! A change is a list of [`Step`]s, whether from a mutation or from a file. It is loaded, decided
//! ([`Registry::plan`], pure: the rows to write, or everything that is wrong) and saved, all or nothing, in the
//! caller's transaction. What follows for a period's counts is [`Successions::contributions`], also pure.

mod file;
mod handover;
mod plan;
mod save;
mod standing;
mod step;
mod succession;

pub use file::{Complaint, steps_of_csv};
pub use handover::{HandOver, HandOverError, HandedOver, hand_over};
pub use plan::{Known, Plan, Recorded, Registry};
pub use save::{change, load};
pub(crate) use standing::place_as_at_end;
pub use standing::{Membership, memberships};
pub use step::{NewAgency, NewBlock, Refused, Rule, Step, Succeed};
pub use succession::{Contribution, Link, Successions};
