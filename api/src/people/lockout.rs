//! The lock of an account on which passwords are being guessed. It is decided in the database, in one
//! statement, before a password is compared: however many processes are asked at the same time, no more than
//! five guesses are compared before the first lock, and one after each lock.

use chrono::{DateTime, TimeDelta, Utc};
use entity::{AccountId, account};
use sea_orm::sea_query::{CaseStatement, Expr, ExprTrait};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, QueryFilter};

/// This many attempts since the last right password lock the account.
const LOCKS_AT: i32 = 5;
/// The longest lock.
const LONGEST: TimeDelta = TimeDelta::minutes(15);

/// For how long the account is locked by that attempt, counted from the last right password.
fn lock_after(attempts: i32) -> Option<TimeDelta> {
    let doublings = attempts.checked_sub(LOCKS_AT).filter(|doublings| *doublings >= 0)?;
    Some(if doublings < 4 { TimeDelta::minutes(1 << doublings) } else { LONGEST })
}

/// Counts an attempt on the account with that name, and locks it if that was one too many. False when it is
/// locked already, or does not exist.
pub(crate) async fn take_attempt<C: ConnectionTrait>(
    connection: &C,
    name: &str,
    now: DateTime<Utc>,
) -> Result<bool, DbErr> {
    let attempts = || Expr::col(account::Column::FailedAttempts).add(1);
    let mut locked_until = CaseStatement::new();
    // The first case that holds is taken: longest first.
    let longest = (LOCKS_AT..).find(|attempts| lock_after(*attempts) == Some(LONGEST)).unwrap_or(LOCKS_AT);
    for count in (LOCKS_AT..=longest).rev() {
        let until = lock_after(count).map(|lock| now + lock);
        locked_until = locked_until.case(attempts().gte(count), Expr::val(until));
    }
    let locked_until = locked_until.finally(Expr::val(None::<DateTime<Utc>>));
    // A lock that lasts longer than any lock was set before the clock was put back: it is over.
    let open = Condition::any()
        .add(account::Column::LockedUntil.is_null())
        .add(account::Column::LockedUntil.lte(now))
        .add(account::Column::LockedUntil.gt(now + LONGEST));
    let counted = account::Entity::update_many()
        .col_expr(account::Column::LockedUntil, locked_until.into())
        .col_expr(account::Column::FailedAttempts, attempts())
        .filter(account::Column::Name.eq(name))
        .filter(open)
        .exec(connection)
        .await?;
    Ok(counted.rows_affected == 1)
}

/// A right password: the count begins anew.
pub(crate) async fn forget_attempts<C: ConnectionTrait>(
    connection: &C,
    account: AccountId,
) -> Result<(), DbErr> {
    account::Entity::update_many()
        .col_expr(account::Column::FailedAttempts, Expr::val(0))
        .col_expr(account::Column::LockedUntil, Expr::val(None::<DateTime<Utc>>))
        .filter(account::Column::Id.eq(account))
        .exec(connection)
        .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::lock_after;

    #[test]
    fn a_lock_grows_from_one_minute_to_fifteen() {
        let minutes = |attempts| lock_after(attempts).map(|lock| lock.num_minutes());
        let found: Vec<_> = (1..=11).map(minutes).collect();
        let none = [None; 4];
        let locks = [1, 2, 4, 8, 15, 15, 15].map(Some);
        assert_eq!(found, [&none[..], &locks[..]].concat());
        assert_eq!(minutes(i32::MAX), Some(15));
    }
}
