//! Appending: one unbroken chain, whoever writes at once, with the change or not at all.

use futures_util::future::join_all;
use reform_worker::audit::{Actor, Entry, Verified, action, head, record, verify};
use reform_worker::database::begin_write;
use sea_orm::ConnectionTrait;
use tests::on_both;

use super::{append, at, events, log};

/// How many write at once, and how many events each.
const WRITERS: usize = 8;
const EACH: usize = 25;

on_both! {
    async fn eight_writers_at_once_leave_one_unbroken_chain(kind) {
        let (store, database) = log(kind, 0).await;
        let writers = (0..WRITERS).map(|writer| {
            let store = &store;
            async move {
                let database = store.connect().await;
                for number in 0..EACH {
                    append(&database, &format!("{writer}-{number}")).await;
                }
                database.close().await.expect("it closes");
            }
        });
        join_all(writers).await;
        let numbers: Vec<_> = events(&database).await.iter().map(|event| event.seq).collect();
        assert_eq!(numbers, Vec::from_iter(1..=1 + (WRITERS * EACH) as i64));
        let end = head(&database).await.expect("a head");
        assert_eq!(verify(&database, Some(&end)).await.expect("verified"), Verified::Match(end));
    }

    async fn a_roll_back_leaves_no_event_and_no_gap(kind) {
        let (_store, database) = log(kind, 2).await;
        let transaction = begin_write(&database).await.expect("a transaction");
        for _ in 0..3 {
            let entry = Entry::done(&Actor::terminal(), action::REQUEST_BUILD);
            record(&transaction, entry, at(0)).await.expect("recorded");
        }
        transaction.rollback().await.expect("rolled back");
        assert_eq!(head(&database).await.expect("a head").seq, 3);
        assert_eq!(append(&database, "next").await.seq, 4);
        assert!(matches!(verify(&database, None).await, Ok(Verified::Match(head)) if head.seq == 4));
    }

    async fn an_event_and_its_change_are_seen_together(kind) {
        let (_store, database) = log(kind, 0).await;
        let transaction = begin_write(&database).await.expect("a transaction");
        transaction.execute_unprepared("UPDATE build SET reason = 'changed'").await.expect("changed");
        record(&transaction, Entry::done(&Actor::terminal(), action::REQUEST_BUILD), at(0)).await.expect("recorded");
        drop(transaction);
        let reasons = entity::build::latest_first().all(&database).await.expect("builds");
        assert!(reasons.iter().all(|build| build.reason != "changed"));
        assert_eq!(events(&database).await.len(), 1);
    }

    async fn the_database_refuses_to_change_or_remove_an_event(kind) {
        let (_store, database) = log(kind, 3).await;
        let mut attempts = vec![
            "UPDATE audit_event SET actor = 'x' WHERE seq = 2",
            "UPDATE audit_event SET seq = 9 WHERE seq = 4",
            "DELETE FROM audit_event WHERE seq = 4",
            "DELETE FROM audit_event",
        ];
        match kind {
            tests::Kind::Postgres => attempts.extend([
                "TRUNCATE audit_event",
                "INSERT INTO audit_event SELECT * FROM audit_event WHERE seq = 2
                 ON CONFLICT (seq) DO UPDATE SET actor = 'x'",
            ]),
            tests::Kind::Sqlite => attempts.extend([
                "INSERT OR REPLACE INTO audit_event SELECT * FROM audit_event WHERE seq = 2",
                "UPDATE OR REPLACE audit_event SET seq = 2 WHERE seq = 3",
            ]),
        }
        for attempt in attempts {
            let refused = database.execute_unprepared(attempt).await.expect_err(attempt);
            assert!(refused.to_string().contains("only ever appended"), "{attempt}: {refused}");
        }
        assert!(matches!(verify(&database, None).await, Ok(Verified::Match(head)) if head.seq == 4));
    }

    async fn secrets_are_never_recorded(kind) {
        let (_store, database) = log(kind, 0).await;
        let transaction = begin_write(&database).await.expect("a transaction");
        let entry = Entry::done(&Actor::terminal(), action::REQUEST_BUILD);
        let entry = entry.leaving(serde_json::json!({ "new_password": "hunter2", "nested": [{ "token": "hunter2" }] }));
        record(&transaction, entry, at(0)).await.expect("recorded");
        transaction.commit().await.expect("committed");
        assert!(!format!("{:?}", events(&database).await).contains("hunter2"));
    }
}
