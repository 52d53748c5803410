//! Reading the log through GraphQL: searched, in pages that do not move.

use serde_json::{Value, json};
use tests::{App, on_both};

use super::append;

async fn page(app: &App, arguments: &str) -> Value {
    let query = format!(
        "{{ auditEvents({arguments}) {{ totalCount nodes {{ seq action object previousHash hash }}
           edges {{ cursor node {{ seq }} }} pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }} }} }}"
    );
    app.ask(&query).await["auditEvents"].clone()
}

fn numbers(page: &Value) -> Vec<i64> {
    let nodes = page["nodes"].as_array().expect("nodes");
    nodes.iter().map(|node| node["seq"].as_str().and_then(|seq| seq.parse().ok()).expect("seq")).collect()
}

on_both! {
    async fn pages_do_not_move_while_events_arrive(kind) {
        let app = App::sample(kind).await;
        for number in 0..9 {
            append(&app.database, &number.to_string()).await;
        }
        let mut seen = Vec::new();
        let mut after = String::new();
        loop {
            let page = page(&app, &format!("first: 4{after}")).await;
            assert_eq!(page["pageInfo"]["hasPreviousPage"], json!(!seen.is_empty()));
            assert_eq!(page["edges"][0]["cursor"], page["pageInfo"]["startCursor"]);
            assert_eq!(page["edges"][0]["node"]["seq"], page["nodes"][0]["seq"]);
            seen.extend(numbers(&page));
            if page["pageInfo"]["hasNextPage"] == false {
                break;
            }
            after = format!(", after: {}", page["pageInfo"]["endCursor"]);
            for _ in 0..3 {
                append(&app.database, "meanwhile").await;
            }
        }
        assert_eq!(seen, Vec::from_iter((1..=11).rev()));
    }

    async fn the_log_is_searched_by_what_was_done_by_whom_and_when(kind) {
        let app = App::sample(kind).await;
        for number in 0..4 {
            append(&app.database, &"x".repeat(number + 1)).await;
        }
        let instant = |seconds: i64| chrono::DateTime::from_timestamp(1_700_000_000 + seconds, 0).expect("an instant").to_rfc3339();
        let rows = [
            (r#"action: "LOAD_SAMPLE""#.to_owned(), vec![1]),
            (r#"action: "REQUEST_BUILD""#.to_owned(), vec![6, 5, 4, 3]),
            (r#"action: "LOAD", first: 1"#.to_owned(), vec![]),
            (r#"actor: "terminal", object: "xx""#.to_owned(), vec![4]),
            (r#"actor: "nobody""#.to_owned(), vec![]),
            ("outcome: REFUSED".to_owned(), vec![]),
            ("outcome: DONE, first: 2".to_owned(), vec![6, 5]),
            (format!(r#"from: "{}", until: "{}""#, instant(2), instant(4)), vec![5, 4]),
            (format!(r#"until: "{}""#, instant(0)), vec![1]),
        ];
        for (arguments, expected) in rows {
            assert_eq!(numbers(&page(&app, &arguments).await), expected, "{arguments}");
        }
        assert_eq!(page(&app, "first: 1").await["totalCount"], 6);
        for instant in ["-262143-01-01T00:00:00Z", "0000-12-31T23:59:59Z", "+010000-01-01T00:00:00Z"] {
            for argument in ["from", "until"] {
                let query = format!(r#"{{ auditEvents({argument}: "{instant}") {{ totalCount }} }}"#);
                assert_eq!(app.refusal(&query).await, "BAD_INPUT", "{query}");
            }
        }
        assert!(numbers(&page(&app, r#"from: "0001-01-01T00:00:00Z", until: "9999-12-31T23:59:59Z""#).await).len() > 5);
    }

    async fn only_an_administrator_reads_the_log(kind) {
        let app = App::sample(kind).await;
        let query = json!({ "query": "{ auditEvents { nodes { seq } } }" });
        let answer = app.as_public().from([10, 0, 0, 7]).post(&query).await;
        assert_eq!(answer.json["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
        for after in ["c1", "k", "kx", "k1.5", "k99999999999999999999", ""] {
            let code = app.refusal(&format!(r#"{{ auditEvents(after: "{after}") {{ totalCount }} }}"#)).await;
            assert_eq!(code, "BAD_INPUT", "{after}");
        }
    }
}
