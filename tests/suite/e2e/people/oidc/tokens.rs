//! Which ID tokens are good.

use serde_json::{Value, json};
use tests::on_both;

use super::super::name_of;
use super::keys::{Key, tampered};
use super::stub::{Mint, SECRET};
use super::{World, assert_refused, assert_signed_in};

/// A change to good claims; `now` is the second argument.
type Change = fn(&mut Value, i64);

on_both! {
    async fn who_is_bound_is_signed_in_whatever_good_algorithm_signs(kind) {
        let world = World::new(kind).await;
        let keys = [Key::ed25519("ed", 3), Key::p256("ec"), Key::rsa("rsa"), Key::rsa_pss("pss")];
        for (number, key) in (1..).zip(keys) {
            // A minute later the new key may be asked for.
            world.hands.turn(chrono::TimeDelta::seconds(61));
            world.stub.sign_with(key);
            let answer = world.try_sign_in(number).await;
            assert_signed_in(&answer, &format!("{number}"));
            assert_eq!(name_of(&world.app.as_public().keeping_cookie_of(&answer)).await, "an");
        }
    }

    async fn claims_that_break_a_rule_sign_nobody_in(kind) {
        let world = World::new(kind).await;
        let rows: [(&str, Change); 15] = [
            ("another audience", |claims, _| claims["aud"] = json!("another")),
            ("no audience", |claims, _| claims["aud"] = json!([])),
            ("a second audience", |claims, _| claims["aud"] = json!(["reform", "another"])),
            ("another party", |claims, _| claims["azp"] = json!("another")),
            ("another issuer", |claims, _| claims["iss"] = json!("http://127.0.0.1:1")),
            ("an issuer with a slash", |claims, _| {
                claims["iss"] = json!(format!("{}/", claims["iss"].as_str().expect("text")));
            }),
            ("another nonce", |claims, _| claims["nonce"] = json!("another")),
            ("no nonce", |claims, _| claims["nonce"] = Value::Null),
            ("expired", |claims, now| claims["exp"] = json!(now - 60)),
            ("long expired", |claims, now| claims["exp"] = json!(now - 86_400)),
            ("issued in the future", |claims, now| claims["iat"] = json!(now + 61)),
            ("not yet", |claims, now| claims["nbf"] = json!(now + 61)),
            ("another subject", |claims, _| claims["sub"] = json!("s-2")),
            ("nobody", |claims, _| claims["sub"] = json!("")),
            ("another case", |claims, _| claims["sub"] = json!("S-1")),
        ];
        for (number, (why, change)) in (1..).zip(rows) {
            let (key, now) = (Key::ed25519("first", 1), world.hands.now().timestamp());
            world.stub.mint(move |mut claims| {
                change(&mut claims, now);
                key.sign(&claims)
            });
            assert_refused(&world.try_sign_in(number).await, why);
        }
    }

    async fn clocks_may_differ_by_a_minute(kind) {
        let world = World::new(kind).await;
        let rows: [(&str, Change); 5] = [
            ("just expired", |claims, now| claims["exp"] = json!(now - 59)),
            ("issued by a clock that is ahead", |claims, now| claims["iat"] = json!(now + 60)),
            ("not before, by a clock that is ahead", |claims, now| claims["nbf"] = json!(now + 60)),
            ("its own party", |claims, _| claims["azp"] = json!("reform")),
            ("a list of one audience", |claims, _| claims["aud"] = json!(["reform"])),
        ];
        for (number, (why, change)) in (1..).zip(rows) {
            let (key, now) = (Key::ed25519("first", 1), world.hands.now().timestamp());
            world.stub.mint(move |mut claims| {
                change(&mut claims, now);
                key.sign(&claims)
            });
            assert_signed_in(&world.try_sign_in(number).await, why);
        }
    }

    async fn only_the_providers_own_keys_sign(kind) {
        let world = World::new(kind).await;
        world.stub.plan().keys = vec![Key::ed25519("first", 1).public(), Key::rsa("rsa").public()];
        let first = || Key::ed25519("first", 1);
        let rsa_public = Key::rsa("rsa").public();
        let rsa_text = rsa_public.to_string();
        let modulus = rsa_public["n"].as_str().expect("n").to_owned();
        let forgeries: Vec<(&str, Mint)> = vec![
            ("no signature", Box::new(move |claims| first().sign_nothing(&claims))),
            ("the client's secret", Box::new(move |claims| first().sign_shared(SECRET.as_bytes(), &claims))),
            ("the public key as a secret", Box::new(move |claims| Key::rsa("rsa").sign_shared(rsa_text.as_bytes(), &claims))),
            ("its modulus as a secret", Box::new(move |claims| Key::rsa("rsa").sign_shared(modulus.as_bytes(), &claims))),
            ("another key of that id", Box::new(|claims| Key::ed25519("first", 2).sign(&claims))),
            ("an unknown key", Box::new(|claims| Key::ed25519("unknown", 1).sign(&claims))),
            ("a key of another kind", Box::new(|claims| Key::p256("first").sign(&claims))),
            ("changed claims", Box::new(move |mut claims| {
                claims["sub"] = json!("s-2");
                tampered(&first().sign(&claims), |claims| claims["sub"] = json!("s-1"))
            })),
            ("a cut signature", Box::new(move |claims| {
                let token = first().sign(&claims);
                token[..token.len() - 4].to_owned()
            })),
        ];
        for (number, (why, mint)) in (1..).zip(forgeries) {
            world.stub.mint(mint);
            assert_refused(&world.try_sign_in(number).await, why);
        }
    }
}
