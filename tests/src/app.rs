//! The application in process: its router, its worker, its database.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, HeaderValue, Request, StatusCode, header};
use chrono::{DateTime, TimeZone, Utc};
use entity::{build, build_part};
use http_body_util::BodyExt;
use reform_api::imports::Imports;
use reform_api::people::{People, Provider};
use reform_api::server;
use reform_worker::{Clock, Settings, Signals, Worker};
use sea_orm::{ColumnTrait, DatabaseConnection, EntityTrait, PaginatorTrait, QueryFilter};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tower::ServiceExt;

use crate::{Asker, Kind, Store};

/// How long a build may take in a test.
const PATIENCE: Duration = Duration::from_secs(60);

/// The instant that a test's clock shows first.
pub(crate) fn start_of_test() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2022, 7, 6, 1, 0, 0).single().expect("an instant")
}

/// The application over a store of its own.
#[derive(Debug)]
pub struct App {
    /// The database.
    pub database: DatabaseConnection,
    /// What the worker and the API tell the time by.
    pub clock: Clock,
    /// The process's signals.
    pub signals: Signals,
    /// The accounts.
    pub people: People,
    /// The store; it goes with the application.
    pub store: Store,
    router: Router,
    statements: Arc<AtomicUsize>,
    administrator: String,
}

/// An HTTP answer.
#[derive(Debug)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, or null when it is not JSON.
    pub json: Value,
    /// The body.
    pub text: String,
}

impl App {
    /// The application over the sample province, whose first build waits.
    pub async fn sample(kind: Kind) -> Self {
        Self::over(Store::sample(kind).await).await
    }

    /// The application over the sample province with its first build compiled.
    pub async fn compiled(kind: Kind) -> Self {
        let app = Self::sample(kind).await;
        app.drain().await;
        app
    }

    /// The application over a store that is migrated.
    pub async fn over(store: Store) -> Self {
        Self::counting(store, Arc::default()).await
    }

    /// The application, counting the statements that sea-orm sends in `statements`.
    pub async fn counting(store: Store, statements: Arc<AtomicUsize>) -> Self {
        let mut app = Self::unattended(store, statements, Clock::system()).await;
        app.administrator = app.administrator_token().await;
        app
    }

    /// The application over a store, on a clock of the test's own.
    pub async fn on_clock(store: Store, clock: Clock) -> Self {
        let mut app = Self::unattended(store, Arc::default(), clock).await;
        app.administrator = app.administrator_token().await;
        app
    }

    /// The application as it is before its first start: nobody has an account.
    pub async fn without_accounts(store: Store) -> Self {
        Self::unattended(store, Arc::default(), Clock::system()).await
    }

    async fn unattended(store: Store, statements: Arc<AtomicUsize>, clock: Clock) -> Self {
        let mut database = store.connect().await;
        let counted = statements.clone();
        database.set_metric_callback(move |_| {
            counted.fetch_add(1, Ordering::SeqCst);
        });
        let signals = Signals::default();
        let people = People::new(database.clone(), clock.clone());
        let imports = Imports::new(database.clone(), clock.clone(), signals.clone());
        let schema = reform_api::graphql::schema(
            database.clone(),
            clock.clone(),
            signals.clone(),
            people.clone(),
            imports.clone(),
        );
        let router =
            server::router(schema, database.clone(), people.clone(), imports, server::Settings::default());
        let administrator = String::new();
        Self { database, clock, signals, people, store, router, statements, administrator }
    }

    /// The same application, where people may also sign in by an OpenID Connect provider.
    pub fn with_provider(self, provider: Provider) -> Self {
        let people = self.people.clone().known_to(Some(&provider));
        let (database, signals) = (self.database.clone(), self.signals.clone());
        let imports = Imports::new(database.clone(), self.clock.clone(), signals.clone());
        let schema = reform_api::graphql::schema(
            database.clone(),
            self.clock.clone(),
            signals,
            people.clone(),
            imports.clone(),
        );
        let settings = server::Settings { provider: Some(provider), ..server::Settings::default() };
        let router = server::router(schema, database, people.clone(), imports, settings);
        Self { people, router, ..self }
    }

    /// Another process on the same store.
    pub async fn beside(other: &Self) -> Self {
        let store = other.store.same();
        let mut app = Self::unattended(store, Arc::default(), other.clock.clone()).await;
        app.administrator.clone_from(&other.administrator);
        app
    }

    /// A token of the first administrator, who is made if there is none.
    async fn administrator_token(&self) -> String {
        let first = self.people.make_first_administrator().await.expect("accounts can be made");
        match first {
            Some(first) => first.token.expose().to_owned(),
            None => {
                let token = self.people.token_from_terminal("administrator").await;
                token.expect("tokens can be made").expect("the administrator").expose().to_owned()
            }
        }
    }

    /// How many statements were sent.
    pub fn statements(&self) -> &AtomicUsize {
        &self.statements
    }

    /// The routes, to be served on a port.
    pub fn router(&self) -> Router {
        self.router.clone()
    }

    /// Serves the application on a port of this machine, as long as the test runs.
    pub async fn serve(&self, settings: impl Into<server::Settings>) -> SocketAddr {
        self.serve_until(settings, std::future::pending()).await.0
    }

