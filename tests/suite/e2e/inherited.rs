//! INHERITED leaves through the front door: whoever is compiled beside an agency, it takes over the same.

use scoring::{CriteriaSetDocument, Criterion, Rule};
use serde_json::{Value, json};
use tests::{App, make, on_both};

/// The leaf that is taken over here: 6.1.1 in the sample set.
const LEAF: &str = "6.1.1";

fn inherit(document: &mut CriteriaSetDocument) {
    fn find<'a>(criteria: &'a mut [Criterion], code: &str) -> Option<&'a mut Criterion> {
        criteria.iter_mut().find_map(|criterion| match criterion.code == code {
            true => Some(criterion),
            false => find(&mut criterion.children, code),
        })
    }
    let leaf = find(&mut document.pillars, LEAF).expect("the leaf");
    leaf.rule = Some(Rule::Inherited {});
    leaf.applies_only_to = Vec::new();
}

async fn compile(app: &App, agencies: &[&str]) {
    let query = "mutation($agencies: [String!]!) { requestBuild(input: { period: \"2022-H1\", \
        agencies: $agencies, reason: \"x\" }) { errors { code } } }";
    let answer = app.post(&json!({"query": query, "variables": {"agencies": agencies}})).await;
    assert_eq!(answer.json["data"]["requestBuild"]["errors"], json!([]), "{answer:?}");
    app.drain().await;
}

/// State, points and reason of the leaf, and the card's hash.
async fn leaf(app: &App, agency: &str) -> Value {
    let query = format!(
        r#"{{ scorecard(agency: "{agency}", period: "2022-H1") {{ contentHash
            lines {{ code state pointsExact reason {{ because about formula }} }} }} }}"#
    );
    let card = app.ask(&query).await["scorecard"].clone();
    let lines = card["lines"].as_array().expect("lines");
    let line = lines.iter().find(|line| line["code"] == LEAF).expect("the leaf");
    json!({"hash": card["contentHash"], "state": line["state"], "points": line["pointsExact"],
        "because": line["reason"]["because"], "formula": line["reason"]["formula"]})
}

on_both! {
    async fn the_parent_s_points_are_taken_over_from_its_own_set(kind) {
        let app = App::compiled(kind).await;
        make::criteria_set(&app.database, "MANAGEMENT_BOARDS", inherit).await;
        make::edge(&app.database, "STC", "KKT", make::day(2022, 1, 1), None).await;
        compile(&app, &[]).await;
        let (parent, child) = (leaf(&app, "STC").await, leaf(&app, "KKT").await);
        assert_eq!((&child["state"], &child["points"]), (&json!("SCORED"), &parent["points"]));
        assert_ne!(child["formula"], Value::Null);
        // An agency without a parent takes over nothing, and that is missing, not zero.
        let alone = leaf(&app, "BQLDAGT").await;
        assert_eq!((&alone["state"], &alone["because"]), (&json!("MISSING"), &json!("PARENT_UNKNOWN")));
    }

    async fn a_parent_in_the_same_block_is_a_parent_like_any_other(kind) {
        let app = App::compiled(kind).await;
        make::criteria_set(&app.database, "DEPARTMENTS", inherit).await;
        make::edge(&app.database, "KKT", "SNV", make::day(2022, 1, 1), None).await;
        make::edge(&app.database, "SNV", "STC", make::day(2022, 1, 1), None).await;
        compile(&app, &[]).await;
        let above = leaf(&app, "KKT").await;
        for agency in ["SNV", "STC"] {
            let found = leaf(&app, agency).await;
            assert_eq!((&found["state"], &found["points"]), (&json!("SCORED"), &above["points"]), "{agency}");
        }
        // Compiled alone, each comes out as it did among all.
        let together = [leaf(&app, "SNV").await, leaf(&app, "STC").await];
        for agency in ["STC", "SNV"] {
            compile(&app, &[agency]).await;
        }
        assert_eq!([leaf(&app, "SNV").await, leaf(&app, "STC").await], together);
    }

    async fn a_ring_of_agencies_and_a_parent_that_no_set_scores_give_nothing(kind) {
        let app = App::compiled(kind).await;
        make::criteria_set(&app.database, "DEPARTMENTS", inherit).await;
        for (parent, child) in [("SNV", "STC"), ("STC", "SNV"), ("STC", "STP"), ("KKT", "SYT")] {
            make::edge(&app.database, parent, child, make::day(2022, 1, 1), None).await;
        }
        make::unused(&app.database, "MANAGEMENT_BOARDS").await;
        compile(&app, &["SNV", "STC", "STP", "SYT"]).await;
        for agency in ["SNV", "STC", "STP", "SYT"] {
            assert_eq!(leaf(&app, agency).await["state"], "MISSING", "{agency}");
        }
    }

    async fn of_several_parents_the_one_at_the_period_s_end_counts(kind) {
        let app = App::compiled(kind).await;
        make::criteria_set(&app.database, "MANAGEMENT_BOARDS", inherit).await;
        // SNGV has no points for the leaf, SNV has all.
        make::edge(&app.database, "SNGV", "KKT", make::day(2021, 1, 1), Some(make::day(2022, 4, 1))).await;
        make::edge(&app.database, "SNV", "KKT", make::day(2022, 4, 1), None).await;
        make::edge(&app.database, "SNGV", "KKT", make::day(2022, 7, 1), None).await;
        compile(&app, &["KKT"]).await;
        assert_eq!(leaf(&app, "KKT").await["points"], leaf(&app, "SNV").await["points"]);
        assert_ne!(leaf(&app, "KKT").await["points"], leaf(&app, "SNGV").await["points"]);
    }
}
