//! The audit log: what goes in, what never comes out again, and what shows.

mod chain;
mod people;
mod reading;
mod refusals;
mod tampering;

use chrono::{DateTime, TimeDelta, Utc};
use entity::audit_event::{Model, newest_first};
use reform_worker::audit::{Actor, Entry, Head, action, record};
use reform_worker::database::begin_write;
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend};
use tests::{Kind, Store};

/// A log with the sample's one event and `more` after it.
async fn log(kind: Kind, more: i64) -> (Store, DatabaseConnection) {
    let store = Store::sample(kind).await;
    let database = store.connect().await;
    for number in 0..more {
        append(&database, &number.to_string()).await;
    }
    (store, database)
}

/// Appends an event in a transaction of its own.
async fn append(database: &DatabaseConnection, object: &str) -> Head {
    let transaction = begin_write(database).await.expect("a transaction");
    let by = Actor { id: Some("1".into()), from_address: Some("10.0.0.7".into()), ..Actor::terminal() };
    let by = Actor { request_id: Some("r".into()), ..by };
    let entry = Entry { detail: Some("d".into()), ..Entry::done(&by, action::REQUEST_BUILD) };
    let entry = entry.to(object).instead_of(serde_json::json!({"a": 1})).leaving(serde_json::json!({"a": 2}));
    let head = record(&transaction, entry, at(object.len())).await.expect("it is recorded");
    transaction.commit().await.expect("it is committed");
    head
}

fn at(offset: usize) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::seconds(1_700_000_000 + offset as i64)
}

/// The log, oldest first.
async fn events(database: &DatabaseConnection) -> Vec<Model> {
    let mut events = newest_first().all(database).await.expect("events");
    events.reverse();
    events
}

/// What an intruder with the database owner's rights does first.
async fn drop_triggers(database: &DatabaseConnection) {
    let statements: &[&str] = match database.get_database_backend() {
        DbBackend::Postgres => &["DROP TRIGGER audit_event_stays ON audit_event"],
        _ => &[
            "DROP TRIGGER audit_event_is_not_changed",
            "DROP TRIGGER audit_event_is_not_removed",
            "DROP TRIGGER audit_event_is_not_replaced",
        ],
    };
    for statement in statements {
        database.execute_unprepared(statement).await.expect("the owner may");
    }
}
