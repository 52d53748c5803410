//! HTTP: `/graphql` as GraphQL over HTTP says, `/graphql/ws` as graphql-transport-ws says, GraphiQL, health.
//!
//! Every refusal is a GraphQL error with a code. Nothing that a browser does at another site's bidding has
//! an effect: GET only reads, POST must be JSON (which a browser sends to another site only after asking),
//! and a WebSocket must come from our own page. What a client may take of the machine is in [`Limits`].

mod caller;
mod connections;
mod graphql;
mod headers;
mod limits;
mod media;
mod operations;
mod origins;
mod pages;
mod parameters;
mod refusal;
mod socket;

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::map_response;
use axum::routing::{any, get};
use sea_orm::DatabaseConnection;
use tokio::sync::Semaphore;

use self::caller::Caller;
pub use self::connections::serve;
pub(crate) use self::graphql::REQUEST_ID;
pub use self::limits::Limits;
use self::media::Media;
use self::operations::Operations;
pub use self::origins::Origin;
pub(crate) use self::origins::is_same_origin;
use self::refusal::Refusal;
use crate::graphql::Schema;
use crate::people::{People, sign_in_page};

/// How the server is set up; by default for one machine and its own pages.
#[derive(Clone, Debug)]
pub struct Settings {
    /// What clients may take.
    pub limits: Limits,
    /// Other sites whose pages may use the API.
    pub origins: Vec<Origin>,
    /// Whether the public may read what is published; otherwise everybody must sign in.
    pub public_reads: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self { limits: Limits::default(), origins: Vec::new(), public_reads: true }
    }
}

impl From<Limits> for Settings {
    fn from(limits: Limits) -> Self {
        Self { limits, ..Self::default() }
    }
}

/// What the handlers share.
#[derive(Clone)]
struct Shared {
    operations: Operations,
    database: DatabaseConnection,
    people: People,
    settings: Settings,
    /// Places for WebSockets.
    sockets: Arc<Semaphore>,
}

/// The routes. [`serve`] them, so that the client's address is known and the connections are bounded.
pub fn router(schema: Schema, database: DatabaseConnection, people: People, settings: Settings) -> Router {
    let sockets = Arc::new(Semaphore::new(settings.limits.sockets));
    let operations = Operations::new(schema, &settings.limits);
    let graphql = match settings.origins.as_slice() {
        [] => any(graphql::graphql),
        origins => any(graphql::graphql).layer(origins::cross_origin(origins)),
    };
    Router::new()
        .route("/", get(pages::to_graphiql))
        .route("/graphiql", get(pages::graphiql))
        .route("/graphql", graphql)
        .route("/graphql/ws", get(socket::open))
        .route("/health/live", get(pages::live))
        .route("/health/ready", get(pages::ready))
        .with_state(Shared { operations, database, people: people.clone(), settings, sockets })
        .merge(sign_in_page::routes(people))
        .fallback(unknown_path)
        .method_not_allowed_fallback(unknown_method)
        .layer(map_response(headers::guard))
}

impl Shared {
    /// Who sent a request with these headers.
    fn caller(&self, headers: &HeaderMap, peer: SocketAddr) -> Caller {
        Caller::new(&self.people, self.settings.public_reads, headers, peer)
    }
}

async fn unknown_path() -> Refusal {
    Refusal::new(StatusCode::NOT_FOUND, "NOT_FOUND", "There is nothing here; the API is at /graphql.")
}

async fn unknown_method() -> Refusal {
    Refusal::new(StatusCode::METHOD_NOT_ALLOWED, "METHOD_NOT_ALLOWED", "This page is only read: GET.")
}
