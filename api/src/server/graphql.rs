//! `/graphql`: GraphQL over HTTP (<https://graphql.github.io/graphql-over-http/draft/>).

use std::net::SocketAddr;

use async_graphql::parser::types::OperationType;
use async_graphql::{Request as GraphQLRequest, Response as GraphQLResponse};
use axum::body::{Body, Bytes};
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use serde_json::json;
use tokio::time::timeout;

use super::operations::kind_of;
use super::{Limits, Media, Refusal, Shared, media, parameters};

/// Tells the request's id, as logs and the audit log have it.
pub(crate) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// The methods of the endpoint.
const METHODS: &str = "GET, HEAD, POST, OPTIONS";

/// Answers a query in the URL, or any operation but a subscription in a body.
pub(super) async fn graphql(
    State(shared): State<Shared>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    request: Request,
) -> Response {
    if request.method() == Method::OPTIONS {
        return (StatusCode::NO_CONTENT, [(header::ALLOW, METHODS)]).into_response();
    }
    let media = match Media::accepted(request.headers()) {
        Ok(media) => media,
        Err(refusal) => return refusal.into_response(),
    };
    match executed(&shared, peer, request).await {
        Ok(response) => {
            let status = match media {
                Media::GraphQLResponse if is_request_error(&response) => StatusCode::BAD_REQUEST,
                Media::GraphQLResponse | Media::Json => StatusCode::OK,
            };
            answer(media, status, response)
        }
        Err(refusal) => refusal.into_answer(media),
    }
}

async fn executed(shared: &Shared, peer: SocketAddr, request: Request) -> Result<GraphQLResponse, Refusal> {
    let caller = shared.caller(request.headers(), peer);
    let request = request_in(request, &shared.settings.limits).await?;
    let arrival = caller.arrive().await?;
    let request_id = HeaderValue::from_str(&arrival.viewer.request_id.to_string()).ok();
    let mut response = shared.operations.execute(caller.ask(request, arrival)).await?;
    if response.errors.is_empty() && response.data == async_graphql::Value::Null {
        // The library's answer to an operation of which every field is skipped.
        response.data = async_graphql::Value::Object(Default::default());
    }
    response.http_headers.extend(request_id.map(|id| (REQUEST_ID, id)));
    Ok(response)
}

async fn request_in(request: Request, limits: &Limits) -> Result<GraphQLRequest, Refusal> {
    match *request.method() {
        Method::GET | Method::HEAD => only_a_query(parameters::in_url(request.uri())?),
        Method::POST => {
            media::expect_json(request.headers())?;
            parameters::in_body(&whole(request.into_body(), limits).await?)
        }
        _ => Err(Refusal::method_not_allowed("Ask with POST, or a query with GET.", METHODS)),
    }
}

/// The body, in time and of a size.
async fn whole(body: Body, limits: &Limits) -> Result<Bytes, Refusal> {
    let bytes = limits.body_bytes;
    match timeout(limits.body_within, Limited::new(body, bytes).collect()).await {
        Ok(Ok(body)) => Ok(body.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => {
            let message = format!("The body may have at most {bytes} bytes.");
            Err(Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, "PAYLOAD_TOO_LARGE", message))
        }
        Ok(Err(_)) => Err(Refusal::bad_request("The body could not be read.")),
        Err(_) => {
            let message = "The body did not come in time.";
            let refusal = Refusal::new(StatusCode::REQUEST_TIMEOUT, "REQUEST_TIMEOUT", message);
            Err(refusal.with(header::CONNECTION, "close"))
        }
    }
}

/// A link or an image of another site can make a browser send GET, so GET changes nothing.
fn only_a_query(mut request: GraphQLRequest) -> Result<GraphQLRequest, Refusal> {
    match kind_of(&mut request) {
        None | Some(OperationType::Query) => Ok(request),
        Some(OperationType::Mutation) => {
            Err(Refusal::method_not_allowed("A mutation is sent with POST.", "POST, OPTIONS"))
        }
        Some(OperationType::Subscription) => {
            Err(Refusal::bad_request("Subscribe over WebSocket at /graphql/ws (graphql-transport-ws)."))
        }
    }
}

/// Whether the request failed before its execution began. An error of execution names the path of its field.
pub(super) fn is_request_error(response: &GraphQLResponse) -> bool {
    let nowhere = response.errors.iter().all(|error| error.path.is_empty());
    nowhere && !response.errors.is_empty() && response.data == async_graphql::Value::Null
}

/// A GraphQL response in HTTP. One whose execution never began has no `data`.
pub(super) fn answer(media: Media, status: StatusCode, response: GraphQLResponse) -> Response {
    let body = match is_request_error(&response) {
        true => serde_json::to_vec(&json!({ "errors": response.errors })),
        false => serde_json::to_vec(&response),
    };
    let Ok(body) = body else {
        tracing::error!("an answer could not be written");
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let mut answer = (status, body).into_response();
    let headers = answer.headers_mut();
    headers.insert(header::CONTENT_TYPE, media.header());
    headers.insert(header::VARY, HeaderValue::from_static("Accept"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.extend(response.http_headers);
    answer
}
