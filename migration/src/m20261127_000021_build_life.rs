//! Builds through their life: which blocks they compile, who called them off, what they changed, and which
//! build of the same scope was before them.

use sea_orm_migration::prelude::*;

use crate::column::{id_null, instant_null, text_null};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// A count that the builds of before did not keep.
fn count(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).integer().not_null().default(0).take()
}

fn columns() -> Vec<(&'static str, &'static str, ColumnDef)> {
    vec![
        ("build", "blocks", text_null("blocks")),
        ("build", "previous_id", id_null("previous_id")),
        ("build", "cancelled_at", instant_null("cancelled_at")),
        ("build", "cancelled_by", text_null("cancelled_by")),
        ("build", "cancel_reason", text_null("cancel_reason")),
        ("build", "indexes_changed", count("indexes_changed")),
        ("build_part", "agencies", count("agencies")),
        ("build_part", "indexes_changed", count("indexes_changed")),
    ]
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, _, column) in columns() {
            manager.alter_table(Table::alter().table(table).add_column(column).to_owned()).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, name, _) in columns() {
            manager.alter_table(Table::alter().table(table).drop_column(name).to_owned()).await?;
        }
        Ok(())
    }
}
