//! CSV and XLSX files to rows of texts. Nothing is guessed: what is not UTF-8, holds a formula's error or unpacks to
//! more than a criteria set can need is refused.

use std::io::{self, Cursor, Read, Seek};

use calamine::{Data, DataRef, Reader, Xlsx};

use super::problem::Problem;
use super::raw::Place;
use super::table::Row;

/// The largest file, in bytes.
pub const LARGEST_FILE: usize = 384 * 1024;
/// What the parts of an XLSX file may unpack to, in bytes.
const LARGEST_UNPACKED: u64 = 32 * 1024 * 1024;
/// The most rows of a table.
const MOST_ROWS: usize = 20_000;
/// The most columns of a table.
const MOST_COLUMNS: usize = 200;

/// The rows of a CSV file: UTF-8, separated by commas or semicolons, whichever its first line has more of.
pub(super) fn csv(bytes: &[u8]) -> Result<Vec<Row>, Vec<Problem>> {
    let text = std::str::from_utf8(bytes).map_err(|_| {
        vec![Problem::of_whole(
            "tệp không phải UTF-8; hãy lưu lại dưới dạng CSV UTF-8",
            "the file is not UTF-8; save it as CSV UTF-8",
        )]
    })?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let first = text.lines().next().unwrap_or_default();
    let semicolons = first.matches(';').count() > first.matches(',').count();
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(if semicolons { b';' } else { b',' })
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|error| {
            let row = error.position().map_or(1, |position| position.line());
            let place = Place { row: u32::try_from(row).unwrap_or(u32::MAX), column: String::new() };
            vec![Problem::of_cell(
                place,
                format!("không đọc được: {error}"),
                format!("cannot be read: {error}"),
            )]
        })?;
        let row = record.position().map_or(1, csv::Position::line);
        rows.push(Row {
            number: u32::try_from(row).unwrap_or(u32::MAX),
            cells: record.iter().map(str::to_owned).collect(),
        });
        bounded(rows.len(), record.len())?;
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

/// The rows of the first sheet of an XLSX file.
pub(super) fn xlsx(bytes: &[u8]) -> Result<Vec<Row>, Vec<Problem>> {
    let unreadable = |why: String| {
        vec![Problem::of_whole(
            format!("không đọc được tệp XLSX: {why}"),
            format!("the XLSX file cannot be read: {why}"),
        )]
    };
    match unpacked(Cursor::new(bytes)) {
        Ok(size) if size <= LARGEST_UNPACKED => {}
        Ok(_) => {
            let vi = "tệp XLSX giải nén ra quá lớn";
            return Err(vec![Problem::of_whole(vi, "the XLSX file unpacks to too much")]);
        }
        Err(error) => return Err(unreadable(error.to_string())),
    }
    let mut workbook: Xlsx<_> = calamine::open_workbook_from_rs(Cursor::new(bytes))
        .map_err(|error: calamine::XlsxError| unreadable(error.to_string()))?;
    let first = workbook.sheet_names().into_iter().next().ok_or_else(|| unreadable("no sheet".to_owned()))?;
    let cells = workbook.worksheet_cells_reader(&first);
    let mut cells = cells.map_err(|error| unreadable(error.to_string()))?;
    let mut problems = Vec::new();
    let mut rows: Vec<Row> = Vec::new();
    while let Some(cell) = cells.next_cell().map_err(|error| unreadable(error.to_string()))? {
        let (row, column) = cell.get_position();
        bounded(row as usize + 1, column as usize + 1)?;
        let text = match cell.get_value() {
            DataRef::Error(error) => {
                let place = Place { row: row + 1, column: (column + 1).to_string() };
                let (vi, en) = (format!("công thức bị lỗi {error}"), format!("the formula fails: {error}"));
                problems.push(Problem::of_cell(place, vi, en));
                continue;
            }
            DataRef::Empty => continue,
            // A number as its shortest decimal, which is what was typed.
            value => Data::from(value.clone()).to_string(),
        };
        if rows.last().is_none_or(|last| last.number != row + 1) {
            rows.push(Row { number: row + 1, cells: Vec::new() });
        }
        if let Some(last) = rows.last_mut() {
            last.cells.resize(last.cells.len().max(column as usize + 1), String::new());
            last.cells[column as usize] = text;
        }
    }
    if problems.is_empty() { Ok(rows) } else { Err(problems) }
}

/// What the parts of a ZIP archive unpack to, counted no further than the bound.
fn unpacked<R: Read + Seek>(file: R) -> io::Result<u64> {
    let mut archive = zip::ZipArchive::new(file)?;
    let mut size = 0;
    for index in 0..archive.len() {
        let part = archive.by_index(index)?;
        size += io::copy(&mut part.take(LARGEST_UNPACKED + 1 - size.min(LARGEST_UNPACKED)), &mut io::sink())?;
        if size > LARGEST_UNPACKED {
            break;
        }
    }
    Ok(size)
}
