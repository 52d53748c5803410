//! Live cards: a change marks, the card follows soon, and whoever watches and may see it is sent it.

use std::time::Duration;

use entity::{build, stale_card};
use reform_api::server::Limits;
use reform_worker::live::mark;
use reform_worker::{Settings, Worker};
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::{Value, json};
use tests::{App, Socket, make, on_both};

use super::process::{on, run};

/// A worker that does not keep a test waiting.
pub fn quick(app: &App) -> Worker {
    let soon = Settings {
        live_quiet: Duration::from_millis(50),
        live_at_most: Duration::from_millis(500),
        ..Settings::default()
    };
    app.start_worker_with(soon)
}

/// Marks the agency's card of the half-year as behind.
pub async fn change_of(app: &App, agency: &str) {
    let agency = make::agency(&app.database, agency).await.id;
    let period = make::period(&app.database, make::HALF_YEAR).await;
    mark(&app.database, [agency], period, "số liệu / a number", app.clock.now()).await.expect("it is marked");
    app.signals.builds_changed();
}

/// Waits until no card is behind and no build is open.
pub async fn until_followed(app: &App) {
    let followed = async {
        while stale_card::Entity::find().count(&app.database).await.expect("count") > 0 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), followed).await.expect("the cards follow");
    app.wait().await;
}

async fn builds(app: &App) -> Vec<Value> {
    let data = app.ask("{ builds { nodes { trigger agencies reason requestedBy cardsWritten } } }").await;
    data["builds"]["nodes"].as_array().expect("builds").clone()
}

