//! Over a WebSocket, who asks is looked up anew for every operation, and a subscription ends with the rights.

use std::net::SocketAddr;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tests::{App, on_both};
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{Error, Message, http};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use super::PASSWORD;

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

async fn serve(app: &App) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let service = app.router().into_make_service_with_connect_info::<SocketAddr>();
    tokio::spawn(async move { axum::serve(listener, service).await });
    address
}

fn opening(address: SocketAddr, header: &'static str, value: &str) -> http::Request<()> {
    let mut request = format!("ws://{address}/graphql/ws").into_client_request().expect("a request");
    let headers = request.headers_mut();
    headers.insert("Sec-WebSocket-Protocol", http::HeaderValue::from_static("graphql-transport-ws"));
    headers.insert(header, value.parse().expect("a header"));
    request
}

async fn ask(socket: &mut Socket, id: &str, query: &str) {
    let message = json!({"id": id, "type": "subscribe", "payload": {"query": query}});
    socket.send(Message::text(message.to_string())).await.expect("it is sent");
}

async fn hear(socket: &mut Socket) -> Value {
    loop {
        let heard = tokio::time::timeout(Duration::from_secs(30), socket.next()).await.expect("in time");
        match heard.expect("the socket is open").expect("a message") {
            Message::Text(text) => {
                let message: Value = serde_json::from_str(&text).expect("JSON");
                if ["next", "error"].contains(&message["type"].as_str().unwrap_or_default()) {
                    return message["payload"].clone();
                }
            }
            other => panic!("{other:?}"),
        }
    }
}

async fn open(address: SocketAddr, header: &'static str, value: &str) -> Socket {
    let (mut socket, _) = connect_async(opening(address, header, value)).await.expect("a socket");
    let init = json!({"type": "connection_init"});
    socket.send(Message::text(init.to_string())).await.expect("it is sent");
    socket
}

const WHO: &str = "{ me { account { name } } }";

on_both! {
    async fn a_disabled_account_is_out_in_the_middle_of_a_connection(kind) {
        let app = App::sample(kind).await;
        let account = app.person("an", PASSWORD).await;
        app.ask(&format!(r#"mutation {{ grantRole(input: {{ account: "{account}", role: VIEWER }}) {{ errors {{ code }} }} }}"#)).await;
        let browser = app.sign_in("an", PASSWORD).await;
        let address = serve(&app).await;
        let mut socket = open(address, "cookie", browser.shows("cookie")).await;
        ask(&mut socket, "1", WHO).await;
        assert_eq!(hear(&mut socket).await["data"]["me"]["account"]["name"], "an");
        ask(&mut socket, "2", "mutation { signOut { signedOut } }").await;
        assert_eq!(hear(&mut socket).await[0]["extensions"]["code"], "FORBIDDEN", "no CSRF token");

        let build = app.ask("{ builds { nodes { id } } }").await["builds"]["nodes"][0]["id"].clone();
        ask(&mut socket, "3", &format!("subscription {{ buildProgress(id: {build}) {{ state }} }}")).await;
        assert_eq!(hear(&mut socket).await["data"]["buildProgress"]["state"], "QUEUED");
        app.ask(&format!(r#"mutation {{ changeAccount(input: {{ account: "{account}", state: DISABLED }}) {{ errors {{ code }} }} }}"#)).await;
        let last = hear(&mut socket).await;
        assert_eq!(last[0]["extensions"]["code"], "UNAUTHENTICATED", "{last}");
        ask(&mut socket, "4", WHO).await;
        assert_eq!(hear(&mut socket).await["data"]["me"], Value::Null);
    }

    async fn a_token_opens_a_socket_and_a_bad_one_does_not(kind) {
        let app = App::sample(kind).await;
        let address = serve(&app).await;
        let mut socket = open(address, "authorization", app.as_administrator().shows("authorization")).await;
        ask(&mut socket, "1", WHO).await;
        assert_eq!(hear(&mut socket).await["data"]["me"]["account"]["name"], "administrator");
        ask(&mut socket, "2", r#"mutation { signIn(input: { name: "an", password: "x" }) { csrfToken } }"#).await;
        assert_eq!(hear(&mut socket).await["errors"][0]["extensions"]["code"], "FORBIDDEN", "no cookie can be set");
        match connect_async(opening(address, "authorization", "Bearer rfm_0")).await {
            Err(Error::Http(response)) => assert_eq!(response.status(), 401),
            other => panic!("{other:?}"),
        }
    }
}
