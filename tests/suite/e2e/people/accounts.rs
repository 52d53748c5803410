//! Accounts: who makes and changes them, and what disabling one ends.

use chrono::TimeDelta;
use serde_json::{Value, json};
use tests::{App, on_both};

use super::{PASSWORD, code_of, name_of};

fn disable(account: &str, state: &str) -> String {
    format!(
        r#"mutation {{ changeAccount(input: {{ account: "{account}", state: {state} }}) {{
            account {{ state }} errors {{ code field messageVi messageEn }} }} }}"#
    )
}

on_both! {
    async fn a_disabled_account_loses_sessions_tokens_and_links_at_once_and_for_good(kind) {
        let app = App::sample(kind).await;
        let account = app.person("an", PASSWORD).await;
        let browser = app.sign_in("an", PASSWORD).await;
        let expires_at = (app.clock.now() + TimeDelta::days(1)).to_rfc3339();
        let query = format!(r#"mutation {{ createToken(input: {{ name: "x", scopes: [READ], expiresAt: "{expires_at}" }}) {{ secret }} }}"#);
        let secret = browser.ask(&query).await["createToken"]["secret"].clone();
        let program = app.as_token(secret.as_str().expect("a secret"));
        assert_eq!((name_of(&browser).await, name_of(&program).await), (json!("an"), json!("an")));
        let link = format!(r#"mutation {{ createSignInLink(input: {{ account: "{account}" }}) {{ signInPath errors {{ code }} }} }}"#);
        let path = app.ask(&link).await["createSignInLink"]["signInPath"].clone();
        let path = path.as_str().and_then(|path| path.split('=').nth(1)).expect("a link");

        let disabled = app.ask(&disable(&account, "DISABLED")).await;
        assert_eq!(disabled["changeAccount"]["account"]["state"], "DISABLED");
        for _ in 0..2 {
            assert_eq!(name_of(&browser).await, Value::Null);
            assert_eq!(program.refusal("{ __typename }").await, "UNAUTHENTICATED");
            app.as_public().open_link(path).await.expect_err("the link is void");
            let state = app.ask(&disable(&account, "ACTIVE")).await;
            assert_eq!(state["changeAccount"]["account"]["state"], "ACTIVE");
        }
        app.sign_in("an", PASSWORD).await;
        app.ask(&disable(&account, "DISABLED")).await;
        assert_eq!(code_of(&app.ask(&link).await["createSignInLink"]), "ACCOUNT_DISABLED");
    }

    async fn accounts_are_made_and_changed(kind) {
        let app = App::sample(kind).await;
        let create = async |name: &str, display_name: &str, agency: &str| {
            let query = "mutation ($input: CreateAccountInput!) { createAccount(input: $input) {
                account { id name displayName state agency { code } grants { role } } signInPath errors { code field } } }";
            let input = json!({ "name": name, "displayName": display_name, "agency": agency });
            let answer = app.post(&json!({ "query": query, "variables": { "input": input } })).await;
            answer.json["data"]["createAccount"].clone()
        };
        let made = create("Nguyễn.An", " Nguyễn Văn An ", "KKT").await;
        assert_eq!(made["errors"], json!([]));
        let account = &made["account"];
        assert_eq!((&account["name"], &account["displayName"]), (&json!("nguyễn.an"), &json!("Nguyễn Văn An")));
        assert_eq!((&account["agency"]["code"], &account["grants"]), (&json!("KKT"), &json!([])));
        for (name, display_name, agency, code, field) in [
            ("NGUYE\u{302}\u{303}N.AN", "x", "KKT", "NAME_TAKEN", "name"),
            ("a b", "x", "KKT", "INVALID_NAME", "name"),
            ("b", " ", "KKT", "INVALID_DISPLAY_NAME", "displayName"),
            ("b", "x", "NOPE", "UNKNOWN_AGENCY", "agency"),
        ] {
            let refused = create(name, display_name, agency).await;
            assert_eq!(refused["errors"], json!([{ "code": code, "field": field }]));
            assert_eq!((&refused["account"], &refused["signInPath"]), (&Value::Null, &Value::Null));
        }
        let id = account["id"].as_str().expect("an id");
        let change = async |change: &str| {
            let query = format!(r#"mutation {{ changeAccount(input: {{ account: "{id}", {change} }}) {{
                account {{ displayName agency {{ code }} }} errors {{ code }} }} }}"#);
            app.ask(&query).await["changeAccount"].clone()
        };
        let changed = change(r#"displayName: "An""#).await;
        assert_eq!(changed["account"], json!({ "displayName": "An", "agency": { "code": "KKT" } }));
        assert_eq!(change("agency: null").await["account"], json!({ "displayName": "An", "agency": null }));
        assert_eq!(change(r#"agency: "SNV""#).await["account"]["agency"]["code"], "SNV");
        assert_eq!(code_of(&change(r#"agency: "NOPE""#).await), "UNKNOWN_AGENCY");
        let nobody = disable("Account:01890000-0000-7000-8000-000000000000", "DISABLED");
        assert_eq!(code_of(&app.ask(&nobody).await["changeAccount"]), "UNKNOWN_ACCOUNT");
    }

    async fn accounts_are_for_administrators_and_each_for_its_owner(kind) {
        let app = App::sample(kind).await;
        let ids = [app.person("an", PASSWORD).await, app.person("binh", PASSWORD).await];
        let page = app.ask("{ accounts(first: 2) { totalCount nodes { name } pageInfo { hasNextPage } } }").await;
        assert_eq!(page["accounts"], json!({
            "totalCount": 3, "nodes": [{ "name": "administrator" }, { "name": "an" }], "pageInfo": { "hasNextPage": true },
        }));
        let browser = app.sign_in("an", PASSWORD).await;
        let node = |id: &str| format!(r#"{{ node(id: "{id}") {{ ... on Account {{ name }} }} }}"#);
        assert_eq!(browser.ask(&node(&ids[0])).await["node"]["name"], "an");
        assert_eq!(app.ask(&node(&ids[1])).await["node"]["name"], "binh");
        let nobody = "Account:01890000-0000-7000-8000-000000000000";
        assert_eq!(app.ask(&node(nobody)).await["node"], Value::Null);
        for id in [ids[1].as_str(), nobody] {
            assert_eq!(browser.ask(&node(id)).await["node"], Value::Null, "{id}");
            assert_eq!(app.as_public().ask(&node(id)).await["node"], Value::Null, "{id}");
        }
        let others = [
            "{ accounts { totalCount } }".to_owned(),
            disable(&ids[1], "DISABLED"),
            r#"mutation { createAccount(input: { name: "x", displayName: "x" }) { signInPath } }"#.to_owned(),
            format!(r#"mutation {{ createSignInLink(input: {{ account: "{}" }}) {{ signInPath }} }}"#, ids[1]),
            format!(r#"mutation {{ grantRole(input: {{ account: "{}", role: ADMINISTRATOR }}) {{ errors {{ code }} }} }}"#, ids[0]),
            format!(r#"mutation {{ revokeRole(input: {{ account: "{}", role: VIEWER }}) {{ errors {{ code }} }} }}"#, ids[0]),
        ];
        for query in others {
            assert_eq!(browser.refusal(&query).await, "FORBIDDEN", "{query}");
            assert_eq!(app.as_public().refusal(&query).await, "UNAUTHENTICATED", "{query}");
        }
        assert_eq!(app.as_public().ask("{ me { account { name } } }").await["me"], Value::Null);
    }
}
