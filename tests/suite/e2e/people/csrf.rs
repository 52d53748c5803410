//! A browser's session changes nothing unless one of our own pages asks.

use serde_json::json;
use tests::{App, on_both};

use super::{PASSWORD, REQUEST_BUILD, name_of};

const OWN: &str = "http://127.0.0.1:8080";

on_both! {
    async fn a_mutation_of_a_session_needs_its_csrf_token_and_our_origin(kind) {
        let app = App::sample(kind).await;
        app.person("an", PASSWORD).await;
        app.person("binh", PASSWORD).await;
        let browser = app.sign_in("an", PASSWORD).await;
        let others = app.sign_in("binh", PASSWORD).await.shows("x-csrf-token").to_owned();
        let mutation = r#"mutation { setPassword(input: { oldPassword: "x", newPassword: "x" }) { errors { code } } }"#;
        let forgeries = [
            browser.clone().without("x-csrf-token"),
            browser.clone().with("x-csrf-token", ""),
            browser.clone().with("x-csrf-token", &others),
            browser.clone().with("origin", "https://elsewhere.example"),
            browser.clone().with("origin", "null"),
        ];
        for forgery in forgeries {
            // Twice: what keeps parsed documents must not forget the check.
            for _ in 0..2 {
                assert_eq!(forgery.refusal(mutation).await, "FORBIDDEN", "{forgery:?}");
            }
            assert_eq!(name_of(&forgery).await, "an", "reading is free");
        }
        browser.ask(mutation).await;
        browser.clone().with("origin", OWN).ask(mutation).await;
        let told = browser.ask("{ me { csrfToken } }").await["me"]["csrfToken"].clone();
        assert_eq!(told, browser.shows("x-csrf-token"));
    }

    async fn a_mutation_does_not_hide_behind_a_query(kind) {
        let app = App::sample(kind).await;
        app.person("an", PASSWORD).await;
        let browser = app.sign_in("an", PASSWORD).await.without("x-csrf-token");
        let query = "query Harmless { __typename } mutation Harmful { signOut { signedOut } }";
        for operation in ["Harmless", "Harmful"] {
            let answer = browser.post(&json!({ "query": query, "operationName": operation })).await;
            assert_eq!(answer.json["errors"][0]["extensions"]["code"], "FORBIDDEN", "{operation}");
        }
        assert_eq!(name_of(&browser).await, "an");
    }

    async fn a_token_needs_no_csrf_token(kind) {
        let app = App::sample(kind).await;
        let program = app.as_administrator().with("origin", "https://frontend.example");
        program.ask(REQUEST_BUILD).await;
        app.person("an", PASSWORD).await;
        let elsewhere = app.as_public().with("origin", "https://elsewhere.example");
        let answer = elsewhere.try_sign_in("an", PASSWORD).await;
        assert_eq!(answer.json["errors"][0]["extensions"]["code"], "FORBIDDEN");
    }

    async fn the_editor_page_knows_the_token_of_its_session(kind) {
        let app = App::sample(kind).await;
        app.person("an", PASSWORD).await;
        let browser = app.sign_in("an", PASSWORD).await;
        let page = browser.get("/graphiql").await;
        assert!(page.text.contains(browser.shows("x-csrf-token")));
        assert_eq!(page.headers["cache-control"], "no-store");
        assert!(!app.as_public().get("/graphiql").await.text.contains("x-csrf-token"));
    }
}