    /// Serves the application on a port of this machine until something happens.
    pub async fn serve_until(
        &self,
        settings: impl Into<server::Settings>,
        stop: impl Future<Output = ()> + Send + 'static,
    ) -> (SocketAddr, JoinHandle<()>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let (database, people) = (self.database.clone(), self.people.clone());
        let (clock, signals) = (self.clock.clone(), self.signals.clone());
        let imports = Imports::new(database.clone(), clock.clone(), signals.clone());
        let schema =
            reform_api::graphql::schema(database.clone(), clock, signals, people.clone(), imports.clone());
        let settings = settings.into();
        let routes = server::router(schema, database, people, imports, settings.clone());
        (address, tokio::spawn(server::serve(listener, routes, settings, stop)))
    }

    /// Compiles until nothing waits, and sees to it that nothing is left open.
    pub async fn drain(&self) {
        let worker = self.start_worker();
        self.wait().await;
        worker.stop().await;
        let open = build_part::Entity::find()
            .filter(build_part::Column::State.is_in([build_part::State::Waiting, build_part::State::Running]))
            .count(&self.database)
            .await
            .expect("the parts can be counted");
        assert_eq!(open, 0, "parts were left open");
    }

    /// Starts a worker in this process.
    pub fn start_worker(&self) -> Worker {
        self.start_worker_with(Settings::default())
    }

    /// Starts a worker in this process that works otherwise than by default.
    pub fn start_worker_with(&self, settings: Settings) -> Worker {
        Worker::start(&self.database, &self.clock, &self.signals, settings)
    }

    /// Waits until every build has ended.
    pub async fn wait(&self) {
        let ended = async {
            while build::unfinished().count(&self.database).await.expect("builds can be counted") > 0 {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(PATIENCE, ended).await.expect("the builds end in time");
    }

    /// Asks a query as the administrator and expects an answer without errors.
    pub async fn ask(&self, query: &str) -> Value {
        self.as_administrator().ask(query).await
    }

    /// Asks a query as the administrator and gives the first error's code.
    pub async fn refusal(&self, query: &str) -> String {
        self.as_administrator().refusal(query).await
    }

    /// Posts a GraphQL request as the administrator.
    pub async fn post(&self, body: &Value) -> Answer {
        self.as_administrator().post(body).await
    }

    /// The `Authorization` of the first administrator: a token with every scope.
    pub fn authorization(&self) -> String {
        format!("Bearer {}", self.administrator)
    }

    /// The first administrator, by a token with every scope.
    pub fn as_administrator(&self) -> Asker<'_> {
        self.as_token(&self.administrator)
    }

    /// Somebody without an account.
    pub fn as_public(&self) -> Asker<'_> {
        Asker::new(self)
    }

    /// Whoever has the token.
    pub fn as_token(&self, token: &str) -> Asker<'_> {
        Asker::new(self).with("authorization", &format!("Bearer {token}"))
    }

    /// A browser in which somebody has signed in.
    pub async fn sign_in(&self, name: &str, password: &str) -> Asker<'_> {
        self.as_public().sign_in(name, password).await
    }

    /// Makes an account with a password and gives its id. Its name is all that it has to its name.
    pub async fn person(&self, name: &str, password: &str) -> String {
        let query = format!(
            r#"mutation {{ createAccount(input: {{ name: "{name}", displayName: "{name}" }}) {{
                account {{ id }} signInPath errors {{ code }} }} }}"#
        );
        let made = self.ask(&query).await["createAccount"].clone();
        let path = made["signInPath"].as_str().unwrap_or_else(|| panic!("{made}"));
        let link = path.strip_prefix("/sign-in?link=").expect("a link");
        let browser = self.as_public().open_link(link).await.expect("the link holds");
        let query = format!(
            r#"mutation {{ setPassword(input: {{ newPassword: "{password}" }}) {{ errors {{ code }} }} }}"#
        );
        let set = browser.ask(&query).await;
        assert_eq!(set["setPassword"]["errors"], serde_json::json!([]));
        made["account"]["id"].as_str().expect("an id").to_owned()
    }

    /// Sends any request.
    pub async fn send(&self, from: [u8; 4], mut request: Request<Body>) -> Answer {
        request.headers_mut().entry(header::HOST).or_insert(HeaderValue::from_static("localhost"));
        request.extensions_mut().insert(ConnectInfo(SocketAddr::from((from, 40_000))));
        let response = self.router.clone().oneshot(request).await.expect("the router answers");
        let (status, headers) = (response.status(), response.headers().clone());
        let body = response.into_body().collect().await.expect("the body is read").to_bytes();
        let text = String::from_utf8_lossy(&body).into_owned();
        Answer { status, headers, json: serde_json::from_slice(&body).unwrap_or_default(), text }
    }
}

/// Sends bytes to a port, and gives what comes back until the server closes.
pub async fn http(address: SocketAddr, request: &str) -> String {
    let mut stream = TcpStream::connect(address).await.expect("a connection");
    stream.write_all(request.as_bytes()).await.expect("it is sent");
    let mut answer = Vec::new();
    // A server that refuses before it has read everything resets the connection after its answer.
    tokio::time::timeout(PATIENCE, stream.read_to_end(&mut answer)).await.expect("it is closed").ok();
    String::from_utf8_lossy(&answer).into_owned()
}
