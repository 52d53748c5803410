//! What is to be recorded, and what of it never is: secrets, and texts without end.

use entity::audit_event::Outcome;
use scoring::{canonical_json, sha256_hex};
use serde_json::{Value, json};

use super::Actor;

/// The longest text that is recorded as it is, in characters.
const LONGEST_TEXT: usize = 1_000;
/// The longest JSON document that is recorded as it is, in bytes; of a longer one its hash is.
const LONGEST_DOCUMENT: usize = 64 * 1024;
/// What stands where a secret stood.
const LEFT_OUT: &str = "(not recorded)";
/// A key with such an end holds a secret, whatever is before it.
const SECRET_KEYS: [&str; 7] =
    ["password", "passwordhash", "secret", "token", "tokenhash", "cookie", "authorization"];

/// An event to record: by whom, what, what came of it, and what it changed.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Who acts.
    pub by: Actor,
    /// What is done: one of [`action`](super::action)'s constants.
    pub action: &'static str,
    /// What came of it.
    pub outcome: Outcome,
    /// The global id of what it is done to.
    pub object: Option<String>,
    /// What the object was before.
    pub before: Option<Value>,
    /// What it is after.
    pub after: Option<Value>,
    /// More, in words. No secret may stand here: words are not searched for them.
    pub detail: Option<String>,
}

impl Entry {
    /// Something was done.
    #[must_use]
    pub fn done(by: &Actor, action: &'static str) -> Self {
        Self {
            by: by.clone(),
            action,
            outcome: Outcome::Done,
            object: None,
            before: None,
            after: None,
            detail: None,
        }
    }

    /// Something was refused, and why.
    #[must_use]
    pub fn refused(by: &Actor, action: &'static str, why: impl Into<String>) -> Self {
        Self { outcome: Outcome::Refused, detail: Some(why.into()), ..Self::done(by, action) }
    }

    /// Something went wrong, and why.
    #[must_use]
    pub fn failed(by: &Actor, action: &'static str, why: impl Into<String>) -> Self {
        Self { outcome: Outcome::Failed, detail: Some(why.into()), ..Self::done(by, action) }
    }

    /// Names what it was done to, by its global id.
    #[must_use]
    pub fn to(self, object: impl Into<String>) -> Self {
        Self { object: Some(object.into()), ..self }
    }

    /// Says what the object is after.
    #[must_use]
    pub fn leaving(self, after: Value) -> Self {
        Self { after: Some(after), ..self }
    }

    /// Says what the object was before.
    #[must_use]
    pub fn instead_of(self, before: Value) -> Self {
        Self { before: Some(before), ..self }
    }
}

/// A text as it is recorded: bounded, and without the character that PostgreSQL cannot hold.
pub(super) fn text(text: &str) -> String {
    text.chars().take(LONGEST_TEXT).map(|letter| if letter == '\0' { '\u{fffd}' } else { letter }).collect()
}

/// A document as it is recorded: canonical, without secrets; of a long one its size and hash.
pub(super) fn document(value: &Value) -> String {
    let document = canonical_json(&without_secrets(value));
    if document.len() <= LONGEST_DOCUMENT {
        return document;
    }
    canonical_json(&json!({ "bytes": document.len(), "sha256": sha256_hex(&document) }))
}

fn without_secrets(value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            let field = |(key, value): (&String, &Value)| {
                let value = if is_secret(key) { LEFT_OUT.into() } else { without_secrets(value) };
                (key.clone(), value)
            };
            Value::Object(fields.iter().map(field).collect())
        }
        Value::Array(items) => Value::Array(items.iter().map(without_secrets).collect()),
        scalar => scalar.clone(),
    }
}

/// Whether a key holds a secret, however it is spelt: `password`, `new_password`, `sessionToken`.
fn is_secret(key: &str) -> bool {
    let plain: String = key.chars().filter(char::is_ascii_alphanumeric).collect();
    let plain = plain.to_ascii_lowercase();
    SECRET_KEYS.iter().any(|secret| plain.ends_with(secret))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_left_out_at_every_depth() {
        let given = json!({ "name": "an", "new_password": "x", "sessions": [{ "sessionToken": "y", "tokenName": "z" }] });
        let kept = document(&given);
        assert_eq!(
            kept,
            r#"{"name":"an","new_password":"(not recorded)","sessions":[{"sessionToken":"(not recorded)","tokenName":"z"}]}"#
        );
    }

    #[test]
    fn of_a_long_document_the_hash_is_kept() {
        let kept = document(&json!({ "text": "x".repeat(LONGEST_DOCUMENT) }));
        assert!(kept.starts_with(r#"{"bytes":65547,"sha256":""#), "{kept}");
    }

    #[test]
    fn texts_are_bounded_and_hold_no_zero_character() {
        assert_eq!(text("a\0b"), "a\u{fffd}b");
        assert_eq!(text(&"ộ".repeat(5_000)).chars().count(), LONGEST_TEXT);
    }
}
