//! From the stored inputs to the facts of each agency, in a fixed number of queries whatever the number of
//! agencies. A measure says by its `gathering` and `key` where it is found; none is named in code.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::NaiveDate;
use entity::{
    AgencyId, agency, agency_procedure, document, dossier_table, finding, inspected_agency, listing, measure,
    observation, period,
};
use scoring::{AgencySnapshot, CriteriaSet, DossierCounts, Fact, FactValue, Facts, Source, Unit};
use sea_orm::{ColumnTrait, ConnectionTrait, QueryFilter};

use super::PartError;
use super::listings::{AtChannel, Listings, Side};
use super::succession::{Lines, Told};
use crate::dossiers::{CountedPart, Span, load_counts, load_reporters};

/// The tag of an agency that was inspected in the period; it follows from the inspections.
const INSPECTED_IN_PERIOD: &str = "INSPECTED_IN_PERIOD";

/// Everything that was reported of some agencies in one period: of each the newest version, or the one that was the
/// newest when a card was compiled.
#[derive(Default)]
pub(crate) struct Inputs {
    lines: Lines,
    inspected: BTreeSet<AgencyId>,
    tables: HashMap<AgencyId, dossier_table::Model>,
    listings: Listings,
    dossiers: HashMap<Span, Counted>,
    documents: HashMap<(AgencyId, String), document::Model>,
    observations: HashMap<(AgencyId, String), observation::Model>,
    findings: HashMap<AgencyId, Vec<finding::Inspected>>,
}

/// Where the numbers of a measure are found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// In the official dossier table.
    Table,
    /// Among the dossiers.
    Dossiers,
    /// In what else is gathered or observed.
    Elsewhere,
}

impl Place {
    /// Where they are looked for, the place that counts first.
    pub(super) fn of(gathering: measure::Gathering) -> &'static [Self] {
        match gathering {
            measure::Gathering::DossierTable => &[Self::Table, Self::Dossiers, Self::Elsewhere],
            measure::Gathering::Dossiers => &[Self::Dossiers, Self::Table, Self::Elsewhere],
            _ => &[Self::Elsewhere],
        }
    }
}

