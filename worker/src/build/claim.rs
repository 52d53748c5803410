//! Claims: who compiles a part, and until when nobody else may.
//!
//! A claim is a part, its attempt and a name that no other process or run uses. Everything that a part
//! writes is in a transaction that first asserts the claim (fencing): whoever was taken for dead and comes
//! back finds the attempt gone and writes nothing.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use entity::{BuildId, BuildPartId, block, build, build_part};
use sea_orm::sea_query::{Expr, LockBehavior, LockType};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseConnection, DbErr, EntityTrait, QueryFilter, QuerySelect,
    UpdateMany,
};

use crate::compile::{PartDone, PartError};
use crate::database::{announce_builds, begin_write, is_lost_race, is_out_of_order};
use crate::metrics::Metrics;

/// After this many attempts a part is given up.
pub(crate) const MOST_ATTEMPTS: i32 = 5;

/// The pause before the second attempt; it doubles with each further one.
const FIRST_PAUSE: TimeDelta = TimeDelta::milliseconds(500);

/// The pause after which is tried again what the database could not do for the moment: it has no room, or is away.
const PAUSE_OUT_OF_ORDER: TimeDelta = TimeDelta::seconds(5);

/// The right to compile a part.
#[derive(Clone, Debug)]
pub(crate) struct Claim {
    pub(crate) build: BuildId,
    pub(crate) part: BuildPartId,
    pub(crate) attempt: i32,
    claimed_by: String,
}

/// Claims the part for `lease`, if it still waits in this attempt; `None` when it is done, cancelled or
/// somebody else's by now. While another part is at work on the same cards it stays waiting, and the relay
/// pushes it again when its turn comes: waiting is no failed attempt.
pub(crate) async fn claim(
    database: &DatabaseConnection,
    part: BuildPartId,
    attempt: i32,
    claimed_by: String,
    lease: Duration,
    now: DateTime<Utc>,
) -> Result<Option<Claim>, DbErr> {
    let transaction = begin_write(database).await?;
    let row = build_part::Entity::find_by_id(part).find_also_related(build::Entity).one(&transaction).await?;
    let Some((row, Some(build))) = row else {
        return Ok(None);
    };
    // Whoever claims for this block does so one after the other. The weaker lock does not wait for cards
    // that refer to the block.
    block::Entity::find_by_id(row.block_id).lock(LockType::NoKeyUpdate).one(&transaction).await?;
    let waiting = build_part::Entity::update_many()
        .filter(build_part::Column::Id.eq(part))
        .filter(build_part::Column::Attempt.eq(attempt))
        .filter(build_part::Column::State.eq(build_part::State::Waiting));
    let busy = build_part::running_at(row.block_id, build.period_id).one(&transaction).await?.is_some();
    let update = if build.cancelled_at.is_some() {
        call_off(waiting, now)
    } else if busy {
        waiting.col_expr(build_part::Column::PushedAt, Expr::value(Option::<DateTime<Utc>>::None))
    } else {
        let lease_until = now + TimeDelta::from_std(lease).unwrap_or(TimeDelta::MAX);
        waiting
            .col_expr(build_part::Column::State, Expr::value(build_part::State::Running))
            .col_expr(build_part::Column::ClaimedBy, Expr::value(claimed_by.clone()))
            .col_expr(build_part::Column::LeaseUntil, Expr::value(lease_until))
            .col_expr(build_part::Column::StartedAt, Expr::value(now))
    };
    let updated = update.exec(&transaction).await?;
    transaction.commit().await?;
    let claimed = !busy && build.cancelled_at.is_none() && updated.rows_affected == 1;
    Ok(claimed.then_some(Claim { build: build.id, part, attempt, claimed_by }))
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
            .col_expr(build_part::Column::IndexesChanged, Expr::value(done.indexes_changed))
            .col_expr(build_part::Column::Error, Expr::value(Option::<String>::None))
            .exec(connection)
            .await?;
        if closed.rows_affected == 1 { Ok(()) } else { Err(PartError::ClaimLost) }
    }
}

