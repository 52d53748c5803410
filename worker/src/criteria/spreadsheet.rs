//! CSV and XLSX files to rows of texts, as `files` reads them.

use std::io::Cursor;

use super::problem::Problem;
use super::raw::Place;
use super::table::Row;
use crate::files::{self, Bounds, Formulas, SheetRows, TableRows, open_workbook};

/// The largest file, in bytes.
pub const LARGEST_FILE: usize = 384 * 1024;
/// The most rows of a table.
const MOST_ROWS: usize = 20_000;
/// The most columns of a table.
const MOST_COLUMNS: usize = 200;

/// The rows of a CSV file.
pub(super) fn csv(bytes: &[u8]) -> Result<Vec<Row>, Vec<Problem>> {
    let mut read = TableRows::new(bytes).map_err(told)?;
    let mut rows = Vec::new();
    while let Some((number, cells)) = read.next().map_err(told)? {
        bounded(rows.len() + 1, cells.len())?;
        rows.push(Row { number, cells: cells.iter().map(str::to_owned).collect() });
    }
    Ok(rows)
}

fn bounded(rows: usize, columns: usize) -> Result<(), Vec<Problem>> {
    if rows <= MOST_ROWS && columns <= MOST_COLUMNS {
        return Ok(());
    }
    let vi = format!("bảng có nhiều nhất {MOST_ROWS} dòng, {MOST_COLUMNS} cột");
    let en = format!("a table has at most {MOST_ROWS} rows and {MOST_COLUMNS} columns");
    Err(vec![Problem::of_whole(vi, en)])
}

/// The rows of the first sheet of an XLSX file. What is stored beside a formula counts: a set is compared and read by
/// people before it is in force.
pub(super) fn xlsx(bytes: &[u8]) -> Result<Vec<Row>, Vec<Problem>> {
    let mut workbook = open_workbook(Cursor::new(bytes), Bounds::SMALL).map_err(told)?;
    let mut read = SheetRows::of_first_sheet(&mut workbook, Formulas::Stored).map_err(told)?;
    let mut problems = Vec::new();
    let mut rows = Vec::new();
    while let Some(raw) = read.next().map_err(told)? {
        bounded(raw.number as usize, raw.cells.len())?;
        problems.extend(raw.problems.into_iter().map(|(place, problem)| {
            let place = Place { row: raw.number, column: (place + 1).to_string() };
            Problem::of_cell(place, problem.vi, problem.en)
        }));
        rows.push(Row { number: raw.number, cells: raw.cells.iter().map(str::to_owned).collect() });
    }
    if problems.is_empty() { Ok(rows) } else { Err(problems) }
}

fn told(problem: files::Problem) -> Vec<Problem> {
    let whole = Problem::of_whole(problem.vi, problem.en);
    let place = problem.row.map(|row| Place { row, column: problem.column.unwrap_or_default() });
    vec![Problem { place, ..whole }]
}
