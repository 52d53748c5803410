//! Roles: granted, revoked, kept on record; the last administrator stays.

use std::time::Duration;

use entity::role_grant;
use reform_worker::database::begin_write;
use sea_orm::{ActiveModelTrait, EntityTrait, QuerySelect, Set};
use serde_json::{Value, json};
use tests::{App, on_both};

use super::{PASSWORD, REQUEST_BUILD, code_of};

async fn change(app: &App, verb: &str, account: &str, role: &str, agency: &str) -> Value {
    let query = format!(
        r#"mutation {{ {verb}Role(input: {{ account: "{account}", role: {role}, agency: {agency} }}) {{
            account {{ grants {{ role agency {{ code }} }} }} errors {{ code field }} }} }}"#
    );
    app.ask(&query).await[&format!("{verb}Role")].clone()
}

async fn administrators(app: &App) -> Vec<role_grant::Model> {
    role_grant::of_administrators().all(&app.database).await.expect("grants")
}

on_both! {
    async fn a_role_holds_from_the_next_request_until_it_is_revoked(kind) {
        let app = App::sample(kind).await;
        let account = app.person("an", PASSWORD).await;
        let browser = app.sign_in("an", PASSWORD).await;
        assert_eq!(browser.refusal(REQUEST_BUILD).await, "FORBIDDEN");
        change(&app, "grant", &account, "ADMINISTRATOR", r#""KKT""#).await;
        assert_eq!(browser.refusal(REQUEST_BUILD).await, "FORBIDDEN", "over an agency is not over the province");
        for _ in 0..2 {
            let granted = change(&app, "grant", &account, "ADMINISTRATOR", "null").await;
            assert_eq!(granted["account"]["grants"], json!([
                { "role": "ADMINISTRATOR", "agency": { "code": "KKT" } }, { "role": "ADMINISTRATOR", "agency": null },
            ]));
        }
        browser.ask(REQUEST_BUILD).await;
        let revoked = change(&app, "revoke", &account, "ADMINISTRATOR", "null").await;
        assert_eq!(revoked["account"]["grants"].as_array().map(Vec::len), Some(1));
        assert_eq!(browser.refusal(REQUEST_BUILD).await, "FORBIDDEN");
        assert_eq!(code_of(&change(&app, "revoke", &account, "ADMINISTRATOR", "null").await), "ROLE_NOT_HELD");
        assert_eq!(code_of(&change(&app, "grant", &account, "VIEWER", r#""NOPE""#).await), "UNKNOWN_AGENCY");
        let kept = role_grant::Entity::find().all(&app.database).await.expect("grants");
        assert_eq!(kept.len(), 3, "nothing is deleted");
        let ended = kept.iter().find(|grant| grant.revoked_at.is_some()).expect("the revoked one");
        assert_eq!(ended.revoked_by, ended.granted_by);
    }

    async fn the_last_administrator_stays(kind) {
        let app = App::sample(kind).await;
        let first = app.ask("{ me { account { id } } }").await["me"]["account"]["id"].clone();
        let first = first.as_str().expect("an id");
        let disable = |account: &str| format!(
            r#"mutation {{ changeAccount(input: {{ account: "{account}", state: DISABLED }}) {{ errors {{ code field }} }} }}"#
        );
        let second = app.person("an", PASSWORD).await;
        change(&app, "grant", &second, "ADMINISTRATOR", r#""KKT""#).await;
        for _ in 0..2 {
            let refused = app.ask(&disable(first)).await["changeAccount"].clone();
            assert_eq!(refused["errors"], json!([{ "code": "LAST_ADMINISTRATOR", "field": "state" }]));
            let refused = change(&app, "revoke", first, "ADMINISTRATOR", "null").await;
            assert_eq!(refused["errors"], json!([{ "code": "LAST_ADMINISTRATOR", "field": "role" }]));
            // A second one who is disabled does not count.
            change(&app, "grant", &second, "ADMINISTRATOR", "null").await;
            app.ask(&disable(&second)).await;
        }
        assert_eq!(administrators(&app).await.len(), 2);
    }

    async fn two_administrators_cannot_remove_each_other_at_once(kind) {
        let app = App::sample(kind).await;
        let first = app.ask("{ me { account { id } } }").await["me"]["account"]["id"].clone();
        let removals = [
            format!(r#"mutation {{ done: revokeRole(input: {{ account: {first}, role: ADMINISTRATOR }}) {{ errors {{ code }} }} }}"#),
            format!(r#"mutation {{ done: changeAccount(input: {{ account: {first}, state: DISABLED }}) {{ errors {{ code }} }} }}"#),
        ];
        let second = app.person("an", PASSWORD).await;
        for removal in removals {
            change(&app, "grant", &second, "ADMINISTRATOR", "null").await;
            // Another process is about to remove the second one …
            let transaction = begin_write(&app.database).await.expect("a transaction");
            let grants = role_grant::of_administrators().lock_exclusive().all(&transaction).await.expect("grants");
            let of_second = grants.iter().find(|grant| second.ends_with(&grant.account_id.to_string()));
            let revoked = role_grant::ActiveModel {
                id: Set(of_second.expect("a grant").id),
                revoked_at: Set(Some(app.clock.now())),
                ..Default::default()
            };
            revoked.update(&transaction).await.expect("revoked");
            // … when this one is asked to remove the first: it waits, and sees who is left.
            let mut removing = Box::pin(app.ask(&removal));
            let early = tokio::time::timeout(Duration::from_millis(300), &mut removing).await;
            assert!(early.is_err(), "{early:?}");
            transaction.commit().await.expect("committed");
            assert_eq!(code_of(&removing.await["done"]), "LAST_ADMINISTRATOR");
        }
        assert_eq!(administrators(&app).await.len(), 1);
    }
}
