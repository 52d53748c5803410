//! `/graphql`: GraphQL over HTTP (<https://graphql.github.io/graphql-over-http/draft/>).

use async_graphql::parser::types::OperationType;
use async_graphql::{Request as GraphQLRequest, Response as GraphQLResponse};
use axum::Extension;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use serde_json::json;
use tokio::time::timeout;

use super::caller::Caller;
use super::client::Client;
use super::crowd::Who;
use super::door::By;
use super::operations::kind_of;
use super::replica::{OnlyRead, Replica};
use super::{Limits, Media, Refusal, Shared, media, parameters};
use crate::people::Arrival;

/// The methods of the endpoint.
const METHODS: &str = "GET, HEAD, POST, OPTIONS";

/// Answers a query in the URL, or any operation but a subscription in a body.
pub(super) async fn graphql(
    State(shared): State<Shared>,
    Extension(client): Extension<Client>,
    request: Request,
) -> Response {
    if request.method() == Method::OPTIONS {
        return (StatusCode::NO_CONTENT, [(header::ALLOW, METHODS)]).into_response();
    }
    let media = match Media::accepted(request.headers()) {
        Ok(media) => media,
        Err(refusal) => return refusal.into_response(),
    };
    match executed(&shared, client, request).await {
        Ok((response, by, only_reads)) => {
            let status = match media {
                Media::GraphQLResponse if is_request_error(&response) => status_of(&response),
                Media::GraphQLResponse | Media::Json => StatusCode::OK,
            };
            let mut answer = answer(media, status, response);
            answer.extensions_mut().insert(by);
            if only_reads {
                answer.extensions_mut().insert(OnlyRead);
            }
            answer
        }
        Err(refusal) => refusal.into_answer(media),
    }
}

/// The response, who asked, and whether it was only read.
async fn executed(
    shared: &Shared,
    client: Client,
    request: Request,
) -> Result<(GraphQLResponse, By, bool), Refusal> {
    let caller = Caller::new(shared, request.headers(), client);
    let headers = request.headers().clone();
    let mut request = request_in(request, shared).await?;
    let only_reads = kind_of(&mut request) == Some(OperationType::Query);
    let arrival = caller.arrive().await?;
    let (by, who) = (By(arrival.viewer.name().to_owned()), Who::is(&arrival.viewer));
    if let Who::Account(_) = who {
        shared.crowd.admit(who)?;
    }
    let asked = Asked { shared, who, caller: &caller, arrival };
    let replica = shared.settings.replica.as_ref().filter(|_| only_reads);
    let mut response = match replica {
        Some(replica) => asked.of_replica(replica, &headers, &client, request).await?,
        None => asked.of_primary(request).await?,
    };
    if response.errors.is_empty() && response.data == async_graphql::Value::Null {
        // The library's answer to an operation of which every field is skipped.
        response.data = async_graphql::Value::Object(Default::default());
    }
    Ok((response, by, only_reads))
}

/// Somebody's question, and where it may be asked.
struct Asked<'a> {
    shared: &'a Shared,
    who: Who,
    caller: &'a Caller,
    arrival: Arrival,
}

impl Asked<'_> {
    async fn of_primary(self, request: GraphQLRequest) -> Result<GraphQLResponse, Refusal> {
        self.shared.operations.execute(self.who, self.caller.ask(request, self.arrival)).await
    }

    /// From the replica, if it has what he wrote. A replica may go while it answers, or end a query that stands in the
    /// way of what it has to replay: then the primary is asked the same.
    async fn of_replica(
        self,
        replica: &Replica,
        headers: &HeaderMap,
        client: &Client,
        request: GraphQLRequest,
    ) -> Result<GraphQLResponse, Refusal> {
        let Some(database) = replica.for_reader(headers, client).await else {
            return self.of_primary(request).await;
        };
        let mut again = GraphQLRequest::new(request.query.clone()).variables(request.variables.clone());
        again.operation_name.clone_from(&request.operation_name);
        let asked = self.caller.ask(request.data(database), self.arrival.clone());
        let response = self.shared.operations.execute(self.who, asked).await?;
        if !has_code(&response, "INTERNAL") {
            return Ok(response);
        }
        tracing::warn!("the replica failed; the primary is asked the same");
        self.of_primary(again).await
    }
}

async fn request_in(request: Request, shared: &Shared) -> Result<GraphQLRequest, Refusal> {
    match *request.method() {
        Method::GET | Method::HEAD => only_a_query(parameters::in_url(request.uri(), &shared.persisted)?),
        Method::POST => {
            media::expect_json(request.headers())?;
            let body = whole(request.into_body(), &shared.settings.limits).await?;
            parameters::in_body(&body, &shared.persisted)
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

/// The status of a request that was not executed.
fn status_of(response: &GraphQLResponse) -> StatusCode {
    match () {
        () if has_code(response, "UNAUTHENTICATED") => StatusCode::UNAUTHORIZED,
        () if has_code(response, "FORBIDDEN") => StatusCode::FORBIDDEN,
        () => StatusCode::BAD_REQUEST,
    }
}

/// Whether one of the errors has this code.
fn has_code(response: &GraphQLResponse, code: &str) -> bool {
    let mut codes = response.errors.iter().filter_map(|error| error.extensions.as_ref()?.get("code"));
    codes.any(|told| *told == async_graphql::Value::from(code))
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
    if status == StatusCode::UNAUTHORIZED {
        headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    headers.extend(response.http_headers);
    answer
}
