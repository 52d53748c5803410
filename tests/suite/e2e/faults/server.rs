//! What goes wrong with PostgreSQL: it is killed and comes back, or it has no connection left. `OUTAGE_SECONDS=60`
//! keeps it away for longer.

use std::time::{Duration, Instant};

use entity::{build, build_part};
use reform_worker::database::Location;
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, EntityTrait, PaginatorTrait, Statement};
use sqlx::{Connection, PgConnection};
use tests::{Postgres, Store};

use super::super::killed::outcome;
use super::super::process::{Running, on, run};
use super::{PATIENCE, at_a_part, undisturbed, until_succeeded, worker};

/// How long the server is away, in the short run.
const OUTAGE_SECONDS: u64 = 10;

/// How long all of its connections are taken, once they are.
const TAKEN: Duration = Duration::from_secs(8);

fn outage() -> Duration {
    let seconds = std::env::var("OUTAGE_SECONDS").ok().and_then(|seconds| seconds.parse().ok());
    Duration::from_secs(seconds.unwrap_or(OUTAGE_SECONDS))
}

/// That there is one build, and of it each part was closed once.
async fn assert_one_build(store: &Store) {
    let database = store.connect().await;
    assert_eq!(build::Entity::find().count(&database).await.expect("count"), 1);
    let parts = build_part::Entity::find().all(&database).await.expect("parts");
    assert_eq!(parts.iter().map(|part| part.cards_written).sum::<i32>(), 12, "{parts:?}");
    assert!(parts.iter().all(|part| part.state == build_part::State::Succeeded), "{parts:?}");
}

/// Two workers that have both begun to work: one that still starts would give up on a server that goes away.
async fn two_workers(store: &Store, database: &DatabaseConnection) -> Vec<Running> {
    let workers = vec![worker(store), worker(store)];
    let started = Instant::now();
    let begun = Statement::from_string(DbBackend::Postgres, "SELECT count(*) FROM apalis.workers");
    while started.elapsed() < PATIENCE {
        let row = database.query_one_raw(begun.clone()).await.expect("they are counted").expect("a row");
        if row.try_get_by_index::<i64>(0).expect("a count") >= 2 {
            return workers;
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    panic!("the workers do not begin");
}

/// That the workers were there all the time.
fn stop_all(workers: Vec<Running>) {
    for mut worker in workers {
        worker.signal("TERM");
        assert!(worker.ended().success());
    }
}

/// A connection that lets no card be written while it is there, so that a part stays in the middle.
async fn hold_cards(store: &Store) -> PgConnection {
    let mut connection = PgConnection::connect(url(store)).await.expect("it connects");
    let lock = "BEGIN; LOCK TABLE scorecard IN SHARE MODE";
    sqlx::raw_sql(lock).execute(&mut connection).await.expect("it is locked");
    connection
}

fn url(store: &Store) -> &str {
    let Location::Url(url) = store.location() else { unreachable!("it is on a server") };
    url
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_killed_in_the_middle_and_comes_back_finds_the_same_cards_made() {
    let mut server = Postgres::own(&["-c", "max_connections=60"]);
    let store = Store::sample_on(&server).await;
    let expected = undisturbed(&store).await;
    let database = store.connect().await;
    let held = hold_cards(&store).await;
    let workers = two_workers(&store, &database).await;
    assert!(at_a_part(&database).await);
    server.kill();
    drop(held);
    tokio::time::sleep(outage()).await;
    server.start_again();
    until_succeeded(&database).await;
    stop_all(workers);
    assert_eq!(outcome(&database).await, expected);
    assert_one_build(&store).await;
}

/// Connections that leave none for others.
struct Taken<'a> {
    url: &'a str,
    connections: Vec<PgConnection>,
}

impl Taken<'_> {
    /// Takes what is free.
    async fn more(&mut self) {
        while let Ok(connection) = PgConnection::connect(self.url).await {
            self.connections.push(connection);
        }
    }

    /// Takes every one. Whoever is ended may be back before its place is taken, so that it takes some rounds.
    async fn all(&mut self) {
        let started = Instant::now();
        loop {
            self.more().await;
            if self.end_others().await == 0 {
                return;
            }
            assert!(started.elapsed() < PATIENCE, "others come back again and again");
        }
    }

    /// Ends all others' connections. Returns how many there were.
    async fn end_others(&mut self) -> usize {
        let mut own: Vec<i32> = Vec::new();
        for connection in &mut self.connections {
            let pid = sqlx::query_scalar("SELECT pg_backend_pid()").fetch_one(connection).await;
            own.push(pid.expect("its process"));
        }
        let others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
             WHERE backend_type = 'client backend' AND pid <> ALL($1)";
        // Not by the first, whose transaction would see the same connections each time.
        let asking = self.connections.last_mut().expect("there are some");
        let ended = sqlx::query(others).bind(&own).fetch_all(asking).await;
        ended.expect("they are ended").len()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn workers_that_get_no_connection_go_on_when_there_is_one_again() {
    let server = Postgres::own(&["-c", "max_connections=40"]);
    let store = Store::sample_on(&server).await;
    let expected = undisturbed(&store).await;
    let database = store.connect().await;
    let mut taken = Taken { url: url(&store), connections: vec![hold_cards(&store).await] };
    let workers = two_workers(&store, &database).await;
    assert!(at_a_part(&database).await);
    taken.all().await;
    tokio::time::sleep(TAKEN).await;
    let refused = run(&mut on("reform-api", &store), &["schedule"]);
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(!refused.status.success() && said.contains("too many clients"), "{said}");
    drop(taken);
    until_succeeded(&database).await;
    stop_all(workers);
    assert_eq!(outcome(&database).await, expected);
    assert_one_build(&store).await;
}
