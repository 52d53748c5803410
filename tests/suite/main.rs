//! Every suite, in one binary.

mod e2e;
mod scoring;
