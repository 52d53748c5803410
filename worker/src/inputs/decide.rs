//! What becomes of rows, given what is known and stored: a plain function of all of it.

use std::collections::HashMap;

use entity::AgencyId;

use super::check::{Checked, Rules};
use super::stored::{AllStored, New};
use super::totals::Totals;
use super::{InputRow, Read};
use crate::imports::{Conflict, Progress};

/// Rows that were judged by themselves.
pub(super) struct Judged {
    /// The valid ones.
    pub(super) valid: Vec<Checked>,
    /// What is wrong with the others, and with totals.
    pub(super) conflicts: Vec<Conflict>,
    /// How many rows are refused.
    pub(super) refused: usize,
}

/// Judges rows one by one. Notes and totals are left out, but a total that is wrong is refused.
pub(super) fn judge(rules: &Rules<'_>, reads: &[Read]) -> Judged {
    let mut judged = Judged { valid: Vec::new(), conflicts: Vec::new(), refused: 0 };
    let mut totals = Totals::new();
    let mut first: HashMap<(AgencyId, String), i32> = HashMap::new();
    for Read { row, refused } in reads {
        if is_sum(rules, row, refused.as_ref()) {
            totals.add_total(row);
            continue;
        }
        if refused.is_none() && rules.is_note(row) {
            continue;
        }
        totals.add_row(row, refused.is_none());
        let found = match refused {
            Some(conflict) => Err(vec![conflict.clone()]),
            None => rules.check(row).and_then(|checked| once(&mut first, row, checked)),
        };
        match found {
            Ok(checked) => judged.valid.push(checked),
            Err(found) => {
                judged.refused += 1;
                judged.conflicts.extend(found);
            }
        }
    }
    for found in totals.wrong() {
        judged.refused += 1;
        judged.conflicts.extend(found);
    }
    judged.conflicts.sort_by_key(|conflict| conflict.row);
    judged
}

/// Whether a row is a total. A sum may be a formula: it is not stored.
fn is_sum(rules: &Rules<'_>, row: &InputRow, refused: Option<&Conflict>) -> bool {
    refused.is_none_or(|conflict| conflict.code == "FORMULA") && rules.is_total(row)
}

/// A row, unless an earlier one speaks of the same.
fn once(
    first: &mut HashMap<(AgencyId, String), i32>,
    row: &InputRow,
    checked: Checked,
) -> Result<Checked, Vec<Conflict>> {
    let said = *first.entry((checked.agency, checked.said.key())).or_insert(row.row);
    if said == row.row {
        return Ok(checked);
    }
    let mut conflict = Conflict::of_cell(
        row.row,
        ("agency", row.cell("agency")),
        "DUPLICATE_ROW",
        format!("dòng {said} đã có số liệu này của cơ quan"),
        format!("row {said} says this of the agency already"),
    );
    conflict.cells = Some(row.cells());
    Err(vec![conflict])
}

/// The versions that valid rows add, and how many rows do what.
pub(super) fn versions(judged: &mut Judged, stored: &AllStored) -> (Vec<New>, Progress) {
    let count = |rows: usize| i64::try_from(rows).unwrap_or(i64::MAX);
    let mut progress = Progress {
        seen: count(judged.valid.len() + judged.refused),
        refused: count(judged.refused),
        ..Progress::default()
    };
    let mut new = Vec::new();
    for Checked { agency, head, said } in judged.valid.drain(..) {
        let version = match stored.get(&(agency, said.key())) {
            Some(stored) if stored.is(&head, &said) => {
                progress.unchanged += 1;
                continue;
            }
            Some(stored) => {
                progress.changed += 1;
                stored.version + 1
            }
            None => {
                progress.added += 1;
                1
            }
        };
        new.push(New { agency, version, head, said });
    }
    (new, progress)
}
