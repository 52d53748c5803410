//! `simulateScorecards`: what would be, without storing any of it.

use entity::{agency, observation, ranking, scorecard};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use serde_json::{Value, json};
use tests::{App, on_both};

const BLOCKS: [&str; 2] = ["DEPARTMENTS", "MANAGEMENT_BOARDS"];
pub(super) const LINES: &str =
    "lines { code state points pointsExact effectiveMaxExact reason { sentenceVi formula } }";

pub(super) async fn simulate(app: &App, block: &str, changes: &Value, fields: &str) -> Value {
    let query = format!(
        "query ($changes: [SimulationChangeInput!]) {{ simulateScorecards(period: \"2022-H1\", block: \"{block}\", \
         changes: $changes) {{ cards {{ agency {{ code }} {fields} }} errors {{ code field messageVi }} }} }}"
    );
    let answer = app.post(&json!({ "query": query, "variables": { "changes": changes } })).await;
    assert!(answer.json["errors"].is_null(), "{}", answer.json);
    answer.json["data"]["simulateScorecards"].clone()
}

pub(super) fn value(agency: &str, measure: &str, value: Option<&str>) -> Value {
    json!({ "agency": agency, "what": { "value": { "measure": measure, "value": value } } })
}

fn of<'a>(cards: &'a Value, agency: &str) -> &'a Value {
    let mut cards = cards.as_array().expect("cards").iter();
    cards.find(|card| card["agency"]["code"] == agency).unwrap_or_else(|| panic!("no {agency}"))
}

/// The present cards of a block as a simulation shows them.
pub(super) async fn present(app: &App, block: &str, fields: &str) -> Vec<Value> {
    let query = format!(
        "{{ ranking(period: \"2022-H1\", block: \"{block}\") {{ nodes {{ scorecard {{ agency {{ code }} {fields} }} }} }} }}"
    );
    let ranking = app.ask(&query).await["ranking"]["nodes"].clone();
    ranking.as_array().expect("places").iter().map(|place| place["scorecard"].clone()).collect()
}

async fn reported(app: &App, code: &str, with: &str) -> observation::Model {
    let of = agency::with_code(code).one(&app.database).await.expect("a look").expect("the agency");
    let seen = observation::Entity::find().filter(observation::Column::AgencyId.eq(of.id));
    let seen = seen.filter(observation::Column::Value.eq(with)).one(&app.database).await.expect("a look");
    seen.unwrap_or_else(|| panic!("{code} reported no {with}"))
}

