//! From the stored inputs to the facts of each agency, in a fixed number of queries whatever the number of
//! agencies. A measure says by its `gathering` and `key` where it is found; none is named in code.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use entity::{agency, document, dossier_table, inspected_agency, listing, measure, observation, period};
use scoring::{AgencySnapshot, CriteriaSet, Fact, FactValue, Facts, Unit};
use sea_orm::{ColumnTrait, ConnectionTrait, QueryFilter};

use super::PartError;
use super::succession::Lines;

/// The tag of an agency that was inspected in the period; it follows from the inspections.
const INSPECTED_IN_PERIOD: &str = "INSPECTED_IN_PERIOD";

/// Everything that was reported of some agencies in one period, newest versions only.
pub(super) struct Inputs {
    lines: Lines,
    inspected: BTreeSet<entity::AgencyId>,
    tables: HashMap<entity::AgencyId, dossier_table::Model>,
    listings: HashMap<entity::AgencyId, Vec<listing::Model>>,
    documents: HashMap<(entity::AgencyId, String), document::Model>,
    observations: HashMap<(entity::AgencyId, String), observation::Model>,
}

impl Inputs {
    /// Reads what is known of `agencies` and their predecessors in `period`: six queries, or seven.
    pub(super) async fn load<C: ConnectionTrait>(
        connection: &C,
        period: &period::Model,
        agencies: &[agency::Model],
    ) -> Result<Self, PartError> {
        let lines = Lines::load(connection, period, agencies).await?;
        let ids: BTreeSet<_> = agencies.iter().map(|agency| agency.id).chain(lines.others()).collect();
        let inspected =
            inspected_agency::in_period(period.starts_on, period.ends_before).all(connection).await?;
        let tables = dossier_table::latest_for(period.id)
            .filter(dossier_table::Column::AgencyId.is_in(ids.iter().copied()))
            .all(connection)
            .await?;
        let listed = listing::latest_for(period.id)
            .filter(listing::Column::AgencyId.is_in(ids.iter().copied()))
            .all(connection)
            .await?;
        let documents = document::latest_for(period.id)
            .filter(document::Column::AgencyId.is_in(ids.iter().copied()))
            .all(connection)
            .await?;
        let observations = observation::latest_for(period.id)
            .filter(observation::Column::AgencyId.is_in(ids))
            .all(connection)
            .await?;

        let mut listings: HashMap<_, Vec<_>> = HashMap::new();
        for listing in listed {
            listings.entry(listing.agency_id).or_default().push(listing);
        }
        Ok(Self {
            lines,
            inspected: inspected.into_iter().map(|inspected| inspected.agency_id).collect(),
            tables: tables.into_iter().map(|table| (table.agency_id, table)).collect(),
            listings,
            documents: documents
                .into_iter()
                .map(|document| ((document.agency_id, document.code.clone()), document))
                .collect(),
            observations: observations
                .into_iter()
                .map(|seen| ((seen.agency_id, seen.measure_code.clone()), seen))
                .collect(),
        })
    }

    /// The facts of one agency: the measures that `set` names, as far as they are known.
    pub(super) fn facts_of(
        &self,
        agency: &agency::Model,
        block_code: &str,
        set: &CriteriaSet,
        catalogue: &BTreeMap<String, measure::Model>,
    ) -> Facts {
        let (mut values, mut succession) = (BTreeMap::new(), BTreeMap::new());
        for code in set.measures() {
            // The set was checked against the catalogue when it was loaded.
            let Some(measure) = catalogue.get(code) else { continue };
            let (fact, succeeded) = self.lines.known(self, agency, measure);
            values.extend(fact.map(|fact| (code.clone(), fact)));
            succession.extend(succeeded.map(|succeeded| (code.clone(), succeeded)));
        }
        let mut tags: BTreeSet<String> = agency.tags.0.iter().cloned().collect();
        let earlier = self.lines.earlier_names(agency.id).map(|earlier| earlier.id);
        if earlier.chain([agency.id]).any(|id| self.inspected.contains(&id)) {
            tags.insert(INSPECTED_IN_PERIOD.to_owned());
        }
        Facts {
            agency: AgencySnapshot {
                id: agency.id.to_string(),
                code: agency.code.clone(),
                name_vi: agency.name_vi.clone(),
                name_en: agency.name_en.clone(),
                kind: agency.kind,
                block: block_code.to_owned(),
            },
            tags,
            values,
            appraisals: BTreeMap::new(),
            exemptions: BTreeMap::new(),
            inherited: BTreeMap::new(),
            succession,
        }
    }

