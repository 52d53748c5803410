//! The main job: from the real inspection to compiled, explained half-year scorecards.

use serde_json::{Value, json};
use tests::{App, on_both};

async fn card(app: &App, agency: &str) -> Value {
    let query = format!(
        r#"{{ scorecard(agency: "{agency}", period: "2022-H1") {{
            state points total totalExact effectiveMax indexPercent indexPercentExact rank missingCount
            grade {{ code nameVi }} revision contentHash engineVersion setFingerprint
            lines {{ code state points pointsExact reason {{ because about band formula ratioPercent step }}
                     inputs {{ measure nameVi nameEn value source asOf }} }} }} }}"#
    );
    app.ask(&query).await["scorecard"].clone()
}

fn line<'a>(card: &'a Value, code: &str) -> &'a Value {
    let lines = card["lines"].as_array().expect("lines");
    lines.iter().find(|line| line["code"] == code).expect("the line")
}

on_both! {
    async fn the_management_board_has_the_score_of_the_worked_check(kind) {
        let app = App::compiled(kind).await;
        let card = card(&app, "KKT").await;
        assert_eq!(card["state"], "FINAL");
        assert_eq!(card["effectiveMax"], "96.00");
        assert_eq!(card["indexPercent"], "99.52");
        assert_eq!(card["indexPercentExact"], "5175/52");
        assert_eq!(card["totalExact"], "1242/13");
        assert_eq!(card["grade"]["code"], "EXCELLENT");
        assert_eq!(card["rank"], 1);
        let on_time = line(&card, "3.2.1");
        assert_eq!(on_time["pointsExact"], "72/13");
        assert_eq!(on_time["points"], "5.54");
        assert_eq!(on_time["reason"]["band"], "80 % ≤ x < 95 %");
        assert_eq!(on_time["reason"]["formula"], "6 × 12/13");
        assert_eq!(on_time["reason"]["ratioPercent"], "92.3077");
        assert_eq!(on_time["inputs"][0]["value"], "12");
        assert_eq!(on_time["inputs"][0]["source"], "INSPECTION_REPORT");
        assert_eq!(on_time["inputs"][1]["value"], "13");
        let listed = line(&card, "3.1.1");
        assert_eq!(listed["inputs"][0]["value"], "30");
        assert_eq!(listed["points"], "2.00");
        assert_eq!(line(&card, "1.3.1")["state"], "NOT_APPLICABLE");
        assert_eq!(line(&card, "1.3.1")["reason"]["because"], "TAGS_ABSENT");
        assert_eq!(line(&card, "1.3.1")["reason"]["about"], json!(["HAS_SUBUNITS"]));
    }

    async fn an_unknown_number_is_missing_and_never_zero(kind) {
        let app = App::compiled(kind).await;
        let card = card(&app, "SNGV").await;
        assert_eq!(card["state"], "INCOMPLETE");
        for total in ["points", "total", "indexPercent", "grade", "rank"] {
            assert_eq!(card[total], Value::Null, "{total}");
        }
        let lines = card["lines"].as_array().expect("lines");
        let missing: Vec<_> =
            lines.iter().filter(|line| line["state"] == "MISSING").map(|line| &line["code"]).collect();
        assert_eq!(missing, ["3.1.1", "3.2.1", "3.2.2", "5.2.1", "7.2.1", "7.2.2"]);
        assert_eq!(card["missingCount"], 6);
        let reason = &line(&card, "3.2.1")["reason"];
        assert_eq!(reason["because"], "NOT_REPORTED");
        assert_eq!(reason["about"], json!(["dossiers_resolved_in_time", "dossiers_resolved_total"]));
        let overdue = &line(&card, "3.2.2")["inputs"][1];
        assert_eq!((&overdue["value"], &overdue["source"]), (&json!("3"), &json!("INSPECTION_REPORT")));
        let assets = line(&card, "6.1.1");
        assert_eq!((&assets["state"], &assets["points"]), (&json!("SCORED"), &json!("0.00")));
        assert_eq!(assets["inputs"][0]["source"], "INSPECTION_REPORT");
    }

    async fn ranks_are_within_the_block_and_ties_share_one(kind) {
        let app = App::compiled(kind).await;
        let data = app.ask(r#"{
            departments: ranking(period: "2022-H1", block: "DEPARTMENTS") {
                totalCount nodes { rank scorecard { indexPercentExact agency { code } } } }
            boards: ranking(period: "2022-H1", block: "MANAGEMENT_BOARDS") { nodes { rank } } }"#).await;
        let ranks: Vec<_> = data["departments"]["nodes"]
            .as_array().expect("entries").iter().map(|entry| entry["rank"].clone()).collect();
        assert_eq!(json!(ranks), json!([1, 2, 3, 3, 5, 6, 7, 8, null, null]));
        assert_eq!(data["departments"]["totalCount"], 10);
        assert_eq!(data["boards"]["nodes"], json!([{"rank": 1}, {"rank": 2}]));
        let entries = &data["departments"]["nodes"];
        assert_eq!(entries[2]["scorecard"]["indexPercentExact"], entries[3]["scorecard"]["indexPercentExact"]);
    }

    async fn the_inspection_is_there_with_every_fact(kind) {
        let app = App::compiled(kind).await;
        let data = app.ask(r#"{ inspections(period: "2022-H1") { totalCount nodes {
            inspectedOn delegation { nameVi members { role titleVi } }
            agencies { agency { code } conclusionVi followUpVi
                findings { kind pillar subjectVi subjectEn stateVi value outOf channels }
                recommendations { textVi textEn dueOn state reportToVi coordinateWithVi } } } } }"#).await;
        let inspection = &data["inspections"]["nodes"][0];
        assert_eq!(data["inspections"]["totalCount"], 1);
        assert_eq!(inspection["inspectedOn"], "2022-07-05");
        assert_eq!(inspection["delegation"]["members"][0]["role"], "DEPUTY_HEAD");
        let count = |agency: usize, kind: &str| {
            let findings = inspection["agencies"][agency]["findings"].as_array().expect("findings");
            findings.iter().filter(|finding| finding["kind"] == kind).count()
        };
        assert_eq!((count(0, "ACHIEVEMENT"), count(0, "LIMITATION")), (11, 3));
        assert_eq!((count(1, "ACHIEVEMENT"), count(1, "LIMITATION")), (5, 0));
        for agency in 0..2 {
            let recommendations = inspection["agencies"][agency]["recommendations"].as_array();
            assert_eq!(recommendations.map(Vec::len), Some(6));
        }
        let board = inspection["agencies"][1]["findings"].as_array().expect("findings");
        let listed = board.iter().find(|finding| finding["outOf"] == "30").expect("the listing");
        assert_eq!(listed["channels"], json!(["ONE_STOP_UNIT", "AGENCY_WEBSITE", "PROVINCIAL_SERVICE_CENTRE"]));
        assert_eq!(inspection["agencies"][1]["recommendations"][5]["dueOn"], "2022-12-31");
    }
}
