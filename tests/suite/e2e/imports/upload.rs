//! What comes of a file that is uploaded.

use axum::http::StatusCode;
use rust_xlsxwriter::Workbook;
use serde_json::{Value, json};
use tests::{App, on_both};

use super::{HEADER, PROCEDURE, ended, file, long_file};

const ACCEPT: &[(&str, &str)] = &[("mode", "ACCEPT_VALID")];

/// The same rows as a workbook.
fn workbook(csv: &str) -> Vec<u8> {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    for (row, line) in (0..).zip(csv.lines()) {
        for (column, cell) in (0..).zip(line.split(',')) {
            sheet.write_string(row, column, cell).expect("written");
        }
    }
    workbook.save_to_buffer().expect("a workbook")
}

on_both! {
    async fn a_file_of_each_format_is_stored_and_a_second_time_changes_nothing(kind) {
        let app = App::sample(kind).await;
        let csv = file(&[("STC", "A1", "10/01/2022", "09/01/2022"), ("KKT", "A1", "10/01/2022", "")]);
        let ndjson = format!(
            "{{\"agency\":\"STC\",\"code\":\"A1\",\"procedure\":\"{PROCEDURE}\",\"channel\":\"COUNTER\",\"received\":\
             \"2022-01-05\",\"due\":\"2022-01-10\",\"completed\":44570}}\n"
        );
        let expected = [
            ("hoso.csv", csv.clone().into_bytes(), json!(["DONE", 2, 0, 0, 0])),
            ("hoso.xlsx", workbook(&csv), json!(["DONE", 0, 0, 2, 0])),
            ("hoso.ndjson", ndjson.into_bytes(), json!(["DONE", 0, 0, 1, 0])),
        ];
        for (name, bytes, counts) in expected {
            let answer = app.as_administrator().upload(&[], (name, &bytes)).await;
            assert_eq!(answer.status, StatusCode::ACCEPTED, "{answer:?}");
            assert_eq!(ended(&app, &answer.json["id"]).await, counts, "{name}");
            let query = format!("{{ import(id: {}) {{ sha256 fileName recordedBy }} }}", answer.json["id"]);
            let record = app.ask(&query).await["import"].clone();
            let told = json!({ "sha256": answer.json["sha256"], "fileName": name, "recordedBy": "administrator" });
            assert_eq!(record, told);
        }
    }

    async fn all_or_nothing_stores_nothing_when_a_row_is_refused_and_a_dry_run_never_does(kind) {
        let app = App::sample(kind).await;
        let csv = file(&[("STC", "A1", "10/01/2022", ""), ("STC", "A2", "31/02/2022", "")]);
        let dry = [("mode", "ACCEPT_VALID"), ("dryRun", "true")];
        for (fields, counts) in [
            (&[][..], json!(["REFUSED", 1, 0, 0, 1])),
            (&dry[..], json!(["DONE", 1, 0, 0, 1])),
            (ACCEPT, json!(["DONE", 1, 0, 0, 1])),
        ] {
            let answer = app.as_administrator().upload(fields, ("hoso.csv", csv.as_bytes())).await;
            assert_eq!(ended(&app, &answer.json["id"]).await, counts, "{fields:?}");
        }
    }

    async fn refused_rows_come_back_with_the_reasons_and_are_sent_again_when_they_are_mended(kind) {
        let app = App::sample(kind).await;
        let mut csv = file(&[("STC", "A1", "10/01/2022", ""), ("NONE", "A2", "31/02/2022", "")]);
        csv.push_str("STC,A3,too,few\n");
        let answer = app.as_administrator().upload(ACCEPT, ("hoso.csv", csv.as_bytes())).await;
        assert_eq!(ended(&app, &answer.json["id"]).await, json!(["DONE", 1, 0, 0, 2]));
        let path = format!("/imports/{}/refused", answer.json["id"].as_str().expect("an id"));
        let refused = app.as_administrator().get(&path).await;
        assert_eq!(refused.status, StatusCode::OK);
        let text = refused.text.strip_prefix('\u{feff}').expect("the mark of UTF-8");
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let rows: Vec<csv::StringRecord> = reader.records().map(|row| row.expect("a row")).collect();
        assert_eq!(rows.len(), 2, "{text}");
        assert_eq!(rows[0].iter().take(6).collect::<Vec<_>>(), ["NONE", "A2", PROCEDURE, "COUNTER", "05/01/2022", "31/02/2022"]);
        assert_eq!(&rows[0][10], "3");
        assert!(rows[0][11].contains("agency `NONE`: ") && rows[0][12].contains("due `31/02/2022`: "), "{text}");
        assert_eq!((rows[1].get(1), rows[1].get(10)), (Some("A3"), Some("4")));
        let mended: String = text.lines().take(2).collect::<Vec<_>>().join("\n").replace("NONE", "STC").replace("31/02", "28/02");
        let answer = app.as_administrator().upload(&[], ("refused.csv", mended.as_bytes())).await;
        assert_eq!(ended(&app, &answer.json["id"]).await, json!(["DONE", 1, 0, 0, 0]));
        for unknown in ["/imports/x/refused", "/imports/Import:0190a8a8-0000-7000-8000-000000000000/refused"] {
            assert_eq!(app.as_administrator().get(unknown).await.status, StatusCode::NOT_FOUND);
        }
    }

    async fn everything_that_is_wrong_with_a_file_is_told_at_once(kind) {
        let app = App::sample(kind).await;
        let utf16: Vec<u8> = HEADER.encode_utf16().flat_map(u16::to_le_bytes).collect();
        for (name, bytes, code) in [
            ("a.csv", b"".to_vec(), "EMPTY_FILE"),
            ("a.csv", utf16, "NOT_UTF8"),
            ("a.csv", b"M\xb7 h\xe5 s\xac\nA1\n".to_vec(), "NOT_UTF8"),
            ("a.csv", b"agency,code\nSTC,A1\n".to_vec(), "MISSING_COLUMN"),
            ("a.xlsx", HEADER.as_bytes().to_vec(), "MISNAMED_FILE"),
            ("a.xlsx", b"PK\x03\x04 and no more".to_vec(), "BROKEN_XLSX"),
        ] {
            let answer = app.as_administrator().upload(&[], (name, &bytes)).await;
            let error = &answer.json["errors"][0];
            assert_eq!((answer.status, &error["extensions"]["code"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!(code)), "{answer:?}");
            let message = error["message"].as_str().expect("a message");
            assert!(message.contains(" / ") && !message.is_ascii(), "{message}");
        }
        assert_eq!(app.ask("{ imports { totalCount } }").await["imports"]["totalCount"], 0);
        let events = app.ask("{ auditEvents(first: 1) { nodes { action outcome } } }").await;
        assert_eq!(events["auditEvents"]["nodes"][0], json!({ "action": "IMPORT_DOSSIERS", "outcome": "REFUSED" }));
        // What is found further down ends the import.
        let answer = app.as_administrator().upload(&[], ("a.csv", format!("{}\"cut off", long_file(50)).as_bytes())).await;
        assert_eq!(ended(&app, &answer.json["id"]).await[0], "FAILED");
    }

    async fn an_import_is_cancelled_and_stores_nothing(kind) {
        let app = App::sample(kind).await;
        let answer = app.as_administrator().upload(&[], ("hoso.csv", long_file(60_000).as_bytes())).await;
        let id = &answer.json["id"];
        let cancel = format!("mutation {{ cancelImport(input: {{ id: {id} }}) {{ import {{ state }} errors {{ code }} }} }}");
        let cancelled = app.ask(&cancel).await["cancelImport"].clone();
        assert_eq!(cancelled, json!({ "import": { "state": "RUNNING" }, "errors": [] }));
        // It was not on record yet, or is as cancelled.
        let mut state = Value::Null;
        for _ in 0..600 {
            let again = app.post(&json!({ "query": cancel })).await.json;
            state = again["data"]["cancelImport"]["errors"][0]["code"].clone();
            if state == "NOT_UNDER_WAY" || again["errors"][0]["extensions"]["code"] == "NOT_FOUND" {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        if state == "NOT_UNDER_WAY" {
            assert_eq!(ended(&app, id).await[0], "CANCELLED");
        }
        let found = app.ask(r#"{ dossiers(agency: "STC") { totalCount } }"#).await;
        assert_eq!(found["dossiers"]["totalCount"], 0);
    }
}
