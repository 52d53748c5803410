//! Official documents (plans, decisions, regulations) that an agency owes,
//! and how far each has come.

use scoring::Source;
use sea_orm::QueryOrder;
use sea_orm::entity::prelude::*;

use crate::ids::{AgencyId, DocumentId, PeriodId};
use crate::version::{CardsWithOthers, known_to, newest};

scoring::coded_enum! {
    /// How far a document has come.
    pub enum State {
        /// Issued, and by its due date.
        IssuedOnTime = "ISSUED_ON_TIME",
        /// Issued; nothing is known of a due date.
        Issued = "ISSUED",
        /// Issued after its due date.
        IssuedLate = "ISSUED_LATE",
        /// Approved by the competent level.
        Approved = "APPROVED",
        /// Submitted to the competent level.
        Submitted = "SUBMITTED",
        /// Drafted and advised for issue by another.
        Advised = "ADVISED",
        /// Made; it needs no issue.
        Made = "MADE",
        /// Not issued.
        NotIssued = "NOT_ISSUED",
    }
}

impl State {
    /// Whether a document in this state is in force: issued, on time or late, or approved.
    #[must_use]
    pub fn is_in_force(self) -> bool {
        matches!(self, Self::IssuedOnTime | Self::Issued | Self::IssuedLate | Self::Approved)
    }
}

/// One version of the state of a document.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "document")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: DocumentId,
    /// The agency that it is about.
    pub agency_id: AgencyId,
    /// The period that it is about.
    pub period_id: PeriodId,
    /// Version, from 1, of the document's state in the agency and period; the
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
    /// Code of the document, the same for all agencies and periods.
    pub code: String,
    /// Code of the reform pillar that it belongs to.
    pub pillar: String,
    /// Vietnamese name.
    pub name_vi: String,
    /// English name.
    pub name_en: String,
    /// The state, as rules read it.
    pub state: State,
    /// The state in Vietnamese words.
    pub state_vi: String,
    /// The state in English words.
    pub state_en: String,
    /// When it was issued; none if it was not, or if the day is not known.
    pub issued_on: Option<Date>,
    /// When it was due; none if no day was set.
    pub due_on: Option<Date>,
    /// The agency that it is about.
    #[sea_orm(belongs_to, from = "agency_id", to = "id")]
    pub agency: BelongsTo<super::agency::Entity>,
    /// The period that it is about.
    #[sea_orm(belongs_to, from = "period_id", to = "id")]
    pub period: BelongsTo<super::period::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}

/// Of what a version is one.
const KEY: [Column; 3] = [Column::AgencyId, Column::PeriodId, Column::Code];

/// The documents that count for a period: of each, the newest version. Narrow it
/// to agencies by a filter.
#[must_use]
pub fn latest_for(period: PeriodId) -> Select<Entity> {
    newest(Entity::find(), &KEY, Column::Version)
        .filter(Column::PeriodId.eq(period))
        .order_by_asc(Column::AgencyId)
        .order_by_asc(Column::Code)
}

/// The documents behind the cards, as they were known when each was compiled; read them as
/// [`Known`](crate::Known).
#[must_use]
pub fn known_to_cards(cards: CardsWithOthers<'_>) -> Select<Entity> {
    known_to(KEY, Column::Version, Column::RecordedAt, cards)
        .order_by_asc(Column::AgencyId)
        .order_by_asc(Column::Code)
}
