//! HTTP: `/graphql` as GraphQL over HTTP says, `/graphql/ws` as graphql-transport-ws says, uploads, GraphiQL, health.
//!
//! Every refusal is a GraphQL error with a code. Nothing that a browser does at another site's bidding has
//! an effect: GET only reads, POST must be JSON (which a browser sends to another site only after asking),
//! and a WebSocket must come from our own page. What a client may take of the machine is in [`Limits`]; how the
//! server is set up otherwise, in [`Settings`]. Who the client is, every request learns at the `door`.

mod allowed;
mod caller;
mod client;
mod connections;
pub(crate) mod counted;
mod crowd;
mod door;
mod graphql;
mod headers;
mod imports;
mod limits;
mod media;
mod mode;
mod operations;
mod origins;
mod pages;
mod parameters;
mod persisted;
mod refusal;
mod replica;
mod socket;
mod tls;

use std::sync::Arc;

use axum::Router;
use axum::http::StatusCode;
use axum::middleware::{from_fn_with_state, map_response};
use axum::routing::{any, get};
use sea_orm::DatabaseConnection;
use tokio::sync::Semaphore;

pub use self::allowed::{AllowedQueries, AllowedQueriesError};
pub use self::client::{Client, Proxies, ProxyHeader};
pub use self::connections::serve;
use self::crowd::Crowd;
pub use self::crowd::Rate;
pub use self::limits::Limits;
use self::media::Media;
pub use self::mode::Mode;
use self::operations::Operations;
pub use self::origins::Origin;
pub(crate) use self::origins::is_same_origin;
use self::persisted::Persisted;
use self::refusal::Refusal;
pub use self::replica::Replica;
pub use self::tls::{Tls, TlsError};
use crate::graphql::Schema;
use crate::imports::Imports;
use crate::people::{People, Provider, oidc, sign_in_page};

/// How the server is set up; by default for one machine and its own pages.
#[derive(Clone, Debug)]
pub struct Settings {
    /// For whom it runs.
    pub mode: Mode,
    /// What clients may take.
    pub limits: Limits,
    /// Other sites whose pages may use the API.
    pub origins: Vec<Origin>,
    /// Whether the public may read what is published; otherwise everybody must sign in.
    pub public_reads: bool,
    /// The proxies that are believed what they say about clients.
    pub proxies: Proxies,
    /// What it speaks TLS with; none: plain http.
    pub tls: Option<Arc<Tls>>,
    /// The only documents that are executed; none: any.
    pub allowed_queries: Option<Arc<AllowedQueries>>,
    /// The OpenID Connect provider by which people may sign in.
    pub provider: Option<Provider>,
    /// What queries are read from; none: from where is written.
    pub replica: Option<Replica>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            mode: Mode::default(),
            limits: Limits::default(),
            origins: Vec::new(),
            public_reads: true,
            proxies: Proxies::default(),
            tls: None,
            allowed_queries: None,
            provider: None,
            replica: None,
        }
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
    imports: Imports,
    settings: Settings,
    /// What each caller takes.
    crowd: Crowd,
    persisted: Persisted,
    /// Places for WebSockets.
    sockets: Arc<Semaphore>,
    /// Places for files that are uploaded, or imported after that.
    uploads: Arc<Semaphore>,
}

/// The routes. [`serve`] them, so that the client's address is known and the connections are bounded.
pub fn router(
    schema: Schema,
    database: DatabaseConnection,
    people: People,
    imports: Imports,
    settings: Settings,
) -> Router {
    let sockets = Arc::new(Semaphore::new(settings.limits.sockets));
    let crowd = Crowd::new(&settings.limits);
    let operations = Operations::new(schema, crowd.clone(), &settings);
    let persisted = Persisted::new(settings.allowed_queries.clone());
    let provider = settings.provider.clone();
    let uploads = Arc::new(Semaphore::new(settings.limits.uploads));
    let graphql = match settings.origins.as_slice() {
        [] => any(graphql::graphql),
        origins => any(graphql::graphql).layer(origins::cross_origin(origins)),
    };
    let upload = match settings.origins.as_slice() {
        [] => any(imports::upload),
        origins => any(imports::upload).layer(origins::cross_origin(origins)),
    };
    let mode = settings.mode;
    let shared = Shared {
        operations,
        database,
        people: people.clone(),
        imports,
        settings,
        crowd,
        persisted,
        sockets,
        uploads,
    };
    let pages = match mode {
        Mode::Development => {
            Router::new().route("/", get(pages::to_graphiql)).route("/graphiql", get(pages::graphiql))
        }
        Mode::Production => Router::new(),
    };
    pages
        .route("/graphql", graphql)
        .route("/graphql/ws", get(socket::open))
        .route("/imports/dossiers", upload.clone())
        .route("/imports/tables", upload.clone())
        .route("/imports/observations", upload.clone())
        .route("/imports/documents", upload.clone())
        .route("/imports/listings", upload.clone())
        .route("/imports/procedures", upload)
        .route("/imports/{id}/refused", get(imports::refused))
        .route("/criteria-set.schema.json", get(pages::criteria_set_schema))
        .route("/health/live", get(pages::live))
        .route("/health/ready", get(pages::ready))
        .with_state(shared.clone())
        .merge(oidc::routes(&people, provider, mode))
        .merge(sign_in_page::routes(people, mode))
        .fallback(unknown_path)
        .method_not_allowed_fallback(unknown_method)
        .layer(from_fn_with_state(shared, door::enter))
        .layer(map_response(headers::guard))
}

async fn unknown_path() -> Refusal {
    Refusal::new(StatusCode::NOT_FOUND, "NOT_FOUND", "There is nothing here; the API is at /graphql.")
}

async fn unknown_method() -> Refusal {
    Refusal::new(StatusCode::METHOD_NOT_ALLOWED, "METHOD_NOT_ALLOWED", "This page is only read: GET.")
}
