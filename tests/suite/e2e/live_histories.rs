//! Whatever happens to the data, in whatever order: the cards that followed it change by change are those of a
//! full build over the same data. `HISTORIES=50` makes the long run of it.

use std::collections::BTreeMap;
use std::time::Duration;

use entity::import::{Mode, State};
use entity::{agency, block, document, period, ranking, scorecard, scorecard_line};
use futures_util::stream;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use reform_worker::audit::Actor;
use reform_worker::dossiers::{self, DossierRow, Read, RemoveError, Watch, remove};
use reform_worker::shadow;
use scoring::{CriteriaSetDocument, Criterion, Rule};
use sea_orm::QueryOrder;
use tests::{App, Store, make, on_both};
use tokio_util::sync::CancellationToken;

use super::dossiers::order;
use super::live::{change_of, quick, until_followed};

/// How many histories are tried, in the short run.
const HISTORIES: usize = 2;

const AGENCIES: [&str; 6] = ["SNGV", "SNV", "STC", "STP", "KKT", "BQLDAGT"];
const BLOCKS: [&str; 2] = ["DEPARTMENTS", "MANAGEMENT_BOARDS"];
const TAGS: [&str; 3] = ["HAS_TTHC", "HAS_SUBUNITS", "HAS_LEGAL_DRAFTING"];
const MEASURES: [&str; 3] = ["staff_disciplined", "plan_tasks_done", "plan_tasks"];

