//! Criteria sets as officers manage them: imported, compared, activated, cloned, used, retired.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use entity::criteria_set;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use serde_json::{Value, json};
use tests::{App, on_both};

const SAMPLE: &str = include_str!("../../../worker/sample/criteria-set.department.sample.yaml");
const TABLE: &str = include_str!("../../../worker/sample/criteria-set.department.sample.csv");

const IMPORT: &str = "mutation ($input: ImportCriteriaSetInput!) { importCriteriaSet(input: $input) {
    criteriaSet { id code version state fingerprint document firstYear lastYear }
    fingerprint unchanged changes { kind codeBefore codeAfter before after }
    problems { path row column criterion rule messageVi messageEn } errors { code field messageVi messageEn } } }";

pub(super) async fn import(app: &App, format: &str, content: &str, dry_run: bool) -> Value {
    let input = json!({ "format": format, "content": content, "dryRun": dry_run });
    let request = json!({ "query": IMPORT, "variables": { "input": input } });
    let answer = app.as_administrator().post(&request).await;
    assert!(answer.json["errors"].is_null(), "{answer:?}");
    answer.json["data"]["importCriteriaSet"].clone()
}

pub(super) async fn change(app: &App, field: &str, input: &str) -> Value {
    let query = format!(
        "mutation {{ {field}(input: {{ {input} }}) {{ criteriaSet {{ id code version state fingerprint firstYear }}
            errors {{ code field messageVi messageEn }} }} }}"
    );
    app.ask(&query).await[field].clone()
}

pub(super) fn codes(payload: &Value) -> Vec<&str> {
    let errors = payload["errors"].as_array().expect("errors");
    errors.iter().map(|error| error["code"].as_str().expect("a code")).collect()
}

/// The sample's text as its second version, with changes.
fn second(changes: &[(&str, &str)]) -> String {
    let mut text = SAMPLE.replacen("version: 1", "version: 2\nfirst_year: 2022\nlast_year: 2022", 1);
    for (from, to) in changes {
        assert!(text.contains(from), "{from}");
        text = text.replacen(from, to, 1);
    }
    text
}

async fn sets(app: &App) -> u64 {
    criteria_set::Entity::find().count(&app.database).await.expect("sets are counted")
}

/// Twelve points, of which one that was for the reports' number is for their content.
const MOVED_POINT: [(&str, &str); 2] = [
    (
        "name_en: Complete in number and on time (first quarter, six months, third quarter, year)\n            max_points: 1",
        "name_en: Complete in number and on time (first quarter, six months, third quarter, year)\n            max_points: \"0.5\"",
    ),
    (
        "name_en: Content complete as guided\n            max_points: 1",
        "name_en: Content complete as guided\n            max_points: \"1.5\"",
    ),
];

