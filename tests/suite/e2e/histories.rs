//! Simulation against what it foretells, on random histories: without a change it is the current cards, and what was
//! simulated is what is compiled once it has come true. A history is shrunk to the changes that matter.

use entity::{DocumentId, DossierTableId, document, dossier_table};
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, TestRunner};
use scoring::Source;
use sea_orm::{ActiveModelTrait, ColumnTrait, IntoActiveModel, QueryFilter};
use serde_json::{Value, json};
use tests::{App, Kind, make, on_both};
use tokio::runtime::Handle;
use tokio::task::block_in_place;

use super::simulation::{LINES, present, simulate, value};

/// Histories of a run on each database; `HISTORIES` asks for more.
const FEW: u32 = 4;

const AGENCIES: [&str; 5] = ["SNGV", "SNV", "STC", "SKHDT", "STP"];
const TAGS: [&str; 4] = ["HAS_TTHC", "HAS_SUBUNITS", "HAS_PSU", "HAS_DECENTRALISED"];
const COUNTS: [&str; 6] = [
    "plan_tasks_done",
    "plan_tasks",
    "subunits_inspected",
    "subunits",
    "assigned_tasks_on_time",
    "staff_disciplined",
];
const FLAGS: [&str; 2] = ["reports_complete_on_time", "reports_content_sufficient"];

