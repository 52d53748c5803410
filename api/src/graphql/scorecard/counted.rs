//! The dossiers behind the numbers of cards, a page at a time. They are for those who see the own inputs of whose they
//! are.

use std::collections::{BTreeMap, HashMap, HashSet};

use entity::{AgencyId, ProcedureId, ScorecardId, agency};
use reform_worker::dossiers::{CountedPart, CountedVersion, KnownDossiers};
use reform_worker::records::{Behind, Records, load_known_dossiers};
use scoring::Exact;
use sea_orm::{ColumnTrait, DatabaseConnection, EntityTrait, QueryFilter};

use super::Scorecard;
use super::line::{LineInput, SummedInput};
use super::records::{DossierRecord, InputRecord, Recorded};
use crate::graphql::codes::Source;
use crate::graphql::dossier::shown;
use crate::graphql::id::NodeId;
use crate::graphql::paging::{Held, Page, Window};
use crate::graphql::problem::Problem;
use crate::graphql::procedure::{Procedures, load_procedures};
use crate::policy::Sight;

/// Which records are wanted.
pub(super) struct Asked<'a> {
    /// The pages that any field asks for.
    pub(super) pages: &'a [Window],
    /// Whether the records themselves are.
    pub(super) rows: bool,
    /// Whether their number or value is.
    pub(super) totals: bool,
}

/// Whether a number, or a part of its sum, was counted over dossiers.
pub(super) fn is_counted(input: &LineInput) -> bool {
    match input.summed.as_slice() {
        [] => input.source == Some(Source::Dossiers),
        parts => parts.iter().any(is_of_dossiers),
    }
}

/// Whether a record of a number counted over dossiers is that of a part which was not.
pub(super) fn is_of_another_source(input: &LineInput, behind: &Behind) -> bool {
    match &behind.predecessor {
        Some(code) => input.summed.iter().any(|part| part.agency == *code && !is_of_dossiers(part)),
        // The agency's own part comes first.
        None => input.summed.first().is_some_and(|own| !is_of_dossiers(own)),
    }
}

fn is_of_dossiers(part: &SummedInput) -> bool {
    part.source == Source::Dossiers
}

/// The cards with the dossiers behind their numbers: three queries, one for each card, and one for each page of each
/// number that is wanted.
pub(super) async fn filled_in(
    database: &DatabaseConnection,
    sight: &Sight,
    records: &Records,
    asked: &Asked<'_>,
    cards: &mut [Scorecard],
) -> Result<(), Problem> {
    let mut cards: Vec<_> = cards.iter_mut().collect();
    cards.retain_mut(|card| inputs(card).next().is_some());
    let ids: HashSet<_> = cards.iter().filter_map(|card| NodeId::scorecard(&card.id)).collect();
    if ids.is_empty() {
        return Ok(());
    }
    let known = load_known_dossiers(database, &ids.into_iter().collect::<Vec<_>>()).await?;
    let mut read = Vec::new();
    for card in &mut cards {
        let id = NodeId::scorecard(&card.id);
        let of_card = id.and_then(|id| Some((id, NodeId::agency(&card.agency.id)?, *known.get(&id)?)));
        let Some((id, agency, known)) = of_card else { continue };
        let mut numbers = Numbers::new();
        for input in inputs(card) {
            let number = || Number::of(input, (id, agency), records, sight);
            numbers.entry(input.measure.clone()).or_insert_with(number);
        }
        count(database, known, &mut numbers, asked).await?;
        read_pages(database, known, &mut numbers, asked).await?;
        read.push((agency, numbers));
    }
    let mut named = (HashSet::new(), HashSet::new());
    for number in read.iter().flat_map(|(_, numbers)| numbers.values()) {
        let rows = number.pages.iter().flat_map(|(_, rows)| rows);
        named.extend(rows.map(|row| (row.row.agency_id, row.row.procedure_id)));
    }
    let names = Names::load(database, named).await?;
    for (card, (agency, numbers)) in cards.into_iter().zip(read) {
        for input in inputs(card) {
            if let Some(number) = numbers.get(&input.measure) {
                number.fill(input, agency, &names);
            }
        }
    }
    Ok(())
}

fn inputs(card: &mut Scorecard) -> impl Iterator<Item = &mut LineInput> {
    let lines = card.lines.iter_mut().chain(&mut card.pillars).flat_map(|line| &mut line.inputs);
    lines.filter(|input| is_counted(input))
}

/// The numbers of a card that were counted over dossiers, by measure.
type Numbers = BTreeMap<String, Number>;

/// What is behind one of them.
struct Number {
    /// What of it the viewer sees.
    parts: Vec<CountedPart>,
    /// The share of each part that counts.
    shares: Vec<Exact>,
    /// Whether that is all of it, and nothing is from a table.
    is_whole: bool,
    /// How many other records come before the dossiers.
    others: u64,
    counts: Option<Vec<i64>>,
    pages: Vec<(Window, Vec<CountedVersion>)>,
}

