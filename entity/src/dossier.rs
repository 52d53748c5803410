//! Dossiers (*hồ sơ*): the present version of each. Former versions are in
//! [`dossier_version`](crate::dossier_version), what is counted over them in
//! [`dossier_day`](crate::dossier_day).
//!
//! On PostgreSQL a month of receipts is a table of its own, and `dossier_code`
//! keeps the codes unique.
//!
//! Only the worker's dossier room writes these tables: versions and counters
//! are kept in the same transaction.

use scoring::{CountedDossier, DossierChannel};
use sea_orm::entity::prelude::*;
use sea_orm::{DeleteMany, QueryOrder};

use crate::ids::{AgencyId, DossierId, ImportId, ProcedureId};

/// A dossier as it is known now.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "dossier")]
pub struct Model {
    /// Its id. On PostgreSQL no index finds a dossier by it; its agency and code do.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: DossierId,
    /// The agency that settles it.
    pub agency_id: AgencyId,
    /// Its code, unique within the agency.
    pub code: String,
    /// The procedure that it is handed in for.
    pub procedure_id: ProcedureId,
    /// How it came in.
    pub channel: DossierChannel,
    /// When it was received.
    pub received_at: DateTimeUtc,
    /// When it is due; none where no term was set.
    pub due_at: Option<DateTimeUtc>,
    /// When it was completed; none while it is not.
    pub completed_at: Option<DateTimeUtc>,
    /// When it was withdrawn; none while it is not, and never beside a
    /// completion.
    pub withdrawn_at: Option<DateTimeUtc>,
    /// Whether it waits for a supplement by the applicant.
    pub awaiting_supplement: bool,
    /// Whether the applicant got a letter of apology.
    pub apology_letter: bool,
    /// Version, from 1.
    pub version: i32,
    /// The import that brought this version: who, when, from which file.
    pub import_id: ImportId,
    /// The row of the import, from 1.
    pub import_row: i32,
}

impl ActiveModelBehavior for ActiveModel {}

impl Model {
    /// What of it is counted.
    #[must_use]
    pub fn counted(&self) -> CountedDossier {
        CountedDossier {
            channel: self.channel,
            received_at: self.received_at,
            due_at: self.due_at,
            completed_at: self.completed_at,
            withdrawn_at: self.withdrawn_at,
            awaiting_supplement: self.awaiting_supplement,
            apology_letter: self.apology_letter,
        }
    }
}

/// The dossiers of an agency, by code.
#[must_use]
pub fn of_agency(agency: AgencyId) -> Select<Entity> {
    Entity::find().filter(Column::AgencyId.eq(agency)).order_by_asc(Column::Code)
}

/// Deletes a dossier. It is named by what finds it in the month where it lies.
#[must_use]
pub fn delete(dossier: &Model) -> DeleteMany<Entity> {
    Entity::delete_many()
        .filter(Column::AgencyId.eq(dossier.agency_id))
        .filter(Column::Code.eq(&dossier.code))
        .filter(Column::ReceivedAt.eq(dossier.received_at))
}

/// The dossier of an agency with that code.
#[must_use]
pub fn with_code(agency: AgencyId, code: &str) -> Select<Entity> {
    Entity::find().filter(Column::AgencyId.eq(agency)).filter(Column::Code.eq(code))
}
