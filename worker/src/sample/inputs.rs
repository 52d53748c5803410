//! `inputs-2022-H1.yaml`: what each agency reported, and what is made up to illustrate.

use chrono::{DateTime, NaiveDate, Utc};
use entity::{
    AgencyId, BrokenIdentities, DocumentId, DossierTableId, ListingId, ObservationId, PeriodId, document,
    dossier_table, listing, observation,
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
    received_total: Option<u32>,
    received_online: Option<u32>,
    received_postal: Option<u32>,
    received_direct_or_postal: Option<u32>,
    carried_over: Option<u32>,
    resolved_total: Option<u32>,
    resolved_early: Option<u32>,
    resolved_on_time: Option<u32>,
    resolved_early_or_on_time: Option<u32>,
    resolved_overdue: Option<u32>,
    pending_total: Option<u32>,
    pending_in_time: Option<u32>,
    pending_overdue: Option<u32>,
    overdue_total: Option<u32>,
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
            table.check(&inputs.agency)?;
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
    /// Refuses a table that does not add up; it is never repaired.
    fn check(&self, agency: &str) -> Result<(), SampleError> {
        let broken = self.counts().broken_identities();
        if broken.is_empty() {
            return Ok(());
        }
        let complaints: Vec<_> = broken.iter().map(ToString::to_string).collect();
        let agency = agency.to_owned();
        Err(SampleError::BrokenIdentity { file: FILE, agency, detail: complaints.join("; ") })
    }

    fn counts(&self) -> scoring::DossierTable {
        scoring::DossierTable {
            received_total: self.received_total.map(u64::from),
            received_online: self.received_online.map(u64::from),
            received_direct_or_postal: self.received_direct_or_postal.map(u64::from),
            carried_over: self.carried_over.map(u64::from),
            resolved_total: self.resolved_total.map(u64::from),
            resolved_early: self.resolved_early.map(u64::from),
            resolved_on_time: self.resolved_on_time.map(u64::from),
            resolved_early_or_on_time: self.resolved_early_or_on_time.map(u64::from),
            resolved_overdue: self.resolved_overdue.map(u64::from),
            pending_total: self.pending_total.map(u64::from),
            pending_in_time: self.pending_in_time.map(u64::from),
            pending_overdue: self.pending_overdue.map(u64::from),
            overdue_total: self.overdue_total.map(u64::from),
        }
    }

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
            received_total: self.received_total.map(i64::from),
            received_online: self.received_online.map(i64::from),
            received_postal: self.received_postal.map(i64::from),
            received_direct_or_postal: self.received_direct_or_postal.map(i64::from),
            carried_over: self.carried_over.map(i64::from),
            resolved_total: self.resolved_total.map(i64::from),
            resolved_early: self.resolved_early.map(i64::from),
            resolved_on_time: self.resolved_on_time.map(i64::from),
            resolved_early_or_on_time: self.resolved_early_or_on_time.map(i64::from),
            resolved_overdue: self.resolved_overdue.map(i64::from),
            pending_total: self.pending_total.map(i64::from),
            pending_in_time: self.pending_in_time.map(i64::from),
            pending_overdue: self.pending_overdue.map(i64::from),
            overdue_total: self.overdue_total.map(i64::from),
            // It was checked.
            broken: BrokenIdentities::default(),
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
            verified: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_that_does_not_add_up_is_refused_and_named() {
        let table: DossierTable = parse(
            FILE,
            "{source: ILLUSTRATIVE,
              resolved_total: 10, resolved_early: 4, resolved_on_time: 3, resolved_overdue: 2}",
        )
        .expect("a table");
        let refusal = table.check("SNV").expect_err("a broken identity").to_string();
        assert_eq!(
            refusal,
            "sample file inputs-2022-H1.yaml: the dossier table of `SNV` does not add up: \
             resolved_total = resolved_early + resolved_on_time + resolved_overdue does not hold: \
             10 is not 9, the difference is 1"
        );
    }

    #[test]
    fn every_table_of_the_sample_adds_up() {
        let tables = parse::<Vec<Inputs>>(FILE, TEXT).expect("the sample").into_iter();
        let checked: Vec<_> = tables
            .filter_map(|inputs| inputs.dossier_table.map(|table| table.check(&inputs.agency).is_ok()))
            .collect();
        assert_eq!(checked, vec![true; 11]);
    }
}
