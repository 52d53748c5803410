//! `pathToTarget`: what can still be changed, and that the path leads where it says.

use chrono::NaiveDate;
use entity::{document, measure};
use scoring::{Course, Exact};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::{Value, json};
use tests::{App, make, on_both};

const WITHIN: &str = "2022-06-15";
const STANDING: &str = "{ indexPercentExact grade { code } rank }";

/// The agency's way to a target as of a day.
async fn path(app: &App, agency: &str, target: &str, as_of: &str) -> Value {
    let query = format!(
        "{{ pathToTarget(agency: \"{agency}\", period: \"2022-H1\", target: {{ {target} }}, asOf: \"{as_of}\") {{
            outcome periodClosed targetIndexPercentExact current {STANDING} best {STANDING}
            steps {{ number line measure by from to units gain gainExact gainPerUnitExact sentenceVi sentenceEn
                     changes {{ measure criterion value }} }}
            path {{ steps standing {STANDING} changes {{ measure criterion value }} sentenceVi sentenceEn }}
            unsettled {{ line state measures sentenceVi }} unchangeable {{ line why sentenceVi sentenceEn }} }} }}"
    );
    app.ask(&query).await["pathToTarget"].clone()
}

/// The agency's card when the changes of a path hold.
async fn simulated(app: &App, block: &str, agency: &str, changes: &Value) -> Value {
    let changes: Vec<_> = changes.as_array().expect("changes").iter().map(|change| {
        json!({ "agency": agency, "what": { "value": { "measure": change["measure"], "value": change["value"] } } })
    }).collect();
    let query = format!(
        "query ($changes: [SimulationChangeInput!]) {{ simulateScorecards(period: \"2022-H1\", block: \"{block}\", \
         changes: $changes) {{ cards {{ agency {{ code }} totalExact totalChangeExact indexPercentExact grade {{ code }} rank }} errors {{ code }} }} }}"
    );
    let answer = app.post(&json!({ "query": query, "variables": { "changes": changes } })).await;
    assert_eq!(answer.json["data"]["simulateScorecards"]["errors"], json!([]), "{}", answer.json);
    let cards = answer.json["data"]["simulateScorecards"]["cards"].as_array().expect("cards").clone();
    cards.into_iter().find(|card| card["agency"]["code"] == agency).expect("the agency's card")
}

fn exact(value: &Value) -> Exact {
    value.as_str().expect("a number").parse().expect("a number")
}

/// A line that no step changes, by its code.
fn unchangeable<'a>(path: &'a Value, line: &str) -> &'a Value {
    let mut lines = path["unchangeable"].as_array().expect("lines").iter();
    lines
        .find(|other| other["line"] == line)
        .unwrap_or_else(|| panic!("{line} is not among {}", path["unchangeable"]))
}

/// The sentences of the steps of a line.
fn steps<'a>(path: &'a Value, line: &str) -> Vec<&'a Value> {
    path["steps"].as_array().expect("steps").iter().filter(|step| step["line"] == line).collect()
}

/// What a document of an agency is, and when it was due.
async fn documented(app: &App, agency: &str, state: document::State, due_on: Option<NaiveDate>) {
    let agency = make::agency(&app.database, agency).await.id;
    document::Entity::update_many()
        .col_expr(document::Column::State, Expr::value(state))
        .col_expr(document::Column::DueOn, Expr::value(due_on))
        .filter(document::Column::AgencyId.eq(agency))
        .filter(document::Column::Code.eq("PAR_PLAN"))
        .exec(&app.database)
        .await
        .expect("a change");
}

/// A department with much to gain.
async fn behind(app: &App) {
    for (measure, value) in [
        ("headcount_within_quota", "false"),
        ("iso_9001", "NONE"),
        ("law_enforcement_plan", "NONE"),
        ("staff_survey_share", "0.4"),
        ("deputies_as_regulated", "false"),
        ("staff_disciplined", "3"),
    ] {
        make::observation(&app.database, "STC", measure, value).await;
    }
}

