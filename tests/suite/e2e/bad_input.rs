//! Bad input: a clear error with a code, nothing inserted, nothing internal told, the server stays up.

use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use entity::build;
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::json;
use tests::{Answer, App, on_both};

fn assert_nothing_internal(answer: &Answer) {
    let text = answer.json.to_string();
    for word in ["sqlx", "SELECT", "panicked", "src/", "relation", "no such table", "DbErr"] {
        assert!(!text.contains(word), "{word} in {text}");
    }
}

async fn assert_alive(app: &App) {
    assert_eq!(app.ask("{ blocks { code } }").await["blocks"].as_array().map(Vec::len), Some(2));
}

on_both! {
    async fn every_wrong_argument_has_a_code(kind) {
        let app = App::sample(kind).await;
        let deep = format!("{{ criteriaSet(period: \"2022-H1\", block: \"DEPARTMENTS\") {{ pillars {} }} }}",
            "{ children ".repeat(60) + "{ code }" + &" }".repeat(60));
        let aliases: String = (0..3000).map(|number| format!("a{number}: __typename ")).collect();
        let rows = [
            (r#"{ scorecards(period: "2022-H2") { totalCount } }"#.to_owned(), "BAD_INPUT"),
            (r#"{ scorecards(period: "2019-H1") { totalCount } }"#.to_owned(), "NOT_FOUND"),
            (r#"{ scorecards(period: "2022-H1", block: "X") { totalCount } }"#.to_owned(), "NOT_FOUND"),
            (r#"{ agency(code: "' OR 1=1 --") { code } }"#.to_owned(), "NOT_FOUND"),
            (r#"{ node(id: "nonsense") { id } }"#.to_owned(), "BAD_INPUT"),
            (r#"{ node(id: "Agency:1") { id } }"#.to_owned(), "BAD_INPUT"),
            (r#"{ build(id: "Build:01890000-0000-7000-8000-000000000000") { state } }"#.to_owned(), "NOT_FOUND"),
            (r#"{ build(id: "Agency:01890000-0000-7000-8000-000000000000") { state } }"#.to_owned(), "BAD_INPUT"),
            (r#"{ agencies(after: "zzz") { totalCount } }"#.to_owned(), "BAD_INPUT"),
            (r#"{ agencies(after: "c99999999999999999999") { totalCount } }"#.to_owned(), "BAD_INPUT"),
            ("{ agencies(first: 0) { totalCount } }".to_owned(), "BAD_INPUT"),
            ("{ agencies(first: -1) { totalCount } }".to_owned(), "BAD_INPUT"),
            ("{ agencies(first: 10000) { totalCount } }".to_owned(), "BAD_INPUT"),
            ("{ agencies(first: 10000) { nodes { code nameVi nameEn } } }".to_owned(), "BAD_INPUT"),
            ("{ nothing }".to_owned(), "GRAPHQL_VALIDATION_FAILED"),
            ("{ agencies(".to_owned(), "GRAPHQL_PARSE_FAILED"),
            (String::new(), "GRAPHQL_PARSE_FAILED"),
            (deep, "DOCUMENT_TOO_LARGE"),
            (format!("{{ {aliases} }}"), "DOCUMENT_TOO_LARGE"),
        ];
        for (query, code) in rows {
            let answer = app.post(&json!({ "query": query })).await;
            let found = &answer.json["errors"][0]["extensions"]["code"];
            assert_eq!(found, code, "{} → {answer:?}", query.chars().take(90).collect::<String>());
            assert_nothing_internal(&answer);
        }
        assert_alive(&app).await;
    }

    async fn a_request_that_is_no_graphql_is_refused(kind) {
        let app = App::sample(kind).await;
        let request = |kind: &str, body: String| {
            let request = Request::builder().method(Method::POST).uri("/graphql");
            request.header(header::CONTENT_TYPE, kind).body(Body::from(body)).expect("a request")
        };
        let large = json!({ "query": "#".repeat(5_000_000) }).to_string();
        let rows = [
            (request("application/json", large), StatusCode::PAYLOAD_TOO_LARGE, "PAYLOAD_TOO_LARGE"),
            (request("application/json", "{".to_owned()), StatusCode::BAD_REQUEST, "BAD_REQUEST"),
            (request("application/json", String::new()), StatusCode::BAD_REQUEST, "BAD_REQUEST"),
            (request("text/plain", "{}".to_owned()), StatusCode::UNSUPPORTED_MEDIA_TYPE, "UNSUPPORTED_MEDIA_TYPE"),
        ];
        for (request, status, code) in rows {
            let answer = app.send([127, 0, 0, 1], request).await;
            assert_eq!((answer.status, &answer.json["errors"][0]["extensions"]["code"]), (status, &code.into()));
            assert_nothing_internal(&answer);
        }
        assert_alive(&app).await;
    }

    async fn a_refused_request_for_a_build_says_why(kind) {
        let app = App::compiled(kind).await;
        let before = build::Entity::find().count(&app.database).await.expect("count");
        let rows = [
            (r#"{ period: "2031-H1", reason: "x" }"#, "UNKNOWN_PERIOD", "period"),
            (r#"{ period: "2022-H1", agencies: ["KKT", "NOPE"], reason: "x" }"#, "UNKNOWN_AGENCY", "agencies"),
            (r#"{ period: "2022-H1", reason: "  " }"#, "INVALID_REASON", "reason"),
        ];
        for (input, code, field) in rows {
            let query = format!("mutation {{ requestBuild(input: {input}) {{ build {{ id }} errors {{ code field messageVi messageEn }} }} }}");
            let payload = app.ask(&query).await["requestBuild"].clone();
            assert_eq!(payload["build"], serde_json::Value::Null);
            assert_eq!((&payload["errors"][0]["code"], &payload["errors"][0]["field"]), (&code.into(), &field.into()));
        }
        assert_eq!(build::Entity::find().count(&app.database).await.expect("count"), before);
    }

    async fn health_is_told(kind) {
        let app = App::sample(kind).await;
        for path in ["/health/live", "/health/ready"] {
            let request = Request::builder().uri(path).body(Body::empty()).expect("a request");
            assert_eq!(app.send([127, 0, 0, 1], request).await.status, StatusCode::OK, "{path}");
        }
    }
}
