//! Administrative procedures: the catalogue, which `define` extends, and how each stands at an agency.

mod at_agency;
mod define;

use std::collections::HashMap;

use async_graphql::{Context, Object};
use entity::{ProcedureId, procedure};
use sea_orm::{ColumnTrait, DatabaseConnection, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect};

pub(crate) use self::at_agency::{AgencyProcedure, AgencyProcedureQuery, shown};
pub(crate) use self::define::ProcedureMutation;
use super::codes::ProcedureLevel;
use super::cost;
use super::database;
use super::paging::{Page, Window};
use super::plain::plain_object;
use super::problem::Problem;

plain_object! {
    /// An administrative procedure (thủ tục hành chính).
    pub(crate) struct Procedure {
        /// Code, as the national database of procedures has it.
        code: String,
        /// Vietnamese name.
        name_vi: String,
        /// English name.
        name_en: String,
        /// Which level settles it.
        level: ProcedureLevel,
    }
}

impl From<procedure::Model> for Procedure {
    fn from(row: procedure::Model) -> Self {
        Self { code: row.code, name_vi: row.name_vi, name_en: row.name_en, level: row.level.into() }
    }
}

pub(crate) type Procedures = HashMap<ProcedureId, procedure::Model>;

pub(crate) async fn load_procedures(
    database: &DatabaseConnection,
    ids: impl IntoIterator<Item = ProcedureId>,
) -> Result<Procedures, Problem> {
    let rows = procedure::Entity::find().filter(procedure::Column::Id.is_in(ids)).all(database).await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

#[derive(Default)]
pub(crate) struct ProcedureQuery;

#[Object]
impl ProcedureQuery {
    /// The administrative procedures, by code.
    #[graphql(complexity = "cost::page(first, child_complexity)")]
    async fn procedures(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Page size, 1 to 200; 20 when not given.")] first: Option<i32>,
        #[graphql(desc = "Begin after this cursor.")] after: Option<String>,
    ) -> Result<Page<Procedure>, Problem> {
        let database = database(ctx)?;
        let window = Window::new(first, after.as_deref())?;
        let total = match ctx.look_ahead().field("totalCount").exists() {
            true => Some(procedure::Entity::find().count(database).await?),
            false => None,
        };
        let rows = procedure::in_order().offset(window.offset).limit(window.limit()).all(database).await?;
        Ok(Page::new(window, rows.into_iter().map(Into::into).collect(), total))
    }
}
