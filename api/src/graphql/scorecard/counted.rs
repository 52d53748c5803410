//! The dossiers behind the numbers of cards, a page at a time. They are for those who see the agency's own inputs.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use entity::{AgencyId, ProcedureId, agency};
use reform_worker::dossiers::{CountedVersion, KnownDossiers};
use reform_worker::records::{Records, load_known_dossiers};
use sea_orm::{ColumnTrait, DatabaseConnection, EntityTrait, QueryFilter};

use super::Scorecard;
use super::line::LineInput;
use super::records::{DossierRecord, InputRecord, Recorded};
use crate::graphql::codes::Source;
use crate::graphql::dossier::{Procedures, load_procedures, shown};
use crate::graphql::id::NodeId;
use crate::graphql::paging::{Held, Page, Window};
use crate::graphql::problem::Problem;
use crate::policy::Sight;

/// Which records are wanted.
pub(super) struct Asked<'a> {
    /// The pages that any field asks for.
    pub(super) pages: &'a [Window],
    /// Whether the records themselves are.
    pub(super) rows: bool,
    /// Whether their number is.
    pub(super) totals: bool,
}

/// Whether a number was counted over dossiers.
pub(super) fn is_counted(input: &LineInput) -> bool {
    input.source == Some(Source::Dossiers)
}

fn inputs(card: &mut Scorecard) -> impl Iterator<Item = &mut LineInput> {
    let lines = card.lines.iter_mut().chain(&mut card.pillars).flat_map(|line| &mut line.inputs);
    lines.filter(|input| is_counted(input))
}

/// The cards with the dossiers behind their numbers: three queries, and for each number one a page that is wanted.
pub(super) async fn filled_in(
    database: &DatabaseConnection,
    sight: &Sight,
    records: &Records,
    asked: &Asked<'_>,
    cards: &mut [Scorecard],
) -> Result<(), Problem> {
    let mut seen = Vec::new();
    for card in cards {
        let agency = NodeId::agency(&card.agency.id);
        let covered = agency.is_some_and(|agency| sight.covers(agency)) && inputs(card).next().is_some();
        if let (Some(id), true) = (NodeId::scorecard(&card.id), covered) {
            seen.push((id, card));
        }
    }
    if seen.is_empty() {
        return Ok(());
    }
    let ids: HashSet<_> = seen.iter().map(|(id, _)| *id).collect();
    let known = load_known_dossiers(database, &ids.into_iter().collect::<Vec<_>>()).await?;
    let mut read = Vec::new();
    for (id, card) in seen {
        let Some(known) = known.get(&id) else { continue };
        let keyed = inputs(card).filter_map(|input| Some((records.key_of(&input.measure)?, input)));
        let keyed: Vec<_> = keyed.collect();
        let keys: BTreeSet<&str> = keyed.iter().map(|(key, _)| *key).collect();
        let totals = totals(database, known, &keys, asked).await?;
        let pages = pages(database, known, &keys, asked).await?;
        read.push((keyed, totals, pages));
    }
    let mut named = (HashSet::new(), HashSet::new());
    for (_, rows) in read.iter().flat_map(|(.., pages)| pages.values().flatten()) {
        named.extend(rows.iter().map(|row| (row.row.agency_id, row.row.procedure_id)));
    }
    let names = Names::load(database, named).await?;
    for (keyed, totals, pages) in read {
        for (key, input) in keyed {
            let total = totals.get(key).copied();
            input.records_value = total.map(|total| total.to_string());
            input.records_differ = total.map(|_| input.records_value != input.exact);
            let page = |(window, rows): &(Window, Vec<CountedVersion>)| {
                let total = total.and_then(|total| u64::try_from(total).ok());
                (*window, Page::new(*window, rows.iter().map(|row| names.told(row)).collect(), total))
            };
            input.records = Held::Pages(pages.get(key).into_iter().flatten().map(page).collect());
        }
    }
    Ok(())
}

async fn totals<'a>(
    database: &DatabaseConnection,
    known: &KnownDossiers,
    keys: &BTreeSet<&'a str>,
    asked: &Asked<'_>,
) -> Result<BTreeMap<&'a str, i64>, Problem> {
    if !asked.totals {
        return Ok(BTreeMap::new());
    }
    let keys: Vec<&str> = keys.iter().copied().collect();
    let counts = known.count(database, &keys).await?;
    Ok(keys.into_iter().zip(counts).collect())
}

type Pages<'a> = BTreeMap<&'a str, Vec<(Window, Vec<CountedVersion>)>>;

async fn pages<'a>(
    database: &DatabaseConnection,
    known: &KnownDossiers,
    keys: &BTreeSet<&'a str>,
    asked: &Asked<'_>,
) -> Result<Pages<'a>, Problem> {
    let mut pages = Pages::new();
    for key in keys {
        let of_key: &mut Vec<_> = pages.entry(key).or_default();
        for window in asked.pages {
            let rows = match asked.rows {
                true => known.page(database, key, (window.offset, window.limit())).await?,
                false => Vec::new(),
            };
            of_key.push((*window, rows));
        }
    }
    Ok(pages)
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

    fn told(&self, counted: &CountedVersion) -> InputRecord {
        let agency = self.agencies.get(&counted.row.agency_id).map_or("", String::as_str);
        let shared = Recorded {
            source: Source::Dossiers,
            as_of: scoring::province_day(counted.recorded_at),
            recorded_at: counted.recorded_at,
            version: counted.row.version,
            decides: true,
            newest: Some(counted.newest),
            recorded_by: Some(counted.recorded_by.clone()),
            note: None,
        };
        DossierRecord { dossier: shown(agency, counted.row.clone(), &self.procedures), shared }.into()
    }
}