on_both! {
    async fn a_dry_run_tells_what_would_be_and_stores_nothing(kind) {
        let app = App::compiled(kind).await;
        let before = sets(&app).await;
        let payload = import(&app, "YAML", &second(&MOVED_POINT), true).await;
        assert_eq!(payload["criteriaSet"], Value::Null);
        assert_eq!(payload["problems"], json!([]));
        let kinds: Vec<_> = payload["changes"].as_array().expect("changes").iter()
            .map(|change| format!("{} {} {} {}", change["kind"], change["codeAfter"], change["before"], change["after"]))
            .collect();
        assert_eq!(
            kinds,
            [
                r#""SET" null null "2022""#,
                r#""SET" null null "2022""#,
                r#""SET" null "1" "2""#,
                r#""RESCALED" "1.2.1" "1" "1/2""#,
                r#""RESCALED" "1.2.2" "1" "3/2""#,
            ]
        );
        assert_eq!(sets(&app).await, before);
    }

    async fn every_problem_is_told_at_once_and_nothing_is_stored(kind) {
        let app = App::compiled(kind).await;
        let before = sets(&app).await;
        let text = second(&[("max_points: 100", "max_points: \"99.55\""), ("measure: annual_plan_issue", "measure: nowhere")]);
        for dry_run in [true, false] {
            let payload = import(&app, "YAML", &text, dry_run).await;
            assert_eq!(payload["fingerprint"], Value::Null);
            assert_eq!(
                payload["problems"],
                json!([
                    {
                        "path": "max_points", "row": 11, "column": "13", "criterion": "PAR-DEPT-SAMPLE", "rule": null,
                        "messageVi": "các phần cộng lại được 100, tổng ghi là 99,55",
                        "messageEn": "the parts add up to 100, the whole is 99.55",
                    },
                    {
                        "path": "pillars[0].children[0].children[0].rule", "row": 38, "column": "15",
                        "criterion": "1.1.1", "rule": "TIERED",
                        "messageVi": "danh mục số liệu không có `nowhere`",
                        "messageEn": "the measure `nowhere` is not in the catalogue",
                    },
                ])
            );
        }
        let blocks = second(&[("sample: true", "sample: true\nblocks: [DEPARTMENTS, NOWHERE]")]);
        let payload = import(&app, "YAML", &blocks, false).await;
        assert_eq!(payload["problems"][0]["path"], "blocks[1]");
        assert_eq!(payload["problems"][0]["messageVi"], "không có khối `NOWHERE`");
        assert_eq!(sets(&app).await, before);
    }

    async fn what_a_set_follows_is_stored_already(kind) {
        let app = App::compiled(kind).await;
        let nowhere = second(&[("sample: true", "sample: true\nfollows: {code: NOWHERE, version: 3}")]);
        let payload = import(&app, "YAML", &nowhere, false).await;
        assert_eq!(payload["problems"][0]["path"], "follows");
        assert_eq!(payload["problems"][0]["messageVi"], "không có bộ tiêu chí `NOWHERE` phiên bản 3");
        let unknown = second(&[
            ("sample: true", "sample: true\nfollows: {code: PAR-DEPT-SAMPLE, version: 1}"),
            ("- code: \"1.1\"", "- code: \"1.1\"\n        follows: [\"1.9\"]"),
        ]);
        let payload = import(&app, "YAML", &unknown, true).await;
        let problem = &payload["problems"][0];
        assert_eq!((&problem["path"], &problem["criterion"]), (&json!("pillars[0].children[0].follows"), &json!("1.1")));
        assert_eq!(problem["messageEn"], "the set that is followed has no `1.9`");
        // What was there when it was drafted may be gone when it is activated.
        let draft = |version: u32, more: &str| {
            SAMPLE
                .replacen("code: PAR-DEPT-SAMPLE", "code: DRAFTS", 1)
                .replacen("version: 1", &format!("version: {version}{more}"), 1)
        };
        import(&app, "YAML", &draft(1, ""), false).await;
        let follows = draft(2, "\nfollows: {code: DRAFTS, version: 1}")
            .replacen("- code: \"1.1\"", "- code: \"1.1\"\n        follows: [\"1.1\"]", 1);
        let later = import(&app, "YAML", &follows, false).await["criteriaSet"].clone();
        let renamed = draft(1, "").replacen("- code: \"1.1\"", "- code: \"1.0\"", 1);
        assert_eq!(import(&app, "YAML", &renamed, false).await["problems"], json!([]));
        let input = format!("criteriaSet: {}, fingerprint: {}", later["id"], later["fingerprint"]);
        let refused = change(&app, "activateCriteriaSet", &input).await;
        assert_eq!(codes(&refused), ["PROBLEMS"], "{refused}");
        assert_eq!(
            refused["errors"][0]["messageVi"],
            "Bộ tiêu chí chưa hợp lệ: bộ tiêu chí được kế thừa không có `1.1`."
        );
    }

    async fn a_set_is_drafted_edited_activated_used_and_scores(kind) {
        let app = App::compiled(kind).await;
        let first = import(&app, "YAML", &second(&[]), false).await["criteriaSet"].clone();
        assert_eq!(first["state"], "DRAFT");
        // What is exported is imported again to the same bytes, whatever the form.
        let again = import(&app, "JSON", first["document"].as_str().expect("a document"), false).await;
        assert_eq!((&again["unchanged"], &again["criteriaSet"]["id"]), (&json!(true), &first["id"]));
        let edited = import(&app, "YAML", &second(&MOVED_POINT), false).await["criteriaSet"].clone();
        assert_eq!(edited["id"], first["id"]);
        assert_ne!(edited["fingerprint"], first["fingerprint"]);
        let (id, fingerprint) = (&edited["id"], &edited["fingerprint"]);

        // Previewed on the period's facts before it is activated.
        let preview = app.ask(&format!(
            r#"{{ simulateScorecards(period: "2022-H1", block: "DEPARTMENTS", criteriaSet: {id}) {{ cards {{ rank }} }} }}"#
        )).await;
        assert_ne!(preview["simulateScorecards"]["cards"], json!([]));

        let in_use = r#"period: "2022-H1", block: "DEPARTMENTS""#;
        let too_early = change(&app, "useCriteriaSet", &format!("criteriaSet: {id}, {in_use}")).await;
        assert_eq!(codes(&too_early), ["WRONG_STATE"]);
        let stale = format!("criteriaSet: {id}, fingerprint: {}", first["fingerprint"]);
        assert_eq!(codes(&change(&app, "activateCriteriaSet", &stale).await), ["CHANGED"]);
        let activated = change(&app, "activateCriteriaSet", &format!("criteriaSet: {id}, fingerprint: {fingerprint}")).await;
        assert_eq!(activated["criteriaSet"]["state"], "ACTIVE", "{activated}");

        // Frozen from then on.
        let frozen = import(&app, "YAML", &second(&[]), false).await;
        assert_eq!(codes(&frozen), ["FROZEN"]);
        assert!(frozen["errors"][0]["messageVi"].as_str().expect("a text").contains("đã khóa"));

        let used = change(&app, "useCriteriaSet", &format!("criteriaSet: {id}, {in_use}")).await;
        assert_eq!(codes(&used), Vec::<&str>::new(), "{used}");
        let build = r#"mutation { requestBuild(input: { period: "2022-H1", reason: "x" }) { errors { code } } }"#;
        assert_eq!(app.ask(build).await["requestBuild"]["errors"], json!([]));
        app.drain().await;
        let card = app.ask(r#"{ scorecard(agency: "SNGV", period: "2022-H1") { criteriaSet lines { code maxPoints } } }"#).await;
        assert!(card["scorecard"]["criteriaSet"].to_string().contains('2'), "{card}");
        let lines = card["scorecard"]["lines"].as_array().expect("lines");
        assert!(lines.iter().any(|line| line["code"] == "1.2.2" && line["maxPoints"] == "1.50"), "{lines:?}");
    }

    async fn a_set_is_for_its_years_blocks_and_kinds(kind) {
        let app = App::compiled(kind).await;
        for (about, code) in [
            ("first_year: 2030", "OTHER_YEAR"),
            ("last_year: 2021", "OTHER_YEAR"),
            ("blocks: [MANAGEMENT_BOARDS]", "OTHER_BLOCK"),
            ("agency_kinds: [MANAGEMENT_BOARD]", "OTHER_KIND"),
        ] {
            let code_of_set = about.split(':').next().expect("a field").to_uppercase();
            let text = SAMPLE
                .replacen("code: PAR-DEPT-SAMPLE", &format!("code: {code_of_set}"), 1)
                .replacen("sample: true", &format!("sample: true\n{about}"), 1);
            let set = import(&app, "YAML", &text, false).await["criteriaSet"].clone();
            let (id, fingerprint) = (&set["id"], &set["fingerprint"]);
            change(&app, "activateCriteriaSet", &format!("criteriaSet: {id}, fingerprint: {fingerprint}")).await;
            let used = format!(r#"criteriaSet: {id}, period: "2022-H1", block: "DEPARTMENTS""#);
            assert_eq!(codes(&change(&app, "useCriteriaSet", &used).await), [code], "{about}");
        }
    }

    async fn a_clone_is_the_next_version_for_other_years(kind) {
        let app = App::compiled(kind).await;
        let set = app.ask(r#"{ criteriaSet(period: "2022-H1", block: "DEPARTMENTS") { id } }"#).await;
        let id = &set["criteriaSet"]["id"];
        let backwards = format!("criteriaSet: {id}, firstYear: 2024, lastYear: 2023");
        assert_eq!(codes(&change(&app, "cloneCriteriaSet", &backwards).await), ["INVALID_YEARS"]);
        let clone = change(&app, "cloneCriteriaSet", &format!("criteriaSet: {id}, firstYear: 2023")).await;
        let clone = &clone["criteriaSet"];
        assert_eq!((&clone["version"], &clone["state"], &clone["firstYear"]), (&json!(2), &json!("DRAFT"), &json!(2023)));
        let diff = app.ask(&format!("{{ diffCriteriaSets(a: {id}, b: {}) {{ kind nameEn before after }} }}", clone["id"])).await;
        assert_eq!(
            diff["diffCriteriaSets"],
            json!([
                { "kind": "SET", "nameEn": "first_year", "before": null, "after": "2023" },
                {
                    "kind": "SET", "nameEn": "follows", "before": null,
                    "after": r#"{"code":"PAR-DEPT-SAMPLE","version":1}"#,
                },
                { "kind": "SET", "nameEn": "last_year", "before": null, "after": "2023" },
                { "kind": "SET", "nameEn": "version", "before": "1", "after": "2" },
            ])
        );
        let retired = change(&app, "retireCriteriaSet", &format!("criteriaSet: {}", clone["id"])).await;
        assert_eq!(retired["criteriaSet"]["state"], "RETIRED");
        let again = change(&app, "retireCriteriaSet", &format!("criteriaSet: {}", clone["id"])).await;
        assert_eq!(codes(&again), ["WRONG_STATE"]);
        let no_set = r#"criteriaSet: "Block:01890000-0000-7000-8000-000000000000""#;
        assert_eq!(codes(&change(&app, "retireCriteriaSet", no_set).await), ["UNKNOWN_CRITERIA_SET"]);
    }

    async fn a_draft_is_for_the_province_and_not_for_the_public(kind) {
        let app = App::compiled(kind).await;
        let draft = import(&app, "YAML", &second(&[]), false).await["criteriaSet"]["id"].clone();
        let query = format!("{{ criteriaSets {{ totalCount nodes {{ state }} }} node(id: {draft}) {{ id }} }}");
        let seen = app.ask(&query).await;
        assert_eq!((&seen["criteriaSets"]["totalCount"], &seen["node"]["id"]), (&json!(2), &draft));
        let public = app.as_public().post(&json!({ "query": query })).await.json["data"].clone();
        assert_eq!((&public["criteriaSets"]["totalCount"], &public["node"]), (&json!(1), &Value::Null));
        let table = format!("{{ criteriaSetTable(id: {draft}) }}");
        let refused = app.as_public().post(&json!({ "query": table })).await.json;
        assert_eq!(refused["errors"][0]["extensions"]["code"], "NOT_FOUND");
    }

    async fn a_table_is_imported_and_exported(kind) {
        let app = App::compiled(kind).await;
        let text = TABLE.replacen("PAR-DEPT-SAMPLE,SET", "PAR-DEPT-TABLE,SET", 1);
        let set = import(&app, "CSV", &text, false).await;
        assert_eq!(set["problems"], json!([]));
        let exported = app.ask(&format!("{{ criteriaSetTable(id: {}) }}", set["criteriaSet"]["id"])).await;
        let exported = exported["criteriaSetTable"].as_str().expect("a table");
        let again = import(&app, "CSV", exported, true).await;
        assert_eq!((&again["unchanged"], &again["fingerprint"]), (&json!(true), &set["fingerprint"]));
        let spoilt = import(&app, "CSV", &text.replacen("reports_content_sufficient", "reports", 1), true).await;
        let problem = &spoilt["problems"][0];
        assert_eq!((&problem["row"], &problem["column"], &problem["criterion"]), (&json!(17), &json!("rule"), &json!("1.2.2")));
        let no_base64 = import(&app, "XLSX", "không", true).await;
        assert_eq!(no_base64["problems"][0]["messageEn"], "the XLSX file must be in base64");
        let no_workbook = import(&app, "XLSX", &STANDARD.encode("PK"), true).await;
        assert!(no_workbook["problems"][0]["messageEn"].as_str().expect("a text").contains("XLSX"));
    }

    async fn what_is_frozen_is_frozen_in_the_database_too(kind) {
        let app = App::compiled(kind).await;
        for column in [criteria_set::Column::Document, criteria_set::Column::Fingerprint, criteria_set::Column::Code] {
            let tampered = criteria_set::Entity::update_many()
                .col_expr(column, Expr::value("tampered"))
                .filter(criteria_set::Column::State.eq(criteria_set::State::Active))
                .exec(&app.database)
                .await;
            assert!(tampered.is_err());
        }
        let thawed = criteria_set::Entity::update_many()
            .col_expr(criteria_set::Column::State, Expr::value("DRAFT"))
            .exec(&app.database)
            .await;
        assert!(thawed.is_err());
    }

    async fn every_step_is_on_record(kind) {
        let app = App::compiled(kind).await;
        let set = import(&app, "YAML", &second(&[]), false).await["criteriaSet"].clone();
        import(&app, "YAML", "nothing", false).await;
        let (id, fingerprint) = (&set["id"], &set["fingerprint"]);
        change(&app, "activateCriteriaSet", &format!("criteriaSet: {id}, fingerprint: {fingerprint}")).await;
        change(&app, "useCriteriaSet", &format!(r#"criteriaSet: {id}, period: "2022-H1", block: "DEPARTMENTS""#)).await;
        change(&app, "cloneCriteriaSet", &format!("criteriaSet: {id}, firstYear: 2025")).await;
        change(&app, "retireCriteriaSet", &format!("criteriaSet: {id}")).await;
        let log = app.ask("{ auditEvents(first: 6) { nodes { action outcome } } }").await;
        let log: Vec<_> = log["auditEvents"]["nodes"].as_array().expect("events").iter()
            .map(|event| format!("{} {}", event["action"].as_str().expect("a"), event["outcome"].as_str().expect("o")))
            .collect();
        assert_eq!(
            log,
            [
                "RETIRE_CRITERIA_SET DONE",
                "CLONE_CRITERIA_SET DONE",
                "USE_CRITERIA_SET DONE",
                "ACTIVATE_CRITERIA_SET DONE",
                "IMPORT_CRITERIA_SET REFUSED",
                "IMPORT_CRITERIA_SET DONE",
            ]
        );
    }
}
