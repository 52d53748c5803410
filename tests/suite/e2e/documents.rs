//! Documents and variables that are meant to exhaust the server or to slip something past it: refused
//! quickly, with a code, and without repeating what was sent. What frontends really ask for is admitted.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tests::{Answer, App, Kind, on_both};

/// How long a refusal may take, unoptimised and on a busy machine.
const SOON: Duration = Duration::from_secs(3);

/// The longest message, with its ellipsis.
const LONGEST_MESSAGE: usize = 301;

async fn refused(app: &App, what: &str, body: &Value) -> Answer {
    let started = Instant::now();
    let answer = app.post(body).await;
    assert!(started.elapsed() < SOON, "{what} took {:?}", started.elapsed());
    let errors = answer.json["errors"].as_array().unwrap_or_else(|| panic!("{what}: {:.300}", answer.json));
    assert!(errors.len() <= 20, "{what}: {} errors", errors.len());
    for error in errors {
        let message = error["message"].as_str().expect("a message");
        assert!(message.chars().count() <= LONGEST_MESSAGE, "{what}: {message}");
        assert!(error["extensions"]["code"].is_string(), "{what}: {error}");
    }
    answer
}

fn code(answer: &Answer) -> &Value {
    &answer.json["errors"][0]["extensions"]["code"]
}

/// `count` fragments, each of which spreads the next twice.
fn doubling(count: usize) -> String {
    let on = "on Agency {";
    let fragments: String =
        (0..count).map(|at| format!("fragment f{at} {on} ...f{} ...f{} }} ", at + 1, at + 1)).collect();
    format!("{{ agency(code: \"KKT\") {{ ...f0 }} }} {fragments} fragment f{count} {on} code }}")
}

/// The query that editors send to learn the schema.
const INTROSPECTION: &str = "query IntrospectionQuery { __schema {
    queryType { name } mutationType { name } subscriptionType { name } types { ...FullType }
    directives { name description locations args { ...InputValue } } } }
  fragment FullType on __Type { kind name description
    fields(includeDeprecated: true) { name description args { ...InputValue } type { ...TypeRef } isDeprecated
      deprecationReason } inputFields { ...InputValue } interfaces { ...TypeRef }
    enumValues(includeDeprecated: true) { name description isDeprecated deprecationReason }
    possibleTypes { ...TypeRef } }
  fragment InputValue on __InputValue { name description type { ...TypeRef } defaultValue }
  fragment TypeRef on __Type { kind name ofType { kind name ofType { kind name ofType { kind name
    ofType { kind name ofType { kind name ofType { kind name ofType { kind name } } } } } } } }";

/// Everything that there is of a line.
const LINE: &str = "code parentCode level nameVi nameEn state points pointsExact maxPoints effectiveMax rule
    indexPercent inputs { measure nameVi nameEn value source asOf }
    reason { because about band formula ratioPercent step }";

/// Everything that there is of a card but its lines.
const CARD: &str = "id period criteriaSet revision replaces revisionReason current state points pointsExact
    effectiveMax effectiveMaxExact bonus deduction total totalExact indexPercent indexPercentExact rank
    missingCount pendingCount illustrativeCount contentHash engineVersion setFingerprint compiledAt build
    grade { code nameVi } agency { id code nameVi nameEn kind validFrom validTo tags source
    block { id code nameVi nameEn } }";

