//! The records behind the numbers of stored cards: the versions that were the newest when a card was compiled, and
//! which of them a measure's value was taken from, by the very functions that a build gathers with.
//!
//! Inputs are appended with the instant at which they were recorded, so what a card was compiled from can be read
//! again. A record that was written by another clock may still have come later than it says; therefore the value
//! that the records give stands beside the one that was scored.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use chrono::{DateTime, NaiveDate, Utc};
use entity::{
    AgencyId, AgencyProcedureId, DocumentId, DossierTableId, Known, ListingId, ObservationId, ProcedureId,
    ScorecardId, agency_procedure, document, dossier_table, finding, listing, measure, observation,
    scorecard,
};
use scoring::FactValue;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, FromQueryResult, QueryFilter, QuerySelect, Select,
};

use crate::compile::gather::{Found, Inputs};
use crate::compile::listings::Side;
use crate::compile::succession::Lines;
use crate::criteria::load_measures;
use crate::dossiers::{CountedPart, KnownDossiers};

/// A record that a number was taken from. Single dossiers, of which one number has very many, are told by
/// [`load_known_dossiers`].
#[derive(Clone, Debug)]
pub enum Record {
    /// The official dossier table.
    DossierTable(dossier_table::Model),
    /// The public listing at a channel.
    Listing(listing::Model),
    /// A procedure that was counted, at a channel of which no listing was reported.
    Procedure(agency_procedure::Model, listing::Channel),
    /// A document.
    Document(document::Model),
    /// An observation.
    Observation(observation::Model),
    /// A finding of an inspection.
    Finding(finding::Inspected),
}

/// A record and what it is to the number.
#[derive(Clone, Debug)]
pub struct Behind {
    /// The record.
    pub record: Record,
    /// Whether there is no newer version of it by now.
    pub newest: bool,
    /// Whether the value is its own: of several listings one decides, of a sum every record.
    pub decides: bool,
    /// Whose it is.
    pub agency: AgencyId,
    /// The code of that agency where it is a predecessor of the card's.
    pub predecessor: Option<String>,
}

/// The records of some cards.
pub struct Records {
    measures: BTreeMap<String, measure::Model>,
    of_cards: HashMap<ScorecardId, Inputs>,
    procedures: HashMap<(ScorecardId, AgencyId), Vec<agency_procedure::Model>>,
    newest: Newest,
}

/// The versions that are still the newest.
#[derive(Default)]
struct Newest {
    tables: HashSet<DossierTableId>,
    listings: HashSet<ListingId>,
    procedures: HashSet<AgencyProcedureId>,
    documents: HashSet<DocumentId>,
    observations: HashSet<ObservationId>,
}

impl Records {
    /// Reads what was known when each of the cards was compiled, of their agencies and those whose counts were summed:
    /// nine queries, and where agencies changed a few more.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn load<C: ConnectionTrait>(connection: &C, cards: &[ScorecardId]) -> Result<Self, DbErr> {
        let lines = Lines::of_cards(connection, cards).await?;
        let with_others: Vec<_> =
            lines.iter().map(|(card, lines)| (*card, lines.others().collect())).collect();
        let cards = || with_others.as_slice();
        let mut of_cards: HashMap<ScorecardId, Inputs> =
            lines.into_iter().map(|(card, lines)| (card, Inputs::over(lines))).collect();
        let mut newest = Newest::default();
        for known in all(connection, dossier_table::known_to_cards(cards())).await? {
            newest.tables.extend(known.newest.then_some(known.row.id));
            of_cards.entry(known.card).or_default().add_table(known.row);
        }
        for known in all(connection, listing::known_to_cards(cards())).await? {
            newest.listings.extend(known.newest.then_some(known.row.id));
            of_cards.entry(known.card).or_default().listings_mut().add_reported(known.row);
        }
        let mut procedures: HashMap<_, Vec<_>> = HashMap::new();
        for known in all(connection, agency_procedure::known_to_cards(cards())).await? {
            newest.procedures.extend(known.newest.then_some(known.row.id));
            of_cards.entry(known.card).or_default().listings_mut().add_procedure(known.row.listed());
            procedures.entry((known.card, known.row.agency_id)).or_default().push(known.row);
        }
        for known in all(connection, document::known_to_cards(cards())).await? {
            newest.documents.extend(known.newest.then_some(known.row.id));
            of_cards.entry(known.card).or_default().add_document(known.row);
        }
        for known in all(connection, observation::known_to_cards(cards())).await? {
            newest.observations.extend(known.newest.then_some(known.row.id));
            of_cards.entry(known.card).or_default().add_observation(known.row);
        }
        let everyone: BTreeSet<AgencyId> = of_cards.values().flat_map(Inputs::everyone).collect();
        let findings =
            finding::of_agencies(everyone).into_model::<finding::Inspected>().all(connection).await?;
        for inputs in of_cards.values_mut() {
            let own: BTreeSet<AgencyId> = inputs.everyone().collect();
            findings
                .iter()
                .filter(|of| own.contains(&of.agency))
                .for_each(|of| inputs.add_finding(of.clone()));
        }
        Ok(Self { measures: load_measures(connection).await?, of_cards, procedures, newest })
    }

    /// The records behind the value of a measure on a card of an agency, and the value that they give.
    pub fn behind(
        &self,
        card: ScorecardId,
        agency: AgencyId,
        measure: &str,
    ) -> (Vec<Behind>, Option<FactValue>) {
        let known = self.measures.get(measure).zip(self.of_cards.get(&card));
        let Some((measure, inputs)) = known else { return Default::default() };
        let told = inputs.told(agency, measure);
        let mut behind: Vec<Behind> = Vec::new();
        for (of, found) in &told.found {
            // Of whose row only parts go over, both name it.
            if behind.iter().all(|other| other.agency != *of) {
                let predecessor = inputs.code_of(*of).filter(|_| *of != agency);
                behind.extend(self.newest.behind(found, *of, predecessor));
                let procedures = self.procedures.get(&(card, *of)).map(Vec::as_slice).unwrap_or_default();
                behind.extend(self.newest.procedures(found, measure, procedures, predecessor));
            }
        }
        (behind, told.fact.map(|fact| fact.value))
    }

    /// The procedures that the records are about, where any are.
    #[must_use]
    pub fn procedures(&self) -> BTreeSet<ProcedureId> {
        self.procedures.values().flatten().map(|row| row.procedure_id).collect()
    }

    /// Of whose dossiers the value of a measure on a card was counted, on which days, and what was counted; `parts` are
    /// those of its sum that were counted so, each by code, first day and the day after the last, and none where nothing
    /// was summed.
    pub fn counted_dossiers(
        &self,
        card: ScorecardId,
        agency: AgencyId,
        measure: &str,
        parts: &[(&str, NaiveDate, NaiveDate)],
    ) -> Vec<CountedPart> {
        let known = self.measures.get(measure).zip(self.of_cards.get(&card));
        known.map_or_else(Vec::new, |(measure, inputs)| inputs.counted_dossiers(agency, measure, parts))
    }
}

