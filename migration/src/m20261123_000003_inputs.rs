//! Inputs: what agencies reported for a period. Rows are versions and are only
//! ever added; the newest version counts.

use sea_orm_migration::prelude::*;

use crate::column::{
    Sketch, count, count_null, date, date_null, drop_tables, id, instant, int, primary, text, text_null,
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        dossier_table(manager).await?;
        listing(manager).await?;
        document(manager).await?;
        observation(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["observation", "document", "listing", "dossier_table"]).await
    }
}

/// The columns and keys that every input has.
fn input(name: &'static str) -> Sketch {
    Sketch::table(name)
        .columns([
            primary(),
            id("agency_id"),
            id("period_id"),
            int("version"),
            text("source"),
            date("as_of"),
            text_null("note"),
            text("recorded_by"),
            instant("recorded_at"),
        ])
        .points("agency_id", "agency")
        .points("period_id", "period")
}

async fn dossier_table(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let counts = [
        "received_total",
        "received_online",
        "received_postal",
        "received_direct_or_postal",
        "carried_over",
        "resolved_total",
        "resolved_early",
        "resolved_on_time",
        "resolved_early_or_on_time",
        "resolved_overdue",
        "pending_total",
        "pending_in_time",
        "pending_overdue",
        "overdue_total",
    ];
    input("dossier_table")
        .columns(counts.map(count_null))
        .unique(&["agency_id", "period_id", "version"])
        .create(manager)
        .await
}

async fn listing(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    input("listing")
        .columns([text("channel"), count("listed"), count("required")])
        .unique(&["agency_id", "period_id", "channel", "version"])
        .create(manager)
        .await
}

async fn document(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    input("document")
        .columns([
            text("code"),
            text("pillar"),
            text("name_vi"),
            text("name_en"),
            text("state"),
            text("state_vi"),
            text("state_en"),
            date_null("issued_on"),
            date_null("due_on"),
        ])
        .unique(&["agency_id", "period_id", "code", "version"])
        .create(manager)
        .await
}

async fn observation(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    input("observation")
        .columns([text("measure_code"), text("value")])
        .unique(&["agency_id", "period_id", "measure_code", "version"])
        .create(manager)
        .await
}
