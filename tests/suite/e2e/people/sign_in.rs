//! Signing in by password: one answer to every refusal, the lock, the limit.

use std::time::Instant;

use chrono::TimeDelta;
use entity::account;
use serde_json::json;
use tests::{App, Store, on_both};

use super::{Hands, PASSWORD, code_of, name_of};

const WRONG: &str = "không phải mật khẩu";

on_both! {
    async fn a_person_signs_in_however_the_name_is_typed(kind) {
        let app = App::sample(kind).await;
        app.person("nguyễn.an", PASSWORD).await;
        for name in ["nguyễn.an", " NGUYỄN.AN ", "nguye\u{302}\u{303}n.an"] {
            assert_eq!(name_of(&app.sign_in(name, PASSWORD).await).await, "nguyễn.an");
        }
        let answer = app.as_public().try_sign_in("nguyễn.an", PASSWORD).await;
        let cookie = answer.headers["set-cookie"].to_str().expect("a cookie");
        for part in ["reform=", "; HttpOnly", "; SameSite=Lax", "; Path=/", "; Max-Age=604800"] {
            assert!(cookie.contains(part), "{part} in {cookie}");
        }
        assert!(!cookie.contains("Secure"));
        let proxied = app.as_public().with("x-forwarded-proto", "https").with("host", "reform.example");
        let answer = proxied.try_sign_in("nguyễn.an", PASSWORD).await;
        let cookie = answer.headers["set-cookie"].to_str().expect("a cookie");
        assert!(cookie.starts_with("__Host-reform=") && cookie.ends_with("; Secure"), "{cookie}");
    }

    async fn every_refusal_reads_the_same(kind) {
        let app = App::sample(kind).await;
        app.person("locked", PASSWORD).await;
        app.person("open", PASSWORD).await;
        let disabled = app.person("disabled", PASSWORD).await;
        app.ask(&format!(r#"mutation {{ changeAccount(input: {{ account: "{disabled}", state: DISABLED }}) {{ errors {{ code }} }} }}"#)).await;
        for _ in 0..5 {
            app.as_public().sign_in_refusal("locked", WRONG).await;
        }
        let somebody = app.as_public().from([10, 0, 0, 9]);
        // The first refusal of an address is recorded, the next ones are counted.
        somebody.sign_in_refusal("open", WRONG).await;
        let mut answers = Vec::new();
        let long = "x".repeat(5_000);
        for (name, password) in [
            ("nobody", PASSWORD), ("locked", PASSWORD), ("locked", WRONG), ("open", WRONG), ("open", ""),
            ("open", &long), ("disabled", PASSWORD), ("administrator", PASSWORD), ("", ""), (&long, PASSWORD),
        ] {
            app.statements().store(0, std::sync::atomic::Ordering::SeqCst);
            let answer = somebody.try_sign_in(name, password).await;
            let statements = app.statements().load(std::sync::atomic::Ordering::SeqCst);
            assert_eq!(code_of(&answer.json["data"]["signIn"]), "SIGN_IN_REFUSED");
            assert!(!answer.headers.contains_key("set-cookie"));
            answers.push((answer.status, answer.text, statements));
        }
        answers.dedup();
        assert_eq!(answers.len(), 1, "{answers:#?}");
        app.person("an", PASSWORD).await;
        for (number, name) in (20..).zip(["nobody", "locked", "disabled", "administrator", ""]) {
            assert!(takes_as_long(&app, number, name).await, "a hash takes its time, also for {name}");
        }
    }

    async fn five_failures_lock_the_account_longer_and_longer(kind) {
        let hands = Hands::new();
        let app = App::on_clock(Store::sample(kind).await, hands.clock()).await;
        app.person("an", PASSWORD).await;
        let attempt = async |number: u8, password| {
            let answer = app.as_public().from([10, 0, 0, number]).try_sign_in("an", password).await;
            answer.json["data"]["signIn"]["errors"][0]["code"].is_null()
        };
        for _ in 0..4 {
            assert!(!attempt(1, WRONG).await);
        }
        assert!(attempt(1, PASSWORD).await, "four failures lock nothing");
        for _ in 0..5 {
            assert!(!attempt(2, WRONG).await);
        }
        for (minutes, client) in [(1, 3), (2, 4), (4, 5), (8, 6), (15, 7), (15, 8)] {
            hands.turn(TimeDelta::minutes(minutes) - TimeDelta::seconds(1));
            assert!(!attempt(client, PASSWORD).await, "locked for {minutes} minutes");
            hands.turn(TimeDelta::seconds(1));
            assert!(!attempt(client, WRONG).await);
        }
        hands.turn(TimeDelta::minutes(15));
        assert!(attempt(9, PASSWORD).await);
        for _ in 0..4 {
            assert!(!attempt(10, WRONG).await);
        }
        assert!(attempt(10, PASSWORD).await, "success begins the count anew");
    }

    async fn a_clock_that_is_put_back_locks_nobody_out(kind) {
        let hands = Hands::new();
        let app = App::on_clock(Store::sample(kind).await, hands.clock()).await;
        app.person("an", PASSWORD).await;
        hands.turn(TimeDelta::days(400));
        for _ in 0..5 {
            app.as_public().sign_in_refusal("an", WRONG).await;
        }
        hands.turn(TimeDelta::days(-400));
        app.sign_in("an", PASSWORD).await;
    }

    async fn guesses_at_the_same_time_in_two_processes_are_counted_together(kind) {
        let app = App::sample(kind).await;
        app.person("an", PASSWORD).await;
        let other = App::beside(&app).await;
        let guesses = (0..12).map(|number| {
            let process = if number % 2 == 0 { &app } else { &other };
            async move { process.as_public().sign_in_refusal("an", WRONG).await }
        });
        let refusals = futures_util::future::join_all(guesses).await;
        assert!(refusals.iter().all(|code| code == "SIGN_IN_REFUSED"));
        let row = account::with_name("an").one(&app.database).await.expect("read").expect("the account");
        assert_eq!(row.failed_attempts, 5, "the other seven were not even compared");
        assert_eq!(other.as_public().sign_in_refusal("an", PASSWORD).await, "SIGN_IN_REFUSED");
    }

    async fn a_client_may_try_twenty_times_a_minute(kind) {
        let app = App::sample(kind).await;
        app.person("an", PASSWORD).await;
        let client = app.as_public().from([10, 1, 1, 1]);
        for _ in 0..20 {
            assert_eq!(client.sign_in_refusal("nobody", WRONG).await, "SIGN_IN_REFUSED");
        }
        assert_eq!(client.sign_in_refusal("an", PASSWORD).await, "TOO_MANY_ATTEMPTS");
        client.from([10, 1, 1, 2]).sign_in("an", PASSWORD).await;
    }

    async fn a_password_is_changed_by_who_knows_the_old_one(kind) {
        let app = App::sample(kind).await;
        app.person("an", PASSWORD).await;
        let (here, there) = (app.sign_in("an", PASSWORD).await, app.sign_in("an", PASSWORD).await);
        let set = async |old: &str, new: &str| {
            let query = "mutation ($old: String, $new: String!) {
                setPassword(input: { oldPassword: $old, newPassword: $new }) { errors { code field } } }";
            let answer = here.post(&json!({ "query": query, "variables": { "old": old, "new": new } })).await;
            answer.json["data"]["setPassword"]["errors"].clone()
        };
        let new = "một mật khẩu khác hẳn";
        assert_eq!(set(PASSWORD, "ngắn").await, json!([{ "code": "INVALID_PASSWORD", "field": "newPassword" }]));
        assert_eq!(set(WRONG, new).await, json!([{ "code": "WRONG_PASSWORD", "field": "oldPassword" }]));
        assert_eq!(name_of(&there).await, "an");
        assert_eq!(set(PASSWORD, new).await, json!([]));
        assert_eq!(name_of(&here).await, "an");
        assert_eq!(name_of(&there).await, serde_json::Value::Null, "other sessions have ended");
        assert_eq!(app.as_public().sign_in_refusal("an", PASSWORD).await, "SIGN_IN_REFUSED");
        app.sign_in("an", new).await;
        for _ in 0..6 {
            set(WRONG, PASSWORD).await;
        }
        assert_eq!(set(new, PASSWORD).await[0]["code"], "WRONG_PASSWORD", "guessing the old one locks too");
        let query = r#"mutation { setPassword(input: { newPassword: "mật khẩu của máy" }) { errors { code } } }"#;
        assert_eq!(app.refusal(query).await, "FORBIDDEN", "a token sets no password");
        assert_eq!(app.as_public().refusal(query).await, "UNAUTHENTICATED");
    }
}

/// Whether refusing `name` takes as long as comparing a password, which is fifty times what the rest takes. A busy
/// machine may be quicker from one moment to the next, but not again and again.
async fn takes_as_long(app: &App, number: u8, name: &str) -> bool {
    let here = app.as_public().from([10, 0, 0, number]);
    // The first refusal of an address is recorded.
    here.try_sign_in(name, WRONG).await;
    for _ in 0..4 {
        let begun = Instant::now();
        here.try_sign_in("an", PASSWORD).await;
        let compared = begun.elapsed();
        let begun = Instant::now();
        here.try_sign_in(name, WRONG).await;
        if begun.elapsed() > compared / 2 {
            return true;
        }
    }
    false
}