impl Number {
    fn of(
        input: &LineInput,
        (card, agency): (ScorecardId, AgencyId),
        records: &Records,
        sight: &Sight,
    ) -> Self {
        let (mut parts, mut shares) = (Vec::new(), Vec::new());
        let mut is_whole = true;
        let mut add = |of: &[(&str, _, _)], share: Exact| {
            for part in records.counted_dossiers(card, agency, &input.measure, of) {
                if sight.covers(part.span.agency) {
                    parts.push(part);
                    shares.push(share.clone());
                } else {
                    is_whole = false;
                }
            }
        };
        if input.summed.is_empty() {
            add(&[], Exact::one());
        }
        for part in input.summed.iter().filter(|part| is_of_dossiers(part)) {
            let share = part.share.parse().unwrap_or_else(|_| Exact::one());
            add(&[(&part.agency, part.from, part.ends_before)], share);
        }
        is_whole &= input.summed.iter().all(is_of_dossiers);
        let others = match &input.records {
            Held::Whole(others) => u64::try_from(others.len()).unwrap_or(u64::MAX),
            Held::Pages(_) => 0,
        };
        Self { parts, shares, is_whole, others, counts: None, pages: Vec::new() }
    }

    /// The value that the dossiers give, where they are counted and all there is.
    fn value(&self) -> Option<Exact> {
        let counts = self.counts.as_ref().filter(|_| self.is_whole)?;
        let parts = self.shares.iter().zip(counts);
        Some(parts.fold(Exact::zero(), |sum, (share, count)| sum + &(share * &Exact::from(*count))))
    }

    fn fill(&self, input: &mut LineInput, agency: AgencyId, names: &Names) {
        let value = self.value();
        input.records_value = value.as_ref().map(ToString::to_string);
        input.records_differ = value.map(|_| input.records_value != input.exact);
        let others = match std::mem::take(&mut input.records) {
            Held::Whole(others) => others,
            Held::Pages(_) => Vec::new(),
        };
        let counted = self.counts.as_ref().map(|counts| counts.iter().sum::<i64>());
        let total =
            counted.and_then(|counted| u64::try_from(counted).ok()).map(|counted| counted + self.others);
        let page = |(window, rows): &(Window, Vec<CountedVersion>)| {
            let [skipped, taken] =
                [window.offset, window.limit()].map(|rows| usize::try_from(rows).unwrap_or(usize::MAX));
            let others = others.iter().skip(skipped).take(taken).cloned();
            let rows = others.chain(rows.iter().map(|row| names.told(row, agency))).collect();
            (*window, Page::new(*window, rows, total))
        };
        input.records = Held::Pages(self.pages.iter().map(page).collect());
    }
}

async fn count(
    database: &DatabaseConnection,
    known: KnownDossiers,
    numbers: &mut Numbers,
    asked: &Asked<'_>,
) -> Result<(), Problem> {
    if !asked.totals {
        return Ok(());
    }
    let parts: Vec<CountedPart> = numbers.values().flat_map(|number| number.parts.clone()).collect();
    let mut counts = known.count(database, &parts).await?.into_iter();
    for number in numbers.values_mut() {
        number.counts = Some(counts.by_ref().take(number.parts.len()).collect());
    }
    Ok(())
}

async fn read_pages(
    database: &DatabaseConnection,
    known: KnownDossiers,
    numbers: &mut Numbers,
    asked: &Asked<'_>,
) -> Result<(), Problem> {
    for number in numbers.values_mut() {
        for window in asked.pages {
            let others = number.others.saturating_sub(window.offset).min(window.limit());
            let dossiers = (window.offset.saturating_sub(number.others), window.limit() - others);
            let rows = match asked.rows && dossiers.1 > 0 {
                true => known.page(database, &number.parts, dossiers).await?,
                false => Vec::new(),
            };
            number.pages.push((*window, rows));
        }
    }
    Ok(())
}

/// What dossiers name by their ids.
struct Names {
    agencies: HashMap<AgencyId, String>,
    procedures: Procedures,
}

impl Names {
    async fn load(
        database: &DatabaseConnection,
        (agencies, procedures): (HashSet<AgencyId>, HashSet<ProcedureId>),
    ) -> Result<Self, Problem> {
        let agencies =
            agency::Entity::find().filter(agency::Column::Id.is_in(agencies)).all(database).await?;
        Ok(Self {
            agencies: agencies.into_iter().map(|agency| (agency.id, agency.code)).collect(),
            procedures: load_procedures(database, procedures).await?,
        })
    }

    /// A dossier that counted on a card of `own`.
    fn told(&self, counted: &CountedVersion, own: AgencyId) -> InputRecord {
        let agency = self.agencies.get(&counted.row.agency_id).map_or("", String::as_str);
        let shared = Recorded {
            source: Source::Dossiers,
            as_of: scoring::province_day(counted.recorded_at),
            recorded_at: Some(counted.recorded_at),
            version: counted.row.version,
            decides: true,
            predecessor: (counted.row.agency_id != own).then(|| agency.to_owned()),
            newest: Some(counted.newest),
            recorded_by: Some(counted.recorded_by.clone()),
            note: None,
        };
        DossierRecord { dossier: shown(agency, counted.row.clone(), &self.procedures), shared }.into()
    }
}
