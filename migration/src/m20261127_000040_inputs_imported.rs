//! Inputs that are imported as dossiers are: the identities that a table breaks, what was verified, and of an import
//! the period.

use sea_orm_migration::prelude::*;

use crate::column::{flag, id_null, text};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, column) in [
            ("dossier_table", text("broken").default("[]").to_owned()),
            ("observation", flag("verified").default(false).to_owned()),
            ("import", id_null("period_id")),
        ] {
            let column = Table::alter().table(table).add_column(column).to_owned();
            manager.alter_table(column).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, column) in
            [("import", "period_id"), ("observation", "verified"), ("dossier_table", "broken")]
        {
            let column = Table::alter().table(table).drop_column(column).to_owned();
            manager.alter_table(column).await?;
        }
        Ok(())
    }
}
