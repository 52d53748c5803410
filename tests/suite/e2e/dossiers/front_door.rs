//! Dossiers through GraphQL: handed in, read, removed, and counted on a card.

use entity::measure;
use reform_worker::Clock;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::{Value, json};
use tests::{App, Store, make, on_both};

use super::now;
use crate::e2e::policy::personas::token;

/// A batch of an agency: code, due and completed of each dossier, received on 5 January 2022.
fn batch(agency: &str, rows: &[(&str, &str, &str)]) -> String {
    let row = |(code, due, completed): &(&str, &str, &str)| {
        format!(
            r#"{{ code: "{code}", procedure: "X.000001", channel: ONLINE_FULL, received: "05/01/2022",
                due: "{due}", completed: "{completed}" }}"#
        )
    };
    let rows: Vec<_> = rows.iter().map(row).collect();
    format!(
        r#"mutation {{ importDossiers(input: {{ agency: "{agency}", mode: ACCEPT_VALID, dryRun: false, rows: [{}] }}) {{
            import {{ id state added changed unchanged refused recordedBy agency }} errors {{ code field }} }} }}"#,
        rows.join(", ")
    )
}

fn counts(import: &Value) -> Value {
    json!([import["state"], import["added"], import["changed"], import["unchanged"], import["refused"]])
}

