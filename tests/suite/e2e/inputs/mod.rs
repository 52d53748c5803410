//! Inputs besides dossiers, handed in: official tables, observations, documents, listings, the state of
//! procedures.

mod bad_tables;
mod broken;
mod doors;
mod procedures;
mod reported;
mod tables;

use serde_json::{Value, json};
use tests::{App, Asker};

use super::imports::ended;

/// The half-year of the sample.
const H1: (&str, &str) = ("period", "2022-H1");

/// Uploads a file, and gives the global id of the import and its state and counts.
async fn uploaded(
    app: &App,
    asker: Asker<'_>,
    path: &str,
    fields: &[(&str, &str)],
    (name, bytes): (&str, &[u8]),
) -> (Value, Value) {
    let answer = asker.upload_to(path, fields, (name, bytes)).await;
    assert_eq!(answer.status, 202, "{answer:?}");
    let id = answer.json["id"].clone();
    let ended = ended(app, &id).await;
    (id, ended)
}

/// What an import refused: row, column and code of each conflict.
async fn conflicts(app: &App, id: &Value) -> Vec<(i64, String, String)> {
    let query = format!(
        "{{ importConflicts(import: {id}, first: 200) {{ nodes {{ row column code messageVi messageEn }} }} }}"
    );
    let answer = app.ask(&query).await;
    let nodes = answer["importConflicts"]["nodes"].as_array().cloned().unwrap_or_default();
    let word = |text: &Value| text.as_str().unwrap_or_default().to_owned();
    nodes
        .iter()
        .map(|node| {
            assert!(!word(&node["messageVi"]).is_ascii() && !word(&node["messageEn"]).is_empty(), "{node}");
            (node["row"].as_i64().unwrap_or_default(), word(&node["column"]), word(&node["code"]))
        })
        .collect()
}

/// The same of an import by a mutation, with its state and counts.
async fn imported(app: &App, field: &str, input: &str) -> (Value, Vec<(i64, String, String)>) {
    let query = format!(
        "mutation {{ {field}(input: {{ {input} }}) {{ import {{ id kind period state added changed unchanged refused }}
            errors {{ code }} }} }}"
    );
    let payload = app.ask(&query).await[field].clone();
    assert_eq!(payload["errors"], json!([]), "{payload}");
    let import = &payload["import"];
    let counts =
        json!([import["state"], import["added"], import["changed"], import["unchanged"], import["refused"]]);
    (counts, conflicts(app, &import["id"]).await)
}

fn conflict(row: i64, column: &str, code: &str) -> (i64, String, String) {
    (row, column.to_owned(), code.to_owned())
}
