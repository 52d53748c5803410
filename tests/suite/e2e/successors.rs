//! A successor's counts where they come from dossiers, from official tables, or from both; and what else reads its card.

use chrono::{DateTime, TimeZone, Utc};
use entity::{dossier_table, measure};
use reform_worker::Clock;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::{Value, json};
use tests::{App, Kind, Store, make, on_both};

/// A dossier: its code, and when it was received, due and completed.
type Dossier = (&'static str, &'static str, &'static str, &'static str);

/// What STC had received until it ended on 15 April: two settled before, one after, one never.
const OF_STC: [Dossier; 4] = [
    ("A1", "05/01/2022", "10/01/2022", "09/01/2022"),
    ("A2", "05/01/2022", "10/01/2022", "11/01/2022"),
    ("A3", "10/04/2022", "20/04/2022", "18/04/2022"),
    ("A4", "12/04/2022", "25/04/2022", ""),
];
/// What SKHDT had: one settled on its last day, one after.
const OF_SKHDT: [Dossier; 2] =
    [("B1", "03/03/2022", "10/03/2022", "14/04/2022"), ("B2", "01/04/2022", "10/05/2022", "10/05/2022")];
/// What the successor received: one on its first day, one that is pending.
const OF_SUCCESSOR: [Dossier; 2] =
    [("C1", "15/04/2022", "30/04/2022", "29/04/2022"), ("C2", "20/06/2022", "30/07/2022", "")];

fn now() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2023, 7, 1, 1, 0, 0).single().expect("an instant")
}

/// The sample province, in which STC and SKHDT become STC_MOI on a day; nobody reports a table.
async fn merged(kind: Kind, on: &str) -> App {
    let app = App::on_clock(Store::sample(kind).await, Clock::told_by(now)).await;
    app.drain().await;
    for code in ["STC", "SKHDT"] {
        let id = make::agency(&app.database, code).await.id;
        let tables = dossier_table::Entity::delete_many().filter(dossier_table::Column::AgencyId.eq(id));
        tables.exec(&app.database).await.expect("the table is taken away");
        make::change_agency(&app.database, code, |agency| agency.valid_from = make::day(2021, 1, 1)).await;
    }
    let query = format!(
        r#"mutation {{ succeedAgencies(input: {{ kind: MERGE, from: ["STC", "SKHDT"], effectiveOn: "{on}",
            decisionNumber: "12/QĐ-UBND", decidedOn: "2021-12-01", to: [{{ code: "STC_MOI", register: {{
            nameVi: "Sở Tài chính", nameEn: "Department of Finance", kind: DEPARTMENT, block: "DEPARTMENTS",
            tags: ["HAS_TTHC", "HAS_LEGAL_DRAFTING", "HAS_DECENTRALISED"], source: DECISION }} }}] }}) {{
            errors {{ code field messageEn }} }} }}"#
    );
    assert_eq!(app.ask(&query).await["succeedAgencies"]["errors"], json!([]));
    app
}

async fn import(app: &App, agency: &str, dossiers: &[Dossier]) {
    let row = |(code, received, due, completed): &Dossier| {
        format!(
            r#"{{ code: "{code}", procedure: "X.000001", channel: ONLINE_FULL, received: "{received}", due: "{due}",
                completed: "{completed}" }}"#
        )
    };
    let rows: Vec<_> = dossiers.iter().map(row).collect();
    let query = format!(
        r#"mutation {{ importDossiers(input: {{ agency: "{agency}", mode: ALL_OR_NOTHING, dryRun: false, rows: [{}] }}) {{
            import {{ state refused }} errors {{ code }} }} }}"#,
        rows.join(", ")
    );
    let import = app.ask(&query).await["importDossiers"]["import"].clone();
    assert_eq!(import, json!({ "state": "DONE", "refused": 0 }));
}