on_both! {
    async fn the_path_that_is_told_leads_where_it_says(kind) {
        let app = App::compiled(kind).await;
        behind(&app).await;
        let before = simulated(&app, "DEPARTMENTS", "STC", &json!([])).await;
        for target in ["grade: \"GOOD\"", "grade: \"EXCELLENT\"", "indexPercent: \"88.125\"", "rank: 3", "rank: 2"] {
            let way = path(&app, "STC", target, WITHIN).await;
            assert_eq!(way["outcome"], "REACHED", "{target}: {way}");
            assert_eq!(way["current"]["indexPercentExact"], before["indexPercentExact"]);
            let told = &way["path"];
            let card = simulated(&app, "DEPARTMENTS", "STC", &told["changes"]).await;
            for column in ["indexPercentExact", "grade", "rank"] {
                assert_eq!(told["standing"][column], card[column], "{target}");
            }
            assert!(exact(&card["indexPercentExact"]) >= exact(&way["targetIndexPercentExact"]), "{target}");
            // Without the last step it is not reached.
            let last = told["steps"].as_array().expect("steps").last().expect("a step").clone();
            let (mut shorter, taken) = (serde_json::Map::new(), told["steps"].as_array().expect("steps"));
            for step in way["steps"].as_array().expect("steps") {
                if step["number"] != last && taken.contains(&step["number"]) {
                    for change in step["changes"].as_array().expect("changes") {
                        shorter.insert(change["measure"].to_string(), change.clone());
                    }
                }
            }
            let card = simulated(&app, "DEPARTMENTS", "STC", &shorter.into_iter().map(|(_, change)| change).collect()).await;
            assert!(exact(&card["indexPercentExact"]) < exact(&way["targetIndexPercentExact"]), "{target}");
        }
        let first = path(&app, "STC", "rank: 1", WITHIN).await;
        assert_eq!((&first["outcome"], &first["best"]["rank"]), (&json!("NOT_REACHABLE"), &json!(2)));
        let good = path(&app, "STC", "grade: \"GOOD\"", WITHIN).await;
        assert_eq!(steps(&good, "4.1.1")[0]["sentenceVi"], "Đạt “Sử dụng biên chế không vượt số được giao”: +3,00 điểm");
        assert_eq!(steps(&good, "7.3.1")[0]["sentenceEn"], "Application of the quality management system ISO 9001:2015: “None” → “Applied”: +1.50 points");
        assert_eq!(unchangeable(&good, "5.1.2")["why"], "ONLY_GROWS");
        let per_unit: Vec<_> = good["steps"].as_array().expect("steps").iter().map(|step| exact(&step["gainPerUnitExact"])).collect();
        assert!(per_unit[0] >= per_unit[1], "{per_unit:?}");
    }

    async fn each_step_alone_gains_what_it_says(kind) {
        let app = App::compiled(kind).await;
        behind(&app).await;
        let way = path(&app, "STC", "indexPercent: \"1000\"", WITHIN).await;
        assert_eq!((&way["outcome"], &way["path"]), (&json!("NOT_REACHABLE"), &Value::Null));
        let mut seen = Vec::new();
        for step in way["steps"].as_array().expect("steps").iter().take(12) {
            if seen.contains(&step["measure"]) {
                continue;
            }
            seen.push(step["measure"].clone());
            let before = simulated(&app, "DEPARTMENTS", "STC", &json!([])).await;
            let card = simulated(&app, "DEPARTMENTS", "STC", &step["changes"]).await;
            let gained = exact(&card["totalExact"]) - &exact(&before["totalExact"]);
            assert_eq!(gained, exact(&step["gainExact"]), "{step}");
        }
        let best = exact(&way["best"]["indexPercentExact"]);
        assert!(best > exact(&way["current"]["indexPercentExact"]) && best <= Exact::hundred(), "{best}");
    }

    async fn late_dossiers_stay_late_and_one_more_in_time_is_one_more_resolved(kind) {
        let app = App::compiled(kind).await;
        let way = path(&app, "KKT", "indexPercent: \"1000\"", WITHIN).await;
        let dossiers = steps(&way, "3.2.1");
        let told: Vec<_> = dossiers.iter().map(|step| (step["from"].as_str().expect("from"), step["to"].as_str().expect("to"), step["changes"].clone())).collect();
        let both = |in_time: &str, total: &str| json!([
            { "measure": "dossiers_resolved_in_time", "criterion": null, "value": in_time },
            { "measure": "dossiers_resolved_total", "criterion": null, "value": total },
        ]);
        assert_eq!(told, [("12", "13", both("13", "14")), ("13", "19", both("19", "20"))]);
        assert_eq!(dossiers[1]["sentenceVi"], "Thêm 6 hồ sơ giải quyết trước hạn và đúng hạn (13 → 19): +0,43 điểm");
        assert_eq!(dossiers[1]["gainExact"], "3/7");

        // Where the catalogue does not say that they are part of all, only as many as there are can be in time.
        measure::Entity::update_many()
            .col_expr(measure::Column::PartOf, Expr::value("[]"))
            .filter(measure::Column::Code.eq("dossiers_resolved_in_time"))
            .exec(&app.database)
            .await
            .expect("a change");
        let way = path(&app, "KKT", "indexPercent: \"1000\"", WITHIN).await;
        assert_eq!(steps(&way, "3.2.1").iter().map(|step| step["to"].clone()).collect::<Vec<_>>(), ["13"]);
    }

    async fn a_deadline_that_has_passed_is_not_met_any_more(kind) {
        let app = App::compiled(kind).await;
        behind(&app).await;
        let due_on = Some(make::day(2022, 1, 31));
        documented(&app, "STC", document::State::NotIssued, due_on).await;
        let to = |way: &Value| steps(way, "1.1.1").iter().map(|step| step["to"].clone()).collect::<Vec<_>>();
        let on_the_day = path(&app, "STC", "grade: \"GOOD\"", "2022-01-31").await;
        assert_eq!(to(&on_the_day), ["ISSUED_ON_TIME"], "nobody is advised to be late");
        let after = path(&app, "STC", "grade: \"GOOD\"", "2022-02-01").await;
        assert_eq!(to(&after), ["ISSUED_LATE"]);
        documented(&app, "STC", document::State::IssuedLate, due_on).await;
        let late = path(&app, "STC", "grade: \"GOOD\"", WITHIN).await;
        assert_eq!(to(&late), Vec::<Value>::new());
        let line = unchangeable(&late, "1.1.1");
        assert_eq!((&line["why"], &line["sentenceVi"]), (&json!("DEADLINE_MISSED"), &json!("Việc ban hành kế hoạch CCHC năm: đã quá hạn ngày 31/01/2022")));

        make::observation(&app.database, "STC", "reports_complete_on_time", "false").await;
        let reported = path(&app, "STC", "grade: \"GOOD\"", WITHIN).await;
        assert_eq!(unchangeable(&reported, "1.2.1")["why"], "FIXED");
        let known = measure::with_code("reports_complete_on_time").one(&app.database).await.expect("a look").expect("it");
        assert_eq!(known.course, Course::Fixed);
    }

    async fn when_the_period_is_over_nothing_of_it_changes(kind) {
        let app = App::compiled(kind).await;
        behind(&app).await;
        let last = path(&app, "STC", "grade: \"EXCELLENT\"", "2022-06-30").await;
        assert_eq!((&last["periodClosed"], &last["outcome"]), (&json!(false), &json!("REACHED")));
        let over = path(&app, "STC", "grade: \"EXCELLENT\"", "2022-07-01").await;
        assert_eq!((&over["periodClosed"], &over["outcome"], &over["steps"]), (&json!(true), &json!("NOT_REACHABLE"), &json!([])));
        assert_eq!(unchangeable(&over, "4.1.1")["why"], "PERIOD_CLOSED");
        assert_eq!(over["best"]["indexPercentExact"], over["current"]["indexPercentExact"]);
        // The test's clock shows a day after the half-year.
        let today = app.ask(r#"{ pathToTarget(agency: "STC", period: "2022-H1", target: { rank: 1 }) { periodClosed asOf } }"#).await;
        assert_eq!(today["pathToTarget"]["periodClosed"], json!(true), "{today}");
        let there = path(&app, "STC", "grade: \"WEAK\"", "2022-07-01").await;
        assert_eq!(there["outcome"], "ALREADY_REACHED");
    }

    async fn a_card_without_a_total_says_what_is_to_be_reported(kind) {
        let app = App::compiled(kind).await;
        let way = path(&app, "SNGV", "grade: \"WEAK\"", WITHIN).await;
        assert_eq!((&way["outcome"], &way["path"]), (&json!("INCOMPLETE_CARD"), &Value::Null));
        let waits = way["unsettled"].as_array().expect("lines");
        let listed = waits.iter().find(|line| line["line"] == "3.1.1").expect("the listing");
        assert_eq!(listed["measures"], json!(["procedures_in_authority", "procedures_listed"]));
        assert!(listed["sentenceVi"].as_str().expect("a sentence").starts_with("Báo cáo số liệu: "), "{listed}");
        assert!(!steps(&way, "6.1.1").is_empty(), "what is known can be improved all the same: {way}");
    }

    async fn what_cannot_be_a_target_is_refused(kind) {
        let app = App::compiled(kind).await;
        let with = |arguments: &str| format!("{{ pathToTarget({arguments}) {{ outcome }} }}");
        for (arguments, code) in [
            (r#"agency: "STC", period: "2031-H1", target: { rank: 1 }"#, "NOT_FOUND"),
            (r#"agency: "NOPE", period: "2022-H1", target: { rank: 1 }"#, "NOT_FOUND"),
            (r#"agency: "STC", period: "2022-H1", target: { rank: 0 }"#, "BAD_INPUT"),
            (r#"agency: "STC", period: "2022-H1", target: { grade: "SUPERB" }"#, "BAD_INPUT"),
            (r#"agency: "STC", period: "2022-H1", target: { indexPercent: "-1" }"#, "BAD_INPUT"),
            (r#"agency: "STC", period: "2022-H1", target: { indexPercent: "many" }"#, "BAD_INPUT"),
            (r#"agency: "STC", period: "2022-H1", target: {}"#, "GRAPHQL_VALIDATION_FAILED"),
        ] {
            assert_eq!(app.refusal(&with(arguments)).await, code, "{arguments}");
        }
        make::change_agency(&app.database, "STC", |agency| agency.valid_from = make::day(2024, 1, 1)).await;
        assert_eq!(app.refusal(&with(r#"agency: "STC", period: "2022-H1", target: { rank: 1 }"#)).await, "BAD_INPUT");
    }
}
