//! Publications: which ranking of a block was made public for a period. They
//! are kept as revisions; at most one is current, and the database sees to it.

use sea_orm_migration::prelude::*;

use crate::column::{Sketch, drop_tables, flag, id, instant, int, primary, text, text_null, unique_where};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        Sketch::table("publication")
            .columns([
                primary(),
                id("period_id"),
                id("block_id"),
                id("ranking_id"),
                int("revision"),
                flag("current"),
                text("published_by"),
                instant("published_at"),
                text_null("reason"),
            ])
            .points("period_id", "period")
            .points("block_id", "block")
            .points("ranking_id", "ranking")
            .unique(&["period_id", "block_id", "revision"])
            .create(manager)
            .await?;
        unique_where(manager, "publication", &["period_id", "block_id"], Expr::col("current")).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["publication"]).await
    }
}
