//! What public bodies printed, by criteria sets of its own: the measures are defined, the set is imported, activated
//! and used, the figures are reported, and the compiled cards print what the tables print.

use scoring::Exact;
use serde::Deserialize;
use serde_json::{Value, json};
use tests::{App, make, on_both};

use super::criteria_sets::{change, import};
use crate::scoring::published::csv::{Row, read};
use crate::scoring::published::index_766::{PAYMENT, PROGRESS};
use crate::scoring::published::{exact_parts, ministries};

const MEASURES: &str = include_str!("../../data/published/measures.yaml");
const INDEX_766: &str = include_str!("../../data/published/index-766.yaml");
const MINISTRIES: &str = include_str!("../../data/published/ministries.yaml");

#[derive(Deserialize)]
struct Measure {
    code: String,
    unit: String,
    name_vi: String,
    name_en: String,
}

/// The departments, scored by a set that was handed in as a file; their codes.
async fn scored_by(app: &App, file: &str) -> Vec<String> {
    let measures: Vec<Measure> = serde_saphyr::from_str(MEASURES).expect("the measures");
    for Measure { code, unit, name_vi, name_en } in measures {
        let input = json!({ "code": code, "unit": unit, "nameVi": name_vi, "nameEn": name_en, "gathering": "OBSERVATION" });
        let query = "mutation ($input: DefineMeasureInput!) { defineMeasure(input: $input) { code errors { code } } }";
        let answer = app.post(&json!({ "query": query, "variables": { "input": input } })).await;
        assert_eq!(answer.json["data"]["defineMeasure"], json!({ "code": code, "errors": [] }));
    }
    let tried = import(app, "YAML", file, true).await;
    assert_eq!((&tried["problems"], &tried["criteriaSet"]), (&json!([]), &Value::Null));
    let set = import(app, "YAML", file, false).await["criteriaSet"].clone();
    let (id, fingerprint) = (&set["id"], &set["fingerprint"]);
    change(app, "activateCriteriaSet", &format!("criteriaSet: {id}, fingerprint: {fingerprint}")).await;
    let used = format!(r#"criteriaSet: {id}, period: "2022-H1", block: "DEPARTMENTS""#);
    assert_eq!(change(app, "useCriteriaSet", &used).await["errors"], json!([]));
    let agencies = app.ask(r#"{ agencies(first: 200) { nodes { code block { code } } } }"#).await;
    let agencies = agencies["agencies"]["nodes"].as_array().expect("agencies").iter();
    let departments = agencies.filter(|agency| agency["block"]["code"] == "DEPARTMENTS");
    departments.map(|agency| agency["code"].as_str().expect("a code").to_owned()).collect()
}

async fn report(app: &App, agency: &str, row: &Row, columns: &[&str]) {
    for column in columns {
        make::observation(&app.database, agency, &format!("portal_{column}"), row.text(column)).await;
    }
}

async fn compile(app: &App) {
    let build = r#"mutation { requestBuild(input: { period: "2022-H1", reason: "x" }) { errors { code } } }"#;
    assert_eq!(app.ask(build).await["requestBuild"]["errors"], json!([]));
    app.drain().await;
}

async fn card(app: &App, agency: &str) -> Value {
    let query = format!(
        r#"{{ scorecard(agency: "{agency}", period: "2022-H1") {{
            state total indexPercent rank lines {{ code state points pointsExact }} }} }}"#
    );
    app.ask(&query).await["scorecard"].clone()
}

fn line<'a>(card: &'a Value, code: &str) -> &'a Value {
    let mut lines = card["lines"].as_array().expect("lines").iter();
    lines.find(|line| line["code"] == code).expect("the line")
}

/// A printed number without superfluous digits, as the tables print it.
fn number(printed: &Value) -> Exact {
    printed.as_str().unwrap_or_default().parse().expect("a number")
}

on_both! {
    async fn the_766_index_prints_the_published_rows_of_progress_and_payment(kind) {
        let app = App::compiled(kind).await;
        let departments = scored_by(&app, INDEX_766).await;
        let (progress, payment) = (read(PROGRESS), read(PAYMENT));
        assert_eq!((progress.len(), payment.len()), (8, 3));
        for (row, agency) in progress.iter().zip(&departments) {
            report(&app, agency, row, &["received", "on_time"]).await;
        }
        let columns = [
            "paid_ok", "with_fee_duty", "procedures_paid_successfully", "procedures_payable_on_portal", "fee_procedures",
        ];
        for (row, agency) in payment.iter().zip(&departments) {
            report(&app, agency, row, &columns).await;
        }
        // No published figure: a share that was made up, to see the rule at work.
        make::observation(&app.database, &departments[0], "portal_satisfied", "0.95").await;
        compile(&app).await;

        for (row, agency) in progress.iter().zip(&departments) {
            let printed = number(&line(&card(&app, agency).await, "1")["points"]);
            assert_eq!(printed, row.number("score_of_20"), "{row:?}");
        }
        for (row, agency) in payment.iter().zip(&departments) {
            let printed = number(&line(&card(&app, agency).await, "2")["points"]);
            assert_eq!(printed, row.number("score_of_10"), "{row:?}");
        }
        let whole = card(&app, &departments[0]).await;
        assert_eq!((&line(&whole, "3")["points"], &whole["state"]), (&json!("17.10"), &json!("FINAL")));
        // 19.38 and 7.67 and 17.10 as printed; the sum is that of the exact points.
        let exact = number(&line(&whole, "1")["pointsExact"]) + &number(&line(&whole, "2")["pointsExact"])
            + &number(&line(&whole, "3")["pointsExact"]);
        assert_eq!(whole["total"], exact.print(2));
        // Who reported nothing has no points, and not none.
        let silent = card(&app, departments.last().expect("a department")).await;
        assert_eq!((&line(&silent, "1")["state"], &line(&silent, "1")["points"]), (&json!("MISSING"), &Value::Null));
    }

    async fn the_ministries_print_their_published_parts_totals_and_ranks(kind) {
        let app = App::compiled(kind).await;
        let departments = scored_by(&app, MINISTRIES).await;
        assert!(departments.len() >= 10);
        // The table prints parts that were rounded; these are exact ones that print so.
        for (row, agency) in ministries().iter().zip(&departments) {
            let (appraised, survey) = exact_parts(row);
            let share = Exact::ratio(&survey, &Exact::from(30)).expect("a share");
            make::observation(&app.database, agency, "ministry_appraised", &appraised.to_string()).await;
            make::observation(&app.database, agency, "ministry_survey", &share.to_string()).await;
        }
        compile(&app).await;
        for (row, agency) in ministries().iter().zip(&departments) {
            let card = card(&app, agency).await;
            let printed = [&line(&card, "1")["points"], &line(&card, "2")["points"], &card["total"], &card["indexPercent"]];
            let expected = ["appraised", "survey", "total", "index_percent"].map(|column| json!(row.text(column)));
            assert_eq!(printed, expected.each_ref(), "{row:?}");
            assert_eq!(card["rank"].to_string(), row.text("rank"), "{row:?}");
        }
    }
}
