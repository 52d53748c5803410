//! Uploads as they come over the wire: forms that are wrong, too large, cut off or too slow; and watching the import.

use std::time::Duration;

use reform_api::server::Limits;
use serde_json::{Value, json};
use tests::{App, FORM, Kind, Socket, form, http, on_both};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::{file, long_file};

pub(super) fn head(app: &App, length: usize) -> String {
    let authorization = app.authorization();
    format!(
        "POST /imports/dossiers HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: {authorization}\r\n\
         Content-Type: {FORM}\r\nContent-Length: {length}\r\n\r\n"
    )
}

/// The status and the body of an answer.
pub(super) fn told(answer: &str) -> (u16, Value) {
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_else(|| panic!("{answer}"));
    (head[9..12].parse().expect("a status"), serde_json::from_str(body).unwrap_or_default())
}

/// The status and the code of an answer.
fn code(answer: &str) -> (u16, String) {
    let (status, body) = told(answer);
    (status, body["errors"][0]["extensions"]["code"].as_str().unwrap_or_default().to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_that_is_not_as_it_should_be_is_refused() {
    let app = App::sample(Kind::Sqlite).await;
    let address = app.serve(Limits { upload_bytes: 2_000, ..Limits::default() }).await;
    let csv = file(&[("STC", "A1", "10/01/2022", "")]);
    let one: &[(&str, &[u8])] = &[("a.csv", csv.as_bytes())];
    let two: &[(&str, &[u8])] = &[("a.csv", csv.as_bytes()), ("b.csv", csv.as_bytes())];
    let long = long_file(100);
    for (fields, files, expected) in [
        (&[][..], &[][..], (400, "MISSING_FILE")),
        (&[], two, (400, "BAD_REQUEST")),
        (&[("mode", "SOME")], one, (400, "BAD_REQUEST")),
        (&[("dryRun", "maybe")], one, (400, "BAD_REQUEST")),
        (&[("dryRun", "true"), ("dryRun", "true")], one, (400, "BAD_REQUEST")),
        (&[("stranger", "x")], one, (400, "BAD_REQUEST")),
        (&[], &[("a.csv", long.as_bytes())], (413, "PAYLOAD_TOO_LARGE")),
    ] {
        let form = String::from_utf8(form(fields, files)).expect("text");
        let answer = http(address, &format!("{}{form}", head(&app, form.len()))).await;
        assert_eq!(code(&answer), (expected.0, expected.1.to_owned()), "{fields:?}");
    }
    let plain = head(&app, 2).replace(FORM, "text/csv");
    assert_eq!(code(&http(address, &format!("{plain}ab")).await), (415, "UNSUPPORTED_MEDIA_TYPE".to_owned()));
    let get = head(&app, 0).replace("POST", "GET");
    assert_eq!(code(&http(address, &get).await), (405, "METHOD_NOT_ALLOWED".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_that_ends_or_rests_in_the_middle_imports_nothing() {
    let app = App::sample(Kind::Sqlite).await;
    let limits = Limits { body_within: Duration::from_millis(300), ..Limits::default() };
    let address = app.serve(limits).await;
    let form = form(&[], &[("a.csv", long_file(2_000).as_bytes())]);
    let mut stream = TcpStream::connect(address).await.expect("connected");
    stream.write_all(head(&app, form.len()).as_bytes()).await.expect("sent");
    stream.write_all(&form[..form.len() / 2]).await.expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("an answer");
    assert_eq!(code(&answer), (408, "REQUEST_TIMEOUT".to_owned()));
    // A form whose last boundary is missing, though all that was announced has come.
    let cut = String::from_utf8(form[..form.len() / 2].to_vec()).expect("text");
    let answer = http(address, &format!("{}{cut}", head(&app, cut.len()))).await;
    assert_eq!(code(&answer), (400, "TRUNCATED_UPLOAD".to_owned()));
    assert_eq!(app.ask("{ imports { totalCount } }").await["imports"]["totalCount"], 0);
}

on_both! {
    async fn an_import_is_watched_to_its_end(kind) {
        let app = App::sample(kind).await;
        let address = app.serve(Limits::default()).await;
        let form = String::from_utf8(form(&[], &[("a.csv", long_file(20_000).as_bytes())])).expect("text");
        let (status, begun) = told(&http(address, &format!("{}{form}", head(&app, form.len()))).await);
        assert_eq!(status, 202, "{begun}");
        let mut socket = Socket::ready_as(&app, address).await;
        let id = &begun["id"];
        let query = format!("subscription {{ importProgress(id: {id}) {{ id state seen added refused }} }}");
        socket.subscribe("1", &query).await;
        let (mut last, mut seen) = (Value::Null, 0);
        loop {
            let message = socket.hear().await;
            if message["type"] == "complete" {
                break;
            }
            last = message["payload"]["data"]["importProgress"].clone();
            let now = last["seen"].as_i64().unwrap_or_else(|| panic!("{message}"));
            assert!(now >= seen, "{message}");
            seen = now;
        }
        assert_eq!(last, json!({ "id": id, "state": "DONE", "seen": 20_000, "added": 20_000, "refused": 0 }));
        socket.subscribe("2", r#"subscription { importProgress(id: "Import:0190a8a8-0000-7000-8000-000000000000") { state } }"#).await;
        let unknown = socket.hear().await;
        assert_eq!(unknown["payload"]["errors"][0]["extensions"]["code"], "NOT_FOUND", "{unknown}");
    }
}
