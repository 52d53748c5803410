//! A build's life: what it compiles, being called off, a part that cannot be compiled, what it did otherwise than
//! the one before, and being forgotten.

use std::time::Duration;

use entity::{block, build, build_part, scorecard};
use reform_worker::build::prune;
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::{Value, json};
use tests::{App, make, on_both};

async fn request(app: &App, scope: &str) -> Value {
    let query = format!(
        r#"mutation {{ requestBuild(input: {{ period: "2022-H1", reason: "x", {scope} }}) {{
            alreadyQueued build {{ id agencies blocks state }} errors {{ code field }} }} }}"#
    );
    app.ask(&query).await["requestBuild"].clone()
}

async fn cancel(app: &App, build: &Value) -> Value {
    let query = format!(
        r#"mutation {{ cancelBuild(input: {{ build: {build}, reason: "nhầm kỳ" }}) {{
            build {{ state cancelledBy cancelReason }} errors {{ code field }} }} }}"#
    );
    app.ask(&query).await["cancelBuild"].clone()
}

async fn build(app: &App, id: &Value) -> Value {
    let query = format!(
        "{{ build(id: {id}) {{ state error cardsWritten cardsUnchanged indexesChanged agenciesTotal agenciesEnded
            durationMs cancelledBy cancelReason parts {{ block {{ code }} state agencies error }}
            difference {{ build cardsWritten cardsUnchanged indexesChanged }} }} }}"
    );
    app.ask(&query).await["build"].clone()
}

/// The first build of the sample.
async fn first_build(app: &App) -> Value {
    app.ask("{ builds { nodes { id } } }").await["builds"]["nodes"][0]["id"].clone()
}

