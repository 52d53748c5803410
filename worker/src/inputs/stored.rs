//! Inputs as they are stored: the newest versions of those that rows speak of, and what becomes of a new one.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, NaiveDate, Utc};
use entity::import::Kind;
use entity::{
    AgencyId, AgencyProcedureId, BrokenIdentities, DocumentId, DossierTableId, ListingId, ObservationId,
    PeriodId, ProcedureId, agency_procedure, document, dossier_table, listing, observation,
};
use scoring::{BrokenIdentity, Source};
use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, DbErr, IntoActiveModel, QueryFilter};

use super::table::Counts;
use crate::database::insert;

/// What every input has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) source: Source,
    pub(super) as_of: NaiveDate,
    pub(super) note: Option<String>,
}

/// What an input says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Said {
    Table {
        counts: Counts,
        broken: Vec<BrokenIdentity>,
    },
    Observation {
        measure: String,
        value: String,
        /// None where a row does not say: then it stays what it was while the rest does.
        verified: Option<bool>,
    },
    Document {
        code: String,
        pillar: String,
        name_vi: String,
        name_en: String,
        state: document::State,
        state_vi: String,
        state_en: String,
        issued_on: Option<NaiveDate>,
        due_on: Option<NaiveDate>,
    },
    Listing {
        channel: listing::Channel,
        listed: i64,
        required: i64,
    },
    Procedure {
        procedure: ProcedureId,
        publishing_decision: Option<String>,
        published_on: Option<NaiveDate>,
        internal_process: Option<String>,
        process_approved_on: Option<NaiveDate>,
        one_stop_unit: Option<bool>,
        agency_website: Option<bool>,
        provincial_service_centre: Option<bool>,
    },
}

impl Said {
    /// Of what in the agency and period it is a version.
    pub(super) fn key(&self) -> String {
        match self {
            Self::Table { .. } => String::new(),
            Self::Observation { measure, .. } => measure.clone(),
            Self::Document { code, .. } => code.clone(),
            Self::Listing { channel, .. } => channel.to_string(),
            Self::Procedure { procedure, .. } => procedure.to_string(),
        }
    }
}

/// A version that is stored.
#[derive(Clone, Debug)]
pub(super) struct Stored {
    pub(super) version: i32,
    head: Head,
    said: Said,
}

impl Stored {
    /// Whether a row says nothing new. The words for a document's state are the recorder's, and its state what counts.
    pub(super) fn is(&self, head: &Head, said: &Said) -> bool {
        let said_so = match (&self.said, said) {
            (Said::Observation { value, .. }, Said::Observation { value: new, verified: None, .. }) => {
                value == new
            }
            (
                Said::Document { pillar, name_vi, name_en, state, issued_on, due_on, .. },
                Said::Document {
                    pillar: new_pillar,
                    name_vi: new_vi,
                    name_en: new_en,
                    state: new_state,
                    issued_on: new_issued,
                    due_on: new_due,
                    ..
                },
            ) => {
                (pillar, name_vi, name_en, state, issued_on, due_on)
                    == (new_pillar, new_vi, new_en, new_state, new_issued, new_due)
            }
            (old, new) => old == new,
        };
        said_so && self.head == *head
    }
}

/// By agency and key.
pub(super) type AllStored = HashMap<(AgencyId, String), Stored>;

/// The newest versions in a period, of some agencies.
pub(super) async fn load<C: ConnectionTrait>(
    connection: &C,
    kind: Kind,
    period: PeriodId,
    agencies: BTreeSet<AgencyId>,
) -> Result<AllStored, DbErr> {
    macro_rules! newest {
        ($input:ident, $said:expr) => {{
            let rows = $input::latest_for(period).filter($input::Column::AgencyId.is_in(agencies));
            let rows = rows.all(connection).await?.into_iter().map(|row| {
                let head = Head { source: row.source, as_of: row.as_of, note: row.note.clone() };
                let (agency, version) = (row.agency_id, row.version);
                #[allow(clippy::redundant_closure_call, reason = "it names the row's type")]
                let said: Said = ($said)(row);
                ((agency, said.key()), Stored { version, head, said })
            });
            rows.collect()
        }};
    }
    Ok(match kind {
        Kind::DossierTables => newest!(dossier_table, |row: dossier_table::Model| Said::Table {
            counts: Counts::of(&row),
            broken: row.broken.0,
        }),
        Kind::Observations => newest!(observation, |row: observation::Model| Said::Observation {
            measure: row.measure_code,
            value: row.value,
            verified: Some(row.verified),
        }),
        Kind::Documents => newest!(document, |row: document::Model| Said::Document {
            code: row.code,
            pillar: row.pillar,
            name_vi: row.name_vi,
            name_en: row.name_en,
            state: row.state,
            state_vi: row.state_vi,
            state_en: row.state_en,
            issued_on: row.issued_on,
            due_on: row.due_on,
        }),
        Kind::Listings => newest!(listing, |row: listing::Model| Said::Listing {
            channel: row.channel,
            listed: row.listed,
            required: row.required,
        }),
        Kind::Procedures => newest!(agency_procedure, |row: agency_procedure::Model| Said::Procedure {
            procedure: row.procedure_id,
            publishing_decision: row.publishing_decision,
            published_on: row.published_on,
            internal_process: row.internal_process,
            process_approved_on: row.process_approved_on,
            one_stop_unit: row.one_stop_unit,
            agency_website: row.agency_website,
            provincial_service_centre: row.provincial_service_centre,
        }),
        Kind::Dossiers => AllStored::new(),
    })
}

