//! How a measure may still go within its period, and of which measures it is a part: what can still be changed on the
//! way to a target follows from it.

use sea_orm_migration::prelude::*;

use crate::column::text;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in [text("course").default("GROWS").to_owned(), text("part_of").default("[]").to_owned()] {
            let column = Table::alter().table("measure").add_column(column).to_owned();
            manager.alter_table(column).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in ["part_of", "course"] {
            let column = Table::alter().table("measure").drop_column(column).to_owned();
            manager.alter_table(column).await?;
        }
        Ok(())
    }
}