async fn import_all(app: &App) {
    import(app, "STC", &OF_STC).await;
    import(app, "SKHDT", &OF_SKHDT).await;
    import(app, "STC_MOI", &OF_SUCCESSOR).await;
}

/// Official tables: received, carried over, resolved, in time, overdue; left pending.
async fn report_tables(app: &App) {
    for (agency, [received, carried, resolved, in_time, pending]) in
        [("STC", [20, 3, 15, 12, 5]), ("SKHDT", [10, 1, 8, 8, 2]), ("STC_MOI", [17, 7, 11, 10, 6])]
    {
        make::dossier_table(&app.database, agency, |table| {
            (table.received_total, table.carried_over) = (Some(received), Some(carried));
            (table.resolved_total, table.resolved_early_or_on_time) = (Some(resolved), Some(in_time));
            (table.resolved_overdue, table.pending_total) = (Some(resolved - in_time), Some(pending));
            (table.pending_in_time, table.pending_overdue) = (Some(pending - 1), Some(1));
        })
        .await;
    }
}

/// Has a measure gathered otherwise.
async fn gathered(app: &App, code: &str, gathering: measure::Gathering, key: &str) {
    measure::Entity::update_many()
        .col_expr(measure::Column::Gathering, Expr::value(gathering))
        .col_expr(measure::Column::Key, Expr::value(key))
        .filter(measure::Column::Code.eq(code))
        .exec(&app.database)
        .await
        .expect("the measure is changed");
}

async fn compile(app: &App) {
    let query = r#"mutation { requestBuild(input: { period: "2022-H1", reason: "x" }) { errors { code } } }"#;
    assert_eq!(app.ask(query).await["requestBuild"]["errors"], json!([]));
    app.drain().await;
}

async fn card(app: &App, agency: &str) -> Value {
    let query = format!(
        r#"{{ scorecard(agency: "{agency}", period: "2022-H1") {{ id indexPercentExact lines {{ code inputs {{ measure
            exact source recordsValue recordsDiffer beside {{ value source difference }}
            summed {{ agency from endsBefore value source share }} notSummed {{ agency why }}
            records {{ totalCount nodes {{ __typename predecessor decides recordedBy
                ... on DossierTableRecord {{ receivedTotal }} ... on DossierRecord {{ dossier {{ agency code }} }} ... on DocumentRecord {{ code }} }} }} }} }} }} }}"#
    );
    app.ask(&query).await["scorecard"].clone()
}

fn input(card: &Value, measure: &str) -> Value {
    let lines = card["lines"].as_array().expect("lines").iter();
    let mut inputs = lines.flat_map(|line| line["inputs"].as_array().expect("inputs"));
    inputs.find(|input| input["measure"] == measure).unwrap_or_else(|| panic!("no {measure}")).clone()
}

/// The numbers of a card: received in all and online, resolved, in time, overdue.
fn numbers(card: &Value) -> [String; 5] {
    ["received_total", "received_online", "resolved_total", "resolved_in_time", "overdue"].map(|of| {
        let value = input(card, &format!("dossiers_{of}"))["exact"].clone();
        value.as_str().unwrap_or("–").to_owned()
    })
}

/// `agency from–before value` of what was summed.
fn parts(input: &Value) -> Vec<String> {
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let part = |part: &Value| {
        let [agency, from, before, value] =
            ["agency", "from", "endsBefore", "value"].map(|of| text(&part[of]));
        format!("{agency} {from}–{before} {value}")
    };
    let mut parts: Vec<_> = input["summed"].as_array().expect("parts").iter().map(part).collect();
    // The agency's own comes first; between those of one day nothing is promised.
    parts.get_mut(1..).into_iter().for_each(|others| others.sort());
    parts
}

async fn assert_verified(app: &App, card: &Value) {
    let query =
        format!("{{ verifyScorecard(id: {}) {{ outcome moved {{ key before after }} }} }}", card["id"]);
    assert_eq!(app.ask(&query).await["verifyScorecard"], json!({ "outcome": "MATCH", "moved": [] }));
    assert_counted(card);
}