/// Something that comes to be otherwise for an agency.
#[derive(Clone, Debug)]
enum Event {
    Observed { measure: &'static str, value: String },
    Document { state: document::State, plan: bool },
    Table { early: i64, on_time: i64, late: i64, pending: i64, pending_late: i64, online: i64 },
    Tag { tag: &'static str, holds: bool },
}

type History = Vec<(&'static str, Event)>;

fn event() -> impl Strategy<Value = Event> {
    let count = (select(&COUNTS[..]), 0..40_i64)
        .prop_map(|(measure, count)| Event::Observed { measure, value: count.to_string() });
    let flag = (select(&FLAGS[..]), any::<bool>())
        .prop_map(|(measure, flag)| Event::Observed { measure, value: flag.to_string() });
    let level = select(&["FULL", "PARTIAL", "NONE", "UNHEARD_OF"][..])
        .prop_map(|level| Event::Observed { measure: "law_enforcement_plan", value: level.to_owned() });
    let share = (0..=120_i64).prop_map(|percent| Event::Observed {
        measure: "satisfaction_share",
        value: format!("{percent}/100"),
    });
    let points = (0..=20_i64)
        .prop_map(|points| Event::Observed { measure: "one_stop_rating", value: format!("{points}.5") });
    let document = (select(document::State::ALL), any::<bool>())
        .prop_map(|(state, plan)| Event::Document { state, plan });
    let table = (0..9_i64, 0..9_i64, 0..3_i64, 0..3_i64, 0..3_i64, 0..20_i64).prop_map(
        |(early, on_time, late, pending, pending_late, online)| {
            let online = online.min(early + on_time + late + pending + pending_late);
            Event::Table { early, on_time, late, pending, pending_late, online }
        },
    );
    let tag = (select(&TAGS[..]), any::<bool>()).prop_map(|(tag, holds)| Event::Tag { tag, holds });
    prop_oneof![2 => count, 1 => flag, 1 => level, 1 => share, 1 => points, 2 => document, 2 => table, 2 => tag]
}

fn history() -> impl Strategy<Value = History> {
    prop::collection::vec((select(&AGENCIES[..]), event()), 0..8)
}

/// The event as changes of a simulation: what the measures that are gathered from it would be.
fn changes(agency: &str, event: &Event) -> Vec<Value> {
    let counts = |counts: [(&str, i64); 6]| {
        counts.map(|(measure, count)| value(agency, measure, Some(&count.to_string()))).to_vec()
    };
    match event {
        Event::Observed { measure, value: observed } => vec![value(agency, measure, Some(observed))],
        Event::Document { state, plan: true } => {
            vec![value(agency, "annual_plan_issue", Some(state.as_str()))]
        }
        Event::Document { state, plan: false } => {
            vec![value(agency, "asset_regulation_issued", Some(&state.is_in_force().to_string()))]
        }
        Event::Table { early, on_time, late, pending, pending_late, online } => {
            let received = early + on_time + late + pending + pending_late;
            counts([
                ("dossiers_resolved_in_time", early + on_time),
                ("dossiers_resolved_total", early + on_time + late),
                ("dossiers_overdue", late + pending_late),
                ("dossiers_received_online", *online),
                ("dossiers_received_postal", received - online),
                ("dossiers_received_total", received),
            ])
        }
        Event::Tag { tag, holds } => {
            vec![json!({ "agency": agency, "what": { "tag": { "tag": tag, "holds": holds } } })]
        }
    }
}

/// The event comes true.
async fn happen(app: &App, agency: &str, event: &Event) {
    match event {
        Event::Observed { measure, value } => make::observation(&app.database, agency, measure, value).await,
        Event::Document { state, plan } => {
            document_is(app, agency, if *plan { "PAR_PLAN" } else { "ASSET_REGULATION" }, *state).await;
        }
        Event::Table { .. } => table_is(app, agency, event).await,
        Event::Tag { tag, holds } => {
            let change = |row: &mut entity::agency::Model| {
                row.tags.0.retain(|held| held != tag);
                row.tags.0.extend(holds.then(|| (*tag).to_owned()));
            };
            make::change_agency(&app.database, agency, change).await;
        }
    }
}

async fn document_is(app: &App, agency: &str, code: &str, state: document::State) {
    let agency_id = make::agency(&app.database, agency).await.id;
    let period_id = make::period(&app.database, make::HALF_YEAR).await;
    let known = document::latest_for(period_id)
        .filter(document::Column::AgencyId.eq(agency_id))
        .filter(document::Column::Code.eq(code));
    let known = known.one(&app.database).await.expect("documents are read");
    let row = document::Model {
        id: DocumentId::generate(),
        agency_id,
        period_id,
        version: known.map_or(1, |known| known.version + 1),
        source: Source::AgencyReport,
        as_of: make::day(2022, 6, 30),
        note: None,
        recorded_by: "test".to_owned(),
        recorded_at: app.clock.now(),
        code: code.to_owned(),
        pillar: "STEERING".to_owned(),
        name_vi: "Văn bản".to_owned(),
        name_en: "A document".to_owned(),
        state,
        state_vi: state.to_string(),
        state_en: state.to_string(),
        issued_on: None,
        due_on: None,
    };
    row.into_active_model().reset_all().insert(&app.database).await.expect("the document is recorded");
}

async fn table_is(app: &App, agency: &str, event: &Event) {
    let Event::Table { early, on_time, late, pending, pending_late, online } = *event else { return };
    let agency_id = make::agency(&app.database, agency).await.id;
    let period_id = make::period(&app.database, make::HALF_YEAR).await;
    let known = dossier_table::latest_for(period_id).filter(dossier_table::Column::AgencyId.eq(agency_id));
    let known = known.one(&app.database).await.expect("tables are read");
    let received = early + on_time + late + pending + pending_late;
    let row = dossier_table::Model {
        id: DossierTableId::generate(),
        agency_id,
        period_id,
        version: known.map_or(1, |known| known.version + 1),
        source: Source::DossierTable,
        as_of: make::day(2022, 6, 30),
        note: None,
        recorded_by: "test".to_owned(),
        recorded_at: app.clock.now(),
        received_total: Some(received),
        received_online: Some(online),
        received_postal: Some(received - online),
        received_direct_or_postal: Some(received - online),
        carried_over: Some(0),
        resolved_total: Some(early + on_time + late),
        resolved_early: Some(early),
        resolved_on_time: Some(on_time),
        resolved_early_or_on_time: None,
        resolved_overdue: Some(late),
        pending_total: Some(pending + pending_late),
        pending_in_time: Some(pending),
        pending_overdue: Some(pending_late),
        overdue_total: None,
        broken: Default::default(),
    };
    row.into_active_model().reset_all().insert(&app.database).await.expect("the table is recorded");
}

async fn happen_all(app: &App, history: &History) {
    for (agency, event) in history {
        happen(app, agency, event).await;
    }
    app.ask(
        r#"mutation { requestBuild(input: { period: "2022-H1", reason: "happened" }) { errors { code } } }"#,
    )
    .await;
    app.drain().await;
}

/// What happened first is compiled; what may come next is simulated, and then comes true.
async fn foretold(kind: Kind, past: &History, next: &History) -> Result<(), TestCaseError> {
    let app = App::sample(kind).await;
    let fields = format!(
        "state totalExact effectiveMaxExact indexPercentExact rank missingCount pendingCount grade {{ code }} {LINES}"
    );
    happen_all(&app, past).await;
    let simulated = simulate(&app, "DEPARTMENTS", &json!([]), &fields).await["cards"].clone();
    prop_assert_eq!(&simulated, &json!(present(&app, "DEPARTMENTS", &fields).await), "without a change");
    let changes: Vec<_> = next.iter().flat_map(|(agency, event)| changes(agency, event)).collect();
    let simulated = simulate(&app, "DEPARTMENTS", &json!(changes), &fields).await;
    prop_assert_eq!(&simulated["errors"], &json!([]));
    happen_all(&app, next).await;
    prop_assert_eq!(&simulated["cards"], &json!(present(&app, "DEPARTMENTS", &fields).await), "come true");
    Ok(())
}

on_both! {
    async fn what_was_simulated_is_compiled_once_it_has_come_true(kind) {
        let cases = std::env::var("HISTORIES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(FEW);
        let config = Config { failure_persistence: None, max_shrink_iters: 30, ..Config::with_cases(cases) };
        let outcome = block_in_place(|| {
            TestRunner::new(config).run(&(history(), history()), |(past, next)| {
                Handle::current().block_on(foretold(kind, &past, &next))
            })
        });
        if let Err(failure) = outcome {
            panic!("{failure}");
        }
    }
}
