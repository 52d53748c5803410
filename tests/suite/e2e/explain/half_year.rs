//! The half-year beside the full year.

use std::sync::atomic::Ordering;

use serde_json::{Value, json};
use tests::{App, make, on_both};

use super::line;

async fn compile(app: &App, period: &str) {
    let query = format!(
        r#"mutation {{ requestBuild(input: {{ period: "{period}", reason: "x" }}) {{ errors {{ code }} }} }}"#
    );
    app.ask(&query).await;
    app.drain().await;
}

const BESIDE: &str = "halfYear { period totalExact rank agency { code } lines { code pointsExact } }
    lines { code state pointsExact maxPoints halfYear { state points pointsExact maxPoints maxPointsExact sentenceVi sentenceEn } }
    pillars { code halfYear { pointsExact } }";

async fn card(app: &App, period: &str, fields: &str) -> Value {
    let query = format!(r#"{{ scorecard(agency: "KKT", period: "{period}") {{ id {fields} }} }}"#);
    app.ask(&query).await["scorecard"].clone()
}

on_both! {
    async fn a_full_year_card_shows_the_half_year_line_by_line(kind) {
        let app = App::compiled(kind).await;
        compile(&app, "2022-FY").await;
        let year = card(&app, "2022-FY", BESIDE).await;
        let half = card(&app, "2022-H1", "period totalExact rank agency { code } pillars { code pointsExact }
            lines { code state points pointsExact maxPoints maxPointsExact reason { sentenceVi sentenceEn } }").await;
        for field in ["period", "totalExact", "rank", "agency"] {
            assert_eq!(year["halfYear"][field], half[field], "{field}");
        }
        assert_eq!(year["halfYear"]["lines"].as_array().map(Vec::len), half["lines"].as_array().map(Vec::len));
        for own in half["lines"].as_array().expect("lines") {
            let beside = &line(&year, own["code"].as_str().expect("a code"))["halfYear"];
            for field in ["state", "points", "pointsExact", "maxPoints", "maxPointsExact"] {
                assert_eq!(beside[field], own[field], "{own}");
            }
            assert_eq!(beside["sentenceVi"], own["reason"]["sentenceVi"], "{own}");
        }
        assert_eq!(year["pillars"][0]["halfYear"]["pointsExact"], half["pillars"][0]["pointsExact"]);
        let node = app.ask(&format!("{{ node(id: {}) {{ ... on Scorecard {{ id {BESIDE} }} }} }}", year["id"])).await;
        assert_eq!(node["node"], year);
        // Beside a half-year stands nothing.
        let half = card(&app, "2022-H1", "halfYear { id } lines { halfYear { points } }").await;
        assert_eq!((&half["halfYear"], &half["lines"][0]["halfYear"]), (&Value::Null, &Value::Null));
    }

    async fn a_line_that_was_not_yet_due_says_so_and_a_new_one_has_nothing_beside(kind) {
        let app = App::sample(kind).await;
        // The half-year by a set of its own: one leaf due at year end, another under another number.
        make::criteria_set(&app.database, "MANAGEMENT_BOARDS", |document| {
            let leaves = &mut document.pillars[0].children[1].children;
            leaves[0].due = scoring::Due::YearEnd;
            leaves[1].code = "1.2.9".to_owned();
        }).await;
        app.drain().await;
        compile(&app, "2022-FY").await;
        let year = card(&app, "2022-FY", BESIDE).await;
        let later = line(&year, "1.2.1");
        assert_eq!(later["state"], "MISSING", "due now, and the sample knows nothing of the whole year");
        assert_eq!(later["halfYear"]["state"], "NOT_YET_DUE");
        assert_eq!(later["halfYear"]["pointsExact"], Value::Null);
        assert_eq!(later["halfYear"]["sentenceVi"], "Chưa đến hạn: được chấm vào cuối năm");
        assert_eq!(later["halfYear"]["sentenceEn"], "Not yet due: scored at the end of the year");
        assert_eq!(line(&year, "1.2.2")["halfYear"], Value::Null);
    }

    async fn what_the_viewer_may_not_see_does_not_stand_beside(kind) {
        let app = App::compiled(kind).await;
        compile(&app, "2022-FY").await;
        let publish = async |period: &str| {
            let query = format!(r#"mutation {{ publishRanking(input: {{ period: "{period}", block: "MANAGEMENT_BOARDS" }}) {{ errors {{ code }} }} }}"#);
            assert_eq!(app.ask(&query).await["publishRanking"]["errors"], json!([]));
        };
        publish("2022-FY").await;
        let query = format!(r#"{{ scorecard(agency: "KKT", period: "2022-FY") {{ id {BESIDE} }} }}"#);
        let public = app.as_public().ask(&query).await["scorecard"].clone();
        assert_eq!((&public["halfYear"], &line(&public, "3.2.1")["halfYear"]), (&Value::Null, &Value::Null));
        publish("2022-H1").await;
        let public = app.as_public().ask(&query).await["scorecard"].clone();
        assert_eq!(public["halfYear"]["period"], "2022-H1");
        assert_eq!(line(&public, "3.2.1")["halfYear"]["pointsExact"], "72/13");
    }

    async fn the_half_year_of_many_cards_costs_the_same_few_statements(kind) {
        let app = App::compiled(kind).await;
        compile(&app, "2022-FY").await;
        let count = async |first: usize| {
            app.statements().store(0, Ordering::SeqCst);
            let query = format!(r#"{{ scorecards(period: "2022-FY", first: {first}) {{ nodes {{ lines {{ halfYear {{ points }} }} }} }} }}"#);
            app.ask(&query).await;
            app.statements().load(Ordering::SeqCst)
        };
        app.ask("{ me { scopes } }").await;
        assert_eq!(count(1).await, count(12).await);
    }
}
