//! A criteria set as officers keep it: a table, one criterion a row. It becomes the same tree as a document, each
//! value with the row and column of its cell.
//!
//! The first row names the columns, in any order. The column `level` says what a row is: SET (one, the first),
//! GRADE, PILLAR, CRITERION, SUB_CRITERION, BONUS, DEDUCTION; below a leaf TIER and TERM. `parent` names the code
//! above; `follows` what takes whose place in an earlier set, which the row SET names as `CODE v1`. A rule's
//! parameters stand in columns of their own.

mod cell;
mod criterion;
mod line;
mod tree;
mod write;

use std::collections::BTreeSet;

use super::problem::Problem;
use super::raw::{Place, Raw};
use line::Line;
use tree::Tree;

pub(super) use write::write;

/// The columns that a table may have; `rule_text_vi` is the decision's own wording.
pub const COLUMNS: [&str; 35] = [
    "code",
    "level",
    "parent",
    "name_vi",
    "name_en",
    "pillar",
    "max_points",
    "cap",
    "rule",
    "rule_text_vi",
    "measure",
    "numerator",
    "denominator",
    "zero_denominator",
    "better",
    "bands",
    "award",
    "target",
    "floor",
    "from",
    "to",
    "unit_points",
    "due",
    "not_applicable",
    "applies_only_to",
    "version",
    "sample",
    "print_scale",
    "agency_kinds",
    "blocks",
    "first_year",
    "last_year",
    "follows",
    "bonus_cap",
    "deduction_cap",
];

/// A row of a table with its number in the file, from 1.
pub(super) struct Row {
    pub(super) number: u32,
    pub(super) cells: Vec<String>,
}

/// The tree that `rows` mean, and what is wrong with cells and with how rows stand to each other.
pub(super) fn tree(rows: Vec<Row>) -> Result<(Raw, Vec<Problem>), Vec<Problem>> {
    let mut rows = rows.into_iter();
    let header = rows.next().ok_or_else(|| vec![Problem::of_whole("bảng trống", "the table is empty")])?;
    let columns = columns(&header)?;
    let lines: Vec<_> = rows.map(|row| line(&columns, row)).filter(|line| !line.cells.is_empty()).collect();
    Ok(Tree::over(&lines).document())
}

/// The columns of a table by the places of their cells.
fn columns(header: &Row) -> Result<Vec<Option<&'static str>>, Vec<Problem>> {
    let mut problems = Vec::new();
    let mut seen = BTreeSet::new();
    let mut columns = Vec::new();
    for (at, cell) in header.cells.iter().enumerate() {
        let name = cell.trim().to_lowercase();
        let known = COLUMNS.into_iter().find(|column| *column == name);
        let place = || Place { row: header.number, column: (at + 1).to_string() };
        match known {
            Some(column) if !seen.insert(column) => problems.push(Problem::of_cell(
                place(),
                format!("cột `{column}` xuất hiện hai lần"),
                format!("the column `{column}` stands twice"),
            )),
            None if !name.is_empty() => problems.push(Problem::of_cell(
                place(),
                format!("không có cột `{}`; các cột là {}", short(cell), COLUMNS.join(", ")),
                format!("there is no column `{}`; the columns are {}", short(cell), COLUMNS.join(", ")),
            )),
            _ => {}
        }
        columns.push(known);
    }
    for column in ["code", "level", "name_vi", "max_points", "rule"] {
        if !seen.contains(column) {
            let (vi, en) = (format!("thiếu cột `{column}`"), format!("the column `{column}` is missing"));
            problems.push(Problem::of_cell(Place { row: header.number, column: column.to_owned() }, vi, en));
        }
    }
    if problems.is_empty() { Ok(columns) } else { Err(problems) }
}

fn short(text: &str) -> String {
    text.chars().take(60).collect()
}

fn line(columns: &[Option<&'static str>], row: Row) -> Line {
    let cells = columns.iter().zip(row.cells).filter_map(|(column, cell)| {
        let text = cell.trim();
        (!text.is_empty()).then(|| Some(((*column)?, text.to_owned()))).flatten()
    });
    Line { number: row.number, cells: cells.collect() }
}