on_both! {
    async fn a_batch_is_stored_and_its_dossiers_are_read(kind) {
        let app = App::sample(kind).await;
        let rows = [("A1", "10/01/2022", "09/01/2022"), ("A2", "10/01/2022", ""), ("A3", "31/02/2022", "")];
        let import = app.ask(&batch("STC", &rows)).await["importDossiers"]["import"].clone();
        assert_eq!(counts(&import), json!(["DONE", 2, 0, 0, 1]));
        assert_eq!((&import["agency"], &import["recordedBy"]), (&json!("STC"), &json!("administrator")));
        let id = &import["id"];
        let refused = app.ask(&format!("{{ importConflicts(import: {id}) {{ totalCount nodes {{ row column code value }} }} }}")).await;
        assert_eq!(
            refused["importConflicts"],
            json!({ "totalCount": 1, "nodes": [{ "row": 3, "column": "due", "code": "NOT_A_DATE", "value": "31/02/2022" }] })
        );
        let found = app.ask(r#"{ dossiers(agency: "STC", state: PENDING) { totalCount
            nodes { code channel receivedAt version procedure { nameVi } } } }"#).await;
        assert_eq!(found["dossiers"]["totalCount"], 1);
        assert_eq!(found["dossiers"]["nodes"][0]["receivedAt"], "2022-01-04T17:00:00+00:00");
        assert_eq!(found["dossiers"]["nodes"][0]["procedure"]["nameVi"], "Cấp phiếu lý lịch tư pháp");
        let again = app.ask(&batch("STC", &[("A2", "10/01/2022", "12/01/2022")])).await["importDossiers"]["import"].clone();
        assert_eq!(counts(&again), json!(["DONE", 0, 1, 0, 0]));
        let history = app.ask(r#"{ dossier(agency: "STC", code: "A2") { current { version completedAt }
            versions { endedAs dossier { version completedAt } endedByImport } } }"#).await["dossier"].clone();
        assert_eq!(history["current"]["version"], 2);
        assert_eq!(history["versions"][0]["dossier"], json!({ "version": 1, "completedAt": null }));
        assert_eq!(history["versions"][0]["endedByImport"], again["id"]);
        let page = app.ask(r#"{ dossiers(agency: "STC", first: 1) { nodes { code } pageInfo { hasNextPage endCursor } } }"#).await;
        assert_eq!(page["dossiers"]["nodes"][0]["code"], "A1");
        let after = &page["dossiers"]["pageInfo"]["endCursor"];
        let page = app.ask(&format!(r#"{{ dossiers(agency: "STC", first: 1, after: {after}) {{ nodes {{ code }} pageInfo {{ hasNextPage }} }} }}"#)).await;
        assert_eq!(page["dossiers"], json!({ "nodes": [{ "code": "A2" }], "pageInfo": { "hasNextPage": false } }));
        let imports = app.ask("{ imports { totalCount nodes { id } } }").await["imports"].clone();
        assert_eq!((&imports["totalCount"], &imports["nodes"][0]["id"]), (&json!(2), &again["id"]));
    }

    async fn a_removed_dossier_is_gone_with_its_reason_on_record(kind) {
        let app = App::sample(kind).await;
        app.ask(&batch("STC", &[("A1", "10/01/2022", "")])).await;
        let remove = r#"mutation { removeDossier(input: { agency: "STC", code: "A1", reason: "nhập nhầm" }) {
            removed { code } errors { code } } }"#;
        let removed = app.ask(remove).await["removeDossier"].clone();
        assert_eq!(removed, json!({ "removed": { "code": "A1" }, "errors": [] }));
        assert_eq!(app.ask(remove).await["removeDossier"]["errors"][0]["code"], "UNKNOWN_DOSSIER");
        let history = app.ask(r#"{ dossier(agency: "STC", code: "A1") { current { code } versions { endedAs removedBy removedBecause } } }"#).await;
        assert_eq!(history["dossier"], json!({
            "current": null,
            "versions": [{ "endedAs": "REMOVED", "removedBy": "administrator", "removedBecause": "nhập nhầm" }],
        }));
        let events = app.ask(r#"{ auditEvents(first: 10) { nodes { action outcome detail } } }"#).await["auditEvents"]["nodes"].clone();
        let done: Vec<_> = events.as_array().expect("events").iter()
            .filter(|event| event["outcome"] == "DONE" && event["action"].as_str().is_some_and(|action| action.contains("DOSSIER")))
            .map(|event| (event["action"].clone(), event["detail"].clone())).collect();
        assert_eq!(done, [(json!("REMOVE_DOSSIER"), json!("nhập nhầm")), (json!("IMPORT_DOSSIERS"), Value::Null)]);
    }

    async fn whoever_reports_for_an_agency_hands_in_its_dossiers_and_no_others(kind) {
        let app = App::sample(kind).await;
        let editor = token(&app, "chi", Some(("AGENCY_EDITOR", Some(&["STC"]))), "READ, ADMINISTER").await;
        let editor = app.as_token(&editor);
        let rows = [("A1", "10/01/2022", "")];
        assert_eq!(editor.ask(&batch("STC", &rows)).await["importDossiers"]["import"]["added"], 1);
        assert_eq!(editor.refusal(&batch("KKT", &rows)).await, "FORBIDDEN");
        assert_eq!(editor.refusal(&batch("NO_SUCH", &rows)).await, "FORBIDDEN");
        assert_eq!(editor.refusal(r#"{ dossiers(agency: "KKT") { totalCount } }"#).await, "FORBIDDEN");
        app.ask(&batch("KKT", &rows)).await;
        assert_eq!(editor.ask("{ imports { totalCount nodes { agency } } }").await["imports"],
            json!({ "totalCount": 1, "nodes": [{ "agency": "STC" }] }));
        let viewer = token(&app, "binh", Some(("VIEWER", Some(&["STC"]))), "READ, ADMINISTER").await;
        assert_eq!(app.as_token(&viewer).refusal(&batch("STC", &rows)).await, "FORBIDDEN");
    }

    async fn a_batch_that_is_too_large_or_of_no_agency_is_refused_whole(kind) {
        let app = App::sample(kind).await;
        let refused = |answer: Value| answer["importDossiers"]["errors"][0].clone();
        assert_eq!(refused(app.ask(&batch("XYZ", &[("A", "", "")])).await), json!({ "code": "UNKNOWN_AGENCY", "field": "agency" }));
        assert_eq!(refused(app.ask(&batch("STC", &[])).await), json!({ "code": "TOO_MANY_ROWS", "field": "rows" }));
    }

    async fn the_card_counts_the_dossiers_or_the_table_and_shows_the_other(kind) {
        let app = App::on_clock(Store::sample(kind).await, Clock::told_by(now)).await;
        app.drain().await;
        let rows: Vec<_> = (1..=10).map(|n| (format!("D{n}"), if n <= 7 { "09/01/2022" } else { "11/01/2022" })).collect();
        let rows: Vec<_> = rows.iter().map(|(code, completed)| (code.as_str(), "10/01/2022", *completed)).collect();
        // STC reports dossiers only, KKT has the official table as well.
        let own = make::agency(&app.database, "STC").await.id;
        entity::dossier_table::Entity::delete_many()
            .filter(entity::dossier_table::Column::AgencyId.eq(own))
            .exec(&app.database)
            .await
            .expect("the table is taken away");
        for agency in ["STC", "KKT"] {
            assert_eq!(counts(&app.ask(&batch(agency, &rows)).await["importDossiers"]["import"]), json!(["DONE", 10, 0, 0, 0]));
        }
        let input = |agency: &str, gathering: measure::Gathering| {
            let (app, agency) = (&app, agency.to_owned());
            async move {
                measure::Entity::update_many()
                    .col_expr(measure::Column::Gathering, Expr::value(gathering))
                    .filter(measure::Column::Code.eq("dossiers_resolved_in_time"))
                    .exec(&app.database)
                    .await
                    .expect("the measure is changed");
                app.ask(r#"mutation { requestBuild(input: { period: "2022-H1", reason: "x" }) { errors { code } } }"#).await;
                app.drain().await;
                let query = format!(
                    r#"{{ scorecard(agency: "{agency}", period: "2022-H1") {{ id
                        lines {{ inputs {{ measure value source asOf beside {{ value source difference }} }} }} }} }}"#
                );
                let card = app.ask(&query).await["scorecard"].clone();
                let verified = app.ask(&format!("{{ verifyScorecard(id: {}) {{ outcome }} }}", card["id"])).await;
                assert_eq!(verified["verifyScorecard"]["outcome"], "MATCH");
                let lines = card["lines"].as_array().expect("lines").clone();
                let inputs = lines.iter().flat_map(|line| line["inputs"].as_array().cloned().unwrap_or_default());
                let mut inputs = inputs.filter(|input| input["measure"] == "dossiers_resolved_in_time");
                inputs.next().expect("the input")
            }
        };
        let counted = input("KKT", measure::Gathering::Dossiers).await;
        assert_eq!((&counted["value"], &counted["source"], &counted["asOf"]), (&json!("7"), &json!("DOSSIERS"), &json!("2022-06-30")));
        assert_eq!(counted["beside"]["value"], "12");
        assert_eq!(counted["beside"]["difference"], "-5");
        let table = input("KKT", measure::Gathering::DossierTable).await;
        assert_eq!((&table["value"], &table["beside"]), (&json!("12"), &json!({ "value": "7", "source": "DOSSIERS", "difference": "5" })));
        let alone = input("STC", measure::Gathering::DossierTable).await;
        assert_eq!((&alone["value"], &alone["source"], &alone["beside"]), (&json!("7"), &json!("DOSSIERS"), &Value::Null));
    }
}
