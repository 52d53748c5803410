//! Criteria sets as officers hand them in: documents and tables, and everything that they are refused for.

mod documents;
mod given;
mod tables;
