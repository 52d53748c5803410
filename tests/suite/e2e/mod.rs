//! Through the front door, on SQLite and on PostgreSQL.

mod architecture;
mod attacks;
mod audit;
mod bad_input;
mod changed_registry;
mod corpus;
mod crowded;
mod documents;
mod hostile;
mod http;
mod inherited;
mod killed;
mod main_job;
mod migrations;
mod overload;
mod people;
mod policy;
mod process;
mod random_requests;
mod reads;
mod recompile;
mod serving;
mod sockets;
mod subscription;
mod terminal;
mod verification;
