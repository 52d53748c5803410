//! Every kind of rule gives a reason of its own type, with the exact parts of its arithmetic.

use serde_json::{Value, json};
use tests::{App, make, on_both};

use super::line;

/// A leaf for every kind of rule, and for every outcome that is not points. `max_points` are ten each.
const PILLARS: &str = r#"
- {code: "1", name_vi: Một, name_en: One, pillar: STEERING, max_points: 100, children: [
    {code: "1.1", name_vi: a, name_en: a, max_points: 10, rule: {kind: BOOLEAN, measure: headcount_within_quota}},
    {code: "1.2", name_vi: b, name_en: b, max_points: 10, rule: {kind: TIERED, measure: iso_9001, tiers: [
      {level: CERTIFIED, name_vi: Chứng nhận, name_en: Certified, award: {PERCENT_OF_MAX: 100}},
      {level: MAINTAINED, name_vi: Duy trì, name_en: Maintained, award: {PERCENT_OF_MAX: 75}},
      {level: NONE, name_vi: Chưa, name_en: None, award: {POINTS: 0}}]}},
    {code: "1.3", name_vi: c, name_en: c, max_points: 10, rule: {kind: RATIO_BANDED,
      ratio: {numerator: [assigned_tasks_on_time], denominator: [assigned_tasks], zero_denominator: ZERO},
      bands: [{below: "0.8", award: {POINTS: 0}}, {from: "0.8", below: "0.95", award: MAX_TIMES_RATIO},
        {from: "0.95", award: {PERCENT_OF_MAX: 100}}]}},
    {code: "1.4", name_vi: d, name_en: d, max_points: 10, rule: {kind: RATIO_LINEAR, target: "0.9", floor: "0.5",
      ratio: {numerator: [training_attended], denominator: [training_quota], zero_denominator: FULL}}},
    {code: "1.5", name_vi: e, name_en: e, max_points: 10,
      rule: {kind: LINEAR_SCALE, measure: one_stop_rating, from: 0, to: 27}},
    {code: "1.6", name_vi: f, name_en: f, max_points: 10,
      rule: {kind: COUNT_CAPPED, measure: apology_letters, unit_points: "2.5"}},
    {code: "1.7", name_vi: g, name_en: g, max_points: 10,
      rule: {kind: COUNT_DEDUCT, measure: staff_disciplined, unit_points: 2, floor: 1}},
    {code: "1.8", name_vi: h, name_en: h, max_points: 10, rule: {kind: SURVEY, measure: satisfaction_share}},
    {code: "1.9", name_vi: i, name_en: i, max_points: 10, rule: {kind: MANUAL}},
    {code: "1.10", name_vi: k, name_en: k, max_points: 10, children: [
      {code: "1.10.1", name_vi: l, name_en: l, max_points: 3, rule: {kind: INHERITED}},
      {code: "1.10.2", name_vi: m, name_en: m, max_points: 7, rule: {kind: COMPOSITE, terms: [
        {name_vi: Kế hoạch, name_en: Plan, max_points: 2, rule: {kind: BOOLEAN, measure: headcount_within_quota}},
        {name_vi: Phản ánh, name_en: Petitions, max_points: 2, rule: {kind: RATIO_LINEAR, target: 1,
          ratio: {numerator: [petitions_handled_on_time], denominator: [petitions_received], zero_denominator: FULL}}},
        {name_vi: Hồ sơ, name_en: Dossiers, max_points: 6, cap: 3, rule: {kind: RATIO_LINEAR, target: 1,
          ratio: {numerator: [dossiers_resolved_in_time], denominator: [dossiers_resolved_total],
            zero_denominator: ZERO}}}]}}]}]}
"#;

