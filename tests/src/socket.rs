//! A client's WebSocket, message by message.

use std::net::SocketAddr;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Error, Message, http};
use tokio_tungstenite::{WebSocketStream, client_async_with_config};

use crate::App;

/// How long a message may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// A WebSocket to `/graphql/ws`.
#[derive(Debug)]
pub struct Socket(WebSocketStream<TcpStream>);

impl Socket {
    /// Opens a socket, with more headers.
    ///
    /// # Errors
    /// With the answer's status, when the server does not open it.
    pub async fn try_open(
        address: SocketAddr,
        headers: &[(&'static str, &str)],
    ) -> Result<Self, http::StatusCode> {
        let mut request = format!("ws://{address}/graphql/ws").into_client_request().expect("a request");
        let protocol = ("Sec-WebSocket-Protocol", "graphql-transport-ws");
        for (name, value) in [protocol].iter().chain(headers) {
            request.headers_mut().insert(*name, value.parse().expect("a header"));
        }
        let config = WebSocketConfig::default().read_buffer_size(1024).write_buffer_size(0);
        let stream = TcpStream::connect(address).await.expect("a connection");
        match client_async_with_config(request, stream, Some(config)).await {
            Ok((socket, _)) => Ok(Self(socket)),
            Err(Error::Http(answer)) => Err(answer.status()),
            Err(error) => panic!("{error}"),
        }
    }

    /// Opens a socket.
    pub async fn open(address: SocketAddr) -> Self {
        Self::try_open(address, &[]).await.expect("it opens")
    }

    /// Opens a socket and initialises it.
    pub async fn ready(address: SocketAddr) -> Self {
        let mut socket = Self::open(address).await;
        socket.say(json!({"type": "connection_init"})).await;
        assert_eq!(socket.hear().await, json!({"type": "connection_ack"}));
        socket
    }

    /// Opens a socket as the administrator of an application, and initialises it.
    pub async fn ready_as(app: &App, address: SocketAddr) -> Self {
        let authorization = app.authorization();
        let socket = Self::try_open(address, &[("Authorization", authorization.as_str())]).await;
        let mut socket = socket.expect("it opens");
        socket.say(json!({"type": "connection_init"})).await;
        assert_eq!(socket.hear().await, json!({"type": "connection_ack"}));
        socket
    }

    /// Sends a message.
    pub async fn say(&mut self, message: Value) {
        self.send(Message::text(message.to_string())).await;
    }

    /// Sends anything.
    pub async fn send(&mut self, message: Message) {
        self.0.send(message).await.expect("it is sent");
    }

    /// Starts an operation.
    pub async fn subscribe(&mut self, id: &str, query: &str) {
        self.say(json!({"id": id, "type": "subscribe", "payload": {"query": query}})).await;
    }

    /// The next message.
    pub async fn hear(&mut self) -> Value {
        match self.next().await {
            Some(Ok(Message::Text(text))) => serde_json::from_str(&text).expect("JSON"),
            other => panic!("{other:?}"),
        }
    }

    /// Nothing comes for a moment but pings, which are answered.
    pub async fn hear_nothing(&mut self) {
        let heard = tokio::time::timeout(Duration::from_millis(200), self.next()).await;
        assert!(heard.is_err(), "{heard:?}");
    }

    /// The code with which the server closes, after whatever else it sends; `None`: without one.
    pub async fn closed(&mut self) -> Option<u16> {
        loop {
            match self.next().await {
                Some(Ok(Message::Close(frame))) => return frame.map(|frame| frame.code.into()),
                Some(Ok(_)) => {}
                None | Some(Err(_)) => return None,
            }
        }
    }

    async fn next(&mut self) -> Option<Result<Message, Error>> {
        loop {
            let next = tokio::time::timeout(PATIENCE, self.0.next()).await.expect("in time");
            if !matches!(next, Some(Ok(Message::Ping(_)))) {
                return next;
            }
        }
    }
}
