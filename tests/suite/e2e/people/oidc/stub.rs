//! The tests' own OpenID Connect provider on a port of this machine: discovery, keys, authorization and token
//! endpoints that check what a provider checks, with real signatures. A test says what it does wrong.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use axum::extract::{Form, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use reform_worker::Clock;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::net::TcpListener;

use super::keys::Key;

pub const CLIENT: &str = "reform";
pub const SECRET: &str = "một bí mật/ của +khách";
pub const SITE: &str = "http://127.0.0.1:8080";

type Fields = HashMap<String, String>;
/// Makes an ID token of its claims.
pub type Mint = Box<dyn Fn(Value) -> String + Send>;

/// How it behaves.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Mood {
    Faithful,
    Slow,
    /// Answers with a page instead of JSON.
    Page,
    /// Answers with JSON that says nothing.
    Nothing,
    /// Answers without an end.
    Endless,
}

/// What it is told to do.
pub struct Plan {
    pub mood: Mood,
    /// Only the token endpoint has the mood.
    pub mood_of_token_only: bool,
    pub keys: Vec<Value>,
    /// Changes what discovery says.
    pub discovery: fn(&mut Value),
    /// Makes the ID token of its claims.
    pub mint: Mint,
    /// Who signs in there.
    pub subject: String,
    pub keys_asked: usize,
    pub tokens_asked: usize,
    codes: HashMap<String, Fields>,
}

/// The provider.
#[derive(Clone)]
pub struct Stub {
    pub address: SocketAddr,
    clock: Clock,
    plan: Arc<Mutex<Plan>>,
}

impl Stub {
    /// Starts it, signing with one Ed25519 key for the subject `s-1`.
    pub async fn start(clock: Clock) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let key = Key::ed25519("first", 1);
        let plan = Plan {
            mood: Mood::Faithful,
            mood_of_token_only: false,
            keys: vec![key.public()],
            discovery: |_| {},
            mint: Box::new(move |claims| key.sign(&claims)),
            subject: "s-1".to_owned(),
            keys_asked: 0,
            tokens_asked: 0,
            codes: HashMap::new(),
        };
        let stub = Self { address, clock, plan: Arc::new(Mutex::new(plan)) };
        let routes = Router::new()
            .route("/.well-known/openid-configuration", get(discovery))
            .route("/keys", get(keys))
            .route("/authorize", get(authorize))
            .route("/token", post(token))
            .with_state(stub.clone());
        tokio::spawn(async move { axum::serve(listener, routes).await });
        stub
    }

    pub fn issuer(&self) -> String {
        format!("http://{}", self.address)
    }

    pub fn plan(&self) -> MutexGuard<'_, Plan> {
        self.plan.lock().expect("no test panicked")
    }

    /// From now on this key signs, and is the only public one.
    pub fn sign_with(&self, key: Key) {
        let mut plan = self.plan();
        plan.keys = vec![key.public()];
        plan.mint = Box::new(move |claims| key.sign(&claims));
    }

    /// From now on tokens are made so.
    pub fn mint(&self, mint: impl Fn(Value) -> String + Send + 'static) {
        self.plan().mint = Box::new(mint);
    }

    async fn in_mood(&self, token: bool, answer: Value) -> Response {
        let mood = match self.plan() {
            plan if plan.mood_of_token_only && !token => Mood::Faithful,
            plan => plan.mood,
        };
        match mood {
            Mood::Faithful => Json(answer).into_response(),
            Mood::Slow => {
                tokio::time::sleep(Duration::from_secs(30)).await;
                Json(answer).into_response()
            }
            Mood::Page => "<html>Internal secret: everything is broken</html>".into_response(),
            Mood::Nothing => Json(json!({ "nothing": null })).into_response(),
            Mood::Endless => Json(json!({ "much": "x".repeat(4_000_000) })).into_response(),
        }
    }
}

