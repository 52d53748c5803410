//! graphql-transport-ws message by message: what is answered, and with which code a socket is closed.

use std::time::Duration;

use reform_api::server::Limits;
use serde_json::{Value, json};
use tests::{App, Kind, Socket, on_both};
use tokio_tungstenite::tungstenite::Message;

/// Something that runs until it is stopped: the first build, which nobody compiles.
async fn endless(app: &App) -> String {
    let data = app.ask("{ builds { nodes { id } } }").await;
    format!("subscription {{ buildProgress(id: {}) {{ state }} }}", data["builds"]["nodes"][0]["id"])
}

fn next(id: &str, data: Value) -> Value {
    json!({"type": "next", "id": id, "payload": {"data": data}})
}

#[tokio::test(flavor = "multi_thread")]
async fn only_our_own_page_and_programs_may_open_a_socket() {
    let app = App::sample(Kind::Sqlite).await;
    let address = app.serve(Limits::default()).await;
    let own = format!("http://{address}");
    let rows = [
        (("Origin", own.as_str()), None),
        (("Origin", "https://elsewhere.example"), Some(403)),
        (("Origin", "null"), Some(403)),
        (("Sec-WebSocket-Protocol", "graphql-ws"), Some(400)),
        (("Sec-WebSocket-Protocol", "chat, graphql-transport-ws"), None),
        (("Upgrade", "h2c"), Some(426)),
    ];
    for (header, refused) in rows {
        let opened = Socket::try_open(address, &[header]).await;
        assert_eq!(opened.err().map(|status| status.as_u16()), refused, "{header:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_breaks_the_protocol_closes_the_socket_with_its_code() {
    let app = App::sample(Kind::Sqlite).await;
    let address = app.serve(Limits { body_bytes: 10_000, ..Limits::default() }).await;
    let endless = endless(&app).await;
    let text = |message: Value| Message::text(message.to_string());
    let subscribe = || text(json!({"type": "subscribe", "id": "1", "payload": {"query": &endless}}));
    let init = || text(json!({"type": "connection_init"}));
    let rows = [
        (vec![Message::text("nonsense")], 4400),
        (vec![Message::text("[]")], 4400),
        (vec![Message::binary(r#"{"type":"connection_init"}"#)], 4400),
        (vec![text(json!({"type": "start"}))], 4400),
        (vec![text(json!({"type": 1}))], 4400),
        (vec![text(json!({"type": "connection_init", "payload": "text"}))], 4400),
        (vec![init(), text(json!({"type": "subscribe", "payload": {"query": "{ __typename }"}}))], 4400),
        (vec![init(), text(json!({"type": "subscribe", "id": "", "payload": {"query": "x"}}))], 4400),
        (vec![init(), text(json!({"type": "subscribe", "id": "1", "payload": {}}))], 4400),
        (vec![init(), text(json!({"type": "complete"}))], 4400),
        (vec![subscribe()], 4401),
        (vec![init(), subscribe(), subscribe()], 4409),
        (vec![init(), init()], 4429),
        // The handshake shows another token.
        (vec![text(json!({"type": "connection_init", "payload": {"authorization": "Bearer x"}}))], 4400),
        (vec![init(), Message::text(" ".repeat(20_000))], 1009),
    ];
    for (messages, code) in rows {
        let authorization = app.authorization();
        let opened = Socket::try_open(address, &[("Authorization", authorization.as_str())]).await;
        let mut socket = opened.expect("it opens");
        let about = format!("{messages:?}").chars().take(200).collect::<String>();
        for message in messages {
            socket.send(message).await;
        }
        assert_eq!(socket.closed().await, Some(code), "{about}");
    }
}

on_both! {
    async fn a_token_may_come_with_connection_init(kind) {
        let app = App::sample(kind).await;
        let address = app.serve(Limits::default()).await;
        let query = "{ me { account { name } } }";
        let build = r#"mutation { requestBuild(input: { period: "2022-H1", reason: "x" }) { alreadyQueued } }"#;
        for key in ["authorization", "Authorization"] {
            let mut socket = Socket::open(address).await;
            socket.say(json!({"type": "connection_init", "payload": {key: app.authorization(), "more": 1}})).await;
            assert_eq!(socket.hear().await, json!({"type": "connection_ack"}));
            socket.subscribe("q", query).await;
            assert_eq!(socket.hear().await, next("q", json!({"me": {"account": {"name": "administrator"}}})));
            assert_eq!(socket.hear().await["type"], "complete");
            socket.subscribe("m", build).await;
            assert_eq!(socket.hear().await, next("m", json!({"requestBuild": {"alreadyQueued": true}})));
        }
        for (authorization, code) in [
            (json!("Bearer rfm_nobodys"), 4403),
            (json!("Basic YTpi"), 4403),
            (json!(""), 4403),
            (json!("Bearer a\nb"), 4400),
            (json!(1), 4400),
            (json!({"authorization": app.authorization()}), 4400),
        ] {
            let mut socket = Socket::open(address).await;
            socket.say(json!({"type": "connection_init", "payload": {"authorization": authorization}})).await;
            assert_eq!(socket.closed().await, Some(code), "{authorization}");
        }
        let mut socket = Socket::open(address).await;
        socket.say(json!({"type": "connection_init", "payload": {"authorization": null}})).await;
        assert_eq!(socket.hear().await, json!({"type": "connection_ack"}));
        socket.subscribe("q", query).await;
        assert_eq!(socket.hear().await, next("q", json!({"me": null})));
    }

    async fn queries_mutations_and_refusals_are_answered(kind) {
        let app = App::sample(kind).await;
        let address = app.serve(Limits::default()).await;
        let mut socket = Socket::ready_as(&app, address).await;
        socket.subscribe("q", "{ __typename }").await;
        assert_eq!(socket.hear().await, next("q", json!({"__typename": "Query"})));
        assert_eq!(socket.hear().await, json!({"type": "complete", "id": "q"}));

        let build = r#"mutation { requestBuild(input: { period: "2022-H1", reason: "x" }) { alreadyQueued } }"#;
        socket.subscribe("m", build).await;
        assert_eq!(socket.hear().await, next("m", json!({"requestBuild": {"alreadyQueued": true}})));
        assert_eq!(socket.hear().await["type"], "complete");

        let unknown = r#"subscription { buildProgress(id: "Build:01890000-0000-7000-8000-000000000000") { state } }"#;
        let rows = [("{ nothing }", "GRAPHQL_VALIDATION_FAILED"), ("{", "GRAPHQL_PARSE_FAILED"), ("", "GRAPHQL_PARSE_FAILED")];
        for (query, code) in rows {
            socket.subscribe("e", query).await;
            let error = socket.hear().await;
            assert_eq!((&error["type"], &error["id"]), (&"error".into(), &"e".into()), "{error}");
            assert_eq!(error["payload"][0]["extensions"]["code"], code, "{error}");
        }
        socket.subscribe("u", unknown).await;
        let refused = socket.hear().await;
        assert_eq!(refused["payload"]["errors"][0]["extensions"]["code"], "NOT_FOUND", "{refused}");
        assert_eq!(socket.hear().await, json!({"type": "complete", "id": "u"}));
        let wrong = json!({"query": "{ __typename }", "variables": 1});
        socket.say(json!({"type": "subscribe", "id": "v", "payload": wrong})).await;
        let refused = socket.hear().await;
        assert_eq!((&refused["type"], &refused["id"]), (&"error".into(), &"v".into()), "{refused}");
        socket.hear_nothing().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operation_ends_without_an_answer_and_its_id_may_be_used_again() {
    let app = App::sample(Kind::Sqlite).await;
    let address = app.serve(Limits { operations_per_socket: 2, ..Limits::default() }).await;
    let endless = endless(&app).await;
    let mut socket = Socket::ready_as(&app, address).await;
    socket.say(json!({"type": "ping", "payload": {"a": 1}})).await;
    assert_eq!(socket.hear().await, json!({"type": "pong", "payload": {"a": 1}}));
    socket.say(json!({"type": "pong"})).await;
    for _ in 0..3 {
        socket.subscribe("1", &endless).await;
        assert_eq!(socket.hear().await, next("1", json!({"buildProgress": {"state": "QUEUED"}})));
        socket.say(json!({"type": "complete", "id": "1"})).await;
        socket.say(json!({"type": "complete", "id": "unknown"})).await;
        socket.hear_nothing().await;
    }
    for id in ["1", "2"] {
        socket.subscribe(id, &endless).await;
        assert_eq!(socket.hear().await["type"], "next");
    }
    socket.subscribe("3", &endless).await;
    let refused = socket.hear().await;
    assert_eq!((&refused["type"], &refused["id"]), (&"error".into(), &"3".into()));
    assert_eq!(refused["payload"][0]["extensions"]["code"], "TOO_MANY_OPERATIONS");
}

#[tokio::test(flavor = "multi_thread")]
async fn silent_and_idle_sockets_are_closed() {
    let app = App::sample(Kind::Sqlite).await;
    let limits = Limits {
        init_within: Duration::from_millis(300),
        ping_every: Duration::from_millis(200),
        socket_idle: Duration::from_millis(500),
        ..Limits::default()
    };
    let address = app.serve(limits).await;
    let endless = endless(&app).await;
    assert_eq!(Socket::open(address).await.closed().await, Some(4408));
    assert_eq!(Socket::ready_as(&app, address).await.closed().await, Some(1000));
    let mut busy = Socket::ready_as(&app, address).await;
    busy.subscribe("1", &endless).await;
    busy.hear().await;
    // Who does not read does not answer pings either.
    let mut dead = Socket::ready_as(&app, address).await;
    for _ in 0..8 {
        busy.hear_nothing().await;
    }
    assert_eq!(dead.closed().await, None);
    busy.say(json!({"type": "complete", "id": "1"})).await;
    assert_eq!(busy.closed().await, Some(1000));
}
