//! What an import changes in the counters, added up before it is written: one upsert a counter row, however many
//! dossiers count there.

use std::collections::{BTreeMap, HashMap};

use chrono::NaiveDate;
use entity::AgencyId;
use entity::dossier_month::month_of;
use scoring::{CountedDossier, Counter, contribution};

/// So many rows are added up at most; then they are written. It bounds the memory: about 80 bytes a row.
const MOST_ROWS: usize = 900_000;

/// What changes in a row of counters.
pub(super) type Change = [i32; Counter::COUNT];

/// What changes in the counters of agencies, by day.
#[derive(Debug, Default)]
pub(super) struct Tally {
    rows: HashMap<(AgencyId, NaiveDate), Change>,
    /// The first month in which something changes for an agency, of everything that was ever added.
    touched: BTreeMap<AgencyId, i32>,
}

impl Tally {
    /// A dossier counts from now on.
    pub(super) fn add(&mut self, agency: AgencyId, dossier: &CountedDossier) {
        self.count(agency, dossier, 1);
    }

    /// A dossier counts no more.
    pub(super) fn subtract(&mut self, agency: AgencyId, dossier: &CountedDossier) {
        self.count(agency, dossier, -1);
    }

    fn count(&mut self, agency: AgencyId, dossier: &CountedDossier, one: i32) {
        for (day, counter) in contribution(dossier) {
            self.rows.entry((agency, day)).or_default()[counter as usize] += one;
        }
    }

    /// Whether it is time to write.
    pub(super) fn is_full(&self) -> bool {
        self.rows.len() >= MOST_ROWS
    }

    /// What changes, in order, and nothing of it is left here.
    pub(super) fn take(&mut self) -> Vec<(AgencyId, NaiveDate, Change)> {
        let rows = std::mem::take(&mut self.rows).into_iter();
        let rows = rows.filter(|(_, change)| change.iter().any(|count| *count != 0));
        let mut rows: Vec<_> = rows.map(|((agency, day), change)| (agency, day, change)).collect();
        rows.sort_unstable_by_key(|(agency, day, _)| (*agency, *day));
        for (agency, day, _) in &rows {
            let month = month_of(*day);
            self.touched.entry(*agency).and_modify(|first| *first = month.min(*first)).or_insert(month);
        }
        rows
    }

    /// The agencies of which something was taken, each with the first month in which something changed.
    pub(super) fn touched(&self) -> &BTreeMap<AgencyId, i32> {
        &self.touched
    }
}
