//! Many things in one request, introspection without end, ids that were guessed, tokens that were stolen or
//! tampered with: none gets further than one honest request would.

use std::time::{Duration, Instant};

use reform_api::server::Limits;
use serde_json::{Value, json};
use tests::{Answer, App, Asker, Socket, on_both};
use uuid::Uuid;

const PASSWORD: &str = "mật khẩu rất dài";
const WHO: &str = "{ me { account { name } } }";

fn code(answer: &Answer) -> &str {
    answer.json["errors"][0]["extensions"]["code"].as_str().unwrap_or("no code")
}

/// Ids of what there is, one a noun.
async fn ids(asker: &Asker<'_>) -> Vec<String> {
    let found = asker
        .ask(
            r#"{ agencies(first: 1) { nodes { id } } blocks { id } periods { id } builds(first: 1) { nodes { id } }
              scorecards(period: "2022-H1", first: 1) { nodes { id } } inspections(first: 1) { nodes { id } }
              criteriaSet(period: "2022-H1", block: "DEPARTMENTS") { id } me { account { id } tokens { id } } }"#,
        )
        .await;
    let text = found.to_string();
    let ids = text.split(r#""id":""#).skip(1).filter_map(|rest| rest.split('"').next());
    ids.map(str::to_owned).collect()
}