/// Something that happens to the data of an agency.
#[derive(Clone, Debug)]
enum Change {
    Observation(&'static str, u8),
    Listing(u8),
    Document(document::State),
    Table(u8),
    /// A dossier that is handed in, of a few, which may be there already; completed on a day or not.
    Dossier(u8, Option<u8>),
    DossierGone(u8),
    Tag(&'static str),
    Block(&'static str),
    Parent(&'static str),
    Ends(bool),
}

/// Whose data changes, how, and whether the change is given time to be followed before the next.
type Step = (&'static str, Change, bool);

fn step() -> impl Strategy<Value = Step> {
    let one_of = |codes: &'static [&'static str]| proptest::sample::select(codes);
    let change = prop_oneof![
        4 => (one_of(&MEASURES), 0..20_u8).prop_map(|(measure, value)| Change::Observation(measure, value)),
        2 => (0..30_u8).prop_map(Change::Listing),
        2 => proptest::sample::select(document::State::ALL).prop_map(Change::Document),
        2 => (0..50_u8).prop_map(Change::Table),
        4 => (0..3_u8, proptest::option::of(6..28_u8)).prop_map(|(code, day)| Change::Dossier(code, day)),
        2 => (0..3_u8).prop_map(Change::DossierGone),
        2 => one_of(&TAGS).prop_map(Change::Tag),
        1 => one_of(&BLOCKS).prop_map(Change::Block),
        1 => one_of(&AGENCIES).prop_map(Change::Parent),
        1 => any::<bool>().prop_map(Change::Ends),
    ];
    (one_of(&AGENCIES), change, any::<bool>())
}

async fn apply(app: &App, agency: &str, change: &Change) {
    let database = &app.database;
    match change {
        Change::Observation(measure, value) => {
            make::observation(database, agency, measure, &value.to_string()).await;
        }
        Change::Listing(listed) => {
            make::listing(database, agency, "AGENCY_WEBSITE", i64::from(*listed), 30).await;
        }
        Change::Document(state) => make::document(database, agency, *state).await,
        Change::Dossier(code, completed) => import(app, agency, *code, *completed).await,
        Change::DossierGone(code) => {
            let id = make::agency(database, agency).await.id;
            let gone =
                remove(database, (id, &format!("D{code}")), &Actor::terminal(), "nhầm", app.clock.now())
                    .await;
            assert!(matches!(gone, Ok(_) | Err(RemoveError::Unknown)), "{gone:?}");
        }
        Change::Table(resolved) => {
            let early = i64::from(*resolved);
            make::dossier_table(database, agency, |table| {
                (table.received_total, table.resolved_total) = (Some(early + 50), Some(early + 40));
                (table.resolved_early, table.resolved_on_time) = (Some(early), Some(39));
                (table.resolved_overdue, table.pending_total) = (Some(1), Some(10));
            })
            .await;
        }
        Change::Tag(tag) => {
            let turn = |row: &mut agency::Model| match row.tags.contains(tag) {
                true => row.tags.0.retain(|held| held != tag),
                false => row.tags.0.push((*tag).to_owned()),
            };
            make::change_agency(database, agency, turn).await;
        }
        Change::Block(block) => {
            let block = make::block(database, block).await;
            make::change_agency(database, agency, |row| row.block_id = block).await;
        }
        Change::Parent(parent) if *parent != agency => {
            make::edge(database, parent, agency, make::day(2022, 1, 1), None).await;
        }
        Change::Parent(_) => {}
        Change::Ends(ends) => {
            let end = |row: &mut agency::Model| row.valid_to = ends.then_some(row.valid_from);
            make::change_agency(database, agency, end).await;
        }
    }
}

/// Imports a dossier as every import does; that marks the card.
async fn import(app: &App, agency: &str, code: u8, completed: Option<u8>) {
    let completed = completed.map(|day| format!("2022-01-{day:02}")).unwrap_or_default();
    let (code, received, due) = (format!("D{code}"), "2022-01-05", "2022-01-15");
    let cells = [agency, &code, "X.000001", "ONLINE_FULL", received, due, &completed, "", "", ""];
    let order = order(Mode::AllOrNothing, false);
    let rows = stream::iter([Ok(vec![Read::Row(DossierRow::new(1, cells))])]);
    let watch = Watch { cancelled: CancellationToken::new(), progress: &|_| () };
    let ended = dossiers::import(&app.database, &order, rows, &watch, &app.clock).await.expect("it ends");
    // Of an agency that has come to its end, dossiers are refused.
    assert!([State::Done, State::Refused].contains(&ended.state), "{ended:?}");
}

/// Has the management boards take over a leaf from the agency above them.
fn inherit(document: &mut CriteriaSetDocument) {
    fn find<'a>(criteria: &'a mut [Criterion], code: &str) -> Option<&'a mut Criterion> {
        criteria.iter_mut().find_map(|criterion| match criterion.code == code {
            true => Some(criterion),
            false => find(&mut criterion.children, code),
        })
    }
    let leaf = find(&mut document.pillars, "6.1.1").expect("the leaf");
    leaf.rule = Some(Rule::Inherited {});
    leaf.applies_only_to = Vec::new();
}

/// A current card: its block, hash, facts and total, and its lines.
type Card = (String, String, String, Option<String>, Vec<scorecard_line::Model>);

/// Everything that follows from the data: each agency's current card, each block's current ranking.
async fn outcome(app: &App) -> (BTreeMap<String, Card>, BTreeMap<String, String>) {
    let blocks = block::in_order().all(&app.database).await.expect("blocks");
    let code_of = |id| blocks.iter().find(|block| block.id == id).expect("its block").code.clone();
    let period = make::period(&app.database, make::HALF_YEAR).await;
    let cards = scorecard::current_for(period).find_also_related(agency::Entity).all(&app.database);
    let mut outcome = BTreeMap::new();
    for (card, agency) in cards.await.expect("cards") {
        let lines = scorecard_line::of_cards([card.id]).order_by_asc(scorecard_line::Column::Position);
        let mut lines = lines.all(&app.database).await.expect("lines");
        lines.iter_mut().for_each(|line| line.scorecard_id = entity::ScorecardId(uuid::Uuid::nil()));
        let code = agency.expect("its agency").code;
        outcome.insert(code, (code_of(card.block_id), card.content_hash, card.facts, card.total, lines));
    }
    let rankings = ranking::current_for(period).all(&app.database).await.expect("rankings");
    let rankings = rankings.into_iter().map(|ranking| (code_of(ranking.block_id), ranking.content_hash));
    (outcome, rankings.collect())
}

fn histories() -> usize {
    std::env::var("HISTORIES").ok().and_then(|histories| histories.parse().ok()).unwrap_or(HISTORIES)
}

on_both! {
    async fn cards_that_follow_each_change_are_those_of_a_full_build(kind) {
        let mut runner = TestRunner::deterministic();
        let template = Store::sample(kind).await;
        for _ in 0..histories() {
            let history = vec(step(), 12).new_tree(&mut runner).expect("a history").current();
            let full = App::over(template.copy().await).await;
            make::criteria_set(&full.database, "MANAGEMENT_BOARDS", inherit).await;
            for (agency, change, _) in &history {
                apply(&full, agency, change).await;
            }
            full.drain().await;

            let live = App::over(template.copy().await).await;
            make::criteria_set(&live.database, "MANAGEMENT_BOARDS", inherit).await;
            live.drain().await;
            let worker = quick(&live);
            for (agency, change, followed) in &history {
                apply(&live, agency, change).await;
                if !matches!(change, Change::Dossier(..) | Change::DossierGone(_)) {
                    change_of(&live, agency).await;
                }
                if *followed {
                    tokio::time::sleep(Duration::from_millis(150)).await;
                }
            }
            until_followed(&live).await;
            worker.stop().await;
            assert_eq!(outcome(&live).await, outcome(&full).await, "{history:#?}");
            let periods = period::in_order().all(&live.database).await.expect("periods");
            let half_year: Vec<_> = periods.into_iter().filter(|period| period.code == make::HALF_YEAR).collect();
            let compared = shadow::compare(&live.database, &half_year).await.expect("compared");
            assert_eq!(compared.behind, [], "{history:#?}");
        }
    }
}
