//! Providers that change their keys, and providers that are down, slow or talk nonsense.

use std::time::{Duration, Instant};

use chrono::TimeDelta;
use serde_json::json;
use tests::{App, Kind, Store};

use super::super::super::process::{program, run};
use super::super::Hands;
use super::keys::Key;
use super::stub::{Mood, Stub};
use super::{World, assert_no_provider, assert_refused, assert_signed_in, provider};

#[tokio::test]
async fn keys_are_asked_for_when_needed_and_again_when_they_change() {
    let world = World::new(Kind::Sqlite).await;
    let asked = || world.stub.plan().keys_asked;
    assert_eq!(asked(), 0, "nobody has signed in yet");
    for _ in 0..3 {
        assert_signed_in(&world.try_sign_in(1).await, "the first key");
    }
    assert_eq!(asked(), 1);
    world.stub.sign_with(Key::ed25519("second", 2));
    assert_signed_in(&world.try_sign_in(1).await, "a new key");
    assert_eq!(asked(), 2);
    let unknown = Key::ed25519("unknown", 3);
    world.stub.mint(move |claims| unknown.sign(&claims));
    for _ in 0..5 {
        assert_refused(&world.try_sign_in(2).await, "an unknown key");
    }
    assert_eq!(asked(), 2, "not more often than once a minute");
    world.hands.turn(TimeDelta::seconds(60));
    for _ in 0..5 {
        assert_refused(&world.try_sign_in(3).await, "an unknown key");
    }
    assert_eq!(asked(), 3);
}

#[tokio::test]
async fn a_key_that_was_withdrawn_is_not_believed_for_more_than_an_hour() {
    let world = World::new(Kind::Sqlite).await;
    assert_signed_in(&world.try_sign_in(1).await, "the key is known");
    world.stub.plan().keys = vec![Key::ed25519("second", 2).public()];
    world.hands.turn(TimeDelta::minutes(60));
    assert_refused(&world.try_sign_in(1).await, "the key was withdrawn");
}

#[tokio::test]
async fn nonsense_and_silence_are_told_in_time_and_pass() {
    let hands = Hands::new();
    let stub = Stub::start(hands.clock()).await;
    let app = App::on_clock(Store::sample(Kind::Sqlite).await, hands.clock()).await;
    let provider = provider(&stub.issuer()).answering_within(Duration::from_millis(300));
    let app = app.with_provider(provider);
    let world = World { app, stub, hands };
    let moods = [Mood::Page, Mood::Nothing, Mood::Endless, Mood::Slow];
    for mood in moods {
        world.stub.plan().mood = mood;
        let began = Instant::now();
        assert_no_provider(&world.browser(1).get("/sign-in/oidc").await, "leaving");
        assert!(began.elapsed() < Duration::from_secs(5));
    }
    world.stub.plan().mood_of_token_only = true;
    for mood in moods {
        world.stub.plan().mood = mood;
        let began = Instant::now();
        assert_no_provider(&world.try_sign_in(1).await, "coming back");
        assert!(began.elapsed() < Duration::from_secs(5));
    }
    world.stub.plan().mood = Mood::Faithful;
    assert_refused(&world.try_sign_in(1).await, "it answers again, and nobody is bound");
    assert_eq!(world.browser(1).get("/health/live").await.status, 200);
}

#[tokio::test]
async fn a_discovery_document_that_lies_is_not_believed() {
    let world = World::new(Kind::Sqlite).await;
    let lies: [fn(&mut serde_json::Value); 4] = [
        |document| document["issuer"] = json!("https://evil.example"),
        |document| document["authorization_endpoint"] = json!("javascript:alert(1)"),
        |document| document["jwks_uri"] = json!("file:///etc/passwd"),
        |document| document["jwks_uri"] = json!("http://127.0.0.1:1/keys"),
    ];
    for lie in lies {
        world.stub.plan().discovery = lie;
        assert_no_provider(&world.browser(1).get("/sign-in/oidc").await, "a lie");
    }
    world.stub.plan().discovery = |_| {};
    assert_signed_in(&world.try_sign_in(1).await, "the truth");
}

#[tokio::test]
async fn a_provider_that_is_down_is_told() {
    let app = App::sample(Kind::Sqlite).await.with_provider(provider("http://127.0.0.1:1"));
    assert_no_provider(&app.as_public().get("/sign-in/oidc").await, "down");
}

#[test]
fn options_that_do_not_fit_are_told() {
    let good = [
        "--oidc-issuer",
        "https://id.example",
        "--oidc-client-id",
        "reform",
        "--public-url",
        "https://par.example",
    ];
    let told = |arguments: &[&str], secret: Option<&str>| {
        let directory = tempfile::tempdir().expect("a directory");
        let mut command = program("reform-api");
        command.arg("--data-dir").arg(directory.path()).args(["--listen", "127.0.0.1:0"]);
        for variable in
            ["OIDC_ISSUER", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET", "OIDC_CLIENT_SECRET_FILE", "PUBLIC_URL"]
        {
            command.env_remove(variable);
        }
        command.envs(secret.map(|secret| ("OIDC_CLIENT_SECRET", secret)));
        let ended = run(&mut command, arguments);
        assert!(!ended.status.success(), "{arguments:?}");
        String::from_utf8(ended.stderr).expect("UTF-8")
    };
    assert!(told(&good[..4], Some("x")).contains("--public-url"));
    assert!(told(&good[2..], Some("x")).contains("--oidc-issuer"));
    assert!(told(&good, None).contains("OIDC_CLIENT_SECRET is missing"));
    assert!(told(&good, Some("")).contains("must not be empty"));
    for issuer in ["http://id.example", "id.example", "https://id.example?x=1", "https://an@id.example"] {
        let arguments = [&["--oidc-issuer", issuer], &good[2..]].concat();
        assert!(told(&arguments, Some("x")).contains("--oidc-issuer"), "{issuer}");
    }
    let with_path = [&good[..5], &["https://par.example/app"]].concat();
    assert!(told(&with_path, Some("x")).contains("--public-url"));
    let missing = [good.as_slice(), &["--oidc-client-secret-file", "/nowhere/secret"]].concat();
    assert!(told(&missing, None).contains("cannot read /nowhere/secret"));
}
