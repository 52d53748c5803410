//! kill -9 of the real process in the middle of a build: after a restart the build ends, once, with the
//! cards of an undisturbed run. `KILLS=200` makes the long run of it.
//!
//! Every other kill waits until a part is being compiled; the others are spread over the start, the
//! splitting, the compiling and the end.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use entity::{BuildPartId, agency, build, build_part, ranking, scorecard, scorecard_line};
use futures_util::{StreamExt, stream};
use sea_orm::{ColumnTrait, DatabaseConnection, EntityTrait, PaginatorTrait, QueryFilter};
use tests::{App, Store, on_both};

use super::process::Running;

/// How often the process is killed before it may finish, in the short run.
const KILLS: u64 = 6;

/// How many stores are worked on at a time: most of a round is waiting for the claim of a killed process
/// to run out.
const ROUNDS_AT_A_TIME: usize = 3;

/// How long a part may take to be claimed. Longer than a claim holds, which the part may have to wait for.
const CLAIMED_WITHIN: Duration = Duration::from_secs(20);

/// What a run leaves: the hash of every agency's current card, and of both rankings.
pub(super) async fn outcome(database: &DatabaseConnection) -> (BTreeMap<String, String>, Vec<String>) {
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

/// The attempts that are being compiled, as far as the database knows.
pub(super) async fn running(database: &DatabaseConnection) -> BTreeSet<(BuildPartId, i32)> {
    let parts = build_part::Entity::find().filter(build_part::Column::State.eq(build_part::State::Running));
    let parts = parts.all(database).await.expect("the parts");
    parts.into_iter().map(|part| (part.id, part.attempt)).collect()
}

/// Starts the process and kills it as soon as it has claimed a part. Returns whether the part was open when
/// the process was gone.
pub(super) async fn kill_while_compiling(store: &Store, database: &DatabaseConnection) -> bool {
    let before = running(database).await;
    let mut process = Running::serve(store, &[]);
    let claimed = async {
        loop {
            if let Some(claimed) = running(database).await.difference(&before).next().copied() {
                return Some(claimed);
            }
            if builds_in(database, build::State::Succeeded).await > 0 {
                return None;
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    let claimed = tokio::time::timeout(CLAIMED_WITHIN, claimed).await.unwrap_or_default();
    process.kill();
    let Some(claimed) = claimed else { return false };
    // A server takes a moment to see that its client is gone.
    tokio::time::sleep(Duration::from_millis(200)).await;
    running(database).await.contains(&claimed)
}

/// What a round left, and how many of its kills hit a part that was being compiled.
type Round = ((BTreeMap<String, String>, Vec<String>), u64);

async fn kill_and_resume(store: Store, seed: u64) -> Round {
    let database = store.connect().await;
    let hits = u64::from(kill_while_compiling(&store, &database).await);
    let mut process = Running::serve(&store, &[]);
    tokio::time::sleep(Duration::from_millis(seed * 37 % 450)).await;
    process.kill();

    let mut process = Running::serve(&store, &[]);
    let ended = async {
        while builds_in(&database, build::State::Succeeded).await == 0 {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(90), ended).await.expect("the build ends after the restart");
    process.kill();
    assert_eq!(build::Entity::find().count(&database).await.expect("count"), 1);
    let open = build_part::Entity::find().filter(build_part::Column::State.ne(build_part::State::Succeeded));
    assert_eq!(open.count(&database).await.expect("count"), 0);
    let outcome = outcome(&database).await;
    database.close().await.expect("it closes");
    (outcome, hits)
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
        let template = &template;
        let rounds = stream::iter(0..kills().div_ceil(2));
        let rounds = rounds.map(async |seed| (seed, kill_and_resume(template.copy().await, seed).await));
        let rounds: Vec<_> = rounds.buffer_unordered(ROUNDS_AT_A_TIME).collect().await;
        let mut hits = 0;
        for (seed, (left, hit)) in &rounds {
            assert_eq!(*left, expected, "round {seed}");
            hits += hit;
        }
        println!("{kind:?}: {hits} of {} kills hit a part that was being compiled", 2 * rounds.len());
        assert!(hits > 0, "no kill hit a part that was being compiled");
    }
}
