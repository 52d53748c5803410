//! Every suite, in one binary.

mod criteria;
mod e2e;
mod registry;
mod scoring;
