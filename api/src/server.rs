//! HTTP: `/graphql` (POST, and graphql-transport-ws), GraphiQL, health; every refusal a GraphQL error with
//! a code.

use std::net::SocketAddr;
use std::time::Duration;

use async_graphql::http::{ALL_WEBSOCKET_PROTOCOLS, GraphiQLSource};
use async_graphql::{Data, Request as GraphQLRequest, Response as GraphQLResponse, ServerError};
use async_graphql_axum::{GraphQLProtocol, GraphQLWebSocket};
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::{ConnectInfo, DefaultBodyLimit, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use sea_orm::DatabaseConnection;
use serde_json::json;

use crate::graphql::{Schema, Viewer};

/// The largest request body.
const MOST_BODY: usize = 1024 * 1024;
/// How long a WebSocket may be silent.
const KEEP_ALIVE: Duration = Duration::from_secs(60);
/// How long the readiness check waits for the database.
const READY_WITHIN: Duration = Duration::from_secs(2);

/// What the handlers share.
#[derive(Clone)]
struct Shared {
    schema: Schema,
    database: DatabaseConnection,
}

/// The routes. Serve them with connect info, so that the viewer's address is known.
pub fn router(schema: Schema, database: DatabaseConnection) -> Router {
    Router::new()
        .route("/", get(|| async { Redirect::temporary("/graphiql") }))
        .route("/graphiql", get(graphiql))
        .route("/graphql", post(graphql))
        .route("/graphql/ws", get(websocket))
        .route("/health/live", get(|| async { Json(json!({"status": "live"})) }))
        .route("/health/ready", get(ready))
        .layer(DefaultBodyLimit::max(MOST_BODY))
        .with_state(Shared { schema, database })
}

async fn graphiql() -> Html<String> {
    let page = GraphiQLSource::build()
        .endpoint("/graphql")
        .subscription_endpoint("/graphql/ws")
        .title("Bảng điểm cải cách – GraphiQL");
    Html(page.finish())
}

async fn graphql(
    State(shared): State<Shared>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    // A browser sends this type to another site only after asking that site, which no page of ours allows.
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    if !content_type.is_some_and(|media| media.trim().starts_with("application/json")) {
        let message = "Send the request with `Content-Type: application/json`.";
        return refused(StatusCode::UNSUPPORTED_MEDIA_TYPE, "UNSUPPORTED_MEDIA_TYPE", message);
    }
    let body = match body {
        Ok(body) => body,
        Err(rejection) if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE => {
            let message = format!("The body may have at most {MOST_BODY} bytes.");
            return refused(StatusCode::PAYLOAD_TOO_LARGE, "PAYLOAD_TOO_LARGE", &message);
        }
        Err(_) => return refused(StatusCode::BAD_REQUEST, "BAD_REQUEST", "The body could not be read."),
    };
    let Ok(request) = serde_json::from_slice::<GraphQLRequest>(&body) else {
        let message = "The body must be one JSON object with `query`, and `variables` if it has any.";
        return refused(StatusCode::BAD_REQUEST, "BAD_REQUEST", message);
    };
    let request = request.data(Viewer::connected_from(peer));
    Json(shared.schema.execute(request).await).into_response()
}

fn refused(status: StatusCode, code: &str, message: &str) -> Response {
    let mut error = ServerError::new(message, None);
    error.extensions.get_or_insert_with(Default::default).set("code", code);
    (status, Json(GraphQLResponse::from_errors(vec![error]))).into_response()
}

async fn websocket(
    State(shared): State<Shared>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    protocol: GraphQLProtocol,
    upgrade: WebSocketUpgrade,
) -> Response {
    if !is_same_origin(&headers) {
        return refused(StatusCode::FORBIDDEN, "FORBIDDEN", "Other sites may not open connections here.");
    }
    let upgrade = upgrade.protocols(ALL_WEBSOCKET_PROTOCOLS).max_message_size(MOST_BODY);
    upgrade.on_upgrade(move |socket| async move {
        let mut data = Data::default();
        data.insert(Viewer::connected_from(peer));
        let connection = GraphQLWebSocket::new(socket, shared.schema, protocol).with_data(data);
        connection.keepalive_timeout(KEEP_ALIVE).serve().await;
    })
}

/// Browsers let any page open a WebSocket anywhere and only say which page it is: it must be ours.
/// Programs send no origin.
fn is_same_origin(headers: &HeaderMap) -> bool {
    let Some(origin) = headers.get(header::ORIGIN) else {
        return true;
    };
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let origin = origin.to_str().ok().and_then(|origin| origin.split_once("://"));
    origin.zip(host).is_some_and(|((_, origin), host)| origin == host)
}

/// Ready when the database answers.
async fn ready(State(shared): State<Shared>) -> Response {
    match tokio::time::timeout(READY_WITHIN, shared.database.ping()).await {
        Ok(Ok(())) => Json(json!({"status": "ready"})).into_response(),
        _ => (StatusCode::SERVICE_UNAVAILABLE, Json(json!({"status": "not ready"}))).into_response(),
    }
}
