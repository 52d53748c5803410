//! Closing a period and opening it again.

use chrono::{DateTime, Utc};
use entity::{PeriodId, period, period_closing};
use sea_orm::{ActiveModelTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel};

/// Why a period is not closed or opened.
#[derive(Debug, thiserror::Error)]
pub enum CloseError {
    /// No period has this code.
    #[error("there is no period `{0}`")]
    UnknownPeriod(String),
    /// It is closed, or open, already.
    #[error("nothing would change")]
    AsItIs,
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DbErr),
}

/// Whether the cards of a period follow the data.
pub(crate) async fn is_open<C: ConnectionTrait>(connection: &C, period: PeriodId) -> Result<bool, DbErr> {
    Ok(period_closing::Entity::find_by_id(period).one(connection).await?.is_none())
}

/// Closes the period with a code: its cards follow the data no longer.
///
/// # Errors
/// When there is no such period, or it is closed.
pub async fn close<C: ConnectionTrait>(
    connection: &C,
    code: &str,
    by: &str,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<period::Model, CloseError> {
    let period = known(connection, code).await?;
    if !is_open(connection, period.id).await? {
        return Err(CloseError::AsItIs);
    }
    let row = period_closing::Model {
        period_id: period.id,
        closed_at: now,
        closed_by: by.to_owned(),
        reason: reason.to_owned(),
    };
    row.into_active_model().reset_all().insert(connection).await?;
    Ok(period)
}

/// Opens the period with a code again. What changed while it was closed is not marked: ask for a build.
///
/// # Errors
/// When there is no such period, or it is open.
pub async fn reopen<C: ConnectionTrait>(connection: &C, code: &str) -> Result<period::Model, CloseError> {
    let period = known(connection, code).await?;
    let gone = period_closing::Entity::delete_by_id(period.id).exec(connection).await?;
    if gone.rows_affected == 0 {
        return Err(CloseError::AsItIs);
    }
    Ok(period)
}

async fn known<C: ConnectionTrait>(connection: &C, code: &str) -> Result<period::Model, CloseError> {
    let period = period::with_code(code).one(connection).await?;
    period.ok_or_else(|| CloseError::UnknownPeriod(code.to_owned()))
}
