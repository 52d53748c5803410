//! Live cards and what people hand in: whatever can change a card marks it, so that the cards are those of a full
//! build although nobody asks for one.

use entity::{dossier_month, period};
use reform_worker::live::mark_in_open_periods;
use reform_worker::shadow;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::{Value, json};
use tests::{App, make, on_both};

use super::imports::{ended, file};
use super::live::{quick, until_followed};
use super::process::{on, run};

/// The revision of the finance department's card, when the departments' cards of both periods are those of a full
/// build.
async fn followed(app: &App) -> i64 {
    until_followed(app).await;
    let periods = period::in_order().all(&app.database).await.expect("periods");
    let compared = shadow::compare(&app.database, &periods).await.expect("compared");
    let behind: Vec<_> = compared.behind.iter().filter(|behind| behind.block == "DEPARTMENTS").collect();
    assert!(behind.is_empty(), "{behind:#?}");
    let card = app.ask(r#"{ scorecard(agency: "STC", period: "2022-H1") { revision } }"#).await;
    card["scorecard"]["revision"].as_i64().expect("a card")
}

/// How often somebody asked for a build, rather than the data.
async fn requested(app: &App) -> usize {
    let data = app.ask("{ builds { nodes { trigger } } }").await;
    let builds = data["builds"]["nodes"].as_array().expect("builds");
    builds.iter().filter(|build| build["trigger"] != "DATA_CHANGE").count()
}

/// Has the terminal import a file of one dossier.
fn import_at_terminal(app: &App, code: &str) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("hoso.csv");
    std::fs::write(&path, file(&[("STC", code, "10/01/2022", "")])).expect("written");
    let output = run(&mut on("reform-api", &app.store), &["import", "dossiers", &path.display().to_string()]);
    assert!(output.status.success(), "{output:?}");
}

