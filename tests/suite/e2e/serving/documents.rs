//! Documents named by their hashes, and the list of those that alone are executed.

use std::sync::Arc;

use reform_api::server::{AllowedQueries, Settings};
use serde_json::{Value, json};
use tests::{App, Kind, Socket};

use super::super::process::{program, run};
use super::{ask, get, send};

const QUERY: &str = "{ __typename }";
/// SHA-256 of [`QUERY`].
const HASH: &str = "7f56e67dd21ab3f30d1ff8b7bed08893f0a0db86449836189b361dd1e56ddb4b";

fn named(hash: &str) -> Value {
    json!({ "extensions": { "persistedQuery": { "version": 1, "sha256Hash": hash } } })
}

fn named_with(hash: &str, query: &str) -> Value {
    let mut body = named(hash);
    body["query"] = query.into();
    body
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_is_sent_once_and_named_from_then_on() {
    let app = App::sample(Kind::Sqlite).await;
    let address = app.serve(Settings::default()).await;
    let unknown = send(address, &[], &named(HASH)).await;
    assert_eq!((unknown.status.as_str(), unknown.code()), ("200", "PERSISTED_QUERY_NOT_FOUND"));
    assert_eq!(unknown.json["errors"][0]["message"], "PersistedQueryNotFound");
    let modern = [("Accept", "application/graphql-response+json")];
    assert_eq!(send(address, &modern, &named(HASH)).await.status, "400");

    let wrong = send(address, &[], &named_with(HASH, "{ blocks { code } }")).await;
    assert_eq!(wrong.code(), "PERSISTED_QUERY_HASH_MISMATCH");
    assert_eq!(send(address, &[], &named(HASH)).await.code(), "PERSISTED_QUERY_NOT_FOUND");

    assert_eq!(send(address, &[], &named_with(HASH, QUERY)).await.json["data"]["__typename"], "Query");
    assert_eq!(send(address, &[], &named(HASH)).await.json["data"]["__typename"], "Query");
    let extensions =
        named(HASH)["extensions"].to_string().replace('"', "%22").replace(['{'], "%7B").replace('}', "%7D");
    let got = get(address, &format!("/graphql?extensions={extensions}")).await;
    assert_eq!(got.json["data"]["__typename"], "Query", "{}", got.json);
    let mut socket = Socket::ready(address).await;
    socket.say(json!({ "id": "1", "type": "subscribe", "payload": named(HASH) })).await;
    assert_eq!(socket.hear().await["payload"]["data"]["__typename"], "Query");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_hash_or_another_version_is_refused() {
    let app = App::sample(Kind::Sqlite).await;
    let address = app.serve(Settings::default()).await;
    let other = json!({ "extensions": { "persistedQuery": { "version": 2, "sha256Hash": HASH } } });
    assert_eq!(send(address, &[], &other).await.code(), "PERSISTED_QUERY_NOT_SUPPORTED");
    for hash in ["", "x", &HASH[1..]] {
        assert_eq!(send(address, &[], &named(hash)).await.status, "400", "{hash}");
    }
    assert_eq!(send(address, &[], &json!({})).await.status, "400");
}

#[tokio::test(flavor = "multi_thread")]
async fn get_does_not_change_anything_by_a_hash_either() {
    let app = App::compiled(Kind::Sqlite).await;
    let address = app.serve(Settings::default()).await;
    let mutation = "mutation { signOut { signedOut } }";
    let hash = "eb1ee173c0127708f3a5994c1ef1b6418b6d2f8cb9049491345cffdc08cd27cb";
    let sent = send(address, &[], &named_with(hash, mutation)).await;
    assert_eq!(sent.json["data"]["signOut"]["signedOut"], false);
    let path = format!(
        "/graphql?extensions=%7B%22persistedQuery%22:%7B%22version%22:1,%22sha256Hash%22:%22{hash}%22%7D%7D"
    );
    let got = get(address, &path).await;
    assert_eq!((got.status.as_str(), got.code()), ("405", "METHOD_NOT_ALLOWED"));
}

#[tokio::test(flavor = "multi_thread")]
async fn only_documents_of_the_list_are_executed() {
    let app = App::sample(Kind::Sqlite).await;
    let token = app.people.token_from_terminal("administrator").await.expect("a look").expect("a token");
    let bearer = format!("Bearer {}", token.expose());
    let headers = [("Authorization", bearer.as_str())];
    let folder = tempfile::TempDir::new().expect("a folder");
    std::fs::write(folder.path().join("kind.graphql"), format!("{QUERY}\n")).expect("a file");
    let list = folder.path().join("list.json");
    std::fs::write(&list, json!({ HASH: QUERY }).to_string()).expect("a file");
    for path in [folder.path(), &list] {
        let allowed_queries = Some(Arc::new(AllowedQueries::read(path).expect("a list")));
        let address = app.serve(Settings { allowed_queries, ..Settings::default() }).await;
        for body in [named(HASH), named_with(HASH, QUERY), json!({ "query": QUERY })] {
            assert_eq!(send(address, &[], &body).await.json["data"]["__typename"], "Query", "{body}");
        }
        let other = "{ blocks { code } }";
        let unknown = "0".repeat(64);
        for body in [json!({ "query": other }), named(&unknown), json!({ "query": "{ __typename  }" })] {
            let refused = send(address, &headers, &body).await;
            assert_eq!((refused.status.as_str(), refused.code()), ("200", "QUERY_NOT_ALLOWED"), "{body}");
        }
        let mut socket = Socket::ready(address).await;
        socket.subscribe("1", other).await;
        assert_eq!(socket.hear().await["payload"][0]["extensions"]["code"], "QUERY_NOT_ALLOWED");
    }
    assert_eq!(ask(app.serve(Settings::default()).await, &[], "{ blocks { code } }").await.code(), "");
}

#[test]
fn a_list_that_cannot_be_used_is_told_before_anything_is_made() {
    let folder = tempfile::TempDir::new().expect("a folder");
    let rows = [
        ("hash.json", json!({ "0": QUERY }).to_string(), "SHA-256"),
        ("document.graphql", "{".to_owned(), "--allowed-queries"),
        ("text.json", "[]".to_owned(), "JSON object"),
        ("empty.json", "{}".to_owned(), "no document"),
    ];
    for (name, text, told) in rows {
        let place = folder.path().join(name.replace('.', "-"));
        std::fs::create_dir(&place).expect("a folder");
        std::fs::write(place.join(name), text).expect("a file");
        let path = if name.ends_with(".json") { place.join(name) } else { place };
        let data = folder.path().join("data");
        let mut command = program("reform-api");
        command.arg("--data-dir").arg(&data).arg("--allowed-queries").arg(&path);
        let output = run(&mut command, &[]);
        let error = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{name}: {error}");
        assert!(error.contains(told) && error.contains(" / "), "{name}: {error}");
        assert!(!data.exists(), "{name}");
    }
}
