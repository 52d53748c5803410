//! Inspections: who visited whom, what was found and what was recommended.

use sea_orm_migration::prelude::*;

use crate::column::{Sketch, date, date_null, drop_tables, id, int, primary, text, text_null};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        delegation(manager).await?;
        member(manager).await?;
        inspection(manager).await?;
        inspected_agency(manager).await?;
        finding(manager).await?;
        recommendation(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(
            manager,
            &["recommendation", "finding", "inspected_agency", "inspection", "member", "delegation"],
        )
        .await
    }
}

async fn delegation(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    Sketch::table("delegation").columns([primary(), text("name_vi"), text("name_en")]).create(manager).await
}

async fn member(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    Sketch::table("member")
        .columns([
            primary(),
            id("delegation_id"),
            text("role"),
            text("title_vi"),
            text("title_en"),
            int("position"),
        ])
        .points("delegation_id", "delegation")
        .create(manager)
        .await
}

async fn inspection(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    Sketch::table("inspection")
        .columns([
            primary(),
            id("delegation_id"),
            id("period_id"),
            text("kind"),
            text_null("mode"),
            date("inspected_on"),
            text("reported_by_vi"),
            text("reported_by_en"),
        ])
        .points("delegation_id", "delegation")
        .points("period_id", "period")
        .create(manager)
        .await
}

async fn inspected_agency(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    Sketch::table("inspected_agency")
        .columns([
            primary(),
            id("inspection_id"),
            id("agency_id"),
            int("position"),
            text_null("conclusion_vi"),
            text_null("conclusion_en"),
            text_null("follow_up_vi"),
            text_null("follow_up_en"),
        ])
        .points("inspection_id", "inspection")
        .points("agency_id", "agency")
        .unique(&["inspection_id", "agency_id"])
        .create(manager)
        .await
}

async fn finding(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    Sketch::table("finding")
        .columns([
            primary(),
            id("inspected_agency_id"),
            int("position"),
            text("kind"),
            text("pillar"),
            text("subject"),
            text("subject_vi"),
            text("subject_en"),
            text_null("state_vi"),
            text_null("state_en"),
            text_null("value"),
            text_null("out_of"),
            text_null("channels"),
            text_null("note_vi"),
            text_null("note_en"),
        ])
        .points("inspected_agency_id", "inspected_agency")
        .create(manager)
        .await
}

async fn recommendation(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    Sketch::table("recommendation")
        .columns([
            primary(),
            id("inspected_agency_id"),
            int("position"),
            text("text_vi"),
            text("text_en"),
            text_null("coordinate_with_vi"),
            text_null("coordinate_with_en"),
            text_null("report_to_vi"),
            text_null("report_to_en"),
            date_null("due_on"),
            text("state"),
        ])
        .points("inspected_agency_id", "inspected_agency")
        .create(manager)
        .await
}
