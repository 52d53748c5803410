//! Registry: who is scored, in which block, under whom, and for which period.

use sea_orm_migration::prelude::*;

use crate::column::{Sketch, code, date, date_null, drop_tables, id, int, primary, text};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        block(manager).await?;
        agency(manager).await?;
        agency_edge(manager).await?;
        period(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["period", "agency_edge", "agency", "block"]).await
    }
}

async fn block(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    Sketch::table("block")
        .columns([primary(), code(), text("name_vi"), text("name_en"), int("position")])
        .create(manager)
        .await
}

async fn agency(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    Sketch::table("agency")
        .columns([
            primary(),
            code(),
            text("name_vi"),
            text("name_en"),
            text("kind"),
            id("block_id"),
            date("valid_from"),
            date_null("valid_to"),
            text("tags"),
            text("source"),
        ])
        .points("block_id", "block")
        .create(manager)
        .await
}

async fn agency_edge(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    Sketch::table("agency_edge")
        .columns([primary(), id("parent_id"), id("child_id"), date("valid_from"), date_null("valid_to")])
        .points("parent_id", "agency")
        .points("child_id", "agency")
        .create(manager)
        .await
}

async fn period(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    Sketch::table("period")
        .columns([
            primary(),
            code(),
            text("kind"),
            int("year"),
            date("starts_on"),
            date("ends_before"),
            text("time_zone"),
        ])
        .create(manager)
        .await
}
