//! Whatever changes accounts, roles, sessions, tokens, links and publications is on record, with who, what,
//! before and after, together with the change or not at all.

use entity::audit_event::{Model, Outcome, Via};
use reform_worker::audit::{Verified, verify};
use sea_orm::{ConnectionTrait, EntityTrait, PaginatorTrait};
use serde_json::{Value, json};
use tests::{Answer, App, Asker, on_both};

use super::events;

const PASSWORD: &str = "mật khẩu rất dài";
const OTHER_PASSWORD: &str = "một mật khẩu khác";

/// Does something, which leaves exactly one event, and gives that and the answer. The event names the request.
async fn one_event(app: &App, asker: &Asker<'_>, mutation: &str) -> (Model, Answer) {
    let before = events(&app.database).await.len();
    let answer = asker.post(&json!({ "query": format!("mutation {{ {mutation} }}") })).await;
    let recorded = events(&app.database).await;
    assert_eq!(recorded.len(), before + 1, "{mutation}: {answer:?}");
    let event = recorded.last().expect("an event").clone();
    let request_id = answer.headers["x-request-id"].to_str().expect("an id");
    assert_eq!(event.request_id.as_deref(), Some(request_id), "{mutation}");
    assert_eq!(event.from_address.as_deref(), Some("127.0.0.1"), "{mutation}");
    (event, answer)
}

/// What a mutation leaves on record when it is done: action, actor, object, before and after.
async fn done(app: &App, asker: &Asker<'_>, mutation: &str) -> (String, String, String, Value, Value) {
    let (event, answer) = one_event(app, asker, mutation).await;
    assert_eq!(event.outcome, Outcome::Done, "{answer:?}");
    let document = |text: Option<String>| text.map_or(Value::Null, |text| json_of(&text));
    let object = event.object.unwrap_or_default();
    (event.action, event.actor, object, document(event.before), document(event.after))
}

/// What it leaves when a rule refuses it: action, actor and why.
async fn refused(app: &App, asker: &Asker<'_>, mutation: &str) -> (String, String, String) {
    let (event, answer) = one_event(app, asker, mutation).await;
    assert_eq!(event.outcome, Outcome::Refused, "{answer:?}");
    assert_eq!((event.before, event.after), (None, None));
    (event.action, event.actor, event.detail.unwrap_or_default())
}

fn json_of(text: &str) -> Value {
    serde_json::from_str(text).expect("JSON")
}

fn strings<const N: usize>(texts: [&str; N]) -> [String; N] {
    texts.map(str::to_owned)
}

async fn assert_whole(app: &App) {
    assert!(matches!(verify(&app.database, None).await, Ok(Verified::Match(_))));
}

