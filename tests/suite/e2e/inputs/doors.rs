//! Who may hand inputs in, by which doors; and what is on record of it.

use axum::http::StatusCode;
use serde_json::json;
use tests::{App, Store, on_both};

use super::{H1, conflict, conflicts, imported, uploaded};
use crate::e2e::policy::personas::token;
use crate::e2e::process::{on, run};

const CSV: &str = "agency,received_total\nSTC,10\nKKT,13\n";

on_both! {
    async fn a_file_is_taken_from_whoever_reports_for_its_agency(kind) {
        let app = App::sample(kind).await;
        let editor = token(&app, "chi", Some(("AGENCY_EDITOR", Some(&["STC"]))), "READ, ADMINISTER").await;
        let viewer = token(&app, "binh", Some(("VIEWER", Some(&["STC"]))), "READ, ADMINISTER").await;
        let own: &[_] = &[H1, ("agency", "STC"), ("mode", "ACCEPT_VALID")];
        for path in [
            "/imports/tables",
            "/imports/observations",
            "/imports/documents",
            "/imports/listings",
            "/imports/procedures",
        ] {
            for (asker, fields, status) in [
                (app.as_public(), own, StatusCode::UNAUTHORIZED),
                (app.as_token(&viewer), own, StatusCode::FORBIDDEN),
                (app.as_token(&editor), &[H1], StatusCode::FORBIDDEN),
                (app.as_token(&editor), &[H1, ("agency", "KKT")], StatusCode::FORBIDDEN),
            ] {
                let answer = asker.upload_to(path, fields, ("a.csv", CSV.as_bytes())).await;
                assert_eq!(answer.status, status, "{path} {fields:?} {answer:?}");
            }
        }
        let (id, ended) =
            uploaded(&app, app.as_token(&editor), "/imports/tables", own, ("a.csv", CSV.as_bytes())).await;
        assert_eq!(ended, json!(["DONE", 0, 1, 0, 1]));
        assert_eq!(conflicts(&app, &id).await, [conflict(3, "agency", "OTHER_AGENCY")]);
        let log = app.ask("{ auditEvents(first: 20) { nodes { action outcome actor object } } }").await;
        let nodes = log["auditEvents"]["nodes"].as_array().expect("events").clone();
        let of = |outcome: &str| {
            nodes.iter().filter(|event| event["action"] == "IMPORT_DOSSIER_TABLES" && event["outcome"] == outcome).count()
        };
        assert_eq!(of("DONE"), 1, "{log}");
        assert!(of("REFUSED") >= 2, "{log}");
    }

    async fn a_dry_run_finds_what_a_real_one_would_and_stores_nothing(kind) {
        let app = App::sample(kind).await;
        let batch = |dry_run: bool| {
            format!(
                r#"period: "2022-H1", mode: ACCEPT_VALID, dryRun: {dry_run}, whenBroken: REFUSE, rows: [
                    {{ agency: "Sở Tài chính", receivedTotal: 10 }}, {{ agency: "XYZ", receivedTotal: 1 }}]"#
            )
        };
        let found = (json!(["DONE", 0, 1, 0, 1]), vec![conflict(2, "agency", "UNKNOWN_AGENCY")]);
        for dry_run in [true, true, false] {
            assert_eq!(imported(&app, "importDossierTables", &batch(dry_run)).await, found);
        }
        assert_eq!(imported(&app, "importDossierTables", &batch(false)).await.0, json!(["DONE", 0, 0, 1, 1]));
    }

    async fn a_file_is_imported_at_the_terminal(kind) {
        let store = Store::sample(kind).await;
        let folder = tempfile::tempdir().expect("a folder");
        let path = |name: &str| folder.path().join(name).display().to_string();
        std::fs::write(path("bieu.csv"), "agency,pending_total,pending_in_time,pending_overdue\nSTC,10,7,2\n").expect("written");
        let (file, refused) = (path("bieu.csv"), path("refused.csv"));
        let import = |arguments: &[&str]| {
            let all: Vec<_> = ["import", "tables", &file].into_iter().chain(arguments.iter().copied()).collect();
            let output = run(&mut on("reform-api", &store), &all);
            let text = String::from_utf8(output.stdout).expect("UTF-8");
            (text.lines().last().unwrap_or_default().to_owned(), output.status.code())
        };
        let counted = |changed: u32, unchanged: u32, refused: u32| {
            format!("0 thêm / added, {changed} đổi / changed, {unchanged} không đổi / unchanged, {refused} bị từ chối / refused")
        };
        assert_eq!(import(&["--period", "2022-H1", "--refused", &refused]), (counted(0, 0, 1), Some(1)));
        let written = std::fs::read_to_string(&refused).expect("the refused rows");
        assert!(written.contains("pending_total = pending_in_time + pending_overdue"), "{written}");
        assert_eq!(import(&["--period", "2022-H1", "--when-broken", "flag"]), (counted(1, 0, 0), Some(0)));
        assert_eq!(import(&["--period", "2022-H1", "--when-broken", "flag"]), (counted(0, 1, 0), Some(0)));
        assert_eq!(import(&["--period", "1999-H1"]).1, Some(1));
    }
}
