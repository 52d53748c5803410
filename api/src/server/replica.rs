//! Reading from a streaming replica of the PostgreSQL that is written to.
//!
//! Queries over HTTP read from it; who asks, and what he may, is looked up where it is written, and so is everything
//! over a WebSocket. An answer to what may have written tells how far the write-ahead log had come (`x-wal-position`, and
//! a cookie of that name); whoever sends that back is served by the replica once it has come as far, until then by
//! the primary. So everybody reads what he wrote, from whichever process. A replica that is away, or has not come as far as
//! the primary was some seconds ago, is left out; a query at which it fails is answered by the primary.

use std::collections::VecDeque;
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, DbErr, Statement};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::Client;
use crate::people::cookie::Way;

/// How far the log had come, and how far it must have come.
pub(super) const POSITION: HeaderName = HeaderName::from_static("x-wal-position");

/// The same for browsers, without the prefix.
const COOKIE: &str = "wal-position";

/// How often the replica is looked at.
const LOOK: Duration = Duration::from_secs(1);

/// How long an answer about a position may take.
const WITHIN: Duration = Duration::from_secs(2);

/// How long the replica may take to say so to somebody who waits for his query.
const AT_ONCE: Duration = Duration::from_millis(300);

/// How far behind a replica that is read from may be.
const MOST_BEHIND: Duration = Duration::from_secs(10);

/// How long a browser keeps a position: by then the replica has come as far, or is left out.
const KEPT_SECONDS: i64 = 60;

/// A position that no log reaches: for whoever wrote while nobody could say where.
const NEVER: Position = Position(u64::MAX);

/// Written while other transactions were, too: not before the end of what was committed.
const WRITTEN: &str = "SELECT pg_current_wal_insert_lsn()::text";
const REPLAYED: &str = "SELECT pg_last_wal_replay_lsn()::text";

/// A position in the write-ahead log, as PostgreSQL writes it: `16/B374D848`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Position(u64);

impl FromStr for Position {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let half = |text: &str| match text.len() {
            1..=8 => u64::from_str_radix(text, 16).map_err(|_| ()),
            _ => Err(()),
        };
        let (high, low) = text.split_once('/').ok_or(())?;
        Ok(Self(half(high)? << 32 | half(low)?))
    }
}

impl std::fmt::Display for Position {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:X}/{:X}", self.0 >> 32, self.0 & u64::from(u32::MAX))
    }
}

/// An answer by which nothing was written.
#[derive(Clone, Copy, Debug)]
pub(super) struct OnlyRead;

/// The replica, beside its primary.
#[derive(Clone, Debug)]
pub struct Replica {
    primary: DatabaseConnection,
    database: DatabaseConnection,
    in_order: Arc<AtomicBool>,
}

impl Replica {
    /// A replica that is looked at until `told`. It is read from as soon as it has come as far as the primary is now.
    pub fn watched(
        primary: DatabaseConnection,
        database: DatabaseConnection,
        told: &CancellationToken,
    ) -> Self {
        let replica = Self { primary, database, in_order: Arc::default() };
        let (watched, told) = (replica.clone(), told.clone());
        tokio::spawn(async move { told.run_until_cancelled(watched.watch()).await });
        replica
    }

    async fn watch(&self) {
        let mut written = VecDeque::new();
        loop {
            let now = Instant::now();
            if let Ok(position) = position(&self.primary, WRITTEN, WITHIN).await {
                written.push_back((now, position));
            }
            // The first that is old enough stays.
            while written.get(1).is_some_and(|(at, _)| now - *at >= MOST_BEHIND) {
                written.pop_front();
            }
            let due = written.front().map(|(_, position)| *position);
            let replayed = position(&self.database, REPLAYED, WITHIN).await;
            let in_order = due.zip(replayed.ok()).is_some_and(|(due, replayed)| replayed >= due);
            if self.in_order.swap(in_order, Ordering::Relaxed) != in_order {
                if in_order {
                    tracing::info!("queries are read from the replica");
                } else {
                    tracing::warn!("the replica is away or behind; queries are read from the primary");
                }
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    /// The replica, if it has all that the client has written.
    pub(super) async fn for_reader(
        &self,
        headers: &HeaderMap,
        client: &Client,
    ) -> Option<DatabaseConnection> {
        if !self.in_order.load(Ordering::Relaxed) {
            return None;
        }
        let wanted = match self::wanted(headers, client) {
            Some(wanted) => Some(wanted.ok()?),
            None => None,
        };
        // Asked for every query, so that none is lost to a replica that has just gone.
        match position(&self.database, REPLAYED, AT_ONCE).await {
            Ok(replayed) => (wanted <= Some(replayed)).then(|| self.database.clone()),
            Err(error) => {
                tracing::warn!(%error, "the replica does not answer; queries are read from the primary");
                self.in_order.store(false, Ordering::Relaxed);
                None
            }
        }
    }

    /// Tells whoever wrote how far the replica must have come for him.
    pub(super) async fn mark(&self, request: Way, answer: &mut HeaderMap) {
        let written = position(&self.primary, WRITTEN, WITHIN).await.unwrap_or(NEVER).to_string();
        if let Ok(value) = HeaderValue::from_str(&written) {
            answer.insert(POSITION, value);
        }
        if let Ok(cookie) = HeaderValue::from_str(&request.header(COOKIE, &written, KEPT_SECONDS)) {
            answer.append(header::SET_COOKIE, cookie);
        }
    }
}

/// How far the replica must have come for this client: as far as the furthest that he says. What cannot be read is
/// taken for further than any.
fn wanted(headers: &HeaderMap, client: &Client) -> Option<Result<Position, ()>> {
    let sent = headers.get_all(POSITION).iter().map(|value| value.to_str().unwrap_or_default());
    let kept = Way::of(headers, client).value(COOKIE, headers);
    sent.chain(kept).map(str::parse::<Position>).reduce(|one, other| Ok(one?.max(other?)))
}

async fn position(
    database: &DatabaseConnection,
    question: &str,
    within: Duration,
) -> Result<Position, DbErr> {
    let asked = database.query_one_raw(Statement::from_string(DbBackend::Postgres, question));
    let late = |_| DbErr::Custom("no answer in time".to_owned());
    let row = tokio::time::timeout(within, asked).await.map_err(late)??;
    let text: Option<String> = row.and_then(|row| row.try_get_by_index(0).ok());
    let unread = || DbErr::Custom("no position in a write-ahead log".to_owned());
    text.and_then(|text| text.parse().ok()).ok_or_else(unread)
}

#[cfg(test)]
mod tests {
    use super::Position;

    #[test]
    fn positions_are_read_in_order_and_written_as_they_were() {
        let texts = ["0/0", "0/FFFFFFFF", "1/0", "1/A", "16/B374D848", "FFFFFFFF/FFFFFFFF"];
        let positions: Vec<Position> = texts.iter().map(|text| text.parse().expect(text)).collect();
        assert!(positions.is_sorted());
        assert_eq!(positions.iter().map(ToString::to_string).collect::<Vec<_>>(), texts);
        for wrong in ["", "0", "0/", "/0", "g/0", "0/123456789", "0/0/0", "-1/0"] {
            let read = wrong.parse::<Position>();
            assert!(read.is_err(), "{wrong}");
        }
    }
}
