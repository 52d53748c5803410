//! Claims: who compiles a part, and until when nobody else may.
//!
//! A claim is a part, its attempt and a name that no other process or run uses. Everything that a part
//! writes is in a transaction that first asserts the claim (fencing): whoever was taken for dead and comes
//! back finds the attempt gone and writes nothing.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use entity::{BuildId, BuildPartId, build_part};
use sea_orm::sea_query::{Expr, LockBehavior, LockType};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseConnection, DbErr, EntityTrait, QueryFilter, QuerySelect,
    UpdateMany,
};

use crate::compile::{PartDone, PartError};
use crate::database::begin_write;

/// After this many attempts a part is given up.
pub(crate) const MOST_ATTEMPTS: i32 = 5;

/// The pause before the second attempt; it doubles with each further one.
const FIRST_PAUSE: TimeDelta = TimeDelta::milliseconds(500);

/// The right to compile a part.
#[derive(Clone, Debug)]
pub(crate) struct Claim {
    pub(crate) build: BuildId,
    pub(crate) part: BuildPartId,
    pub(crate) attempt: i32,
    claimed_by: String,
}

/// Claims the part for `lease`, if it still waits in this attempt; `None` when it is done, cancelled or
/// somebody else's by now.
pub(crate) async fn claim(
    database: &DatabaseConnection,
    part: BuildPartId,
    attempt: i32,
    claimed_by: String,
    lease: Duration,
    now: DateTime<Utc>,
) -> Result<Option<Claim>, DbErr> {
    let lease_until = now + TimeDelta::from_std(lease).unwrap_or(TimeDelta::MAX);
    let claimed = build_part::Entity::update_many()
        .col_expr(build_part::Column::State, Expr::value(build_part::State::Running))
        .col_expr(build_part::Column::ClaimedBy, Expr::value(claimed_by.clone()))
        .col_expr(build_part::Column::LeaseUntil, Expr::value(lease_until))
        .col_expr(build_part::Column::StartedAt, Expr::value(now))
        .filter(build_part::Column::Id.eq(part))
        .filter(build_part::Column::Attempt.eq(attempt))
        .filter(build_part::Column::State.eq(build_part::State::Waiting))
        .exec(database)
        .await?;
    if claimed.rows_affected == 0 {
        return Ok(None);
    }
    let row = build_part::Entity::find_by_id(part).one(database).await?;
    Ok(row.map(|row| Claim { build: row.build_id, part, attempt, claimed_by }))
}

impl Claim {
    /// An update of the part that touches nothing unless the claim still holds.
    fn update(&self) -> UpdateMany<build_part::Entity> {
        build_part::Entity::update_many()
            .filter(build_part::Column::Id.eq(self.part))
            .filter(build_part::Column::Attempt.eq(self.attempt))
            .filter(build_part::Column::ClaimedBy.eq(&self.claimed_by))
            .filter(build_part::Column::State.eq(build_part::State::Running))
    }

    /// Asserts the claim and, with the row's lock, keeps it until the transaction ends.
    pub(crate) async fn assert<C: ConnectionTrait>(&self, connection: &C) -> Result<(), PartError> {
        let held = self
            .update()
            .col_expr(build_part::Column::Attempt, Expr::value(self.attempt))
            .exec(connection)
            .await?;
        if held.rows_affected == 1 { Ok(()) } else { Err(PartError::ClaimLost) }
    }

    /// Closes the part as done.
    pub(crate) async fn close<C: ConnectionTrait>(
        &self,
        connection: &C,
        done: PartDone,
        now: DateTime<Utc>,
    ) -> Result<(), PartError> {
        let closed = self
            .update()
            .col_expr(build_part::Column::State, Expr::value(build_part::State::Succeeded))
            .col_expr(build_part::Column::EndedAt, Expr::value(now))
            .col_expr(build_part::Column::CardsWritten, Expr::value(done.written))
            .col_expr(build_part::Column::CardsUnchanged, Expr::value(done.unchanged))
            .col_expr(build_part::Column::Error, Expr::value(Option::<String>::None))
            .exec(connection)
            .await?;
        if closed.rows_affected == 1 { Ok(()) } else { Err(PartError::ClaimLost) }
    }
}

/// Puts a failed attempt on record: the part waits for its next attempt, or is given up.
pub(crate) async fn fail(
    database: &DatabaseConnection,
    claim: &Claim,
    error: &PartError,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    let update = claim.update().col_expr(build_part::Column::Error, Expr::value(error.on_record()));
    let retry = matches!(error, PartError::Retry(_)) && claim.attempt < MOST_ATTEMPTS;
    let update = if retry { next_attempt(update, claim.attempt, now) } else { give_up(update, now) };
    update.exec(database).await?;
    Ok(())
}

fn next_attempt(
    update: UpdateMany<build_part::Entity>,
    attempt: i32,
    now: DateTime<Utc>,
) -> UpdateMany<build_part::Entity> {
    let pause = FIRST_PAUSE * (1 << attempt.clamp(1, 10) >> 1);
    update
        .col_expr(build_part::Column::State, Expr::value(build_part::State::Waiting))
        .col_expr(build_part::Column::Attempt, Expr::value(attempt + 1))
        .col_expr(build_part::Column::DueAt, Expr::value(now + pause))
        .col_expr(build_part::Column::PushedAt, Expr::value(Option::<DateTime<Utc>>::None))
        .col_expr(build_part::Column::ClaimedBy, Expr::value(Option::<String>::None))
        .col_expr(build_part::Column::LeaseUntil, Expr::value(Option::<DateTime<Utc>>::None))
}

fn give_up(update: UpdateMany<build_part::Entity>, now: DateTime<Utc>) -> UpdateMany<build_part::Entity> {
    update
        .col_expr(build_part::Column::State, Expr::value(build_part::State::Failed))
        .col_expr(build_part::Column::EndedAt, Expr::value(now))
}

/// Takes parts back whose lease ran out: their worker died or was cut off. Returns how many.
pub(crate) async fn take_back_expired(
    database: &DatabaseConnection,
    now: DateTime<Utc>,
) -> Result<usize, DbErr> {
    if build_part::abandoned_at(now).one(database).await?.is_none() {
        return Ok(0);
    }
    let transaction = begin_write(database).await?;
    // A part whose row is locked is just being written or closed: it is not abandoned.
    let abandoned = build_part::abandoned_at(now)
        .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
        .all(&transaction)
        .await?;
    for part in &abandoned {
        let update = build_part::Entity::update_many()
            .filter(build_part::Column::Id.eq(part.id))
            .filter(build_part::Column::State.eq(build_part::State::Running))
            .col_expr(
                build_part::Column::Error,
                Expr::value(format!("attempt {} was not finished in time", part.attempt)),
            );
        let again = part.attempt < MOST_ATTEMPTS;
        let update = if again { next_attempt(update, part.attempt, now) } else { give_up(update, now) };
        update.exec(&transaction).await?;
    }
    transaction.commit().await?;
    Ok(abandoned.len())
}
