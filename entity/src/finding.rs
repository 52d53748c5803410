//! Findings of an inspection: what an agency achieved and where it fell
//! short.

use sea_orm::entity::prelude::*;
use sea_orm::{FromQueryResult, JoinType, QueryOrder, QueryResult, QuerySelect};

use crate::codes::Codes;
use crate::ids::{AgencyId, FindingId, InspectedAgencyId, InspectionId};
use crate::{inspected_agency, inspection, period};

scoring::coded_enum! {
    /// Whether a finding speaks for the agency.
    pub enum Kind {
        /// A result that was achieved (*kết quả đạt được*).
        Achievement = "ACHIEVEMENT",
        /// A limitation (*hạn chế*).
        Limitation = "LIMITATION",
    }
}

scoring::coded_enum! {
    /// What kind of thing a finding is about.
    pub enum Subject {
        /// An official document.
        Document = "DOCUMENT",
        /// Something measured or observed.
        Measure = "MEASURE",
    }
}

/// A finding.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "finding")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: FindingId,
    /// The agency in the inspection.
    pub inspected_agency_id: InspectedAgencyId,
    /// Place in the report, ascending.
    pub position: i32,
    /// Achievement or limitation.
    pub kind: Kind,
    /// Code of the reform pillar.
    pub pillar: String,
    /// What kind of thing it is about.
    pub subject: Subject,
    /// The thing, in Vietnamese.
    pub subject_vi: String,
    /// The thing, in English.
    pub subject_en: String,
    /// Its state in Vietnamese words; none if the report gives a number only.
    pub state_vi: Option<String>,
    /// The same in English.
    pub state_en: Option<String>,
    /// The number found: an exact number as text; none if the report gives
    /// none.
    pub value: Option<String>,
    /// What the number is a part of: an exact number as text; none if the
    /// report gives none.
    pub out_of: Option<String>,
    /// Codes of the channels that it covers; none if it is not about
    /// channels.
    pub channels: Option<Codes>,
    /// A remark in Vietnamese; none if there is none.
    pub note_vi: Option<String>,
    /// The same in English.
    pub note_en: Option<String>,
    /// The agency in the inspection.
    #[sea_orm(belongs_to, from = "inspected_agency_id", to = "id")]
    pub inspected_agency: BelongsTo<super::inspected_agency::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}

/// The findings on the agencies, each agency's in the report's order.
#[must_use]
pub fn of_inspected(inspected: impl IntoIterator<Item = InspectedAgencyId>) -> Select<Entity> {
    Entity::find()
        .filter(Column::InspectedAgencyId.is_in(inspected))
        .order_by_asc(Column::InspectedAgencyId)
        .order_by_asc(Column::Position)
}

/// A finding with where it comes from.
#[derive(Clone, Debug)]
pub struct Inspected {
    /// The finding.
    pub row: Model,
    /// On whom.
    pub agency: AgencyId,
    /// The inspection.
    pub inspection: InspectionId,
    /// Its day.
    pub inspected_on: Date,
    /// The first day of the period whose work was inspected.
    pub starts_on: Date,
    /// The day after that period's last.
    pub ends_before: Date,
}

impl FromQueryResult for Inspected {
    fn from_query_result(result: &QueryResult, prefix: &str) -> Result<Self, DbErr> {
        Ok(Self {
            row: Model::from_query_result(result, prefix)?,
            agency: result.try_get("", "agency_id")?,
            inspection: result.try_get("", "inspection_id")?,
            inspected_on: result.try_get("", "inspected_on")?,
            starts_on: result.try_get("", "starts_on")?,
            ends_before: result.try_get("", "ends_before")?,
        })
    }
}

/// The findings on agencies, of all their inspections, the latest first; read them as [`Inspected`].
#[must_use]
pub fn of_agencies(agencies: impl IntoIterator<Item = AgencyId>) -> Select<Entity> {
    Entity::find()
        .join(JoinType::InnerJoin, Relation::InspectedAgency.def())
        .join(JoinType::InnerJoin, inspected_agency::Relation::Inspection.def())
        .join(JoinType::InnerJoin, inspection::Relation::Period.def())
        .columns([inspected_agency::Column::AgencyId, inspected_agency::Column::InspectionId])
        .column(inspection::Column::InspectedOn)
        .columns([period::Column::StartsOn, period::Column::EndsBefore])
        .filter(inspected_agency::Column::AgencyId.is_in(agencies))
        .order_by_desc(inspection::Column::InspectedOn)
        .order_by_asc(Column::InspectedAgencyId)
        .order_by_asc(Column::Position)
}
