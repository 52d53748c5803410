//! What is to be imported, by whom and how; how far it has come; why it cannot go on.

use entity::import::{self, Kind};
use entity::{AccountId, AgencyId, ImportId, PeriodId};
use sea_orm::DbErr;

use crate::audit::Actor;
use crate::audit::action::{
    IMPORT_DOCUMENTS, IMPORT_DOSSIER_TABLES, IMPORT_DOSSIERS, IMPORT_LISTINGS, IMPORT_OBSERVATIONS,
    IMPORT_PROCEDURES,
};

/// What is to be imported, by whom and how.
#[derive(Clone, Debug)]
pub struct Order {
    /// The import's id, so that whoever watches can name it before it ends.
    pub id: ImportId,
    /// What is imported.
    pub kind: Kind,
    /// The period that the rows are about; none of dossiers, which have days.
    pub period: Option<PeriodId>,
    /// The only agency whose rows are accepted; none for any.
    pub agency: Option<AgencyId>,
    /// The agencies that the rows name, where they are known beforehand: others are then not kept waiting.
    pub names: Option<Vec<AgencyId>>,
    /// The file's name.
    pub file_name: Option<String>,
    /// SHA-256 over the file, or over the rows, in hex.
    pub sha256: String,
    /// The names of the file's columns, a JSON array.
    pub header: Option<String>,
    /// Who hands it in.
    pub by: Actor,
    /// The account that does.
    pub account: Option<AccountId>,
    /// What becomes of the valid rows when others are refused.
    pub mode: import::Mode,
    /// Whether it only finds out what would come of it.
    pub dry_run: bool,
}

/// The action under which an import of a kind is on record.
#[must_use]
pub fn action(kind: Kind) -> &'static str {
    match kind {
        Kind::Dossiers => IMPORT_DOSSIERS,
        Kind::DossierTables => IMPORT_DOSSIER_TABLES,
        Kind::Observations => IMPORT_OBSERVATIONS,
        Kind::Documents => IMPORT_DOCUMENTS,
        Kind::Listings => IMPORT_LISTINGS,
        Kind::Procedures => IMPORT_PROCEDURES,
    }
}

/// How far an import has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Rows read.
    pub seen: i64,
    /// Rows that were new.
    pub added: i64,
    /// Rows that changed what was stored.
    pub changed: i64,
    /// Rows that were stored just so already.
    pub unchanged: i64,
    /// Rows that were refused.
    pub refused: i64,
}

/// Why a file cannot be read on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable {
    /// In Vietnamese.
    pub message_vi: String,
    /// In English.
    pub message_en: String,
}

/// Why nothing is known of an import's end.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DbErr),
    /// It was cancelled before it began; there is no record of it.
    #[error("the import was cancelled before it began")]
    Cancelled,
}
