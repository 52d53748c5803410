//! What is not GraphQL: the page to try it on, the JSON Schema of criteria sets, and health.

use std::time::Duration;

use async_graphql::http::GraphiQLSource;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::{Extension, Json};
use serde_json::{Value, json};

use super::Shared;
use super::caller::Caller;
use super::client::Client;
use super::headers::page_policy;

/// The version of the editor.
const EDITOR: &str = "4.1.2";
/// How long the readiness check waits for the database.
const READY_WITHIN: Duration = Duration::from_secs(2);

pub(super) async fn to_graphiql() -> Redirect {
    Redirect::temporary("/graphiql")
}

/// The page, which loads its editor from unpkg.com and may run nothing else.
/// It carries its session's CSRF token, so that it may send mutations.
pub(super) async fn graphiql(
    State(shared): State<Shared>,
    Extension(client): Extension<Client>,
    headers: HeaderMap,
) -> Response {
    let arrival = match Caller::new(&shared, &headers, client).arrive().await {
        Ok(arrival) => arrival,
        Err(refusal) => return refusal.into_response(),
    };
    let page = GraphiQLSource::build()
        .version(EDITOR)
        .endpoint("/graphql")
        .subscription_endpoint("/graphql/ws")
        .title("Bảng điểm cải cách – GraphiQL");
    let page = match arrival.browser.csrf_token() {
        Some(csrf_token) => page.header("x-csrf-token", csrf_token.expose()).finish(),
        None => page.finish(),
    };
    let policy = (header::CONTENT_SECURITY_POLICY, page_policy(&page));
    ([policy, (header::CACHE_CONTROL, "no-store".to_owned())], Html(page)).into_response()
}

pub(super) async fn live() -> Json<Value> {
    Json(json!({"status": "live"}))
}

/// Ready when the database answers.
pub(super) async fn ready(State(shared): State<Shared>) -> Response {
    match tokio::time::timeout(READY_WITHIN, shared.database.ping()).await {
        Ok(Ok(())) => Json(json!({"status": "ready"})).into_response(),
        _ => (StatusCode::SERVICE_UNAVAILABLE, Json(json!({"status": "not ready"}))).into_response(),
    }
}

/// The JSON Schema of a criteria set's document.
pub(super) async fn criteria_set_schema() -> Response {
    ([(header::CONTENT_TYPE, "application/schema+json")], scoring::CRITERIA_SET_SCHEMA).into_response()
}
