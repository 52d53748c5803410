//! `/graphql/ws`: queries, mutations and subscriptions over a WebSocket, as graphql-transport-ws says
//! (<https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md>).
//!
//! The library's own implementation closes with other codes than the protocol's, lets an id be used twice,
//! sends refused requests as results, answers a client's `complete` with its own, and cuts who only listens.
//! So the protocol is spoken here, and the library executes.

mod message;
mod session;

use axum::Extension;
use axum::extract::State;
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};

use self::session::Session;
use super::caller::Caller;
use super::client::Client;
use super::connections::Connection;
use super::crowd::{Who, too_many_at_once};
use super::origins::may_open_socket;
use super::{Refusal, Shared};

/// The protocol's name.
const PROTOCOL: &str = "graphql-transport-ws";
/// What a socket reads at once: there may be thousands, and most are idle.
const READ_BYTES: usize = 4 * 1024;

/// Opens a WebSocket.
pub(super) async fn open(
    State(shared): State<Shared>,
    Extension(client): Extension<Client>,
    connection: Option<Extension<Connection>>,
    headers: HeaderMap,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Response {
    if !may_open_socket(&headers, &client, &shared.settings.origins) {
        let message = "Other sites may not open connections here.";
        return Refusal::new(StatusCode::FORBIDDEN, "FORBIDDEN", message).into_response();
    }
    let Ok(upgrade) = upgrade else {
        let message = "Open a WebSocket here, with the protocol graphql-transport-ws.";
        let refusal = Refusal::new(StatusCode::UPGRADE_REQUIRED, "UPGRADE_REQUIRED", message);
        return refusal.with(header::UPGRADE, "websocket").into_response();
    };
    let upgrade = upgrade.protocols([PROTOCOL]);
    if upgrade.selected_protocol().is_none() {
        let message = "The WebSocket must offer the protocol graphql-transport-ws.";
        let refusal = Refusal::new(StatusCode::BAD_REQUEST, "PROTOCOL_NOT_SUPPORTED", message);
        return refusal.with(HeaderName::from_static("sec-websocket-protocol"), PROTOCOL).into_response();
    }
    let Some(own) = shared.crowd.sockets.take(Who::at(client.address)) else {
        return too_many_at_once().into_response();
    };
    let Ok(place) = shared.sockets.clone().try_acquire_owned() else {
        let message = "Quá nhiều kết nối; hãy thử lại sau. / Too many connections; try again later.";
        return Refusal::new(StatusCode::SERVICE_UNAVAILABLE, "OVERLOADED", message).into_response();
    };
    let caller = Caller::new(&shared, &headers, client);
    if let Err(refusal) = caller.arrive().await {
        return refusal.into_response();
    }
    let most = shared.settings.limits.body_bytes;
    let upgrade = upgrade.max_message_size(most).max_frame_size(most).read_buffer_size(READ_BYTES);
    upgrade.on_upgrade(move |socket| async move {
        let connection = connection.map(|Extension(connection)| connection);
        Session::new(shared, caller).run(socket, connection).await;
        drop((place, own));
    })
}