/// What a measure's value was taken from.
pub(crate) enum Found<'a> {
    /// A number of the official dossier table.
    Table(&'a dossier_table::Model, i64),
    /// A number counted over the dossiers.
    Dossiers(&'a Counted, i64),
    /// The listings at every channel, and the one that decides.
    Listings(Vec<AtChannel<'a>>, AtChannel<'a>),
    /// A document.
    Document(&'a document::Model),
    /// An observation.
    Observation(&'a observation::Model),
    /// Findings of a kind, and the day of the last inspection.
    Findings(Vec<&'a finding::Inspected>, NaiveDate),
}

impl Found<'_> {
    /// The value, in the measure's unit.
    pub(crate) fn fact(&self, measure: &measure::Model) -> Fact {
        match self {
            Self::Table(table, count) => {
                Fact { value: FactValue::Number((*count).into()), source: table.source, as_of: table.as_of }
            }
            Self::Dossiers(counted, count) => {
                let value = FactValue::Number((*count).into());
                Fact { value, source: Source::Dossiers, as_of: counted.as_of }
            }
            Self::Listings(_, deciding) => {
                let value = FactValue::Number(deciding.count(Side::of(measure)).into());
                Fact { value, source: deciding.source, as_of: deciding.as_of }
            }
            Self::Document(document) => {
                let value = match measure.unit {
                    Unit::Flag => FactValue::Flag(document.state.is_in_force()),
                    _ => FactValue::Level(document.state.to_string()),
                };
                Fact { value, source: document.source, as_of: document.as_of }
            }
            Self::Findings(findings, inspected_on) => {
                let count = i64::try_from(findings.len()).unwrap_or(i64::MAX);
                let value = FactValue::Number(count.into());
                Fact { value, source: Source::InspectionReport, as_of: *inspected_on }
            }
            Self::Observation(seen) => Fact {
                value: observed_value(&seen.value, measure.unit),
                source: seen.source,
                as_of: seen.as_of,
            },
        }
    }
}

impl Inputs {
    /// Reads what is known of `agencies` and their predecessors in `period`: twelve queries at most where no
    /// agency changed, and two or three more where some did.
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
        let procedures = agency_procedure::listed_for(period.id)
            .filter(agency_procedure::Column::AgencyId.is_in(ids.iter().copied()))
            .into_model::<agency_procedure::Listed>()
            .all(connection)
            .await?;
        let documents = document::latest_for(period.id)
            .filter(document::Column::AgencyId.is_in(ids.iter().copied()))
            .all(connection)
            .await?;
        let dossiers = dossiers(connection, period, &lines, agencies).await?;
        let findings = finding::of_agencies(ids.iter().copied());
        let findings = findings.into_model::<finding::Inspected>().all(connection).await?;
        let observations = observation::latest_for(period.id)
            .filter(observation::Column::AgencyId.is_in(ids))
            .all(connection)
            .await?;

        let mut inputs = Self {
            lines,
            inspected: inspected.into_iter().map(|inspected| inspected.agency_id).collect(),
            dossiers,
            ..Self::default()
        };
        tables.into_iter().for_each(|table| inputs.add_table(table));
        listed.into_iter().for_each(|listing| inputs.listings.add_reported(listing));
        procedures.into_iter().for_each(|procedure| inputs.listings.add_procedure(procedure));
        documents.into_iter().for_each(|document| inputs.add_document(document));
        observations.into_iter().for_each(|seen| inputs.add_observation(seen));
        findings.into_iter().for_each(|finding| inputs.add_finding(finding));
        Ok(inputs)
    }

    /// Nothing yet, of agencies over their changes.
    pub(crate) fn over(lines: Lines) -> Self {
        Self { lines, ..Self::default() }
    }

    /// The agencies whose reports are needed.
    pub(crate) fn everyone(&self) -> impl Iterator<Item = AgencyId> {
        self.lines.everyone()
    }

    /// The code of an agency that changed.
    pub(crate) fn code_of(&self, agency: AgencyId) -> Option<&str> {
        self.lines.code_of(agency)
    }

    /// Of whose dossiers a number was counted; see [`Lines::counted_dossiers`].
    pub(crate) fn counted_dossiers(
        &self,
        agency: AgencyId,
        measure: &measure::Model,
        parts: &[(&str, NaiveDate, NaiveDate)],
    ) -> Vec<CountedPart> {
        self.lines.counted_dossiers(agency, measure, parts)
    }

    pub(crate) fn add_table(&mut self, table: dossier_table::Model) {
        self.tables.insert(table.agency_id, table);
    }

    /// Where listings and the procedures that are counted for want of one are added.
    pub(crate) fn listings_mut(&mut self) -> &mut Listings {
        &mut self.listings
    }

    pub(crate) fn add_document(&mut self, document: document::Model) {
        self.documents.insert((document.agency_id, document.code.clone()), document);
    }

    pub(crate) fn add_observation(&mut self, seen: observation::Model) {
        self.observations.insert((seen.agency_id, seen.measure_code.clone()), seen);
    }

    /// What a half-year's inspection found is known at the year's end as well; what another period's did is not counted.
    pub(crate) fn add_finding(&mut self, finding: finding::Inspected) {
        if self.lines.covers(finding.starts_on, finding.ends_before) {
            self.findings.entry(finding.agency).or_default().push(finding);
        }
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
        let (mut beside, mut broken) = (BTreeMap::new(), BTreeMap::new());
        for code in set.measures() {
            // The set was checked against the catalogue when it was loaded.
            let Some(measure) = catalogue.get(code) else { continue };
            let told = self.told(agency.id, measure);
            let identities = told.broken();
            if !identities.is_empty() {
                broken.insert(code.clone(), identities);
            }
            values.extend(told.fact.map(|fact| (code.clone(), fact)));
            succession.extend(told.succeeded.map(|succeeded| (code.clone(), succeeded)));
            beside.extend(told.beside.map(|fact| (code.clone(), fact)));
        }
        let mut tags: BTreeSet<String> = agency.tags.0.iter().cloned().collect();
        let earlier = self.lines.earlier_names(agency.id);
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
            beside,
            broken,
        }
    }

    /// What is known of a measure of an agency, over any change of agencies.
    pub(crate) fn told<'a>(&'a self, agency: AgencyId, measure: &'a measure::Model) -> Told<'a> {
        self.lines.told(self, agency, measure)
    }

    /// What the measure's own gathering finds of this agency alone, else what was observed.
    pub(super) fn found(&self, agency: AgencyId, measure: &measure::Model) -> Option<Found<'_>> {
        let places = Place::of(measure.gathering);
        places.iter().find_map(|place| self.found_at(*place, agency, measure))
    }

    fn found_at(&self, place: Place, agency: AgencyId, measure: &measure::Model) -> Option<Found<'_>> {
        let key = measure.key.as_deref().unwrap_or_default();
        match place {
            Place::Table => self.in_table(agency, key),
            Place::Dossiers => self.in_dossiers(self.lines.whole(agency), key),
            Place::Elsewhere => self.elsewhere(agency, measure),
        }
    }

    /// What is known besides of a measure for which the official table and the dossiers can both speak, and do. The
    /// measure's gathering says which of the two counts.
    pub(super) fn beside(&self, agency: AgencyId, measure: &measure::Model) -> Option<Found<'_>> {
        match Place::of(measure.gathering) {
            [first, second, _] => {
                self.found_at(*first, agency, measure).and(self.found_at(*second, agency, measure))
            }
            _ => None,
        }
    }

    pub(super) fn in_dossiers(&self, span: Span, key: &str) -> Option<Found<'_>> {
        let counted = self.dossiers.get(&span)?;
        Some(Found::Dossiers(counted, counted.counts.number(key)?))
    }

    pub(super) fn in_table(&self, agency: AgencyId, key: &str) -> Option<Found<'_>> {
        let table = self.tables.get(&agency)?;
        Some(Found::Table(table, dossier_count(table, key)?))
    }

    /// What is neither in the table nor among the dossiers.
    pub(super) fn elsewhere(&self, agency: AgencyId, measure: &measure::Model) -> Option<Found<'_>> {
        let gathered = match measure.gathering {
            measure::Gathering::Listing => {
                self.listings.of(agency).map(|(all, deciding)| Found::Listings(all, deciding))
            }
            measure::Gathering::Document => {
                let key = measure.key.clone().unwrap_or_default();
                self.documents.get(&(agency, key)).map(Found::Document)
            }
            measure::Gathering::Finding => self.in_findings(agency, measure),
            _ => None,
        };
        let observed = || self.observations.get(&(agency, measure.code.clone())).map(Found::Observation);
        match gathered {
            // Where the report has none of the kind, somebody may still have counted otherwise.
            Some(Found::Findings(ref none, _)) if none.is_empty() => observed().or(gathered),
            Some(_) => gathered,
            None => observed(),
        }
    }

    /// The findings of the kind that the measure counts; none at all are known of an agency on which there are none of any
    /// kind.
    fn in_findings(&self, agency: AgencyId, measure: &measure::Model) -> Option<Found<'_>> {
        let findings = self.findings.get(&agency)?;
        let last = findings.iter().map(|finding| finding.inspected_on).max()?;
        let of_kind =
            findings.iter().filter(|finding| Some(finding.row.kind.as_str()) == measure.key.as_deref());
        Some(Found::Findings(of_kind.collect(), last))
    }
}

