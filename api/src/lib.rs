//! The API: GraphQL over HTTP and WebSocket, and the command line.
//!
//! To change … a noun's type, queries or mutations: its file in `graphql`; how objects are resolved:
//! `graphql::plain`; who may see what: `policy`; limits: `graphql` (depth), `graphql::cost` (complexity),
//! `graphql::documents` (size), `server::Limits` (bytes, time, connections, what one caller may take); who
//! asks, signing in, accounts: `people`; what the terminal prints: `report`; options: `cli`.

pub mod cli;
pub mod graphql;
pub mod imports;
pub mod people;
mod policy;
mod reorganise;
mod report;
mod request;
pub mod server;