const REASON: &str = "__typename sentenceVi sentenceEn step because band formula ratioExact
    ... on BooleanReason { set }
    ... on TieredReason { tier tierVi tierEn award { ...A } }
    ... on RatioBandedReason { ratio { ...R } lower { ...E } upper { ...E } award { ...A } zeroDenominator }
    ... on RatioLinearReason { ratio { ...R } target { ...N } floor { ...N } belowFloor zeroDenominator }
    ... on LinearScaleReason { value { ...N } from { ...N } to { ...N } }
    ... on CountCappedReason { count { ...N } unitPoints { ...N } }
    ... on CountDeductReason { count { ...N } unitPoints { ...N } least { ...N } }
    ... on SurveyReason { share { ...N } percent }
    ... on ManualReason { appraised { ...N } note appraisedBy }
    ... on InheritedReason { parent parentPoints { ...N } parentMax { ...N } }
    ... on NothingToCountReason { policy: zeroDenominator }
    ... on UnscoredReason { state measures invalidValue allowed tags exemption parent parentState }";
const FRAGMENTS: &str = "fragment N on Number { exact printed }
    fragment R on ReasonRatio { numerator { exact } denominator { exact } value { ...N } percent }
    fragment E on BandEnd { at { exact } percent inclusive }
    fragment A on Award { kind amount { exact } }";

async fn with_every_kind(app: &App) {
    make::criteria_set(&app.database, "MANAGEMENT_BOARDS", |document| {
        document.pillars = serde_saphyr::from_str(PILLARS).expect("pillars");
        document.bonus = None;
        document.deduction = None;
    })
    .await;
}

/// The card of an agency by what is known now, with its reasons and those of terms.
async fn compiled(app: &App, agency: &str) -> Value {
    app.ask(r#"mutation { requestBuild(input: { period: "2022-H1", reason: "x" }) { errors { code } } }"#)
        .await;
    app.drain().await;
    let query = format!(
        "{{ scorecard(agency: \"{agency}\", period: \"2022-H1\") {{ lines {{ code state rule reason {{ ...Y
           ... on CompositeReason {{ terms {{ nameEn points {{ ...N }} limit {{ ...N }} maxPoints {{ exact }}
             reason {{ ...Y }} }} }} }} }} }} }}
         fragment Y on LineReason {{ {REASON} }} {FRAGMENTS}"
    );
    app.ask(&query).await["scorecard"].clone()
}

/// What would be told of the board's leaves if a change held.
async fn simulated(app: &App, what: Value, fields: &str) -> Value {
    let query = format!(
        "query ($c: [SimulationChangeInput!]) {{ simulateScorecards(period: \"2022-H1\",
           block: \"MANAGEMENT_BOARDS\", changes: $c) {{ errors {{ code }} cards {{ agency {{ code }}
             lines {{ code reason {{ __typename sentenceVi sentenceEn {fields} }} }} }} }} }}"
    );
    let changes = json!([{ "agency": "KKT", "what": what }]);
    let answer = app.post(&json!({ "query": query, "variables": { "c": changes } })).await.json;
    assert!(answer["errors"].is_null(), "{answer}");
    let simulated = &answer["data"]["simulateScorecards"];
    assert_eq!(simulated["errors"], json!([]));
    let cards = simulated["cards"].as_array().expect("cards");
    cards.iter().find(|card| card["agency"]["code"] == "KKT").expect("the board").clone()
}

/// That an object has these fields with these values, and that its reason is of this type.
fn assert_typed(card: &Value, code: &str, name: &str, expected: Value) {
    let reason = &line(card, code)["reason"];
    assert_eq!(reason["__typename"], name, "{code}");
    for (field, value) in expected.as_object().expect("fields") {
        assert_eq!(&reason[field], value, "{code} {field}");
    }
    for said in ["sentenceVi", "sentenceEn"] {
        assert!(!reason[said].as_str().unwrap_or_default().is_empty(), "{code} {said}");
    }
}

async fn report(app: &App, reported: &[(&str, &str)]) {
    for (measure, value) in reported {
        make::observation(&app.database, "KKT", measure, value).await;
    }
}

fn number(exact: &str, printed: &str) -> Value {
    json!({ "exact": exact, "printed": printed })
}