/// What is counted over the dossiers of an agency from a day until before another.
pub(crate) struct Counted {
    counts: DossierCounts,
    as_of: NaiveDate,
}

/// The counts of those agencies that reported dossiers since the period began: of another, nothing is known, but for
/// those that had ended by then.
async fn dossiers<C: ConnectionTrait>(
    connection: &C,
    period: &period::Model,
    lines: &Lines,
    agencies: &[agency::Model],
) -> Result<HashMap<Span, Counted>, PartError> {
    let spans = lines.spans(agencies.iter().map(|agency| agency.id));
    let reporters = load_reporters(connection, &spans.iter().map(|span| span.agency).collect()).await?;
    let reported = |span: Span| {
        let as_of = *reporters.get(&span.agency)?;
        (as_of >= period.starts_on || lines.is_past(span.agency)).then_some((span, as_of))
    };
    let (spans, as_of): (Vec<_>, Vec<_>) = spans.into_iter().filter_map(reported).unzip();
    let counts = load_counts(connection, &spans).await?;
    let counted = spans.into_iter().zip(as_of).zip(counts).map(|((span, as_of), counts)| {
        let last = span.before.pred_opt().unwrap_or(span.before);
        (span, Counted { counts, as_of: as_of.min(last) })
    });
    Ok(counted.collect())
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
