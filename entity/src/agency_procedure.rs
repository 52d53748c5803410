//! The state of an administrative procedure (*thủ tục hành chính*) at an agency: by which decision it was published,
//! by which the internal process for settling it was approved, and where it is publicly listed.

use scoring::Source;
use sea_orm::entity::prelude::*;
use sea_orm::{FromQueryResult, JoinType, QueryOrder, QuerySelect};

use crate::ids::{AgencyId, AgencyProcedureId, PeriodId, ProcedureId};
use crate::listing::Channel;
use crate::procedure;
use crate::version::{CardsWithOthers, known_to, newest};

/// One version of the state of a procedure at an agency in a period.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "agency_procedure")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AgencyProcedureId,
    /// The agency that it is about.
    pub agency_id: AgencyId,
    /// The period that it is about.
    pub period_id: PeriodId,
    /// Version, from 1, of the procedure at the agency in the period; the
    /// newest counts.
    pub version: i32,
    /// Where it comes from.
    pub source: Source,
    /// The day whose state it gives.
    pub as_of: Date,
    /// Why this version was recorded, or what to know about it; none if
    /// nothing was said.
    pub note: Option<String>,
    /// Who recorded it.
    pub recorded_by: String,
    /// When it was recorded.
    pub recorded_at: DateTimeUtc,
    /// The procedure.
    pub procedure_id: ProcedureId,
    /// Number of the decision (*quyết định công bố*) that published it; none:
    /// not, or it is not known.
    pub publishing_decision: Option<String>,
    /// The day of that decision; none where it is not known.
    pub published_on: Option<Date>,
    /// Number of the decision that approved the internal electronic process
    /// (*quy trình nội bộ*) for settling it; none: not, or it is not known.
    pub internal_process: Option<String>,
    /// The day of that decision; none where it is not known.
    pub process_approved_on: Option<Date>,
    /// Whether it is listed at the one-stop unit; none: it need not be.
    pub one_stop_unit: Option<bool>,
    /// Whether it is listed on the agency's website; none: it need not be.
    pub agency_website: Option<bool>,
    /// Whether it is listed at the provincial centre for public administrative
    /// services; none: it need not be.
    pub provincial_service_centre: Option<bool>,
    /// The agency that it is about.
    #[sea_orm(belongs_to, from = "agency_id", to = "id")]
    pub agency: BelongsTo<super::agency::Entity>,
    /// The period that it is about.
    #[sea_orm(belongs_to, from = "period_id", to = "id")]
    pub period: BelongsTo<super::period::Entity>,
    /// The procedure.
    #[sea_orm(belongs_to, from = "procedure_id", to = "id")]
    pub procedure: BelongsTo<super::procedure::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}

/// What a version says of where the procedure is listed, without the rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, FromQueryResult)]
pub struct Listed {
    /// The agency.
    pub agency_id: AgencyId,
    /// Where it comes from.
    pub source: Source,
    /// The day whose state it gives.
    pub as_of: Date,
    one_stop_unit: Option<bool>,
    agency_website: Option<bool>,
    provincial_service_centre: Option<bool>,
}

impl Listed {
    /// Whether the procedure is listed at a channel; `None`: it need not be.
    #[must_use]
    pub fn at(self, channel: Channel) -> Option<bool> {
        match channel {
            Channel::OneStopUnit => self.one_stop_unit,
            Channel::AgencyWebsite => self.agency_website,
            Channel::ProvincialServiceCentre => self.provincial_service_centre,
        }
    }
}

impl Model {
    /// What it says of where the procedure is listed.
    #[must_use]
    pub fn listed(&self) -> Listed {
        Listed {
            agency_id: self.agency_id,
            source: self.source,
            as_of: self.as_of,
            one_stop_unit: self.one_stop_unit,
            agency_website: self.agency_website,
            provincial_service_centre: self.provincial_service_centre,
        }
    }
}

/// Of what a version is one.
const KEY: [Column; 3] = [Column::AgencyId, Column::PeriodId, Column::ProcedureId];

/// The procedures that count for a period: of each, the newest version. Narrow it to agencies by a filter.
#[must_use]
pub fn latest_for(period: PeriodId) -> Select<Entity> {
    newest(Entity::find(), &KEY, Column::Version)
        .filter(Column::PeriodId.eq(period))
        .order_by_asc(Column::AgencyId)
        .order_by_asc(Column::ProcedureId)
}

/// What those that count for a period say of where they are listed, in any order; read it as [`Listed`].
#[must_use]
pub fn listed_for(period: PeriodId) -> Select<Entity> {
    newest(Entity::find(), &KEY, Column::Version).filter(Column::PeriodId.eq(period)).select_only().columns([
        Column::AgencyId,
        Column::Source,
        Column::AsOf,
        Column::OneStopUnit,
        Column::AgencyWebsite,
        Column::ProvincialServiceCentre,
    ])
}

/// The procedures of an agency that count for a period, by the procedure's code.
#[must_use]
pub fn of_agency(agency: AgencyId, period: PeriodId) -> Select<Entity> {
    newest(Entity::find(), &KEY, Column::Version)
        .filter(Column::PeriodId.eq(period))
        .filter(Column::AgencyId.eq(agency))
        .join(JoinType::InnerJoin, Relation::Procedure.def())
        .order_by_asc(procedure::Column::Code)
}

/// The procedures behind the cards, by the procedure's code, as they were known when each was compiled; read them as
/// [`Known`](crate::Known).
#[must_use]
pub fn known_to_cards(cards: CardsWithOthers<'_>) -> Select<Entity> {
    known_to(KEY, Column::Version, Column::RecordedAt, cards)
        .join(JoinType::InnerJoin, Relation::Procedure.def())
        .order_by_asc(Column::AgencyId)
        .order_by_asc(procedure::Column::Code)
}
