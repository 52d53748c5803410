//! Random requests, made from the schema itself, from everybody: whatever is asked, the answer is well formed,
//! every error has a code, none is our own fault or tells of our insides, and the server serves on.
//!
//! `FUZZ_SECONDS` says for how long, `FUZZ_SEED` repeats a run that failed; the failure names it.

mod document;
mod schema;
mod value;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use proptest::prelude::RngExt;
use proptest::test_runner::{RngAlgorithm, TestRng};
use serde_json::{Value, json};
use tests::{Answer, App, Asker, on_both};
use uuid::Uuid;

use self::schema::Schema;

/// How long without `FUZZ_SECONDS`.
const SECONDS: u64 = 4;
/// After so many requests a fresh application is tried: the administrator may have locked everybody out.
const FRESH_AFTER: usize = 2000;
/// A plain query is asked after so many.
const PLAIN_AFTER: usize = 20;
const PASSWORD: &str = "mật khẩu rất dài";

/// What stands only in texts that are not for clients. What is sent has none of it.
const INSIDES: [&str; 18] = [
    "sqlx",
    "sea_orm",
    "sea-orm",
    "SELECT ",
    "INSERT ",
    "UPDATE ",
    "panicked",
    "RUST_",
    ".rs",
    "/src/",
    "/root",
    "/home",
    "no such table",
    "no such column",
    "constraint",
    "relation \"",
    "tokio",
    "DbErr",
];

fn setting(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|value| value.parse().unwrap_or_else(|_| panic!("{name} is a number")))
}

on_both! {
    async fn no_random_request_finds_a_fault(kind) {
        let seed = setting("FUZZ_SEED").unwrap_or(Uuid::now_v7().as_u128() as u64);
        let time = Duration::from_secs(setting("FUZZ_SECONDS").unwrap_or(SECONDS));
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&seed.to_be_bytes());
        let mut rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
        let (mut tally, mut left) = (Tally::default(), time);
        while !left.is_zero() {
            let app = App::compiled(kind).await;
            let schema = Schema::of(&app).await;
            let viewer = agency_viewer(&app).await;
            let ids = ids(&app).await;
            let askers =
                [("public", app.as_public()), ("viewer", viewer), ("administrator", app.as_administrator())];
            let started = Instant::now();
            for number in 1..=FRESH_AFTER {
                let (who, asker) = &askers[rng.random_range(0..askers.len())];
                let body = document::request(&schema, &ids, &mut rng);
                let answer = asker.post(&body).await;
                if let Some(fault) = fault(&answer) {
                    panic!("FUZZ_SEED={seed}, {who}: {fault}\n{body}\n{}: {}", answer.status, answer.text);
                }
                tally.count(&answer);
                if number % PLAIN_AFTER == 0 {
                    app.as_public().ask("{ __typename blocks { code } }").await;
                }
                if started.elapsed() > left {
                    break;
                }
            }
            left = left.saturating_sub(started.elapsed());
        }
        println!("{tally:?}");
        // Neither is all refused nor is all admitted: otherwise the requests are not what they should be.
        assert!(tally.with_data * 20 > tally.requests && tally.with_errors * 20 > tally.requests, "{tally:?}");
    }
}

/// What came of the requests.
#[derive(Debug, Default)]
struct Tally {
    requests: usize,
    with_data: usize,
    with_errors: usize,
    /// How often each code was told first.
    codes: BTreeMap<String, usize>,
}

impl Tally {
    fn count(&mut self, answer: &Answer) {
        self.requests += 1;
        self.with_data += usize::from(answer.json["data"].is_object());
        self.with_errors += usize::from(answer.json["errors"].is_array());
        let code = answer.json["errors"][0]["extensions"]["code"].as_str().unwrap_or("NONE");
        *self.codes.entry(code.to_owned()).or_default() += 1;
    }
}

/// What is wrong with an answer.
fn fault(answer: &Answer) -> Option<String> {
    if answer.status.is_server_error() {
        return Some("our own fault".to_owned());
    }
    if !answer.json.is_object() {
        return Some("no JSON object".to_owned());
    }
    let errors = answer.json["errors"].as_array().map(Vec::as_slice).unwrap_or_default();
    if errors.is_empty() && !answer.json["data"].is_object() {
        return Some("neither data nor an error".to_owned());
    }
    for error in errors {
        match error["extensions"]["code"].as_str() {
            None => return Some("an error without a code".to_owned()),
            Some("INTERNAL") => return Some("an internal error".to_owned()),
            Some(_) => {}
        }
        let message = error["message"].as_str().unwrap_or_default();
        if message.is_empty() {
            return Some("an error without a message".to_owned());
        }
    }
    let told = answer.json.get("errors").map(Value::to_string).unwrap_or_default();
    INSIDES
        .iter()
        .find(|inside| told.contains(**inside))
        .map(|inside| format!("it tells of our insides: {inside}"))
}

/// A browser of somebody who reads for one agency.
async fn agency_viewer(app: &App) -> Asker<'_> {
    let account = app.person("an", PASSWORD).await;
    let grant = format!(
        r#"mutation {{ grantRole(input: {{ account: "{account}", role: VIEWER, agency: "KKT" }}) {{ errors {{ code }} }} }}"#
    );
    app.ask(&grant).await;
    app.sign_in("an", PASSWORD).await
}

/// Ids of what there is, but for the administrator's own account and tokens.
async fn ids(app: &App) -> Vec<String> {
    let publish = r#"mutation { publishRanking(input: { period: "2022-H1", block: "DEPARTMENTS" }) { publication { id } } }"#;
    app.ask(publish).await;
    let found = app
        .ask(
            r#"{ agencies(first: 3) { nodes { id } } blocks { id } periods { id } builds { nodes { id } }
              scorecards(period: "2022-H1", first: 4) { nodes { id } } publications { nodes { id } }
              criteriaSet(period: "2022-H1", block: "DEPARTMENTS") { id } inspections { nodes { id } }
              accounts { nodes { id name } } }"#,
        )
        .await;
    let mut ids = Vec::new();
    collect(&found, &mut ids);
    // Of nothing at all, of every noun.
    ids.push(format!("Token:{}", Uuid::now_v7()));
    ids.push(format!("Account:{}", Uuid::now_v7()));
    ids
}

fn collect(json: &Value, ids: &mut Vec<String>) {
    match json {
        Value::Object(fields) if fields.get("name") == Some(&json!("administrator")) => {}
        Value::Object(fields) => {
            ids.extend(fields.get("id").and_then(Value::as_str).map(str::to_owned));
            fields.values().for_each(|value| collect(value, ids));
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, ids)),
        _ => {}
    }
}
