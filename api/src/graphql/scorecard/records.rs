//! The records behind the numbers of a card. What was recorded is for whoever sees the card; by whom, with which
//! remark, and whether it was corrected since, for those who see the agency's unpublished results.

use std::collections::HashSet;

use async_graphql::{Context, ID, SelectionField, Value};
use chrono::{DateTime, NaiveDate, Utc};
use entity::{document, dossier_table, finding};
use reform_worker::records::{Behind, Record, Records};
use sea_orm::DatabaseConnection;

use super::Scorecard;
use super::counted::{self, Asked};
use super::line::{BrokenIdentity, LineInput};
use super::wanted::Wanted;
use crate::graphql::codes::{DocumentState, FindingKind, ListingChannel, Source};
use crate::graphql::cost;
use crate::graphql::dossier::Dossier;
use crate::graphql::id::NodeId;
use crate::graphql::paging::{Held, Window};
use crate::graphql::plain::{plain_interface, plain_object};
use crate::graphql::problem::Problem;
use crate::graphql::procedure::{self, AgencyProcedure, Procedures, load_procedures};
use crate::policy::Sight;

plain_object! {
    /// What is said of every record.
    pub(crate) struct Recorded {
        /// Where it comes from.
        source: Source,
        /// The day whose state it gives.
        as_of: NaiveDate,
        /// When it was recorded; null for a finding, of which only the inspection's day is known.
        recorded_at: Option<DateTime<Utc>>,
        /// Its version, from 1: records are corrected by further versions.
        version: i32,
        /// Whether the value is its own: of several listings one decides, of a sum every record.
        decides: bool,
        /// The code of the predecessor whose record it is; null where it is the agency's own.
        predecessor: Option<String>,
        /// Whether there is no newer version by now; null for who may not see the agency's unpublished results.
        newest: Option<bool>,
        /// Who recorded it; null for who may not see the agency's unpublished results.
        recorded_by: Option<String>,
        /// Why this version was recorded, or what to know about it; null where nothing was said, and for who may not see
        /// the agency's unpublished results.
        note: Option<String>,
    }
}

plain_interface! {
    /// A record from which the value of a measure was taken, in the version that was known when the card was compiled.
    pub(crate) enum InputRecord of Recorded {
        DossierTableRecord,
        ListingRecord,
        AgencyProcedureRecord,
        DocumentRecord,
        ObservationRecord,
        DossierRecord,
        FindingRecord,
    }
}

plain_object! {
    /// The official table of dossier statistics (TTHC). A column that was not reported is null, never zero.
    pub(crate) struct DossierTableRecord of Recorded {
        /// Received in all, with those carried over.
        received_total: Option<i64>,
        /// Received online.
        received_online: Option<i64>,
        /// Received by the public postal service.
        received_postal: Option<i64>,
        /// Received at the counter or by post, where the report does not part the two.
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
        /// The identities that it breaks; whoever accepted it chose to.
        broken_identities: Vec<BrokenIdentity> => cost::BROKEN,
    }
}

plain_object! {
    /// The public listing (niêm yết công khai) of procedures at a channel.
    pub(crate) struct ListingRecord of Recorded {
        /// Where they are listed.
        channel: ListingChannel,
        /// Procedures that are listed there.
        listed: i64,
        /// Procedures that must be listed there.
        required: i64,
    }
}

plain_object! {
    /// A procedure (thủ tục hành chính) that was counted at the channel that decides, because no listing of the channel as
    /// a whole was reported.
    pub(crate) struct AgencyProcedureRecord of Recorded {
        /// The channel at which it was counted.
        counted_at: ListingChannel,
        /// The procedure's state at the agency.
        state: AgencyProcedure,
    }
}

plain_object! {
    /// How far an official document has come.
    pub(crate) struct DocumentRecord of Recorded {
        /// The document's code.
        code: String,
        /// The code of the pillar that it belongs to.
        pillar: String,
        /// Vietnamese name.
        name_vi: String,
        /// English name.
        name_en: String,
        /// Its state.
        state: DocumentState,
        /// The state in Vietnamese words.
        state_vi: String,
        /// The state in English words.
        state_en: String,
        /// When it was issued; null: not, or the day is not known.
        issued_on: Option<NaiveDate>,
        /// When it was due; null: no day was set.
        due_on: Option<NaiveDate>,
    }
}

