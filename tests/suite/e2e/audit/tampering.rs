//! Whoever may drop the triggers can change the log; but not without its showing.

use reform_worker::audit::{Difference, Head, Verified, Wrong, head, verify};
use sea_orm::{ConnectionTrait, DatabaseConnection};
use tests::on_both;

use super::super::process::{on, run};
use super::{append, drop_triggers, log};

async fn differs(database: &DatabaseConnection, kept: Option<&Head>) -> Difference {
    match verify(database, kept).await.expect("verified") {
        Verified::Differs(difference) => difference,
        Verified::Match(head) => panic!("nothing was found up to {head}"),
    }
}

/// Every column with another value that an intruder may write, and one that the column cannot hold.
const CHANGES: [(&str, &str); 15] = [
    ("at", "'2001-01-01 00:00:00+00:00'"),
    ("request_id", "NULL"),
    ("actor_id", "'2'"),
    ("actor", "'somebody else'"),
    ("via", "'SESSION'"),
    ("via", "'MAGIC'"),
    ("from_address", "'10.0.0.8'"),
    ("action", "'OTHER'"),
    ("outcome", "'FAILED'"),
    ("object", "NULL"),
    ("before", "'{\"a\":9}'"),
    ("after", "NULL"),
    ("detail", "''"),
    ("previous_hash", "'00'"),
    ("hash", "'00'"),
];

on_both! {
    async fn a_change_of_any_column_of_any_event_is_found(kind) {
        let (_store, database) = log(kind, 4).await;
        drop_triggers(&database).await;
        for seq in 1..=5_i64 {
            for (column, value) in CHANGES {
                let save = format!("CREATE TABLE saved AS SELECT * FROM audit_event WHERE seq = {seq}");
                database.execute_unprepared(&save).await.expect("saved");
                let column = format!("\"{column}\"");
                let change = format!("UPDATE audit_event SET {column} = {value} WHERE seq = {seq} AND
                    ({column} IS NULL OR {column} <> coalesce({value}, {column}) OR {value} IS NULL)");
                let changed = database.execute_unprepared(&change).await.expect("changed").rows_affected();
                let was_null = seq == 1 && value == "NULL";
                assert_eq!(changed, 1, "{column} of {seq}");
                let found = verify(&database, None).await.expect("verified");
                match found {
                    Verified::Match(_) => assert!(was_null, "{column} = {value} of event {seq} was not found"),
                    Verified::Differs(difference) => {
                        assert_eq!(difference.seq, seq, "{column} = {value}: {difference}");
                        let readable = value != "'MAGIC'";
                        assert_eq!(matches!(difference.wrong, Wrong::Changed), readable, "{difference}");
                    }
                }
                let restore = format!("UPDATE audit_event SET {column} = (SELECT {column} FROM saved) WHERE seq = {seq}");
                database.execute_unprepared(&restore).await.expect("restored");
                database.execute_unprepared("DROP TABLE saved").await.expect("dropped");
            }
        }
        assert!(matches!(verify(&database, None).await, Ok(Verified::Match(head)) if head.seq == 5));
    }

    async fn a_removed_event_is_named(kind) {
        let (_store, database) = log(kind, 4).await;
        let kept = head(&database).await.expect("a head");
        drop_triggers(&database).await;
        database.execute_unprepared("DELETE FROM audit_event WHERE seq = 5").await.expect("removed");
        assert!(matches!(verify(&database, None).await, Ok(Verified::Match(head)) if head.seq == 4));
        let cut_off = Difference { seq: 5, wrong: Wrong::CutOff { last: 4 } };
        assert_eq!(differs(&database, Some(&kept)).await, cut_off);
        database.execute_unprepared("DELETE FROM audit_event WHERE seq = 2").await.expect("removed");
        let missing = Difference { seq: 2, wrong: Wrong::Missing { next: 3 } };
        assert_eq!(differs(&database, None).await, missing);
        database.execute_unprepared("DELETE FROM audit_event").await.expect("removed");
        let cut_off = Difference { seq: 1, wrong: Wrong::CutOff { last: 0 } };
        assert_eq!(differs(&database, Some(&kept)).await, cut_off);
    }

    async fn a_log_written_anew_is_found_by_the_kept_head(kind) {
        let (_store, database) = log(kind, 4).await;
        let kept = head(&database).await.expect("a head");
        drop_triggers(&database).await;
        database.execute_unprepared("DELETE FROM audit_event WHERE seq > 3").await.expect("removed");
        append(&database, "forged").await;
        append(&database, "forged too").await;
        assert!(matches!(verify(&database, None).await, Ok(Verified::Match(_))));
        assert_eq!(differs(&database, Some(&kept)).await, Difference { seq: 5, wrong: Wrong::Rewritten });
        database.execute_unprepared("UPDATE audit_event SET seq = 3 - seq WHERE seq = 3").await.expect("moved");
        assert_eq!(differs(&database, None).await.wrong, Wrong::Stray);
    }

    async fn an_event_from_another_log_does_not_fit(kind) {
        let (_store, database) = log(kind, 4).await;
        drop_triggers(&database).await;
        // Event 3 of a log whose second event was another one: whole in itself.
        database.execute_unprepared("DELETE FROM audit_event WHERE seq >= 2").await.expect("removed");
        append(&database, "other").await;
        append(&database, "third").await;
        database.execute_unprepared("CREATE TABLE other AS SELECT * FROM audit_event WHERE seq = 3").await.expect("kept");
        database.execute_unprepared("DELETE FROM audit_event WHERE seq >= 2").await.expect("removed");
        append(&database, "second").await;
        database.execute_unprepared("INSERT INTO audit_event SELECT * FROM other").await.expect("put in");
        assert_eq!(differs(&database, None).await, Difference { seq: 3, wrong: Wrong::BrokenLink });
    }

    async fn the_terminal_verifies(kind) {
        let (store, database) = log(kind, 2).await;
        let kept = String::from_utf8(run(&mut on("reform-api", &store), &["audit", "head"]).stdout).expect("text");
        assert!(kept.starts_with("3:"), "{kept}");
        let good = run(&mut on("reform-api", &store), &["audit", "verify", "--head", kept.trim()]);
        assert_eq!((good.status.code(), String::from_utf8_lossy(&good.stdout).trim()), (Some(0), format!("MATCH {}", kept.trim()).as_str()));
        drop_triggers(&database).await;
        database.execute_unprepared("UPDATE audit_event SET actor = 'x' WHERE seq = 2").await.expect("changed");
        let bad = run(&mut on("reform-api", &store), &["audit", "verify"]);
        assert_eq!(bad.status.code(), Some(1));
        let told = String::from_utf8_lossy(&bad.stderr).into_owned();
        assert!(told.contains("event 2: a column was changed"), "{told}");
        assert_eq!(run(&mut on("reform-api", &store), &["audit", "verify", "--head", "nonsense"]).status.code(), Some(2));
        assert_eq!(head(&database).await.expect("a head").seq, 3, "verifying records nothing");
    }
}