    /// What the measure's own gathering finds, else what was observed.
    pub(super) fn fact(&self, agency: &agency::Model, measure: &measure::Model) -> Option<Fact> {
        let key = measure.key.as_deref().unwrap_or_default();
        let gathered = match measure.gathering {
            measure::Gathering::DossierTable => self.in_table(agency, key),
            measure::Gathering::Listing => self.in_listings(agency, key),
            measure::Gathering::Document => self.in_document(agency, key, measure.unit),
            measure::Gathering::Observation => None,
        };
        gathered.or_else(|| self.observed(agency, measure))
    }

    pub(super) fn in_table(&self, agency: &agency::Model, key: &str) -> Option<Fact> {
        let table = self.tables.get(&agency.id)?;
        let count = dossier_count(table, key)?;
        Some(Fact { value: FactValue::Number(count.into()), source: table.source, as_of: table.as_of })
    }

    /// A procedure counts as listed when it is listed at every channel; how many are is not reported, only
    /// how many are at each. So the channel where the smallest share is listed decides, with both its numbers.
    fn in_listings(&self, agency: &agency::Model, key: &str) -> Option<Fact> {
        let listings = self.listings.get(&agency.id)?;
        let share = |a: &&listing::Model, b: &&listing::Model| {
            let cross = |one: &listing::Model, other: &listing::Model| {
                i128::from(one.listed) * i128::from(other.required)
            };
            cross(a, b).cmp(&cross(b, a))
        };
        let with_procedures = listings.iter().filter(|listing| listing.required > 0);
        let deciding = with_procedures.min_by(share).or(listings.first())?;
        let count = if key == "listed" { deciding.listed } else { deciding.required };
        Some(Fact { value: FactValue::Number(count.into()), source: deciding.source, as_of: deciding.as_of })
    }

    fn in_document(&self, agency: &agency::Model, key: &str, unit: Unit) -> Option<Fact> {
        let document = self.documents.get(&(agency.id, key.to_owned()))?;
        let value = match unit {
            Unit::Flag => FactValue::Flag(document.state.is_in_force()),
            _ => FactValue::Level(document.state.to_string()),
        };
        Some(Fact { value, source: document.source, as_of: document.as_of })
    }

    fn observed(&self, agency: &agency::Model, measure: &measure::Model) -> Option<Fact> {
        let seen = self.observations.get(&(agency.id, measure.code.clone()))?;
        let value = observed_value(&seen.value, measure.unit);
        Some(Fact { value, source: seen.source, as_of: seen.as_of })
    }
}

/// The text of an observation in the unit of its measure. A text that is none is kept as it is: the rule that
/// reads it refuses it by name, and the line is MISSING on this one card.
fn observed_value(text: &str, unit: Unit) -> FactValue {
    let as_reported = || FactValue::Level(text.to_owned());
    match unit {
        Unit::Count | Unit::Share | Unit::Points => {
            text.parse().map_or_else(|_| as_reported(), FactValue::Number)
        }
        Unit::Flag => text.parse().map_or_else(|_| as_reported(), FactValue::Flag),
        Unit::Level => as_reported(),
    }
}

/// A number of the official dossier table. Sums are formed where their parts are known, because reports
/// sometimes give only the sum.
fn dossier_count(table: &dossier_table::Model, key: &str) -> Option<i64> {
    let sum = |a: Option<i64>, b: Option<i64>| a.zip(b).map(|(a, b)| a + b);
    match key {
        "received_total" => table.received_total,
        "received_online" => table.received_online,
        "received_postal" => table.received_postal,
        "received_direct_or_postal" => table.received_direct_or_postal,
        "carried_over" => table.carried_over,
        "resolved_total" => table.resolved_total,
        "resolved_early" => table.resolved_early,
        "resolved_on_time" => table.resolved_on_time,
        "resolved_in_time" => {
            sum(table.resolved_early, table.resolved_on_time).or(table.resolved_early_or_on_time)
        }
        "resolved_overdue" => table.resolved_overdue,
        "pending_total" => table.pending_total,
        "pending_in_time" => table.pending_in_time,
        "pending_overdue" => table.pending_overdue,
        "overdue_total" => sum(table.resolved_overdue, table.pending_overdue).or(table.overdue_total),
        _ => None,
    }
}