on_both! {
    async fn a_batch_is_refused_whole(kind) {
        let app = App::sample(kind).await;
        let one = json!({ "query": "{ __typename }" });
        for batch in [json!([]), json!([one]), json!([one, one]), json!(vec![one.clone(); 5_000]), json!([[one]]), json!({ "0": one })] {
            let answer = app.post(&batch).await;
            let refused = ["BATCH_NOT_SUPPORTED", "BAD_REQUEST"].contains(&code(&answer));
            assert!(answer.status.is_client_error() && refused, "{answer:?}");
            assert_eq!(answer.json.get("data"), None);
        }
    }

    async fn guesses_in_one_document_are_counted_one_by_one(kind) {
        let app = App::sample(kind).await;
        app.person("an", PASSWORD).await;
        let guess = |number: usize, password: &str| {
            format!(r#"g{number}: signIn(input: {{ name: "an", password: "{password}" }}) {{ csrfToken errors {{ code }} }}"#)
        };
        let wrong: Vec<_> = (0..9).map(|number| guess(number, "sai")).collect();
        let document = format!("mutation {{ {} {} }}", wrong.join(" "), guess(9, PASSWORD));
        let answer = app.as_public().from([10, 0, 0, 7]).post(&json!({ "query": document })).await;
        let guesses = answer.json["data"].as_object().unwrap_or_else(|| panic!("{answer:?}"));
        assert!(guesses.values().all(|guess| guess["errors"][0]["code"] == "SIGN_IN_REFUSED"), "{answer:?}");
        assert!(!answer.headers.contains_key("set-cookie"), "the account was locked before the right one");
    }

    async fn introspection_is_bounded(kind) {
        let app = App::sample(kind).await;
        let whole = "types { name description fields { name description args { name description type { name } } type { name } } }";
        let deep = (0..30).fold("name".to_owned(), |inner, _| format!("fields {{ type {{ {inner} }} }}"));
        let deeper = (0..30).fold("name".to_owned(), |inner, _| format!("ofType {{ {inner} }}"));
        let many = |count: usize, each: &str| (0..count).map(|at| format!("a{at}: {each} ")).collect::<String>();
        let rows = [
            format!("{{ __schema {{ types {{ {deep} }} }} }}"),
            format!("{{ __schema {{ types {{ fields {{ type {{ {deeper} }} }} }} }} }}"),
            format!("{{ {} }}", many(200, &format!("__schema {{ {whole} }}"))),
            format!("{{ {} }}", many(49, &format!("__schema {{ {whole} }}"))),
            format!("{{ __schema {{ {} }} }}", many(200, whole)),
            format!("{{ __schema {{ {} }} }}", many(60, whole)),
            format!("{{ {} }}", many(200, "__type(name: \"Query\") { fields { name description } }")),
            "{ __schema { types { ...a } } } fragment a on __Type { fields { type { ...b } } } fragment b on __Type { ofType { ...a } }".to_owned(),
        ];
        for query in rows {
            let begun = Instant::now();
            let answer = app.as_public().post(&json!({ "query": query })).await;
            assert!(begun.elapsed() < Duration::from_secs(5), "{:.100}: {:?}", query, begun.elapsed());
            assert!(answer.json["errors"].is_array(), "{:.100}: {} bytes in {:?}", query, answer.text.len(), begun.elapsed());
            assert!(answer.text.len() < 100_000, "{:.100}: {} bytes", query, answer.text.len());
        }
        for name in ["nothing", "", "\\u0000", "__Type", "Query!"] {
            let answer = app.as_public().post(&json!({ "query": format!("{{ __type(name: \"{name}\") {{ name }} }}") })).await;
            assert!(answer.status.is_success() && code(&answer) != "INTERNAL", "{answer:?}");
        }
        app.ask("{ __typename }").await;
    }

    async fn an_id_of_another_noun_finds_nothing(kind) {
        let app = App::compiled(kind).await;
        let administrator = app.as_administrator();
        let ids = ids(&administrator).await;
        assert!(ids.len() >= 9, "{ids:?}");
        let nouns: Vec<_> = ids.iter().filter_map(|id| id.split(':').next()).collect();
        for id in &ids {
            let (own, digits) = id.split_once(':').expect("an id");
            for noun in nouns.iter().filter(|noun| **noun != own) {
                let query = format!(r#"{{ node(id: "{noun}:{digits}") {{ id __typename }} }}"#);
                assert_eq!(administrator.ask(&query).await["node"], Value::Null, "{noun}:{digits}");
            }
            for spelt in [id.to_uppercase(), id.replace('-', ""), format!("{id} "), format!("{{{id}}}"), digits.to_owned()] {
                let answer = administrator.post(&json!({ "query": "query($id: ID!) { node(id: $id) { id } }", "variables": { "id": spelt } })).await;
                let node = &answer.json["data"]["node"];
                assert!(node.is_null() || node["id"] == **id, "{spelt}: {answer:?}");
                assert_ne!(code(&answer), "INTERNAL", "{spelt}");
            }
        }
        let stray = Uuid::now_v7();
        for (mutation, noun) in [("createSignInLink", "Agency"), ("createSignInLink", "Token")] {
            let query = format!(r#"mutation {{ {mutation}(input: {{ account: "{noun}:{stray}" }}) {{ errors {{ code }} }} }}"#);
            assert_eq!(administrator.refusal(&query).await, "BAD_INPUT");
        }
    }

    async fn nobody_is_shown_anothers_account_or_token_by_guessing(kind) {
        let app = App::sample(kind).await;
        app.person("an", PASSWORD).await;
        let browser = app.sign_in("an", PASSWORD).await;
        let secret = ids(&app.as_administrator()).await;
        let secret = secret.iter().filter(|id| id.starts_with("Account:") || id.starts_with("Token:"));
        for id in secret.cloned().chain([format!("Account:{}", Uuid::now_v7()), format!("Token:{}", Uuid::now_v7())]) {
            for asker in [&browser, &app.as_public()] {
                let query = json!({ "query": format!(r#"{{ node(id: "{id}") {{ id ... on Account {{ name }} ... on Token {{ name }} }} }}"#) });
                let answer = asker.post(&query).await;
                assert_eq!(answer.json["data"]["node"], Value::Null, "{id}: {answer:?}");
                assert!(!answer.text.contains(r#""administrator""#), "{answer:?}");
            }
        }
    }

    async fn a_tampered_token_opens_no_socket(kind) {
        let app = App::sample(kind).await;
        let address = app.serve(Limits::default()).await;
        let good = app.as_administrator().shows("authorization").to_owned();
        let last = if good.ends_with('0') { "1" } else { "0" };
        for tampered in [
            &format!("{}{last}", &good[..good.len() - 1]), &good.to_uppercase(), &good[..good.len() - 1], &format!("{good}0"),
            &good.replace("rfm_", ""), "Bearer", "Basic YTpi", "",
        ] {
            let opened = Socket::try_open(address, &[("Authorization", tampered)]).await;
            assert_eq!(opened.err().map(|status| status.as_u16()), Some(401), "{tampered}");
            let mut socket = Socket::open(address).await;
            socket.say(json!({"type": "connection_init", "payload": { "authorization": tampered }})).await;
            assert_eq!(socket.closed().await, Some(4403), "{tampered}");
        }
        let mut socket = Socket::open(address).await;
        socket.say(json!({"type": "connection_init", "payload": { "authorization": good, "Authorization": good }})).await;
        assert_eq!(socket.closed().await, Some(4400), "which of the two is meant?");
        // A cookie that holds nothing is as no cookie, and no other word of the first message signs anybody in.
        let forged = format!("reform_session={}", "0".repeat(64));
        let mut socket = Socket::try_open(address, &[("Cookie", &forged)]).await.expect("as the public");
        socket.say(json!({"type": "connection_init", "payload": { "token": &good[7..], "headers": { "authorization": good } }})).await;
        assert_eq!(socket.hear().await["type"], "connection_ack");
        socket.subscribe("1", WHO).await;
        assert_eq!(socket.hear().await["payload"]["data"]["me"], Value::Null);
    }

    async fn a_stolen_token_ends_on_an_open_socket_when_it_is_revoked(kind) {
        let app = App::sample(kind).await;
        let address = app.serve(Limits::default()).await;
        let expires_at = (app.clock.now() + chrono::TimeDelta::days(1)).to_rfc3339();
        let made = app.ask(&format!(r#"mutation {{ createToken(input: {{ name: "x", scopes: [READ], expiresAt: "{expires_at}" }}) {{ token {{ id }} secret }} }}"#)).await;
        let bearer = format!("Bearer {}", made["createToken"]["secret"].as_str().expect("a secret"));
        let mut socket = Socket::try_open(address, &[("Authorization", &bearer)]).await.expect("it opens");
        socket.say(json!({"type": "connection_init"})).await;
        assert_eq!(socket.hear().await["type"], "connection_ack");
        socket.subscribe("1", WHO).await;
        assert_eq!(socket.hear().await["payload"]["data"]["me"]["account"]["name"], "administrator");
        assert_eq!(socket.hear().await["type"], "complete");
        // It may read, and nothing else.
        socket.subscribe("2", r#"mutation { createAccount(input: { name: "b", displayName: "b" }) { errors { code } } }"#).await;
        let refused = socket.hear().await;
        assert!(refused.to_string().contains("FORBIDDEN"), "{refused}");
        if refused["type"] == "next" {
            assert_eq!(socket.hear().await["type"], "complete");
        }
        app.ask(&format!("mutation {{ revokeToken(input: {{ token: {} }}) {{ errors {{ code }} }} }}", made["createToken"]["token"]["id"])).await;
        socket.subscribe("3", WHO).await;
        let refused = socket.hear().await;
        assert!(refused.to_string().contains("UNAUTHENTICATED") && !refused.to_string().contains("administrator"), "{refused}");
        let again = Socket::try_open(address, &[("Authorization", &bearer)]).await;
        assert_eq!(again.err().map(|status| status.as_u16()), Some(401));
    }
}
