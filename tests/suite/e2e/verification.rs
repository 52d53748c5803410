//! `verifyScorecard` and `verifyBuild`: what is stored is what its facts give, or the difference is told.

use entity::{observation, scorecard, scorecard_line};
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder};
use serde_json::{Value, json};
use tests::{App, on_both};

const VERIFICATION: &str = "outcome engineVersion currentEngineVersion differenceCount
    differences { line column stored computed } moved { kind key before after }";

async fn id_of(app: &App, agency: &str) -> String {
    let card = app.ask(&format!(r#"{{ scorecard(agency: "{agency}", period: "2022-H1") {{ id }} }}"#)).await;
    card["scorecard"]["id"].as_str().expect("a card").to_owned()
}

async fn verify(app: &App, id: &str) -> Value {
    let query = format!(r#"{{ verifyScorecard(id: "{id}") {{ {VERIFICATION} }} }}"#);
    app.ask(&query).await["verifyScorecard"].clone()
}

fn row(id: &str) -> entity::ScorecardId {
    id.split_once(':').expect("a global id").1.parse().expect("an id")
}

/// Writes into a line behind everybody's back.
async fn tamper(app: &App, card: &str, line: &str, column: scorecard_line::Column, value: &str) {
    scorecard_line::Entity::update_many()
        .col_expr(column, Expr::value(value))
        .filter(scorecard_line::Column::ScorecardId.eq(row(card)))
        .filter(scorecard_line::Column::Code.eq(line))
        .exec(&app.database)
        .await
        .expect("a change");
}

async fn tamper_card(app: &App, card: &str, column: scorecard::Column, value: &str) {
    scorecard::Entity::update_many()
        .col_expr(column, Expr::value(value))
        .filter(scorecard::Column::Id.eq(row(card)))
        .exec(&app.database)
        .await
        .expect("a change");
}

on_both! {
    async fn every_card_of_the_sample_is_what_its_facts_give(kind) {
        let app = App::compiled(kind).await;
        for agency in ["KKT", "SNGV", "STC"] {
            let verified = verify(&app, &id_of(&app, agency).await).await;
            let expected = json!({
                "outcome": "MATCH", "engineVersion": "1", "currentEngineVersion": "1",
                "differenceCount": 0, "differences": [], "moved": [],
            });
            assert_eq!(verified, expected, "{agency}");
        }
        let builds = app.ask("{ builds { nodes { id cardsWritten } } }").await;
        let build = &builds["builds"]["nodes"][0];
        let query = format!("{{ verifyBuild(id: {}) {{ cards matching different {{ scorecard }} }} }}", build["id"]);
        let verified = app.ask(&query).await["verifyBuild"].clone();
        assert_eq!(verified["cards"], build["cardsWritten"]);
        assert_eq!(verified["matching"], verified["cards"]);
        assert_eq!(verified["different"], json!([]));
    }

    async fn a_figure_that_was_changed_is_told(kind) {
        let app = App::compiled(kind).await;
        let card = id_of(&app, "KKT").await;
        tamper(&app, &card, "3.2", scorecard_line::Column::Points, "6").await;
        tamper_card(&app, &card, scorecard::Column::Total, "100").await;
        let verified = verify(&app, &card).await;
        assert_eq!((&verified["outcome"], &verified["differenceCount"]), (&json!("DIFFERENT"), &json!(2)));
        let [line, total] = verified["differences"].as_array().expect("a list").as_slice() else { panic!("{verified}") };
        assert_eq!(line["line"], "3.2");
        assert_eq!((&line["column"], &line["stored"], &line["computed"]), (&json!("points"), &json!("6"), &json!("98/13")));
        assert_eq!((&total["line"], &total["column"], &total["stored"]), (&Value::Null, &json!("total"), &json!("100")));
        let builds = app.ask("{ builds { nodes { id } } }").await;
        let query = format!(
            "{{ verifyBuild(id: {}) {{ cards matching different {{ scorecard differenceCount }} }} }}",
            builds["builds"]["nodes"][0]["id"]
        );
        let verified = app.ask(&query).await["verifyBuild"].clone();
        assert_eq!(verified["different"], json!([{ "scorecard": card, "differenceCount": 2 }]));
    }

    async fn a_line_that_is_gone_or_facts_that_cannot_be_read_are_told(kind) {
        let app = App::compiled(kind).await;
        let (short, unreadable, hashed) =
            (id_of(&app, "KKT").await, id_of(&app, "STC").await, id_of(&app, "SNGV").await);
        let lines = scorecard_line::of_card(row(&short)).all(&app.database).await.expect("lines");
        let third = lines[3].clone();
        let code = third.code.clone();
        third.into_active_model().delete(&app.database).await.expect("removed");
        let gone = verify(&app, &short).await;
        assert_eq!(gone["differences"], json!([{ "line": code, "column": "position", "stored": null, "computed": "3" }]));

        tamper_card(&app, &unreadable, scorecard::Column::Facts, "{}").await;
        let unread = verify(&app, &unreadable).await;
        assert_eq!((&unread["outcome"], &unread["differences"][0]["column"]), (&json!("DIFFERENT"), &json!("facts")));
        assert_eq!(unread["moved"], Value::Null);

        tamper_card(&app, &hashed, scorecard::Column::ContentHash, "0").await;
        let hash = verify(&app, &hashed).await;
        assert_eq!((&hash["differenceCount"], &hash["differences"][0]["column"]), (&json!(1), &json!("content_hash")));
    }

    async fn a_card_under_another_agencys_name_is_told(kind) {
        let app = App::compiled(kind).await;
        let (mine, other) = (id_of(&app, "STC").await, id_of(&app, "SNV").await);
        let agency_of = async |card: &str| {
            scorecard::Entity::find_by_id(row(card)).one(&app.database).await.expect("a look").expect("a card").agency_id
        };
        let (stc, snv) = (agency_of(&mine).await, agency_of(&other).await);
        for (card, agency, current) in [(&other, snv, false), (&mine, snv, true), (&other, stc, true)] {
            scorecard::Entity::update_many()
                .col_expr(scorecard::Column::AgencyId, Expr::value(agency))
                .col_expr(scorecard::Column::Current, Expr::value(current))
                .col_expr(scorecard::Column::Revision, Expr::value(if current { 2 } else { 9 }))
                .filter(scorecard::Column::Id.eq(row(card)))
                .exec(&app.database)
                .await
                .expect("a change");
        }
        for card in [&mine, &other] {
            let verified = verify(&app, card).await;
            assert_eq!((&verified["outcome"], &verified["differenceCount"]), (&json!("DIFFERENT"), &json!(1)), "{verified}");
            assert_eq!(verified["differences"][0]["column"], "agency_id");
        }
    }

    async fn a_card_of_another_engine_says_so(kind) {
        let app = App::compiled(kind).await;
        let card = id_of(&app, "KKT").await;
        tamper_card(&app, &card, scorecard::Column::EngineVersion, "0").await;
        let verified = verify(&app, &card).await;
        // The hash names the engine: what version 1 hashed is not what version 0 would have.
        assert_eq!((&verified["outcome"], &verified["engineVersion"]), (&json!("DIFFERENT"), &json!("0")));
        assert_eq!(verified["differences"][0]["column"], "content_hash");
        let computed = verified["differences"][0]["computed"].as_str().expect("a hash").to_owned();
        tamper_card(&app, &card, scorecard::Column::ContentHash, &computed).await;
        let honest = verify(&app, &card).await;
        assert_eq!((&honest["outcome"], &honest["engineVersion"]), (&json!("MATCH"), &json!("0")));
        tamper(&app, &card, "3.2.1", scorecard_line::Column::Points, "6").await;
        let changed = verify(&app, &card).await;
        assert_eq!((&changed["outcome"], &changed["differenceCount"]), (&json!("ENGINE_CHANGED"), &json!(1)));

        let publish = r#"mutation { publishRanking(input: { period: "2022-H1", block: "MANAGEMENT_BOARDS" }) { errors { code } } }"#;
        app.ask(publish).await;
        let query = format!(r#"{{ verifyScorecard(id: "{card}") {{ outcome differenceCount differences {{ computed }} moved {{ key }} }} }}"#);
        let told = app.as_public().ask(&query).await["verifyScorecard"].clone();
        let expected = json!({ "outcome": "ENGINE_CHANGED", "differenceCount": 1, "differences": [], "moved": null });
        assert_eq!(told, expected, "what another version gives is not published");
    }

    async fn what_is_known_otherwise_by_now_is_told(kind) {
        let app = App::compiled(kind).await;
        let card = id_of(&app, "KKT").await;
        let seen = observation::Entity::find()
            .filter(observation::Column::AgencyId.in_subquery(agency("KKT")))
            .order_by_asc(observation::Column::MeasureCode)
            .one(&app.database)
            .await
            .expect("a look")
            .expect("an observation");
        observation::Entity::update_many()
            .col_expr(observation::Column::AsOf, Expr::value(chrono::NaiveDate::from_ymd_opt(2022, 6, 1)))
            .filter(observation::Column::Id.eq(seen.id))
            .exec(&app.database)
            .await
            .expect("a change");
        let verified = verify(&app, &card).await;
        assert_eq!(verified["outcome"], "MATCH", "the card is what its own facts give");
        let moved = verified["moved"].as_array().expect("a list");
        assert_eq!(moved.len(), 1, "{verified}");
        assert_eq!((&moved[0]["kind"], &moved[0]["key"]), (&json!("VALUE"), &json!(seen.measure_code)));
        assert!(moved[0]["after"].as_str().is_some_and(|after| after.ends_with("2022-06-01)")), "{verified}");
        assert_ne!(moved[0]["before"], moved[0]["after"]);
    }

    async fn what_is_no_card_is_refused(kind) {
        let app = App::compiled(kind).await;
        let nobody = "01890000-0000-7000-8000-000000000000";
        assert_eq!(verify(&app, &format!("Scorecard:{nobody}")).await, Value::Null);
        for (query, code) in [
            (format!(r#"{{ verifyScorecard(id: "Build:{nobody}") {{ outcome }} }}"#), "BAD_INPUT"),
            (r#"{ verifyScorecard(id: "x") { outcome } }"#.to_owned(), "BAD_INPUT"),
            (format!(r#"{{ verifyBuild(id: "Scorecard:{nobody}") {{ cards }} }}"#), "BAD_INPUT"),
            (format!(r#"{{ verifyBuild(id: "Build:{nobody}") {{ cards }} }}"#), "NOT_FOUND"),
        ] {
            assert_eq!(app.refusal(&query).await, code, "{query}");
        }
    }
}

fn agency(code: &str) -> sea_orm::sea_query::SelectStatement {
    use sea_orm::{QuerySelect, QueryTrait};
    entity::agency::with_code(code).select_only().column(entity::agency::Column::Id).into_query()
}
