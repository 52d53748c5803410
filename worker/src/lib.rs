//! The worker: compiles scorecards from what is stored, on request.
//!
//! A build is a row. [`request`](build::request) inserts it in the caller's transaction; the relay splits
//! it into parts and pushes each to the queue; a part is claimed, compiled and closed in one transaction
//! that asserts its claim. Execution is at least once, effects are exactly once.
//!
//! To change … who succeeds whom, and whose counts are summed: `registry::succession`, `compile::succession`; what a
//! measure is gathered from: `compile::gather` (and what is told of it: `records`); what a card row holds and is verified
//! against: `compile::stored`; when and how often things are tried: `relay`, `build::claim`; what is put on
//! record: `audit`; what becomes of a change of data: `live`; when builds ask for themselves: `schedule`; the queue: `queue` (no other file knows it).

pub mod audit;
pub mod build;
mod clock;
pub mod compare;
mod compile;
pub mod configuration;
pub mod criteria;
pub mod database;
pub mod dossiers;
pub mod files;
pub mod generate;
pub mod imports;
pub mod inputs;
pub mod live;
pub mod metrics;
mod options;
mod origin;
mod part;
pub mod path;
pub mod procedures;
pub mod publish;
mod queue;
pub mod records;
pub mod registry;
mod relay;
mod run;
pub mod sample;
pub mod schedule;
pub mod shadow;
mod signals;
pub mod simulate;
pub mod stop;
pub mod traces;
pub mod verify;

pub use clock::Clock;
pub use options::Options;
pub use run::{Settings, Worker};
pub use signals::{CallingOff, Signals};
