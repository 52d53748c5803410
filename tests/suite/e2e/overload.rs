//! More is asked than can be done: what takes too long and what is too much is refused with a code, changes
//! nothing, and leaves the server as it was.

use std::net::SocketAddr;
use std::time::Duration;

use entity::build;
use reform_api::server::Limits;
use reform_worker::database::begin_write;
use sea_orm::{ConnectionTrait, DatabaseTransaction, EntityTrait, PaginatorTrait};
use serde_json::{Value, json};
use tests::{App, Kind, Socket, http, on_both};

const BUILD: &str = r#"mutation { requestBuild(input: { period: "2022-H1", agencies: ["KKT"], reason: "x" }) { alreadyQueued } }"#;

/// Holds up whoever wants to write a build.
async fn hold_builds(app: &App, kind: Kind) -> DatabaseTransaction {
    let transaction = begin_write(&app.database).await.expect("a transaction");
    if kind == Kind::Postgres {
        transaction.execute_unprepared("LOCK TABLE build IN EXCLUSIVE MODE").await.expect("a lock");
    }
    transaction
}

/// The status and the first error's code of an answer, and the answer.
async fn post(address: SocketAddr, authorization: &str, query: &str) -> (String, Value, String) {
    let body = json!({ "query": query }).to_string();
    let length = body.len();
    let head =
        "POST /graphql HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json";
    let answer = http(
        address,
        &format!("{head}\r\nAuthorization: {authorization}\r\nContent-Length: {length}\r\n\r\n{body}"),
    )
    .await;
    let json = answer.split_once("\r\n\r\n").map(|(_, body)| serde_json::from_str::<Value>(body));
    let code = json.expect("a body").expect("JSON")["errors"][0]["extensions"]["code"].clone();
    (answer[9..12].to_owned(), code, answer)
}

on_both! {
    async fn a_mutation_that_takes_too_long_is_cut_and_has_no_effect(kind) {
        let app = App::compiled(kind).await;
        let before = build::Entity::find().count(&app.database).await.expect("count");
        let address = app.serve(Limits { operation_within: Duration::from_millis(500), ..Limits::default() }).await;
        let held = hold_builds(&app, kind).await;
        let (status, code, _) = post(address, &app.authorization(), BUILD).await;
        assert_eq!((status.as_str(), code), ("504", json!("TIMEOUT")));
        let mut socket = Socket::ready_as(&app, address).await;
        socket.subscribe("m", BUILD).await;
        let refused = socket.hear().await;
        assert_eq!((&refused["type"], &refused["payload"][0]["extensions"]["code"]), (&json!("error"), &json!("TIMEOUT")));
        held.rollback().await.expect("it is let go");
        assert_eq!(build::Entity::find().count(&app.database).await.expect("count"), before);
        let (status, code, answer) = post(address, &app.authorization(), BUILD).await;
        assert_eq!((status.as_str(), code), ("200", Value::Null), "{answer}");
        assert_eq!(build::Entity::find().count(&app.database).await.expect("count"), before + 1);
    }

    async fn more_operations_than_places_are_refused_until_one_is_free(kind) {
        let app = App::compiled(kind).await;
        let address = app.serve(Limits { operations: 1, ..Limits::default() }).await;
        let held = hold_builds(&app, kind).await;
        let authorization = app.authorization();
        let waiting = tokio::spawn(async move { post(address, &authorization, BUILD).await });
        tokio::time::sleep(Duration::from_millis(500)).await;
        let (status, code, answer) = post(address, &app.authorization(), "{ __typename }").await;
        assert_eq!((status.as_str(), code), ("503", json!("OVERLOADED")));
        assert!(answer.contains("retry-after: 1"), "{answer}");
        held.rollback().await.expect("it is let go");
        assert_eq!(waiting.await.expect("it ends").0, "200");
        assert_eq!(post(address, &app.authorization(), "{ __typename }").await.0, "200");
    }

    async fn more_subscriptions_than_places_are_refused_until_one_is_free(kind) {
        let app = App::sample(kind).await;
        let address = app.serve(Limits { subscriptions: 1, ..Limits::default() }).await;
        let data = app.ask("{ builds { nodes { id } } }").await;
        let query = format!("subscription {{ buildProgress(id: {}) {{ state }} }}", data["builds"]["nodes"][0]["id"]);
        let (mut first, mut second) = (Socket::ready_as(&app, address).await, Socket::ready_as(&app, address).await);
        first.subscribe("1", &query).await;
        assert_eq!(first.hear().await["type"], "next");
        second.subscribe("1", &query).await;
        let refused = second.hear().await;
        assert_eq!(refused["payload"][0]["extensions"]["code"], "OVERLOADED", "{refused}");
        first.say(json!({"type": "complete", "id": "1"})).await;
        first.hear_nothing().await;
        second.subscribe("1", &query).await;
        assert_eq!(second.hear().await["type"], "next");
    }
}
