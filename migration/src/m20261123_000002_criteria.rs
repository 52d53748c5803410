//! Criteria: what is measured, by which set each block is scored, and the
//! set's tree as rows for queries. The set's document stays the truth.

use sea_orm_migration::prelude::*;

use crate::column::{
    Sketch, code, drop_tables, flag, id, id_null, instant_null, int, primary, text, text_null,
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        measure(manager).await?;
        criteria_set(manager).await?;
        criterion(manager).await?;
        criteria_use(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["criteria_use", "criterion", "criteria_set", "measure"]).await
    }
}

async fn measure(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    Sketch::table("measure")
        .columns([
            primary(),
            code(),
            text("unit"),
            text("name_vi"),
            text("name_en"),
            text("gathering"),
            text_null("key"),
        ])
        .create(manager)
        .await
}

async fn criteria_set(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    Sketch::table("criteria_set")
        .columns([
            primary(),
            text("code"),
            int("version"),
            text("name_vi"),
            text("name_en"),
            text("state"),
            flag("sample"),
            text("fingerprint"),
            text("document"),
            int("print_scale"),
            instant_null("activated_at"),
        ])
        .unique(&["code", "version"])
        .create(manager)
        .await
}

async fn criterion(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    Sketch::table("criterion")
        .columns([
            primary(),
            id("criteria_set_id"),
            text("code"),
            id_null("parent_id"),
            text("level"),
            int("position"),
            text("name_vi"),
            text("name_en"),
            text("max_points"),
            text_null("rule_kind"),
        ])
        .points("criteria_set_id", "criteria_set")
        .points("parent_id", "criterion")
        .unique(&["criteria_set_id", "code"])
        .create(manager)
        .await
}

async fn criteria_use(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    Sketch::table("criteria_use")
        .columns([primary(), id("period_id"), id("block_id"), id("criteria_set_id")])
        .points("period_id", "period")
        .points("block_id", "block")
        .points("criteria_set_id", "criteria_set")
        .unique(&["period_id", "block_id"])
        .create(manager)
        .await
}
