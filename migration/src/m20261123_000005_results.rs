//! Results: the builds that were asked for, and the scorecards and rankings
//! that they wrote. Cards and rankings are kept as revisions; at most one
//! revision of each is current, and the database sees to it.

use sea_orm_migration::prelude::*;

use crate::column::{
    Sketch, count_null, drop_tables, flag, id, id_null, index, instant, instant_null, int, int_null, primary,
    text, text_null, unique_where,
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        build(manager).await?;
        build_part(manager).await?;
        scorecard(manager).await?;
        scorecard_line(manager).await?;
        ranking(manager).await?;
        ranking_entry(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(
            manager,
            &["ranking_entry", "ranking", "scorecard_line", "scorecard", "build_part", "build"],
        )
        .await
    }
}

async fn build(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    Sketch::table("build")
        .columns([
            primary(),
            id("period_id"),
            text("scope_key"),
            text_null("agencies"),
            text("trigger"),
            text("reason"),
            text("requested_by"),
            text("state"),
            instant("requested_at"),
            instant_null("started_at"),
            instant_null("ended_at"),
            int("cards_written"),
            int("cards_unchanged"),
            text_null("error"),
        ])
        .points("period_id", "period")
        .create(manager)
        .await?;
    let queued = Expr::col("state").eq("QUEUED");
    unique_where(manager, "build", &["period_id", "scope_key"], queued).await?;
    index(manager, "build", &["state"]).await
}

async fn build_part(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    Sketch::table("build_part")
        .columns([
            primary(),
            id("build_id"),
            id("block_id"),
            text("state"),
            int("attempt"),
            instant("due_at"),
            int("pushes"),
            instant_null("pushed_at"),
            text_null("claimed_by"),
            instant_null("lease_until"),
            instant_null("started_at"),
            instant_null("ended_at"),
            int("cards_written"),
            int("cards_unchanged"),
            text_null("error"),
        ])
        .points("build_id", "build")
        .points("block_id", "block")
        .unique(&["build_id", "block_id"])
        .create(manager)
        .await?;
    index(manager, "build_part", &["state"]).await
}

async fn scorecard(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    Sketch::table("scorecard")
        .columns([
            primary(),
            id("agency_id"),
            id("period_id"),
            id("block_id"),
            id("criteria_set_id"),
            id("build_id"),
            int("revision"),
            id_null("replaces_id"),
            text_null("revision_reason"),
            flag("current"),
            text("state"),
            text("content_hash"),
            text("engine_version"),
            text("set_fingerprint"),
            text("facts"),
        ])
        .columns(scorecard_points())
        .columns([
            text_null("grade_code"),
            text_null("grade_vi"),
            text_null("grade_en"),
            int("missing_count"),
            int("pending_count"),
            int("illustrative_count"),
            instant("compiled_at"),
        ])
        .points("agency_id", "agency")
        .points("period_id", "period")
        .points("block_id", "block")
        .points("criteria_set_id", "criteria_set")
        .points("build_id", "build")
        .points("replaces_id", "scorecard")
        .unique(&["agency_id", "period_id", "revision"])
        .create(manager)
        .await?;
    let current = Expr::col("current");
    unique_where(manager, "scorecard", &["agency_id", "period_id"], current).await?;
    index(manager, "scorecard", &["period_id", "block_id"]).await
}

/// The results of a card, exact and as printed.
fn scorecard_points() -> [ColumnDef; 13] {
    [
        text_null("points"),
        text("effective_max"),
        text_null("bonus"),
        text_null("deduction"),
        text_null("total"),
        text_null("index_percent"),
        text_null("points_print"),
        text("effective_max_print"),
        text_null("bonus_print"),
        text_null("deduction_print"),
        text_null("total_print"),
        text_null("index_print"),
        count_null("index_sort"),
    ]
}

async fn scorecard_line(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    Sketch::table("scorecard_line")
        .columns([
            id("scorecard_id"),
            int("position"),
            text("code"),
            text_null("parent_code"),
            text("level"),
            text("name_vi"),
            text("name_en"),
            text_null("state"),
            text_null("points"),
            text("max_points"),
            text("effective_max"),
            text_null("index_percent"),
            text_null("points_print"),
            text("max_print"),
            text("effective_max_print"),
            text_null("index_print"),
            text_null("rule_kind"),
            text_null("inputs"),
            text_null("reason"),
        ])
        .points("scorecard_id", "scorecard")
        .key(&["scorecard_id", "position"])
        .create(manager)
        .await
}

async fn ranking(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    Sketch::table("ranking")
        .columns([
            primary(),
            id("period_id"),
            id("block_id"),
            int("revision"),
            flag("current"),
            text("content_hash"),
            id("build_id"),
            instant("compiled_at"),
        ])
        .points("period_id", "period")
        .points("block_id", "block")
        .points("build_id", "build")
        .unique(&["period_id", "block_id", "revision"])
        .create(manager)
        .await?;
    let current = Expr::col("current");
    unique_where(manager, "ranking", &["period_id", "block_id"], current).await
}

async fn ranking_entry(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    Sketch::table("ranking_entry")
        .columns([id("ranking_id"), int("position"), id("agency_id"), id("scorecard_id"), int_null("rank")])
        .points("ranking_id", "ranking")
        .points("agency_id", "agency")
        .points("scorecard_id", "scorecard")
        .key(&["ranking_id", "position"])
        .unique(&["ranking_id", "scorecard_id"])
        .create(manager)
        .await
}
