//! The official table of dossier statistics (TTHC) of an agency for a period,
//! as reported: a cell that was not reported is empty, never zero.

use scoring::Source;
use sea_orm::QueryOrder;
use sea_orm::entity::prelude::*;

use crate::broken::BrokenIdentities;
use crate::ids::{AgencyId, DossierTableId, PeriodId};
use crate::version::{CardsWithOthers, known_to, newest};

/// One version of the table. All counts are dossiers in the period.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "dossier_table")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: DossierTableId,
    /// The agency that it is about.
    pub agency_id: AgencyId,
    /// The period that it is about.
    pub period_id: PeriodId,
    /// Version, from 1, of the agency's table for the period; the newest
    /// counts.
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
    /// Received in all, with those carried over; none if not reported.
    pub received_total: Option<i64>,
    /// Received online; none if not reported.
    pub received_online: Option<i64>,
    /// Received by the public postal service; none if not reported.
    pub received_postal: Option<i64>,
    /// Received at the counter or by post, where the report does not part the
    /// two; none if not reported.
    pub received_direct_or_postal: Option<i64>,
    /// Carried over from the period before; none if not reported.
    pub carried_over: Option<i64>,
    /// Resolved in all; none if not reported.
    pub resolved_total: Option<i64>,
    /// Resolved before they were due; none if not reported.
    pub resolved_early: Option<i64>,
    /// Resolved when they were due; none if not reported.
    pub resolved_on_time: Option<i64>,
    /// Resolved early or on time, where the report does not part the two;
    /// none if not reported.
    pub resolved_early_or_on_time: Option<i64>,
    /// Resolved after they were due; none if not reported.
    pub resolved_overdue: Option<i64>,
    /// Pending at the end of the period in all; none if not reported.
    pub pending_total: Option<i64>,
    /// Pending at the end and not yet due; none if not reported.
    pub pending_in_time: Option<i64>,
    /// Pending at the end and overdue; none if not reported.
    pub pending_overdue: Option<i64>,
    /// Overdue in all, resolved or pending, where the report does not part
    /// the two; none if not reported.
    pub overdue_total: Option<i64>,
    /// The identities that it breaks; whoever accepted it chose so.
    pub broken: BrokenIdentities,
    /// The agency that it is about.
    #[sea_orm(belongs_to, from = "agency_id", to = "id")]
    pub agency: BelongsTo<super::agency::Entity>,
    /// The period that it is about.
    #[sea_orm(belongs_to, from = "period_id", to = "id")]
    pub period: BelongsTo<super::period::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}

/// Of what a version is one.
const KEY: [Column; 2] = [Column::AgencyId, Column::PeriodId];

/// The tables that count for a period: of each, the newest version. Narrow it
/// to agencies by a filter.
#[must_use]
pub fn latest_for(period: PeriodId) -> Select<Entity> {
    newest(Entity::find(), &KEY, Column::Version)
        .filter(Column::PeriodId.eq(period))
        .order_by_asc(Column::AgencyId)
}

/// The tables behind the cards, as they were known when each was compiled; read them as
/// [`Known`](crate::Known).
#[must_use]
pub fn known_to_cards(cards: CardsWithOthers<'_>) -> Select<Entity> {
    known_to(KEY, Column::Version, Column::RecordedAt, cards).order_by_asc(Column::AgencyId)
}