/// A version that is to be stored.
#[derive(Clone, Debug)]
pub(super) struct New {
    pub(super) agency: AgencyId,
    pub(super) version: i32,
    pub(super) head: Head,
    pub(super) said: Said,
}

/// Stores versions: who recorded them, and when.
pub(super) async fn store<C: ConnectionTrait>(
    connection: &C,
    period_id: PeriodId,
    new: Vec<New>,
    (recorded_by, recorded_at): (&str, DateTime<Utc>),
) -> Result<(), DbErr> {
    let (mut tables, mut seen, mut documents) = (vec![], vec![], vec![]);
    let (mut listings, mut procedures) = (vec![], vec![]);
    for New { agency: agency_id, version, head: Head { source, as_of, note }, said } in new {
        let recorded_by = recorded_by.to_owned();
        macro_rules! row {
            ($input:ident, $id:ident { $($field:ident: $value:expr),* $(,)? }) => {
                $input::Model {
                    id: $id::generate(), agency_id, period_id, version, source, as_of, note, recorded_by, recorded_at,
                    $($field: $value),*
                }
                .into_active_model()
                .reset_all()
            };
        }
        match said {
            Said::Table { counts: Counts(counts), broken } => {
                let [
                    received_total,
                    received_online,
                    received_postal,
                    received_direct_or_postal,
                    carried_over,
                    resolved_total,
                    resolved_early,
                    resolved_on_time,
                    resolved_early_or_on_time,
                    resolved_overdue,
                    pending_total,
                    pending_in_time,
                    pending_overdue,
                    overdue_total,
                ] = counts;
                tables.push(row!(
                    dossier_table,
                    DossierTableId {
                        received_total: received_total,
                        received_online: received_online,
                        received_postal: received_postal,
                        received_direct_or_postal: received_direct_or_postal,
                        carried_over: carried_over,
                        resolved_total: resolved_total,
                        resolved_early: resolved_early,
                        resolved_on_time: resolved_on_time,
                        resolved_early_or_on_time: resolved_early_or_on_time,
                        resolved_overdue: resolved_overdue,
                        pending_total: pending_total,
                        pending_in_time: pending_in_time,
                        pending_overdue: pending_overdue,
                        overdue_total: overdue_total,
                        broken: BrokenIdentities(broken),
                    }
                ));
            }
            Said::Observation { measure, value, verified } => {
                let verified = verified.unwrap_or(false);
                seen.push(row!(
                    observation,
                    ObservationId { measure_code: measure, value: value, verified: verified }
                ));
            }
            Said::Document {
                code,
                pillar,
                name_vi,
                name_en,
                state,
                state_vi,
                state_en,
                issued_on,
                due_on,
            } => {
                documents.push(row!(
                    document,
                    DocumentId {
                        code: code,
                        pillar: pillar,
                        name_vi: name_vi,
                        name_en: name_en,
                        state: state,
                        state_vi: state_vi,
                        state_en: state_en,
                        issued_on: issued_on,
                        due_on: due_on,
                    }
                ));
            }
            Said::Listing { channel, listed, required } => {
                listings
                    .push(row!(listing, ListingId { channel: channel, listed: listed, required: required }));
            }
            Said::Procedure {
                procedure,
                publishing_decision,
                published_on,
                internal_process,
                process_approved_on,
                one_stop_unit,
                agency_website,
                provincial_service_centre,
            } => {
                procedures.push(row!(
                    agency_procedure,
                    AgencyProcedureId {
                        procedure_id: procedure,
                        publishing_decision: publishing_decision,
                        published_on: published_on,
                        internal_process: internal_process,
                        process_approved_on: process_approved_on,
                        one_stop_unit: one_stop_unit,
                        agency_website: agency_website,
                        provincial_service_centre: provincial_service_centre,
                    }
                ));
            }
        }
    }
    insert(connection, tables).await?;
    insert(connection, seen).await?;
    insert(connection, documents).await?;
    insert(connection, listings).await?;
    insert(connection, procedures).await
}
