//! `/graphql` as GraphQL over HTTP says: media types, methods, statuses, parameters; and what a browser
//! cannot be made to do.

use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use entity::build;
use reform_api::server::{Origin, Settings};
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::{Value, json};
use tests::{Answer, App, Kind, Socket, http, on_both};

const MODERN: &str = "application/graphql-response+json";
const JSON: &str = "application/json";
const BUILD: &str =
    r#"mutation { requestBuild(input: { period: "2022-H1", reason: "x" }) { alreadyQueued } }"#;

async fn send(app: &App, request: axum::http::request::Builder, body: impl Into<Body>) -> Answer {
    app.send([127, 0, 0, 1], request.body(body.into()).expect("a request")).await
}

fn post() -> axum::http::request::Builder {
    Request::builder().method(Method::POST).uri("/graphql").header(header::CONTENT_TYPE, JSON)
}

/// GET with parameters that need no more encoding than this.
fn get(parameters: &[(&str, &str)]) -> axum::http::request::Builder {
    let encode = |text: &str| text.bytes().map(|byte| format!("%{byte:02x}")).collect::<String>();
    let pairs: Vec<_> = parameters.iter().map(|(name, text)| format!("{name}={}", encode(text))).collect();
    Request::builder().uri(format!("/graphql?{}", pairs.join("&")))
}

fn code(answer: &Answer) -> &str {
    answer.json["errors"][0]["extensions"]["code"].as_str().unwrap_or("no code")
}

fn media(answer: &Answer) -> &str {
    answer.headers[header::CONTENT_TYPE].to_str().expect("text")
}

