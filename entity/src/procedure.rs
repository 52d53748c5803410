//! Administrative procedures (*thủ tục hành chính*): what dossiers are handed
//! in for. How one stands at an agency is an
//! [`agency_procedure`](crate::agency_procedure).

use sea_orm::QueryOrder;
use sea_orm::entity::prelude::*;

use crate::ids::ProcedureId;

scoring::coded_enum! {
    /// Which level of government settles a procedure.
    pub enum ProcedureLevel {
        /// The province's agencies.
        Province = "PROVINCE",
        /// The communes.
        Commune = "COMMUNE",
    }
}

/// A procedure.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "procedure")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ProcedureId,
    /// Unique code, as the national database of procedures has it, for
    /// instance `1.004203`.
    #[sea_orm(unique)]
    pub code: String,
    /// Vietnamese name.
    pub name_vi: String,
    /// English name.
    pub name_en: String,
    /// Which level settles it.
    pub level: ProcedureLevel,
}

impl ActiveModelBehavior for ActiveModel {}

/// The procedure with that code.
#[must_use]
pub fn with_code(code: &str) -> Select<Entity> {
    Entity::find().filter(Column::Code.eq(code))
}

/// All procedures, by code.
#[must_use]
pub fn in_order() -> Select<Entity> {
    Entity::find().order_by_asc(Column::Code)
}
