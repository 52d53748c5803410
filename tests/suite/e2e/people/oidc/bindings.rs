//! Which accounts a subject signs in.

use serde_json::{Value, json};
use tests::{App, on_both};

use super::super::{PASSWORD, name_of};
use super::{World, assert_refused, assert_signed_in};

async fn account_id(app: &App, name: &str) -> String {
    let accounts = app.ask("{ accounts { nodes { id name } } }").await;
    let nodes = accounts["accounts"]["nodes"].as_array().expect("a list").clone();
    let found = nodes.into_iter().find(|account| account["name"] == name).expect("it is there");
    found["id"].as_str().expect("an id").to_owned()
}

async fn change(app: &App, name: &str, to: &str) -> Value {
    let id = account_id(app, name).await;
    let query = format!(
        r#"mutation {{ changeAccount(input: {{ account: "{id}", {to} }}) {{
            account {{ oidcSubject }} errors {{ code field }} }} }}"#
    );
    app.ask(&query).await["changeAccount"].clone()
}

on_both! {
    async fn a_disabled_account_is_refused_and_an_enabled_one_is_not(kind) {
        let world = World::new(kind).await;
        let browser = world.app.as_public().keeping_cookie_of(&world.try_sign_in(1).await);
        change(&world.app, "an", "state: DISABLED").await;
        assert!(name_of(&browser).await.is_null());
        assert_refused(&world.try_sign_in(1).await, "disabled");
        change(&world.app, "an", "state: ACTIVE").await;
        assert_signed_in(&world.try_sign_in(1).await, "enabled again");
    }

    async fn an_account_is_bound_anew_and_its_sessions_end(kind) {
        let world = World::new(kind).await;
        let browser = world.app.as_public().keeping_cookie_of(&world.try_sign_in(1).await);
        let same = change(&world.app, "an", r#"oidcSubject: "s-1", displayName: "Ân""#).await;
        assert_eq!(same["account"]["oidcSubject"], "s-1");
        assert_eq!(name_of(&browser).await, "an", "nothing was changed of the binding");
        let other = change(&world.app, "an", r#"oidcSubject: "s-2""#).await;
        assert_eq!(other["account"]["oidcSubject"], "s-2");
        assert!(name_of(&browser).await.is_null());
        assert_refused(&world.try_sign_in(1).await, "bound to another");
        world.stub.plan().subject = "s-2".to_owned();
        assert_signed_in(&world.try_sign_in(1).await, "the other");
        change(&world.app, "an", "oidcSubject: null").await;
        assert_refused(&world.try_sign_in(1).await, "bound to nobody");
    }

    async fn a_subject_is_bound_to_one_account(kind) {
        let world = World::new(kind).await;
        world.app.person("bình", PASSWORD).await;
        let taken = change(&world.app, "bình", r#"oidcSubject: "s-1""#).await;
        assert_eq!(taken["errors"], json!([{ "code": "OIDC_SUBJECT_TAKEN", "field": "oidcSubject" }]));
        let query = r#"mutation { createAccount(input: { name: "chi", displayName: "Chi", oidcSubject: "s-1" }) {
            account { id } errors { code } } }"#;
        let taken = world.app.ask(query).await["createAccount"].clone();
        assert_eq!(taken, json!({ "account": null, "errors": [{ "code": "OIDC_SUBJECT_TAKEN" }] }));
        let long = "x".repeat(256);
        for wrong in ["", "hai từ", "a b", &long] {
            let refused = change(&world.app, "bình", &format!(r#"oidcSubject: "{wrong}""#)).await;
            assert_eq!(refused["errors"][0]["code"], "INVALID_OIDC_SUBJECT", "{wrong}");
        }
    }

    async fn nothing_is_bound_without_a_provider(kind) {
        let app = App::sample(kind).await;
        let refused = change(&app, "administrator", r#"oidcSubject: "s-1""#).await;
        assert_eq!(refused["errors"][0]["code"], "NO_OIDC_PROVIDER");
        assert_eq!(change(&app, "administrator", "oidcSubject: null").await["errors"], json!([]));
    }
}
