//! How a procedure stands at an agency, as it was reported for a period.

use async_graphql::{Context, Object};
use chrono::{DateTime, NaiveDate, Utc};
use entity::{agency_procedure, procedure};
use sea_orm::{ColumnTrait, PaginatorTrait, QueryFilter, QuerySelect, QueryTrait};

use super::{Procedure, Procedures, load_procedures};
use crate::graphql::codes::Source;
use crate::graphql::cost;
use crate::graphql::database;
use crate::graphql::paging::{KeyWindow, Page};
use crate::graphql::plain::plain_object;
use crate::graphql::problem::Problem;
use crate::graphql::registry::{known_agency, known_period};
use crate::policy::sight;

plain_object! {
    /// The state of a procedure (thủ tục hành chính) at an agency in a period. Its listing at a channel counts where the
    /// agency reported none of the channel as a whole.
    pub(crate) struct AgencyProcedure {
        /// The procedure; null where it is no longer known.
        procedure: Option<Procedure>,
        /// Number of the decision that published it (quyết định công bố); null: not, or it is not known.
        publishing_decision: Option<String>,
        /// The day of that decision; null where it is not known.
        published_on: Option<NaiveDate>,
        /// Number of the decision that approved the internal electronic process (quy trình nội bộ) for settling it; null:
        /// not, or it is not known.
        internal_process: Option<String>,
        /// The day of that decision; null where it is not known.
        process_approved_on: Option<NaiveDate>,
        /// Whether it is listed at the one-stop unit (Bộ phận Một cửa); null: it need not be.
        one_stop_unit: Option<bool>,
        /// Whether it is listed on the agency's website; null: it need not be.
        agency_website: Option<bool>,
        /// Whether it is listed at the provincial service centre; null: it need not be.
        provincial_service_centre: Option<bool>,
        /// Where this comes from.
        source: Source,
        /// The day whose state it gives.
        as_of: NaiveDate,
        /// Version, from 1: what was reported is corrected by further versions.
        version: i32,
        /// When this version was recorded.
        recorded_at: DateTime<Utc>,
        /// Who recorded it; null for who may not see the agency's unpublished results.
        recorded_by: Option<String>,
        /// What to know about this version; null where nothing was said, and for who may not see the agency's unpublished
        /// results.
        note: Option<String>,
    }
}

/// As it is shown to a viewer who sees the agency's own inputs (`covered`), or not.
pub(crate) fn shown(row: agency_procedure::Model, procedures: &Procedures, covered: bool) -> AgencyProcedure {
    AgencyProcedure {
        procedure: procedures.get(&row.procedure_id).cloned().map(Into::into),
        publishing_decision: row.publishing_decision,
        published_on: row.published_on,
        internal_process: row.internal_process,
        process_approved_on: row.process_approved_on,
        one_stop_unit: row.one_stop_unit,
        agency_website: row.agency_website,
        provincial_service_centre: row.provincial_service_centre,
        source: row.source.into(),
        as_of: row.as_of,
        version: row.version,
        recorded_at: row.recorded_at,
        recorded_by: covered.then_some(row.recorded_by),
        note: row.note.filter(|_| covered),
    }
}

#[derive(Default)]
pub(crate) struct AgencyProcedureQuery;

#[Object]
impl AgencyProcedureQuery {
    /// The procedures of an agency as they were reported for a period, by their codes, each in its newest version. For
    /// those who see the agency's own inputs.
    #[graphql(complexity = "cost::page(first, child_complexity)")]
    async fn agency_procedures(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The agency's code, for instance `STC`.")] agency: String,
        #[graphql(desc = "The period's code, for instance `2025-H1`.")] period: String,
        #[graphql(desc = "Page size, 1 to 200; 20 when not given.")] first: Option<i32>,
        #[graphql(desc = "Begin after this cursor.")] after: Option<String>,
    ) -> Result<Page<AgencyProcedure>, Problem> {
        let window = KeyWindow::<String>::new(first, after.as_deref())?;
        let database = database(ctx)?;
        let agency = known_agency(database, "agency", &agency).await?;
        if !sight(ctx).await?.covers(agency.id) {
            return Err(Problem::Forbidden(
                "Số liệu của cơ quan này không dành cho tài khoản của bạn. / This agency's inputs are not for your \
                 account.",
            ));
        }
        let period = known_period(database, "period", &period).await?;
        let rows = agency_procedure::of_agency(agency.id, period.id);
        let total = match ctx.look_ahead().field("totalCount").exists() {
            true => Some(rows.clone().count(database).await?),
            false => None,
        };
        let after = window.after.clone();
        let rows = rows.apply_if(after, |rows, code| rows.filter(procedure::Column::Code.gt(code)));
        let rows = rows.limit(window.limit()).all(database).await?;
        let procedures = load_procedures(database, rows.iter().map(|row| row.procedure_id)).await?;
        let keyed = |row: agency_procedure::Model| {
            let code = procedures.get(&row.procedure_id).map_or_else(String::new, |known| known.code.clone());
            (code, shown(row, &procedures, true))
        };
        Ok(Page::by_key(&window, rows.into_iter().map(keyed).collect(), total))
    }
}