/// Behind every number that was counted over dossiers are as many of them.
fn assert_counted(card: &Value) {
    let lines = card["lines"].as_array().expect("lines").iter();
    let inputs = lines.flat_map(|line| line["inputs"].as_array().expect("inputs"));
    for input in inputs.filter(|input| input["source"] == "DOSSIERS" && !input["exact"].is_null()) {
        let parts = input["summed"].as_array().expect("parts");
        let of_dossiers = parts.iter().all(|part| part["source"] == "DOSSIERS");
        assert_eq!(input["recordsDiffer"] == json!(false), of_dossiers, "{input}");
        if of_dossiers && parts.iter().all(|part| part["share"] == "1") {
            assert_eq!(
                input["records"]["totalCount"].to_string(),
                input["exact"].as_str().expect("a number"),
                "{input}"
            );
        }
    }
}

on_both! {
    async fn a_successor_counts_its_predecessors_dossiers(kind) {
        let app = merged(kind, "2022-04-15").await;
        import_all(&app).await;
        compile(&app).await;
        let successor = card(&app, "STC_MOI").await;
        // Whatever became of A1 to A4, B1, B2, C1 and C2 by the end of June.
        assert_eq!(numbers(&successor), ["8", "8", "6", "4", "3"]);
        let resolved = input(&successor, "dossiers_resolved_total");
        assert_eq!(
            parts(&resolved),
            [
                "STC_MOI 2022-04-15–2022-07-01 1",
                "SKHDT 2022-01-01–2022-07-01 2",
                "STC 2022-01-01–2022-07-01 3",
            ].map(str::to_owned)
        );
        assert_eq!((&resolved["source"], &resolved["beside"], &resolved["recordsDiffer"]), (&json!("DOSSIERS"), &Value::Null, &json!(false)));
        let behind = resolved["records"]["nodes"].as_array().expect("records").iter();
        let mut behind: Vec<_> = behind.map(|record| format!("{} {}", record["dossier"]["code"], record["predecessor"])).collect();
        behind.sort();
        let expected = [("A1", "STC"), ("A2", "STC"), ("A3", "STC"), ("B1", "SKHDT"), ("B2", "SKHDT")];
        let mut expected: Vec<_> = expected.iter().map(|(code, agency)| format!("{code:?} {agency:?}")).collect();
        expected.push("\"C1\" null".to_owned());
        assert_eq!(behind, expected);
        assert_verified(&app, &successor).await;
        // On their own cards stands what the predecessors did while they were there.
        assert_eq!(numbers(&card(&app, "STC").await), ["4", "4", "2", "1", "1"]);
        let skhdt = card(&app, "SKHDT").await;
        assert_eq!(numbers(&skhdt), ["2", "2", "1", "0", "1"]);
        assert_eq!(input(&skhdt, "dossiers_resolved_total")["summed"], json!([]));
        assert_verified(&app, &skhdt).await;
        // What there was at the start and is at the end.
        import(&app, "STC", &[("A0", "20/12/2021", "25/01/2022", "18/01/2022")]).await;
        for (key, value) in [("carried_over", "1"), ("pending_total", "2"), ("pending_in_time", "1"), ("received_new", "8")] {
            gathered(&app, "dossiers_overdue", measure::Gathering::Dossiers, key).await;
            compile(&app).await;
            assert_eq!(input(&card(&app, "STC_MOI").await, "dossiers_overdue")["exact"], value, "{key}");
        }
    }

    async fn a_successor_s_tables_and_dossiers_are_summed_side_by_side(kind) {
        let app = merged(kind, "2022-04-15").await;
        import_all(&app).await;
        report_tables(&app).await;
        compile(&app).await;
        let tables = card(&app, "STC_MOI").await;
        // 17 less the 7 that were left to it, 20 and 10; 11, 15 and 8; 10, 12 and 8; 1 and 1 of its own, 3 and 0.
        assert_eq!(numbers(&tables), ["40", "8", "34", "30", "5"]);
        let resolved = input(&tables, "dossiers_resolved_total");
        assert_eq!(resolved["beside"], json!({ "value": "6", "source": "DOSSIERS", "difference": "28" }));
        assert_eq!(
            parts(&resolved),
            [
                "STC_MOI 2022-04-15–2022-07-01 11",
                "SKHDT 2022-01-01–2022-04-15 8",
                "STC 2022-01-01–2022-04-15 15",
            ].map(str::to_owned)
        );
        // Each of the three tables is behind the sum.
        assert_eq!((&resolved["recordsValue"], &resolved["recordsDiffer"]), (&json!("34"), &json!(false)));
        let records = resolved["records"]["nodes"].as_array().expect("records").iter();
        let mut told: Vec<_> = records.map(|record| format!("{} {} {}", record["predecessor"], record["receivedTotal"], record["decides"])).collect();
        told[1..].sort();
        assert_eq!(told, ["null 17 true", "\"SKHDT\" 10 true", "\"STC\" 20 true"]);
        assert_verified(&app, &tables).await;

        for (code, key) in [("dossiers_resolved_total", "resolved_total"), ("dossiers_received_total", "received_total")] {
            gathered(&app, code, measure::Gathering::Dossiers, key).await;
        }
        compile(&app).await;
        let dossiers = card(&app, "STC_MOI").await;
        let resolved = input(&dossiers, "dossiers_resolved_total");
        assert_eq!((&resolved["exact"], &resolved["source"]), (&json!("6"), &json!("DOSSIERS")));
        assert_eq!(resolved["beside"], json!({ "value": "34", "source": "DOSSIER_TABLE", "difference": "-28" }));
        assert_eq!(input(&dossiers, "dossiers_received_total")["beside"]["value"], "40");
        // A predecessor's own card has both of its own.
        let own = input(&card(&app, "STC").await, "dossiers_resolved_total");
        assert_eq!((&own["exact"], &own["beside"]["value"]), (&json!("2"), &json!("15")));
        assert_verified(&app, &dossiers).await;
    }

    async fn who_reports_dossiers_and_who_a_table_are_summed_each_by_its_own(kind) {
        let app = merged(kind, "2022-04-15").await;
        import(&app, "STC", &OF_STC).await;
        report_tables(&app).await;
        let stc = make::agency(&app.database, "STC").await.id;
        let table = dossier_table::Entity::delete_many().filter(dossier_table::Column::AgencyId.eq(stc));
        table.exec(&app.database).await.expect("the table is taken away");
        compile(&app).await;
        let successor = card(&app, "STC_MOI").await;
        // Of STC what it did itself: what it left stands in the successor's table.
        let resolved = input(&successor, "dossiers_resolved_total");
        assert_eq!(
            parts(&resolved),
            [
                "STC_MOI 2022-04-15–2022-07-01 11",
                "SKHDT 2022-01-01–2022-04-15 8",
                "STC 2022-01-01–2022-04-15 2",
            ].map(str::to_owned)
        );
        assert_eq!((&resolved["exact"], &resolved["beside"], &resolved["recordsDiffer"]), (&json!("21"), &Value::Null, &Value::Null));
        // The two tables that were summed, and the two dossiers.
        let behind = resolved["records"]["nodes"].as_array().expect("records").iter();
        let mut behind: Vec<_> = behind.map(|record| format!("{} {}", record["__typename"], record["dossier"]["code"])).collect();
        behind.sort();
        assert_eq!(behind, ["\"DossierRecord\" \"A1\"", "\"DossierRecord\" \"A2\"", "\"DossierTableRecord\" null", "\"DossierTableRecord\" null"]);
        assert_eq!(input(&successor, "dossiers_received_total")["exact"], "24");
        assert_verified(&app, &successor).await;
        // Whoever reports nothing is named.
        let skhdt = make::agency(&app.database, "SKHDT").await.id;
        let table = dossier_table::Entity::delete_many().filter(dossier_table::Column::AgencyId.eq(skhdt));
        table.exec(&app.database).await.expect("the table is taken away");
        compile(&app).await;
        let unknown = input(&card(&app, "STC_MOI").await, "dossiers_resolved_total");
        assert_eq!((&unknown["exact"], &unknown["notSummed"]), (&Value::Null, &json!({ "agency": "SKHDT", "why": "UNREPORTED" })));
    }

    async fn a_declared_share_of_a_function_goes_over_with_the_dossiers_before_it(kind) {
        let app = App::on_clock(Store::sample(kind).await, Clock::told_by(now)).await;
        app.drain().await;
        let query = r#"mutation { succeedAgencies(input: { kind: FUNCTION_TRANSFER, from: ["STC"], effectiveOn: "2022-04-15",
            decisionNumber: "12/QĐ-UBND", decidedOn: "2022-03-01", to: [{ code: "SKHDT", share: "1/2" }] }) {
            errors { code } } }"#;
        assert_eq!(app.ask(query).await["succeedAgencies"]["errors"], json!([]));
        import(&app, "STC", &OF_STC).await;
        import(&app, "SKHDT", &OF_SKHDT).await;
        for (code, key) in [("dossiers_resolved_total", "resolved_total"), ("dossiers_resolved_in_time", "resolved_in_time")] {
            gathered(&app, code, measure::Gathering::Dossiers, key).await;
        }
        compile(&app).await;
        // Of the two that STC had resolved by then it keeps one, and one after; the official table cannot be divided.
        let (giver, taker) = (card(&app, "STC").await, card(&app, "SKHDT").await);
        let kept = input(&giver, "dossiers_resolved_total");
        assert_eq!((&kept["exact"], &kept["beside"]), (&json!("2"), &Value::Null));
        assert_eq!(parts(&kept), ["STC 2022-01-01–2022-04-15 2", "STC 2022-04-15–2022-07-01 1"].map(str::to_owned));
        let taken = input(&taker, "dossiers_resolved_total");
        assert_eq!((&taken["exact"], parts(&taken).len()), (&json!("3"), 2));
        // Half of the one in time is no dossier.
        assert_eq!(input(&taker, "dossiers_resolved_in_time")["notSummed"], json!({ "agency": "STC", "why": "FRACTIONAL" }));
        assert_verified(&app, &taker).await;
    }

    async fn what_was_left_before_the_period_is_carried_over(kind) {
        let app = merged(kind, "2022-01-01").await;
        import(&app, "STC", &[("A1", "20/12/2021", "10/01/2022", "05/01/2022"), ("A2", "20/12/2021", "20/02/2022", "")]).await;
        import(&app, "STC_MOI", &[("C1", "10/01/2022", "15/01/2022", "12/01/2022")]).await;
        compile(&app).await;
        let successor = card(&app, "STC_MOI").await;
        assert_eq!(numbers(&successor), ["3", "1", "2", "2", "1"]);
        assert_eq!(
            parts(&input(&successor, "dossiers_received_total")),
            ["STC_MOI 2022-01-01–2022-07-01 1", "STC 2022-01-01–2022-07-01 2"].map(str::to_owned)
        );
        assert_eq!(parts(&input(&successor, "dossiers_received_online")), Vec::<String>::new(), "nothing is left to tell");
        assert_verified(&app, &successor).await;
    }

    async fn a_renamed_agency_s_records_are_those_under_its_earlier_name(kind) {
        let app = App::on_clock(Store::sample(kind).await, Clock::told_by(now)).await;
        app.drain().await;
        let query = r#"mutation { succeedAgencies(input: { kind: RENAME, from: ["STC"], effectiveOn: "2022-04-15",
            decisionNumber: "12/QĐ-UBND", decidedOn: "2022-03-01", to: [{ code: "STC_MOI", register: {
            nameVi: "Sở", nameEn: "Department", kind: DEPARTMENT, block: "DEPARTMENTS", source: DECISION } }] }) {
            errors { code } } }"#;
        let before = card(&app, "STC").await;
        assert_eq!(app.ask(query).await["succeedAgencies"]["errors"], json!([]));
        compile(&app).await;
        let (old, new) = (input(&before, "annual_plan_issue"), input(&card(&app, "STC_MOI").await, "annual_plan_issue"));
        assert_eq!((&new["exact"], &new["recordsDiffer"]), (&old["exact"], &json!(false)));
        assert_eq!(new["records"]["nodes"][0]["code"], old["records"]["nodes"][0]["code"]);
        assert_eq!(new["records"]["nodes"][0]["predecessor"], "STC");
        // A card from before the change shows what it was compiled from.
        let kept = app.ask(&format!(
            r#"{{ node(id: {}) {{ ... on Scorecard {{ lines {{ inputs {{ exact recordsValue recordsDiffer }} }} }} }} }}"#,
            before["id"]
        )).await;
        for line in kept["node"]["lines"].as_array().expect("lines") {
            for input in line["inputs"].as_array().expect("inputs") {
                assert_eq!((&input["recordsValue"], &input["recordsDiffer"]), (&input["exact"], &json!(false)));
            }
        }
    }

    async fn simulation_comparison_and_path_know_a_successor(kind) {
        let app = merged(kind, "2022-04-15").await;
        make::same_reports(&app.database, "STC", "STC_MOI").await;
        import_all(&app).await;
        compile(&app).await;
        let simulated = app.ask(
            r#"{ simulateScorecards(period: "2022-H1", block: "DEPARTMENTS", changes: []) { errors { code }
                cards { agency { code } totalChangeExact indexChangeExact rankChange } } }"#,
        ).await["simulateScorecards"].clone();
        assert_eq!(simulated["errors"], json!([]));
        let cards = simulated["cards"].as_array().expect("cards");
        assert!(cards.iter().any(|card| card["agency"]["code"] == "STC_MOI"));
        for card in cards {
            for change in ["totalChangeExact", "indexChangeExact"] {
                assert!(card[change].is_null() || card[change] == "0", "{card}");
            }
            assert!(card["rankChange"].is_null() || card["rankChange"] == 0, "{card}");
        }
        let (old, new) = (card(&app, "STC").await, card(&app, "STC_MOI").await);
        let compared = app.ask(&format!(
            "{{ compareScorecards(a: {}, b: {}) {{ relation indexPercent {{ before after }} lines {{ kind }} }} }}",
            old["id"], new["id"]
        )).await["compareScorecards"].clone();
        assert_eq!(compared["relation"], "SAME");
        assert_eq!(compared["indexPercent"]["after"], new["indexPercentExact"]);
        let way = |agency: &str| format!(
            r#"{{ pathToTarget(agency: "{agency}", period: "2022-H1", target: {{ rank: 1 }}, asOf: "2022-06-15") {{
                current {{ indexPercentExact }} }} }}"#
        );
        let path = app.ask(&way("STC_MOI")).await["pathToTarget"].clone();
        assert_eq!(path["current"]["indexPercentExact"], new["indexPercentExact"]);
        // Where it is ranked later does not matter to the half-year.
        let placed = r#"mutation { placeInBlock(input: { agency: "STC_MOI", block: "MANAGEMENT_BOARDS", from: "2022-09-01" }) {
            errors { code } } }"#;
        assert_eq!(app.ask(placed).await["placeInBlock"]["errors"], json!([]));
        assert_eq!(app.ask(&way("STC_MOI")).await["pathToTarget"], path);
    }
}