plain_object! {
    /// A reported value of a measure.
    pub(crate) struct ObservationRecord of Recorded {
        /// The measure's code.
        measure: String,
        /// The value as it was reported.
        reported: String,
        /// Whether an administrator of the province has verified it.
        verified: bool,
    }
}

plain_object! {
    /// A dossier (hồ sơ) that was counted, as it was known when the card was compiled.
    pub(crate) struct DossierRecord of Recorded {
        /// The dossier.
        dossier: Dossier,
    }
}

plain_object! {
    /// A finding (kết quả, hạn chế) of an inspection.
    pub(crate) struct FindingRecord of Recorded {
        /// Global id of the inspection.
        inspection: ID,
        /// Whether it speaks for the agency.
        kind: FindingKind,
        /// Code of the reform pillar.
        pillar: String,
        /// What it is about, in Vietnamese.
        subject_vi: String,
        /// The same in English.
        subject_en: String,
        /// The state in Vietnamese words; null if the report gives a number only.
        state_vi: Option<String>,
        /// The same in English.
        state_en: Option<String>,
    }
}

/// The pages that any `records` below the field that is resolved asks for, wherever it stands.
pub(super) fn pages(ctx: &Context<'_>) -> Result<Vec<Window>, Problem> {
    let mut pages = Vec::new();
    let fields = ctx.look_ahead().selection_fields();
    fields.iter().try_for_each(|field| add_pages(field, &mut pages))?;
    Ok(pages)
}

fn add_pages(field: &SelectionField<'_>, pages: &mut Vec<Window>) -> Result<(), Problem> {
    if field.name() == "records" {
        let arguments = field.arguments().map_err(|error| Problem::internal(&error.message))?;
        let given = |name: &str| {
            let argument = arguments.iter().find(|(key, _)| key == name);
            argument.map_or(Value::Null, |(_, value)| value.clone())
        };
        let page = Window::of_arguments(&given("first"), &given("after"))?;
        if !pages.contains(&page) {
            pages.push(page);
        }
    }
    field.selection_set().try_for_each(|below| add_pages(&below, pages))
}

/// The cards with the records of their inputs, where they are wanted: nine queries, whatever the number of cards, where
/// agencies changed a few more, one for the names of procedures where any were counted, and those for dossiers.
pub(super) async fn filled_in(
    database: &DatabaseConnection,
    sight: &Sight,
    wanted: &Wanted,
    pages: &[Window],
    mut cards: Vec<Scorecard>,
) -> Result<Vec<Scorecard>, Problem> {
    if !["records", "recordsValue", "recordsDiffer"].iter().any(|field| wanted.of_input(field)) {
        return Ok(cards);
    }
    let ids: HashSet<_> = cards.iter().filter_map(|card| NodeId::scorecard(&card.id)).collect();
    let records = Records::load(database, &ids.into_iter().collect::<Vec<_>>()).await?;
    let procedures = match records.procedures() {
        none if none.is_empty() => Procedures::new(),
        named => load_procedures(database, named).await?,
    };
    for card in &mut cards {
        let (Some(id), Some(agency)) = (NodeId::scorecard(&card.id), NodeId::agency(&card.agency.id)) else {
            continue;
        };
        for input in card.lines.iter_mut().chain(&mut card.pillars).flat_map(|line| &mut line.inputs) {
            let (behind, value) = records.behind(id, agency, &input.measure);
            let behind = behind.into_iter().filter(|behind| counts(input, behind));
            let told = behind.map(|behind| told(behind, sight, &procedures)).collect();
            fill(input, told, value.map(|value| value.to_string()));
        }
    }
    let asked = Asked {
        pages,
        rows: wanted.of_records(|field| field != "totalCount"),
        totals: wanted.of_input("recordsValue")
            || wanted.of_input("recordsDiffer")
            || wanted.of_records(|field| field == "totalCount"),
    };
    counted::filled_in(database, sight, &records, &asked, &mut cards).await?;
    Ok(cards)
}

