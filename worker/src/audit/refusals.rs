//! What was refused, without letting the public fill the disk.
//!
//! The first refusal of an actor, action and address is recorded at once. What is refused to the same within
//! the next minute is only counted, and at the minute's end one more event says how often. At most
//! [`MOST_OPEN`] such minutes run at a time; what is refused to others then is counted together, as one
//! actor. So a flood of any size, from any number of addresses, leaves at most 2 × ([`MOST_OPEN`] + 1)
//! events a minute and process, and costs a lookup in memory, no write.
//!
//! The counting is each process's own: several processes record a refusal of the same actor once each, and
//! the bound above holds for each. A process that is killed loses the counts of its last minute, never a
//! first refusal; [`Refusals::close`] writes them out.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use entity::audit_event::Via;
use sea_orm::{DatabaseConnection, DbErr};
use serde_json::json;

use super::{Actor, Entry, record};
use crate::Clock;
use crate::database::begin_write;

/// How long refusals are counted before the count is recorded.
const WINDOW: Duration = Duration::from_secs(60);
/// How many actors, actions and addresses are told apart at a time.
const MOST_OPEN: usize = 100;

/// Records refused attempts. Cheap to clone; the clones count together.
#[derive(Clone, Debug)]
pub struct Refusals(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    database: DatabaseConnection,
    clock: Clock,
    window: Duration,
    open: Mutex<HashMap<Key, Counted>>,
}

/// What is counted together.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Key {
    id: Option<String>,
    name: String,
    address: Option<String>,
    action: &'static str,
}

/// How often it was refused since its first refusal was recorded, and to whom.
#[derive(Debug)]
struct Counted {
    by: Actor,
    more: u64,
}

impl Refusals {
    /// Records in `database`.
    #[must_use]
    pub fn new(database: DatabaseConnection, clock: Clock) -> Self {
        Self::counting_for(WINDOW, database, clock)
    }

    /// As [`new`](Self::new), counting for another time than a minute.
    #[must_use]
    pub fn counting_for(window: Duration, database: DatabaseConnection, clock: Clock) -> Self {
        Self(Arc::new(Inner { database, clock, window, open: Mutex::default() }))
    }

    /// Records a refused attempt, in a transaction of its own, or counts it. What was begun is ended even if
    /// nobody waits for it any more.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn refuse(&self, entry: Entry) -> Result<(), DbErr> {
        let Some((key, by)) = self.open(&entry) else {
            return Ok(());
        };
        let refusals = self.clone();
        let first = tokio::spawn(async move {
            let recorded = refusals.record(Entry { by, ..entry }).await;
            tokio::spawn(async move {
                tokio::time::sleep(refusals.0.window).await;
                let counted = refusals.lock().remove(&key);
                if let Some(counted) = counted {
                    refusals.record_count(key.action, &counted).await;
                }
            });
            recorded
        });
        first.await.unwrap_or_else(|error| Err(DbErr::Custom(error.to_string())))
    }

    /// Writes out what is counted but not yet recorded. For the end of a process.
    pub async fn close(&self) {
        let open = std::mem::take(&mut *self.lock());
        for (key, counted) in open {
            self.record_count(key.action, &counted).await;
        }
    }

    /// Counts the attempt; answers with its key and actor if it is the first and must be recorded.
    fn open(&self, entry: &Entry) -> Option<(Key, Actor)> {
        let mut open = self.lock();
        let mut by = entry.by.clone();
        let mut key = Key::of(&by, entry.action);
        if open.len() >= MOST_OPEN && !open.contains_key(&key) {
            by = many();
            key = Key::of(&by, super::action::ANYTHING);
        }
        if let Some(counted) = open.get_mut(&key) {
            counted.more += 1;
            return None;
        }
        open.insert(key.clone(), Counted { by: by.clone(), more: 0 });
        Some((key, by))
    }

    async fn record_count(&self, action: &'static str, counted: &Counted) {
        if counted.more == 0 {
            return;
        }
        let seconds = self.0.window.as_secs();
        let why = format!("{} more within {seconds} s", counted.more);
        let entry = Entry::refused(&counted.by, action, why).leaving(json!({ "times": counted.more }));
        if let Err(error) = self.record(entry).await {
            tracing::error!(%error, action, more = counted.more, "refusals could not be recorded");
        }
    }

    async fn record(&self, entry: Entry) -> Result<(), DbErr> {
        let transaction = begin_write(&self.0.database).await?;
        record(&transaction, entry, self.0.clock.now()).await?;
        transaction.commit().await
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<Key, Counted>> {
        // Nothing that runs under the lock can leave the map half-changed.
        self.0.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Key {
    fn of(by: &Actor, action: &'static str) -> Self {
        Self { id: by.id.clone(), name: by.name.clone(), address: by.from_address.clone(), action }
    }
}

/// Stands for all whom there is no room to tell apart.
fn many() -> Actor {
    Actor { id: None, name: "many".to_owned(), via: Via::Nobody, from_address: None, request_id: None }
}