/// What comes after an attempt that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum After {
    /// Another attempt, or the same again.
    Again,
    /// Nothing.
    GivenUp,
}

/// Puts a failed attempt on record: the part waits for its next attempt, or is given up. A race that was lost
/// to another transaction, or a database that is out of order, is no failure of the part: the same attempt is made
/// again, however often.
pub(crate) async fn fail(
    database: &DatabaseConnection,
    claim: &Claim,
    error: &PartError,
    now: DateTime<Utc>,
) -> Result<After, DbErr> {
    let update = claim.update().col_expr(build_part::Column::Error, Expr::value(error.on_record()));
    let pause = match error {
        PartError::Retry(error) if is_lost_race(error) => Some(FIRST_PAUSE),
        PartError::Retry(error) if is_out_of_order(error) => Some(PAUSE_OUT_OF_ORDER),
        _ => None,
    };
    if let Some(pause) = pause {
        wait_again(update, claim.attempt, now + pause).exec(database).await?;
        return Ok(After::Again);
    }
    let retry = matches!(error, PartError::Retry(_)) && claim.attempt < MOST_ATTEMPTS;
    let update = if retry { next_attempt(update, claim.attempt, now) } else { give_up(update, now) };
    update.exec(database).await?;
    Ok(if retry { After::Again } else { After::GivenUp })
}

fn next_attempt(
    update: UpdateMany<build_part::Entity>,
    attempt: i32,
    now: DateTime<Utc>,
) -> UpdateMany<build_part::Entity> {
    let pause = FIRST_PAUSE * (1 << attempt.clamp(1, 10) >> 1);
    wait_again(update, attempt + 1, now + pause)
}

fn wait_again(
    update: UpdateMany<build_part::Entity>,
    attempt: i32,
    due_at: DateTime<Utc>,
) -> UpdateMany<build_part::Entity> {
    update
        .col_expr(build_part::Column::State, Expr::value(build_part::State::Waiting))
        .col_expr(build_part::Column::Attempt, Expr::value(attempt))
        .col_expr(build_part::Column::DueAt, Expr::value(due_at))
        .col_expr(build_part::Column::PushedAt, Expr::value(Option::<DateTime<Utc>>::None))
        .col_expr(build_part::Column::ClaimedBy, Expr::value(Option::<String>::None))
        .col_expr(build_part::Column::LeaseUntil, Expr::value(Option::<DateTime<Utc>>::None))
}

fn give_up(update: UpdateMany<build_part::Entity>, now: DateTime<Utc>) -> UpdateMany<build_part::Entity> {
    update
        .col_expr(build_part::Column::State, Expr::value(build_part::State::Failed))
        .col_expr(build_part::Column::EndedAt, Expr::value(now))
}

/// Lets go of a part that is compiled no further: it is closed if its build was called off; else it waits again,
/// for whoever called the build off did not come to say so.
pub(crate) async fn let_go(
    database: &DatabaseConnection,
    claim: &Claim,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    let transaction = begin_write(database).await?;
    let build = build::Entity::find_by_id(claim.build).one(&transaction).await?;
    let update = if build.is_some_and(|build| build.cancelled_at.is_some()) {
        call_off(claim.update(), now)
    } else {
        wait_again(claim.update(), claim.attempt, now)
    };
    update.exec(&transaction).await?;
    announce_builds(&transaction).await?;
    transaction.commit().await
}

/// Closes a part as called off.
pub(super) fn call_off(
    update: UpdateMany<build_part::Entity>,
    now: DateTime<Utc>,
) -> UpdateMany<build_part::Entity> {
    update
        .col_expr(build_part::Column::State, Expr::value(build_part::State::Cancelled))
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
    for part in &abandoned {
        let again = part.attempt < MOST_ATTEMPTS;
        Metrics::of_process().attempt_ended(if again { After::Again } else { After::GivenUp });
    }
    Ok(abandoned.len())
}
