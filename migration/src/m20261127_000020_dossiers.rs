//! Dossiers, by the million: their procedures, their versions, their counters
//! a day and a month, and the imports that brought them.
//!
//! These tables have no foreign keys: each would cost as much as the row that
//! it checks. What writes them resolves agencies and procedures first, and
//! neither is ever deleted.

use sea_orm_migration::prelude::*;

use crate::column::{
    Sketch, code, count, date, drop_tables, flag, id, id_null, index, instant, instant_null, int, int_null,
    primary, text, text_null,
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        procedure(manager).await?;
        import(manager).await?;
        dossier(manager).await?;
        counters(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let inputs = ["dossier_reporter", "dossier_month", "dossier_day", "dossier_version", "dossier"];
        drop_tables(manager, &inputs).await?;
        drop_tables(manager, &["import_conflict", "import", "procedure"]).await
    }
}

async fn procedure(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    Sketch::table("procedure")
        .columns([primary(), code(), text("name_vi"), text("name_en"), text("level")])
        .create(manager)
        .await
}

async fn import(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    Sketch::table("import")
        .columns([
            primary(),
            text("kind"),
            id_null("agency_id"),
            text_null("file_name"),
            text("sha256"),
            text_null("header"),
            text("recorded_by"),
            id_null("account_id"),
            instant("started_at"),
            instant_null("ended_at"),
            text("mode"),
            flag("dry_run"),
            text("state"),
            count("added"),
            count("changed"),
            count("unchanged"),
            count("refused"),
            text_null("error_vi"),
            text_null("error_en"),
        ])
        .points("agency_id", "agency")
        .create(manager)
        .await?;
    Sketch::table("import_conflict")
        .columns([
            id("import_id"),
            int("seq"),
            int_null("row"),
            text_null("column_name"),
            text("code"),
            text_null("value"),
            text("message_vi"),
            text("message_en"),
            text_null("cells"),
        ])
        .points("import_id", "import")
        .key(&["import_id", "seq"])
        .create(manager)
        .await
}

/// What is recorded of a dossier, now or formerly.
fn recorded() -> [ColumnDef; 13] {
    [
        id("agency_id"),
        text("code"),
        id("procedure_id"),
        text("channel"),
        instant("received_at"),
        instant_null("due_at"),
        instant_null("completed_at"),
        instant_null("withdrawn_at"),
        flag("awaiting_supplement"),
        flag("apology_letter"),
        int("version"),
        id("import_id"),
        int("import_row"),
    ]
}

async fn dossier(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    Sketch::table("dossier")
        .columns([primary()])
        .columns(recorded())
        .unique(&["agency_id", "code"])
        .create(manager)
        .await?;
    Sketch::table("dossier_version")
        .columns([id("dossier_id")])
        .columns(recorded())
        .columns([
            text("ended_as"),
            instant("ended_at"),
            id_null("ended_by_import_id"),
            text_null("removed_by"),
            text_null("removed_because"),
        ])
        .key(&["dossier_id", "version"])
        .create(manager)
        .await?;
    index(manager, "dossier_version", &["agency_id", "code"]).await
}

async fn counters(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let counters = [
        "received_counter",
        "received_online_full",
        "received_online_partial",
        "received_postal",
        "received_online_postal",
        "resolved_early",
        "resolved_on_time",
        "resolved_overdue",
        "withdrawn",
        "apologised",
        "due",
        "due_settled",
    ];
    Sketch::table("dossier_day")
        .columns([id("agency_id"), date("day"), int("month")])
        .columns(counters.map(count))
        .key(&["agency_id", "day"])
        .create(manager)
        .await?;
    // By month first: the facts of all agencies stand together.
    Sketch::table("dossier_month")
        .columns([int("month"), id("agency_id")])
        .columns(counters.map(count))
        .key(&["month", "agency_id"])
        .create(manager)
        .await?;
    index(manager, "dossier_month", &["agency_id", "month"]).await?;
    Sketch::table("dossier_reporter")
        .columns([id("agency_id"), date("as_of")])
        .key(&["agency_id"])
        .create(manager)
        .await
}
