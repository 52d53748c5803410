//! Inspections (*kiểm tra*): one visit of a delegation, to one agency or
//! several.

use crate::ids::{DelegationId, InspectionId, PeriodId};
use sea_orm::QueryOrder;
use sea_orm::entity::prelude::*;

scoring::coded_enum! {
    /// How an inspection came about.
    pub enum Kind {
        /// By the year's plan.
        Planned = "PLANNED",
        /// Without notice.
        Unannounced = "UNANNOUNCED",
        /// To see what an earlier one demanded.
        ReInspection = "RE_INSPECTION",
    }
}

/// An inspection.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "inspection")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: InspectionId,
    /// Who inspected.
    pub delegation_id: DelegationId,
    /// The period whose work was inspected.
    pub period_id: PeriodId,
    /// How it came about.
    pub kind: Kind,
    /// Code of how it was held, on site, online or by report; none if not
    /// reported.
    pub mode: Option<String>,
    /// The day.
    pub inspected_on: Date,
    /// Who published the report, in Vietnamese.
    pub reported_by_vi: String,
    /// The same in English.
    pub reported_by_en: String,
    /// Who inspected.
    #[sea_orm(belongs_to, from = "delegation_id", to = "id")]
    pub delegation: BelongsTo<super::delegation::Entity>,
    /// The period whose work was inspected.
    #[sea_orm(belongs_to, from = "period_id", to = "id")]
    pub period: BelongsTo<super::period::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}

/// All inspections, latest first.
#[must_use]
pub fn latest_first() -> Select<Entity> {
    Entity::find().order_by_desc(Column::InspectedOn).order_by_desc(Column::Id)
}

/// The inspections of a period's work, latest first.
#[must_use]
pub fn of_period(period: PeriodId) -> Select<Entity> {
    latest_first().filter(Column::PeriodId.eq(period))
}
