//! Down to the records behind a number.

use std::sync::atomic::Ordering;

use entity::observation;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::{Value, json};
use tests::{App, make, on_both};

use super::line;

const RECORDS: &str = "records { totalCount nodes { __typename version newest decides source recordedBy note
    ... on DossierTableRecord { receivedTotal resolvedTotal resolvedEarlyOrOnTime resolvedEarly }
    ... on ListingRecord { channel listed required }
    ... on DocumentRecord { code state issuedOn dueOn }
    ... on ObservationRecord { measure reported } } }";

fn asked(agency: &str) -> String {
    format!(
        r#"{{ scorecard(agency: "{agency}", period: "2022-H1") {{ id revision lines {{ code
            inputs {{ measure unit value exact recordsValue recordsDiffer {RECORDS} }} }} }} }}"#
    )
}

async fn card(app: &App, agency: &str) -> Value {
    app.ask(&asked(agency)).await["scorecard"].clone()
}

async fn compile(app: &App) {
    app.ask(r#"mutation { requestBuild(input: { period: "2022-H1", reason: "x" }) { errors { code } } }"#)
        .await;
    app.drain().await;
}

fn inputs(card: &Value) -> Vec<&Value> {
    let lines = card["lines"].as_array().expect("lines").iter();
    lines.flat_map(|line| line["inputs"].as_array().expect("inputs")).collect()
}

on_both! {
    async fn every_number_leads_to_its_records(kind) {
        let app = App::compiled(kind).await;
        let board = card(&app, "KKT").await;
        let on_time = &line(&board, "3.2.1")["inputs"][0];
        assert_eq!((&on_time["unit"], &on_time["value"], &on_time["exact"]), (&json!("COUNT"), &json!("12"), &json!("12")));
        let table = &on_time["records"]["nodes"][0];
        assert_eq!(table["__typename"], "DossierTableRecord");
        assert_eq!((&table["receivedTotal"], &table["resolvedEarlyOrOnTime"]), (&json!(13), &json!(12)));
        assert_eq!((&table["resolvedEarly"], &table["newest"], &table["decides"]), (&Value::Null, &json!(true), &json!(true)));
        let listed = &line(&board, "3.1.1")["inputs"][0]["records"];
        assert_eq!(listed["totalCount"], 3);
        let decides: Vec<_> = listed["nodes"].as_array().expect("records").iter().map(|it| it["decides"] == true).collect();
        assert_eq!(decides.iter().filter(|decides| **decides).count(), 1);
        let plan = inputs(&board).into_iter().find(|input| input["measure"] == "annual_plan_issue").expect("the plan");
        assert_eq!(plan["records"]["nodes"][0]["issuedOn"], "2022-01-12");
        // The table has no column for it, so an observation stands in.
        let online = inputs(&board).into_iter().find(|input| input["measure"] == "dossiers_received_online").expect("online");
        assert_eq!(online["records"]["nodes"][0]["__typename"], "ObservationRecord");
        for agency in ["KKT", "SNGV", "STC", "SNV"] {
            let card = card(&app, agency).await;
            for input in inputs(&card) {
                assert_eq!(input["recordsDiffer"], false, "{agency} {input}");
                assert_eq!(input["recordsValue"], input["exact"], "{agency} {input}");
                assert_eq!(input["exact"].is_null(), input["records"]["totalCount"] == 0, "{agency} {input}");
            }
        }
    }

    async fn what_inspections_found_is_counted_and_told(kind) {
        let app = App::compiled(kind).await;
        let found = async |agency: &str| {
            let query = format!(
                r#"{{ scorecard(agency: "{agency}", period: "2022-H1") {{ lines {{ inputs {{ measure exact source asOf recordsDiffer
                    records {{ totalCount nodes {{ __typename asOf recordedAt
                        ... on FindingRecord {{ kind pillar subjectVi inspection }} }} }} }} }} }} }}"#
            );
            let card = app.ask(&query).await["scorecard"].clone();
            inputs(&card).into_iter().find(|input| input["measure"] == "limitations_found").cloned().expect("the input")
        };
        let counted = found("SNGV").await;
        assert_eq!((&counted["exact"], &counted["source"], &counted["asOf"]), (&json!("3"), &json!("INSPECTION_REPORT"), &json!("2022-07-05")));
        assert_eq!((&counted["recordsDiffer"], &counted["records"]["totalCount"]), (&json!(false), &json!(3)));
        let inspection = app.ask("{ inspections { nodes { id } } }").await["inspections"]["nodes"][0]["id"].clone();
        for finding in counted["records"]["nodes"].as_array().expect("findings") {
            assert_eq!((&finding["__typename"], &finding["kind"]), (&json!("FindingRecord"), &json!("LIMITATION")));
            assert_eq!((&finding["inspection"], &finding["recordedAt"]), (&inspection, &Value::Null));
        }
        // The report on the management board states no limitation; then an observation stands in, and without one zero.
        let observed = found("KKT").await;
        assert_eq!((&observed["exact"], &observed["records"]["nodes"][0]["__typename"]), (&json!("2"), &json!("ObservationRecord")));
        observation::Entity::delete_many()
            .filter(observation::Column::MeasureCode.eq("limitations_found"))
            .exec(&app.database)
            .await
            .expect("the observations are taken away");
        compile(&app).await;
        let none = found("KKT").await;
        assert_eq!((&none["exact"], &none["recordsDiffer"], &none["records"]["totalCount"]), (&json!("0"), &json!(false), &json!(0)));
        // Who was not inspected has no number of findings.
        assert_eq!(found("STC").await["exact"], Value::Null);
    }

    async fn a_card_keeps_the_records_that_it_was_compiled_from(kind) {
        let app = App::compiled(kind).await;
        let before = card(&app, "STC").await;
        // Recorded today, after the card was compiled.
        make::observation_at(&app.database, "STC", "staff_disciplined", "3", app.clock.now()).await;
        let after = card(&app, "STC").await;
        let seen = |card: &Value| {
            let input = inputs(card).into_iter().find(|input| input["measure"] == "staff_disciplined").cloned();
            input.expect("the measure")
        };
        let mut expected = seen(&before);
        assert_eq!(expected["records"]["nodes"][0]["newest"], true);
        expected["records"]["nodes"][0]["newest"] = json!(false);
        assert_eq!(seen(&after), expected, "the old version, and that it is one");
        compile(&app).await;
        let new = card(&app, "STC").await;
        assert_eq!(new["revision"], 2);
        let record = seen(&new)["records"]["nodes"][0].clone();
        assert_eq!((&record["reported"], &record["version"], &record["newest"]), (&json!("3"), &json!(2), &json!(true)));
        // The card that was replaced still leads to what it was compiled from.
        let node = asked("STC").replacen("scorecard(agency: \"STC\", period: \"2022-H1\")", &format!("node(id: {})", before["id"]), 1);
        let node = node.replacen("{ id", "{ ... on Scorecard { id", 1) + " }";
        assert_eq!(seen(&app.ask(&node).await["node"]), expected);
    }

    async fn records_that_give_another_value_are_not_hidden(kind) {
        let app = App::compiled(kind).await;
        // By a clock that was behind: it says that it was recorded before the card was compiled.
        make::observation(&app.database, "STC", "staff_disciplined", "3").await;
        let card = card(&app, "STC").await;
        let input = inputs(&card).into_iter().find(|input| input["measure"] == "staff_disciplined").expect("it");
        assert_eq!((&input["recordsDiffer"], &input["recordsValue"]), (&json!(true), &json!("3")));
        assert_ne!(input["exact"], "3");
        let others = inputs(&card).into_iter().filter(|input| input["recordsDiffer"] == true).count();
        assert_eq!(others, 1);
    }

    async fn records_come_in_pages(kind) {
        let app = App::compiled(kind).await;
        let query = r#"query ($first: Int, $after: String = "c1") { scorecard(agency: "KKT", period: "2022-H1") {
            lines { code inputs { one: records(first: $first, after: $after) { ...P } all: records { ...P } } } } }
            fragment P on InputRecordConnection { totalCount nodes { ... on ListingRecord { channel } }
              edges { cursor node { version } } pageInfo { hasNextPage endCursor } }"#;
        let answer = app.post(&json!({ "query": query, "variables": { "first": 1 } })).await.json;
        let input = line(&answer["data"]["scorecard"], "3.1.1")["inputs"][0].clone();
        assert_eq!(input["all"]["nodes"].as_array().map(Vec::len), Some(3));
        assert_eq!(input["one"]["nodes"], json!([input["all"]["nodes"][1]]));
        assert_eq!(input["one"]["pageInfo"], json!({ "hasNextPage": true, "endCursor": "c2" }));
        assert_eq!(input["one"]["edges"][0]["cursor"], "c2");
        for arguments in ["first: 0", "first: 201", "after: \"x\""] {
            let query = format!(
                r#"{{ scorecard(agency: "KKT", period: "2022-H1") {{ lines {{ inputs {{ records({arguments}) {{ totalCount }} }} }} }} }}"#
            );
            assert_eq!(app.refusal(&query).await, "BAD_INPUT", "{arguments}");
        }
    }

    async fn the_public_sees_numbers_and_no_names(kind) {
        let app = App::compiled(kind).await;
        app.ask(r#"mutation { publishRanking(input: { period: "2022-H1", block: "MANAGEMENT_BOARDS" }) { errors { code } } }"#).await;
        let own = card(&app, "KKT").await;
        let public = app.as_public().ask(&asked("KKT")).await["scorecard"].clone();
        let record = |card: &Value| line(card, "3.2.1")["inputs"][0]["records"]["nodes"][0].clone();
        let (own, public) = (record(&own), record(&public));
        for hidden in ["recordedBy", "newest", "note"] {
            assert_ne!(own[hidden], Value::Null, "{hidden}");
            assert_eq!(public[hidden], Value::Null, "{hidden}");
        }
        assert_eq!(public["receivedTotal"], own["receivedTotal"]);
        assert_eq!(app.as_public().ask(&asked("STC")).await["scorecard"], Value::Null);
    }

    async fn the_records_of_many_cards_cost_the_same_few_statements(kind) {
        let app = App::compiled(kind).await;
        let count = async |first: usize, records: &str| {
            app.statements().store(0, Ordering::SeqCst);
            let query = format!(
                r#"{{ scorecards(period: "2022-H1", first: {first}) {{ nodes {{ lines {{ inputs {{ value {records} }} }} }} }} }}"#
            );
            app.ask(&query).await;
            app.statements().load(Ordering::SeqCst)
        };
        app.ask("{ me { scopes } }").await;
        let records = "records(first: 3) { nodes { version } }";
        let with = count(12, records).await;
        assert_eq!(with, count(1, records).await);
        assert_eq!(with - count(12, "").await, 9, "one for each kind of record, the catalogue, the cards and whom they succeed");
    }
}
