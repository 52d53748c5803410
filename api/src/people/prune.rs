//! What ended long ago is forgotten: sessions, tokens and one-time links. What they did stays in the audit
//! log.

use std::time::Duration;

use chrono::TimeDelta;
use entity::{session, sign_in_link, token};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, ExprTrait, QueryFilter};

use super::People;

/// How long what has ended is kept.
const KEPT: TimeDelta = TimeDelta::days(90);
/// How often what is older is looked for.
const EVERY: Duration = Duration::from_secs(6 * 60 * 60);

impl People {
    /// Forgets what ended long ago, now and then, as long as this is awaited.
    pub async fn keep_pruning(&self) {
        let mut times = tokio::time::interval(EVERY);
        loop {
            times.tick().await;
            match self.prune().await {
                Ok(0) => {}
                Ok(rows) => tracing::info!(rows, "sessions, tokens and links of old were forgotten"),
                Err(error) => {
                    tracing::warn!(%error, "sessions, tokens and links of old could not be forgotten")
                }
            }
        }
    }

    /// Forgets the sessions, tokens and links that ended more than 90 days ago; tells how many.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn prune(&self) -> Result<u64, DbErr> {
        let before = self.now() - KEPT;
        let ended = session::Column::EndedAt.lt(before).or(session::Column::ExpiresAt.lt(before));
        let sessions = session::Entity::delete_many().filter(ended).exec(&self.database).await?;
        let ended = token::Column::RevokedAt.lt(before).or(token::Column::ExpiresAt.lt(before));
        let tokens = token::Entity::delete_many().filter(ended).exec(&self.database).await?;
        let ended = sign_in_link::Column::UsedAt.lt(before).or(sign_in_link::Column::ExpiresAt.lt(before));
        let links = sign_in_link::Entity::delete_many().filter(ended).exec(&self.database).await?;
        Ok(sessions.rows_affected + tokens.rows_affected + links.rows_affected)
    }
}
