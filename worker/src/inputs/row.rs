//! A row of inputs as it was handed in: text, not yet judged.

use entity::import::Kind;

use super::columns;
use crate::imports::Conflict;

/// One row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InputRow {
    /// The row of the file, from 1, as a spreadsheet numbers it; of rows without a file, their number.
    pub row: i32,
    kind: Kind,
    cells: Vec<String>,
}

impl InputRow {
    /// A row of a kind whose cells are named by their columns; the others are empty. White space around a cell is not part
    /// of it.
    #[must_use]
    pub fn new<'a>(row: i32, kind: Kind, cells: impl IntoIterator<Item = (&'a str, String)>) -> Self {
        let mut made = Self { row, kind, cells: vec![String::new(); columns(kind).len()] };
        for (column, text) in cells {
            if let Some(cell) = made.place(column).and_then(|place| made.cells.get_mut(place)) {
                text.trim().clone_into(cell);
            }
        }
        made
    }

    /// A cell; empty where nothing was written, or where rows of the kind have no such column.
    #[must_use]
    pub fn cell(&self, column: &str) -> &str {
        self.place(column).and_then(|place| self.cells.get(place)).map(String::as_str).unwrap_or_default()
    }

    /// The cells as a JSON array of texts, for whoever wants the refused rows back.
    #[must_use]
    pub fn cells(&self) -> String {
        serde_json::Value::from(self.cells.as_slice()).to_string()
    }

    fn place(&self, column: &str) -> Option<usize> {
        columns(self.kind).iter().position(|known| known.code == column)
    }
}

/// What a reader found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Read {
    /// The row, as far as it could be read.
    pub row: InputRow,
    /// Why it cannot be one, for instance because a cell is a formula.
    pub refused: Option<Conflict>,
}

impl From<InputRow> for Read {
    fn from(row: InputRow) -> Self {
        Self { row, refused: None }
    }
}
