//! What is wrong with a row: its column, a code, the value, and a sentence in Vietnamese and English.

/// How much of a value is repeated.
const LONGEST_VALUE: usize = 100;

/// One thing that is wrong with a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// The row; none where no row is to blame.
    pub row: Option<i32>,
    /// The column's name; none where no single column is to blame.
    pub column: Option<String>,
    /// What is wrong, a code of an open list: `UNKNOWN_AGENCY`.
    pub code: &'static str,
    /// The value at fault, shortened.
    pub value: Option<String>,
    /// What is wrong, in Vietnamese.
    pub message_vi: String,
    /// What is wrong, in English.
    pub message_en: String,
    /// The row's cells as they were handed in, a JSON array; only with the row's first conflict.
    pub cells: Option<String>,
}

impl Conflict {
    /// Something is wrong with a cell.
    pub(crate) fn of_cell(
        row: i32,
        (column, value): (&str, &str),
        code: &'static str,
        vi: impl Into<String>,
        en: impl Into<String>,
    ) -> Self {
        Self {
            row: Some(row),
            column: Some(column.to_owned()),
            code,
            value: Some(shortened(value)).filter(|value| !value.is_empty()),
            message_vi: vi.into(),
            message_en: en.into(),
            cells: None,
        }
    }

    /// A row of a file that is none of what is imported, with its cells as a JSON array.
    #[must_use]
    pub fn of_row(row: i32, code: &'static str, vi: String, en: String, cells: Option<String>) -> Self {
        Self { row: Some(row), column: None, code, value: None, message_vi: vi, message_en: en, cells }
    }
}

/// A value, short enough to be repeated, and without what no database stores in a text.
fn shortened(value: &str) -> String {
    value.chars().take(LONGEST_VALUE).map(|letter| if letter == '\0' { '\u{fffd}' } else { letter }).collect()
}