fn cards(first: usize, fields: &str) -> String {
    format!(r#"{{ scorecards(period: "2022-H1", first: {first}) {{ totalCount nodes {{ {fields} }} }} }}"#)
}

/// The documents of the README's tour.
fn tour() -> Vec<String> {
    let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../README.md"));
    let readme = readme.expect("the README");
    let blocks = readme.split("```graphql\n").skip(1);
    blocks.map(|block| block.split("```").next().expect("an end").to_owned()).collect()
}

on_both! {
    async fn what_frontends_ask_for_is_admitted(kind) {
        let app = App::sample(kind).await;
        let tour = tour();
        assert!(tour.len() >= 4, "{tour:?}");
        let queries = tour.into_iter().filter(|document| !document.starts_with("subscription"));
        let queries = queries.map(|document| document.replace('…', "01890000-0000-7000-8000-000000000000"));
        for query in queries.chain([
            INTROSPECTION.to_owned(),
            cards(200, CARD),
            cards(20, &format!("{CARD} lines {{ {LINE} }}")),
            format!("# {}\n{{ agencies {{ totalCount }} }}", "x".repeat(10_000)),
            "query($n: Int) { agencies(first: $n) { totalCount } }".to_owned(),
        ]) {
            let answer = app.post(&json!({"query": query, "variables": {"file": "code: A"}})).await;
            assert!(answer.json["errors"].is_null(), "{query}: {}", answer.json);
        }
        let null = json!({"query": "query($n: Int) { agencies(first: $n) { totalCount } }",
            "variables": {"n": null}});
        assert_eq!(app.post(&null).await.json["data"]["agencies"]["totalCount"], 12);
    }

    async fn what_would_exhaust_the_server_is_refused_at_once(kind) {
        let app = App::sample(kind).await;
        let many = |count: usize, each: &str| each.repeat(count);
        let rows = [
            ("doubling fragments", doubling(28), "DOCUMENT_TOO_LARGE"),
            ("a long chain of fragments", doubling(300), "DOCUMENT_TOO_LARGE"),
            ("a cycle of fragments", "{ agency(code: \"KKT\") { ...a } } fragment a on Agency { ...a ...a }".to_owned(),
                "GRAPHQL_VALIDATION_FAILED"),
            ("blanks", many(900_000, " ") + "{ blocks { code } }", "DOCUMENT_TOO_LARGE"),
            ("comments", many(250_000, "#\n") + "{ blocks { code } }", "DOCUMENT_TOO_LARGE"),
            ("blanks below the limit", many(60_000, ","), "GRAPHQL_PARSE_FAILED"),
            ("brackets", many(30_000, "{a"), "DOCUMENT_TOO_LARGE"),
            ("a nested list", format!("{{ agency(code: {}) {{ id }} }}", many(30_000, "[")), "DOCUMENT_TOO_LARGE"),
            ("a nested type", format!("query($a: {}) {{ blocks {{ id }} }}", many(30_000, "[")), "DOCUMENT_TOO_LARGE"),
            ("arguments", format!("{{ agency({}) {{ id }} }}", many(3_000, "a: 1 ")), "DOCUMENT_TOO_LARGE"),
            ("directives", format!("{{ blocks {{ id {} }} }}", many(11, "@skip(if: false) ")), "DOCUMENT_TOO_LARGE"),
            ("variables", format!("query({}) {{ blocks {{ id }} }}", many(3_000, "$a: Int ")), "DOCUMENT_TOO_LARGE"),
            ("a list of values", format!("{{ agency(code: [{}]) {{ id }} }}", many(9_000, "1 ")), "DOCUMENT_TOO_LARGE"),
            ("a long string", format!("{{ agency(code: \"{}\") {{ id }} }}", many(20_000, "x")), "DOCUMENT_TOO_LARGE"),
            ("operations", many(2_000, "query { a } "), "DOCUMENT_TOO_LARGE"),
            ("fields at the top", format!("{{ {} }}",
                (0..60).map(|at| format!("a{at}: blocks {{ id }} ")).collect::<String>()), "DOCUMENT_TOO_LARGE"),
            ("200 cards with all their lines", cards(200, &format!("lines {{ {LINE} }}")), "GRAPHQL_VALIDATION_FAILED"),
            ("a deep tree", format!("{{ criteriaSet(period: \"2022-H1\", block: \"DEPARTMENTS\") {{ pillars {} }} }}",
                many(12, "{ children ") + "{ code }" + &many(12, " }")), "GRAPHQL_VALIDATION_FAILED"),
        ];
        for (what, query, expected) in rows {
            let answer = refused(&app, what, &json!({ "query": query })).await;
            assert_eq!(code(&answer), expected, "{what}: {}", answer.json);
        }
        app.ask("{ blocks { code } }").await;
    }

    async fn variables_have_limits_too(kind) {
        let app = App::sample(kind).await;
        let query = "query($code: String!) { agency(code: $code) { id } }";
        let nested = (0..100).fold(json!(1), |inner, _| json!([inner]));
        for (what, value) in [
            ("a list", json!(vec![1; 3_000])), ("a text", json!("x".repeat(600_000))), ("a nest", nested),
        ] {
            let answer = refused(&app, what, &json!({"query": query, "variables": {"code": value}})).await;
            assert_eq!(code(&answer), "DOCUMENT_TOO_LARGE", "{what}");
        }
    }

    async fn no_error_repeats_what_was_sent_at_length(kind) {
        let app = App::compiled(kind).await;
        let long = "x".repeat(9_000);
        let wide = "ệ".repeat(3_000);
        let mut bodies = vec![json!({"query": "{ blocks { id } }", "operationName": long})];
        for query in [
            format!("{{ agency(code: \"{long}\") {{ id }} }}"),
            format!("{{ agency(code: \"{wide}\") {{ id }} }}"),
            format!("{{ scorecard(agency: \"{long}\", period: \"2022-H1\") {{ id }} }}"),
            format!("{{ scorecards(period: \"{long}\") {{ totalCount }} }}"),
            format!("{{ scorecards(period: \"2022-H1\", block: \"{long}\") {{ totalCount }} }}"),
            format!("{{ scorecards(period: \"2022-H1\", orderBy: \"{long}\") {{ totalCount }} }}"),
            format!("{{ agencies(first: \"{long}\") {{ totalCount }} }}"),
            format!("{{ agencies(after: \"{long}\") {{ totalCount }} }}"),
            format!("{{ node(id: \"{long}\") {{ id }} }}"),
            format!("{{ a(b: \"{long}\" }}"),
            format!("{{ {} }}", (0..900).map(|at| format!("unknown{at} ")).collect::<String>()),
        ] {
            bodies.push(json!({ "query": query }));
        }
        for variables in [json!({"n": long}), json!({"n": 99_999_999_999_u64}), json!({"n": {"a": wide}})] {
            let query = "query($n: Int) { agencies(first: $n) { totalCount } }";
            bodies.push(json!({"query": query, "variables": variables}));
        }
        for body in bodies {
            let what: String = body.to_string().chars().take(120).collect();
            let answer = refused(&app, &what, &body).await;
            assert!(!answer.json.to_string().contains(&"x".repeat(400)), "{what}");
        }
        let asked = json!({"query": "mutation($code: String!) { requestBuild(input: {
            period: \"2022-H1\", reason: \"x\", agencies: [$code] }) { errors { code messageVi messageEn } } }",
            "variables": {"code": long}});
        let error = app.post(&asked).await.json["data"]["requestBuild"]["errors"][0].clone();
        assert_eq!(error["code"], "UNKNOWN_AGENCY");
        assert!(error["messageVi"].as_str().expect("a message").len() < 200);
    }

    async fn u0000_is_refused_by_the_name_of_its_argument(kind) {
        let app = App::sample(kind).await;
        let by_variable = "query($c: String!) { agency(code: $c) { id } }";
        let input = "mutation($input: RequestBuildInput!) { requestBuild(input: $input) { build { id } } }";
        let reason = "mutation { requestBuild(input: { period: \"2022-H1\", reason: \"a\\u0000b\" }) { build { id } } }";
        for (query, variables, field) in [
            (r#"{ agency(code: "K\u0000T") { id } }"#, json!({}), "code"),
            ("{ agency(code: \"K\0T\") { id } }", json!({}), "code"),
            (r#"{ agency(code: """K
                T""" ) { id } a: agencies(block: "\u0000") { totalCount } }"#, json!({}), "block"),
            (r#"query($c: String! = "\u0000") { agency(code: $c) { id } }"#, json!({}), "c"),
            (by_variable, json!({"c": "K\0T"}), "code"),
            (r#"{ scorecards(period: "2022-H1", block: "\u0000") { totalCount } }"#, json!({}), "block"),
            (r#"{ node(id: "Agency:\u0000") { id } }"#, json!({}), "id"),
            (reason, json!({}), "input.reason"),
            (input, json!({"input": {"period": "2022-H1", "reason": "a\0b"}}), "input.reason"),
            (input, json!({"input": {"period": "2022-H1", "reason": "a", "agencies": ["a", "\0"]}}),
                "input.agencies"),
        ] {
            let answer = refused(&app, field, &json!({"query": query, "variables": variables})).await;
            let extensions = &answer.json["errors"][0]["extensions"];
            assert_eq!(*extensions, json!({"code": "BAD_INPUT", "field": field}), "{query}");
            // Again: a document is kept once it was read.
            refused(&app, field, &json!({"query": query, "variables": variables})).await;
        }
        let fine = json!({"query": by_variable, "variables": {"c": "KKT", "unused": "\0"}});
        assert!(app.post(&fine).await.json["data"]["agency"]["id"].is_string());
    }

    async fn odd_values_are_ordinary_errors(kind) {
        let app = App::sample(kind).await;
        for (query, expected) in [
            ("{ agency(code: \"\u{202e}\u{200b}𝕂𝕂𝕋 ﷽\") { id } }", "NOT_FOUND"),
            ("{ agency(code: \"\") { id } }", "NOT_FOUND"),
            ("{ agency(code: null) { id } }", "GRAPHQL_VALIDATION_FAILED"),
            ("{ agencies(first: -2147483648) { totalCount } }", "BAD_INPUT"),
            ("{ agencies(first: 2147483647) { totalCount } }", "BAD_INPUT"),
            ("{ agencies(first: 2147483648) { totalCount } }", "GRAPHQL_VALIDATION_FAILED"),
            ("{ agencies(first: 1e2) { totalCount } }", "GRAPHQL_VALIDATION_FAILED"),
            ("{ agencies(after: \"c-1\") { totalCount } }", "BAD_INPUT"),
            ("{ agencies(after: \"c\") { totalCount } }", "BAD_INPUT"),
            ("{ agencies(after: \"c٣\") { totalCount } }", "BAD_INPUT"),
            ("{ node(id: \"Agency:\") { id } }", "BAD_INPUT"),
            ("{ node(id: \":\") { id } }", "BAD_INPUT"),
        ] {
            let answer = refused(&app, query, &json!({ "query": query })).await;
            assert_eq!(code(&answer), expected, "{query}: {}", answer.json);
        }
        let last = app.ask("{ agencies(after: \"c4294967295\") { totalCount nodes { id } } }").await;
        assert_eq!(last["agencies"], json!({"totalCount": 12, "nodes": []}));
    }
}

#[tokio::test]
async fn a_deep_body_is_refused() {
    let app = App::sample(Kind::Sqlite).await;
    let deep =
        format!("{{\"query\": \"{{ blocks {{ id }} }}\", \"variables\": {{\"a\": {}", "[".repeat(200_000));
    let request = axum::http::Request::post("/graphql").header("content-type", "application/json");
    let answer = app.send([127, 0, 0, 1], request.body(deep.into()).expect("a request")).await;
    assert_eq!(code(&answer), "BAD_REQUEST");
}
