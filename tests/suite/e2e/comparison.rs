//! `compareScorecards`: revisions, periods, agencies and sets, and what each viewer may see of it.

use entity::{observation, scorecard_line};
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};
use serde_json::{Value, json};
use tests::{App, make, on_both};

use super::policy::token;

const SAMPLE: &str = include_str!("../../../worker/sample/criteria-set.department.sample.yaml");
const PARTS: &str = "before after changeExact parts { dataExact criteriaExact applicabilityExact appraisalExact engineExact }";

async fn card(app: &App, agency: &str, period: &str) -> Value {
    let query = format!(
        r#"{{ scorecard(agency: "{agency}", period: "{period}") {{ id replaces rank totalExact indexPercentExact }} }}"#
    );
    app.ask(&query).await["scorecard"].clone()
}

fn query(a: &Value, b: &Value, more: &str) -> String {
    format!(
        "{{ compareScorecards(a: {a}, b: {b}{more}) {{
            relation sentenceVi sentenceEn notes {{ code about messageVi messageEn }}
            total {{ {PARTS} }} indexPercent {{ {PARTS} }} effectiveMax {{ {PARTS} }}
            pillars {{ kind a {{ code }} b {{ code }} points {{ changeExact }} }}
            lines {{ kind level points {{ {PARTS} }} effectiveMax {{ {PARTS} }} sentenceVi sentenceEn
                a {{ code state pointsExact reason {{ sentenceVi }} }} b {{ code state pointsExact reason {{ sentenceVi }} }} }}
            rank {{ before after change own others reasonVi reasonEn }} }} }}"
    )
}

async fn compare(app: &App, a: &Value, b: &Value) -> Value {
    app.ask(&query(a, b, "")).await["compareScorecards"].clone()
}

async fn build(app: &App, period: &str) {
    let query = format!(
        r#"mutation {{ requestBuild(input: {{ period: "{period}", reason: "x" }}) {{ errors {{ code }} }} }}"#
    );
    assert_eq!(app.ask(&query).await["requestBuild"]["errors"], json!([]));
    app.drain().await;
}

/// The only line of `comparison` in which `code` stands.
fn line<'a>(comparison: &'a Value, code: &str) -> &'a Value {
    let lines = comparison["lines"].as_array().expect("lines").iter();
    let stands = |side: &Value| side.as_array().expect("lines").iter().any(|line| line["code"] == code);
    let found: Vec<_> = lines.filter(|line| stands(&line["a"]) || stands(&line["b"])).collect();
    assert_eq!(found.len(), 1, "{code}");
    found[0]
}

/// The causes that did something.
fn causes(change: &Value) -> Vec<(String, String)> {
    let parts = change["parts"].as_object().unwrap_or_else(|| panic!("{change}"));
    let did = parts.iter().filter(|(_, part)| **part != "0");
    did.map(|(cause, part)| (cause.replace("Exact", ""), part.as_str().expect("exact").to_owned())).collect()
}

fn codes(comparison: &Value) -> Vec<&str> {
    let notes = comparison["notes"].as_array().expect("notes");
    notes.iter().map(|note| note["code"].as_str().expect("a code")).collect()
}

fn due(cause: &str, part: &str) -> Vec<(String, String)> {
    vec![(cause.to_owned(), part.to_owned())]
}

/// Stores a set from YAML, activates it and has the departments scored by it.
async fn use_set(app: &App, yaml: &str, periods: &[&str]) {
    let import = "mutation ($input: ImportCriteriaSetInput!) { importCriteriaSet(input: $input) {
        criteriaSet { id fingerprint } problems { path messageEn } } }";
    let input = json!({ "input": { "format": "YAML", "content": yaml, "dryRun": false } });
    let answer = app.post(&json!({ "query": import, "variables": input })).await.json;
    let set = &answer["data"]["importCriteriaSet"]["criteriaSet"];
    assert!(set.is_object(), "{answer}");
    let (id, fingerprint) = (&set["id"], &set["fingerprint"]);
    let mut steps =
        vec![format!("activateCriteriaSet(input: {{ criteriaSet: {id}, fingerprint: {fingerprint} }})")];
    steps.extend(periods.iter().map(|period| {
        format!(r#"useCriteriaSet(input: {{ criteriaSet: {id}, period: "{period}", block: "DEPARTMENTS" }})"#)
    }));
    for step in steps {
        let answer = app.ask(&format!("mutation {{ done: {step} {{ errors {{ code }} }} }}")).await;
        assert_eq!(answer["done"]["errors"], json!([]), "{step}");
    }
}