on_both! {
    async fn accounts_and_roles_are_on_record(kind) {
        let app = App::sample(kind).await;
        let administrator = app.as_administrator();
        let create = r#"createAccount(input: { name: "An", displayName: "Chị An", agency: "KKT" }) { account { id } errors { code } }"#;
        let (action, actor, account, before, after) = done(&app, &administrator, create).await;
        assert_eq!([action, actor], strings(["CREATE_ACCOUNT", "administrator"]));
        assert!(account.starts_with("Account:") && before.is_null() && after["link_expires_at"].is_string());
        assert_eq!([&after["name"], &after["agency"], &after["state"]], ["an", "KKT", "ACTIVE"]);
        assert_eq!(refused(&app, &administrator, create).await, strings(["CREATE_ACCOUNT", "administrator", "NAME_TAKEN"]).into());

        let change = |change: &str| format!(r#"changeAccount(input: {{ account: "{account}", {change} }}) {{ errors {{ code }} }}"#);
        let (action, _, object, before, after) = done(&app, &administrator, &change(r#"displayName: "Bà An", agency: null"#)).await;
        assert_eq!((action.as_str(), &object), ("CHANGE_ACCOUNT", &account));
        assert_eq!(before, json!({ "name": "an", "display_name": "Chị An", "agency": "KKT", "state": "ACTIVE", "oidc_subject": null }));
        assert_eq!(after, json!({ "name": "an", "display_name": "Bà An", "agency": null, "state": "ACTIVE", "oidc_subject": null }));

        let role = |verb: &str, agency: &str| format!(
            r#"{verb}Role(input: {{ account: "{account}", role: INSPECTOR, agency: "{agency}" }}) {{ errors {{ code }} }}"#
        );
        let (action, _, object, before, after) = done(&app, &administrator, &role("grant", "KKT")).await;
        assert_eq!((action.as_str(), &object, before), ("GRANT_ROLE", &account, json!({ "roles": [] })));
        assert_eq!(after, json!({ "roles": [{ "role": "INSPECTOR", "agency": "KKT" }] }));
        assert_eq!(refused(&app, &administrator, &role("grant", "no")).await.2, "UNKNOWN_AGENCY");
        let held = events(&app.database).await.len();
        app.ask(&format!("mutation {{ {} }}", role("grant", "KKT"))).await;
        assert_eq!(events(&app.database).await.len(), held, "nothing was changed");
        let (action, _, _, before, after) = done(&app, &administrator, &role("revoke", "KKT")).await;
        assert_eq!((action.as_str(), after), ("REVOKE_ROLE", json!({ "roles": [] })));
        assert_eq!(before["roles"][0]["role"], "INSPECTOR");
        assert_eq!(refused(&app, &administrator, &role("revoke", "KKT")).await.2, "ROLE_NOT_HELD");
        assert_whole(&app).await;
    }

    async fn disabling_an_account_says_what_ended_with_it(kind) {
        let app = App::sample(kind).await;
        let account = app.person("an", PASSWORD).await;
        let browser = app.sign_in("an", PASSWORD).await;
        let expires_at = (app.clock.now() + chrono::TimeDelta::days(1)).to_rfc3339();
        browser.ask(&format!(r#"mutation {{ createToken(input: {{ name: "x", scopes: [READ], expiresAt: "{expires_at}" }}) {{ errors {{ code }} }} }}"#)).await;
        let administrator = app.as_administrator();
        let link = format!(r#"createSignInLink(input: {{ account: "{account}" }}) {{ errors {{ code }} }}"#);
        let (action, _, object, before, after) = done(&app, &administrator, &link).await;
        assert_eq!((action.as_str(), &object), ("CREATE_SIGN_IN_LINK", &account));
        assert_eq!((&before["links"], &after["links"]), (&json!(0), &json!(1)));
        let disable = format!(r#"changeAccount(input: {{ account: "{account}", state: DISABLED }}) {{ errors {{ code }} }}"#);
        let (_, _, _, before, after) = done(&app, &administrator, &disable).await;
        assert_eq!((&before["state"], &after["state"]), (&json!("ACTIVE"), &json!("DISABLED")));
        // The session in which the password was set, and the browser's.
        assert_eq!(after["ended"], json!({ "sessions": 2, "tokens": 1, "links": 1 }));
        assert_eq!(refused(&app, &administrator, &link).await.2, "ACCOUNT_DISABLED");
        let me = administrator.ask("{ me { account { id } } }").await["me"]["account"]["id"].clone();
        let last = format!("changeAccount(input: {{ account: {me}, state: DISABLED }}) {{ errors {{ code }} }}");
        assert_eq!(refused(&app, &administrator, &last).await.2, "LAST_ADMINISTRATOR");
        assert_whole(&app).await;
    }

    async fn signing_in_and_out_and_passwords_are_on_record(kind) {
        let app = App::sample(kind).await;
        let account = app.person("an", PASSWORD).await;
        let sign_in = |password: &str| format!(r#"signIn(input: {{ name: "AN", password: "{password}" }}) {{ csrfToken errors {{ code }} }}"#);
        let public = app.as_public();
        let (event, answer) = one_event(&app, &public, &sign_in(PASSWORD)).await;
        assert_eq!((event.action.as_str(), event.actor.as_str(), event.via), ("SIGN_IN", "an", Via::Session));
        assert_eq!((event.object.as_ref(), event.outcome), (Some(&account), Outcome::Done));
        assert_eq!(event.actor_id.as_ref().map(|id| format!("Account:{id}")).as_ref(), Some(&account));
        assert_eq!(json_of(event.after.as_deref().expect("after"))["opened_by"], "PASSWORD");
        let csrf_token = answer.json["data"]["signIn"]["csrfToken"].as_str().expect("a token").to_owned();
        let browser = app.as_public().keeping_cookie_of(&answer).with("x-csrf-token", &csrf_token);
        assert_eq!(refused(&app, &public, &sign_in("sai")).await, strings(["SIGN_IN", "public", "SIGN_IN_REFUSED"]).into());

        let set = |old: &str, new: &str| format!(
            r#"setPassword(input: {{ oldPassword: "{old}", newPassword: "{new}" }}) {{ errors {{ code }} }}"#
        );
        assert_eq!(refused(&app, &browser, &set(PASSWORD, "x")).await, strings(["SET_PASSWORD", "an", "INVALID_PASSWORD"]).into());
        let (action, actor, object, before, after) = done(&app, &browser, &set(PASSWORD, OTHER_PASSWORD)).await;
        assert_eq!(([action, actor], &object), (strings(["SET_PASSWORD", "an"]), &account));
        assert_eq!((before, &after["password_is_set"]), (json!({ "password_is_set": true }), &json!(true)));
        assert_eq!(after["ended"], json!({ "sessions": 1, "links": 0 }));
        assert_eq!(refused(&app, &app.as_administrator(), &set(PASSWORD, OTHER_PASSWORD)).await.2, "FORBIDDEN");

        let (action, actor, object, _, after) = done(&app, &browser, "signOut { signedOut }").await;
        assert_eq!(([action, actor], &object), (strings(["SIGN_OUT", "an"]), &account));
        assert_eq!(after, json!({ "session": "ENDED" }));
        assert_whole(&app).await;
    }

    async fn tokens_are_on_record(kind) {
        let app = App::sample(kind).await;
        app.person("an", PASSWORD).await;
        let browser = app.sign_in("an", PASSWORD).await;
        let create = |days: i64| {
            let expires_at = (app.clock.now() + chrono::TimeDelta::days(days)).to_rfc3339();
            format!(r#"createToken(input: {{ name: "máy", scopes: [READ], expiresAt: "{expires_at}" }}) {{ token {{ id }} errors {{ code }} }}"#)
        };
        assert_eq!(refused(&app, &browser, &create(-1)).await, strings(["CREATE_TOKEN", "an", "INVALID_EXPIRY"]).into());
        let (action, actor, token, before, made) = done(&app, &browser, &create(1)).await;
        assert_eq!(([action, actor], before), (strings(["CREATE_TOKEN", "an"]), Value::Null));
        assert_eq!((&made["name"], &made["scopes"], &made["revoked_at"]), (&json!("máy"), &json!(["READ"]), &Value::Null));
        let revoke = format!(r#"revokeToken(input: {{ token: "{token}" }}) {{ errors {{ code }} }}"#);
        assert_eq!(refused(&app, &app.as_administrator(), &revoke).await.2, "UNKNOWN_TOKEN");
        let (action, _, object, before, after) = done(&app, &browser, &revoke).await;
        assert_eq!((action.as_str(), &object, before), ("REVOKE_TOKEN", &token, made));
        assert!(after["revoked_at"].is_string());
        assert_whole(&app).await;
    }

    async fn the_way_in_by_link_and_from_the_terminal_is_on_record(kind) {
        let app = App::sample(kind).await;
        app.people.link_from_terminal("administrator").await.expect("asked").expect("a link");
        let link = app.people.link_from_terminal("administrator").await.expect("asked").expect("a link");
        app.people.token_from_terminal("administrator").await.expect("asked").expect("a token");
        assert!(app.people.token_from_terminal("nobody").await.expect("asked").is_none());
        let pressed = app.as_public().press_link(link.expose()).await;
        assert_eq!(pressed.status, 303);
        app.as_public().press_link(link.expose()).await;
        let recorded = events(&app.database).await;
        let told: Vec<_> = recorded[1..]
            .iter()
            .map(|event| (event.action.as_str(), event.actor.as_str(), event.via, event.outcome))
            .collect();
        assert_eq!(told, [
            ("MAKE_FIRST_ADMINISTRATOR", "terminal", Via::Terminal, Outcome::Done),
            ("CREATE_SIGN_IN_LINK", "terminal", Via::Terminal, Outcome::Done),
            ("CREATE_SIGN_IN_LINK", "terminal", Via::Terminal, Outcome::Done),
            ("CREATE_TOKEN", "terminal", Via::Terminal, Outcome::Done),
            ("CREATE_TOKEN", "terminal", Via::Terminal, Outcome::Refused),
            ("USE_SIGN_IN_LINK", "administrator", Via::Session, Outcome::Done),
            ("USE_SIGN_IN_LINK", "public", Via::Nobody, Outcome::Refused),
        ]);
        let used = &recorded[6];
        assert_eq!(used.request_id.as_deref(), pressed.headers["x-request-id"].to_str().ok());
        assert_eq!(json_of(used.after.as_deref().expect("after"))["opened_by"], "LINK");
        assert_whole(&app).await;
    }

    async fn a_publication_is_on_record(kind) {
        let app = App::sample(kind).await;
        let publish = |block: &str| format!(
            r#"publishRanking(input: {{ period: "2022-H1", block: "{block}" }}) {{ publication {{ id revision }} errors {{ code }} }}"#
        );
        let administrator = app.as_administrator();
        assert_eq!(
            refused(&app, &administrator, &publish("DEPARTMENTS")).await,
            strings(["PUBLISH_RANKING", "administrator", "NOT_COMPILED"]).into()
        );
        app.drain().await;
        let (action, actor, object, before, after) = done(&app, &administrator, &publish("DEPARTMENTS")).await;
        assert_eq!([action, actor], strings(["PUBLISH_RANKING", "administrator"]));
        assert!(object.starts_with("Publication:") && before.is_null());
        assert_eq!((&after["block"], &after["revision"]), (&json!("DEPARTMENTS"), &json!(1)));
        assert_whole(&app).await;
    }

    async fn no_change_without_its_event_and_no_event_without_its_change(kind) {
        let app = App::sample(kind).await;
        let account = app.person("an", PASSWORD).await;
        let expires_at = (app.clock.now() + chrono::TimeDelta::days(1)).to_rfc3339();
        let role = format!(r#"(input: {{ account: "{account}", role: VIEWER }}) {{ errors {{ code }} }}"#);
        let mutations = [
            r#"createAccount(input: { name: "b", displayName: "b" }) { errors { code } }"#.to_owned(),
            format!(r#"changeAccount(input: {{ account: "{account}", state: DISABLED }}) {{ errors {{ code }} }}"#),
            format!("grantRole{role}"),
            format!(r#"createSignInLink(input: {{ account: "{account}" }}) {{ errors {{ code }} }}"#),
            format!(r#"createToken(input: {{ name: "x", scopes: [READ], expiresAt: "{expires_at}" }}) {{ errors {{ code }} }}"#),
            format!(r#"signIn(input: {{ name: "an", password: "{PASSWORD}" }}) {{ errors {{ code }} }}"#),
        ];
        let administrator = app.as_administrator();
        let before = rows(&app).await;
        let recorded = events(&app.database).await.len();
        app.database.execute_unprepared("ALTER TABLE audit_event RENAME TO audit_event_away").await.expect("renamed");
        for mutation in &mutations {
            assert_eq!(administrator.refusal(&format!("mutation {{ {mutation} }}")).await, "INTERNAL", "{mutation}");
        }
        app.database.execute_unprepared("ALTER TABLE audit_event_away RENAME TO audit_event").await.expect("renamed");
        assert_eq!(rows(&app).await, before);
        // The link is what createAccount and createSignInLink write last.
        app.database.execute_unprepared("ALTER TABLE sign_in_link RENAME TO sign_in_link_away").await.expect("renamed");
        for mutation in [&mutations[0], &mutations[1], &mutations[3]] {
            assert_eq!(administrator.refusal(&format!("mutation {{ {mutation} }}")).await, "INTERNAL", "{mutation}");
        }
        app.database.execute_unprepared("ALTER TABLE sign_in_link_away RENAME TO sign_in_link").await.expect("renamed");
        assert_eq!((rows(&app).await, events(&app.database).await.len()), (before, recorded));
        assert_whole(&app).await;
        // The last of these disables the account.
        for number in [0, 2, 3, 4, 1] {
            done(&app, &administrator, &mutations[number]).await;
        }
    }

    async fn no_secret_is_ever_on_record(kind) {
        let app = App::without_accounts(tests::Store::sample(kind).await).await;
        let first = app.people.make_first_administrator().await.expect("made").expect("the first");
        let mut secrets = vec![first.link.expose().to_owned(), first.token.expose().to_owned()];
        for made in [app.people.link_from_terminal("administrator").await, app.people.token_from_terminal("administrator").await] {
            secrets.push(made.expect("made").expect("a secret").expose().to_owned());
        }
        let browser = app.as_public().open_link(&secrets[2]).await.expect("it holds");
        let set = |new: &str| format!(r#"mutation {{ setPassword(input: {{ oldPassword: "{PASSWORD}", newPassword: "{new}" }}) {{ errors {{ code }} }} }}"#);
        browser.ask(&set(PASSWORD)).await;
        browser.ask(&set("ngắn")).await;
        browser.ask(&set(OTHER_PASSWORD)).await;
        app.as_public().try_sign_in("administrator", "sai mật khẩu rồi").await;
        app.as_public().try_sign_in("sai mật khẩu rồi", "administrator").await;
        let browser = app.sign_in("administrator", OTHER_PASSWORD).await;
        let expires_at = (app.clock.now() + chrono::TimeDelta::days(1)).to_rfc3339();
        let made = browser.ask(&format!(r#"mutation {{
            createToken(input: {{ name: "x", scopes: [READ], expiresAt: "{expires_at}" }}) {{ secret }}
            createAccount(input: {{ name: "an", displayName: "An" }}) {{ signInPath }} }}"#)).await;
        let path = made["createAccount"]["signInPath"].as_str().expect("a path");
        secrets.extend(path.strip_prefix("/sign-in?link=").map(str::to_owned));
        secrets.push(made["createToken"]["secret"].as_str().expect("a secret").to_owned());
        app.as_public().press_link(path.strip_prefix("/sign-in?link=").expect("a link")).await;
        secrets.push(browser.shows("x-csrf-token").to_owned());
        let (_, cookie) = browser.shows("cookie").split_once('=').expect("a cookie");
        secrets.push(cookie.to_owned());
        browser.ask("mutation { signOut { signedOut } }").await;
        secrets.extend([PASSWORD, "ngắn", OTHER_PASSWORD, "sai mật khẩu rồi"].map(str::to_owned));
        secrets.extend(stored_hashes(&app).await);
        let log = format!("{:?}", events(&app.database).await);
        assert!(log.contains("CREATE_TOKEN") && log.contains("USE_SIGN_IN_LINK"), "{log}");
        for secret in secrets {
            assert!(secret.len() > 4 && !log.contains(&secret), "{secret} is on record: {log}");
        }
    }
}

/// How many rows there are of what the mutations change.
async fn rows(app: &App) -> [u64; 6] {
    let database = &app.database;
    let disabled = entity::account::in_order().all(database).await.expect("accounts");
    let disabled =
        disabled.iter().filter(|account| account.state == entity::account::State::Disabled).count();
    [
        entity::account::Entity::find().count(database).await.expect("a count"),
        disabled as u64,
        entity::role_grant::Entity::find().count(database).await.expect("a count"),
        entity::sign_in_link::Entity::find().count(database).await.expect("a count"),
        entity::token::Entity::find().count(database).await.expect("a count"),
        entity::session::Entity::find().count(database).await.expect("a count"),
    ]
}

/// The hashes that the database has of secrets.
async fn stored_hashes(app: &App) -> Vec<String> {
    let database = &app.database;
    let mut hashes = Vec::new();
    let accounts = entity::account::Entity::find().all(database).await.expect("accounts");
    hashes.extend(accounts.into_iter().filter_map(|account| account.password_hash.map(|hash| hash.0)));
    let sessions = entity::session::Entity::find().all(database).await.expect("sessions");
    hashes.extend(sessions.into_iter().map(|session| session.secret_hash.0));
    let tokens = entity::token::Entity::find().all(database).await.expect("tokens");
    hashes.extend(tokens.into_iter().map(|token| token.secret_hash.0));
    let links = entity::sign_in_link::Entity::find().all(database).await.expect("links");
    hashes.extend(links.into_iter().map(|link| link.secret_hash.0));
    hashes
}
