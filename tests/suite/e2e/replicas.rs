//! Many machines: a primary, a streaming replica, two APIs that read from it, three workers.

use std::net::SocketAddr;
use std::time::Duration;

use entity::build;
use reform_worker::database::{Location, connect};
use sea_orm::{ColumnTrait, ConnectionTrait, DatabaseConnection, EntityTrait, PaginatorTrait, QueryFilter};
use serde_json::{Value, json};
use tests::{App, Postgres, Store, http};

use super::killed::outcome;
use super::process::{Running, on, post, token};

/// How long anything may take.
const PATIENCE: Duration = Duration::from_secs(60);

const SERVER: [&str; 4] = ["-c", "max_connections=100", "-c", "wal_level=replica"];

/// Builds as a program sees them that sends a position of the log, or none; and the position that it is told.
async fn asked(address: SocketAddr, token: &str, query: &str, header: &str) -> (Value, Option<String>) {
    let body = json!({ "query": query }).to_string();
    let request = format!(
        "POST /graphql HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\nAuthorization: Bearer {token}\r\n\
         Content-Length: {}\r\n{header}Connection: close\r\n\r\n{body}",
        body.len()
    );
    let answer = http(address, &request).await;
    let (head, body) = answer.split_once("\r\n\r\n").expect("a head and a body");
    let told = head.lines().find_map(|line| line.strip_prefix("x-wal-position: ")).map(str::to_owned);
    (serde_json::from_str(body).expect("JSON"), told)
}

async fn builds(address: SocketAddr, token: &str, header: &str) -> u64 {
    let (answer, told) = asked(address, token, "{ builds { totalCount } }", header).await;
    assert_eq!(told, None, "who only reads is told no position");
    answer["data"]["builds"]["totalCount"].as_u64().unwrap_or_else(|| panic!("{answer}"))
}

/// Waits until so many are seen without a position.
async fn until_seen(address: SocketAddr, token: &str, count: u64) {
    let seen = async {
        while builds(address, token, "").await != count {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    tokio::time::timeout(PATIENCE, seen).await.expect("they are seen");
}

async fn until_ended(database: &DatabaseConnection, count: u64) {
    let ended = build::Entity::find().filter(build::Column::State.eq(build::State::Succeeded));
    let all = async {
        while ended.clone().count(database).await.expect("builds can be counted") != count {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    tokio::time::timeout(PATIENCE, all).await.expect("the builds end");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_apis_on_a_replica_and_three_workers_do_the_main_job_and_everybody_reads_what_he_wrote() {
    let primary = Postgres::own(&SERVER);
    let store = Store::sample_on(&primary).await;
    let expected = {
        let app = App::over(store.copy().await).await;
        app.drain().await;
        outcome(&app.database).await
    };
    let replica = primary.replica(&SERVER);
    let reads = replica.url("sample");
    let workers: Vec<_> =
        (0..3).map(|_| Running::start(on("reform-worker", &store).args(["--connections", "4"]))).collect();
    let serve =
        || Running::serve(&store, &["--role", "api", "--connections", "5", "--read-database-url", &reads]);
    let one = serve();
    let (lines, first) = one.until_served();
    let (two, token) = (serve(), token(&lines));
    let (_, second) = two.until_served();
    let database = store.connect().await;
    until_ended(&database, 1).await;
    assert_eq!(outcome(&database).await, expected);

    // The same cards from both, from the replica.
    let at_replica = connect(&Location::Url(reads.clone()), 1).await.expect("the replica answers");
    let cards =
        r#"{ scorecards(period: "2022-H1", orderBy: RANK) { nodes { rank indexPercent contentHash } } }"#;
    until_seen(first, &token, 1).await;
    until_seen(second, &token, 1).await;
    let told = post(first, &token, cards);
    assert_eq!(told["data"]["scorecards"]["nodes"].as_array().map(Vec::len), Some(12), "{told}");
    assert_eq!(post(second, &token, cards), told);

    // A replica that stands still: who wrote reads it from everywhere, who did not reads what is there.
    tokio::time::sleep(Duration::from_secs(2)).await;
    at_replica.execute_unprepared("SELECT pg_wal_replay_pause()").await.expect("it stands still");
    let again = r#"mutation { requestBuild(input: { period: "2022-H1", reason: "x" }) { errors { code } } }"#;
    let (answer, position) = asked(first, &token, again, "").await;
    assert_eq!(answer["data"]["requestBuild"]["errors"], json!([]), "{answer}");
    let position = position.expect("who writes is told the position");
    for address in [first, second] {
        assert_eq!(builds(address, &token, "").await, 1, "it is the replica that answers");
        assert_eq!(builds(address, &token, &format!("x-wal-position: {position}\r\n")).await, 2);
        assert_eq!(builds(address, &token, &format!("Cookie: wal-position={position}\r\n")).await, 2);
        assert_eq!(builds(address, &token, "x-wal-position: what?\r\n").await, 2);
    }

    // It is left out when it is some seconds behind, and taken again when it has come on.
    until_seen(second, &token, 2).await;
    at_replica.execute_unprepared("SELECT pg_wal_replay_resume()").await.expect("it goes on");
    until_ended(&database, 2).await;
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert_eq!(builds(first, &token, &format!("x-wal-position: {position}\r\n")).await, 2);
    // One that is gone is noticed by the first query.
    drop(replica);
    assert_eq!(builds(first, &token, "").await, 2);
    assert_eq!(builds(second, &token, "").await, 2);
    assert_eq!(outcome(&database).await, expected);
    for mut process in workers.into_iter().chain([one, two]) {
        process.signal("TERM");
        assert!(process.ended().success());
    }
}
