//! The catalogue of measures, extended by `defineMeasure`.

use serde_json::{Value, json};
use tests::{App, on_both};

use super::criteria_sets::import;

const SET: &str = "{code: NEW, version: 1, name_vi: Bộ mới, name_en: New, max_points: 1, print_scale: 2,
  not_applicable: EXCLUDE_FROM_MAX, grades: [{code: ALL, name_vi: Tất cả, name_en: All, from_percent: 0}],
  pillars: [{code: I, name_vi: Một, name_en: One, pillar: STEERING, max_points: 1, children: [
    {code: '1', name_vi: Một, name_en: One, max_points: 1, rule: {kind: BOOLEAN, measure: new_flag}}]}]}";

async fn define(app: &App, input: Value) -> Value {
    let query = "mutation ($input: DefineMeasureInput!) { defineMeasure(input: $input) {
        code unchanged errors { code field messageVi messageEn } } }";
    let answer = app.post(&json!({ "query": query, "variables": { "input": input } })).await;
    assert!(answer.json["errors"].is_null(), "{answer:?}");
    answer.json["data"]["defineMeasure"].clone()
}

fn measure(code: &str, unit: &str, gathering: &str, key: Option<&str>) -> Value {
    json!({ "code": code, "unit": unit, "nameVi": "Số liệu", "nameEn": "A measure", "gathering": gathering, "key": key })
}

fn refused(payload: &Value) -> Vec<String> {
    let errors = payload["errors"].as_array().expect("errors").iter();
    errors.map(|error| format!("{} {}", error["code"], error["field"]).replace('"', "")).collect()
}

on_both! {
    async fn six_who_define_the_same_measure_at_once_have_it_defined(kind) {
        let app = App::sample(kind).await;
        let each = (0..6).map(|_| define(&app, measure("at_once", "COUNT", "OBSERVATION", None)));
        for payload in futures_util::future::join_all(each).await {
            assert_eq!((&payload["code"], refused(&payload)), (&json!("at_once"), vec![]), "{payload}");
        }
    }

    async fn a_set_may_name_a_measure_from_when_it_is_defined(kind) {
        let app = App::compiled(kind).await;
        let unknown = import(&app, "YAML", SET, true).await;
        assert_eq!(unknown["problems"][0]["messageEn"], "the measure `new_flag` is not in the catalogue");
        let flag = measure("new_flag", "FLAG", "DOCUMENT", Some("PAR_PLAN"));
        let defined = define(&app, flag.clone()).await;
        assert_eq!(defined, json!({ "code": "new_flag", "unchanged": false, "errors": [] }));
        assert_eq!(define(&app, flag).await["unchanged"], true);
        assert_eq!(import(&app, "YAML", SET, false).await["problems"], json!([]));

        // Named by a set it keeps its unit; where it is found may change.
        let level = define(&app, measure("new_flag", "LEVEL", "DOCUMENT", Some("PAR_PLAN"))).await;
        assert_eq!(refused(&level), ["UNIT_IN_USE unit"]);
        assert_eq!(level["errors"][0]["messageVi"], "Bộ tiêu chí NEW phiên bản 1 dùng số liệu này với đơn vị FLAG.");
        let observed = define(&app, measure("new_flag", "FLAG", "OBSERVATION", None)).await;
        assert_eq!(observed, json!({ "code": "new_flag", "unchanged": false, "errors": [] }));
        let log = app.ask("{ auditEvents(first: 5) { nodes { action outcome before after } } }").await;
        let log = log["auditEvents"]["nodes"].as_array().expect("events").clone();
        let outcomes: Vec<_> = log.iter().filter(|event| event["action"] == "DEFINE_MEASURE").map(|event| &event["outcome"]).collect();
        assert_eq!(outcomes, ["DONE", "REFUSED", "DONE"], "{log:?}");
        assert!(log[0]["before"].to_string().contains("DOCUMENT") && log[0]["after"].to_string().contains("OBSERVATION"), "{log:?}");
    }

    async fn everything_that_is_wrong_with_a_measure_is_told_at_once(kind) {
        let app = App::compiled(kind).await;
        let nothing = json!({ "code": "Mã Số", "unit": "SHARE", "nameVi": " ", "nameEn": "", "gathering": "DOSSIER_TABLE" });
        let payload = define(&app, nothing).await;
        assert_eq!(
            refused(&payload),
            ["INVALID_CODE code", "INVALID_NAME nameVi", "INVALID_NAME nameEn", "INVALID_UNIT unit", "INVALID_KEY key"]
        );
        for (unit, gathering, key, why) in [
            ("COUNT", "DOSSIER_TABLE", Some("nowhere"), "INVALID_KEY key"),
            ("COUNT", "LISTING", None, "INVALID_KEY key"),
            ("LEVEL", "DOCUMENT", None, "INVALID_KEY key"),
            ("COUNT", "DOCUMENT", Some("PAR_PLAN"), "INVALID_UNIT unit"),
            ("COUNT", "OBSERVATION", Some("x"), "INVALID_KEY key"),
        ] {
            let payload = define(&app, measure("one_more", unit, gathering, key)).await;
            assert_eq!(refused(&payload), [why], "{unit} {gathering} {key:?}");
            assert_eq!(payload["code"], Value::Null);
        }
        // What the sample's frozen set names keeps its unit too.
        let payload = define(&app, measure("plan_tasks", "SHARE", "OBSERVATION", None)).await;
        assert_eq!(refused(&payload), ["UNIT_IN_USE unit"]);
    }
}