async fn discovery(State(stub): State<Stub>) -> Response {
    let issuer = stub.issuer();
    let mut answer = json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/authorize"),
        "token_endpoint": format!("{issuer}/token"),
        "jwks_uri": format!("{issuer}/keys"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        // It says that it would sign by a shared secret: nobody needs to believe it.
        "id_token_signing_alg_values_supported": ["RS256", "HS256", "none"],
    });
    (stub.plan().discovery)(&mut answer);
    stub.in_mood(false, answer).await
}

async fn keys(State(stub): State<Stub>) -> Response {
    let keys = {
        let mut plan = stub.plan();
        plan.keys_asked += 1;
        plan.keys.clone()
    };
    stub.in_mood(false, json!({ "keys": keys })).await
}

async fn authorize(State(stub): State<Stub>, Query(asked): Query<Fields>) -> Response {
    let redirect = format!("{SITE}/sign-in/oidc/callback");
    let wanted = [
        ("response_type", "code"),
        ("client_id", CLIENT),
        ("redirect_uri", redirect.as_str()),
        ("scope", "openid"),
        ("code_challenge_method", "S256"),
    ];
    for (name, value) in wanted {
        if asked.get(name).map(String::as_str) != Some(value) {
            return (StatusCode::BAD_REQUEST, format!("{name} is wrong: {asked:?}")).into_response();
        }
    }
    let long = |name: &str| asked.get(name).is_some_and(|value| value.len() >= 43);
    if !["state", "nonce", "code_challenge"].into_iter().all(long) {
        return (StatusCode::BAD_REQUEST, format!("something is missing: {asked:?}")).into_response();
    }
    let mut plan = stub.plan();
    let code = format!("code-{}", plan.codes.len());
    let back = format!("{redirect}?code={code}&state={}", asked["state"]);
    plan.codes.insert(code, asked);
    Redirect::to(&back).into_response()
}

async fn token(State(stub): State<Stub>, headers: HeaderMap, Form(asked): Form<Fields>) -> Response {
    let issuer = stub.issuer();
    let now = stub.clock.now().timestamp();
    let answer = {
        let mut plan = stub.plan();
        plan.tokens_asked += 1;
        // A code is good once, whatever becomes of it.
        let code = asked.get("code").cloned().unwrap_or_default();
        let Some(begun) = plan.codes.get_mut(&code).map(std::mem::take).filter(|begun| !begun.is_empty())
        else {
            return refusal("invalid_grant");
        };
        if !is_client(&headers) {
            return refusal("invalid_client");
        }
        let verifier = asked.get("code_verifier").map(|it| BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(it)));
        let fits = verifier.as_ref() == begun.get("code_challenge")
            && asked.get("redirect_uri") == begun.get("redirect_uri")
            && asked.get("grant_type").is_some_and(|kind| kind == "authorization_code");
        if !fits {
            return refusal("invalid_grant");
        }
        let claims = json!({
            "iss": issuer, "sub": plan.subject, "aud": CLIENT, "iat": now, "exp": now + 300,
            "nonce": begun["nonce"],
        });
        json!({ "access_token": "unused", "token_type": "Bearer", "id_token": (plan.mint)(claims) })
    };
    stub.in_mood(true, answer).await
}

fn refusal(error: &str) -> Response {
    (StatusCode::BAD_REQUEST, Json(json!({ "error": error, "error_description": "internal detail" })))
        .into_response()
}

/// RFC 6749, 2.3.1: both parts are form-encoded before they are joined.
fn is_client(headers: &HeaderMap) -> bool {
    let shown = headers.get(header::AUTHORIZATION).and_then(|shown| shown.to_str().ok());
    let Some(shown) = shown.and_then(|shown| shown.strip_prefix("Basic ")) else { return false };
    let shown = BASE64_STANDARD.decode(shown).ok().and_then(|shown| String::from_utf8(shown).ok());
    let encode =
        |text: &str| openidconnect::url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    shown == Some(format!("{}:{}", encode(CLIENT), encode(SECRET)))
}
