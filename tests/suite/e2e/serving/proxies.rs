//! What proxies say of their clients, and whom that is believed of.

use entity::audit_event;
use reform_api::server::{Proxies, Settings};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use tests::{App, on_both};

use super::{Heard, ask};

const SIGN_IN: &str =
    r#"mutation { signIn(input: { name: "an", password: "dua-hau-mua-he" }) { csrfToken } }"#;
const BUILD: &str =
    r#"mutation { requestBuild(input: { period: "1022-H1", reason: "x" }) { errors { code } } }"#;

fn trusting(network: &str) -> Settings {
    let proxies = Proxies { networks: vec![network.parse().expect("a network")], ..Proxies::default() };
    Settings { proxies, ..Settings::default() }
}

fn refusal(answer: &Heard) -> &str {
    let code = answer.json["data"]["requestBuild"]["errors"][0]["code"].as_str();
    code.unwrap_or_else(|| panic!("{}", answer.json))
}

async fn last_refused_at(app: &App) -> Option<String> {
    let refused = audit_event::Entity::find()
        .filter(audit_event::Column::Outcome.eq(audit_event::Outcome::Refused))
        .order_by_desc(audit_event::Column::Seq);
    refused.one(&app.database).await.expect("a look").expect("an event").from_address
}

on_both! {
    async fn a_page_over_http_is_not_ours_where_clients_speak_https(kind) {
        let app = App::sample(kind).await;
        app.person("an", "dua-hau-mua-he").await;
        let address = app.serve(trusting("127.0.0.0/8")).await;
        for (proto, scheme, signs_in) in [
            ("https", "https", true), ("https", "http", false), ("http", "http", true), ("http", "https", true),
        ] {
            let origin = format!("{scheme}://localhost");
            let said = [("X-Forwarded-For", "203.0.113.9"), ("X-Forwarded-Proto", proto), ("Origin", origin.as_str())];
            let answer = ask(address, &said, SIGN_IN).await;
            let code = answer.json["errors"][0]["extensions"]["code"].as_str();
            assert_eq!(code, if signs_in { None } else { Some("FORBIDDEN") }, "{proto} {scheme}: {}", answer.json);
        }
    }

    async fn only_a_trusted_proxy_says_who_the_client_is(kind) {
        let app = App::sample(kind).await;
        app.person("an", "dua-hau-mua-he").await;
        let (trusting, wary) = (app.serve(trusting("127.0.0.0/8")).await, app.serve(trusting("10.0.0.0/8")).await);
        let said = [("X-Forwarded-For", "203.0.113.9, 198.51.100.7"), ("X-Forwarded-Proto", "https"), ("Forwarded", "for=1.1.1.1")];

        let believed = ask(trusting, &said, SIGN_IN).await;
        let cookie = believed.header("set-cookie").expect("a cookie");
        assert!(cookie.starts_with("__host-reform=") && cookie.contains("; secure"), "{cookie}");
        assert!(believed.header("strict-transport-security").is_some());
        let token = app.people.token_from_terminal("administrator").await.expect("a look").expect("a token");
        let bearer = format!("Bearer {}", token.expose());
        let said: Vec<_> = said.into_iter().chain([("Authorization", bearer.as_str())]).collect();
        assert_eq!(refusal(&ask(trusting, &said, BUILD).await), "UNKNOWN_PERIOD");
        assert_eq!(last_refused_at(&app).await.as_deref(), Some("198.51.100.7"));

        let ignored = ask(wary, &said, SIGN_IN).await;
        let cookie = ignored.header("set-cookie").expect("a cookie");
        assert!(cookie.starts_with("reform=") && !cookie.contains("; secure"), "{cookie}");
        assert!(ignored.header("strict-transport-security").is_none());
        assert_eq!(refusal(&ask(wary, &said, BUILD).await), "UNKNOWN_PERIOD");
        assert_eq!(last_refused_at(&app).await.as_deref(), Some("127.0.0.1"));
    }
}
