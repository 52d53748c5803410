//! Live cards: which cards are behind the data, and which periods are closed, whose cards follow no data.

use sea_orm_migration::prelude::*;

use crate::column::{Sketch, drop_tables, id, instant, text};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        Sketch::table("stale_card")
            .columns([
                id("period_id"),
                id("agency_id"),
                instant("first_marked_at"),
                instant("marked_at"),
                text("why"),
            ])
            .points("period_id", "period")
            .points("agency_id", "agency")
            .key(&["period_id", "agency_id"])
            .create(manager)
            .await?;
        Sketch::table("period_closing")
            .columns([id("period_id"), instant("closed_at"), text("closed_by"), text("reason")])
            .points("period_id", "period")
            .key(&["period_id"])
            .create(manager)
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["period_closing", "stale_card"]).await
    }
}
