//! Conflicts: what is wrong with a row of an import, so that it was refused.
//! A row may have several.

use sea_orm::QueryOrder;
use sea_orm::entity::prelude::*;

use crate::ids::ImportId;

/// One thing that is wrong.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "import_conflict")]
pub struct Model {
    /// The import.
    #[sea_orm(primary_key, auto_increment = false)]
    pub import_id: ImportId,
    /// Its number within the import, from 1.
    #[sea_orm(primary_key, auto_increment = false)]
    pub seq: i32,
    /// The row of the file, from 1, as a spreadsheet numbers it; none where no
    /// row is to blame.
    pub row: Option<i32>,
    /// The column's name; none where no single column is to blame.
    pub column_name: Option<String>,
    /// What is wrong, as a code of an open list, for instance
    /// `UNKNOWN_AGENCY`.
    pub code: String,
    /// The value at fault, shortened; none where there is none.
    pub value: Option<String>,
    /// What is wrong, in Vietnamese.
    pub message_vi: String,
    /// What is wrong, in English.
    pub message_en: String,
    /// The row's cells as they were handed in, a JSON array; only with the
    /// row's first conflict.
    pub cells: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}

/// The conflicts of an import, in their order.
#[must_use]
pub fn of_import(import: ImportId) -> Select<Entity> {
    Entity::find().filter(Column::ImportId.eq(import)).order_by_asc(Column::Seq)
}
