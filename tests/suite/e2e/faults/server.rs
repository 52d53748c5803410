//! What goes wrong with PostgreSQL: it is killed and comes back, or it has no connection left. `OUTAGE_SECONDS=60`
//! keeps it away for longer.

use std::time::{Duration, Instant};

use entity::{build, build_part};
use reform_worker::database::Location;
use sea_orm::{EntityTrait, PaginatorTrait};
use sqlx::{Connection, PgConnection};
use tests::{Postgres, Store};

use super::super::killed::outcome;
use super::super::process::{Running, on, run};
use super::{PATIENCE, at_a_part, ended, undisturbed, until_succeeded, worker};

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

/// That the workers were there all the time.
fn stop_all(workers: Vec<Running>) {
    for mut worker in workers {
        worker.signal("TERM");
        assert!(worker.ended().success());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_killed_in_the_middle_and_comes_back_finds_the_same_cards_made() {
    let mut server = Postgres::own(&["-c", "max_connections=60"]);
    let template = Store::sample_on(&server).await;
    let expected = undisturbed(&template).await;
    for _ in 0..20 {
        let store = template.copy().await;
        let database = store.connect().await;
        let workers = vec![worker(&store), worker(&store)];
        if !at_a_part(&database).await {
            continue;
        }
        server.kill();
        tokio::time::sleep(outage()).await;
        server.start_again();
        if ended(&database).await {
            continue;
        }
        until_succeeded(&database).await;
        stop_all(workers);
        assert_eq!(outcome(&database).await, expected);
        assert_one_build(&store).await;
        return;
    }
    panic!("the server was never killed in the middle");
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
        let ended = sqlx::query(others).bind(&own).fetch_all(&mut self.connections[0]).await;
        ended.expect("they are ended").len()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn workers_that_get_no_connection_go_on_when_there_is_one_again() {
    let server = Postgres::own(&["-c", "max_connections=40"]);
    let template = Store::sample_on(&server).await;
    let expected = undisturbed(&template).await;
    for _ in 0..20 {
        let store = template.copy().await;
        let Location::Url(url) = store.location() else { unreachable!("it is on a server") };
        let database = store.connect().await;
        let workers = vec![worker(&store), worker(&store)];
        if !at_a_part(&database).await {
            continue;
        }
        let mut taken = Taken { url, connections: Vec::new() };
        taken.all().await;
        tokio::time::sleep(TAKEN).await;
        let refused = run(&mut on("reform-api", &store), &["schedule"]);
        let said = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(!refused.status.success() && said.contains("too many clients"), "{said}");
        drop(taken);
        if ended(&database).await {
            continue;
        }
        until_succeeded(&database).await;
        stop_all(workers);
        assert_eq!(outcome(&database).await, expected);
        assert_one_build(&store).await;
        return;
    }
    panic!("the connections were never taken in the middle");
}
