//! The request's id, the log, and what is written out at the end.

use std::process::Stdio;

use entity::audit_event;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::json;
use tests::{App, Kind, Store, on_both};

use super::super::process::{Running, on};
use super::{ask, get, send};

const BUILD: &str =
    r#"mutation { requestBuild(input: { period: "1022-H1", reason: "x" }) { errors { code } } }"#;

/// The token that the first start prints.
fn token_in(lines: &[String]) -> &str {
    let token = lines.iter().find_map(|line| line.split_whitespace().find(|word| word.starts_with("rfm_")));
    token.unwrap_or_else(|| panic!("{lines:?}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_has_an_id_of_its_own() {
    let app = App::sample(Kind::Sqlite).await;
    let address = app.serve(reform_api::server::Settings::default()).await;
    let answers = [
        get(address, "/graphiql").await,
        get(address, "/nowhere").await,
        get(address, "/graphql/ws").await,
        get(address, "/health/live").await,
        get(address, "/sign-in").await,
        ask(address, &[], "{").await,
        ask(address, &[("X-Request-Id", "mine")], "{ __typename }").await,
        ask(address, &[("Authorization", "Bearer x")], "{ __typename }").await,
        send(address, &[], &json!([])).await,
    ];
    let ids: std::collections::BTreeSet<_> =
        answers.iter().map(|answer| answer.header("x-request-id").expect("an id")).collect();
    assert_eq!(ids.len(), answers.len());
    assert!(ids.iter().all(|id| id.len() == 36), "{ids:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_has_a_line_for_each_request_and_no_secret() {
    let store = Store::sample(Kind::Sqlite).await;
    let mut command = on("reform-api", &store);
    command.env("LISTEN", "127.0.0.1:0").env("RUST_LOG", "reform_api=debug").stderr(Stdio::piped());
    let mut server = Running::start(&mut command);
    let (lines, address) = server.until_served();
    let token = token_in(&lines);
    let bearer = format!("Bearer {token}");
    let asked = ask(address, &[("Authorization", &bearer)], "{ __typename secretWord: __typename }").await;
    let id = asked.header("x-request-id").expect("an id");
    get(address, "/sign-in?link=secretLink").await;
    server.signal("TERM");
    server.ended();
    let log = server.errors();
    let line = log.lines().find(|line| line.contains(id)).unwrap_or_else(|| panic!("{log}"));
    for part in ["POST", "/graphql", "200", "127.0.0.1", "administrator"] {
        assert!(line.contains(part), "{part} in {line}");
    }
    assert!(log.contains("/sign-in"), "{log}");
    for secret in [token, "secretWord", "secretLink"] {
        assert!(!log.contains(secret), "{secret} in {log}");
    }
}

on_both! {
    async fn no_counted_refusal_is_lost_at_the_end(kind) {
        let store = Store::sample(kind).await;
        let mut server = Running::serve(&store, &[]);
        let (lines, address) = server.until_served();
        let bearer = format!("Bearer {}", token_in(&lines));
        for _ in 0..3 {
            let answer = ask(address, &[("Authorization", &bearer)], BUILD).await;
            assert_eq!(answer.json["data"]["requestBuild"]["errors"][0]["code"], "UNKNOWN_PERIOD", "{}", answer.json);
        }
        server.signal("TERM");
        assert_eq!(server.ended().code(), Some(0));
        let database = store.connect().await;
        let refused = audit_event::Entity::find()
            .filter(audit_event::Column::Outcome.eq(audit_event::Outcome::Refused))
            .all(&database)
            .await
            .expect("events");
        assert_eq!(refused.len(), 2, "{refused:?}");
        let why = refused[1].detail.as_deref().unwrap_or_default();
        assert!(why.starts_with("2 more"), "{why}");
    }
}
