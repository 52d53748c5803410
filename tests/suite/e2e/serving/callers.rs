//! What one caller may take, and that it is his alone.

use std::num::NonZeroU32;
use std::time::Duration;

use reform_api::server::{Limits, Proxies, Rate, Settings};
use reform_worker::database::begin_write;
use serde_json::json;
use tests::{App, Kind, Socket};

use super::{ask, get, send};

/// Behind a trusted proxy, so that a test can be several clients.
fn settings(limits: Limits) -> Settings {
    let proxies =
        Proxies { networks: vec!["127.0.0.1/32".parse().expect("a network")], ..Proxies::default() };
    Settings { limits, proxies, ..Settings::default() }
}

fn at(address: &str) -> [(&'static str, &str); 1] {
    [("X-Forwarded-For", address)]
}

fn three_at_once() -> Limits {
    let rate = Rate { per_second: NonZeroU32::MIN, burst: NonZeroU32::new(3).expect("not zero") };
    Limits { requests_per_caller: Some(rate), ..Limits::default() }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_asks_too_often_is_refused_and_told_when_to_come_back() {
    let app = App::sample(Kind::Sqlite).await;
    let address = app.serve(settings(three_at_once())).await;
    for _ in 0..3 {
        assert_eq!(ask(address, &at("203.0.113.9"), "{ __typename }").await.status, "200");
    }
    let refused = ask(address, &at("203.0.113.9"), "{ __typename }").await;
    assert_eq!((refused.status.as_str(), refused.code()), ("429", "RATE_LIMITED"));
    assert!(matches!(refused.header("retry-after"), Some("1" | "2")), "{}", refused.head);
    assert!(refused.header("x-request-id").is_some() && refused.header("x-frame-options").is_some());
    assert_eq!(ask(address, &at("203.0.113.10"), "{ __typename }").await.status, "200");
    for _ in 0..10 {
        assert_eq!(get(address, "/health/live").await.status, "200");
    }
    tokio::time::sleep(Duration::from_millis(1100)).await;
    assert_eq!(ask(address, &at("203.0.113.9"), "{ __typename }").await.status, "200");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_is_limited_wherever_it_is() {
    let app = App::sample(Kind::Sqlite).await;
    let token = app.people.token_from_terminal("administrator").await.expect("a look").expect("a token");
    let bearer = format!("Bearer {}", token.expose());
    let address = app.serve(settings(three_at_once())).await;
    for (host, status) in [(1, "200"), (2, "200"), (3, "200"), (4, "429")] {
        let from = format!("203.0.113.{host}");
        let headers = [("X-Forwarded-For", from.as_str()), ("Authorization", bearer.as_str())];
        let answer = send(address, &headers, &json!({ "query": "{ me { account { name } } }" })).await;
        assert_eq!(answer.status, status, "{host}: {}", answer.json);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn operations_on_a_socket_count_as_well() {
    let app = App::sample(Kind::Sqlite).await;
    let address = app.serve(three_at_once()).await;
    let mut socket = Socket::ready(address).await;
    for id in ["1", "2"] {
        socket.subscribe(id, "{ __typename }").await;
        assert_eq!(socket.hear().await["type"], "next");
        assert_eq!(socket.hear().await["type"], "complete");
    }
    socket.subscribe("3", "{ __typename }").await;
    assert_eq!(socket.hear().await["payload"][0]["extensions"]["code"], "RATE_LIMITED");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_caller_does_not_take_all_places() {
    let app = App::compiled(Kind::Sqlite).await;
    let limits = Limits { operations_per_caller: 1, ..Limits::default() };
    let address = app.serve(settings(limits)).await;
    let token = app.people.token_from_terminal("administrator").await.expect("a look").expect("a token");
    let bearer = format!("Bearer {}", token.expose());
    // What notes that the token was used does not wait then.
    assert_eq!(ask(address, &[("Authorization", &bearer)], "{ __typename }").await.status, "200");
    let held = begin_write(&app.database).await.expect("a transaction");
    let waiting = tokio::spawn({
        let bearer = bearer.clone();
        async move {
            let build =
                r#"mutation { requestBuild(input: { period: "2022-H1", reason: "x" }) { alreadyQueued } }"#;
            ask(address, &[("Authorization", &bearer)], build).await
        }
    });
    tokio::time::sleep(Duration::from_millis(500)).await;
    let refused = ask(address, &[("Authorization", &bearer)], "{ __typename }").await;
    assert_eq!((refused.status.as_str(), refused.code()), ("429", "TOO_MANY_OPERATIONS"));
    assert_eq!(ask(address, &[], "{ __typename }").await.status, "200", "the public at the same address");
    held.rollback().await.expect("it is let go");
    assert_eq!(waiting.await.expect("it ends").status, "200");
    assert_eq!(ask(address, &[("Authorization", &bearer)], "{ __typename }").await.status, "200");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_caller_has_so_many_sockets_and_subscriptions() {
    let app = App::sample(Kind::Sqlite).await;
    let data = app.ask("{ builds { nodes { id } } }").await;
    let query =
        format!("subscription {{ buildProgress(id: {}) {{ state }} }}", data["builds"]["nodes"][0]["id"]);
    let limits = Limits { sockets_per_caller: 2, subscriptions_per_caller: 2, ..Limits::default() };
    let address = app.serve(settings(limits)).await;
    let (mut first, mut second) =
        (Socket::ready_as(&app, address).await, Socket::ready_as(&app, address).await);
    let authorization = app.authorization();
    let shown = [("Authorization", authorization.as_str())];
    assert_eq!(Socket::try_open(address, &shown).await.err().map(|status| status.as_u16()), Some(429));
    assert!(Socket::try_open(address, &at("203.0.113.9")).await.is_ok());
    for (socket, id) in [(&mut first, "1"), (&mut second, "1")] {
        socket.subscribe(id, &query).await;
        assert_eq!(socket.hear().await["type"], "next");
    }
    first.subscribe("2", &query).await;
    assert_eq!(first.hear().await["payload"][0]["extensions"]["code"], "TOO_MANY_OPERATIONS");
    second.say(json!({"type": "complete", "id": "1"})).await;
    second.hear_nothing().await;
    first.subscribe("2", &query).await;
    assert_eq!(first.hear().await["type"], "next");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_address_has_so_many_connections() {
    let app = App::sample(Kind::Sqlite).await;
    let limits = Limits { connections_per_caller: 2, ..Limits::default() };
    let address = app.serve(limits).await;
    let (first, _second) = (Socket::ready(address).await, Socket::ready(address).await);
    assert_eq!(tests::http(address, "GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n").await, "");
    drop(first);
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(get(address, "/health/live").await.status, "200");
}
