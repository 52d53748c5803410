//! Forgetting builds: the latest are kept, and every build that wrote a card or a ranking that is there. What was
//! asked for and by whom stays in the audit log.

use std::time::Duration;

use entity::{build, build_part};
use sea_orm::{ColumnTrait, DatabaseConnection, DbErr, EntityTrait, QueryFilter, QuerySelect};
use tokio_util::sync::CancellationToken;

use crate::database::begin_write;

/// How often is looked.
const LOOK: Duration = Duration::from_secs(3_600);

/// How many are forgotten in one transaction.
const AT_A_TIME: u64 = 200;

/// Prunes from time to time, until `shutdown`. Any number of processes may.
pub(crate) async fn keep_pruned(database: DatabaseConnection, keep: u64, shutdown: CancellationToken) {
    loop {
        match prune(&database, keep).await {
            Ok(0) => {}
            Ok(pruned) => tracing::info!(pruned, "old builds forgotten"),
            Err(error) => tracing::warn!(%error, "old builds could not be forgotten"),
        }
        tokio::select! {
            () = shutdown.cancelled() => return,
            () = tokio::time::sleep(LOOK) => {}
        }
    }
}

/// Forgets every ended build that is neither among the latest `keep` nor the origin of anything. Returns how
/// many.
///
/// # Errors
/// When the database fails.
pub async fn prune(database: &DatabaseConnection, keep: u64) -> Result<u64, DbErr> {
    let mut pruned = 0;
    loop {
        let transaction = begin_write(database).await?;
        let old = build::prunable(keep).limit(AT_A_TIME).all(&transaction).await?;
        let ids: Vec<_> = old.into_iter().map(|build| build.id).collect();
        build_part::Entity::delete_many()
            .filter(build_part::Column::BuildId.is_in(ids.iter().copied()))
            .exec(&transaction)
            .await?;
        let gone =
            build::Entity::delete_many().filter(build::Column::Id.is_in(ids)).exec(&transaction).await?;
        transaction.commit().await?;
        pruned += gone.rows_affected;
        if gone.rows_affected < AT_A_TIME {
            return Ok(pruned);
        }
    }
}
