//! Roles: granted, revoked, kept on record; the last administrator stays.

use entity::role_grant;
use sea_orm::EntityTrait;
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
        let other = App::beside(&app).await;
        for round in 0..4 {
            let mut accounts = Vec::new();
            for number in 0..2 {
                let account = app.person(&format!("person{round}.{number}"), PASSWORD).await;
                change(&app, "grant", &account, "ADMINISTRATOR", "null").await;
                accounts.push(account);
            }
            let seconds = [app.sign_in(&format!("person{round}.0"), PASSWORD).await,
                other.as_public().from([10, 0, 0, 1]).sign_in(&format!("person{round}.1"), PASSWORD).await];
            // All others go first, so that only the two are left.
            let two: Vec<_> = accounts.iter().map(|account| account.strip_prefix("Account:").expect("an id")).collect();
            for grant in administrators(&app).await {
                if !two.contains(&grant.account_id.to_string().as_str()) {
                    let account = format!("Account:{}", grant.account_id);
                    let query = format!(r#"mutation {{ revokeRole(input: {{ account: "{account}", role: ADMINISTRATOR }}) {{ errors {{ code }} }} }}"#);
                    seconds[0].ask(&query).await;
                }
            }
            let removal = |account: &str| format!(r#"mutation {{ revokeRole(input: {{ account: "{account}", role: ADMINISTRATOR }}) {{ errors {{ code }} }} }}"#);
            let (one, two) = (removal(&accounts[1]), removal(&accounts[0]));
            let asked = |query: &str| json!({ "query": query });
            let (one, two) = (asked(&one), asked(&two));
            tokio::join!(seconds[0].post(&one), seconds[1].post(&two));
            let left = administrators(&app).await;
            assert_eq!(left.len(), 1, "round {round}");
            // The harness's administrator comes back for the next round.
            let winner = if left[0].account_id.to_string() == accounts[0][8..] { &seconds[0] } else { &seconds[1] };
            let first = entity::account::with_name("administrator").one(&app.database).await.expect("read").expect("he is");
            let back = format!(r#"mutation {{ grantRole(input: {{ account: "Account:{}", role: ADMINISTRATOR }}) {{ errors {{ code }} }} }}"#, first.id);
            winner.ask(&back).await;
        }
    }
}
