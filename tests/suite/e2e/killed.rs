//! kill -9 of the real process in the middle of a build: after a restart the build ends, once, with the
//! cards of an undisturbed run. `KILLS=200` makes the long run of it.

use std::collections::BTreeMap;
use std::process::{Child, Stdio};
use std::time::Duration;

use entity::{agency, build, build_part, ranking, scorecard, scorecard_line};
use sea_orm::{ColumnTrait, DatabaseConnection, EntityTrait, PaginatorTrait, QueryFilter};
use tests::{App, Store, on_both, program};

/// How often the process is killed before it may finish, in the short run.
const KILLS: u64 = 6;

fn start(store: &Store) -> Child {
    let mut command = program(store);
    command.args(["--listen", "127.0.0.1:0"]).stdout(Stdio::null());
    command.spawn().expect("the process starts")
}

/// What a run leaves: the hash of every agency's current card, and of both rankings.
async fn outcome(database: &DatabaseConnection) -> (BTreeMap<String, String>, Vec<String>) {
    let cards =
        scorecard::Entity::find().find_also_related(agency::Entity).all(database).await.expect("cards");
    assert_eq!(cards.len(), 12, "one card an agency");
    let lines = scorecard_line::Entity::find().count(database).await.expect("lines");
    assert_eq!(lines, 12 * 61);
    let hashes =
        cards.into_iter().map(|(card, agency)| (agency.expect("its agency").code, card.content_hash));
    let rankings = ranking::Entity::find().all(database).await.expect("rankings");
    let mut ranked: Vec<_> = rankings.into_iter().map(|ranking| ranking.content_hash).collect();
    ranked.sort();
    (hashes.collect(), ranked)
}

async fn builds_in(database: &DatabaseConnection, state: build::State) -> u64 {
    let builds = build::Entity::find().filter(build::Column::State.eq(state));
    builds.count(database).await.expect("builds can be counted")
}

async fn kill_and_resume(store: Store, kills: u64, seed: u64) -> (BTreeMap<String, String>, Vec<String>) {
    for kill in 0..kills {
        let mut process = start(&store);
        // Spread over the start, the splitting, the compiling and the end.
        tokio::time::sleep(Duration::from_millis((seed * 37 + kill * 53) % 450)).await;
        process.kill().expect("kill -9");
        process.wait().expect("it is gone");
    }
    let mut process = start(&store);
    let database = store.connect().await;
    let ended = async {
        while builds_in(&database, build::State::Succeeded).await == 0 {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(90), ended).await.expect("the build ends after the restart");
    process.kill().expect("kill -9");
    process.wait().expect("it is gone");
    assert_eq!(build::Entity::find().count(&database).await.expect("count"), 1);
    let open = build_part::Entity::find().filter(build_part::Column::State.ne(build_part::State::Succeeded));
    assert_eq!(open.count(&database).await.expect("count"), 0);
    let outcome = outcome(&database).await;
    database.close().await.expect("it closes");
    outcome
}

fn kills() -> u64 {
    std::env::var("KILLS").ok().and_then(|kills| kills.parse().ok()).unwrap_or(KILLS)
}

on_both! {
    async fn a_killed_build_ends_once_with_the_same_cards(kind) {
        let template = Store::sample(kind).await;
        let undisturbed = App::over(template.copy().await).await;
        undisturbed.drain().await;
        let expected = outcome(&undisturbed.database).await;
        let rounds = kills().div_ceil(2);
        for round in 0..rounds {
            let store = template.copy().await;
            assert_eq!(kill_and_resume(store, 2, round).await, expected, "round {round}");
        }
    }
}
