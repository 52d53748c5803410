//! Rows of a table that sum others: they are checked and not stored. A total sums all rows, or those above it up to the
//! total before, or those below it down to the next.

use super::InputRow;
use super::check::Findings;
use super::table::{COUNTS, Counts};
use crate::imports::Conflict;

/// What some rows sum up to.
#[derive(Clone, Debug, Default)]
struct Sums {
    rows: usize,
    counts: [i128; COUNTS.len()],
    /// Columns of which a count is not known, because its row was refused.
    unknown: [bool; COUNTS.len()],
}

impl Sums {
    fn add(&mut self, counts: &Counts, unknown: impl Fn(&str) -> bool) {
        self.rows += 1;
        for (at, column) in COUNTS.iter().enumerate() {
            self.counts[at] += i128::from(counts.0[at].unwrap_or_default());
            self.unknown[at] |= unknown(column);
        }
    }

    fn and(mut self, other: &Self) -> Self {
        self.rows += other.rows;
        for at in 0..COUNTS.len() {
            self.counts[at] += other.counts[at];
            self.unknown[at] |= other.unknown[at];
        }
        self
    }

    /// The columns in which a total says otherwise.
    fn differing(&self, total: &Counts) -> Vec<usize> {
        let differs = |at: &usize| {
            let said = total.0[*at].map(i128::from);
            said.is_some_and(|said| !self.unknown[*at] && said != self.counts[*at])
        };
        (0..COUNTS.len()).filter(differs).collect()
    }
}

/// The totals of a file, and what stands between them.
pub(super) struct Totals<'a> {
    /// One more than totals: each stands between two.
    stretches: Vec<Sums>,
    totals: Vec<&'a InputRow>,
}

impl<'a> Totals<'a> {
    /// None yet.
    pub(super) fn new() -> Self {
        Self { stretches: vec![Sums::default()], totals: Vec::new() }
    }

    /// A row that is none of the totals.
    pub(super) fn add_row(&mut self, row: &InputRow, readable: bool) {
        let mut found = Findings::of(row);
        let counts = Counts::read(&mut found);
        let wrong = found.all();
        let unknown = |column: &str| {
            !readable || wrong.iter().any(|conflict| conflict.column.as_deref() == Some(column))
        };
        if let Some(stretch) = self.stretches.last_mut() {
            stretch.add(&counts, unknown);
        }
    }

    /// A total.
    pub(super) fn add_total(&mut self, row: &'a InputRow) {
        self.totals.push(row);
        self.stretches.push(Sums::default());
    }

    /// For each total that is wrong, everything that is.
    pub(super) fn wrong(&self) -> Vec<Vec<Conflict>> {
        let all = self.stretches.iter().fold(Sums::default(), Sums::and);
        let totals = self.totals.iter().zip(self.stretches.windows(2));
        totals
            .map(|(row, around)| {
                let mut found = Findings::of(row);
                let total = Counts::read(&mut found);
                let near = around.iter().filter(|stretch| stretch.rows > 0);
                let nearest =
                    std::iter::once(&all).chain(near).min_by_key(|sums| sums.differing(&total).len());
                let sums = nearest.unwrap_or(&all);
                for at in sums.differing(&total) {
                    let sum = sums.counts[at];
                    found.add(
                        COUNTS[at],
                        "TOTAL_DIFFERS",
                        format!("dòng tổng khác tổng các dòng, là {sum}"),
                        format!("the total is not the sum of the rows, which is {sum}"),
                    );
                }
                found.all()
            })
            .filter(|found| !found.is_empty())
            .collect()
    }
}
