//! What goes wrong with processes: one that is stopped and comes back, several at once, and a task that nobody can
//! read; below, with what they need. What was requested ends, once, with the cards of an undisturbed run.

mod clock;
mod disk;
mod older;
mod server;

use std::collections::BTreeMap;
use std::process::{Command, Stdio};
use std::time::Duration;

use entity::{BuildPartId, build, build_part};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseConnection, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder,
};
use tests::{App, Kind, Store, on_both};

use super::killed::{outcome, running};
use super::process::{Running, on};

/// How long a build may take, on a busy machine: a stopped worker's claim included, and the time after which the queue
/// gives a lost worker's task to another.
const PATIENCE: Duration = Duration::from_secs(300);

/// What a run that nothing disturbs leaves.
async fn undisturbed(template: &Store) -> (BTreeMap<String, String>, Vec<String>) {
    let app = App::over(template.copy().await).await;
    app.drain().await;
    outcome(&app.database).await
}

async fn until_succeeded(database: &DatabaseConnection) {
    let succeeded = build::Entity::find().filter(build::Column::State.eq(build::State::Succeeded));
    let ended = async {
        while succeeded.clone().count(database).await.expect("builds can be counted") == 0 {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    tokio::time::timeout(PATIENCE, ended).await.expect("the build ends");
}

/// How each part ended: in which attempt, by whose claim, with how many cards.
async fn closed_by(database: &DatabaseConnection) -> Vec<(BuildPartId, i32, Option<String>, i32)> {
    let parts = build_part::Entity::find().order_by_asc(build_part::Column::Id).all(database);
    let parts = parts.await.expect("parts").into_iter();
    parts.map(|part| (part.id, part.attempt, part.claimed_by, part.cards_written)).collect()
}

fn worker(store: &Store) -> Running {
    // Few connections each: the server of all tests has only so many.
    Running::start(on("reform-worker", store).args(["--connections", "4"]))
}

/// Waits until a part is being compiled; whether one is, for the workers may be too fast.
async fn at_a_part(database: &DatabaseConnection) -> bool {
    let started = std::time::Instant::now();
    while started.elapsed() < PATIENCE {
        if !running(database).await.is_empty() {
            return true;
        }
        if ended(database).await {
            return false;
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    false
}

/// Whether a build has ended.
async fn ended(database: &DatabaseConnection) -> bool {
    let ended = build::Entity::find().filter(build::Column::EndedAt.is_not_null());
    ended.count(database).await.expect("builds can be counted") > 0
}

/// Stops a worker as soon as it is at a part. `None` where it was too fast.
async fn stopped_at_a_part(store: &Store, database: &DatabaseConnection) -> Option<Running> {
    let process = worker(store);
    if !at_a_part(database).await {
        return None;
    }
    process.signal("STOP");
    tokio::time::sleep(Duration::from_millis(100)).await;
    (!running(database).await.is_empty()).then_some(process)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_was_stopped_for_longer_than_its_claim_writes_nothing_when_it_comes_back() {
    let template = Store::sample(Kind::Postgres).await;
    let expected = undisturbed(&template).await;
    for _ in 0..20 {
        let store = template.copy().await;
        let database = store.connect().await;
        let Some(mut stopped) = stopped_at_a_part(&store, &database).await else { continue };
        let mut other = worker(&store);
        until_succeeded(&database).await;
        let ends = closed_by(&database).await;
        assert!(ends.iter().any(|(_, attempt, ..)| *attempt == 2), "the part was taken over");
        stopped.signal("CONT");
        // It goes on, finds its claim gone, and stops when told.
        tokio::time::sleep(Duration::from_secs(2)).await;
        stopped.signal("TERM");
        assert!(stopped.ended().success());
        other.kill();
        assert_eq!(outcome(&database).await, expected);
        assert_eq!(closed_by(&database).await, ends);
        return;
    }
    panic!("no worker was stopped at a part");
}

#[tokio::test(flavor = "multi_thread")]
async fn five_workers_at_once_compile_each_part_once() {
    let template = Store::sample(Kind::Postgres).await;
    let expected = undisturbed(&template).await;
    let store = template.copy().await;
    let database = store.connect().await;
    let workers: Vec<_> = (0..5).map(|_| worker(&store)).collect();
    until_succeeded(&database).await;
    drop(workers);
    assert_eq!(outcome(&database).await, expected);
    let parts = build_part::Entity::find().all(&database).await.expect("parts");
    assert!(parts.iter().all(|part| part.attempt == 1), "{parts:?}");
}

/// Makes of the tasks that are over new ones that no worker can read: one of another version, one damaged.
async fn unreadable_tasks(database: &DatabaseConnection, kind: Kind) {
    let (table, bytes) = match kind {
        Kind::Postgres => ("apalis.jobs", ["decode('7b2278223a317d', 'hex')", "decode('7b22', 'hex')"]),
        Kind::Sqlite => ("Jobs", ["x'7b2278223a317d'", "x'7b22'"]),
    };
    for (order, bytes) in ["ASC", "DESC"].iter().zip(bytes) {
        let again = format!(
            "UPDATE {table} SET job = {bytes}, status = 'Pending', attempts = 0, lock_by = NULL, lock_at = NULL, \
             done_at = NULL WHERE id = (SELECT id FROM {table} ORDER BY id {order} LIMIT 1)"
        );
        let changed = database.execute_unprepared(&again).await.expect("a task is made");
        assert_eq!(changed.rows_affected(), 1);
    }
}

on_both! {
    async fn tasks_that_no_worker_can_read_hold_nothing_up(kind) {
        let app = App::compiled(kind).await;
        unreadable_tasks(&app.database, kind).await;
        let again = r#"mutation { requestBuild(input: { period: "2022-H1", reason: "x" }) { errors { code } } }"#;
        app.ask(again).await;
        app.drain().await;
        let builds = app.ask("{ builds { nodes { state cardsUnchanged } } }").await;
        assert_eq!(builds["builds"]["nodes"][0], serde_json::json!({"state": "SUCCEEDED", "cardsUnchanged": 12}));
    }

    async fn six_processes_that_start_at_once_migrate_and_load_once(kind) {
        let store = Store::empty(kind).await;
        let start = |_| {
            let mut command: Command = on("reform-api", &store);
            command.arg("schedule").stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts")
        };
        let started: Vec<_> = (0..6).map(start).collect();
        for process in started {
            let output = process.wait_with_output().expect("it ends");
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        }
        let database = store.connect().await;
        assert_eq!(entity::agency::Entity::find().count(&database).await.expect("count"), 12);
        assert_eq!(entity::schedule::Entity::find().count(&database).await.expect("count"), 2);
        assert_eq!(build::Entity::find().count(&database).await.expect("count"), 1);
    }
}
