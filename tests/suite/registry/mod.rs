//! The registry's pure decisions.

mod contributions;
mod plan;