on_both! {
    async fn only_the_named_blocks_are_compiled(kind) {
        let app = App::compiled(kind).await;
        let asked = request(&app, r#"blocks: ["MANAGEMENT_BOARDS"]"#).await;
        assert_eq!(asked["build"]["blocks"], json!(["MANAGEMENT_BOARDS"]));
        let again = request(&app, r#"blocks: ["MANAGEMENT_BOARDS", "MANAGEMENT_BOARDS"]"#).await;
        assert_eq!((&again["alreadyQueued"], &again["build"]["id"]), (&json!(true), &asked["build"]["id"]));
        let both = request(&app, r#"blocks: ["MANAGEMENT_BOARDS"], agencies: ["KKT", "SNV"]"#).await;
        app.drain().await;
        let boards = build(&app, &asked["build"]["id"]).await;
        assert_eq!((&boards["state"], &boards["cardsUnchanged"]), (&json!("SUCCEEDED"), &json!(2)));
        assert_eq!((&boards["agenciesTotal"], &boards["agenciesEnded"]), (&json!(2), &json!(2)));
        let one = build(&app, &both["build"]["id"]).await;
        assert_eq!((&one["state"], &one["cardsUnchanged"]), (&json!("SUCCEEDED"), &json!(1)));
        let unknown = request(&app, r#"blocks: ["NOBODY"]"#).await;
        assert_eq!(unknown["errors"], json!([{"code": "UNKNOWN_BLOCK", "field": "blocks"}]));
    }

    async fn a_scope_of_many_agencies_is_still_one_scope(kind) {
        let app = App::compiled(kind).await;
        let block = make::block(&app.database, "DEPARTMENTS").await;
        let mut codes = Vec::new();
        for number in 0..200 {
            let mut agency = make::agency(&app.database, "SNV").await;
            agency.id = entity::AgencyId::generate();
            agency.code = format!("SO-COTEN-DAI-{number:03}");
            agency.block_id = block;
            make::insert_agency(&app.database, agency.clone()).await;
            codes.push(agency.code);
        }
        let scope = format!("agencies: {codes:?}");
        let first = request(&app, &scope).await;
        let again = request(&app, &scope).await;
        assert_eq!((&again["alreadyQueued"], &again["build"]["id"]), (&json!(true), &first["build"]["id"]));
    }

    async fn a_build_that_waits_is_called_off_at_once_and_once(kind) {
        let app = App::sample(kind).await;
        let id = first_build(&app).await;
        let called_off = cancel(&app, &id).await;
        assert_eq!(called_off["build"],
            json!({"state": "CANCELLED", "cancelledBy": "administrator", "cancelReason": "nhầm kỳ"}));
        let again = cancel(&app, &id).await;
        assert_eq!(again["errors"], json!([{"code": "ALREADY_ENDED", "field": "build"}]));
        app.drain().await;
        assert_eq!(scorecard::Entity::find().count(&app.database).await.expect("count"), 0);
        let events = app.ask("{ auditEvents(first: 2) { nodes { action outcome detail } } }").await;
        assert_eq!(events["auditEvents"]["nodes"], json!([
            {"action": "CANCEL_BUILD", "outcome": "REFUSED", "detail": "ALREADY_ENDED"},
            {"action": "CANCEL_BUILD", "outcome": "DONE", "detail": null}]));
        // Another build of the same scope is free to be asked for.
        assert_eq!(request(&app, "").await["alreadyQueued"], false);
    }

    async fn a_build_that_is_called_off_at_any_moment_leaves_whole_blocks(kind) {
        for wait in [0, 10, 30, 60, 120, 250] {
            let app = App::sample(kind).await;
            let id = first_build(&app).await;
            let worker = app.start_worker();
            tokio::time::sleep(Duration::from_millis(wait)).await;
            cancel(&app, &id).await;
            app.wait().await;
            let ended = build(&app, &id).await;
            let parts = ended["parts"].as_array().expect("parts").clone();
            let cards = scorecard::Entity::find().find_also_related(block::Entity).all(&app.database);
            let cards = cards.await.expect("cards");
            for (code, whole) in [("DEPARTMENTS", 10), ("MANAGEMENT_BOARDS", 2)] {
                let of_block = |block: &Option<block::Model>| block.as_ref().is_some_and(|block| block.code == code);
                let written = cards.iter().filter(|(_, block)| of_block(block)).count();
                let part = parts.iter().find(|part| part["block"]["code"] == code);
                let done = part.is_some_and(|part| part["state"] == "SUCCEEDED");
                assert_eq!(written, if done { whole } else { 0 }, "{code} after {wait} ms: {ended}");
            }
            let all_done = !parts.is_empty() && parts.iter().all(|part| part["state"] == "SUCCEEDED");
            assert_eq!(ended["state"], if all_done { "SUCCEEDED" } else { "CANCELLED" }, "{ended}");
            request(&app, "").await;
            app.wait().await;
            worker.stop().await;
            assert_eq!(scorecard::Entity::find().count(&app.database).await.expect("count"), 12);
        }
    }

    async fn a_part_that_another_process_holds_is_closed_when_its_build_is_called_off(kind) {
        let app = App::sample(kind).await;
        let id = first_build(&app).await;
        let worker = app.start_worker();
        app.wait().await;
        worker.stop().await;
        let asked = request(&app, "").await["build"]["id"].clone();
        make::run_elsewhere(&app.database, &asked).await;
        let called_off = cancel(&app, &asked).await;
        assert_eq!(called_off["errors"], json!([]));
        app.drain().await;
        let ended = build(&app, &asked).await;
        assert_eq!((&ended["state"], &ended["parts"][0]["state"]), (&json!("CANCELLED"), &json!("CANCELLED")));
        assert_ne!(id, asked);
    }

    async fn a_part_that_cannot_be_compiled_is_given_up_and_the_rest_goes_on(kind) {
        let app = App::compiled(kind).await;
        make::unused(&app.database, "MANAGEMENT_BOARDS").await;
        make::observation(&app.database, "SNV", "staff_disciplined", "2").await;
        let id = request(&app, "").await["build"]["id"].clone();
        app.drain().await;
        let ended = build(&app, &id).await;
        assert_eq!((&ended["state"], &ended["cardsWritten"]), (&json!("PARTIAL"), &json!(1)));
        let (departments, boards) = (&ended["parts"][0], &ended["parts"][1]);
        assert_eq!((&departments["state"], &departments["error"]), (&json!("SUCCEEDED"), &Value::Null));
        assert_eq!(boards["state"], "FAILED");
        let why = boards["error"].as_str().expect("why");
        assert!(why.contains("MANAGEMENT_BOARDS") && why.contains("2022-H1"), "{why}");
        assert_eq!(ended["error"], boards["error"]);
    }

    async fn a_build_says_what_is_different_from_the_one_before(kind) {
        let app = App::compiled(kind).await;
        let before = first_build(&app).await;
        let first = build(&app, &before).await;
        assert_eq!((&first["difference"], &first["indexesChanged"]), (&Value::Null, &json!(0)));
        assert!(first["durationMs"].as_i64().is_some_and(|took| took >= 0), "{first}");
        make::observation(&app.database, "SNV", "staff_disciplined", "2").await;
        let id = request(&app, "").await["build"]["id"].clone();
        app.drain().await;
        let second = build(&app, &id).await;
        assert_eq!(second["indexesChanged"], 1);
        assert_eq!(second["difference"], json!({
            "build": before, "cardsWritten": 1 - 12, "cardsUnchanged": 11, "indexesChanged": 1}));
    }

    async fn old_builds_are_forgotten_but_for_those_that_wrote_what_is_there(kind) {
        let app = App::compiled(kind).await;
        let origin = first_build(&app).await;
        for _ in 0..4 {
            request(&app, "").await;
            app.drain().await;
        }
        let count = async || build::Entity::find().count(&app.database).await.expect("count");
        assert_eq!(count().await, 5);
        assert_eq!(prune(&app.database, 2).await.expect("they are forgotten"), 2);
        assert_eq!(count().await, 3);
        assert_eq!(build_part::Entity::find().count(&app.database).await.expect("count"), 6);
        let kept = build(&app, &origin).await;
        assert_eq!(kept["cardsWritten"], 12);
        assert_eq!(prune(&app.database, 2).await.expect("nothing is left to forget"), 0);
        let waits = request(&app, "").await["build"]["id"].clone();
        assert_eq!(prune(&app.database, 0).await.expect("the ended ones are forgotten"), 2);
        assert_eq!(build(&app, &waits).await["state"], "QUEUED");
    }
}
