//! Codes of what is reported, found and imported.

use super::codes;

codes! {
    /// Where procedures are listed.
    ListingChannel from entity::listing::Channel {
        /// At the one-stop unit (Bộ phận Một cửa).
        OneStopUnit,
        /// On the agency's website.
        AgencyWebsite,
        /// At the provincial service centre.
        ProvincialServiceCentre,
    }
    /// How far a document has come.
    DocumentState from entity::document::State {
        /// Issued, and by its due date.
        IssuedOnTime,
        /// Issued; nothing is known of a due date.
        Issued,
        /// Issued after its due date.
        IssuedLate,
        /// Approved by the competent level.
        Approved,
        /// Submitted to the competent level.
        Submitted,
        /// Drafted and advised for issue by another.
        Advised,
        /// Made; it needs no issue.
        Made,
        /// Not issued.
        NotIssued,
    }
    /// Whether a finding is good or bad.
    FindingKind from entity::finding::Kind {
        /// Kết quả đạt được.
        Achievement,
        /// Hạn chế.
        Limitation,
    }
    /// What a finding is about.
    FindingSubject from entity::finding::Subject {
        /// An official document.
        Document,
        /// A measured thing.
        Measure,
    }
    /// Why an inspection took place.
    InspectionKind from entity::inspection::Kind {
        /// By the annual plan.
        Planned,
        /// Unannounced.
        Unannounced,
        /// To look again.
        ReInspection,
    }
    /// Whether a recommendation was followed.
    RecommendationState from entity::recommendation::State {
        /// Not yet.
        Open,
        /// Yes.
        Done,
    }
    /// How a dossier came in.
    DossierChannel from scoring::DossierChannel {
        /// At the counter (trực tiếp).
        Counter,
        /// Online, every step of it (trực tuyến toàn trình).
        OnlineFull,
        /// Online in part (trực tuyến một phần).
        OnlinePartial,
        /// By the public postal service (bưu chính công ích).
        Postal,
        /// Online, with the public postal service for papers or the result.
        OnlinePostal,
    }
    /// Which level of government settles a procedure.
    ProcedureLevel from entity::procedure::ProcedureLevel {
        /// The province's agencies.
        Province,
        /// The communes.
        Commune,
    }
    /// How a version of a dossier ended.
    DossierVersionEnd from entity::dossier_version::EndedAs {
        /// A newer version took its place.
        Replaced,
        /// The dossier was removed.
        Removed,
    }
    /// What is imported.
    ImportKind from entity::import::Kind {
        /// Dossiers.
        Dossiers,
        /// Official tables of dossier statistics.
        DossierTables,
        /// Observations.
        Observations,
        /// Documents and plans.
        Documents,
        /// Public listings.
        Listings,
        /// The state of procedures at agencies.
        Procedures,
    }
    /// What becomes of an official table that breaks an identity.
    WhenBroken from reform_worker::inputs::WhenBroken {
        /// It is refused.
        Refuse,
        /// It is stored with the identities that it breaks, which show wherever its numbers are used.
        Flag,
    }
    /// What becomes of the valid rows of an import when others are refused.
    ImportMode from entity::import::Mode {
        /// Nothing is stored unless every row is valid.
        AllOrNothing,
        /// The valid rows are stored.
        AcceptValid,
    }
    /// How far an import has come. Only of a `DONE` one, and not of a dry run, is anything stored.
    ImportState from entity::import::State {
        /// It is under way, or waits for its turn.
        Running,
        /// It came to its end.
        Done,
        /// Rows were refused, and so nothing was stored.
        Refused,
        /// It was cancelled.
        Cancelled,
        /// It could not be read to its end, or the database failed.
        Failed,
        /// Its process ended before it did.
        Interrupted,
    }
}