/// The dossiers as they were known when each of the cards was compiled: one query, and those of what is then asked.
///
/// # Errors
/// When the database fails.
pub async fn load_known_dossiers<C: ConnectionTrait>(
    connection: &C,
    cards: &[ScorecardId],
) -> Result<HashMap<ScorecardId, KnownDossiers>, DbErr> {
    let rows: Vec<(ScorecardId, DateTime<Utc>)> = scorecard::Entity::find()
        .select_only()
        .columns([scorecard::Column::Id, scorecard::Column::CompiledAt])
        .filter(scorecard::Column::Id.is_in(cards.iter().copied()))
        .into_tuple()
        .all(connection)
        .await?;
    Ok(rows.into_iter().map(|(card, at)| (card, KnownDossiers(at))).collect())
}

impl Newest {
    fn behind(&self, found: &Found<'_>, agency: AgencyId, predecessor: Option<&str>) -> Vec<Behind> {
        let behind = |record, newest, decides| {
            let predecessor = predecessor.map(str::to_owned);
            Behind { record, newest, decides, agency, predecessor }
        };
        let one = |record, newest| vec![behind(record, newest, true)];
        match found {
            Found::Table(table, _) => {
                one(Record::DossierTable((*table).clone()), self.tables.contains(&table.id))
            }
            Found::Dossiers(..) => Vec::new(),
            Found::Findings(findings, _) => {
                findings.iter().map(|found| behind(Record::Finding((*found).clone()), true, true)).collect()
            }
            Found::Document(document) => {
                one(Record::Document((*document).clone()), self.documents.contains(&document.id))
            }
            Found::Observation(seen) => {
                one(Record::Observation((*seen).clone()), self.observations.contains(&seen.id))
            }
            Found::Listings(listings, deciding) => {
                let listed = |listing: &listing::Model| {
                    let newest = self.listings.contains(&listing.id);
                    behind(Record::Listing(listing.clone()), newest, listing.channel == deciding.channel)
                };
                listings.iter().filter_map(|at| at.reported).map(listed).collect()
            }
        }
    }

    /// Those of the procedures that were counted, where the channel that decides is one of which no listing was reported.
    fn procedures(
        &self,
        found: &Found<'_>,
        measure: &measure::Model,
        procedures: &[agency_procedure::Model],
        predecessor: Option<&str>,
    ) -> Vec<Behind> {
        let Found::Listings(_, deciding) = found else { return Vec::new() };
        if deciding.reported.is_some() {
            return Vec::new();
        }
        let counted =
            |row: &&agency_procedure::Model| Side::of(measure).counts(row.listed().at(deciding.channel));
        let behind = |row: &agency_procedure::Model| Behind {
            record: Record::Procedure(row.clone(), deciding.channel),
            newest: self.procedures.contains(&row.id),
            decides: true,
            agency: row.agency_id,
            predecessor: predecessor.map(str::to_owned),
        };
        procedures.iter().filter(counted).map(behind).collect()
    }
}

async fn all<C, E>(connection: &C, rows: Select<E>) -> Result<Vec<Known<E::Model>>, DbErr>
where
    C: ConnectionTrait,
    E: sea_orm::EntityTrait,
    E::Model: FromQueryResult + Send + Sync,
{
    rows.into_model::<Known<E::Model>>().all(connection).await
}
