//! What is refused goes on record, bounded.

use std::time::Duration;

use entity::audit_event::{Outcome, Via};
use reform_api::server::Settings;
use reform_worker::Clock;
use reform_worker::audit::{Actor, Entry, Refusals, Verified, action, verify};
use serde_json::json;
use tests::{App, on_both};

use super::{events, log};

const REQUEST: &str =
    r#"mutation { requestBuild(input: { period: "2022-H1", reason: "x" }) { build { id } } }"#;

fn public(address: &str) -> Actor {
    let address = Some(address.to_owned());
    Actor { id: None, name: "public".into(), via: Via::Nobody, from_address: address, request_id: None }
}

on_both! {
    async fn the_main_job_is_on_record(kind) {
        let app = App::sample(kind).await;
        let build = app.ask(REQUEST).await["requestBuild"]["build"]["id"].clone();
        let recorded = events(&app.database).await;
        assert_eq!((recorded[0].action.as_str(), recorded[0].actor.as_str()), ("LOAD_SAMPLE", "terminal"));
        let requested = &recorded[2];
        assert_eq!((requested.action.as_str(), requested.outcome), ("REQUEST_BUILD", Outcome::Done));
        assert_eq!((&json!(requested.object), requested.from_address.as_deref()), (&build, Some("127.0.0.1")));
        assert_eq!(
            requested.after.as_deref(),
            Some(r#"{"agencies":[],"already_queued":true,"blocks":[],"period":"2022-H1","reason":"x"}"#)
        );
    }

    async fn a_refused_request_is_on_record_with_its_reason(kind) {
        let app = App::sample(kind).await;
        app.as_public().from([10, 0, 0, 7]).press_link("no link").await;
        app.ask(&REQUEST.replace("2022-H1", "2031-H1")).await;
        let recorded = events(&app.database).await;
        let refused: Vec<_> = recorded[2..]
            .iter()
            .map(|event| (event.outcome, event.from_address.as_deref(), event.detail.as_deref()))
            .collect();
        assert_eq!(refused, [
            (Outcome::Refused, Some("10.0.0.7"), Some("LINK_REFUSED")),
            (Outcome::Refused, Some("127.0.0.1"), Some("UNKNOWN_PERIOD")),
        ]);
    }

    async fn the_gate_and_a_broken_rule_record_a_refusal_alike(kind) {
        let app = App::sample(kind).await;
        let subscription = "subscription { buildProgress(id: \"Build:x\") { state } }";
        app.as_public().post(&json!({ "query": REQUEST })).await;
        app.as_public().post(&json!({ "query": "{ builds { totalCount } }" })).await;
        app.ask(&REQUEST.replace("2022-H1", "2031-H1")).await;
        let mut socket = tests::Socket::ready(app.serve(Settings::default()).await).await;
        socket.subscribe("s", subscription).await;
        socket.hear().await;
        let recorded = events(&app.database).await;
        let refused: Vec<_> = recorded[2..]
            .iter()
            .map(|event| (event.actor.as_str(), event.action.as_str(), event.detail.as_deref().unwrap_or_default()))
            .collect();
        assert_eq!(refused, [
            ("public", "REQUEST_BUILD", "UNAUTHENTICATED"),
            ("public", "READ_BUILDS", "UNAUTHENTICATED"),
            ("administrator", "REQUEST_BUILD", "UNKNOWN_PERIOD"),
            ("public", "WATCH_BUILD_PROGRESS", "UNAUTHENTICATED"),
        ]);
    }

    async fn a_flood_of_refusals_leaves_a_handful_of_events(kind) {
        let app = App::sample(kind).await;
        for _ in 0..500 {
            app.as_public().from([10, 0, 0, 7]).press_link("no link").await;
        }
        assert_eq!(events(&app.database).await.len(), 3);
        for number in 0..300_u16 {
            let [high, low] = number.to_be_bytes();
            app.as_public().from([10, 1, high, low]).press_link("no link").await;
        }
        // The sample, the first administrator, one each for the first hundred addresses, one for all the rest.
        assert_eq!(events(&app.database).await.len(), 103);
    }

    async fn what_was_counted_is_recorded_when_the_time_is_over(kind) {
        let (_store, database) = log(kind, 0).await;
        let window = Duration::from_secs(1);
        let refusals = Refusals::counting_for(window, database.clone(), Clock::system());
        for _ in 0..10 {
            for address in ["10.0.0.7", "10.0.0.8"] {
                let entry = Entry::refused(&public(address), action::REQUEST_BUILD, "FORBIDDEN");
                refusals.refuse(entry).await.expect("recorded or counted");
            }
        }
        let entry = Entry::refused(&public("10.0.0.9"), action::REQUEST_BUILD, "FORBIDDEN");
        refusals.refuse(entry).await.expect("recorded");
        assert_eq!(events(&database).await.len(), 4);
        tokio::time::sleep(window * 2).await;
        let recorded = events(&database).await;
        let counts: Vec<_> = recorded[4..].iter().map(|event| event.after.as_deref()).collect();
        assert_eq!(counts, [Some(r#"{"times":9}"#); 2]);
        let entry = Entry::refused(&public("10.0.0.9"), action::REQUEST_BUILD, "FORBIDDEN");
        refusals.refuse(entry.clone()).await.expect("recorded: another minute");
        refusals.refuse(entry).await.expect("counted");
        assert_eq!(events(&database).await.len(), 7);
        refusals.close().await;
        assert_eq!(events(&database).await.len(), 8);
        assert!(matches!(verify(&database, None).await, Ok(Verified::Match(_))));
    }
}
