//! Every suite, in one binary.

mod criteria;
mod e2e;
mod files;
mod registry;
mod scoring;
