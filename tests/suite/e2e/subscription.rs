//! `buildProgress` over graphql-transport-ws, with a real socket.

use std::net::SocketAddr;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use reform_api::server::Limits;
use serde_json::{Value, json};
use tests::{App, on_both};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{Error, Message, http};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

fn opening(address: SocketAddr, origin: &str) -> http::Request<()> {
    let mut request = format!("ws://{address}/graphql/ws").into_client_request().expect("a request");
    let headers = request.headers_mut();
    headers.insert("Sec-WebSocket-Protocol", http::HeaderValue::from_static("graphql-transport-ws"));
    headers.insert("Origin", origin.parse().expect("a header"));
    request
}

async fn hear(socket: &mut Socket) -> Value {
    let heard = tokio::time::timeout(Duration::from_secs(20), socket.next()).await.expect("in time");
    match heard.expect("the socket is open").expect("a message") {
        Message::Text(text) => serde_json::from_str(&text).expect("JSON"),
        other => panic!("{other:?}"),
    }
}

async fn say(socket: &mut Socket, message: Value) {
    socket.send(Message::text(message.to_string())).await.expect("it is sent");
}

on_both! {
    async fn a_build_is_watched_to_its_end(kind) {
        let app = App::sample(kind).await;
        let address = app.serve(Limits::default()).await;
        let data = app.ask("{ builds { nodes { id } } }").await;
        let build = &data["builds"]["nodes"][0]["id"];
        let (mut socket, _) =
            connect_async(opening(address, &format!("http://{address}"))).await.expect("a socket");
        say(&mut socket, json!({"type": "connection_init"})).await;
        assert_eq!(hear(&mut socket).await["type"], "connection_ack");
        let query = format!("subscription {{ buildProgress(id: {build}) {{ state partsEnded partsTotal cardsWritten }} }}");
        say(&mut socket, json!({"id": "1", "type": "subscribe", "payload": {"query": query}})).await;
        let first = hear(&mut socket).await;
        assert_eq!(first["payload"]["data"]["buildProgress"]["state"], "QUEUED", "{first}");
        let worker = app.start_worker();
        let mut last = first;
        loop {
            let message = hear(&mut socket).await;
            if message["type"] == "complete" {
                break;
            }
            assert_eq!(message["type"], "next", "{message}");
            last = message;
        }
        let end = &last["payload"]["data"]["buildProgress"];
        assert_eq!(*end, json!({"state": "SUCCEEDED", "partsEnded": 2, "partsTotal": 2, "cardsWritten": 12}));
        worker.stop().await;
    }

    async fn another_site_may_not_open_a_socket(kind) {
        let app = App::sample(kind).await;
        let address = app.serve(Limits::default()).await;
        match connect_async(opening(address, "https://elsewhere.example")).await {
            Err(Error::Http(response)) => assert_eq!(response.status(), 403),
            other => panic!("{other:?}"),
        }
    }
}
