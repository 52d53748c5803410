//! Tokens: what they are good for, how they end, and that one that does not hold is never the public.

use chrono::{SecondsFormat, TimeDelta};
use entity::token;
use sea_orm::EntityTrait;
use serde_json::{Value, json};
use tests::{App, Asker, Store, on_both};

use super::{Hands, PASSWORD, REQUEST_BUILD, code_of, name_of};

async fn create(asker: &Asker<'_>, scopes: &[&str], expires_at: &str) -> Value {
    let query = "mutation ($scopes: [TokenScope!]!, $expiresAt: DateTime!) {
        createToken(input: { name: \"máy trạm\", scopes: $scopes, expiresAt: $expiresAt }) {
            token { id name scopes expiresAt revokedAt } secret errors { code field } } }";
    let variables = json!({ "scopes": scopes, "expiresAt": expires_at });
    let answer = asker.post(&json!({ "query": query, "variables": variables })).await;
    let payload = answer.json["data"]["createToken"].clone();
    if payload.is_null() { answer.json["errors"][0]["extensions"].clone() } else { payload }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text"))
}

on_both! {
    async fn a_token_speaks_for_its_account_until_it_expires(kind) {
        let hands = Hands::new();
        let app = App::on_clock(Store::sample(kind).await, hands.clock()).await;
        app.person("an", PASSWORD).await;
        let browser = app.sign_in("an", PASSWORD).await;
        let at = |days: i64, seconds: i64| {
            let at = hands.now() + TimeDelta::days(days) + TimeDelta::seconds(seconds);
            at.to_rfc3339_opts(SecondsFormat::AutoSi, true)
        };
        for (expires_at, code) in [
            (at(0, 0), "INVALID_EXPIRY"), (at(-1, 0), "INVALID_EXPIRY"), (at(366, 1), "INVALID_EXPIRY"),
            (at(366, 0), ""), (at(1, 0), ""),
        ] {
            let payload = create(&browser, &["READ"], &expires_at).await;
            assert_eq!(code_of(&payload).as_str().unwrap_or_default(), code, "{expires_at}");
        }
        assert_eq!(code_of(&create(&browser, &[], &at(1, 0)).await), "NO_SCOPE");
        let payload = create(&browser, &["READ", "BUILD", "READ"], &at(1, 0)).await;
        assert_eq!(payload["token"]["scopes"], json!(["READ", "BUILD"]));
        let secret = text(&payload["secret"]);
        assert!(secret.starts_with("rfm_"));
        let program = app.as_token(secret);
        assert_eq!(name_of(&program).await, "an");
        let me = program.ask("{ me { csrfToken scopes tokens { name lastUsedAt } } }").await["me"].clone();
        assert_eq!((&me["csrfToken"], &me["scopes"]), (&Value::Null, &json!(["READ", "BUILD"])));
        assert_eq!(me["tokens"].as_array().map(Vec::len), Some(3));
        assert!(me["tokens"][0]["lastUsedAt"].is_string() && me["tokens"][1]["lastUsedAt"].is_null());
        hands.turn(TimeDelta::days(1) - TimeDelta::seconds(1));
        assert_eq!(name_of(&program).await, "an");
        hands.turn(TimeDelta::seconds(1));
        assert_eq!(program.refusal("{ __typename }").await, "UNAUTHENTICATED");
    }

    async fn a_token_that_does_not_hold_is_turned_away(kind) {
        let app = App::sample(kind).await;
        let good = app.as_administrator().shows("authorization").to_owned();
        let secret = good.strip_prefix("Bearer ").expect("a token").to_owned();
        let row = token::Entity::find().all(&app.database).await.expect("tokens").pop().expect("one");
        let last = if good.ends_with('0') { '1' } else { '0' };
        let tampered = format!("{}{last}", &good[..good.len() - 1]);
        for authorization in [
            &tampered, "Bearer ", "Bearer", "", "Basic YTpi", &secret, &format!("Bearer {}", &secret[4..]),
            &format!("Bearer rfm_{}", row.secret_hash.0), &format!("Bearer {secret} {secret}"),
            &good.to_uppercase(), "Bearer ' OR 1=1 --",
        ] {
            let somebody = app.as_public().with("authorization", authorization);
            let answer = somebody.post(&json!({ "query": "{ blocks { code } }" })).await;
            assert_eq!(answer.status, 401, "{authorization}");
            assert_eq!(answer.json["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
            assert_eq!(answer.json["data"], Value::Null);
            assert_eq!(answer.headers["www-authenticate"], "Bearer");
        }
        assert_eq!(name_of(&app.as_public().with("authorization", &good)).await, "administrator");
        app.person("an", PASSWORD).await;
        let both = app.sign_in("an", PASSWORD).await.with("authorization", &tampered);
        assert_eq!(both.refusal("{ __typename }").await, "UNAUTHENTICATED", "no cookie saves a bad token");
    }

    async fn a_revoked_token_ends_at_once_and_only_by_its_owner(kind) {
        let app = App::sample(kind).await;
        app.person("an", PASSWORD).await;
        app.person("binh", PASSWORD).await;
        let (owner, other) = (app.sign_in("an", PASSWORD).await, app.sign_in("binh", PASSWORD).await);
        let expires_at = (app.clock.now() + TimeDelta::days(1)).to_rfc3339();
        let payload = create(&owner, &["READ"], &expires_at).await;
        let (id, program) = (text(&payload["token"]["id"]), app.as_token(text(&payload["secret"])));
        let revoke = format!(r#"mutation {{ revokeToken(input: {{ token: "{id}" }}) {{ token {{ revokedAt }} errors {{ code }} }} }}"#);
        let refused = other.ask(&revoke).await;
        assert_eq!(code_of(&refused["revokeToken"]), "UNKNOWN_TOKEN");
        let node = format!(r#"{{ node(id: "{id}") {{ id }} }}"#);
        assert_eq!(other.ask(&node).await["node"], Value::Null);
        assert_eq!(owner.ask(&node).await["node"]["id"], id);
        assert_eq!(name_of(&program).await, "an");
        assert!(owner.ask(&revoke).await["revokeToken"]["token"]["revokedAt"].is_string());
        assert_eq!(program.refusal("{ __typename }").await, "UNAUTHENTICATED");
        assert_eq!(app.as_public().refusal(&revoke).await, "UNAUTHENTICATED");
    }

    async fn a_token_does_what_its_scopes_and_roles_allow(kind) {
        let app = App::sample(kind).await;
        let expires_at = (app.clock.now() + TimeDelta::days(1)).to_rfc3339();
        let administrator = app.as_administrator();
        let mut programs = Vec::new();
        for scopes in [["READ"], ["BUILD"], ["ADMINISTER"]] {
            let payload = create(&administrator, &scopes, &expires_at).await;
            programs.push(app.as_token(text(&payload["secret"])));
        }
        let [reads, builds, administers] = &programs[..] else { panic!("three") };
        assert_eq!(reads.refusal(REQUEST_BUILD).await, "FORBIDDEN");
        assert_eq!(administers.refusal(REQUEST_BUILD).await, "FORBIDDEN");
        builds.ask(REQUEST_BUILD).await;
        assert_eq!(create(reads, &["READ"], &expires_at).await["code"], "FORBIDDEN");
        assert_eq!(builds.refusal("{ accounts { totalCount } }").await, "FORBIDDEN");
        reads.ask("{ accounts { totalCount } }").await;
        let more = create(administers, &["READ"], &expires_at).await;
        assert_eq!(more["errors"], json!([{ "code": "MORE_THAN_OWN_TOKEN", "field": "scopes" }]));
        let later = (app.clock.now() + TimeDelta::days(2)).to_rfc3339();
        let longer = create(administers, &["ADMINISTER"], &later).await;
        assert_eq!(longer["errors"], json!([{ "code": "MORE_THAN_OWN_TOKEN", "field": "expiresAt" }]));
        assert_eq!(code_of(&create(administers, &["ADMINISTER"], &expires_at).await), &Value::Null);
        app.person("an", PASSWORD).await;
        let payload = create(&app.sign_in("an", PASSWORD).await, &["BUILD"], &expires_at).await;
        let nobodys = app.as_token(text(&payload["secret"]));
        assert_eq!(nobodys.refusal(REQUEST_BUILD).await, "FORBIDDEN", "a scope is no role");
        assert_eq!(app.as_public().refusal(REQUEST_BUILD).await, "UNAUTHENTICATED");
    }
}
