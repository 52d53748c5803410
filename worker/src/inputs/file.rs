//! A file of inputs, read whole.

use std::io;

use entity::import::Kind;

use super::columns::layout;
use super::{InputRow, Read, columns};
use crate::files::{Choices, Layout, Problem, Row, Rows};
use crate::imports::refused_row;

/// The most rows of a file.
pub const MOST_ROWS: usize = 20_000;

/// The most bytes of a row's cells: all rows are in memory together.
const LARGEST_CELLS: usize = 8 * 1024;

/// How much of a cell is kept of a row that is refused.
const KEPT_OF_CELL: usize = 200;

/// The names of a file's columns, a JSON array, and its rows; `name` is what the file is called where it comes from. Of
/// one agency, it need not name it. Blocks.
///
/// # Errors
/// Everything that is wrong with it as a whole.
pub fn read_file<F: io::Read + io::Seek + Send + 'static>(
    kind: Kind,
    file: F,
    name: &str,
    of_one_agency: bool,
    choices: Choices,
) -> Result<(String, Vec<Read>), Vec<Problem>> {
    let Some(layout) = layout(kind, of_one_agency) else { return Ok((String::new(), Vec::new())) };
    let mut rows = Rows::of(file, name, layout, choices)?;
    let header = serde_json::Value::from(rows.header().names.clone()).to_string();
    let mut reads = Vec::new();
    while let Some(row) = rows.next() {
        let row = row.map_err(|problem| vec![problem])?;
        if reads.len() == MOST_ROWS {
            return Err(vec![Problem::of_file(
                "TOO_MANY_ROWS",
                format!("Mỗi tệp có nhiều nhất {MOST_ROWS} dòng; hãy tách tệp."),
                format!("A file has at most {MOST_ROWS} rows; part it."),
            )]);
        }
        reads.push(read(kind, layout, &rows, &row));
    }
    Ok((header, reads))
}

fn read(kind: Kind, layout: &Layout, rows: &Rows, row: &Row) -> Read {
    let number = i32::try_from(row.number).unwrap_or(i32::MAX);
    let kept =
        |text: &str| -> String { text.chars().take(KEPT_OF_CELL).filter(|letter| *letter != '\0').collect() };
    if row.problems.iter().any(|problem| problem.code == "RAGGED_ROW") {
        let mut written = row.cells.iter().map(str::trim).filter(|cell| !cell.is_empty());
        // Below a table, a note has a single cell, whatever the width of the table.
        if let (Kind::DossierTables, Some(only), None) = (kind, written.next(), written.next()) {
            return InputRow::new(number, kind, [("agency", kept(only))]).into();
        }
        let cells = row.cells.iter().take(2 * columns(kind).len()).map(kept).collect();
        return Read { row: InputRow::new(number, kind, []), refused: Some(refused_row(row, cells)) };
    }
    let too_large = row.cells.as_slice().len() > LARGEST_CELLS;
    let header = rows.header();
    let texts = layout.columns.iter().enumerate().map(|(at, column)| (column.code, row.text(header, at)));
    if too_large {
        let problem = Problem::of_row(
            "ROW_TOO_LARGE",
            row.number,
            format!("Các ô của dòng dài quá {LARGEST_CELLS} byte."),
            format!("The row's cells are longer than {LARGEST_CELLS} bytes."),
        );
        let row = Row { problems: vec![problem], ..row.clone() };
        let refused = refused_row(&row, texts.map(|(_, text)| kept(text)).collect());
        return Read { row: InputRow::new(number, kind, []), refused: Some(refused) };
    }
    let read = InputRow::new(number, kind, texts.clone().map(|(code, text)| (code, text.to_owned())));
    let refused =
        (!row.problems.is_empty()).then(|| refused_row(row, texts.map(|(_, text)| kept(text)).collect()));
    Read { row: read, refused }
}
