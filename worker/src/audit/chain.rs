//! The chain: how an event is numbered, hashed and appended.
//!
//! Events are appended one at a time: each needs the number and the hash of the one before, committed. On
//! SQLite the write transaction sees to that. On PostgreSQL it is an advisory lock that is held until the
//! commit: unlike a head row locked FOR UPDATE it leaves no dead row behind at every event, needs no second
//! place that says where the chain ends, and is let go however the transaction ends. The primary key
//! refuses a number that was taken all the same.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, SecondsFormat, SubsecRound, Utc};
use entity::audit_event::{self, Model};
use scoring::{canonical_json, sha256_hex};
use sea_orm::{ActiveModelTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, IntoActiveModel};
use serde_json::json;

use super::entry::{Entry, document, text};
use crate::database::append_alone;

/// The end of the chain: how many events there are, and the hash of the last. Written `SEQ:HASH`. Kept
/// elsewhere, it shows when the log was cut off or written anew.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// The last event's number; 0 when there is none.
    pub seq: i64,
    /// The last event's hash; zeros when there is none.
    pub hash: String,
}

impl Head {
    /// The head of an empty log.
    #[must_use]
    pub fn of_nothing() -> Self {
        Self { seq: 0, hash: "0".repeat(64) }
    }

    fn of(event: &Model) -> Self {
        Self { seq: event.seq, hash: event.hash.clone() }
    }
}

impl fmt::Display for Head {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.seq, self.hash)
    }
}

/// A text that is not a head.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a head is written SEQ:HASH, a number and 64 hexadecimal digits")]
pub struct NotAHead;

impl FromStr for Head {
    type Err = NotAHead;

    fn from_str(text: &str) -> Result<Self, NotAHead> {
        let (seq, hash) = text.trim().split_once(':').ok_or(NotAHead)?;
        let seq = seq.parse().ok().filter(|seq| *seq >= 0).ok_or(NotAHead)?;
        let is_hash = hash.len() == 64 && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
        is_hash.then(|| Self { seq, hash: hash.to_ascii_lowercase() }).ok_or(NotAHead)
    }
}

/// Appends an event in the caller's transaction, begun with
/// [`begin_write`](crate::database::begin_write). Call it last before the commit: from here to there nobody
/// else can append.
///
/// # Errors
/// When the database fails; the transaction must then be rolled back. So it is in a PostgreSQL transaction
/// of a stricter isolation than READ COMMITTED, if another event was appended since its snapshot.
pub async fn record(
    transaction: &DatabaseTransaction,
    entry: Entry,
    now: DateTime<Utc>,
) -> Result<Head, DbErr> {
    append_alone(transaction).await?;
    let event = event(&head(transaction).await?, entry, now);
    let head = Head::of(&event);
    audit_event::Entity::insert(event.into_active_model().reset_all())
        .exec_without_returning(transaction)
        .await?;
    Ok(head)
}

/// Where the chain ends.
///
/// # Errors
/// When the database fails.
pub async fn head<C: ConnectionTrait>(connection: &C) -> Result<Head, DbErr> {
    let last = audit_event::newest_first().one(connection).await?;
    Ok(last.map_or_else(Head::of_nothing, |event| Head::of(&event)))
}

/// The event that follows `previous`.
fn event(previous: &Head, entry: Entry, now: DateTime<Utc>) -> Model {
    let by = &entry.by;
    let mut event = Model {
        seq: previous.seq + 1,
        // Every database keeps microseconds.
        at: now.trunc_subsecs(6),
        request_id: by.request_id.as_deref().map(text),
        actor_id: by.id.as_deref().map(text),
        actor: text(&by.name),
        via: by.via,
        from_address: by.from_address.as_deref().map(text),
        action: entry.action.to_owned(),
        outcome: entry.outcome,
        object: entry.object.as_deref().map(text),
        before: entry.before.as_ref().map(document),
        after: entry.after.as_ref().map(document),
        detail: entry.detail.as_deref().map(text),
        previous_hash: previous.hash.clone(),
        hash: String::new(),
    };
    event.hash = hash(&event);
    event
}

/// The hash of an event: SHA-256 over canonical JSON of every column but the hash itself.
pub(super) fn hash(event: &Model) -> String {
    sha256_hex(&canonical_json(&json!({
        "seq": event.seq,
        "at": event.at.to_rfc3339_opts(SecondsFormat::Micros, true),
        "request_id": event.request_id,
        "actor_id": event.actor_id,
        "actor": event.actor,
        "via": event.via,
        "from_address": event.from_address,
        "action": event.action,
        "outcome": event.outcome,
        "object": event.object,
        "before": event.before,
        "after": event.after,
        "detail": event.detail,
        "previous_hash": event.previous_hash,
    })))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads_are_read_as_they_are_written() {
        let head = Head { seq: 12, hash: "ab".repeat(32) };
        assert_eq!(head.to_string().parse(), Ok(head));
        for text in ["", "12", "12:", "x:00", "-1:00", &format!("1:{}", "g".repeat(64))] {
            assert_eq!(text.parse::<Head>(), Err(NotAHead), "{text}");
        }
    }
}
