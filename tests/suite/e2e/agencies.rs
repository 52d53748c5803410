//! Agencies that change: successions, blocks by date, handovers.

use entity::{agency, succession};
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::{Value, json};
use tests::{App, make, on_both};

async fn change(app: &App, field: &str, input: &str) -> Value {
    let query = format!(
        "mutation {{ {field}(input: {{ {input} }}) {{ agencies {{ id code }} errors {{ code field messageVi messageEn }} }} }}"
    );
    app.ask(&query).await[field].clone()
}

fn refusals(payload: &Value) -> Vec<String> {
    let errors = payload["errors"].as_array().expect("errors").iter();
    errors.map(|error| format!("{} {}", error["field"], error["code"]).replace('"', "")).collect()
}

/// A new department with the name of the Department of Finance.
const SAME_NAME: &str = r#"register: { nameVi: "Sở Tài chính", nameEn: "Department of Finance", kind: DEPARTMENT,
    block: "DEPARTMENTS", tags: ["HAS_TTHC", "HAS_LEGAL_DRAFTING", "HAS_DECENTRALISED"], source: DECISION }"#;
const DECISION: &str = r#"effectiveOn: "2022-04-01", decisionNumber: "12/QĐ-UBND", decidedOn: "2022-03-15""#;

/// `from` become STC_MOI on 1 April 2022.
async fn succeed(app: &App, kind: &str, from: &str, share: &str) -> Value {
    let input = format!(
        r#"kind: {kind}, from: {from}, to: [{{ code: "STC_MOI", share: {share}, {SAME_NAME} }}], {DECISION}"#
    );
    let payload = change(app, "succeedAgencies", &input).await;
    assert_eq!(payload["errors"], json!([]), "{payload}");
    payload
}

async fn compile(app: &App, period: &str) {
    let query = format!(
        r#"mutation {{ requestBuild(input: {{ period: "{period}", reason: "x" }}) {{ errors {{ code }} }} }}"#
    );
    assert_eq!(app.ask(&query).await["requestBuild"]["errors"], json!([]));
    app.drain().await;
}

async fn card(app: &App, agency: &str) -> Value {
    let query = format!(
        r#"{{ scorecard(agency: "{agency}", period: "2022-H1") {{ id rank agency {{ id nameVi }}
            lines {{ code state reason {{ because sentenceVi sentenceEn }} inputs {{ measure value source asOf
                summed {{ agency from endsBefore share value source asOf }} notSummed {{ agency why }} }} }} }} }}"#
    );
    app.ask(&query).await["scorecard"].clone()
}

fn line<'a>(card: &'a Value, code: &str) -> &'a Value {
    let lines = card["lines"].as_array().expect("lines");
    lines.iter().find(|line| line["code"] == code).expect("the line")
}

fn values(line: &Value) -> Vec<&str> {
    let inputs = line["inputs"].as_array().expect("inputs").iter();
    inputs.map(|input| input["value"].as_str().unwrap_or("–")).collect()
}

pub async fn counts(app: &App) -> (u64, u64) {
    let agencies = agency::Entity::find().count(&app.database).await.expect("agencies are counted");
    (agencies, succession::Entity::find().count(&app.database).await.expect("successions are counted"))
}

