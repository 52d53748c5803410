//! Recommendations (*kiến nghị*) of a delegation to an agency. Those that
//! stay open carry over.

use crate::ids::{InspectedAgencyId, RecommendationId};
use sea_orm::QueryOrder;
use sea_orm::entity::prelude::*;

scoring::coded_enum! {
    /// Whether a recommendation was carried out.
    pub enum State {
        /// Not yet, as far as was verified.
        Open = "OPEN",
        /// Carried out.
        Done = "DONE",
    }
}

/// A recommendation.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "recommendation")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: RecommendationId,
    /// The agency in the inspection.
    pub inspected_agency_id: InspectedAgencyId,
    /// Place in the report, ascending.
    pub position: i32,
    /// What to do, in Vietnamese.
    pub text_vi: String,
    /// The same in English.
    pub text_en: String,
    /// With whom to coordinate, in Vietnamese; none if the report names
    /// nobody.
    pub coordinate_with_vi: Option<String>,
    /// The same in English.
    pub coordinate_with_en: Option<String>,
    /// To whom to report, in Vietnamese; none if the report names nobody.
    pub report_to_vi: Option<String>,
    /// The same in English.
    pub report_to_en: Option<String>,
    /// The last day for it; none if the report sets none.
    pub due_on: Option<Date>,
    /// Whether it was carried out.
    pub state: State,
    /// The agency in the inspection.
    #[sea_orm(belongs_to, from = "inspected_agency_id", to = "id")]
    pub inspected_agency: BelongsTo<super::inspected_agency::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}

/// The recommendations to the agencies, each agency's in the report's order.
#[must_use]
pub fn of_inspected(inspected: impl IntoIterator<Item = InspectedAgencyId>) -> Select<Entity> {
    Entity::find()
        .filter(Column::InspectedAgencyId.is_in(inspected))
        .order_by_asc(Column::InspectedAgencyId)
        .order_by_asc(Column::Position)
}

/// The recommendations that are still open.
#[must_use]
pub fn open() -> Select<Entity> {
    Entity::find().filter(Column::State.eq(State::Open))
}
