//! The catalogue of measures: what criteria read, in which unit, and how the
//! worker gets hold of it.

use scoring::{Course, Unit};
use sea_orm::QueryOrder;
use sea_orm::entity::prelude::*;

use crate::codes::Codes;
use crate::ids::MeasureId;

scoring::coded_enum! {
    /// Where the worker finds a measure's value. Whatever the way, an observation of the measure serves
    /// where it finds nothing.
    pub enum Gathering {
        /// A column of the official dossier table, or a sum of columns.
        /// Where there is none, the dossiers are counted.
        DossierTable = "DOSSIER_TABLE",
        /// A number counted over the dossiers. Of an agency that reports none, the official table serves.
        Dossiers = "DOSSIERS",
        /// The counts of the public listing; at a channel of which an agency reported none, those of its procedures.
        Listing = "LISTING",
        /// The state of a document.
        Document = "DOCUMENT",
        /// How many findings of a kind the inspections of the period have.
        Finding = "FINDING",
        /// Only an observation.
        Observation = "OBSERVATION",
    }
}

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
    /// The unit of its values.
    pub unit: Unit,
    /// Vietnamese name.
    pub name_vi: String,
    /// English name.
    pub name_en: String,
    /// How its value is gathered from the inputs.
    pub gathering: Gathering,
    /// What the gathering looks up, such as a document's code or a table's
    /// column; none where it needs nothing.
    pub key: Option<String>,
    /// Which way its value may still go within a period.
    pub course: Course,
    /// The measures of which it is a part: one more here is one more in each of them.
    pub part_of: Codes,
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
