//! Observations: any other reported number or level, by measure.

use scoring::Source;
use sea_orm::QueryOrder;
use sea_orm::entity::prelude::*;

use crate::ids::{AgencyId, ObservationId, PeriodId};
use crate::version::{CardsWithOthers, known_to, newest};

/// One version of the value of a measure.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "observation")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ObservationId,
    /// The agency that it is about.
    pub agency_id: AgencyId,
    /// The period that it is about.
    pub period_id: PeriodId,
    /// Version, from 1, of the measure's value in the agency and period; the
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
    /// Code of the measure.
    pub measure_code: String,
    /// The value in the measure's unit: an exact number as text, or a level's
    /// code.
    pub value: String,
    /// Whether an administrator of the province has verified it.
    pub verified: bool,
    /// The agency that it is about.
    #[sea_orm(belongs_to, from = "agency_id", to = "id")]
    pub agency: BelongsTo<super::agency::Entity>,
    /// The period that it is about.
    #[sea_orm(belongs_to, from = "period_id", to = "id")]
    pub period: BelongsTo<super::period::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}

/// Of what a version is one.
const KEY: [Column; 3] = [Column::AgencyId, Column::PeriodId, Column::MeasureCode];

/// The observations that count for a period: of each, the newest version. Narrow it
/// to agencies by a filter.
#[must_use]
pub fn latest_for(period: PeriodId) -> Select<Entity> {
    newest(Entity::find(), &KEY, Column::Version)
        .filter(Column::PeriodId.eq(period))
        .order_by_asc(Column::AgencyId)
        .order_by_asc(Column::MeasureCode)
}

/// The observations behind the cards, as they were known when each was compiled; read them as
/// [`Known`](crate::Known).
#[must_use]
pub fn known_to_cards(cards: CardsWithOthers<'_>) -> Select<Entity> {
    known_to(KEY, Column::Version, Column::RecordedAt, cards)
        .order_by_asc(Column::AgencyId)
        .order_by_asc(Column::MeasureCode)
}
