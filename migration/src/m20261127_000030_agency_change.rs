//! Agencies that change: who succeeds whom, where an agency was ranked before,
//! and recommendations that went over to another agency.

use sea_orm_migration::prelude::*;

use crate::column::{Sketch, date, drop_tables, id, instant, int, primary, text, text_null};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        succession(manager).await?;
        former_block(manager).await?;
        handover(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["handover", "former_block", "succession"]).await
    }
}

async fn succession(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    Sketch::table("succession")
        .columns([
            primary(),
            text("kind"),
            id("predecessor_id"),
            id("successor_id"),
            date("effective_on"),
            text("decision_number"),
            date("decided_on"),
            text_null("share"),
            text("recorded_by"),
            instant("recorded_at"),
        ])
        .points("predecessor_id", "agency")
        .points("successor_id", "agency")
        .unique(&["predecessor_id", "successor_id", "effective_on"])
        .create(manager)
        .await
}

async fn former_block(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    Sketch::table("former_block")
        .columns([primary(), id("agency_id"), id("block_id"), date("valid_to")])
        .points("agency_id", "agency")
        .points("block_id", "block")
        .unique(&["agency_id", "valid_to"])
        .create(manager)
        .await
}

async fn handover(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    Sketch::table("handover")
        .columns([
            primary(),
            id("recommendation_id"),
            int("version"),
            id("from_agency_id"),
            id("to_agency_id"),
            date("handed_over_on"),
            text_null("note"),
            text("recorded_by"),
            instant("recorded_at"),
        ])
        .points("recommendation_id", "recommendation")
        .points("from_agency_id", "agency")
        .points("to_agency_id", "agency")
        .unique(&["recommendation_id", "version"])
        .create(manager)
        .await
}