fn query(text: &str) -> String {
    json!({ "query": text }).to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_media_type_is_the_one_that_the_client_likes_best() {
    let app = App::sample(Kind::Sqlite).await;
    let rows = [
        (None, Some(JSON)),
        (Some(""), Some(JSON)),
        (Some("*/*"), Some(JSON)),
        (Some("application/*"), Some(JSON)),
        (Some("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"), Some(JSON)),
        (Some(JSON), Some(JSON)),
        (Some("Application/JSON; charset=utf-8"), Some(JSON)),
        (Some(MODERN), Some(MODERN)),
        (Some("application/json, application/graphql-response+json"), Some(MODERN)),
        (Some("application/graphql-response+json;q=0.5, application/json;q=0.9"), Some(JSON)),
        (Some("application/graphql-response+json, application/json;q=0.9, */*;q=0.1"), Some(MODERN)),
        (Some("application/graphql-response+json;q=0.2, */*"), Some(JSON)),
        (Some("application/json;q=0, */*"), Some(MODERN)),
        (Some("text/html"), None),
        (Some("application/json;q=0"), None),
        (Some("nonsense"), None),
    ];
    for (accept, expected) in rows {
        let request = match accept {
            Some(accept) => post().header(header::ACCEPT, accept),
            None => post(),
        };
        let answer = send(&app, request, query("{ __typename }")).await;
        let Some(expected) = expected else {
            assert_eq!(
                (answer.status, code(&answer)),
                (StatusCode::NOT_ACCEPTABLE, "NOT_ACCEPTABLE"),
                "{accept:?}"
            );
            continue;
        };
        assert_eq!(media(&answer), format!("{expected}; charset=utf-8"), "{accept:?}");
        assert_eq!(answer.json, json!({"data": {"__typename": "Query"}}), "{accept:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_status_says_whether_execution_began() {
    let app = App::sample(Kind::Sqlite).await;
    let rows = [
        (json!({"query": "{ __typename }"}), StatusCode::OK, ""),
        (json!({"query": "{ agency(code: \"NOPE\") { code } }"}), StatusCode::OK, "NOT_FOUND"),
        (json!({"query": "{"}), StatusCode::BAD_REQUEST, "GRAPHQL_PARSE_FAILED"),
        (json!({"query": "{ nothing }"}), StatusCode::BAD_REQUEST, "GRAPHQL_VALIDATION_FAILED"),
        (
            json!({"query": "query A { __typename }", "operationName": "B"}),
            StatusCode::BAD_REQUEST,
            "BAD_REQUEST",
        ),
        (
            json!({"query": "query A { __typename } query B { __typename }"}),
            StatusCode::BAD_REQUEST,
            "BAD_REQUEST",
        ),
        (
            json!({"query": "subscription { buildProgress(id: \"x\") { state } }"}),
            StatusCode::UNAUTHORIZED,
            "UNAUTHENTICATED",
        ),
        (json!({"query": "{ builds { totalCount } }"}), StatusCode::UNAUTHORIZED, "UNAUTHENTICATED"),
        (
            json!({"query": "query ($c: String!) { agency(code: $c) { code } }", "variables": {"c": null}}),
            StatusCode::BAD_REQUEST,
            "GRAPHQL_VALIDATION_FAILED",
        ),
    ];
    for (body, status, expected) in rows {
        let modern = send(&app, post().header(header::ACCEPT, MODERN), body.to_string()).await;
        assert_eq!(modern.status, status, "{body} {modern:?}");
        assert_eq!(modern.json.get("data").is_some(), status == StatusCode::OK, "{body} {modern:?}");
        let challenged = modern.headers.contains_key(header::WWW_AUTHENTICATE);
        assert_eq!(challenged, status == StatusCode::UNAUTHORIZED, "{body}");
        let of_old = send(&app, post().header(header::ACCEPT, JSON), body.to_string()).await;
        assert_eq!(of_old.status, StatusCode::OK, "{body}");
        assert_eq!(of_old.json, modern.json);
        if !expected.is_empty() {
            assert_eq!(code(&modern), expected, "{body} {modern:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_forbidden_has_its_own_status() {
    let app = App::sample(Kind::Sqlite).await;
    let sign_in =
        json!({"query": r#"mutation { signIn(input: { name: "a", password: "b" }) { csrfToken } }"#});
    for (accept, status) in [(MODERN, StatusCode::FORBIDDEN), (JSON, StatusCode::OK)] {
        let request =
            post().header(header::ACCEPT, accept).header(header::ORIGIN, "https://elsewhere.example");
        let answer = send(&app, request, sign_in.to_string()).await;
        assert_eq!((answer.status, code(&answer)), (status, "FORBIDDEN"), "{answer:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_parameter_of_a_wrong_type_is_refused_by_its_name() {
    let app = App::sample(Kind::Sqlite).await;
    let valid = json!({"query": "{ __typename }", "id": 7, "operationName": null, "variables": {}, "extensions": {"a": 1}});
    assert_eq!(send(&app, post(), valid.to_string()).await.status, StatusCode::OK);
    let rows = [
        (json!({}), "`query`"),
        (json!({"query": null}), "`query`"),
        (json!({"query": 1}), "`query`"),
        (json!({"query": "{ __typename }", "operationName": 1}), "`operationName`"),
        (json!({"query": "{ __typename }", "variables": []}), "`variables`"),
        (json!({"query": "{ __typename }", "variables": "{}"}), "`variables`"),
        (json!({"query": "{ __typename }", "extensions": true}), "`extensions`"),
        (json!("text"), "one JSON object"),
    ];
    for (body, named) in rows {
        let answer = send(&app, post(), body.to_string()).await;
        assert_eq!((answer.status, code(&answer)), (StatusCode::BAD_REQUEST, "BAD_REQUEST"), "{body}");
        assert!(
            answer.json["errors"][0]["message"].as_str().is_some_and(|text| text.contains(named)),
            "{answer:?}"
        );
        assert_eq!(answer.json.get("data"), None);
    }
    let answer = send(&app, post(), json!([{"query": "{ __typename }"}]).to_string()).await;
    assert_eq!((answer.status, code(&answer)), (StatusCode::BAD_REQUEST, "BATCH_NOT_SUPPORTED"));
    for body in [&b"\xff\xfe{}"[..], b"{\"query\":\"\xff\"}"] {
        assert_eq!(send(&app, post(), body.to_vec()).await.status, StatusCode::BAD_REQUEST);
    }
}

on_both! {
    async fn get_only_reads(kind) {
        let app = App::compiled(kind).await;
        let before = build::Entity::find().count(&app.database).await.expect("count");
        let named = "query A($code: String!) { agency(code: $code) { code } } query B { __typename }";
        let parameters = [("query", named), ("variables", r#"{"code": "KKT"}"#), ("operationName", "A"), ("extensions", "")];
        let answer = send(&app, get(&parameters), "").await;
        assert_eq!(answer.json, json!({"data": {"agency": {"code": "KKT"}}}));

        let two = format!("query A {{ __typename }} {}", BUILD.replacen("mutation", "mutation B", 1));
        for parameters in [vec![("query", BUILD)], vec![("query", two.as_str()), ("operationName", "B")]] {
            for accept in [MODERN, JSON] {
                let answer = send(&app, get(&parameters).header(header::ACCEPT, accept), "").await;
                assert_eq!((answer.status, code(&answer)), (StatusCode::METHOD_NOT_ALLOWED, "METHOD_NOT_ALLOWED"));
                assert_eq!(answer.headers[header::ALLOW], "POST, OPTIONS");
            }
        }
        assert_eq!(build::Entity::find().count(&app.database).await.expect("count"), before);

        let rows = [
            vec![],
            vec![("query", "subscription { buildProgress(id: \"x\") { state } }")],
            vec![("query", "{ __typename }"), ("variables", "{")],
            vec![("query", "{ __typename }"), ("variables", "[]")],
            vec![("query", "{ __typename }"), ("extensions", "1")],
        ];
        for parameters in rows {
            let answer = send(&app, get(&parameters), "").await;
            assert_eq!((answer.status, code(&answer)), (StatusCode::BAD_REQUEST, "BAD_REQUEST"), "{parameters:?}");
        }
        let answer = send(&app, get(&[("query", "{")]).header(header::ACCEPT, MODERN), "").await;
        assert_eq!((answer.status, code(&answer)), (StatusCode::BAD_REQUEST, "GRAPHQL_PARSE_FAILED"));
    }

    async fn no_page_of_another_site_makes_a_browser_change_anything(kind) {
        let app = App::compiled(kind).await;
        let before = build::Entity::find().count(&app.database).await.expect("count");
        let simple = ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/graphql",
            "application/json; charset=utf-16", "text/plain; application/json", ""];
        for content_type in simple {
            let request = Request::builder().method(Method::POST).uri("/graphql").header(header::CONTENT_TYPE, content_type);
            let answer = send(&app, request, query(BUILD)).await;
            assert_eq!((answer.status, code(&answer)), (StatusCode::UNSUPPORTED_MEDIA_TYPE, "UNSUPPORTED_MEDIA_TYPE"));
        }
        let asking = Request::builder().method(Method::OPTIONS).uri("/graphql").header(header::ORIGIN, "https://elsewhere.example");
        let answer = send(&app, asking.header(header::ACCESS_CONTROL_REQUEST_METHOD, "POST"), "").await;
        assert_eq!((answer.status, &answer.headers[header::ALLOW]), (StatusCode::NO_CONTENT, &"GET, HEAD, POST, OPTIONS".parse().expect("a value")));
        assert!(answer.headers.keys().all(|name| !name.as_str().starts_with("access-control")), "{answer:?}");

        // A name that was made to lead to this machine gives no rights: only a token or a cookie does.
        for host in ["elsewhere.example", "localhost", "127.0.0.1:8080"] {
            let answer = send(&app, post().header(header::HOST, host), query(BUILD)).await;
            assert_eq!(code(&answer), "UNAUTHENTICATED", "{host}");
            let answer = send(&app, post().header(header::HOST, host), query("{ blocks { code } }")).await;
            assert_eq!(answer.json.get("errors"), None, "{host}");
        }
        assert_eq!(build::Entity::find().count(&app.database).await.expect("count"), before);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn other_methods_and_places_are_refused_with_a_code() {
    let app = App::sample(Kind::Sqlite).await;
    let rows = [
        (Method::PUT, "/graphql", StatusCode::METHOD_NOT_ALLOWED, "METHOD_NOT_ALLOWED"),
        (Method::DELETE, "/graphql", StatusCode::METHOD_NOT_ALLOWED, "METHOD_NOT_ALLOWED"),
        (Method::POST, "/graphiql", StatusCode::METHOD_NOT_ALLOWED, "METHOD_NOT_ALLOWED"),
        (Method::GET, "/nowhere", StatusCode::NOT_FOUND, "NOT_FOUND"),
        (Method::GET, "/graphql/ws", StatusCode::UPGRADE_REQUIRED, "UPGRADE_REQUIRED"),
    ];
    for (method, place, status, expected) in rows {
        let answer = send(&app, Request::builder().method(method).uri(place), "").await;
        assert_eq!((answer.status, code(&answer)), (status, expected), "{place}");
        assert_eq!(answer.headers.contains_key(header::ALLOW), status == StatusCode::METHOD_NOT_ALLOWED);
    }
    let head = get(&[("query", "{ __typename }")]).method(Method::HEAD);
    assert_eq!(send(&app, head, "").await.status, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_to_try_it_on_names_the_endpoints() {
    let app = App::sample(Kind::Sqlite).await;
    let address = app.serve(Settings::default()).await;
    let page = http(address, "GET /graphiql HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").await;
    assert!(page.starts_with("HTTP/1.1 200"), "{page}");
    for part in ["createUrl('/graphql')", "createUrl('/graphql/ws', true)", "content-type: text/html"] {
        assert!(page.contains(part), "{part} in {page}");
    }
    let answer = send(&app, Request::builder().uri("/"), "").await;
    assert_eq!(answer.headers[header::LOCATION], "/graphiql");
    assert_eq!(answer.json, Value::Null);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_sites_that_are_named_may_use_the_api_from_a_browser() {
    for wrong in [
        "*",
        "null",
        "example.vn",
        "ftp://example.vn",
        "https://example.vn/",
        "https://EXAMPLE.vn",
        "https://",
    ] {
        assert!(wrong.parse::<Origin>().is_err(), "{wrong}");
    }
    let app = App::sample(Kind::Sqlite).await;
    let named = "https://par.example.vn:8443";
    let origins = vec![named.parse().expect("a site")];
    let address = app.serve(Settings { origins, ..Settings::default() }).await;
    for (origin, allowed) in [(named, true), ("https://elsewhere.example", false)] {
        let head = format!(
            "OPTIONS /graphql HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nOrigin: {origin}\r\nAccess-Control-Request-Method: POST\r\n\r\n"
        );
        let answer = http(address, &head).await;
        assert_eq!(answer.contains(&format!("access-control-allow-origin: {origin}")), allowed, "{answer}");
        assert!(!answer.contains("access-control-allow-credentials"), "{answer}");
        assert_eq!(Socket::try_open(address, &[("Origin", origin)]).await.is_ok(), allowed, "{origin}");
    }
}
