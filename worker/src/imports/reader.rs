//! Rows of a file that are refused before they are judged, for what the reader found.

use super::Conflict;
use crate::files::{Problem, Row};

/// What stands beside the cells in a file of refused rows, which may be sent again as it is.
pub const REFUSAL_COLUMNS: [&str; 3] = ["refused_row", "reasons_vi", "reasons_en"];

/// The most problems that one conflict tells.
const MOST_TOLD: usize = 10;

/// A row that is refused before it is judged: its first problem, with all others in its words.
pub(crate) fn refused_row(row: &Row, cells: Vec<String>) -> Conflict {
    let number = i32::try_from(row.number).unwrap_or(i32::MAX);
    let cells = Some(serde_json::Value::from(cells).to_string());
    let mut problems = row.problems.iter();
    let Some(first) = problems.next() else {
        return Conflict::of_row(number, "UNREADABLE", String::new(), String::new(), cells);
    };
    let (mut vi, mut en) = (first.vi.clone(), first.en.clone());
    for problem in problems.take(MOST_TOLD) {
        let (more_vi, more_en) = Problem { row: None, ..problem.clone() }.said();
        vi = format!("{vi} {more_vi}");
        en = format!("{en} {more_en}");
    }
    let conflict = Conflict::of_row(number, first.code, vi, en, cells);
    let value = first.value.clone().filter(|value| !value.contains('\0'));
    Conflict { column: first.column.clone(), value, ..conflict }
}
