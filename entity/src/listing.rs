//! Public listing (*niêm yết công khai*) of procedures: how many of those
//! that must be listed on a channel are.

use scoring::Source;
use sea_orm::QueryOrder;
use sea_orm::entity::prelude::*;

use crate::ids::{AgencyId, ListingId, PeriodId};
use crate::version::{CardsWithOthers, known_to, newest};

scoring::coded_enum! {
    /// Where procedures are listed.
    pub enum Channel {
        /// At the agency's one-stop unit (*Bộ phận Một cửa*).
        OneStopUnit = "ONE_STOP_UNIT",
        /// On the agency's website.
        AgencyWebsite = "AGENCY_WEBSITE",
        /// At the provincial centre for public administrative services.
        ProvincialServiceCentre = "PROVINCIAL_SERVICE_CENTRE",
    }
}

/// One version of an agency's listing on a channel in a period.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "listing")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ListingId,
    /// The agency that it is about.
    pub agency_id: AgencyId,
    /// The period that it is about.
    pub period_id: PeriodId,
    /// Version, from 1, of the agency's listing on the channel for the
    /// period; the newest counts.
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
    /// Where the procedures are listed.
    pub channel: Channel,
    /// Procedures that are listed there.
    pub listed: i64,
    /// Procedures that must be listed there.
    pub required: i64,
    /// The agency that it is about.
    #[sea_orm(belongs_to, from = "agency_id", to = "id")]
    pub agency: BelongsTo<super::agency::Entity>,
    /// The period that it is about.
    #[sea_orm(belongs_to, from = "period_id", to = "id")]
    pub period: BelongsTo<super::period::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}

/// Of what a version is one.
const KEY: [Column; 3] = [Column::AgencyId, Column::PeriodId, Column::Channel];

/// The listings that count for a period: of each, the newest version. Narrow it
/// to agencies by a filter.
#[must_use]
pub fn latest_for(period: PeriodId) -> Select<Entity> {
    newest(Entity::find(), &KEY, Column::Version)
        .filter(Column::PeriodId.eq(period))
        .order_by_asc(Column::AgencyId)
        .order_by_asc(Column::Channel)
}

/// The listings behind the cards, as they were known when each was compiled; read them as
/// [`Known`](crate::Known).
#[must_use]
pub fn known_to_cards(cards: CardsWithOthers<'_>) -> Select<Entity> {
    known_to(KEY, Column::Version, Column::RecordedAt, cards)
        .order_by_asc(Column::AgencyId)
        .order_by_asc(Column::Channel)
}
