//! Traces: what a collector is sent by the real programs, and that one which is away stands in nobody's way.

mod collector;

use std::collections::BTreeSet;
use std::process::Stdio;
use std::time::{Duration, Instant};

use entity::build_part;
use sea_orm::EntityTrait;
use serde_json::json;
use tests::{Kind, Store, free_port};
use tokio::net::TcpListener;

use self::collector::Collector;
use super::process::{Running, on, post, program, run, token};
use super::serving::{ask, get, send};

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
const PARENT: &str = "b7ad6b7169203331";

fn traceparent(flags: &str) -> String {
    format!("00-{TRACE}-{PARENT}-{flags}")
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_operations_and_parts_are_told_to_the_collector_and_nothing_that_a_client_said() {
    let (collector, address) = Collector::open().await;
    let endpoint = format!("http://{address}");
    let store = Store::sample(Kind::Postgres).await;
    let mut api = Running::serve(&store, &["--role", "api", "--otlp-endpoint", &endpoint]);
    let mut worker = Running::start(on("reform-worker", &store).args(["--otlp-endpoint", &endpoint]));
    let (lines, served) = api.until_served();
    let bearer = format!("Bearer {}", token(&lines));
    let headers = [
        ("Authorization", bearer.as_str()),
        ("traceparent", &traceparent("01")),
        ("tracestate", "office=secretState"),
    ];
    let query = "query secretName($secretVariable: String!) {
        secretAlias: agencies { totalCount } agency(code: $secretVariable) { code } }";
    let asked = json!({ "query": query, "variables": { "secretVariable": "STC" } });
    let answer = send(served, &headers, &asked).await;
    assert!(answer.json["data"]["secretAlias"]["totalCount"].is_number(), "{}", answer.json);
    ask(served, &[("Authorization", &bearer)], r#"{ verifyScorecard(id: "secretId") { outcome } }"#).await;
    get(served, "/secretPath?secretKey=1").await;
    get(served, "/health/live").await;

    let parts = collector.until("compile part", 2).await;
    let failed = collector.until("Query.verifyScorecard", 1).await;
    for process in [&mut api, &mut worker] {
        process.signal("TERM");
        assert!(process.ended().success());
    }

    let spans = collector.spans();
    let request = spans.iter().find(|span| span.parent == PARENT).expect("the request");
    assert_eq!((request.name.as_str(), request.trace.as_str()), ("POST /graphql", TRACE));
    assert_eq!(request.process["service.name"], "reform-api");
    assert_eq!(request.process["service.version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(request.says("http.request.method"), "POST");
    assert_eq!(request.says("http.route"), "/graphql");
    assert_eq!(request.says("http.response.status_code"), "200");
    assert_eq!(Some(request.says("reform.request_id")), answer.header("x-request-id"));
    let operation = spans.iter().find(|span| span.parent == request.id).expect("the operation");
    assert_eq!((operation.name.as_str(), operation.trace.as_str()), ("Query.agencies", TRACE));
    assert_eq!(operation.says("graphql.operation.type"), "query");
    assert_eq!(operation.says("reform.root_fields"), "Query.agencies Query.agency");
    assert_eq!((operation.says("reform.outcome"), operation.failed), ("answered", false));
    assert_eq!((failed[0].says("reform.outcome"), failed[0].failed), ("failed", true));
    assert!(spans.iter().any(|span| span.name == "GET" && span.says("http.response.status_code") == "404"));
    assert!(!spans.iter().any(|span| span.attributes.values().any(|value| value.contains("/health"))));

    let database = store.connect().await;
    let rows = build_part::Entity::find().all(&database).await.expect("the parts");
    assert_eq!(parts.len(), rows.len());
    for part in &parts {
        let row = rows.iter().find(|row| row.id.to_string() == part.says("reform.part")).expect("the part");
        assert_eq!(part.process["service.name"], "reform-worker");
        assert_eq!(part.says("reform.build"), row.build_id.to_string());
        assert_eq!(part.says("reform.period"), "2022-H1");
        assert_eq!(part.says("reform.attempt"), row.attempt.to_string());
        assert_eq!(part.says("reform.outcome"), "compiled");
        assert_eq!(part.says("reform.cards_written"), row.cards_written.to_string());
        assert_eq!(part.says("reform.cards_unchanged"), "0");
    }
    let blocks: BTreeSet<_> = parts.iter().map(|part| part.says("reform.block")).collect();
    assert_eq!(blocks, ["DEPARTMENTS", "MANAGEMENT_BOARDS"].into());
    let processes: BTreeSet<_> = spans.iter().map(|span| &span.process["service.instance.id"]).collect();
    assert_eq!(processes.len(), 2);
    for (_, body) in collector.bodies() {
        let text = String::from_utf8_lossy(&body);
        assert!(!text.contains("secret") && !text.contains("rfm_"), "{text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_part_of_the_traces_those_are_sent_that_the_client_sends() {
    let (collector, address) = Collector::open().await;
    let store = Store::sample(Kind::Sqlite).await;
    let directory = tempfile::TempDir::new().expect("a directory");
    let file = directory.path().join("api.toml");
    let text = format!("otlp-endpoint = \"http://{address}/\"\notlp-ratio = \"1\"\n");
    std::fs::write(&file, text).expect("a file");
    let mut command = on("reform-api", &store);
    command.env("LISTEN", "127.0.0.1:0").env("REFORM_CONFIG", &file).env("OTLP_RATIO", "0");
    command.env("OTEL_EXPORTER_OTLP_HEADERS", "x-office-key=geheim");
    let mut api = Running::start(&mut command);
    let (_, served) = api.until_served();
    for parent in [None, Some("00"), Some("01"), Some("nonsense")] {
        let parent = parent.map(traceparent).unwrap_or_default();
        let asked = ask(served, &[("traceparent", &parent)], "{ periods { code } }").await;
        assert!(asked.json["data"]["periods"].is_array(), "{}", asked.json);
    }
    api.signal("TERM");
    assert!(api.ended().success());
    let names: BTreeSet<_> = collector.spans().into_iter().map(|span| span.name).collect();
    assert_eq!(names, ["POST /graphql", "Query.periods"].map(str::to_owned).into());
    assert_eq!(collector.spans().len(), 2, "what waits at the end is sent: {:?}", collector.spans());
    assert!(collector.spans().iter().all(|span| span.trace == TRACE));
    assert!(collector.bodies().iter().all(|(headers, _)| headers["x-office-key"] == "geheim"));
}

/// One refuses connections, one takes them and never answers, one refuses what it is sent.
#[tokio::test(flavor = "multi_thread")]
async fn a_collector_that_is_away_slows_nothing_and_ends_nothing() {
    let silent = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let silent_port = silent.local_addr().expect("an address").port();
    let (_collector, other) = Collector::open().await;
    for (endpoint, said) in [
        (format!("http://127.0.0.1:{}", free_port()), "does not answer"),
        (format!("http://127.0.0.1:{silent_port}"), "does not answer"),
        (format!("http://{other}/nowhere"), "does not take traces"),
    ] {
        let store = Store::sample(Kind::Sqlite).await;
        let mut command = on("reform-api", &store);
        command.env("LISTEN", "127.0.0.1:0").env("OTLP_ENDPOINT", &endpoint).stderr(Stdio::piped());
        let mut api = Running::start(&mut command);
        let (lines, served) = api.until_served();
        let token = token(&lines);
        // More than may wait, while nobody takes them.
        let began = Instant::now();
        for _ in 0..40 {
            let many = (0..50).map(|_| ask(served, &[], "{ periods { code } }"));
            futures_util::future::join_all(many).await;
        }
        assert!(began.elapsed() < Duration::from_secs(30), "{endpoint}: {:?}", began.elapsed());
        let build =
            r#"mutation { requestBuild(input: { period: "2022-H1", reason: "x" }) { build { id } } }"#;
        assert!(post(served, &token, build)["data"]["requestBuild"]["build"]["id"].is_string());
        let told = Instant::now();
        api.signal("TERM");
        assert!(api.ended().success(), "{endpoint}");
        assert!(told.elapsed() < Duration::from_secs(8), "{endpoint}: {:?}", told.elapsed());
        let log = api.errors();
        assert_eq!(log.matches(said).count(), 1, "once, not each time: {log}");
    }
}

#[test]
fn a_wrong_endpoint_or_ratio_is_refused_by_both_programs() {
    for (option, value, why) in [
        ("--otlp-endpoint", "collector:4318", "cần http://… hoặc https://…"),
        ("--otlp-endpoint", "ftp://collector", "write http://… or https://…"),
        ("--otlp-endpoint", "http://", "write http://… or https://…"),
        ("--otlp-endpoint", "https://me:geheim@collector", "without a password"),
        ("--otlp-endpoint", "https://collector?key=geheim", "without a password or parameters"),
        ("--otlp-ratio", "1.1", "write a number from 0 to 1"),
        ("--otlp-ratio", "NaN", "write a number from 0 to 1"),
        ("--otlp-ratio", "half", "write a number from 0 to 1"),
    ] {
        for name in ["reform-api", "reform-worker"] {
            let refused = run(&mut program(name), &[&format!("{option}={value}")]);
            let said = String::from_utf8_lossy(&refused.stderr).into_owned();
            assert_eq!(refused.status.code(), Some(2), "{value}: {said}");
            assert!(said.contains(option) && said.contains(why) && said.contains(" / "), "{value}: {said}");
        }
    }
}
