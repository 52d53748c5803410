//! What every request passes first and every answer last, whatever becomes of it in between: who the client
//! is, the request's id, and a line in the log without anything that the client said but its method and path. Where
//! traces are sent, the request is a span, of which even the path is only told as the route that it took.

use std::net::SocketAddr;

use axum::extract::{ConnectInfo, MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use reform_worker::traces::{Span, TRACEPARENT};
use tokio::time::Instant;
use uuid::Uuid;

use super::Shared;
use super::client::Client;
use super::connections::OverTls;
use super::counted::{Counted, known};
use super::crowd::Who;
use super::replica::OnlyRead;
use crate::people::cookie::Way;

/// Tells the request's id, as logs and the audit log have it.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// For two years, browsers come back over https only.
const SECURED: HeaderValue = HeaderValue::from_static("max-age=63072000");

/// By what account a request was made; handlers leave it in their answer for the log.
#[derive(Clone, Debug)]
pub(super) struct By(pub(super) String);

/// Lets a request in, and its answer out.
pub(super) async fn enter(
    State(shared): State<Shared>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    mut request: Request,
    next: Next,
) -> Response {
    let began = Instant::now();
    let over_tls = request.extensions().get::<OverTls>().is_some();
    let (address, over_https) = shared.settings.proxies.client(peer.ip(), over_tls, request.headers());
    let client = Client { address, over_https, request_id: Uuid::now_v7() };
    request.extensions_mut().insert(client);
    let way = Way::of(request.headers(), &client);
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let route = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    let for_health = path.starts_with("/health/");
    let span = if for_health { Span::default() } else { begin(&method, route.as_deref(), request.headers()) };
    let admitted = if for_health { Ok(()) } else { shared.crowd.admit(Who::at(address)) };
    let mut answer = match admitted {
        Ok(()) => span.around(next.run(request)).await,
        Err(refusal) => refusal.into_response(),
    };
    let wrote = method == Method::POST && answer.extensions().get::<OnlyRead>().is_none();
    if let Some(replica) = shared.settings.replica.as_ref().filter(|_| wrote) {
        replica.mark(way, answer.headers_mut()).await;
    }
    let headers = answer.headers_mut();
    if let Ok(id) = HeaderValue::from_str(&client.request_id.to_string()) {
        headers.insert(REQUEST_ID, id);
    }
    if over_https {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, SECURED);
    }
    let by = answer.extensions().get::<By>().map_or("public", |by| &by.0);
    Counted::of_process().request(&method, route.as_deref(), answer.status(), began.elapsed());
    tell(&span, client.request_id, answer.status());
    let (status, ms) = (answer.status().as_u16(), began.elapsed().as_millis());
    let request_id = client.request_id;
    if for_health {
        tracing::debug!(%method, path, status, ms, %request_id, from = %address, "request");
    } else {
        tracing::info!(%method, path, status, ms, %request_id, from = %address, by, "request");
    }
    answer
}

/// The span of a request, by its method and the route that it took.
fn begin(method: &Method, route: Option<&str>, headers: &HeaderMap) -> Span {
    let parent = headers.get(TRACEPARENT).and_then(|parent| parent.to_str().ok());
    let name = || match (known(method), route) {
        (Some(method), Some(route)) => format!("{method} {route}").into(),
        (Some(method), None) => method.into(),
        (None, _) => "HTTP".into(),
    };
    let span = Span::of_request(name, parent);
    span.say("http.request.method", || known(method).unwrap_or("_OTHER"));
    if let Some(route) = route {
        span.say("http.route", || route.to_owned());
    }
    span
}

fn tell(span: &Span, request_id: Uuid, status: StatusCode) {
    span.say("reform.request_id", || request_id.to_string());
    span.say("http.response.status_code", || i64::from(status.as_u16()));
    if status.is_server_error() {
        span.fail();
    }
}
