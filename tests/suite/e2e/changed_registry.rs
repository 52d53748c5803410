//! The registry and the reports change after a compile: cards and rankings follow, and nobody else suffers.

use serde_json::{Value, json};
use tests::{App, make, on_both};

async fn compile(app: &App, period: &str, agencies: &str) {
    let query = format!(
        r#"mutation {{ requestBuild(input: {{ period: "{period}", agencies: {agencies}, reason: "x" }}) {{
            errors {{ code }} }} }}"#
    );
    assert_eq!(app.ask(&query).await["requestBuild"]["errors"], json!([]));
    app.drain().await;
}

/// The agencies in the ranking of a block, in its order.
async fn ranked(app: &App, block: &str) -> Vec<Value> {
    let query = format!(
        r#"{{ ranking(period: "2022-H1", block: "{block}") {{ nodes {{ scorecard {{ agency {{ code }} }} }} }} }}"#
    );
    let nodes = app.ask(&query).await["ranking"]["nodes"].clone();
    nodes
        .as_array()
        .expect("entries")
        .iter()
        .map(|entry| entry["scorecard"]["agency"]["code"].clone())
        .collect()
}

async fn card(app: &App, agency: &str, period: &str) -> Value {
    let query = format!(
        r#"{{ scorecard(agency: "{agency}", period: "{period}") {{
            revision lines {{ code state points reason {{ because about }} inputs {{ measure value }} }} }} }}"#
    );
    app.ask(&query).await["scorecard"].clone()
}

fn line<'a>(card: &'a Value, code: &str) -> &'a Value {
    let lines = card["lines"].as_array().expect("lines");
    lines.iter().find(|line| line["code"] == code).expect("the line")
}

on_both! {
    async fn an_agency_that_moves_is_ranked_in_its_new_block_only(kind) {
        let app = App::compiled(kind).await;
        let boards = make::block(&app.database, "MANAGEMENT_BOARDS").await;
        make::change_agency(&app.database, "SCT", |agency| agency.block_id = boards).await;
        compile(&app, "2022-H1", r#"["SCT"]"#).await;
        assert!(!ranked(&app, "DEPARTMENTS").await.contains(&json!("SCT")));
        assert!(ranked(&app, "MANAGEMENT_BOARDS").await.contains(&json!("SCT")));
        assert_eq!(card(&app, "SCT", "2022-H1").await["revision"], 2);
        assert_eq!(ranked(&app, "DEPARTMENTS").await.len() + ranked(&app, "MANAGEMENT_BOARDS").await.len(), 12);
    }

    async fn an_agency_that_did_not_exist_in_the_period_loses_card_and_place(kind) {
        let app = App::compiled(kind).await;
        make::change_agency(&app.database, "SCT", |agency| agency.valid_to = Some(make::day(2022, 1, 1))).await;
        compile(&app, "2022-H1", "[]").await;
        assert!(!ranked(&app, "DEPARTMENTS").await.contains(&json!("SCT")));
        assert_eq!(card(&app, "SCT", "2022-H1").await, Value::Null);
        // It did exist after all: the next revision follows the last.
        make::change_agency(&app.database, "SCT", |agency| agency.valid_to = None).await;
        compile(&app, "2022-H1", r#"["SCT"]"#).await;
        assert_eq!(card(&app, "SCT", "2022-H1").await["revision"], 2);
        assert_eq!(ranked(&app, "DEPARTMENTS").await.len(), 10);
    }

    async fn a_block_that_everybody_left_has_an_empty_ranking(kind) {
        let app = App::compiled(kind).await;
        let departments = make::block(&app.database, "DEPARTMENTS").await;
        for agency in ["KKT", "BQLDAGT"] {
            make::change_agency(&app.database, agency, |agency| agency.block_id = departments).await;
        }
        make::unused(&app.database, "MANAGEMENT_BOARDS").await;
        compile(&app, "2022-H1", "[]").await;
        assert_eq!(ranked(&app, "MANAGEMENT_BOARDS").await, Vec::<Value>::new());
        assert_eq!(ranked(&app, "DEPARTMENTS").await.len(), 12);
        assert_eq!(app.ask("{ builds(first: 1) { nodes { state } } }").await["builds"]["nodes"][0]["state"], "SUCCEEDED");
    }

    async fn the_year_knows_what_the_half_year_s_inspection_found(kind) {
        let app = App::compiled(kind).await;
        compile(&app, "2022-FY", "[]").await;
        let (inspected, other) = (card(&app, "KKT", "2022-FY").await, card(&app, "STC", "2022-FY").await);
        assert_ne!(line(&inspected, "1.3.3")["state"], "NOT_APPLICABLE");
        assert_eq!(line(&other, "1.3.3")["state"], "NOT_APPLICABLE");
    }

    async fn one_unreadable_report_is_missing_on_one_card(kind) {
        let app = App::compiled(kind).await;
        make::observation(&app.database, "SNV", "staff_disciplined", "hai").await;
        compile(&app, "2022-H1", "[]").await;
        let build = app.ask("{ builds(first: 1) { nodes { state cardsWritten cardsUnchanged } } }").await;
        assert_eq!(build["builds"]["nodes"][0], json!({"state": "SUCCEEDED", "cardsWritten": 1, "cardsUnchanged": 11}));
        let card = card(&app, "SNV", "2022-H1").await;
        let lines = card["lines"].as_array().expect("lines");
        let broken: Vec<_> = lines.iter().filter(|line| line["reason"]["because"] == "INVALID").collect();
        assert!(!broken.is_empty());
        for line in broken {
            assert_eq!(line["state"], "MISSING");
            assert_eq!(line["reason"]["about"][1], "hai", "{line}");
        }
    }

    async fn the_channel_with_the_smallest_share_listed_decides(kind) {
        let app = App::compiled(kind).await;
        // 20 of 20 at one channel, 25 of 50 at the next, 24 of 30 at the third.
        for (channel, listed, required) in
            [("ONE_STOP_UNIT", 20, 20), ("AGENCY_WEBSITE", 25, 50), ("PROVINCIAL_SERVICE_CENTRE", 24, 30)]
        {
            make::listing(&app.database, "STC", channel, listed, required).await;
        }
        compile(&app, "2022-H1", r#"["STC"]"#).await;
        let inputs = line(&card(&app, "STC", "2022-H1").await, "3.1.1")["inputs"].clone();
        assert_eq!((&inputs[0]["value"], &inputs[1]["value"]), (&json!("25"), &json!("50")));
    }
}
