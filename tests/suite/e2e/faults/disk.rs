//! No room on the disk: SQLite's file cannot grow any more, and later can again. The limit on the size of a process's
//! files stands for the disk.

use std::io::Write;
use std::process::{Command, Stdio};
use std::time::Duration;

use entity::{build, build_part};
use rlimit::{INFINITY, Resource, prlimit};
use sea_orm::{EntityTrait, PaginatorTrait};
use tests::{Kind, Store};

use super::super::killed::outcome;
use super::super::process::{Running, on};
use super::{undisturbed, until_succeeded};

/// Writing beyond the limit fails instead of ending the process.
const IGNORE: &str = r#"trap '' XFSZ; exec "$0" "$@""#;

/// How long there is no room.
const FULL: Duration = Duration::from_secs(12);

/// A worker that may write files of so many bytes.
fn worker_with_room(store: &Store, bytes: u64) -> Running {
    let worker = on("reform-worker", store);
    let mut shell = Command::new("sh");
    shell.args(["-c", IGNORE]).arg(worker.get_program()).args(worker.get_args()).stdin(Stdio::null());
    for (variable, value) in worker.get_envs() {
        match value {
            Some(value) => shell.env(variable, value),
            None => shell.env_remove(variable),
        };
    }
    let worker = Running::start(shell.stderr(full_log()));
    room(&worker, bytes);
    worker
}

/// A log to which the worker may not write more: it shares the disk.
fn full_log() -> Stdio {
    let mut log = tempfile::tempfile().expect("a log");
    log.write_all(&[b'.'; 1 << 20]).expect("written");
    log.into()
}

fn room(worker: &Running, bytes: u64) {
    let id = worker.id().cast_signed();
    prlimit(id, Resource::FSIZE, Some((bytes, INFINITY)), None).expect("the limit is set");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_build_for_which_there_is_no_room_ends_when_there_is() {
    let template = Store::sample(Kind::Sqlite).await;
    let expected = undisturbed(&template).await;
    // Too little for the queue to take a task; enough for that, but not for cards.
    for bytes in [64 << 10, 256 << 10] {
        let store = template.copy().await;
        let mut worker = worker_with_room(&store, bytes);
        tokio::time::sleep(FULL).await;
        room(&worker, INFINITY);
        let database = store.connect().await;
        assert_eq!(build::Entity::find().count(&database).await.expect("count"), 1);
        assert_eq!(entity::scorecard::Entity::find().count(&database).await.expect("count"), 0, "{bytes}");
        until_succeeded(&database).await;
        worker.signal("TERM");
        assert!(worker.ended().success());
        assert_eq!(outcome(&database).await, expected, "{bytes}");
        let parts = build_part::Entity::find().all(&database).await.expect("parts");
        // One attempt at most: that whose claim ran out, since its end could not be written either.
        assert!(parts.iter().all(|part| part.attempt <= 2), "attempts are lost to a full disk: {parts:?}");
    }
}
