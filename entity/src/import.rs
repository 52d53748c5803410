//! Imports: a record of each file or batch that was handed in, with what came
//! of it. What it refused is in [`import_conflict`](crate::import_conflict).

use sea_orm::QueryOrder;
use sea_orm::entity::prelude::*;

use crate::ids::{AccountId, AgencyId, ImportId, PeriodId};

scoring::coded_enum! {
    /// What is imported.
    pub enum Kind {
        /// Dossiers.
        Dossiers = "DOSSIERS",
        /// Official tables of dossier statistics.
        DossierTables = "DOSSIER_TABLES",
        /// Observations.
        Observations = "OBSERVATIONS",
        /// Documents and plans.
        Documents = "DOCUMENTS",
        /// Public listings.
        Listings = "LISTINGS",
        /// The state of procedures at agencies.
        Procedures = "PROCEDURES",
    }
}

scoring::coded_enum! {
    /// What becomes of the valid rows when others are refused.
    pub enum Mode {
        /// Nothing is stored unless every row is valid.
        AllOrNothing = "ALL_OR_NOTHING",
        /// The valid rows are stored.
        AcceptValid = "ACCEPT_VALID",
    }
}

scoring::coded_enum! {
    /// How far an import has come. Only of a `DONE` one is anything stored.
    pub enum State {
        /// It is under way, or waits for its turn.
        Running = "RUNNING",
        /// Its rows are stored; those of a dry run were only checked.
        Done = "DONE",
        /// Rows were refused, and so nothing was stored.
        Refused = "REFUSED",
        /// It was cancelled; nothing was stored.
        Cancelled = "CANCELLED",
        /// It could not be read to its end, or the database failed; nothing
        /// was stored.
        Failed = "FAILED",
        /// Its process ended before it did; nothing was stored.
        Interrupted = "INTERRUPTED",
    }
}

/// An import.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "import")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ImportId,
    /// What is imported.
    pub kind: Kind,
    /// The period that the rows are about; none of dossiers, which have days.
    pub period_id: Option<PeriodId>,
    /// The only agency whose rows are accepted; none for any.
    pub agency_id: Option<AgencyId>,
    /// The file's name; none where the rows came without a file.
    pub file_name: Option<String>,
    /// SHA-256 over the file, or over the rows' canonical JSON, in hex.
    pub sha256: String,
    /// The names of the file's columns, a JSON array; none without a file.
    pub header: Option<String>,
    /// Who handed it in.
    pub recorded_by: String,
    /// The account; none for the terminal.
    pub account_id: Option<AccountId>,
    /// When it began.
    pub started_at: DateTimeUtc,
    /// When it ended; none before.
    pub ended_at: Option<DateTimeUtc>,
    /// What becomes of the valid rows when others are refused.
    pub mode: Mode,
    /// Whether it only finds out what would come of it.
    pub dry_run: bool,
    /// How far it has come.
    pub state: State,
    /// Rows that were new. Of an import of which nothing is stored, this and
    /// the next two say what would have been.
    pub added: i64,
    /// Rows that changed what was stored.
    pub changed: i64,
    /// Rows that were stored just so already.
    pub unchanged: i64,
    /// Rows that were refused.
    pub refused: i64,
    /// Why it failed, in Vietnamese; none if it did not.
    pub error_vi: Option<String>,
    /// Why it failed, in English; none if it did not.
    pub error_en: Option<String>,
    /// The only agency whose rows are accepted.
    #[sea_orm(belongs_to, from = "agency_id", to = "id")]
    pub agency: BelongsTo<Option<super::agency::Entity>>,
}

impl ActiveModelBehavior for ActiveModel {}

/// The imports, newest first.
#[must_use]
pub fn newest_first() -> Select<Entity> {
    Entity::find().order_by_desc(Column::StartedAt).order_by_desc(Column::Id)
}