/// Whether a record is one of an input's: of what was counted over dossiers a table may be known as well; it is a record
/// where a part of the sum is from it.
fn counts(input: &LineInput, behind: &Behind) -> bool {
    !counted::is_counted(input) || counted::is_of_another_source(input, behind)
}

fn fill(input: &mut LineInput, records: Vec<InputRecord>, value: Option<String>) {
    input.records = Held::Whole(records);
    if !counted::is_counted(input) {
        input.records_differ = Some(value != input.exact);
        input.records_value = value;
    }
}

/// The part that every record has.
macro_rules! recorded {
    ($row:expr, $behind:expr, $covered:expr) => {
        Recorded {
            source: $row.source.into(),
            as_of: $row.as_of,
            recorded_at: Some($row.recorded_at),
            version: $row.version,
            decides: $behind.decides,
            predecessor: $behind.predecessor.clone(),
            newest: $covered.then_some($behind.newest),
            recorded_by: $covered.then_some($row.recorded_by),
            note: $row.note.filter(|_| $covered),
        }
    };
}

fn told(behind: Behind, sight: &Sight, procedures: &Procedures) -> InputRecord {
    let covered = sight.covers(behind.agency);
    match behind.record {
        Record::DossierTable(row) => of_table(row.clone(), recorded!(row, behind, covered)).into(),
        Record::Listing(row) => {
            let (channel, listed, required) = (row.channel.into(), row.listed, row.required);
            ListingRecord { channel, listed, required, shared: recorded!(row, behind, covered) }.into()
        }
        Record::Procedure(row, channel) => {
            let state = procedure::shown(row.clone(), procedures, covered);
            let shared = recorded!(row, behind, covered);
            AgencyProcedureRecord { counted_at: channel.into(), state, shared }.into()
        }
        Record::Document(row) => of_document(row.clone(), recorded!(row, behind, covered)).into(),
        Record::Observation(row) => {
            let (measure, reported, verified) = (row.measure_code, row.value, row.verified);
            ObservationRecord { measure, reported, verified, shared: recorded!(row, behind, covered) }.into()
        }
        Record::Finding(found) => of_finding(found, behind.predecessor, covered).into(),
    }
}

fn of_finding(found: finding::Inspected, predecessor: Option<String>, covered: bool) -> FindingRecord {
    let row = found.row;
    let shared = Recorded {
        source: Source::InspectionReport,
        as_of: found.inspected_on,
        recorded_at: None,
        version: 1,
        decides: true,
        predecessor,
        newest: covered.then_some(true),
        recorded_by: None,
        note: None,
    };
    FindingRecord {
        inspection: NodeId::Inspection(found.inspection).into(),
        kind: row.kind.into(),
        pillar: row.pillar,
        subject_vi: row.subject_vi,
        subject_en: row.subject_en,
        state_vi: row.state_vi,
        state_en: row.state_en,
        shared,
    }
}

fn of_table(row: dossier_table::Model, shared: Recorded) -> DossierTableRecord {
    DossierTableRecord {
        received_total: row.received_total,
        received_online: row.received_online,
        received_postal: row.received_postal,
        received_direct_or_postal: row.received_direct_or_postal,
        carried_over: row.carried_over,
        resolved_total: row.resolved_total,
        resolved_early: row.resolved_early,
        resolved_on_time: row.resolved_on_time,
        resolved_early_or_on_time: row.resolved_early_or_on_time,
        resolved_overdue: row.resolved_overdue,
        pending_total: row.pending_total,
        pending_in_time: row.pending_in_time,
        pending_overdue: row.pending_overdue,
        overdue_total: row.overdue_total,
        broken_identities: row.broken.0.iter().map(Into::into).collect(),
        shared,
    }
}

fn of_document(row: document::Model, shared: Recorded) -> DocumentRecord {
    DocumentRecord {
        code: row.code,
        pillar: row.pillar,
        name_vi: row.name_vi,
        name_en: row.name_en,
        state: row.state.into(),
        state_vi: row.state_vi,
        state_en: row.state_en,
        issued_on: row.issued_on,
        due_on: row.due_on,
        shared,
    }
}