/// The sample as its second version that follows the first, code by code, with changes.
fn second(changes: &[(&str, &str)]) -> String {
    let mut text = String::new();
    for line in SAMPLE.lines() {
        text.push_str(line);
        text.push('\n');
        if let Some((indent, code)) = line.split_once("- code: ")
            && indent.trim().is_empty()
        {
            text.push_str(&format!("{indent}  follows: [{code}]\n"));
        }
    }
    text = text.replacen("version: 1", "version: 2\nfollows: {code: PAR-DEPT-SAMPLE, version: 1}", 1);
    for (from, to) in changes {
        assert!(text.contains(from), "{from}\n{text}");
        text = text.replacen(from, to, 1);
    }
    text
}

on_both! {
    async fn two_revisions_differ_in_what_was_reported(kind) {
        let app = App::compiled(kind).await;
        let before = card(&app, "SNV", "2022-H1").await;
        make::observation(&app.database, "SNV", "staff_disciplined", "2").await;
        build(&app, "2022-H1").await;
        let after = card(&app, "SNV", "2022-H1").await;
        assert_eq!(after["replaces"], before["id"]);
        let comparison = compare(&app, &before["id"], &after["id"]).await;
        assert_eq!((&comparison["relation"], codes(&comparison)), (&json!("SAME"), vec![]));
        let changed = line(&comparison, "5.1.2");
        assert_eq!(causes(&changed["points"]), due("data", "-2"), "{changed}");
        assert_eq!(changed["sentenceVi"], "Giảm 2,00 điểm, từ 4,00 xuống 2,00 (số liệu −2,00)");
        assert_eq!(changed["sentenceEn"], "Down 2.00 points, from 4.00 to 2.00 (data −2.00)");
        assert_ne!(changed["a"][0]["reason"]["sentenceVi"], changed["b"][0]["reason"]["sentenceVi"]);
        for above in ["5.1", "V"] {
            assert_eq!(causes(&line(&comparison, above)["points"]), due("data", "-2"), "{above}");
        }
        assert_eq!(causes(&comparison["total"]), due("data", "-2"));
        assert_eq!(comparison["lines"].as_array().map(Vec::len), Some(61));
        let few = app.ask(&query(&before["id"], &after["id"], ", onlyChanged: true")).await;
        assert_eq!(few["compareScorecards"]["lines"].as_array().map(Vec::len), Some(3));
        assert_eq!(few["compareScorecards"]["pillars"].as_array().map(Vec::len), Some(1));
        let rank = &comparison["rank"];
        let moved = |field: &str| rank[field].as_i64().unwrap_or_else(|| panic!("{rank}"));
        assert_eq!((&rank["before"], &rank["after"]), (&before["rank"], &after["rank"]));
        assert_eq!((moved("own"), moved("others")), (moved("before") - moved("after"), 0), "only its own card changed");
        let same = compare(&app, &after["id"], &after["id"]).await;
        assert_eq!((causes(&same["total"]), &same["rank"]["change"]), (vec![], &json!(0)));
    }

    async fn what_the_others_did_to_a_rank_is_told_apart(kind) {
        let app = App::compiled(kind).await;
        let ranked = app.ask(r#"{ ranking(period: "2022-H1", block: "DEPARTMENTS") { nodes { rank scorecard { agency { code } } } } }"#).await;
        let ranked = ranked["ranking"]["nodes"].as_array().expect("places").clone();
        let code = |at: usize| ranked[at]["scorecard"]["agency"]["code"].as_str().expect("a code").to_owned();
        let (first, second) = (code(0), code(1));
        let before = card(&app, &second, "2022-H1").await;
        // The first falls far; the second changes, too, but by less.
        make::observation(&app.database, &first, "staff_disciplined", "4").await;
        for measure in ["headcount_within_quota", "deputies_as_regulated", "reports_complete_on_time"] {
            make::observation(&app.database, &first, measure, "false").await;
        }
        make::observation(&app.database, &second, "petitions_received", "0").await;
        build(&app, "2022-H1").await;
        let after = card(&app, &second, "2022-H1").await;
        let comparison = compare(&app, &before["id"], &after["id"]).await;
        let rank = &comparison["rank"];
        let moved = |field: &str| rank[field].as_i64().unwrap_or_else(|| panic!("{rank}"));
        assert_eq!(moved("own") + moved("others"), moved("change"));
        assert_eq!(moved("change"), moved("before") - moved("after"));
        assert_eq!(moved("others"), 1, "{rank}");
    }

    async fn a_half_year_is_compared_with_its_year(kind) {
        let app = App::compiled(kind).await;
        let yaml = SAMPLE.replacen("code: PAR-DEPT-SAMPLE", "code: YEARLY", 1);
        let due_leaf = "code: \"1.2.1\"";
        assert!(yaml.contains(due_leaf));
        let yaml = yaml.replacen(due_leaf, &format!("{due_leaf}\n            due: YEAR_END"), 1);
        use_set(&app, &yaml, &["2022-H1", "2022-FY"]).await;
        // What was observed for the half-year is observed for the year.
        let year = make::period(&app.database, "2022-FY").await;
        for row in observation::Entity::find().all(&app.database).await.expect("observations") {
            let row = observation::Model { id: entity::ObservationId::generate(), period_id: year, ..row };
            row.into_active_model().reset_all().insert(&app.database).await.expect("an observation");
        }
        build(&app, "2022-H1").await;
        build(&app, "2022-FY").await;
        let (half, full) = (card(&app, "SNV", "2022-H1").await, card(&app, "SNV", "2022-FY").await);
        let comparison = compare(&app, &half["id"], &full["id"]).await;
        assert!(codes(&comparison).contains(&"OTHER_KIND_OF_PERIOD"), "{comparison}");
        let due_now = line(&comparison, "1.2.1");
        assert_eq!((&due_now["a"][0]["state"], &due_now["b"][0]["state"]), (&json!("NOT_YET_DUE"), &json!("SCORED")));
        assert_eq!(causes(&due_now["points"]), due("applicability", "1"), "{due_now}");
        assert_eq!(causes(&due_now["effectiveMax"]), due("applicability", "1"));
        // The dossiers of the half-year alone are known; in the year their lines are missing, and that is said.
        let notes = comparison["notes"].as_array().expect("notes");
        let open = notes.iter().find(|note| note["code"] == "LINES_WITHOUT_POINTS").expect("a note");
        assert!(open["about"].as_array().expect("codes").contains(&json!("3.2.1")), "{open}");
        let dossiers = line(&comparison, "3.2.1");
        assert_eq!((&dossiers["b"][0]["state"], &dossiers["points"]["parts"]), (&json!("MISSING"), &Value::Null));
        assert_eq!(dossiers["sentenceVi"], "Không so sánh được: nay chưa có điểm");
        assert!(codes(&comparison).contains(&"NO_TOTAL") && comparison["total"]["changeExact"].is_null());
    }

    async fn two_agencies_are_compared_without_their_ranks(kind) {
        let app = App::compiled(kind).await;
        let (one, other) = (card(&app, "SNV", "2022-H1").await, card(&app, "STC", "2022-H1").await);
        let comparison = compare(&app, &one["id"], &other["id"]).await;
        assert_eq!(comparison["relation"], "SAME");
        let rank = &comparison["rank"];
        assert_eq!((&rank["before"], &rank["after"]), (&one["rank"], &other["rank"]));
        assert_eq!((&rank["change"], &rank["reasonEn"]), (&Value::Null, &json!("The cards are of two agencies.")));
        assert!(comparison["lines"].as_array().expect("lines").iter().all(|line| line["kind"] == "SAME"));
    }

    async fn another_set_is_compared_by_what_it_declares(kind) {
        let app = App::compiled(kind).await;
        let before = card(&app, "SNV", "2022-H1").await;
        let points = [
            (
                "name_en: Complete in number and on time (first quarter, six months, third quarter, year)\n            max_points: 1",
                "name_en: Complete in number and on time (first quarter, six months, third quarter, year)\n            max_points: \"0.5\"",
            ),
            (
                "name_en: Content complete as guided\n            max_points: 1",
                "name_en: Content complete as guided\n            max_points: \"1.5\"",
            ),
        ];
        use_set(&app, &second(&points), &["2022-H1"]).await;
        build(&app, "2022-H1").await;
        let after = card(&app, "SNV", "2022-H1").await;
        let comparison = compare(&app, &before["id"], &after["id"]).await;
        assert_eq!(comparison["relation"], "DECLARED", "{comparison}");
        let (less, more) = (line(&comparison, "1.2.1"), line(&comparison, "1.2.2"));
        assert_eq!((&less["kind"], &more["kind"]), (&json!("RESCALED"), &json!("RESCALED")));
        assert_eq!(causes(&less["effectiveMax"]), due("criteria", "-1/2"));
        assert_eq!(causes(&more["effectiveMax"]), due("criteria", "1/2"));
        assert_eq!(line(&comparison, "3.2.1")["kind"], "SAME");
        let back = compare(&app, &after["id"], &before["id"]).await;
        assert_eq!(causes(&line(&back, "1.2.1")["effectiveMax"]), due("criteria", "1/2"));
    }

    async fn sets_of_which_neither_follows_the_other_are_compared_as_wholes(kind) {
        let app = App::compiled(kind).await;
        let before = card(&app, "SNV", "2022-H1").await;
        let yaml = SAMPLE.replacen("code: PAR-DEPT-SAMPLE", "code: OTHER", 1).replacen("pillar: STEERING", "pillar: LEADING", 1);
        use_set(&app, &yaml, &["2022-H1"]).await;
        build(&app, "2022-H1").await;
        let after = card(&app, "SNV", "2022-H1").await;
        let comparison = compare(&app, &before["id"], &after["id"]).await;
        assert_eq!(comparison["relation"], "UNDECLARED");
        let told = codes(&comparison);
        assert!(told.contains(&"SETS_NOT_RELATED") && told.contains(&"PILLARS_NOT_RELATED"), "{comparison}");
        let lines = comparison["lines"].as_array().expect("lines");
        assert!(!lines.is_empty() && lines.iter().all(|line| line["level"] == "PILLAR"), "{lines:?}");
        assert!(lines.iter().all(|line| line["a"][0]["code"] != "I"), "{lines:?}");
        assert_eq!(comparison["total"]["changeExact"], "0");
    }

    async fn what_was_changed_behind_the_evaluators_back_is_the_engines(kind) {
        let app = App::compiled(kind).await;
        let (one, other) = (card(&app, "KKT", "2022-H1").await, card(&app, "BQLDAGT", "2022-H1").await);
        let id: entity::ScorecardId = one["id"].as_str().and_then(|id| id.split_once(':')).expect("an id").1.parse().expect("an id");
        let changed = scorecard_line::Entity::update_many()
            .col_expr(scorecard_line::Column::Points, Expr::value("6"))
            .filter(scorecard_line::Column::ScorecardId.eq(id))
            .filter(scorecard_line::Column::Code.eq("3.2.1"))
            .exec(&app.database)
            .await
            .expect("a change");
        assert_eq!(changed.rows_affected, 1);
        let publish = r#"mutation { publishRanking(input: { period: "2022-H1", block: "MANAGEMENT_BOARDS" }) { errors { code } } }"#;
        app.ask(publish).await;
        let comparison = compare(&app, &one["id"], &one["id"]).await;
        assert_eq!(comparison["total"]["changeExact"], "0");
        let comparison = compare(&app, &one["id"], &other["id"]).await;
        assert!(codes(&comparison).contains(&"ENGINE_DIFFERS"), "{comparison}");
        assert!(causes(&line(&comparison, "3.2.1")["points"]).contains(&("engine".to_owned(), "-6/13".to_owned())));
        // What the evaluator makes of it now is not published.
        let told = app.as_public().ask(&query(&one["id"], &other["id"], "")).await["compareScorecards"].clone();
        assert!(codes(&told).contains(&"CAUSES_WITHHELD"), "{told}");
        assert_eq!((&told["total"]["parts"], &line(&told, "3.2.1")["points"]["parts"]), (&Value::Null, &Value::Null));
        assert_eq!(told["total"]["changeExact"], comparison["total"]["changeExact"]);
    }

    async fn whoever_does_not_see_both_cards_sees_no_comparison(kind) {
        let app = App::compiled(kind).await;
        let publish = r#"mutation { publishRanking(input: { period: "2022-H1", block: "MANAGEMENT_BOARDS" }) { errors { code } } }"#;
        assert_eq!(app.ask(publish).await["publishRanking"]["errors"], json!([]));
        let published = card(&app, "KKT", "2022-H1").await;
        make::observation(&app.database, "KKT", "staff_disciplined", "1").await;
        build(&app, "2022-H1").await;
        let (newer, hidden) = (card(&app, "KKT", "2022-H1").await, card(&app, "SNV", "2022-H1").await);
        let asked = query(&published["id"], &newer["id"], "");
        let leader = token(&app, "binh", Some(("AGENCY_LEADER", Some(&["KKT"]))), "READ").await;
        let (leader, public) = (app.as_token(&leader), app.as_public());
        assert_eq!(public.ask(&asked).await["compareScorecards"], Value::Null);
        let own = leader.ask(&asked).await["compareScorecards"].clone();
        assert_eq!(causes(&own["total"]), due("data", "-1"), "{own}");
        // An unpublished rank would tell of the others.
        let rank = &own["rank"];
        assert_eq!((&rank["before"], &rank["after"], &rank["change"]), (&json!(1), &Value::Null, &Value::Null));
        assert!(rank["reasonVi"].is_string());
        for (a, b) in [(&hidden, &newer), (&newer, &hidden), (&hidden, &published)] {
            let asked = query(&a["id"], &b["id"], "");
            assert_eq!(leader.ask(&asked).await["compareScorecards"], Value::Null);
            assert_eq!(public.ask(&asked).await["compareScorecards"], Value::Null);
        }
        let seen = public.ask(&query(&published["id"], &published["id"], "")).await["compareScorecards"].clone();
        assert_eq!((&seen["rank"]["before"], &seen["rank"]["change"]), (&json!(1), &json!(0)));
    }

    async fn what_is_no_card_or_cannot_be_read_is_refused(kind) {
        let app = App::compiled(kind).await;
        let known = card(&app, "KKT", "2022-H1").await["id"].clone();
        let nobody = json!("Scorecard:01890000-0000-7000-8000-000000000000");
        assert_eq!(compare(&app, &known, &nobody).await, Value::Null);
        assert_eq!(compare(&app, &nobody, &known).await, Value::Null);
        for (a, b) in [(json!("x"), known.clone()), (known.clone(), json!("Build:01890000-0000-7000-8000-000000000000"))] {
            assert_eq!(app.refusal(&query(&a, &b, "")).await, "BAD_INPUT");
        }
        entity::scorecard::Entity::update_many()
            .col_expr(entity::scorecard::Column::Facts, Expr::value("{}"))
            .exec(&app.database)
            .await
            .expect("a change");
        assert_eq!(app.refusal(&query(&known, &known, "")).await, "BAD_INPUT");
    }
}
