//! Tables that break an identity, or the chain from one period to the next.

use entity::{PeriodId, dossier_table, period};
use scoring::PeriodKind;
use sea_orm::{ActiveModelTrait, ColumnTrait, IntoActiveModel, QueryFilter};
use serde_json::{Value, json};
use tests::{App, make, on_both};

use super::{conflict, imported};

/// A table of STC of which pending in time and overdue are not pending in all.
const BROKEN: &str = r#"{ agency: "STC", receivedTotal: 100, resolvedTotal: 90, resolvedEarly: 60, resolvedOnTime: 30,
    resolvedOverdue: 0, pendingTotal: 10, pendingInTime: 7, pendingOverdue: 2 }"#;

fn batch(period: &str, when_broken: &str, rows: &str) -> String {
    format!(
        r#"period: "{period}", mode: ALL_OR_NOTHING, dryRun: false, whenBroken: {when_broken}, rows: [{rows}]"#
    )
}

/// The inputs of STC's card that come from its table.
async fn inputs(app: &App) -> Vec<Value> {
    app.ask(r#"mutation { requestBuild(input: { period: "2022-H1", reason: "x" }) { errors { code } } }"#)
        .await;
    app.drain().await;
    let card = app
        .ask(
            r#"{ scorecard(agency: "STC", period: "2022-H1") { lines { inputs { measure value source
                brokenIdentities { identity total parts }
                records(first: 1) { nodes { ... on DossierTableRecord { version brokenIdentities { identity } } } } } } } }"#,
        )
        .await;
    let lines = card["scorecard"]["lines"].as_array().cloned().expect("lines");
    let inputs = lines.iter().flat_map(|line| line["inputs"].as_array().cloned().unwrap_or_default());
    inputs.filter(|input| input["source"] == "DOSSIER_TABLE").collect()
}

on_both! {
    async fn a_broken_identity_is_refused_or_flagged_on_every_line_that_uses_the_table(kind) {
        let app = App::compiled(kind).await;
        let (counts, found) = imported(&app, "importDossierTables", &batch("2022-H1", "REFUSE", BROKEN)).await;
        assert_eq!(counts, json!(["REFUSED", 0, 0, 0, 1]));
        assert_eq!(found, [conflict(1, "pending_total", "BROKEN_IDENTITY")]);
        let (counts, found) = imported(&app, "importDossierTables", &batch("2022-H1", "FLAG", BROKEN)).await;
        assert_eq!((counts, found), (json!(["DONE", 0, 1, 0, 0]), vec![]));
        let flagged = inputs(&app).await;
        assert!(flagged.iter().any(|input| input["value"] == "90"), "{flagged:?}");
        let identity = "pending_total = pending_in_time + pending_overdue";
        for input in &flagged {
            assert_eq!(input["brokenIdentities"], json!([{ "identity": identity, "total": 10, "parts": 9 }]), "{input}");
            let record = &input["records"]["nodes"][0];
            assert_eq!(record, &json!({ "version": 2, "brokenIdentities": [{ "identity": identity }] }));
        }
        // Nothing new: the flag is a part of what is stored.
        let (counts, _) = imported(&app, "importDossierTables", &batch("2022-H1", "FLAG", BROKEN)).await;
        assert_eq!(counts, json!(["DONE", 0, 0, 1, 0]));
        let mended = BROKEN.replace("pendingInTime: 7", "pendingInTime: 8");
        let (counts, _) = imported(&app, "importDossierTables", &batch("2022-H1", "REFUSE", &mended)).await;
        assert_eq!(counts, json!(["DONE", 0, 1, 0, 0]));
        let mended = inputs(&app).await;
        assert!(!mended.is_empty() && mended.iter().all(|input| input["brokenIdentities"] == json!([])), "{mended:?}");
    }

    async fn what_is_carried_over_must_be_what_was_pending_the_period_before(kind) {
        let app = App::sample(kind).await;
        for (code, from, before) in [("2021-FY", 2021, 2022), ("2023-FY", 2023, 2024)] {
            let row = period::Model {
                id: PeriodId::generate(),
                code: code.to_owned(),
                kind: PeriodKind::FullYear,
                year: from,
                starts_on: make::day(from, 1, 1),
                ends_before: make::day(before, 1, 1),
                time_zone: "Asia/Ho_Chi_Minh".to_owned(),
            };
            row.into_active_model().reset_all().insert(&app.database).await.expect("the period is entered");
        }
        make::change_agency(&app.database, "SNGV", |agency| agency.valid_from = make::day(2020, 1, 1)).await;
        let year = async |period: &str, when_broken: &str, carried_over: u32, pending: u32| {
            let row = format!(r#"{{ agency: "SNGV", carriedOver: {carried_over}, pendingTotal: {pending} }}"#);
            imported(&app, "importDossierTables", &batch(period, when_broken, &row)).await
        };
        let done = (json!(["DONE", 1, 0, 0, 0]), vec![]);
        assert_eq!(year("2021-FY", "REFUSE", 3, 7).await, done);
        assert_eq!(year("2023-FY", "REFUSE", 9, 1).await, done);
        // Neither of the two is what stands beside it.
        let (counts, found) = year("2022-FY", "REFUSE", 8, 8).await;
        assert_eq!(counts[0], "REFUSED");
        let broken = |column| conflict(1, column, "BROKEN_CHAIN");
        assert_eq!(found, [broken("carried_over"), broken("pending_total")]);
        assert_eq!(year("2022-FY", "REFUSE", 7, 9).await, done);
        assert_eq!(year("2022-FY", "FLAG", 7, 8).await.0, json!(["DONE", 0, 1, 0, 0]));
        let known = dossier_table::latest_for(make::period(&app.database, "2022-FY").await);
        let sngv = make::agency(&app.database, "SNGV").await.id;
        let known = known.filter(dossier_table::Column::AgencyId.eq(sngv)).one(&app.database).await;
        let broken = known.expect("tables are read").expect("the table").broken.0;
        let broken: Vec<_> = broken.iter().map(ToString::to_string).collect();
        assert_eq!(broken, ["pending_total = carried_over of 2023-FY does not hold: 8 is not 9, the difference is -1"]);
    }
}
