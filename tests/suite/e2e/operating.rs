//! What those who keep the machines running see: metrics and health on a port of their own, and the options in force.

use std::net::SocketAddr;
use std::process::Output;
use std::time::Duration;

use entity::build;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, TransactionTrait};
use tests::{Kind, Store, free_port, http};
use tokio::io::AsyncWriteExt;

use super::process::{Running, on, post, program, run, token};
use super::serving::request;

/// What is at a path of a port; it may just be opening.
async fn fetch(port: u16, path: &str) -> String {
    let address = SocketAddr::from(([127, 0, 0, 1], port));
    for _ in 0..600 {
        if tokio::net::TcpStream::connect(address).await.is_ok() {
            let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
            return http(address, &request).await;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("nobody listens on {port}");
}

/// The value of a metric in a text.
fn value(text: &str, metric: &str) -> i64 {
    let line = text.lines().find_map(|line| line.strip_prefix(metric)?.strip_prefix(' '));
    line.unwrap_or_else(|| panic!("no {metric} in {text}")).parse().expect("a whole number")
}

#[tokio::test(flavor = "multi_thread")]
async fn an_api_and_a_worker_tell_their_metrics_and_health_on_ports_of_their_own() {
    let store = Store::sample(Kind::Postgres).await;
    let (of_api, of_worker) = (free_port(), free_port());
    let ports = [of_api, of_worker].map(|port| format!("127.0.0.1:{port}"));
    let mut api = Running::serve(&store, &["--role", "api", "--metrics-listen", &ports[0]]);
    let waiting = fetch(of_api, "/metrics").await;
    assert_eq!(value(&waiting, r#"reform_builds{state="queued"}"#), 1);
    assert_eq!(value(&waiting, "reform_database_up"), 1);
    assert!(value(&waiting, "reform_oldest_queued_build_seconds") > 0, "it waits since 2022");

    let mut worker = Running::start(on("reform-worker", &store).args(["--metrics-listen", &ports[1]]));
    assert!(fetch(of_worker, "/health/live").await.starts_with("HTTP/1.1 200"));
    assert!(fetch(of_worker, "/health/ready").await.starts_with("HTTP/1.1 200"));
    let database = store.connect().await;
    let ended = build::Entity::find().filter(build::Column::State.eq(build::State::Succeeded));
    while ended.clone().count(&database).await.expect("count") == 0 {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let done = fetch(of_worker, "/metrics").await;
    assert!(done.contains("application/openmetrics-text") && done.ends_with("# EOF\n"), "{done}");
    assert_eq!(value(&done, "reform_cards_written_total"), 12);
    assert_eq!(value(&done, r#"reform_part_seconds_count{outcome="compiled"}"#), 2);
    assert_eq!(value(&done, "reform_part_retries_total"), 0);
    assert_eq!(value(&done, r#"reform_builds{state="queued"}"#), 0);
    assert_eq!(value(&done, "reform_oldest_queued_build_seconds"), 0);

    let (lines, address) = api.until_served();
    let token = token(&lines);
    post(address, &token, "{ periods { nodes { code } } again: agencies { totalCount } nope }");
    post(address, &token, "{ me: agencies { totalCount } }");
    post(address, &token, r#"{ verifyScorecard(id: "x") { outcome } }"#);
    let operations = fetch(of_api, "/metrics").await;
    let count = |operation: &str, outcome: &str| {
        let labels = format!(r#"{{operation="{operation}",outcome="{outcome}"}}"#);
        value(&operations, &format!("reform_graphql_operations_total{labels}"))
    };
    assert_eq!(count("Query.agencies", "answered"), 1);
    let seconds = r#"reform_graphql_operation_seconds_count{operation="Query.agencies",outcome="answered"}"#;
    assert_eq!(value(&operations, seconds), 1, "how long it took, of as many as were executed");
    assert_eq!(count("Query.verifyScorecard", "failed"), 1);
    assert!(!operations.contains("nope"), "what a client sends is no label");
    let requests = r#"reform_http_requests_total{method="POST",route="/graphql",status="200"}"#;
    assert_eq!(value(&operations, requests), 3);

    for process in [&mut api, &mut worker] {
        process.signal("TERM");
        assert!(process.ended().success());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operation_that_nobody_waits_for_any_more_is_counted_as_cut() {
    let store = Store::sample(Kind::Postgres).await;
    let port = free_port();
    let metrics = format!("127.0.0.1:{port}");
    let api = Running::serve(&store, &["--metrics-listen", &metrics]);
    let (_, address) = api.until_served();
    let database = store.connect().await;
    let locked = database.begin().await.expect("a transaction");
    locked.execute_unprepared("LOCK TABLE agency IN ACCESS EXCLUSIVE MODE").await.expect("a lock");
    let mut waiting = tokio::net::TcpStream::connect(address).await.expect("it listens");
    let body = r#"{"query":"{ agencies { totalCount } }"}"#;
    let request = request("POST", "/graphql", &[], body);
    waiting.write_all(request.as_bytes()).await.expect("it is sent");
    tokio::time::sleep(Duration::from_millis(500)).await;
    drop(waiting);
    let cut = r#"reform_graphql_operations_total{operation="Query.agencies",outcome="cut"} 1"#;
    while !fetch(port, "/metrics").await.contains(cut) {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    locked.rollback().await.expect("it is unlocked");
}

fn printed(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout.clone()).expect("UTF-8")
}

#[test]
fn options_come_from_a_file_the_environment_and_the_command_line_in_that_order() {
    let directory = tempfile::TempDir::new().expect("a directory");
    let file = directory.path().join("reform.toml");
    let text = "# the office's\nlisten = \"127.0.0.1:7000\"\nconnections = 7\nkeep-builds = 5\nallow-origin = \
                [\"https://a.example\", \"https://b.example\"]\ndatabase-url = \"postgres://r:geheim@db/reform\"\n";
    std::fs::write(&file, text).expect("a file");
    let mut command = program("reform-api");
    command.env("REFORM_CONFIG", &file).env("KEEP_BUILDS", "6").env("OIDC_CLIENT_SECRET", "geheim");
    command
        .env("OTEL_EXPORTER_OTLP_HEADERS", "authorization=geheim")
        .env("OTLP_ENDPOINT", "http://127.0.0.1:4318");
    let told = printed(&run(&mut command, &["--connections", "8", "config"]));
    for line in [
        r#"listen = "127.0.0.1:7000"  # file"#,
        r#"keep-builds = "6"  # environment"#,
        r#"connections = "8"  # command line"#,
        r#"allow-origin = ["https://a.example", "https://b.example"]  # file"#,
        r#"database-url = "postgres://r:***@db/reform"  # file"#,
        r#"data-dir = ".reform-data"  # default"#,
        "# tls-cert is not set",
        "# OIDC_CLIENT_SECRET is set (***)  # environment",
        r#"otlp-endpoint = "http://127.0.0.1:4318"  # environment"#,
        r#"otlp-ratio = "1"  # default"#,
        "# OTEL_EXPORTER_OTLP_HEADERS is set (***)  # environment",
    ] {
        assert!(told.lines().any(|told| told == line), "no {line} in {told}");
    }
    assert!(!told.contains("geheim"));

    std::fs::write(&file, &told).expect("a file");
    let again =
        printed(&run(&mut program("reform-api"), &["config", "--config", &file.display().to_string()]));
    assert!(
        again.lines().any(|line| line == r#"connections = "8"  # file"#),
        "what it prints is a file: {again}"
    );
}

#[test]
fn a_file_that_says_what_is_no_option_is_refused_by_both_programs() {
    let directory = tempfile::TempDir::new().expect("a directory");
    let file = directory.path().join("reform.toml");
    for (text, why) in [
        ("lissten = \"x\"", "there is no option `lissten`"),
        ("connections = 1.5", "connections: a text, a whole number"),
        ("connections = [\"1\", \"2\"]", "connections: one value, not 2"),
        ("ok = 1\nconnections = ", "line 2"),
        ("config = \"other.toml\"", "there is no option `config`"),
    ] {
        std::fs::write(&file, text).expect("a file");
        for name in ["reform-api", "reform-worker"] {
            let refused = run(&mut program(name), &["--config", &file.display().to_string()]);
            let said = String::from_utf8_lossy(&refused.stderr).into_owned();
            assert_eq!(refused.status.code(), Some(1), "{text}: {said}");
            assert!(
                said.contains(why) && said.contains(" / ") && said.contains("reform.toml"),
                "{text}: {said}"
            );
        }
    }
    let missing = run(&mut program("reform-worker"), &["--config", "/nowhere/reform.toml"]);
    assert!(String::from_utf8_lossy(&missing.stderr).contains("/nowhere/reform.toml"));
}
