//! Ending builds.

use chrono::{DateTime, Utc};
use entity::{BuildId, build, build_part};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, DatabaseConnection, DbErr, EntityTrait, QueryFilter};

use crate::database::{announce_builds, begin_write};

/// Ends the build if none of its parts is open: SUCCEEDED, PARTIAL when some failed, FAILED when all did,
/// CANCELLED when one was called off.
/// Returns whether it did. Whoever closes a part calls this, and the relay calls it for every running
/// build, so that a worker that dies in between leaves no build open.
pub(crate) async fn settle(
    database: &DatabaseConnection,
    build: BuildId,
    now: DateTime<Utc>,
) -> Result<bool, DbErr> {
    if build_part::unfinished_of(build).one(database).await?.is_some() {
        return Ok(false);
    }
    let transaction = begin_write(database).await?;
    let parts = build_part::of_build(build).all(&transaction).await?;
    let Some(end) = End::of(&parts) else {
        transaction.rollback().await?;
        return Ok(false);
    };
    let ended = build::Entity::update_many()
        .col_expr(build::Column::State, Expr::value(end.state))
        .col_expr(build::Column::EndedAt, Expr::value(now))
        .col_expr(build::Column::CardsWritten, Expr::value(end.written))
        .col_expr(build::Column::CardsUnchanged, Expr::value(end.unchanged))
        .col_expr(build::Column::IndexesChanged, Expr::value(end.indexes_changed))
        .col_expr(build::Column::Error, Expr::value(end.error))
        .filter(build::Column::Id.eq(build))
        .filter(build::Column::State.eq(build::State::Running))
        .exec(&transaction)
        .await?;
    announce_builds(&transaction).await?;
    transaction.commit().await?;
    Ok(ended.rows_affected == 1)
}

/// How a build ends.
#[derive(Debug, PartialEq, Eq)]
struct End {
    state: build::State,
    written: i32,
    unchanged: i32,
    indexes_changed: i32,
    error: Option<String>,
}

impl End {
    /// `None` while a part is open, or when there is none.
    fn of(parts: &[build_part::Model]) -> Option<Self> {
        let ended = |part: &build_part::Model| {
            !matches!(part.state, build_part::State::Waiting | build_part::State::Running)
        };
        if parts.is_empty() || !parts.iter().all(ended) {
            return None;
        }
        let count = |state| parts.iter().filter(|part| part.state == state).count();
        let state = match (count(build_part::State::Failed), count(build_part::State::Succeeded)) {
            _ if count(build_part::State::Cancelled) > 0 => build::State::Cancelled,
            (0, _) => build::State::Succeeded,
            (_, 0) => build::State::Failed,
            _ => build::State::Partial,
        };
        let errors: Vec<_> = parts
            .iter()
            .filter(|part| part.state == build_part::State::Failed)
            .filter_map(|part| part.error.as_deref())
            .collect();
        Some(Self {
            state,
            written: parts.iter().map(|part| part.cards_written).sum(),
            unchanged: parts.iter().map(|part| part.cards_unchanged).sum(),
            indexes_changed: parts.iter().map(|part| part.indexes_changed).sum(),
            error: (!errors.is_empty()).then(|| errors.join("; ")),
        })
    }
}
