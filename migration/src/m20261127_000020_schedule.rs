//! The schedule: when which kind of period is compiled without anybody asking. Rows, so that an office sets
//! its own days.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

use crate::column::{Sketch, drop_tables, flag, id_null, instant_null, primary, text, text_null};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        Sketch::table("schedule")
            .columns([
                primary(),
                text("province"),
                text("kind"),
                text("cron"),
                text("time_zone"),
                text("catch_up"),
                flag("enabled"),
                instant_null("next_tick_at"),
                instant_null("last_tick_at"),
                id_null("last_build_id"),
                text_null("last_error"),
            ])
            .points("last_build_id", "build")
            .unique(&["province", "kind"])
            .create(manager)
            .await?;
        // A database that has agencies by now holds the sample province: no other could be loaded.
        let connection = manager.get_connection();
        for (number, kind, cron) in [(1, "H1", "0 2 5 7 *"), (2, "FULL_YEAR", "0 2 5 1 *")] {
            let id = match manager.get_database_backend() {
                DbBackend::Postgres => format!("'019ac2d0-0000-7000-8000-00000000000{number}'"),
                _ => format!("x'019ac2d000007000800000000000000{number}'"),
            };
            let row = format!(
                "INSERT INTO schedule (id, province, kind, cron, time_zone, catch_up, enabled) \
                 SELECT {id}, 'DONG_THAP', '{kind}', '{cron}', 'Asia/Ho_Chi_Minh', 'LATEST', TRUE \
                 WHERE EXISTS (SELECT 1 FROM agency)"
            );
            connection.execute_unprepared(&row).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["schedule"]).await
    }
}
