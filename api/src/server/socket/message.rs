//! The protocol's words: what a client says, what it hears, and why a socket is closed.

use async_graphql::{Request, Response, ServerError};
use axum::extract::ws::{CloseFrame, Message};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::server::parameters;
use crate::server::persisted::Persisted;

/// What a client says.
pub(super) enum Said {
    /// With what HTTP would say in the header `Authorization`: a browser cannot set that header on a WebSocket.
    Init {
        authorization: Option<String>,
    },
    Ping(Option<Value>),
    Pong,
    Subscribe {
        id: String,
        request: Box<Request>,
    },
    Complete {
        id: String,
    },
    /// A request that cannot be executed, with an id that can be answered.
    Refused {
        id: String,
        errors: Vec<ServerError>,
    },
}

impl Said {
    /// Reads a message; `Err` says what is wrong with it.
    pub(super) fn read(text: &str, persisted: &Persisted) -> Result<Self, &'static str> {
        let Ok(Value::Object(mut message)) = serde_json::from_str(text) else {
            return Err("A message is a JSON object");
        };
        let payload = match message.remove("payload") {
            None | Some(Value::Null) => None,
            Some(payload @ Value::Object(_)) => Some(payload),
            Some(_) => return Err("`payload` must be an object"),
        };
        match message.get("type").and_then(Value::as_str) {
            Some("connection_init") => Ok(Self::Init { authorization: authorization_in(payload)? }),
            Some("ping") => Ok(Self::Ping(payload)),
            Some("pong") => Ok(Self::Pong),
            Some("complete") => Ok(Self::Complete { id: id_in(message)? }),
            Some("subscribe") => match payload {
                Some(Value::Object(payload)) => subscribe(id_in(message)?, payload, persisted),
                _ => Err("`subscribe` needs a payload"),
            },
            Some(_) => Err("A message of an unknown type"),
            None => Err("`type` must be a string"),
        }
    }
}

/// The authorization in the payload of `connection_init`, in the letter case of headers or of JSON; what else
/// stands there is the client's own affair.
fn authorization_in(payload: Option<Value>) -> Result<Option<String>, &'static str> {
    let Some(Value::Object(payload)) = payload else { return Ok(None) };
    let mut found = payload.into_iter().filter(|(key, _)| key.eq_ignore_ascii_case("authorization"));
    match (found.next(), found.next()) {
        (None, _) | (Some((_, Value::Null)), None) => Ok(None),
        (Some((_, Value::String(authorization))), None) => Ok(Some(authorization)),
        (Some(_), None) => Err("`payload.authorization` must be a string"),
        (Some(_), Some(_)) => Err("`payload.authorization` is given twice"),
    }
}

fn id_in(mut message: Map<String, Value>) -> Result<String, &'static str> {
    match message.remove("id") {
        Some(Value::String(id)) if !id.is_empty() => Ok(id),
        _ => Err("`id` must be a string that is not empty"),
    }
}

fn subscribe(id: String, payload: Map<String, Value>, persisted: &Persisted) -> Result<Said, &'static str> {
    let named = payload.get("extensions").and_then(|extensions| extensions.get("persistedQuery"));
    let query = payload.get("query").unwrap_or(&Value::Null);
    if !query.is_string() && (named.is_none() || !query.is_null()) {
        return Err("`payload.query` must be a string");
    }
    Ok(match parameters::request(payload, persisted) {
        Ok(request) => Said::Subscribe { id, request: Box::new(request) },
        Err(refusal) => Said::Refused { id, errors: refusal.errors() },
    })
}

/// What a client hears.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Told<'a> {
    ConnectionAck,
    Pong {
        #[serde(skip_serializing_if = "Option::is_none")]
        payload: Option<Value>,
    },
    Next {
        id: &'a str,
        payload: &'a Response,
    },
    Error {
        id: &'a str,
        payload: &'a [ServerError],
    },
    Complete {
        id: &'a str,
    },
}

impl Told<'_> {
    pub(super) fn message(&self) -> Message {
        // Our own types, with text for keys: they can always be written.
        Message::text(serde_json::to_string(self).unwrap_or_default())
    }
}

/// Why a socket is closed: a code of the protocol, or of WebSocket itself, and a sentence.
pub(super) struct Closing(u16, String);

impl Closing {
    pub(super) fn done() -> Self {
        Self(1000, "There was nothing to do for long".to_owned())
    }

    pub(super) fn going_away() -> Self {
        Self(1001, "The server stops; connect again".to_owned())
    }

    pub(super) fn too_large() -> Self {
        Self(1009, "The message is too large, or no message at all".to_owned())
    }

    pub(super) fn invalid(why: &str) -> Self {
        Self(4400, format!("Invalid message: {why}"))
    }

    pub(super) fn unauthorized() -> Self {
        Self(4401, "Unauthorized".to_owned())
    }

    pub(super) fn forbidden() -> Self {
        Self(4403, "Forbidden: the token is unknown, expired or revoked".to_owned())
    }

    /// Clients of graphql-ws give up at 4500, and come again after this.
    pub(super) fn fault() -> Self {
        Self(1013, "Something of ours failed; connect again later".to_owned())
    }

    pub(super) fn init_timeout() -> Self {
        Self(4408, "Connection initialisation timeout".to_owned())
    }

    /// `id` is the client's: what is told of it must fit into a close frame (123 bytes).
    pub(super) fn id_in_use(id: &str) -> Self {
        let id: String = id.chars().take(20).collect();
        Self(4409, format!("Subscriber for {id} already exists"))
    }

    pub(super) fn init_twice() -> Self {
        Self(4429, "Too many initialisation requests".to_owned())
    }

    pub(super) fn message(self) -> Message {
        Message::Close(Some(CloseFrame { code: self.0, reason: self.1.into() }))
    }
}
