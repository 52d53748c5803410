//! Calling a build off. What waits is closed at once; what is being compiled is told, and writes nothing. Parts
//! that were done before stay done: a card is there as a whole or not at all.

use chrono::{DateTime, Utc};
use entity::{BuildId, build, build_part};
use sea_orm::sea_query::{Expr, LockBehavior, LockType};
use sea_orm::{ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter, QuerySelect};

use super::claim::call_off;
use crate::database::announce_builds;

/// Who calls a build off, and why.
#[derive(Clone, Copy, Debug)]
pub struct Cancel<'a> {
    /// The build.
    pub build: BuildId,
    /// Why, in a person's words.
    pub reason: &'a str,
    /// Who.
    pub by: &'a str,
}

/// Why a build is not called off.
#[derive(Debug, thiserror::Error)]
pub enum CancelError {
    /// There is none with this id.
    #[error("there is no such build")]
    Unknown,
    /// It is over, in this state.
    #[error("the build has ended: {0}")]
    Ended(build::State),
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DbErr),
}

/// Calls a build off in the caller's transaction; again does no harm. A build of which a part is just being
/// written ends as soon as whoever writes it has noticed.
///
/// # Errors
/// When there is no such build, or it has ended.
pub async fn cancel(
    transaction: &DatabaseTransaction,
    cancel: Cancel<'_>,
    now: DateTime<Utc>,
) -> Result<build::Model, CancelError> {
    // The weaker lock does not wait for cards that refer to the build.
    let row = build::Entity::find_by_id(cancel.build).lock(LockType::NoKeyUpdate).one(transaction).await?;
    let row = row.ok_or(CancelError::Unknown)?;
    let state = match row.state {
        build::State::Queued => build::State::Cancelled,
        build::State::Running => build::State::Running,
        ended => return Err(CancelError::Ended(ended)),
    };
    if row.cancelled_at.is_some() {
        return Ok(row);
    }
    let ended_at = (state == build::State::Cancelled).then_some(now);
    build::Entity::update_many()
        .col_expr(build::Column::State, Expr::value(state))
        .col_expr(build::Column::EndedAt, Expr::value(ended_at))
        .col_expr(build::Column::CancelledAt, Expr::value(now))
        .col_expr(build::Column::CancelledBy, Expr::value(cancel.by))
        .col_expr(build::Column::CancelReason, Expr::value(cancel.reason))
        .filter(build::Column::Id.eq(cancel.build))
        .exec(transaction)
        .await?;
    close_parts(transaction, cancel.build, now).await?;
    announce_builds(transaction).await?;
    Ok(row)
}

/// Closes the build's open parts, but for those that are just being written.
async fn close_parts(
    transaction: &DatabaseTransaction,
    build: BuildId,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    let open = build_part::unfinished_of(build)
        .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
        .all(transaction)
        .await?;
    let open = open.into_iter().map(|part| part.id);
    let close = build_part::Entity::update_many().filter(build_part::Column::Id.is_in(open));
    call_off(close, now).exec(transaction).await?;
    Ok(())
}
