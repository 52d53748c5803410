//! A reorganisation from a file: all of it, or nothing and everything that is wrong.

use serde_json::{Value, json};
use tests::{App, Store, on_both};

use super::agencies::counts;
use super::process::{on, run};

const SAMPLE: &str = include_str!("../../../worker/sample/reorganisation-2025-07-01.csv");

async fn import(app: &App, content: &str, dry_run: bool) -> Value {
    let query = "mutation ($input: ImportReorganisationInput!) { importReorganisation(input: $input) {
        stored blocksRegistered agenciesRegistered agenciesClosed successions agenciesPlaced
        complaints { row column code messageVi messageEn } } }";
    let request =
        json!({ "query": query, "variables": { "input": { "content": content, "dryRun": dry_run } } });
    let answer = app.as_administrator().post(&request).await;
    assert!(answer.json["errors"].is_null(), "{answer:?}");
    answer.json["data"]["importReorganisation"].clone()
}

/// `row column CODE` of each complaint.
fn complaints(payload: &Value) -> Vec<String> {
    let complaints = payload["complaints"].as_array().expect("complaints").iter();
    complaints.map(|of| format!("{} {} {}", of["row"], of["column"], of["code"]).replace('"', "")).collect()
}

on_both! {
    async fn the_reorganisation_of_july_2025_loads_whole(kind) {
        let app = App::compiled(kind).await;
        let before = counts(&app).await;
        let expected = |stored: bool| json!({
            "stored": stored, "blocksRegistered": 1, "agenciesRegistered": 108, "agenciesClosed": 6, "successions": 6,
            "agenciesPlaced": 0, "complaints": [],
        });
        assert_eq!(import(&app, SAMPLE, true).await, expected(false));
        assert_eq!(counts(&app).await, before);
        assert_eq!(import(&app, SAMPLE, false).await, expected(true));
        assert_eq!(counts(&app).await, (before.0 + 108, before.1 + 6));

        let found = app.ask(
            r#"{ june: agencies(block: "COMMUNES", on: "2025-06-30") { totalCount }
                july: agencies(block: "COMMUNES", on: "2025-07-01") { totalCount }
                tanHong: agencyHistory(code: "X_TAN_HONG") { predecessors { agency { code } share } }
                tanHoCo: agencyHistory(code: "X_TAN_HO_CO") { agency { id nameVi } predecessors {
                    agency { id code nameVi validTo } kind effectiveOn decidedOn decisionNumber share } }
                anHoa: agencyHistory(code: "X_AN_HOA") { predecessors { agency { code } kind share } } }"#,
        ).await;
        assert_eq!((&found["june"]["totalCount"], &found["july"]["totalCount"]), (&json!(6), &json!(102)));
        assert_eq!(found["tanHong"]["predecessors"].as_array().map(Vec::len), Some(3));
        let predecessors = found["tanHoCo"]["predecessors"].as_array().expect("predecessors");
        let codes: Vec<_> = predecessors.iter().map(|of| of["agency"]["code"].clone()).collect();
        assert_eq!(codes, ["CU_TAN_HO_CO", "CU_TAN_THANH_B"]);
        let same = &predecessors[0];
        assert_eq!(same["agency"]["nameVi"], found["tanHoCo"]["agency"]["nameVi"]);
        assert_ne!(same["agency"]["id"], found["tanHoCo"]["agency"]["id"]);
        assert_eq!((&same["agency"]["validTo"], &same["effectiveOn"]), (&json!("2025-07-01"), &json!("2025-07-01")));
        assert_eq!((&same["decidedOn"], &same["decisionNumber"]), (&json!("2025-06-16"), &json!("1663/NQ-UBTVQH15")));
        assert_eq!(
            found["anHoa"]["predecessors"],
            json!([{ "agency": { "code": "CU_TAN_PHU_TRUNG" }, "kind": "SPLIT", "share": null }])
        );

        // A second time every row is told, and nothing is doubled.
        let again = import(&app, SAMPLE, false).await;
        let told = complaints(&again);
        assert!(told.contains(&"10 to CODE_TAKEN".to_owned()), "{told:?}");
        assert!(told.len() > 108 && again["stored"] == false, "{told:?}");
        assert_eq!(counts(&app).await, (before.0 + 108, before.1 + 6));
    }

    async fn every_row_of_a_file_that_is_wrong_is_told_and_nothing_is_stored(kind) {
        let app = App::compiled(kind).await;
        let before = counts(&app).await;
        let header = "kind,from,to,share,effective_on,decision_number,decided_on,name_vi,name_en,agency_kind,block,source";
        let rules = format!("{header}\n\
            REGISTER,,GOOD,,2022-04-01,,,Sở tốt,Good,DEPARTMENT,DEPARTMENTS,DECISION\n\
            MERGE,STC,NOWHERE,,01/04/2022,1/QĐ,2022-03-01,,,,,\n\
            SPLIT,SNV,GOOD,3/2,2022-04-01,1/QĐ,2022-03-01,,,,,\n\
            CLOSE,SXD,,,2021-04-01,,,,,,,\n");
        assert_eq!(
            complaints(&import(&app, &rules, false).await),
            ["3 to UNKNOWN_AGENCY", "4 share INVALID_SHARE", "5 from AGENCY_NOT_VALID"]
        );
        let cells = format!("\u{feff}{header}\r\n\
            # a remark\r\n\
            UNITE,STC,SNV,,2022-04-01,,,,,,,\r\n\
            MERGE,STC,,,31/02/2022,1/QĐ,,,,,,\r\n\
            REGISTER,,X,,2022-04-01,,,Sở,,BUREAU,,\r\n");
        assert_eq!(
            complaints(&import(&app, &cells, false).await),
            [
                "3 kind UNKNOWN_CODE", "4 effective_on INVALID_DAY", "4 to NOT_GIVEN", "4 decided_on NOT_GIVEN",
                "5 name_en NOT_GIVEN", "5 agency_kind UNKNOWN_CODE", "5 block NOT_GIVEN", "5 source NOT_GIVEN",
            ]
        );
        for (file, why) in [("", "null null INVALID_FILE"), ("kind,colour\n", "1 colour INVALID_FILE"), ("kind\nCLOSE,x\n", "2 null INVALID_FILE")] {
            assert_eq!(complaints(&import(&app, file, false).await), [why], "{file:?}");
        }
        assert_eq!(counts(&app).await, before);
    }

    async fn the_terminal_reorganises_too(kind) {
        let store = Store::sample(kind).await;
        let directory = tempfile::TempDir::new().expect("a directory");
        let file = directory.path().join("reorganisation.csv");
        std::fs::write(&file, SAMPLE).expect("it is written");
        let file = file.to_str().expect("a path");
        let reorganise = |arguments: &[&str]| {
            let output = run(&mut on("reform-api", &store), &[&["reorganise", file], arguments].concat());
            let said = String::from_utf8_lossy(&output.stdout).into_owned();
            (output.status.code(), said)
        };
        let (code, said) = reorganise(&["--dry-run"]);
        assert_eq!(code, Some(0), "{said}");
        assert!(said.contains("1 blocks and 108 agencies would be registered"), "{said}");
        let (code, said) = reorganise(&[]);
        assert_eq!(code, Some(0), "{said}");
        let (code, said) = reorganise(&[]);
        assert_eq!(code, Some(1));
        assert!(said.contains("10, to: CODE_TAKEN"), "{said}");
    }
}
