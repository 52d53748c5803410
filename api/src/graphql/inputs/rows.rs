//! What is handed in row by row: the rows of each kind, and the batches that they come in.

use async_graphql::InputObject;
use chrono::NaiveDate;
use entity::import::Kind;

use super::super::codes::{DocumentState, ImportMode, ListingChannel, Source, WhenBroken};

/// The cells of a row, by their columns.
pub(super) type Cells = Vec<(&'static str, String)>;

/// What is handed in as a cell.
trait Cell {
    fn text(&self) -> String;
}

impl<T: Cell> Cell for Option<T> {
    fn text(&self) -> String {
        self.as_ref().map(T::text).unwrap_or_default()
    }
}

macro_rules! cells {
    ($($type:ty => $text:expr,)+) => {
        $(impl Cell for $type {
            fn text(&self) -> String {
                ($text)(self)
            }
        })+
    };
}

cells! {
    String => String::clone,
    i64 => i64::to_string,
    bool => bool::to_string,
    NaiveDate => NaiveDate::to_string,
    Source => |source: &Source| source.remote().to_string(),
    DocumentState => |state: &DocumentState| state.remote().to_string(),
    ListingChannel => |channel: &ListingChannel| channel.remote().to_string(),
}

/// A row that is handed in.
macro_rules! row {
    (
        $(#[$meta:meta])* $name:ident {
            $($(#[$field_meta:meta])* $field:ident: $type:ty,)+
        }
    ) => {
        $(#[$meta])*
        #[derive(InputObject)]
        pub(crate) struct $name {
            /// Code or Vietnamese name of the agency; may be left out where the import is for one agency.
            agency: Option<String>,
            $($(#[$field_meta])* $field: $type,)+
            /// Where it comes from; when left out, the official table for tables, the agency's report for all else.
            source: Option<Source>,
            /// What to know about it.
            note: Option<String>,
        }

        impl $name {
            fn cells(&self) -> Cells {
                vec![
                    ("agency", self.agency.text()),
                    $((stringify!($field), self.$field.text()),)+
                    ("source", self.source.text()),
                    ("note", self.note.text()),
                ]
            }
        }
    };
}

/// A batch of rows.
macro_rules! batch {
    ($(#[$meta:meta])* $name:ident of $row:ident $({ $($(#[$field_meta:meta])* $field:ident: $type:ty,)* })?) => {
        $(#[$meta])*
        #[derive(InputObject)]
        pub(crate) struct $name {
            /// Code of the period that the rows are about.
            period: String,
            /// Code of the only agency whose rows are accepted. Whoever is no administrator of the province must name one
            /// for which he reports.
            agency: Option<String>,
            /// The rows, 1 to 2,000; larger files are uploaded.
            rows: Vec<$row>,
            /// What becomes of the valid rows when others are refused.
            mode: ImportMode,
            /// Whether to find out only what would come of it.
            dry_run: bool,
            $($($(#[$field_meta])* pub(super) $field: $type,)*)?
        }

        impl $name {
            pub(super) fn batch(&self, kind: Kind, when_broken: WhenBroken) -> Batch<'_> {
                Batch {
                    kind,
                    period: &self.period,
                    agency: self.agency.as_deref(),
                    rows: self.rows.iter().map($row::cells).collect(),
                    mode: self.mode,
                    dry_run: self.dry_run,
                    when_broken,
                }
            }
        }
    };
}

row! {
    /// A row of the official table of dossier statistics. A count that was not reported is left out, and is never zero.
    DossierTableInput {
        /// Received in all, with those carried over.
        received_total: Option<i64>,
        /// Received online.
        received_online: Option<i64>,
        /// Received by the public postal service.
        received_postal: Option<i64>,
        /// Received at the counter or by post.
        received_direct_or_postal: Option<i64>,
        /// Carried over from the period before.
        carried_over: Option<i64>,
        /// Resolved in all.
        resolved_total: Option<i64>,
        /// Resolved before they were due.
        resolved_early: Option<i64>,
        /// Resolved when they were due.
        resolved_on_time: Option<i64>,
        /// Resolved early or on time, where the report does not part the two.
        resolved_early_or_on_time: Option<i64>,
        /// Resolved after they were due.
        resolved_overdue: Option<i64>,
        /// Pending at the end of the period in all.
        pending_total: Option<i64>,
        /// Pending and not yet due.
        pending_in_time: Option<i64>,
        /// Pending and overdue.
        pending_overdue: Option<i64>,
        /// Overdue in all, where the report does not part resolved from pending.
        overdue_total: Option<i64>,
        /// The day whose state it gives; when left out, the last of the period that has come.
        as_of: Option<NaiveDate>,
    }
}

row! {
    /// A value of a measure: training, headcount, surveys and whatever else is reported.
    ObservationInput {
        /// The measure's code.
        measure: String,
        /// The value in the measure's unit: a whole number, a decimal number, `true` or `false`, or a level's code.
        value: String,
        /// The day whose state it gives.
        as_of: NaiveDate,
        /// Whether it was verified, which only an administrator of the province may say; when left out, it stays what it
        /// was while value, source and note do, and is else not verified.
        verified: Option<bool>,
    }
}

row! {
    /// An official document or plan.
    DocumentInput {
        /// Its code, the same for all agencies and periods.
        code: String,
        /// The code of the pillar that it belongs to; may be left out where the document is known, as may its names.
        pillar: Option<String>,
        /// Vietnamese name.
        name_vi: Option<String>,
        /// English name.
        name_en: Option<String>,
        /// Its state; when left out, it follows from the days: issued on time, late, or not issued. One that the days
        /// exclude is refused.
        state: Option<DocumentState>,
        /// When it was issued; left out: not, or the day is not known.
        issued_on: Option<NaiveDate>,
        /// When it was due; left out: no day was set.
        due_on: Option<NaiveDate>,
        /// The day whose state it gives.
        as_of: NaiveDate,
    }
}

row! {
    /// The public listing (niêm yết công khai) of procedures at a channel.
    ListingInput {
        /// Where they are listed.
        channel: ListingChannel,
        /// Procedures that are listed there.
        listed: i64,
        /// Procedures that must be listed there.
        required: i64,
        /// The day whose state it gives.
        as_of: NaiveDate,
    }
}

row! {
    /// The state of a procedure at the agency. What is left out is said not to be, or not to be known.
    AgencyProcedureInput {
        /// The procedure's code.
        procedure: String,
        /// Number of the decision that published it (quyết định công bố).
        publishing_decision: Option<String>,
        /// The day of that decision, which must then be named; not after `asOf`.
        published_on: Option<NaiveDate>,
        /// Number of the decision that approved the internal electronic process (quy trình nội bộ) for settling it.
        internal_process: Option<String>,
        /// The day of that decision, which must then be named; not after `asOf`.
        process_approved_on: Option<NaiveDate>,
        /// Whether it is listed at the one-stop unit (Bộ phận Một cửa); left out: it need not be.
        one_stop_unit: Option<bool>,
        /// Whether it is listed on the agency's website; left out: it need not be.
        agency_website: Option<bool>,
        /// Whether it is listed at the provincial service centre; left out: it need not be.
        provincial_service_centre: Option<bool>,
        /// The day whose state it gives.
        as_of: NaiveDate,
    }
}

batch! {
    /// A batch of official tables.
    ImportDossierTablesInput of DossierTableInput {
        /// What becomes of a table that breaks an identity, or the chain from one period to the next.
        when_broken: WhenBroken,
    }
}

batch! {
    /// A batch of observations.
    ImportObservationsInput of ObservationInput
}

batch! {
    /// A batch of documents.
    ImportDocumentsInput of DocumentInput
}

batch! {
    /// A batch of listings.
    ImportListingsInput of ListingInput
}

batch! {
    /// A batch of what is known of procedures at agencies.
    ImportProceduresInput of AgencyProcedureInput
}

/// A batch, whatever its rows say.
pub(super) struct Batch<'a> {
    pub(super) kind: Kind,
    pub(super) period: &'a str,
    pub(super) agency: Option<&'a str>,
    pub(super) rows: Vec<Cells>,
    pub(super) mode: ImportMode,
    pub(super) dry_run: bool,
    pub(super) when_broken: WhenBroken,
}