on_both! {
    async fn a_successor_s_card_sums_its_predecessors_counts_before_the_change(kind) {
        let app = App::compiled(kind).await;
        succeed(&app, "MERGE", r#"["STC", "SKHDT"]"#, "null").await;
        // STC: 200 received of which 12 carried over, 181 resolved, 177 in time, 19 left.
        make::dossier_table(&app.database, "SKHDT", |table| {
            (table.received_total, table.carried_over) = (Some(100), Some(5));
            (table.received_online, table.resolved_total) = (Some(40), Some(90));
            (table.resolved_early_or_on_time, table.pending_total) = (Some(80), Some(10));
        }).await;
        // The successor carried over the 19 and 10 that they left.
        make::dossier_table(&app.database, "STC_MOI", |table| {
            (table.received_total, table.carried_over) = (Some(79), Some(29));
            (table.received_online, table.resolved_total) = (Some(30), Some(70));
            (table.resolved_early_or_on_time, table.pending_total) = (Some(63), Some(9));
        }).await;
        for (agency, value) in [("STC", "5"), ("SKHDT", "7"), ("STC_MOI", "3")] {
            make::observation(&app.database, agency, "plan_tasks_done", value).await;
            make::observation(&app.database, agency, "plan_tasks", "8").await;
        }
        compile(&app, "2022-H1").await;
        let card = card(&app, "STC_MOI").await;
        let on_time = line(&card, "3.2.1");
        assert_eq!(values(on_time), ["320", "341"], "{on_time}");
        let received = line(&card, "7.2.1");
        assert_eq!(values(received), ["146", "350"], "what was handed over counts once: {received}");
        assert_eq!(values(line(&card, "1.1.2")), ["15", "24"]);

        let resolved = &on_time["inputs"][1];
        assert_eq!(
            resolved["summed"][0],
            json!({ "agency": "STC_MOI", "from": "2022-04-01", "endsBefore": "2022-07-01", "share": "1",
                    "value": "70", "source": "DOSSIER_TABLE", "asOf": "2022-06-30" })
        );
        let summed = resolved["summed"].as_array().expect("parts");
        let stc = summed.iter().find(|part| part["agency"] == "STC").expect("its part");
        assert_eq!((&stc["from"], &stc["endsBefore"], &stc["value"]),
            (&json!("2022-01-01"), &json!("2022-04-01"), &json!("181")));
        // A sum with anything made up in it is made up.
        assert_eq!((summed.len(), &resolved["source"]), (3, &json!("ILLUSTRATIVE")));
        // What it did itself is on the predecessor's own card.
        assert_eq!(values(line(&self::card(&app, "STC").await, "3.2.1")), ["177", "181"]);
        let verified = app.ask(&format!(r#"{{ verifyScorecard(id: {}) {{ outcome moved {{ key }} }} }}"#, card["id"])).await;
        assert_eq!(verified["verifyScorecard"], json!({ "outcome": "MATCH", "moved": [] }));
    }

    async fn a_same_named_successor_has_its_own_id_card_and_rank(kind) {
        let app = App::compiled(kind).await;
        succeed(&app, "RENAME", r#"["STC"]"#, "null").await;
        make::same_reports(&app.database, "STC", "STC_MOI").await;
        compile(&app, "2022-H1").await;
        let (old, new) = (card(&app, "STC").await, card(&app, "STC_MOI").await);
        assert_eq!(old["agency"]["nameVi"], new["agency"]["nameVi"]);
        assert_ne!(old["agency"]["id"], new["agency"]["id"]);
        assert_ne!(old["id"], new["id"]);
        for card in [&old, &new] {
            assert!(card["rank"].is_i64(), "{card}");
        }
    }

    async fn a_renamed_agency_goes_on_with_its_documents(kind) {
        let app = App::compiled(kind).await;
        succeed(&app, "RENAME", r#"["STC"]"#, "null").await;
        compile(&app, "2022-H1").await;
        let (old, new) = (card(&app, "STC").await, card(&app, "STC_MOI").await);
        assert_eq!(values(line(&new, "1.1.1")), values(line(&old, "1.1.1")));
        // A count that it did not report under the new name is not known.
        let done = line(&new, "1.1.2");
        assert_eq!((&done["state"], &done["inputs"][0]["notSummed"]["agency"]), (&json!("MISSING"), &json!("STC_MOI")));
    }

    async fn a_merged_agency_s_documents_are_not_its_successor_s(kind) {
        let app = App::compiled(kind).await;
        succeed(&app, "MERGE", r#"["STC", "SKHDT"]"#, "null").await;
        compile(&app, "2022-H1").await;
        assert_eq!(line(&card(&app, "STC_MOI").await, "1.1.1")["state"], "MISSING");
    }

    async fn what_cannot_be_divided_is_not_known_and_says_so(kind) {
        let app = App::compiled(kind).await;
        succeed(&app, "SPLIT", r#"["STC"]"#, "null").await;
        make::same_reports(&app.database, "STC", "STC_MOI").await;
        compile(&app, "2022-H1").await;
        let card = card(&app, "STC_MOI").await;
        let done = line(&card, "1.1.2");
        assert_eq!((&done["state"], &done["reason"]["because"]), (&json!("MISSING"), &json!("NOT_REPORTED")));
        assert_eq!(done["inputs"][0]["notSummed"], json!({ "agency": "STC", "why": "INDIVISIBLE" }));
        let (vi, en) = (done["reason"]["sentenceVi"].as_str(), done["reason"]["sentenceEn"].as_str());
        assert!(vi.expect("a sentence").contains("số liệu của STC không chia được"), "{done}");
        assert!(en.expect("a sentence").contains("the count of STC cannot be divided"), "{done}");
    }

    async fn a_declared_share_counts_only_where_it_is_whole(kind) {
        let app = App::compiled(kind).await;
        succeed(&app, "SPLIT", r#"["STC"]"#, r#""1/2""#).await;
        for (agency, done, all) in [("STC", "6", "9"), ("STC_MOI", "4", "5")] {
            make::observation(&app.database, agency, "plan_tasks_done", done).await;
            make::observation(&app.database, agency, "plan_tasks", all).await;
        }
        compile(&app, "2022-H1").await;
        let card = card(&app, "STC_MOI").await;
        let done = line(&card, "1.1.2");
        assert_eq!(values(done), ["7", "–"], "{done}");
        assert_eq!(done["inputs"][0]["summed"][1]["share"], "1/2");
        assert_eq!(done["inputs"][1]["notSummed"], json!({ "agency": "STC", "why": "FRACTIONAL" }));
    }

    async fn a_period_is_ranked_by_the_blocks_at_its_end(kind) {
        let app = App::compiled(kind).await;
        let placed = change(&app, "placeInBlock", r#"agency: "SCT", block: "MANAGEMENT_BOARDS", from: "2022-08-01""#).await;
        assert_eq!(placed["errors"], json!([]));
        compile(&app, "2022-H1").await;
        compile(&app, "2022-FY").await;
        for (period, block) in [("2022-H1", "DEPARTMENTS"), ("2022-FY", "MANAGEMENT_BOARDS")] {
            let query = format!(
                r#"{{ scorecard(agency: "SCT", period: "{period}") {{ revision agency {{ block {{ code }} }} }}
                    ranking(period: "{period}", block: "{block}") {{ nodes {{ scorecard {{ agency {{ code }} }} }} }} }}"#
            );
            let found = app.ask(&query).await;
            // The half-year's card is the one that it had.
            assert_eq!(found["scorecard"], json!({ "revision": 1, "agency": { "block": { "code": block } } }));
            let ranked = found["ranking"]["nodes"].as_array().expect("places");
            assert!(ranked.iter().any(|place| place["scorecard"]["agency"]["code"] == "SCT"), "{period}");
        }
        let found = app.ask(
            r#"{ before: agencies(block: "DEPARTMENTS", on: "2022-07-31") { totalCount }
                after: agencies(block: "DEPARTMENTS", on: "2022-08-01") { totalCount }
                nobody: agencies(on: "2021-12-31") { totalCount }
                agencyHistory(code: "SCT") { blockMemberships { block { code } validFrom validTo } } }"#,
        ).await;
        let total = |name: &str| found[name]["totalCount"].clone();
        assert_eq!((total("before"), total("after"), total("nobody")), (json!(10), json!(9), json!(0)));
        assert_eq!(
            found["agencyHistory"]["blockMemberships"],
            json!([
                { "block": { "code": "DEPARTMENTS" }, "validFrom": "2022-01-01", "validTo": "2022-08-01" },
                { "block": { "code": "MANAGEMENT_BOARDS" }, "validFrom": "2022-08-01", "validTo": null },
            ])
        );
    }

    async fn an_open_recommendation_is_handed_over_and_keeps_its_origin(kind) {
        let app = App::compiled(kind).await;
        let held = |agency: &str| format!(
            r#"{{ recommendations(agency: "{agency}", open: true) {{ totalCount nodes {{ recommendation {{ id textVi }}
                origin {{ code }} holder {{ code }} inspectedOn handovers {{ from to handedOverOn note }} }} }} }}"#
        );
        let before = app.ask(&held("SNGV")).await["recommendations"].clone();
        let first = before["nodes"][0].clone();
        assert_eq!((&first["origin"]["code"], &first["holder"]["code"]), (&json!("SNGV"), &json!("SNGV")));
        let id = &first["recommendation"]["id"];
        let hand_over = async |to: &str, on: &str| {
            let query = format!(
                r#"mutation {{ handOverRecommendation(input: {{ recommendation: {id}, to: "{to}", on: "{on}", note: "BB 1" }}) {{
                    recommendation {{ holder {{ code }} }} errors {{ field code }} }} }}"#
            );
            app.ask(&query).await["handOverRecommendation"].clone()
        };
        for (to, on, why) in [
            ("NOWHERE", "2022-09-01", "to UNKNOWN_AGENCY"),
            ("STC", "2022-09-01", "to NOT_A_SUCCESSOR"),
            ("STC", "2022-07-01", "on TOO_EARLY"),
        ] {
            assert_eq!(refusals(&hand_over(to, on).await), [why]);
        }
        let input = r#"kind: MERGE, from: ["SNGV"], to: [{ code: "SNV" }], effectiveOn: "2022-09-01",
            decisionNumber: "12/QĐ-UBND", decidedOn: "2022-08-15""#;
        assert_eq!(change(&app, "succeedAgencies", input).await["errors"], json!([]));
        assert_eq!(refusals(&hand_over("SNV", "2022-08-31").await), ["to NOT_A_SUCCESSOR"]);
        let done = hand_over("SNV", "2022-09-15").await;
        assert_eq!(done["recommendation"]["holder"]["code"], "SNV", "{done}");

        let after = app.ask(&held("SNV")).await["recommendations"]["nodes"][0].clone();
        assert_eq!(after["recommendation"]["id"], *id);
        assert_eq!((&after["origin"]["code"], &after["holder"]["code"]), (&json!("SNGV"), &json!("SNV")));
        assert_eq!(
            after["handovers"],
            json!([{ "from": "SNGV", "to": "SNV", "handedOverOn": "2022-09-15", "note": "BB 1" }])
        );
        let left = app.ask(&held("SNGV")).await["recommendations"]["totalCount"].clone();
        assert_eq!(left.as_i64(), before["totalCount"].as_i64().map(|count| count - 1));
        let event = app.ask("{ auditEvents(first: 1) { nodes { action object before after } } }").await;
        assert_eq!(event["auditEvents"]["nodes"][0]["action"], "HAND_OVER_RECOMMENDATION");
    }

    async fn an_agency_outside_its_validity_is_refused_by_name(kind) {
        let app = App::compiled(kind).await;
        let closed = change(&app, "closeAgency", r#"agency: "SCT", on: "2022-02-01""#).await;
        assert_eq!(closed["agencies"][0]["code"], "SCT");
        let registered = change(&app, "registerAgency", r#"code: "SMOI", validFrom: "2022-07-01", agency: {
            nameVi: "Sở mới", nameEn: "New department", kind: DEPARTMENT, block: "DEPARTMENTS", parent: "SNV", source: DECISION }"#).await;
        assert_eq!(registered["errors"], json!([]));
        let asked = r#"mutation { requestBuild(input: { period: "2022-H1", agencies: ["SNV", "SMOI"], reason: "x" }) {
            build { id } errors { code field messageVi messageEn } } }"#;
        let refused = app.ask(asked).await["requestBuild"].clone();
        assert_eq!(refused["build"], Value::Null);
        assert_eq!(refusals(&refused), ["agencies AGENCY_NOT_VALID"]);
        assert_eq!(refused["errors"][0]["messageVi"], "Cơ quan `SMOI` tồn tại từ 2022-07-01, không tồn tại trong kỳ `2022-H1`.");
        assert_eq!(refused["errors"][0]["messageEn"], "The agency `SMOI` exists from 2022-07-01, not in the period `2022-H1`.");
        let simulated = app.ask(
            r#"{ simulateScorecards(period: "2022-H1", block: "DEPARTMENTS", changes: [
                { agency: "SMOI", what: { tag: { tag: "X", holds: true } } } ]) { errors { code field } } }"#,
        ).await;
        assert_eq!(refusals(&simulated["simulateScorecards"]), ["changes.0.agency AGENCY_NOT_VALID"]);
        // One that existed for a month of it is in it.
        compile(&app, "2022-H1").await;
        assert_ne!(card(&app, "SCT").await, Value::Null);
        assert_eq!(card(&app, "SMOI").await, Value::Null);
        let history = app.ask(
            r#"{ last: agencyHistory(code: "SMOI") { parent { code } } before: agencyHistory(code: "SMOI", on: "2022-06-30") { parent { code } } }"#,
        ).await;
        assert_eq!((&history["last"]["parent"]["code"], &history["before"]["parent"]), (&json!("SNV"), &Value::Null));
    }

    async fn a_refused_change_names_its_field_and_changes_nothing(kind) {
        let app = App::compiled(kind).await;
        let before = counts(&app).await;
        let input = format!(r#"kind: SPLIT, from: ["STC"], to: [
            {{ code: "STC_MOI", share: "2/3", {SAME_NAME} }}, {{ code: "SNV", share: "1/2" }}, {{ code: "NOWHERE" }} ], {DECISION}"#);
        assert_eq!(
            refusals(&change(&app, "succeedAgencies", &input).await),
            ["to.1.share SHARES_EXCEED_ONE", "to.2.code UNKNOWN_AGENCY"]
        );
        let input = format!(r#"kind: MERGE, from: ["STC", "SNV"], to: [{{ code: "sở", {SAME_NAME} }}], {DECISION}"#);
        let refused = refusals(&change(&app, "succeedAgencies", &input).await);
        assert!(refused.contains(&"to.0.code INVALID_CODE".to_owned()), "{refused:?}");
        assert_eq!(counts(&app).await, before);
        assert_eq!(make::agency(&app.database, "STC").await.valid_to, None);
        let last = app.ask("{ auditEvents(first: 1) { nodes { action outcome } } }").await;
        assert_eq!(last["auditEvents"]["nodes"][0], json!({ "action": "SUCCEED_AGENCIES", "outcome": "REFUSED" }));
    }
}
