//! `inputs-2022-H1.yaml`: what each agency reported, and what is made up to illustrate.

use chrono::{DateTime, NaiveDate, Utc};
use entity::{
    AgencyId, DocumentId, DossierTableId, ListingId, ObservationId, PeriodId, document, dossier_table,
    listing, observation,
};
use scoring::Source;
use sea_orm::ConnectionTrait;
use serde::Deserialize;

use super::{FIRST_PERIOD, RECORDED_BY, Registered, SampleError, insert, look_up, parse};

const FILE: &str = "inputs-2022-H1.yaml";
const TEXT: &str = include_str!("../../sample/inputs-2022-H1.yaml");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Inputs {
    agency: String,
    as_of: NaiveDate,
    dossier_table: Option<DossierTable>,
    #[serde(default)]
    listings: Vec<Listing>,
    #[serde(default)]
    documents: Vec<Document>,
    #[serde(default)]
    observations: Vec<Observation>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DossierTable {
    source: Source,
    note: Option<String>,
    received_total: Option<i64>,
    received_online: Option<i64>,
    received_postal: Option<i64>,
    received_direct_or_postal: Option<i64>,
    carried_over: Option<i64>,
    resolved_total: Option<i64>,
    resolved_early: Option<i64>,
    resolved_on_time: Option<i64>,
    resolved_early_or_on_time: Option<i64>,
    resolved_overdue: Option<i64>,
    pending_total: Option<i64>,
    pending_in_time: Option<i64>,
    pending_overdue: Option<i64>,
    overdue_total: Option<i64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Listing {
    channel: listing::Channel,
    listed: i64,
    required: i64,
    source: Source,
    note: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    code: String,
    pillar: String,
    name_vi: String,
    name_en: String,
    state: document::State,
    state_vi: String,
    state_en: String,
    issued_on: Option<NaiveDate>,
    due_on: Option<NaiveDate>,
    source: Source,
    note: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Observation {
    measure: String,
    value: String,
    source: Source,
    note: Option<String>,
}

/// What every input of one agency has in common.
#[derive(Clone, Copy)]
struct About {
    agency: AgencyId,
    period: PeriodId,
    as_of: NaiveDate,
    recorded_at: DateTime<Utc>,
}

pub(super) async fn load<C: ConnectionTrait>(
    connection: &C,
    registered: &Registered,
    now: DateTime<Utc>,
) -> Result<(), SampleError> {
    for inputs in parse::<Vec<Inputs>>(FILE, TEXT)? {
        let about = About {
            agency: look_up(FILE, "agency", &registered.agencies, &inputs.agency)?,
            period: look_up(FILE, "period", &registered.periods, FIRST_PERIOD)?,
            as_of: inputs.as_of,
            recorded_at: now,
        };
        if let Some(table) = inputs.dossier_table {
            insert(connection, table.row(about)).await?;
        }
        for listing in inputs.listings {
            insert(connection, listing.row(about)).await?;
        }
        for document in inputs.documents {
            insert(connection, document.row(about)).await?;
        }
        for observation in inputs.observations {
            insert(connection, observation.row(about)).await?;
        }
    }
    Ok(())
}

impl DossierTable {
    fn row(self, about: About) -> dossier_table::Model {
        dossier_table::Model {
            id: DossierTableId::generate(),
            agency_id: about.agency,
            period_id: about.period,
            version: 1,
            source: self.source,
            as_of: about.as_of,
            note: self.note,
            recorded_by: RECORDED_BY.to_owned(),
            recorded_at: about.recorded_at,
            received_total: self.received_total,
            received_online: self.received_online,
            received_postal: self.received_postal,
            received_direct_or_postal: self.received_direct_or_postal,
            carried_over: self.carried_over,
            resolved_total: self.resolved_total,
            resolved_early: self.resolved_early,
            resolved_on_time: self.resolved_on_time,
            resolved_early_or_on_time: self.resolved_early_or_on_time,
            resolved_overdue: self.resolved_overdue,
            pending_total: self.pending_total,
            pending_in_time: self.pending_in_time,
            pending_overdue: self.pending_overdue,
            overdue_total: self.overdue_total,
        }
    }
}

impl Listing {
    fn row(self, about: About) -> listing::Model {
        listing::Model {
            id: ListingId::generate(),
            agency_id: about.agency,
            period_id: about.period,
            version: 1,
            source: self.source,
            as_of: about.as_of,
            note: self.note,
            recorded_by: RECORDED_BY.to_owned(),
            recorded_at: about.recorded_at,
            channel: self.channel,
            listed: self.listed,
            required: self.required,
        }
    }
}

impl Document {
    fn row(self, about: About) -> document::Model {
        document::Model {
            id: DocumentId::generate(),
            agency_id: about.agency,
            period_id: about.period,
            version: 1,
            source: self.source,
            as_of: about.as_of,
            note: self.note,
            recorded_by: RECORDED_BY.to_owned(),
            recorded_at: about.recorded_at,
            code: self.code,
            pillar: self.pillar,
            name_vi: self.name_vi,
            name_en: self.name_en,
            state: self.state,
            state_vi: self.state_vi,
            state_en: self.state_en,
            issued_on: self.issued_on,
            due_on: self.due_on,
        }
    }
}

impl Observation {
    fn row(self, about: About) -> observation::Model {
        observation::Model {
            id: ObservationId::generate(),
            agency_id: about.agency,
            period_id: about.period,
            version: 1,
            source: self.source,
            as_of: about.as_of,
            note: self.note,
            recorded_by: RECORDED_BY.to_owned(),
            recorded_at: about.recorded_at,
            measure_code: self.measure,
            value: self.value,
        }
    }
}
