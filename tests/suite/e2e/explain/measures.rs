//! The catalogue of measures, and what each criterion needs.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use tests::{App, on_both};

const TREE: &str = "code rule ruleDocument wordingVi measures due appliesOnlyTo";

fn leaves(criteria: &Value) -> Vec<Value> {
    let below = |criterion: &Value| match criterion["children"].as_array() {
        Some(children) if !children.is_empty() => leaves(&criterion["children"]),
        _ => vec![criterion.clone()],
    };
    criteria.as_array().expect("criteria").iter().flat_map(below).collect()
}

on_both! {
    async fn each_measure_says_how_it_is_gathered_and_who_reads_it(kind) {
        let app = App::sample(kind).await;
        let measure = app.ask(r#"{ measure(code: "procedures_listed") {
            code unit nameVi nameEn gathering key readBy { setCode setVersion criterion nameVi nameEn criteriaSet } } }"#).await["measure"].clone();
        assert_eq!((&measure["unit"], &measure["gathering"], &measure["key"]), (&json!("COUNT"), &json!("LISTING"), &json!("listed")));
        assert_eq!((&measure["readBy"][0]["criterion"], &measure["readBy"][0]["setVersion"]), (&json!("3.1.1"), &json!(1)));
        assert_eq!(measure["readBy"].as_array().map(Vec::len), Some(1), "{measure}");
        assert_eq!(app.refusal(r#"{ measure(code: "nope") { code } }"#).await, "NOT_FOUND");
        let mut seen = BTreeSet::new();
        let mut after = String::new();
        let total = loop {
            let page = app.ask(&format!("{{ measures(first: 20{after}) {{ totalCount nodes {{ code nameVi nameEn readBy {{ criterion }} }}
                pageInfo {{ hasNextPage endCursor }} }} }}")).await["measures"].clone();
            for node in page["nodes"].as_array().expect("nodes") {
                assert!(!node["readBy"].as_array().expect("readers").is_empty(), "{node}");
                assert!(seen.insert(node["code"].to_string()));
            }
            if page["pageInfo"]["hasNextPage"] == false {
                break page["totalCount"].as_u64();
            }
            after = format!(", after: {}", page["pageInfo"]["endCursor"]);
        };
        assert_eq!(total, u64::try_from(seen.len()).ok());
    }

    async fn each_leaf_says_what_it_needs(kind) {
        let app = App::sample(kind).await;
        let query = format!(r#"{{ criteriaSet(period: "2022-H1", block: "MANAGEMENT_BOARDS") {{ document
            pillars {{ {TREE} children {{ {TREE} children {{ {TREE} }} }} }} }} }}"#);
        let set = app.ask(&query).await["criteriaSet"].clone();
        let document: Value = serde_json::from_str(set["document"].as_str().expect("a document")).expect("JSON");
        let (shown, written) = (leaves(&set["pillars"]), leaves(&document["pillars"]));
        assert_eq!(shown.len(), written.len());
        for (shown, written) in shown.iter().zip(&written) {
            assert_eq!(shown["code"], written["code"]);
            let rule: Value = serde_json::from_str(shown["ruleDocument"].as_str().expect("a rule")).expect("JSON");
            assert_eq!(rule, written["rule"], "{shown}");
            assert_eq!((&shown["rule"], &shown["due"]), (&rule["kind"], &json!("EVERY_PERIOD")));
            assert_eq!(shown["appliesOnlyTo"], *written.get("applies_only_to").unwrap_or(&json!([])), "{shown}");
            assert!(!shown["measures"].as_array().expect("measures").is_empty(), "{shown}");
        }
        let on_time = shown.iter().find(|leaf| leaf["code"] == "3.2.1").expect("the leaf");
        assert_eq!(on_time["measures"], json!(["dossiers_resolved_in_time", "dossiers_resolved_total"]));
        assert_eq!(on_time["appliesOnlyTo"], json!(["HAS_TTHC"]));
        let pillar = &set["pillars"][0];
        assert_eq!((&pillar["ruleDocument"], &pillar["due"], &pillar["measures"]), (&Value::Null, &Value::Null, &json!([])));
    }
}