on_both! {
    async fn the_cards_of_what_changed_follow_in_one_build_after_a_quiet_time(kind) {
        let app = App::compiled(kind).await;
        let worker = quick(&app);
        make::observation(&app.database, "SNV", "staff_disciplined", "2").await;
        change_of(&app, "SNV").await;
        change_of(&app, "SNV").await;
        until_followed(&app).await;
        worker.stop().await;
        let builds = builds(&app).await;
        assert_eq!(builds.len(), 2);
        assert_eq!(builds[0], json!({"trigger": "DATA_CHANGE", "agencies": ["SNV"], "requestedBy": "worker",
            "reason": "Dữ liệu thay đổi / Data changed: số liệu / a number", "cardsWritten": 1}));
    }

    async fn steady_changes_do_not_keep_a_card_from_following(kind) {
        let app = App::compiled(kind).await;
        let patient = Settings {
            live_quiet: Duration::from_secs(600),
            live_at_most: Duration::from_millis(300),
            ..Settings::default()
        };
        let worker = app.start_worker_with(patient);
        let followed = async {
            while build::Entity::find().count(&app.database).await.expect("count") < 2 {
                change_of(&app, "SNV").await;
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(30), followed).await.expect("the card follows");
        worker.stop().await;
    }

    async fn a_period_that_is_closed_follows_no_data(kind) {
        let app = App::compiled(kind).await;
        let close = r#"mutation { closePeriod(input: { period: "2022-H1", reason: "đã công bố" }) {
            period { code } errors { code } } }"#;
        assert_eq!(app.ask(close).await["closePeriod"], json!({"period": {"code": "2022-H1"}, "errors": []}));
        assert_eq!(app.ask(close).await["closePeriod"]["errors"], json!([{"code": "AS_IT_IS"}]));
        let closed = app.ask("{ closedPeriods { period closedBy reason } }").await;
        assert_eq!(closed["closedPeriods"],
            json!([{"period": "2022-H1", "closedBy": "administrator", "reason": "đã công bố"}]));
        change_of(&app, "SNV").await;
        assert_eq!(stale_card::Entity::find().count(&app.database).await.expect("count"), 0);
        let reopen = r#"mutation { reopenPeriod(input: { period: "2022-H1", reason: "sửa số liệu" }) {
            errors { code } } }"#;
        assert_eq!(app.ask(reopen).await["reopenPeriod"]["errors"], json!([]));
        change_of(&app, "SNV").await;
        assert_eq!(stale_card::Entity::find().count(&app.database).await.expect("count"), 1);
    }

    async fn another_criteria_set_is_a_change_of_its_whole_block(kind) {
        let app = App::compiled(kind).await;
        let data = app.ask(r#"{ criteriaSet(period: "2022-H1", block: "MANAGEMENT_BOARDS") { id } }"#).await;
        let query = format!(
            r#"mutation {{ useCriteriaSet(input: {{ criteriaSet: {}, period: "2022-H1", block: "MANAGEMENT_BOARDS" }}) {{
                errors {{ code }} }} }}"#,
            data["criteriaSet"]["id"]
        );
        assert_eq!(app.ask(&query).await["useCriteriaSet"]["errors"], json!([]));
        let worker = quick(&app);
        until_followed(&app).await;
        worker.stop().await;
        assert_eq!(builds(&app).await[0]["agencies"], json!(["BQLDAGT", "KKT"]));
    }

    async fn a_watcher_is_sent_the_card_that_there_is_and_each_new_one(kind) {
        let app = App::compiled(kind).await;
        let address = app.serve(Limits::default()).await;
        let worker = quick(&app);
        let mut socket = Socket::ready_as(&app, address).await;
        let query = r#"subscription { scorecardChanged(agency: "SNV", period: "2022-H1") { revision agency { code } } }"#;
        socket.subscribe("1", query).await;
        let sent = |revision| json!({"revision": revision, "agency": {"code": "SNV"}});
        assert_eq!(socket.hear().await["payload"]["data"]["scorecardChanged"], sent(1));
        make::observation(&app.database, "STC", "staff_disciplined", "2").await;
        make::observation(&app.database, "SNV", "staff_disciplined", "2").await;
        change_of(&app, "STC").await;
        change_of(&app, "SNV").await;
        assert_eq!(socket.hear().await["payload"]["data"]["scorecardChanged"], sent(2));
        until_followed(&app).await;
        socket.hear_nothing().await;
        worker.stop().await;
    }

    async fn the_public_is_sent_a_card_when_it_is_published_and_not_before(kind) {
        let app = App::compiled(kind).await;
        let address = app.serve(Limits::default()).await;
        let mut socket = Socket::ready(address).await;
        let query = r#"subscription { scorecardChanged(block: "MANAGEMENT_BOARDS", period: "2022-H1") { rank agency { code } } }"#;
        socket.subscribe("1", query).await;
        socket.hear_nothing().await;
        let publish = r#"mutation { publishRanking(input: { period: "2022-H1", block: "MANAGEMENT_BOARDS" }) { errors { code } } }"#;
        assert_eq!(app.ask(publish).await["publishRanking"]["errors"], json!([]));
        let mut sent = Vec::new();
        for _ in 0..2 {
            sent.push(socket.hear().await["payload"]["data"]["scorecardChanged"]["agency"]["code"].to_string());
        }
        sent.sort();
        assert_eq!(sent, [r#""BQLDAGT""#, r#""KKT""#]);
        let other = r#"subscription { scorecardChanged(period: "2022-H1") { rank } }"#;
        socket.subscribe("2", other).await;
        let refused = socket.hear().await;
        assert_eq!(refused["payload"]["errors"][0]["extensions"]["code"], "BAD_INPUT", "{refused}");
    }

    async fn whoever_loses_the_right_to_ask_is_sent_nothing_more(kind) {
        let app = App::compiled(kind).await;
        let address = app.serve(Limits::default()).await;
        let mut socket = Socket::ready_as(&app, address).await;
        socket.subscribe("1", r#"subscription { scorecardChanged(agency: "SNV", period: "2022-H1") { revision } }"#).await;
        assert_eq!(socket.hear().await["payload"]["data"]["scorecardChanged"]["revision"], 1);
        let tokens = app.ask("{ me { tokens { id } } }").await;
        let token = &tokens["me"]["tokens"][0]["id"];
        let revoke = format!("mutation {{ revokeToken(input: {{ token: {token} }}) {{ errors {{ code }} }} }}");
        assert_eq!(app.ask(&revoke).await["revokeToken"]["errors"], json!([]));
        assert_eq!(socket.hear().await, json!({"id": "1", "type": "complete"}));
    }

    async fn the_shadow_names_every_card_that_is_behind_and_writes_nothing(kind) {
        let app = App::compiled(kind).await;
        let shadow = || {
            let output = run(&mut on("reform-api", &app.store), &["shadow", "2022-H1"]);
            (output.status.code(), String::from_utf8(output.stdout).expect("text"))
        };
        assert_eq!(shadow(), (Some(0), "12 thẻ đã so / cards compared\n".to_owned()));
        let before = app.ask("{ builds { totalCount } auditEvents { totalCount } }").await;
        make::observation(&app.database, "SNV", "staff_disciplined", "2").await;
        make::change_agency(&app.database, "KKT", |agency| agency.valid_to = Some(agency.valid_from)).await;
        let (code, said) = shadow();
        assert_eq!(code, Some(1));
        let lines: Vec<_> = said.lines().map(|line| line.split(':').next().unwrap_or_default()).collect();
        assert_eq!(lines, ["2022-H1 DEPARTMENTS SNV", "2022-H1 DEPARTMENTS", "2022-H1 MANAGEMENT_BOARDS KKT",
            "2022-H1 MANAGEMENT_BOARDS", "11 thẻ đã so / cards compared"]);
        assert_eq!(app.ask("{ builds { totalCount } auditEvents { totalCount } }").await, before);
    }
}
