//! A layout, and what a file says by it.

use std::io::Cursor;

use reform_worker::files::{Choices, Column, Layout, Problem, Rows};

const fn column(code: &'static str, headers: &'static [&'static str], required: bool) -> Column {
    Column { code, headers, required }
}

pub static LAYOUT: Layout = Layout {
    columns: &[
        column("code", &["Mã hồ sơ"], true),
        column("received", &["Ngày tiếp nhận"], true),
        column("note", &["Ghi chú"], false),
    ],
    ignored: &["reasons"],
    header_rows: 1,
    totals: &["tổng"],
};

pub fn read(
    name: &str,
    bytes: impl Into<Vec<u8>>,
    layout: &'static Layout,
    choices: Choices,
) -> Result<Rows, Vec<Problem>> {
    Rows::of(Cursor::new(bytes.into()), name, layout, choices)
}

/// `CODE row:column value` of a problem, which is told in both languages.
pub fn short(problem: &Problem) -> String {
    assert!(!problem.vi.is_ascii() && !problem.en.is_empty(), "{problem:?}");
    let row = problem.row.map(|row| row.to_string()).unwrap_or_default();
    let column = problem.column.as_deref().unwrap_or_default();
    let value = problem.value.as_deref().unwrap_or_default();
    format!("{} {row}:{column} {value}", problem.code).trim_end().to_owned()
}

/// A line for each row, `number: code|received|note` and its problems; or for each problem of the file.
pub fn lines_of(
    name: &str,
    bytes: impl Into<Vec<u8>>,
    layout: &'static Layout,
    choices: Choices,
) -> Vec<String> {
    let mut rows = match read(name, bytes, layout, choices) {
        Ok(rows) => rows,
        Err(problems) => return problems.iter().map(short).collect(),
    };
    let header = rows.header().clone();
    let line = |row| match row {
        Ok(reform_worker::files::Row { number, problems, .. }) if !problems.is_empty() => {
            format!("{number}! {}", problems.iter().map(short).collect::<Vec<_>>().join("; "))
        }
        Ok(row) => {
            let cells: Vec<_> = (0..layout.columns.len()).map(|column| row.text(&header, column)).collect();
            format!("{}: {}", row.number, cells.join("|"))
        }
        Err(problem) => short(&problem),
    };
    rows.by_ref().map(line).collect()
}

pub fn lines(name: &str, bytes: impl Into<Vec<u8>>) -> Vec<String> {
    lines_of(name, bytes, &LAYOUT, Choices::default())
}
