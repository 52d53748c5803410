//! The state of a procedure at an agency: its publishing decision, its internal process and where it is listed. Rows are
//! versions and are only ever added; the newest version counts.

use sea_orm_migration::prelude::*;

use crate::column::{
    Sketch, date, date_null, drop_tables, flag_null, id, instant, int, primary, text, text_null,
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        Sketch::table("agency_procedure")
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
                id("procedure_id"),
                text_null("publishing_decision"),
                date_null("published_on"),
                text_null("internal_process"),
                date_null("process_approved_on"),
                flag_null("one_stop_unit"),
                flag_null("agency_website"),
                flag_null("provincial_service_centre"),
            ])
            .points("agency_id", "agency")
            .points("period_id", "period")
            .points("procedure_id", "procedure")
            .unique(&["agency_id", "period_id", "procedure_id", "version"])
            .create(manager)
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["agency_procedure"]).await
    }
}
