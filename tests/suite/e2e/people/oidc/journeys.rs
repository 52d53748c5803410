//! The way there and back belongs to one browser, once, and leads nowhere else.

use chrono::TimeDelta;
use tests::{App, Kind, on_both};

use super::super::name_of;
use super::{World, assert_refused, assert_signed_in};

on_both! {
    async fn the_session_is_like_any_other(kind) {
        let world = World::new(kind).await;
        let (browser, back) = world.there(world.browser(1)).await;
        let answer = browser.get(&back).await;
        assert_signed_in(&answer, "the first time");
        let browser = browser.keeping_cookie_of(&answer);
        assert_eq!(name_of(&browser).await, "an");
        let me = browser.ask("{ me { csrfToken } }").await;
        let browser = browser.with("x-csrf-token", me["me"]["csrfToken"].as_str().expect("a token"));
        let set = browser.ask(r#"mutation { setPassword(input: { newPassword: "một mật khẩu rất dài" }) { errors { code } } }"#).await;
        assert_eq!(set["setPassword"]["errors"][0]["code"], "WRONG_PASSWORD", "it is not as good as a link");
        browser.ask("mutation { signOut { signedOut } }").await;
        assert!(name_of(&browser).await.is_null());
    }

    async fn a_code_and_a_state_are_good_once(kind) {
        let world = World::new(kind).await;
        let (browser, back) = world.there(world.browser(1)).await;
        assert_signed_in(&browser.get(&back).await, "the first time");
        assert_refused(&browser.get(&back).await, "a browser that kept its cookie and returns again");
        assert_refused(&world.browser(1).get(&back).await, "a browser that did as it was told");
    }

    async fn one_browser_does_not_return_as_another(kind) {
        let world = World::new(kind).await;
        let (_, attackers) = world.there(world.browser(1)).await;
        let (victim, victims) = world.there(world.browser(2)).await;
        assert_refused(&victim.get(&attackers).await, "the attacker's code and state");
        let code = attackers.split(['?', '&']).find(|part| part.starts_with("code=")).expect("a code");
        let state = victims.split('&').find(|part| part.starts_with("state=")).expect("a state");
        let mixed = format!("/sign-in/oidc/callback?{code}&{state}");
        assert_refused(&victim.get(&mixed).await, "the attacker's code: its verifier is another");
        assert_refused(&world.browser(3).get(&victims).await, "no cookie");
    }

    async fn who_takes_longer_than_ten_minutes_begins_again(kind) {
        let world = World::new(kind).await;
        let (browser, back) = world.there(world.browser(1)).await;
        world.hands.turn(TimeDelta::seconds(600));
        assert_refused(&browser.get(&back).await, "too late");
        assert_eq!(world.stub.plan().tokens_asked, 0, "nothing is asked for a state that is too old");
    }

    async fn a_session_replaces_the_one_that_the_browser_had(kind) {
        let world = World::new(kind).await;
        let first = world.app.as_public().keeping_cookie_of(&world.try_sign_in(1).await);
        let session = first.shows("cookie").to_owned();
        let (browser, back) = world.there(first.clone()).await;
        let both = format!("{session}; {}", browser.shows("cookie"));
        assert_signed_in(&browser.with("cookie", &both).get(&back).await, "again");
        assert!(name_of(&first).await.is_null(), "the first session is over");
    }
}

#[tokio::test]
async fn what_comes_back_broken_signs_nobody_in_and_asks_nobody() {
    let world = World::new(Kind::Sqlite).await;
    let (browser, back) = world.there(world.browser(1)).await;
    let state = back.split('&').find(|part| part.starts_with("state=")).expect("a state");
    let queries = [
        String::new(),
        "?code=code-0".to_owned(),
        format!("?{state}"),
        format!("?{state}&{state}&code=code-0"),
        "?code=code-0&state=".to_owned(),
        "?code=code-0&state=%ff%fe".to_owned(),
        format!("?error=access_denied&error_description=%3Cscript%3E&{state}"),
        format!("?code=code-0&{state}&iss=https%3A%2F%2Fevil.example"),
    ];
    for query in queries {
        assert_refused(&browser.get(&format!("/sign-in/oidc/callback{query}")).await, &query);
    }
    assert_eq!(world.stub.plan().tokens_asked, 0);
    assert_signed_in(&browser.get(&back).await, "the right answer");
}

#[tokio::test]
async fn nobody_is_led_elsewhere() {
    let world = World::new(Kind::Sqlite).await;
    let elsewhere = "//evil.example/";
    for (number, name) in (1..).zip(["to", "next", "return_to", "redirect_uri", "redirect", "state"]) {
        let left = world.browser(number).get(&format!("/sign-in/oidc?{name}={elsewhere}")).await;
        let door = left.headers["location"].to_str().expect("a URL");
        assert!(door.starts_with(&format!("{}/authorize?", world.stub.issuer())), "{door}");
        assert!(!door.contains("evil"), "{door}");
        let (browser, back) = world.there(world.browser(number)).await;
        let answer = match name {
            "state" => browser.get(&back).await,
            _ => browser.get(&format!("{back}&{name}={elsewhere}")).await,
        };
        assert_signed_in(&answer, name);
    }
}

#[tokio::test]
async fn the_cookie_of_the_journey_is_guarded() {
    let world = World::new(Kind::Sqlite).await;
    let left = world.browser(1).get("/sign-in/oidc").await;
    let cookie = left.headers["set-cookie"].to_str().expect("text");
    assert!(cookie.ends_with("; Path=/; Max-Age=600; HttpOnly; SameSite=Lax"), "{cookie}");
    assert_eq!(left.headers["cache-control"], "no-store");
    let secured = world.browser(1).with("host", "reform.example").get("/sign-in/oidc").await;
    let cookie = secured.headers["set-cookie"].to_str().expect("text");
    assert!(cookie.starts_with("__Host-reform-oidc=") && cookie.ends_with("; Secure"), "{cookie}");
}

#[tokio::test]
async fn a_client_tries_only_so_often() {
    let world = World::new(Kind::Sqlite).await;
    let mut signed_in = 0;
    // Every three seconds one more is let pass, however slow this machine is.
    let last = loop {
        let answer = world.try_sign_in(1).await;
        match answer.status.as_u16() {
            303 if signed_in < 200 => signed_in += 1,
            _ => break answer,
        }
    };
    assert_eq!(last.status, 429, "after {signed_in}");
    assert!(signed_in >= 20, "{signed_in}");
}

#[tokio::test]
async fn without_a_provider_there_are_no_such_pages() {
    let app = App::sample(Kind::Sqlite).await;
    for path in ["/sign-in/oidc", "/sign-in/oidc/callback", "/sign-in/oidc/callback?code=x&state=y"] {
        assert_eq!(app.as_public().get(path).await.status, 404, "{path}");
    }
}
