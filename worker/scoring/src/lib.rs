//! The pure heart of the scorecard: values, rules and results, without any
//! database, clock or randomness.

mod kind;

pub use kind::*;
