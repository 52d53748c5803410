//! What is wrong with a file or one of its rows: a code, the place, and why, in Vietnamese and English.

/// The longest stretch of a value that a problem repeats.
const LONGEST_VALUE: usize = 120;

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// What it is, a code of an open list, for instance `INVALID_DATE`.
    pub code: &'static str,
    /// The row of the file, from 1, as a spreadsheet numbers it; none where no row is to blame.
    pub row: Option<u32>,
    /// The column's name in the file; none where no single column is to blame.
    pub column: Option<String>,
    /// The value at fault, shortened; none where there is none.
    pub value: Option<String>,
    /// What is wrong, in Vietnamese.
    pub vi: String,
    /// What is wrong, in English.
    pub en: String,
}

impl Problem {
    /// Something is wrong with the whole file.
    pub fn of_file(code: &'static str, vi: impl Into<String>, en: impl Into<String>) -> Self {
        Self { code, row: None, column: None, value: None, vi: vi.into(), en: en.into() }
    }

    /// Something is wrong with a row.
    pub fn of_row(code: &'static str, row: u32, vi: impl Into<String>, en: impl Into<String>) -> Self {
        Self { row: Some(row), ..Self::of_file(code, vi, en) }
    }

    /// The same at a row.
    pub(super) fn at(self, row: u32) -> Self {
        Self { row: Some(row), ..self }
    }

    /// The same about a value.
    pub fn about(self, value: &str) -> Self {
        Self { value: Some(short(value)), ..self }
    }

    /// The same about a value in a column.
    pub fn with(self, column: impl Into<String>, value: &str) -> Self {
        Self { column: Some(column.into()), ..self.about(value) }
    }

    /// `dòng 12, cột due_at, `31/02/2026`: …` in Vietnamese, then English, for a terminal or a cell of a file.
    pub fn said(&self) -> (String, String) {
        let said = |row: &str, column: &str, why: &str| {
            let row = self.row.map(|number| format!("{row} {number}"));
            let column = self.column.as_ref().map(|name| format!("{column} {name}"));
            let value = self.value.as_ref().map(|value| format!("`{value}`"));
            let place: Vec<_> = [row, column, value].into_iter().flatten().collect();
            if place.is_empty() { why.to_owned() } else { format!("{}: {why}", place.join(", ")) }
        };
        (said("dòng", "cột", &self.vi), said("row", "column", &self.en))
    }
}

/// The beginning of a text, for a message.
pub(super) fn short(text: &str) -> String {
    match text.char_indices().nth(LONGEST_VALUE) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
