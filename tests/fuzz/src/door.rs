//! The front door: GraphQL over the sample province, asked by an administrator. Documents are measured, ids
//! and cursors read where they are in production, so nothing needs to be made public for the fuzzer. The
//! ordinary suite goes through the same door, with random changes of the same seeds.

use std::net::IpAddr;

use async_graphql::{Request, Variables};
use entity::role_grant::Role;
use entity::token::Scope;
use entity::{AccountId, TokenId};
use reform_api::graphql::{Schema, schema};
use reform_api::imports::Imports;
use reform_api::people::{Grant, People, SignedIn, Via, Viewer};
use reform_worker::database::{Location, open};
use reform_worker::sample::load_if_empty;
use reform_worker::{Clock, Signals};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::runtime::{Builder, Runtime};
use uuid::Uuid;

/// The fields whose arguments are tried; an input's first byte says which.
const QUERIES: [&str; 7] = [
    "query($a: ID!) { node(id: $a) { id } }",
    "query($a: ID!) { build(id: $a) { state } }",
    "query($a: String) { agencies(after: $a) { nodes { code } } }",
    "query($a: String) { auditEvents(after: $a) { nodes { seq } pageInfo { endCursor } } }",
    "query($a: String!) { agency(code: $a) { nameVi } }",
    "query($a: String!) { scorecards(period: $a) { totalCount } }",
    "query($a: String!) { auditEvents(object: $a, actor: $a, action: $a) { totalCount } }",
];

/// The schema over a database of its own.
pub struct Door {
    runtime: Runtime,
    schema: Schema,
    _directory: TempDir,
}

impl Door {
    /// Opens the door.
    pub fn open() -> Self {
        let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
        let directory = TempDir::new().expect("a directory");
        let clock = Clock::system();
        let database = runtime.block_on(async {
            let location = Location::Embedded(directory.path().to_owned());
            let database = open(&location, 4).await.expect("a database");
            load_if_empty(&database, clock.now()).await.expect("the sample");
            database
        });
        let people = People::new(database.clone(), clock.clone());
        let signals = Signals::default();
        let imports = Imports::new(database.clone(), clock.clone(), signals.clone());
        let schema = schema(database, clock, signals, people, imports);
        Self { runtime, schema, _directory: directory }
    }

    /// Asks one of the queries with the rest of the input as its argument.
    ///
    /// # Panics
    /// When the answer tells of a fault of ours.
    pub fn try_argument(&self, data: &[u8]) {
        let Some((first, rest)) = data.split_first() else {
            return;
        };
        if let Ok(argument) = std::str::from_utf8(rest) {
            self.ask(QUERIES[usize::from(*first) % QUERIES.len()], json!({ "a": argument }));
        }
    }

    /// Asks the input as a document.
    ///
    /// # Panics
    /// When the answer tells of a fault of ours.
    pub fn try_document(&self, data: &[u8]) {
        // What is tried is reading; a request for a build would only fill the database.
        let document = std::str::from_utf8(data).ok();
        if let Some(document) = document.filter(|document| !document.contains("requestBuild")) {
            self.ask(document, Value::Null);
        }
    }

    fn ask(&self, query: &str, variables: Value) {
        let request = Request::new(query).variables(Variables::from_json(variables));
        let answer = self.runtime.block_on(self.schema.execute(request.data(administrator())));
        for error in &answer.errors {
            let code = error.extensions.as_ref().and_then(|extensions| extensions.get("code"));
            let code = code.map(ToString::to_string).unwrap_or_default();
            assert!(!code.is_empty() && code != "\"INTERNAL\"", "{error:?}");
        }
    }
}

/// Somebody to whom everything is open.
fn administrator() -> Viewer {
    let signed_in = SignedIn {
        account: AccountId(Uuid::nil()),
        name: "fuzz".to_owned(),
        display_name: "fuzz".to_owned(),
        agency: None,
        via: Via::Token { id: TokenId(Uuid::nil()), scopes: Scope::ALL.to_vec() },
        grants: vec![Grant { role: Role::Administrator, agency: None }],
    };
    Viewer { signed_in: Some(signed_in), from: IpAddr::from([127, 0, 0, 1]), request_id: Uuid::nil() }
}
