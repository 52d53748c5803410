//! Whether the log is as it was written: numbers without a gap, every hash right, every event chained to
//! the one before, the end where it was.

use entity::audit_event::{Model, following};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult, QueryResult, QuerySelect, QueryTrait};

use super::chain::{Head, hash};

/// How many events are read at a time.
const PAGE: u64 = 500;

/// What came of a verification.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verified {
    /// The log is as it was written, up to this head.
    Match(Head),
    /// It is not; the first event that is wrong.
    Differs(Difference),
}

/// The first event that is wrong, and why.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("event {seq}: {wrong}")]
pub struct Difference {
    /// The event's number.
    pub seq: i64,
    /// What is wrong with it.
    pub wrong: Wrong,
}

/// What can be wrong with an event.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Wrong {
    /// It is not there, although a later one is.
    #[error("is missing; the next that is there is event {next}")]
    Missing {
        /// The next that is there.
        next: i64,
    },
    /// A number before the first.
    #[error("has a number that no event can have")]
    Stray,
    /// A column holds what no event can hold.
    #[error("a column was changed to what cannot be read: {detail}")]
    Unreadable {
        /// Which.
        detail: String,
    },
    /// Its columns are not what its hash was made of.
    #[error("a column was changed: its hash is not the hash of its columns")]
    Changed,
    /// It is whole, but does not follow the event before.
    #[error("does not follow the event before: one of the two was replaced")]
    BrokenLink,
    /// The log ends before the kept head.
    #[error("is missing: the log was cut off after event {last}")]
    CutOff {
        /// The last that is there; 0 when none is.
        last: i64,
    },
    /// It is whole and chained, but not the event of the kept head.
    #[error("is not the one whose hash was kept: the log was written anew")]
    Rewritten,
}

/// Reads the whole log, page by page, and checks it; with a head that was kept elsewhere, also that the log
/// still holds that event. Events that are appended meanwhile are checked or not, but never mistaken.
///
/// # Errors
/// When the database fails.
pub async fn verify<C: ConnectionTrait>(connection: &C, kept: Option<&Head>) -> Result<Verified, DbErr> {
    let mut checked = Head::of_nothing();
    if let Some(stray) = first_below(connection).await? {
        return Ok(Verified::Differs(Difference { seq: stray, wrong: Wrong::Stray }));
    }
    loop {
        let page = following(checked.seq).limit(PAGE).into_query();
        let page = connection.query_all(&page).await?;
        for row in &page {
            match check(&checked, row, kept)? {
                Ok(next) => checked = next,
                Err(difference) => return Ok(Verified::Differs(difference)),
            }
        }
        if page.is_empty() {
            break;
        }
    }
    match kept {
        Some(kept) if kept.seq > checked.seq => {
            let wrong = Wrong::CutOff { last: checked.seq };
            Ok(Verified::Differs(Difference { seq: checked.seq + 1, wrong }))
        }
        _ => Ok(Verified::Match(checked)),
    }
}

/// A number below 1, if one is there.
async fn first_below<C: ConnectionTrait>(connection: &C) -> Result<Option<i64>, DbErr> {
    let first = following(i64::MIN).limit(1).into_query();
    let first = connection.query_one(&first).await?;
    let seq = first.map(|row| row.try_get::<i64>("", "seq")).transpose()?;
    Ok(seq.filter(|seq| *seq < 1))
}

/// Checks the row that was read after `before`.
fn check(before: &Head, row: &QueryResult, kept: Option<&Head>) -> Result<Result<Head, Difference>, DbErr> {
    let seq = row.try_get::<i64>("", "seq")?;
    let expected = before.seq + 1;
    if seq != expected {
        return Ok(Err(Difference { seq: expected, wrong: Wrong::Missing { next: seq } }));
    }
    let wrong = match Model::from_query_result(row, "") {
        Err(error) => Some(Wrong::Unreadable { detail: error.to_string() }),
        Ok(event) => wrong_with(before, &event, kept),
    };
    match wrong {
        Some(wrong) => Ok(Err(Difference { seq, wrong })),
        None => Ok(Ok(Head { seq, hash: row.try_get("", "hash")? })),
    }
}

fn wrong_with(before: &Head, event: &Model, kept: Option<&Head>) -> Option<Wrong> {
    if event.hash != hash(event) {
        return Some(Wrong::Changed);
    }
    if event.previous_hash != before.hash {
        return Some(Wrong::BrokenLink);
    }
    let rewritten = kept.is_some_and(|kept| kept.seq == event.seq && kept.hash != event.hash);
    rewritten.then_some(Wrong::Rewritten)
}
