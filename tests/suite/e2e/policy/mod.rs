//! The policy, probed through the front door: every operation, by every role, on its own and on other agencies,
//! unpublished and published. What comes out is checked in as `tests/data/policy-matrix.md`.
//!
//! After a wanted change: `UPDATE_MATRIX=1 cargo test -p tests policy`, then read the difference.

pub mod personas;
mod probes;

use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::Path;

use serde_json::Value;
use tests::{App, Kind, make, on_both};

pub use self::personas::token;
use self::personas::{Persona, personas};
use self::probes::{Probe, probes};

/// The province in which it is probed. Both agencies of the block of management boards are published, and have
/// a newer, unpublished revision; the departments are compiled and not published.
async fn province(kind: Kind) -> App {
    let app = App::compiled(kind).await;
    let published = app
        .ask(r#"mutation { publishRanking(input: { period: "2022-H1", block: "MANAGEMENT_BOARDS" }) { errors { code } } }"#)
        .await;
    assert_eq!(published["publishRanking"]["errors"], serde_json::json!([]));
    for agency in ["KKT", "BQLDAGT"] {
        make::observation(&app.database, agency, "staff_disciplined", "1").await;
    }
    app.ask(r#"mutation { requestBuild(input: { period: "2022-H1", reason: "x" }) { errors { code } } }"#)
        .await;
    app.drain().await;
    app
}

async fn matrix(kind: Kind) -> String {
    let app = province(kind).await;
    let personas = personas(&app).await;
    let probes = probes(&app).await;
    let mut text = HEAD.to_owned();
    let names: Vec<_> = personas.iter().map(|persona| persona.name).collect();
    writeln!(text, "| operation | {} |", names.join(" | ")).expect("text");
    writeln!(text, "| --- |{}", " --- |".repeat(names.len())).expect("text");
    for probe in &probes {
        let mut cells = Vec::new();
        for persona in &personas {
            cells.push(outcome(&app, persona, probe).await);
        }
        writeln!(text, "| {} | {} |", probe.what, cells.join(" | ")).expect("text");
    }
    text
}

async fn outcome(app: &App, persona: &Persona, probe: &Probe) -> String {
    let answer = match &persona.token {
        Some(token) => app.as_token(token).post(&probe.body()).await,
        None => app.as_public().post(&probe.body()).await,
    };
    match answer.json["errors"][0]["extensions"]["code"].as_str() {
        Some(code) => code.to_owned(),
        None => (probe.read)(&answer.json["data"]),
    }
}

const HEAD: &str = "# Who may do what, and what they are shown

Made by the suite (`tests/suite/e2e/policy`), which fails when the program does otherwise.

The management boards KKT and BQLDAGT are published in their revision 1 and have an unpublished revision 2. The
departments STC and SNGV are compiled and not published. *Own* agencies are STC and KKT, *other* ones SNGV and
BQLDAGT. A cell is what is shown, or the code with which the request is refused; `admitted` means that the
operation was called (with an input that it refuses in its payload).

";

fn checked_in() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("data/policy-matrix.md")
}

async fn province_probes(app: &App) -> Vec<String> {
    probes(app).await.into_iter().map(|probe| probe.what).collect()
}

async fn root_fields(app: &App) -> BTreeSet<String> {
    let query = "{ __schema { types { name fields { name } } } }";
    let types = app.ask(query).await["__schema"]["types"].clone();
    let mut names = BTreeSet::new();
    for root in ["Query", "Mutation", "Subscription"] {
        let root_type = types.as_array().expect("types").iter().find(|kind| kind["name"] == root);
        let fields = root_type.expect("the root")["fields"].as_array().expect("fields").clone();
        names
            .extend(fields.iter().map(|field| format!("{root}.{}", field["name"].as_str().expect("a name"))));
    }
    names
}

on_both! {
    async fn the_matrix_is_the_one_that_is_checked_in(kind) {
        let now = matrix(kind).await;
        if std::env::var_os("UPDATE_MATRIX").is_some() && kind == Kind::Sqlite {
            std::fs::write(checked_in(), &now).expect("the matrix is written");
        }
        let then = std::fs::read_to_string(checked_in()).unwrap_or_default();
        let differs = now.lines().zip(then.lines()).find(|(now, then)| now != then);
        assert!(now == then, "tests/data/policy-matrix.md is out of date; first: {differs:#?}");
    }

    async fn no_operation_is_left_out_of_the_matrix(kind) {
        let app = App::compiled(kind).await;
        let probed: BTreeSet<String> = probes(&app).await.iter().map(|probe| probe.operation.to_owned()).collect();
        let watched = ["buildProgress", "importProgress", "scorecardChanged"]
            .map(|name| format!("Subscription.{name}"));
        let left_out: Vec<_> = root_fields(&app).await.into_iter()
            .filter(|name| !probed.contains(name) && !watched.contains(name)).collect();
        assert!(left_out.is_empty(), "{left_out:?}");
    }

    async fn no_object_with_an_id_is_left_out_of_the_matrix(kind) {
        let app = App::compiled(kind).await;
        let data = app.ask(r#"{ __type(name: "Node") { possibleTypes { name } } }"#).await;
        let nouns = data["__type"]["possibleTypes"].as_array().expect("types").clone();
        let probed: Vec<_> = province_probes(&app).await;
        for noun in nouns {
            let row = format!("Query.node: {}", noun["name"].as_str().expect("a name"));
            assert!(probed.iter().any(|what| what.starts_with(&row)), "{row}");
        }
    }

    async fn a_subscription_is_for_whom_its_build_is(kind) {
        let app = province(kind).await;
        let builds = app.ask("{ builds(first: 1) { nodes { id } } }").await;
        let query = format!("subscription {{ buildProgress(id: {}) {{ state }} }}", builds["builds"]["nodes"][0]["id"]);
        let address = app.serve(reform_api::server::Settings::default()).await;
        for persona in personas(&app).await {
            let authorization = persona.token.as_ref().map(|token| format!("Bearer {token}"));
            let headers: Vec<_> = authorization.iter().map(|value| ("authorization", value.as_str())).collect();
            let mut socket = tests::Socket::try_open(address, &headers).await.expect("it opens");
            socket.say(serde_json::json!({"type": "connection_init"})).await;
            socket.hear().await;
            socket.subscribe("1", &query).await;
            let heard = socket.hear().await;
            let refused = heard["type"] == "error";
            assert_eq!(!refused, persona.sees_province, "{}: {heard}", persona.name);
            if refused {
                let code = &heard["payload"][0]["extensions"]["code"];
                let expected = if persona.token.is_some() { "FORBIDDEN" } else { "UNAUTHENTICATED" };
                assert_eq!(code, expected, "{}", persona.name);
            }
        }
    }

    async fn nothing_is_executed_of_a_request_of_which_one_field_is_refused(kind) {
        let app = App::compiled(kind).await;
        let viewer = personas::token(&app, "reader", Some(("VIEWER", None)), "READ, BUILD, ADMINISTER").await;
        let before = app.ask("{ builds { totalCount } }").await;
        let mixed = r#"mutation { ...Both } fragment Both on Mutation {
            signOut { signedOut }
            requestBuild(input: { period: "2022-H1", reason: "x" }) { build { id } } }"#;
        assert_eq!(app.as_token(&viewer).refusal(mixed).await, "FORBIDDEN");
        assert_eq!(app.ask("{ builds { totalCount } }").await, before);
    }

    async fn where_the_public_may_not_read_everybody_signs_in(kind) {
        let app = province(kind).await;
        let closed = reform_api::server::Settings { public_reads: false, ..reform_api::server::Settings::default() };
        let address = app.serve(closed).await;
        let ask = async |authorization: &str, query: &str| {
            let body = serde_json::json!({ "query": query }).to_string();
            let head = "POST /graphql HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json";
            let length = body.len();
            tests::http(address, &format!("{head}{authorization}\r\nContent-Length: {length}\r\n\r\n{body}")).await
        };
        let published = r#"{ scorecard(agency: "KKT", period: "2022-H1") { revision } }"#;
        for query in [published, "{ blocks { code } }", "{ publications { totalCount } }"] {
            assert!(ask("", query).await.contains("UNAUTHENTICATED"), "{query}");
        }
        assert!(ask("", "{ me { account { name } } }").await.contains(r#"{"me":null}"#), "signing in stays open");
        let signed_in = personas::token(&app, "reader", None, "READ").await;
        let shown = ask(&format!("\r\nAuthorization: Bearer {signed_in}"), published).await;
        assert!(shown.contains(r#"{"revision":1}"#), "{shown}");
    }

    async fn an_operation_that_has_a_name_passes_the_same_gate(kind) {
        let app = province(kind).await;
        for probe in probes(&app).await {
            let query = match probe.query.strip_prefix("mutation") {
                Some(rest) => format!("mutation Named{rest}"),
                None => format!("query Named {}", probe.query),
            };
            let bare = app.as_public().post(&probe.body()).await.json;
            let named = app.as_public().post(&serde_json::json!({ "query": query })).await.json;
            let told = serde_json::json!({ "query": query, "operationName": "Named" });
            let told = app.as_public().post(&told).await.json;
            let code = |answer: &Value| answer["errors"][0]["extensions"]["code"].clone();
            assert_eq!([code(&named), code(&told)], [code(&bare), code(&bare)], "{query}: {named}");
        }
    }

    async fn what_is_refused_goes_on_record(kind) {
        let app = App::compiled(kind).await;
        assert_eq!(app.as_public().refusal("{ builds { totalCount } }").await, "UNAUTHENTICATED");
        let events = app.ask(r#"{ auditEvents(action: "READ_BUILDS") { nodes { outcome actor via detail } } }"#).await;
        let event = &events["auditEvents"]["nodes"][0];
        assert_eq!((&event["outcome"], &event["actor"]), (&Value::from("REFUSED"), &Value::from("public")), "{events}");
    }
}