on_both! {
    async fn dossiers_reach_the_cards_however_they_are_handed_in_and_taken_away(kind) {
        let app = App::compiled(kind).await;
        let worker = quick(&app);

        let batch = r#"mutation { importDossiers(input: { agency: "STC", mode: ALL_OR_NOTHING, dryRun: false, rows: [
            { code: "A1", procedure: "X.000001", channel: ONLINE_FULL, received: "05/01/2022", due: "10/01/2022" }] }) {
            import { added } } }"#;
        assert_eq!(app.ask(batch).await["importDossiers"]["import"]["added"], 1);
        assert_eq!(followed(&app).await, 2);
        // What changes nothing marks nothing.
        app.ask(batch).await;
        assert_eq!(followed(&app).await, 2);

        let csv = file(&[("STC", "A2", "10/01/2022", "")]);
        let answer = app.as_administrator().upload(&[("dryRun", "true")], ("hoso.csv", csv.as_bytes())).await;
        assert_eq!(ended(&app, &answer.json["id"]).await, json!(["DONE", 1, 0, 0, 0]));
        assert_eq!(followed(&app).await, 2);
        let answer = app.as_administrator().upload(&[], ("hoso.csv", csv.as_bytes())).await;
        assert_eq!(ended(&app, &answer.json["id"]).await, json!(["DONE", 1, 0, 0, 0]));
        assert_eq!(followed(&app).await, 3);

        import_at_terminal(&app, "A3");
        assert_eq!(followed(&app).await, 4);

        let remove = r#"mutation { removeDossier(input: { agency: "STC", code: "A2", reason: "nhập nhầm" }) {
            errors { code } } }"#;
        assert_eq!(app.ask(remove).await["removeDossier"]["errors"], json!([]));
        assert_eq!(followed(&app).await, 5);

        worker.stop().await;
        assert_eq!(requested(&app).await, 0);
    }

    async fn agencies_that_change_and_what_predecessors_hand_in_reach_the_cards(kind) {
        let app = App::compiled(kind).await;
        let worker = quick(&app);
        let merge = r#"mutation { succeedAgencies(input: { kind: MERGE, from: ["STC", "SKHDT"], effectiveOn: "2022-04-15",
            decisionNumber: "12/QĐ-UBND", decidedOn: "2022-03-01", to: [{ code: "STC_MOI", register: { nameVi: "Sở Tài chính",
            nameEn: "Department of Finance", kind: DEPARTMENT, block: "DEPARTMENTS", source: DECISION } }] }) {
            errors { code } } }"#;
        assert_eq!(app.ask(merge).await["succeedAgencies"]["errors"], json!([]));
        followed(&app).await;
        let successor = async || {
            let card = app.ask(r#"{ scorecard(agency: "STC_MOI", period: "2022-H1") { revision } }"#).await;
            card["scorecard"]["revision"].as_i64().expect("the successor has a card")
        };
        let own = r#"mutation { importDossiers(input: { agency: "STC_MOI", mode: ALL_OR_NOTHING, dryRun: false, rows: [
            { code: "C1", procedure: "X.000001", channel: ONLINE_FULL, received: "20/04/2022", due: "25/04/2022" }] }) {
            import { added } } }"#;
        assert_eq!(app.ask(own).await["importDossiers"]["import"]["added"], 1);
        followed(&app).await;
        let before = successor().await;
        // Of the predecessor counted its official table as long as it reported no dossiers.
        import_at_terminal(&app, "A1");
        followed(&app).await;
        assert_eq!(successor().await, before + 1);

        let place = r#"mutation { placeInBlock(input: { agency: "SNV", block: "MANAGEMENT_BOARDS", from: "2022-05-01" }) {
            errors { code } } }"#;
        assert_eq!(app.ask(place).await["placeInBlock"]["errors"], json!([]));
        followed(&app).await;
        let ranking = app.ask(r#"{ ranking(period: "2022-H1", block: "MANAGEMENT_BOARDS") {
            nodes { scorecard { agency { code } } } } }"#).await;
        assert!(ranking.to_string().contains("SNV"), "{ranking}");

        // On the cards of the year it was there for its first months only.
        let gone = r#"mutation { closeAgency(input: { agency: "STTTT", on: "2022-06-01" }) { errors { code } } }"#;
        assert_eq!(app.ask(gone).await["closeAgency"]["errors"], json!([]));
        followed(&app).await;
        worker.stop().await;
        assert_eq!(requested(&app).await, 0);
    }

    async fn counters_that_are_repaired_reach_the_cards(kind) {
        let app = App::compiled(kind).await;
        import_at_terminal(&app, "A1");
        let worker = quick(&app);
        assert_eq!(followed(&app).await, 2);
        // Somebody writes past the program, and the card follows that.
        let agency = make::agency(&app.database, "STC").await.id;
        let received = dossier_month::Column::ReceivedCounter;
        dossier_month::Entity::update_many()
            .col_expr(received, Expr::col(received).add(5))
            .filter(dossier_month::Column::AgencyId.eq(agency))
            .exec(&app.database)
            .await
            .expect("written");
        let now = app.clock.now();
        mark_in_open_periods(&app.database, &[agency], "số đếm / counters", now).await.expect("it is marked");
        assert_eq!(followed(&app).await, 3);
        let output = run(&mut on("reform-api", &app.store), &["recount", "--repair", "yes"]);
        assert!(String::from_utf8_lossy(&output.stdout).contains("REPAIRED"), "{output:?}");
        assert_eq!(followed(&app).await, 4);
        worker.stop().await;
    }

    async fn a_measure_that_is_found_elsewhere_reaches_the_cards_that_it_scores(kind) {
        let app = App::compiled(kind).await;
        let worker = quick(&app);
        let define = |name: &str, gathering: &str| {
            format!(
                r#"mutation {{ defineMeasure(input: {{ code: "dossiers_received_total", unit: COUNT, nameVi: "{name}",
                    nameEn: "x", gathering: {gathering}, key: "received_total" }}) {{ errors {{ code }} }} }}"#
            )
        };
        for (query, builds) in [(define("x", "DOSSIER_TABLE"), 1), (define("x", "DOSSIERS"), 3)] {
            assert_eq!(app.ask(&query).await["defineMeasure"]["errors"], json!([]));
            until_followed(&app).await;
            // The new name changes no card. Where it is found is a change of both periods that it scores.
            assert_eq!(app.ask("{ builds { totalCount } }").await["builds"]["totalCount"], builds);
        }
        followed(&app).await;
        worker.stop().await;
        let whole: Value = app.ask(r#"{ scorecards(period: "2022-FY") { totalCount } }"#).await;
        assert_eq!(whole["scorecards"]["totalCount"], 12);
    }

    async fn a_block_that_has_no_ranking_yet_is_compiled_whole(kind) {
        let app = App::compiled(kind).await;
        import_at_terminal(&app, "A1");
        let worker = quick(&app);
        followed(&app).await;
        worker.stop().await;
        let cards = app.ask(r#"{ scorecards(period: "2022-FY") { nodes { agency { block { code } } } } }"#).await;
        let cards = cards["scorecards"]["nodes"].as_array().expect("cards").clone();
        // The one with a change, and not the other.
        assert!(cards.len() == 10 && cards.iter().all(|card| card["agency"]["block"]["code"] == "DEPARTMENTS"), "{cards:?}");
    }
}
