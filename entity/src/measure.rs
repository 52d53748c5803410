//! The catalogue of measures: what criteria read, in which unit, and how the
//! worker gets hold of it.

use crate::ids::MeasureId;
use sea_orm::QueryOrder;
use sea_orm::entity::prelude::*;

/// A measure.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "measure")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: MeasureId,
    /// Unique code, by which rules and observations name it.
    #[sea_orm(unique)]
    pub code: String,
    /// Code of the unit of its values.
    pub unit: String,
    /// Vietnamese name.
    pub name_vi: String,
    /// English name.
    pub name_en: String,
    /// Code of the way in which its value is gathered from the inputs.
    pub gathering: String,
    /// What the gathering looks up, such as a document's code or a table's
    /// column; none where it needs nothing.
    pub key: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}

/// The measure with that code.
#[must_use]
pub fn with_code(code: &str) -> Select<Entity> {
    Entity::find().filter(Column::Code.eq(code))
}

/// The measures with those codes, by code.
#[must_use]
pub fn with_codes<'a>(codes: impl IntoIterator<Item = &'a str>) -> Select<Entity> {
    in_order().filter(Column::Code.is_in(codes))
}

/// All measures, by code.
#[must_use]
pub fn in_order() -> Select<Entity> {
    Entity::find().order_by_asc(Column::Code)
}