on_both! {
    async fn every_kind_of_rule_has_its_own_type(kind) {
        let app = App::compiled(kind).await;
        with_every_kind(&app).await;
        report(&app, &[("assigned_tasks_on_time", "12"), ("assigned_tasks", "13"), ("petitions_received", "0")]).await;
        let card = compiled(&app, "KKT").await;
        assert_typed(&card, "1.1", "BooleanReason", json!({ "set": true, "step": "FLAG" }));
        assert_typed(&card, "1.2", "TieredReason", json!({ "tier": "MAINTAINED", "tierVi": "Duy trì",
            "tierEn": "Maintained", "award": { "kind": "PERCENT_OF_MAX", "amount": { "exact": "75" } } }));
        assert_typed(&card, "1.3", "RatioBandedReason", json!({
            "ratio": { "numerator": { "exact": "12" }, "denominator": { "exact": "13" },
                "value": number("12/13", "0.9231"), "percent": "92.3077" },
            "lower": { "at": { "exact": "4/5" }, "percent": "80.0000", "inclusive": true },
            "upper": { "at": { "exact": "19/20" }, "percent": "95.0000", "inclusive": false },
            "award": { "kind": "MAX_TIMES_RATIO", "amount": null }, "zeroDenominator": null,
            "ratioExact": "12/13", "band": "80 % ≤ x < 95 %" }));
        assert_typed(&card, "1.4", "RatioLinearReason", json!({ "target": number("9/10", "0.9"),
            "floor": number("1/2", "0.5"), "belowFloor": false, "zeroDenominator": null }));
        assert_typed(&card, "1.5", "LinearScaleReason", json!({ "value": number("18", "18"),
            "from": number("0", "0"), "to": number("27", "27") }));
        assert_typed(&card, "1.6", "CountCappedReason", json!({ "count": number("1", "1"),
            "unitPoints": number("5/2", "2.5") }));
        assert_typed(&card, "1.7", "CountDeductReason", json!({ "count": number("0", "0"),
            "unitPoints": number("2", "2"), "least": number("1", "1") }));
        assert_typed(&card, "1.8", "SurveyReason", json!({ "share": number("1", "1"), "percent": "100.0000" }));
        assert_typed(&card, "1.9", "UnscoredReason", json!({ "state": "PENDING_APPRAISAL", "because": "NOT_APPRAISED" }));
        assert_typed(&card, "1.10.1", "UnscoredReason", json!({ "state": "MISSING", "because": "PARENT_UNKNOWN" }));
        assert_typed(&card, "1.10.2", "CompositeReason", json!({ "step": "SUM" }));
        let terms = &line(&card, "1.10.2")["reason"]["terms"];
        let types: Vec<_> = terms.as_array().expect("terms").iter().map(|term| &term["reason"]["__typename"]).collect();
        assert_eq!(types, ["BooleanReason", "NothingToCountReason", "RatioLinearReason"]);
        assert_eq!(terms[1]["reason"]["policy"], "FULL");
        assert_eq!((&terms[2]["points"], &terms[2]["limit"]), (&number("3", "3"), &number("3", "3")));
        assert_eq!(terms[2]["reason"]["ratio"]["value"]["exact"], "12/13");
        assert_eq!(
            terms[2]["reason"]["sentenceVi"],
            "12/13 = 92,31 %, mục tiêu 100 %: 6 × min(1; 12/13) = 3,00 điểm"
        );
    }

    async fn an_appraisal_and_an_exemption_have_their_types(kind) {
        let app = App::compiled(kind).await;
        with_every_kind(&app).await;
        let appraisal = json!({ "appraisal": { "criterion": "1.9", "points": "7/2" } });
        let card = simulated(&app, appraisal, "... on ManualReason { appraised { exact printed } note }").await;
        assert_typed(&card, "1.9", "ManualReason", json!({ "appraised": number("7/2", "3.5") }));
        let exemption = json!({ "exemption": { "criterion": "1.6", "reason": "bão số 4" } });
        let card = simulated(&app, exemption, "... on UnscoredReason { state exemption }").await;
        assert_typed(&card, "1.6", "UnscoredReason", json!({ "state": "EXEMPT", "exemption": "bão số 4" }));
    }

    async fn a_parent_s_points_are_told_apart(kind) {
        let app = App::compiled(kind).await;
        with_every_kind(&app).await;
        make::edge(&app.database, "BQLDAGT", "KKT", make::day(2022, 1, 1), None).await;
        // The parent's own leaf has no parent: the same state is taken over.
        let card = compiled(&app, "KKT").await;
        assert_typed(&card, "1.10.1", "UnscoredReason", json!({
            "state": "MISSING", "because": "PARENT_STATE", "parent": "BQLDAGT", "parentState": "MISSING" }));
        make::edge(&app.database, "STC", "BQLDAGT", make::day(2022, 1, 1), None).await;
        make::criteria_set(&app.database, "DEPARTMENTS", |document| {
            let pillars = PILLARS.replace("{kind: INHERITED}", "{kind: BOOLEAN, measure: headcount_within_quota}");
            document.pillars = serde_saphyr::from_str(&pillars).expect("pillars");
        }).await;
        let card = compiled(&app, "KKT").await;
        assert_typed(&card, "1.10.1", "InheritedReason", json!({
            "parent": "BQLDAGT", "parentPoints": number("3", "3"), "parentMax": number("3", "3") }));
    }

    async fn a_leaf_without_points_says_what_is_the_matter(kind) {
        let app = App::compiled(kind).await;
        with_every_kind(&app).await;
        report(&app, &[("assigned_tasks", "0"), ("training_quota", "0"), ("satisfaction_share", "85.5")]).await;
        let card = compiled(&app, "KKT").await;
        assert_typed(&card, "1.8", "UnscoredReason", json!({ "state": "MISSING", "because": "INVALID",
            "measures": ["satisfaction_share"], "invalidValue": "171/2", "allowed": "0 to 1" }));
        assert_typed(&card, "1.3", "RatioBandedReason", json!({ "zeroDenominator": "ZERO", "ratio": null,
            "lower": null, "upper": null, "award": null, "step": "ZERO_DENOMINATOR" }));
        assert_typed(&card, "1.4", "RatioLinearReason", json!({ "zeroDenominator": "FULL", "ratio": null,
            "target": null, "belowFloor": false }));
        let card = compiled(&app, "SNGV").await;
        assert_typed(&card, "3.2.1", "UnscoredReason", json!({ "state": "MISSING", "because": "NOT_REPORTED",
            "measures": ["dossiers_resolved_in_time", "dossiers_resolved_total"], "invalidValue": null, "tags": [] }));
    }

    async fn a_stored_card_tells_its_reasons_in_either_way(kind) {
        let app = App::compiled(kind).await;
        let fields = format!("lines {{ code reason {{ {REASON} }} }}");
        let query = format!(r#"{{ scorecard(agency: "KKT", period: "2022-H1") {{ id {fields} }} }} {FRAGMENTS}"#);
        let card = app.ask(&query).await["scorecard"].clone();
        assert_typed(&card, "3.2.1", "RatioBandedReason", json!({ "formula": "6 × 12/13" }));
        assert_typed(&card, "1.3.1", "UnscoredReason", json!({ "state": "NOT_APPLICABLE", "tags": ["HAS_SUBUNITS"] }));
        let node = format!("{{ node(id: {}) {{ ... on Scorecard {{ id {fields} }} }} }} {FRAGMENTS}", card["id"]);
        assert_eq!(app.ask(&node).await["node"], card);
        // A fragment on the interface alone, on one type alone, and one that never fits.
        let query = r#"{ scorecard(agency: "KKT", period: "2022-H1") { lines { code reason {
            ... on LineReason { formula } ... on SurveyReason { percent } ... on ManualReason { note } } } } }"#;
        let card = app.ask(query).await["scorecard"].clone();
        assert_eq!(line(&card, "3.2.1")["reason"], json!({ "formula": "6 × 12/13" }));
        let survey = card["lines"].as_array().expect("lines").iter().find(|line| !line["reason"]["percent"].is_null());
        assert_eq!(survey.expect("a survey")["reason"]["percent"], "100.0000");
    }
}
