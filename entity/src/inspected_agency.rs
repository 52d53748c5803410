//! The part of an inspection that concerns one agency: its conclusion, and
//! what findings and recommendations hang on.

use sea_orm::entity::prelude::*;
use sea_orm::{JoinType, QueryOrder, QuerySelect};

use crate::ids::{AgencyId, InspectedAgencyId, InspectionId};

/// An agency in an inspection; unique per inspection and agency.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "inspected_agency")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: InspectedAgencyId,
    /// The inspection.
    pub inspection_id: InspectionId,
    /// The agency.
    pub agency_id: AgencyId,
    /// Place in the report, ascending.
    pub position: i32,
    /// The conclusion in Vietnamese; none if the report states none.
    pub conclusion_vi: Option<String>,
    /// The same in English.
    pub conclusion_en: Option<String>,
    /// What became of earlier limitations, in Vietnamese; none if the report
    /// does not say.
    pub follow_up_vi: Option<String>,
    /// The same in English.
    pub follow_up_en: Option<String>,
    /// The inspection.
    #[sea_orm(belongs_to, from = "inspection_id", to = "id")]
    pub inspection: BelongsTo<super::inspection::Entity>,
    /// The agency.
    #[sea_orm(belongs_to, from = "agency_id", to = "id")]
    pub agency: BelongsTo<super::agency::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}

/// The agencies of the inspections, each inspection's in the report's order.
#[must_use]
pub fn of_inspections(inspections: impl IntoIterator<Item = InspectionId>) -> Select<Entity> {
    Entity::find()
        .filter(Column::InspectionId.is_in(inspections))
        .order_by_asc(Column::InspectionId)
        .order_by_asc(Column::Position)
}

/// An agency's part in all inspections.
#[must_use]
pub fn of_agency(agency: AgencyId) -> Select<Entity> {
    Entity::find().filter(Column::AgencyId.eq(agency))
}

/// What was inspected in the period or in a period that lies within it: what a
/// half-year's inspection found is known at the year's end as well.
#[must_use]
pub fn in_period(starts_on: Date, ends_before: Date) -> Select<Entity> {
    Entity::find()
        .join(JoinType::InnerJoin, Relation::Inspection.def())
        .join(JoinType::InnerJoin, super::inspection::Relation::Period.def())
        .filter(super::period::Column::StartsOn.gte(starts_on))
        .filter(super::period::Column::EndsBefore.lte(ends_before))
}
