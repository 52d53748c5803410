//! One-time links.

use chrono::TimeDelta;
use serde_json::Value;
use tests::{App, Store, on_both};

use super::{Hands, PASSWORD, name_of};

async fn link_for(app: &App, account: &str) -> String {
    let query = format!(
        r#"mutation {{ createSignInLink(input: {{ account: "{account}" }}) {{ signInPath errors {{ code }} }} }}"#
    );
    let path = app.ask(&query).await["createSignInLink"]["signInPath"].clone();
    path.as_str().and_then(|path| path.strip_prefix("/sign-in?link=")).expect("a link").to_owned()
}

on_both! {
    async fn a_link_signs_in_once_by_its_button(kind) {
        let app = App::sample(kind).await;
        let account = app.person("an", PASSWORD).await;
        let link = link_for(&app, &account).await;
        for _ in 0..3 {
            let page = app.as_public().get(&format!("/sign-in?link={link}")).await;
            // Without any referrer a browser would send its form with the origin `null`, which is refused.
            assert_eq!(page.headers["referrer-policy"], "same-origin");
            assert_eq!(page.status, 200, "a preview uses nothing up");
            assert!(page.text.contains("<form method=\"post\"") && page.text.contains(&link));
            assert!(!page.headers.contains_key("set-cookie"));
            assert_eq!(page.headers["cache-control"], "no-store");
        }
        let pressed = app.as_public().press_link(&link).await;
        assert_eq!((pressed.status.as_u16(), &pressed.headers["location"]), (303, &"/graphiql".parse().expect("a value")));
        let browser = app.as_public().keeping_cookie_of(&pressed);
        assert_eq!(name_of(&browser).await, "an");
        let again = app.as_public().open_link(&link).await.expect_err("it is used up");
        assert_eq!(again.status, 403);
    }

    async fn of_two_who_press_at_once_one_is_signed_in(kind) {
        let app = App::sample(kind).await;
        let account = app.person("an", PASSWORD).await;
        let other = App::beside(&app).await;
        let link = link_for(&app, &account).await;
        let presses = (0..8).map(|number| {
            let process = if number % 2 == 0 { &app } else { &other };
            let link = link.clone();
            async move { process.as_public().press_link(&link).await.status }
        });
        let statuses = futures_util::future::join_all(presses).await;
        assert_eq!(statuses.iter().filter(|status| status.as_u16() == 303).count(), 1, "{statuses:?}");
    }

    async fn a_link_ends_after_a_day_a_newer_one_and_a_new_password(kind) {
        let hands = Hands::new();
        let app = App::on_clock(Store::sample(kind).await, hands.clock()).await;
        let account = app.person("an", PASSWORD).await;
        let old = link_for(&app, &account).await;
        let newer = link_for(&app, &account).await;
        app.as_public().open_link(&old).await.expect_err("a newer one was made");
        let browser = app.as_public().open_link(&newer).await.expect("the newer one holds");
        let left = link_for(&app, &account).await;
        browser.ask(r#"mutation { setPassword(input: { newPassword: "không cần mật khẩu cũ" }) { errors { code } } }"#).await;
        let again = browser.ask(r#"mutation { setPassword(input: { newPassword: "lần này thì cần nó" }) { errors { code } } }"#).await;
        assert_eq!(again["setPassword"]["errors"][0]["code"], "WRONG_PASSWORD", "a link stands for the old one once");
        app.as_public().open_link(&left).await.expect_err("the password was set since");
        let late = link_for(&app, &account).await;
        hands.turn(TimeDelta::hours(24) - TimeDelta::seconds(1));
        let just = link_for(&app, &account).await;
        app.as_public().open_link(&late).await.expect_err("a newer one was made");
        hands.turn(TimeDelta::hours(24));
        app.as_public().open_link(&just).await.expect_err("a day has gone");
    }

    async fn a_forged_link_or_page_signs_nobody_in(kind) {
        let app = App::sample(kind).await;
        let account = app.person("an", PASSWORD).await;
        let link = link_for(&app, &account).await;
        for forged in ["", "x", "%3Cscript%3E", &"0".repeat(64), &link[1..]] {
            let page = app.as_public().get(&format!("/sign-in?link={forged}")).await;
            assert!(!page.text.contains("script"), "{forged}");
            app.as_public().open_link(forged).await.expect_err("no such link");
        }
        assert_eq!(app.as_public().get("/sign-in").await.status, 403);
        let elsewhere = app.as_public().with("origin", "https://elsewhere.example");
        elsewhere.open_link(&link).await.expect_err("another site's form");
        let own = app.as_public().with("origin", "http://127.0.0.1:8080");
        let browser = own.open_link(&link).await.expect("our own form");
        assert_ne!(name_of(&browser).await, Value::Null);
    }
}
