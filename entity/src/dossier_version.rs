//! What dossiers were before: a row for each version that was replaced or
//! removed, kept for ever.

use scoring::DossierChannel;
use sea_orm::QueryOrder;
use sea_orm::entity::prelude::*;

use crate::ids::{AgencyId, DossierId, ImportId, ProcedureId};

scoring::coded_enum! {
    /// How a version ended.
    pub enum EndedAs {
        /// A newer version took its place.
        Replaced = "REPLACED",
        /// The dossier was removed.
        Removed = "REMOVED",
    }
}

/// A former version of a dossier.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "dossier_version")]
pub struct Model {
    /// The dossier.
    #[sea_orm(primary_key, auto_increment = false)]
    pub dossier_id: DossierId,
    /// The agency that settles it.
    pub agency_id: AgencyId,
    /// Its code, unique within the agency at any time.
    pub code: String,
    /// The procedure that it is handed in for.
    pub procedure_id: ProcedureId,
    /// How it came in.
    pub channel: DossierChannel,
    /// When it was received.
    pub received_at: DateTimeUtc,
    /// When it is due; none where no term was set.
    pub due_at: Option<DateTimeUtc>,
    /// When it was completed.
    pub completed_at: Option<DateTimeUtc>,
    /// When it was withdrawn.
    pub withdrawn_at: Option<DateTimeUtc>,
    /// Whether it waited for a supplement.
    pub awaiting_supplement: bool,
    /// Whether the applicant had got a letter of apology.
    pub apology_letter: bool,
    /// Version, from 1.
    #[sea_orm(primary_key, auto_increment = false)]
    pub version: i32,
    /// The import that brought it.
    pub import_id: ImportId,
    /// The row of that import.
    pub import_row: i32,
    /// How it ended.
    pub ended_as: EndedAs,
    /// When.
    pub ended_at: DateTimeUtc,
    /// The import whose row replaced it; none where it was removed.
    pub ended_by_import_id: Option<ImportId>,
    /// Who removed it; none where it was replaced.
    pub removed_by: Option<String>,
    /// Why it was removed; none where it was replaced.
    pub removed_because: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}

/// The former versions of whatever dossiers an agency had under a code, newest
/// first.
#[must_use]
pub fn with_code(agency: AgencyId, code: &str) -> Select<Entity> {
    Entity::find()
        .filter(Column::AgencyId.eq(agency))
        .filter(Column::Code.eq(code))
        .order_by_desc(Column::EndedAt)
        .order_by_desc(Column::Version)
}
