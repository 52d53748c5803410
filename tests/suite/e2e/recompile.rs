//! Compiling again: nothing new without a change, one card and one ranking with one.

use std::sync::atomic::{AtomicUsize, Ordering};

use chrono::TimeDelta;
use entity::{agency, ranking, scorecard, scorecard_line};
use reform_worker::Clock;
use reform_worker::sample::load_if_empty;
use sea_orm::{EntityTrait, PaginatorTrait, QueryOrder};
use serde_json::Value;
use tests::{App, make, on_both};

const AGAIN: &str = r#"mutation { requestBuild(input: { period: "2022-H1", reason: "kiểm tra lại" }) {
    alreadyQueued build { id state } errors { code } } }"#;

async fn cards(app: &App) -> Vec<scorecard::Model> {
    scorecard::Entity::find().order_by_asc(scorecard::Column::Id).all(&app.database).await.expect("cards")
}

async fn request_and_drain(app: &App) -> Value {
    let data = app.ask(AGAIN).await;
    let id = data["requestBuild"]["build"]["id"].as_str().expect("an id").to_owned();
    app.drain().await;
    let query = format!(
        r#"{{ build(id: "{id}") {{ state cardsWritten cardsUnchanged partsTotal partsEnded trigger requestedBy }} }}"#
    );
    app.ask(&query).await["build"].clone()
}

on_both! {
    async fn compiling_again_without_a_change_writes_nothing(kind) {
        let app = App::compiled(kind).await;
        let before = cards(&app).await;
        let build = request_and_drain(&app).await;
        assert_eq!((&build["state"], &build["cardsWritten"]), (&"SUCCEEDED".into(), &0.into()));
        assert_eq!((&build["cardsUnchanged"], &build["partsTotal"]), (&12.into(), &2.into()));
        assert_eq!((&build["trigger"], &build["partsEnded"]), (&"ADMINISTRATOR".into(), &2.into()));
        assert_eq!(cards(&app).await, before);
        assert_eq!(ranking::Entity::find().count(&app.database).await.expect("count"), 2);
    }

    async fn a_corrected_number_rewrites_one_card_and_one_ranking(kind) {
        let app = App::compiled(kind).await;
        let before = cards(&app).await;
        make::observation(&app.database, "SNV", "staff_disciplined", "2").await;
        let build = request_and_drain(&app).await;
        assert_eq!((&build["cardsWritten"], &build["cardsUnchanged"]), (&1.into(), &11.into()));
        let after = cards(&app).await;
        assert_eq!(after.len(), 13);
        let new = after.iter().find(|card| card.revision == 2).expect("a second revision");
        let old = after.iter().find(|card| Some(card.id) == new.replaces_id).expect("the first");
        assert!(new.current && !old.current);
        assert_eq!(new.revision_reason.as_deref(), Some("kiểm tra lại"));
        let unchanged = before.iter().find(|card| card.id == old.id).expect("it was there before");
        assert_eq!(scorecard::Model { current: true, ..old.clone() }, *unchanged);
        assert_eq!(ranking::Entity::find().count(&app.database).await.expect("count"), 3);
        let query = format!(r#"{{ node(id: "Scorecard:{}") {{ id ... on Scorecard {{ current lines {{ code }} }} }} }}"#, old.id);
        let node = app.ask(&query).await;
        assert_eq!(node["node"]["current"], false);
        assert_eq!(node["node"]["lines"].as_array().map(Vec::len), Some(61));
    }

    async fn asking_twice_while_it_waits_gives_the_same_build(kind) {
        let app = App::compiled(kind).await;
        let first = app.ask(AGAIN).await;
        let second = app.ask(AGAIN).await;
        assert_eq!(first["requestBuild"]["build"]["id"], second["requestBuild"]["build"]["id"]);
        assert_eq!(second["requestBuild"]["alreadyQueued"], true);
        app.drain().await;
    }

    async fn the_sample_is_loaded_once(kind) {
        let app = App::compiled(kind).await;
        assert!(!load_if_empty(&app.database, app.clock.now()).await.expect("asked"));
        assert_eq!(agency::Entity::find().count(&app.database).await.expect("count"), 12);
    }

    async fn two_workers_compile_once(kind) {
        let app = App::sample(kind).await;
        let (one, other) = (app.start_worker(), app.start_worker());
        app.wait().await;
        one.stop().await;
        other.stop().await;
        let cards = cards(&app).await;
        assert_eq!(cards.len(), 12);
        assert!(cards.iter().all(|card| card.revision == 1 && card.current));
        assert_eq!(scorecard_line::Entity::find().count(&app.database).await.expect("count"), 12 * 61);
    }

    async fn a_clock_that_is_put_back_holds_nothing_up(kind) {
        let mut app = App::sample(kind).await;
        let reads = AtomicUsize::new(0);
        let start = app.clock.now();
        // Ahead while the build is split, then two hours back.
        let tell = move || match reads.fetch_add(1, Ordering::SeqCst) {
            0 => start + TimeDelta::hours(1),
            _ => start - TimeDelta::hours(1),
        };
        app.clock = Clock::told_by(tell);
        app.drain().await;
        assert_eq!(cards(&app).await.len(), 12);
    }
}
