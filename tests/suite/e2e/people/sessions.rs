//! Sessions: how they end, and that nothing but the cookie opens one.

use chrono::TimeDelta;
use entity::session;
use sea_orm::EntityTrait;
use serde_json::Value;
use tests::{App, Store, on_both};

use super::{Hands, PASSWORD, name_of};

on_both! {
    async fn a_session_ends_when_idle_and_when_old(kind) {
        let hands = Hands::new();
        let app = App::on_clock(Store::sample(kind).await, hands.clock()).await;
        app.person("an", PASSWORD).await;
        let (idle, busy) = (app.sign_in("an", PASSWORD).await, app.sign_in("an", PASSWORD).await);
        hands.turn(TimeDelta::hours(7));
        assert_eq!(name_of(&busy).await, "an");
        hands.turn(TimeDelta::hours(1));
        assert_eq!(name_of(&idle).await, Value::Null, "8 hours without a request");
        for _ in 0..22 {
            assert_eq!(name_of(&busy).await, "an");
            hands.turn(TimeDelta::hours(7));
        }
        assert_eq!(name_of(&busy).await, "an", "162 hours old");
        hands.turn(TimeDelta::hours(6));
        assert_eq!(name_of(&busy).await, Value::Null, "7 days old");
    }

    async fn a_clock_that_jumps_only_makes_sessions_shorter(kind) {
        let hands = Hands::new();
        let app = App::on_clock(Store::sample(kind).await, hands.clock()).await;
        app.person("an", PASSWORD).await;
        let browser = app.sign_in("an", PASSWORD).await;
        hands.turn(TimeDelta::days(-30));
        assert_eq!(name_of(&browser).await, "an", "put back, it is as if just opened");
        hands.turn(TimeDelta::days(38));
        assert_eq!(name_of(&browser).await, Value::Null);
    }

    async fn signing_out_ends_the_session_for_good(kind) {
        let app = App::sample(kind).await;
        app.person("an", PASSWORD).await;
        let browser = app.sign_in("an", PASSWORD).await;
        let answer = browser.post(&serde_json::json!({ "query": "mutation { signOut { signedOut } }" })).await;
        assert_eq!(answer.json["data"]["signOut"]["signedOut"], true);
        let cookie = answer.headers["set-cookie"].to_str().expect("a cookie");
        assert!(cookie.starts_with("reform=; ") && cookie.contains("Max-Age=0"), "{cookie}");
        assert_eq!(name_of(&browser).await, Value::Null, "the stolen cookie is worth nothing");
        assert_eq!(app.as_public().ask("mutation { signOut { signedOut } }").await["signOut"]["signedOut"], false);
    }

    async fn signing_in_again_replaces_the_session(kind) {
        let app = App::sample(kind).await;
        app.person("an", PASSWORD).await;
        let before = app.sign_in("an", PASSWORD).await;
        let after = before.clone().sign_in("an", PASSWORD).await;
        assert_ne!(before.shows("cookie"), after.shows("cookie"));
        assert_eq!(name_of(&before).await, Value::Null);
        assert_eq!(name_of(&after).await, "an");
    }

    async fn a_tampered_cookie_is_no_cookie(kind) {
        let app = App::sample(kind).await;
        app.person("an", PASSWORD).await;
        let browser = app.sign_in("an", PASSWORD).await;
        let (name, secret) = browser.shows("cookie").split_once('=').expect("a cookie");
        let row = session::Entity::find().all(&app.database).await.expect("sessions").pop().expect("one");
        let last = if secret.ends_with('0') { '1' } else { '0' };
        let tampered = format!("{}{last}", &secret[..secret.len() - 1]);
        let upper = secret.to_uppercase();
        for (name, secret) in [
            (name, tampered.as_str()), (name, ""), (name, "' OR 1=1 --"), (name, &row.secret_hash.0),
            (name, &row.id.to_string()), ("__Host-reform", secret), (name, &upper),
        ] {
            let thief = app.as_public().with("cookie", &format!("{name}={secret}"));
            assert_eq!(name_of(&thief).await, Value::Null, "{name}={secret}");
        }
        assert_ne!(row.secret_hash.0, secret, "only the hash is stored");
    }

    async fn an_answer_carries_the_request_id(kind) {
        let app = App::sample(kind).await;
        let first = app.as_public().post(&serde_json::json!({ "query": "{ __typename }" })).await;
        let second = app.as_public().post(&serde_json::json!({ "query": "{ __typename }" })).await;
        assert_eq!(first.headers["x-request-id"].len(), 36);
        assert_ne!(first.headers["x-request-id"], second.headers["x-request-id"]);
    }
}