on_both! {
    async fn without_a_change_it_is_the_current_cards(kind) {
        let app = App::compiled(kind).await;
        let fields = format!("state total totalExact effectiveMaxExact indexPercentExact rank missingCount grade {{ code }} {LINES}");
        for block in BLOCKS {
            let simulated = simulate(&app, block, &json!([]), &fields).await;
            assert_eq!(simulated["errors"], json!([]));
            assert_eq!(simulated["cards"].as_array().expect("cards"), &present(&app, block, &fields).await, "{block}");
        }
        let beside = "totalChangeExact indexChangeExact rankChange current { rank revision }";
        let simulated = simulate(&app, "MANAGEMENT_BOARDS", &Value::Null, beside).await;
        let board = of(&simulated["cards"], "KKT");
        assert_eq!((&board["totalChangeExact"], &board["rankChange"]), (&json!("0"), &json!(0)));
        assert_eq!(board["current"], json!({ "rank": 1, "revision": 1 }));
    }

    async fn applied_and_compiled_it_is_what_was_simulated(kind) {
        let app = App::compiled(kind).await;
        let (first, second) = (reported(&app, "STC", "true").await, reported(&app, "SNV", "true").await);
        let changes = json!([
            value("STC", &first.measure_code, Some("false")),
            value("SNV", &second.measure_code, Some("false")),
        ]);
        let fields = format!("state totalExact indexPercentExact rank {LINES}");
        let before = present(&app, "DEPARTMENTS", &fields).await;
        let counts = async || {
            let cards = scorecard::Entity::find().count(&app.database).await.expect("a count");
            (cards, ranking::Entity::find().count(&app.database).await.expect("a count"))
        };
        let stored = counts().await;
        let simulated = simulate(&app, "DEPARTMENTS", &changes, &fields).await["cards"].clone();
        assert_eq!(counts().await, stored, "nothing is stored");
        assert_eq!(present(&app, "DEPARTMENTS", &fields).await, before);
        assert_ne!(simulated.as_array().expect("cards"), &before);

        for seen in [first, second] {
            observation::Entity::update_many()
                .col_expr(observation::Column::Value, Expr::value("false"))
                .filter(observation::Column::Id.eq(seen.id))
                .exec(&app.database)
                .await
                .expect("a change");
        }
        app.ask(r#"mutation { requestBuild(input: { period: "2022-H1", reason: "applied" }) { errors { code } } }"#).await;
        app.drain().await;
        assert_eq!(simulated.as_array().expect("cards"), &present(&app, "DEPARTMENTS", &fields).await);
    }

    async fn tags_exemptions_and_missing_values_change_the_maximum(kind) {
        let app = App::compiled(kind).await;
        let fields = "state effectiveMaxExact missingCount totalChangeExact lines { code state reason { sentenceEn } }";
        let line = |cards: &Value, code: &str| {
            let lines = of(cards, "KKT")["lines"].as_array().expect("lines").clone();
            lines.into_iter().find(|line| line["code"] == code).expect("the line")
        };
        let exempt = json!([{ "agency": "KKT", "what": { "exemption": { "criterion": "3.2.1", "reason": "bão số 4" } } }]);
        let cards = simulate(&app, "MANAGEMENT_BOARDS", &exempt, fields).await["cards"].clone();
        assert_eq!(line(&cards, "3.2.1")["reason"]["sentenceEn"], "Exempt: bão số 4");
        assert_eq!(of(&cards, "KKT")["state"], "FINAL");
        assert_ne!(of(&cards, "KKT")["totalChangeExact"], "0");

        let unknown = json!([value("KKT", "dossiers_resolved_total", None)]);
        let cards = simulate(&app, "MANAGEMENT_BOARDS", &unknown, fields).await["cards"].clone();
        assert_eq!(line(&cards, "3.2.1")["state"], "MISSING");
        assert_eq!((&of(&cards, "KKT")["state"], &of(&cards, "KKT")["totalChangeExact"]), (&json!("INCOMPLETE"), &Value::Null));

        let untagged = json!([{ "agency": "KKT", "what": { "tag": { "tag": "HAS_TTHC", "holds": false } } }]);
        let cards = simulate(&app, "MANAGEMENT_BOARDS", &untagged, fields).await["cards"].clone();
        assert_eq!(line(&cards, "3.2.1")["state"], "NOT_APPLICABLE");
    }

    async fn every_change_that_cannot_be_is_named(kind) {
        let app = App::compiled(kind).await;
        let changes = json!([
            value("KKT", "dossiers_resolved_total", Some("13")),
            value("NOPE", "dossiers_resolved_total", Some("13")),
            value("STC", "dossiers_resolved_total", Some("13")),
            value("KKT", "nope", Some("13")),
            value("KKT", "dossiers_resolved_total", Some("-1")),
            value("KKT", "dossiers_resolved_total", Some("many")),
            { "agency": "KKT", "what": { "exemption": { "criterion": "3.2", "reason": "x" } } },
            { "agency": "KKT", "what": { "appraisal": { "criterion": "3.2.1", "points": "1" } } },
        ]);
        let refused = simulate(&app, "MANAGEMENT_BOARDS", &changes, "rank").await;
        assert_eq!(refused["cards"], json!([]));
        let told: Vec<_> = refused["errors"].as_array().expect("errors").iter()
            .map(|error| format!("{} {}", error["code"].as_str().unwrap_or_default(), error["field"].as_str().unwrap_or_default()))
            .collect();
        assert_eq!(told, [
            "UNKNOWN_AGENCY changes.1.agency", "UNKNOWN_AGENCY changes.2.agency",
            "UNKNOWN_MEASURE changes.3.what.value.measure", "INVALID_VALUE changes.4.what.value.value",
            "INVALID_VALUE changes.5.what.value.value", "UNKNOWN_CRITERION changes.6.what",
            "NOT_APPRAISED changes.7.what.appraisal.criterion",
        ]);
        let with = |arguments: &str| format!("{{ simulateScorecards({arguments}) {{ cards {{ rank }} }} }}");
        for (arguments, code) in [
            (r#"period: "2031-H1", block: "DEPARTMENTS""#, "NOT_FOUND"),
            (r#"period: "2022-H1", block: "NOPE""#, "NOT_FOUND"),
            (r#"period: "2022-H1", block: "DEPARTMENTS", criteriaSet: "Build:01890000-0000-7000-8000-000000000000""#, "NOT_FOUND"),
            (r#"period: "2022-H1", block: "DEPARTMENTS", criteriaSet: "x""#, "BAD_INPUT"),
            (r#"period: "2022-H1", block: "DEPARTMENTS", changes: [{ agency: "STC", what: {} }]"#, "GRAPHQL_VALIDATION_FAILED"),
        ] {
            assert_eq!(app.refusal(&with(arguments)).await, code, "{arguments}");
        }
        let many = json!(vec![value("KKT", "dossiers_resolved_total", Some("13")); 201]);
        let query = "query ($c: [SimulationChangeInput!]) { simulateScorecards(period: \"2022-H1\", block: \"DEPARTMENTS\", changes: $c) { cards { rank } } }";
        let answer = app.post(&json!({ "query": query, "variables": { "c": many } })).await;
        assert_eq!(answer.json["errors"][0]["extensions"]["code"], "BAD_INPUT", "{}", answer.json);
    }

    async fn by_the_set_in_use_it_is_the_same_whoever_names_it(kind) {
        let app = App::compiled(kind).await;
        let set = app.ask(r#"{ criteriaSet(period: "2022-H1", block: "DEPARTMENTS") { id } }"#).await;
        let cards = "cards { agency { code } totalExact rank }";
        let query = format!(
            r#"{{ named: simulateScorecards(period: "2022-H1", block: "DEPARTMENTS", criteriaSet: {}) {{ {cards} }}
                 unnamed: simulateScorecards(period: "2022-H1", block: "DEPARTMENTS") {{ {cards} }} }}"#,
            set["criteriaSet"]["id"]
        );
        let both = app.ask(&query).await;
        assert_eq!(both["named"], both["unnamed"]);
    }
}
