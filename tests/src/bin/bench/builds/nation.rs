//! A made-up nation, scored by a set of twice the sample's leaves, on a server of its own.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use entity::{block, criteria_set, schedule, stale_card};
use reform_worker::database::Location;
use sea_orm::EntityTrait;
use serde_json::{Value, json};
use tests::{App, Postgres, Store};

/// The period that is compiled.
pub const PERIOD: &str = "2025-H1";

/// A worker that is killed with the value.
pub struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

fn program(name: &str, store: &Store) -> Command {
    let own = std::env::current_exe().expect("this program's path");
    let path: PathBuf = own.with_file_name(name);
    assert!(path.exists(), "{} is missing: cargo build --release --workspace --bins", path.display());
    let mut command = Command::new(path);
    let Location::Url(url) = store.location() else { unreachable!("it is on a server") };
    command.args(["--database-url", url]).env("RUST_LOG", "warn").stdin(Stdio::null()).stdout(Stdio::null());
    command
}

/// Starts a worker.
pub fn worker(store: &Store) -> Running {
    Running(program("reform-worker", store).spawn().expect("it starts"))
}

/// Makes the nation, without any card.
pub async fn make(server: &Postgres, agencies: u32, dossiers: u64) -> Store {
    let store = Store::empty_on(server).await;
    let (agencies, dossiers) = (agencies.to_string(), dossiers.to_string());
    let mut generate = program("reform-api", &store);
    generate.args(["generate", "--agencies", &agencies, "--dossiers", &dossiers]);
    assert!(generate.status().expect("it runs").success());
    let app = App::over(store.same()).await;
    use_doubled(&app).await;
    // Nothing is compiled but what is asked for.
    schedule::Entity::delete_many().exec(&app.database).await.expect("unscheduled");
    stale_card::Entity::delete_many().exec(&app.database).await.expect("unmarked");
    app.database.close().await.expect("closed");
    store
}

/// Scores every block by a set that has each of the sample's leaves twice.
async fn use_doubled(app: &App) {
    let set = criteria_set::Entity::find().one(&app.database).await.expect("read").expect("the sample's set");
    let document: Value = serde_json::from_str(&set.document).expect("JSON");
    let imported = app
        .post(&json!({
            "query": "mutation ($content: String!) { importCriteriaSet(input: { format: JSON, content: $content, dryRun: false }) {
                criteriaSet { id fingerprint } problems { messageEn } errors { code } } }",
            "variables": { "content": doubled(document).to_string() },
        }))
        .await;
    let set = &imported.json["data"]["importCriteriaSet"]["criteriaSet"];
    assert!(set.is_object(), "{}", imported.text);
    let (id, fingerprint) = (&set["id"], &set["fingerprint"]);
    app.ask(&format!(
        "mutation {{ activateCriteriaSet(input: {{ criteriaSet: {id}, fingerprint: {fingerprint} }}) {{ errors {{ code }} }} }}"
    ))
    .await;
    for block in block::Entity::find().all(&app.database).await.expect("blocks") {
        let answer = app
            .ask(&format!(
                r#"mutation {{ useCriteriaSet(input: {{ criteriaSet: {id}, period: "{PERIOD}", block: "{}" }}) {{ errors {{ code messageEn }} }} }}"#,
                block.code
            ))
            .await;
        assert_eq!(answer["useCriteriaSet"]["errors"], json!([]));
    }
}

/// The document with each pillar's criteria twice.
fn doubled(mut document: Value) -> Value {
    document["code"] = json!("BENCH");
    let twice = |points: &Value| match points {
        Value::Number(number) => json!(number.as_i64().expect("a whole number") * 2),
        text => {
            json!((text.as_str().expect("points").parse::<i64>().expect("a whole number") * 2).to_string())
        }
    };
    document["max_points"] = twice(&document["max_points"]);
    for pillar in document["pillars"].as_array_mut().expect("pillars") {
        pillar["max_points"] = twice(&pillar["max_points"]);
        let children = pillar["children"].as_array_mut().expect("criteria");
        let mut again = children.clone();
        again.iter_mut().for_each(rename);
        children.append(&mut again);
    }
    document
}

/// Gives a criterion and those below it other codes.
fn rename(criterion: &mut Value) {
    criterion["code"] = json!(format!("B{}", criterion["code"].as_str().expect("a code")));
    for child in criterion["children"].as_array_mut().into_iter().flatten() {
        rename(child);
    }
}
