//! Whose turn it is: who writes dossiers waits until he alone writes those of his agencies. Waiting can be cancelled at
//! any moment, and costs others nothing.

use std::time::Duration;

use sea_orm::{DatabaseConnection, DatabaseTransaction, DbErr};
use tokio_util::sync::CancellationToken;

use crate::database::codes::find_by_index;
use crate::database::{Writing, begin_write, is_lost_race, try_lock_dossiers};

/// The pause before it is tried again.
const PAUSE: Duration = Duration::from_millis(50);

/// What waiting came to.
pub(crate) enum Turn {
    /// It is ours, until the transaction ends.
    Ours(DatabaseTransaction),
    /// We were told not to wait any longer.
    Cancelled,
}

/// Begins a transaction that alone writes the dossiers of agencies.
pub(super) async fn turn(
    database: &DatabaseConnection,
    writing: Writing<'_>,
    cancelled: &CancellationToken,
) -> Result<Turn, DbErr> {
    let Turn::Ours(transaction) = begin_in_turn(database, cancelled).await? else {
        return Ok(Turn::Cancelled);
    };
    while !try_lock_dossiers(&transaction, writing).await? {
        if cancelled.run_until_cancelled(tokio::time::sleep(PAUSE)).await.is_none() {
            transaction.rollback().await?;
            return Ok(Turn::Cancelled);
        }
    }
    find_by_index(&transaction).await?;
    Ok(Turn::Ours(transaction))
}

/// Begins a transaction that writes; on SQLite that may take as long as another's import.
pub(crate) async fn begin_in_turn(
    database: &DatabaseConnection,
    cancelled: &CancellationToken,
) -> Result<Turn, DbErr> {
    loop {
        match begin_write(database).await {
            Ok(transaction) => return Ok(Turn::Ours(transaction)),
            Err(error) if is_lost_race(&error) && !cancelled.is_cancelled() => {}
            Err(error) if is_lost_race(&error) => return Ok(Turn::Cancelled),
            Err(error) => return Err(error),
        }
    }
}
