//! Rows of a workbook's sheet, cell by cell as they come.

use std::io::{Read, Seek};

use calamine::{Data, DataRef, ExcelDateTime, Reader, Xlsx, XlsxCellReader};
use chrono::{NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};
use csv::StringRecord;

use super::MOST_CELLS;
use super::package::broken;
use super::problem::Problem;
use super::rows::Raw;
use super::table::too_large;

/// What becomes of formulas.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Formulas {
    /// The cell is refused: the value that is stored beside a formula is what a program computed when it last did,
    /// or nothing at all, and nobody typed it.
    Refused,
    /// The value that is stored beside it counts.
    Stored,
}

/// From here on a number has lost digits: spreadsheet programs keep fifteen.
const LOST_DIGITS: f64 = 1e15;

/// The rows that have a cell, one after the other.
pub(crate) struct SheetRows<'a, F: Read + Seek> {
    cells: XlsxCellReader<'a, F>,
    formulas: Formulas,
    /// The row under way: its number and its cells by place.
    row: u32,
    texts: Vec<String>,
    problems: Vec<(usize, Problem)>,
    ended: bool,
}

impl<'a, F: Read + Seek> SheetRows<'a, F> {
    /// Those of the first sheet.
    ///
    /// # Errors
    /// When the workbook has none, or counts its days from 1904.
    pub(crate) fn of_first_sheet(workbook: &'a mut Xlsx<F>, formulas: Formulas) -> Result<Self, Problem> {
        if formulas == Formulas::Refused && workbook.has_1904_epoch() {
            return Err(Problem::of_file(
                "EPOCH_1904",
                "Tệp đếm ngày từ năm 1904; hãy tắt «Use 1904 date system» trong Excel và kiểm tra lại các ngày.",
                "The workbook counts days from 1904; turn off `Use 1904 date system` in Excel and check the dates.",
            ));
        }
        let first = workbook.sheet_names().into_iter().next();
        let first = first.ok_or_else(|| {
            Problem::of_file("EMPTY_FILE", "Tệp XLSX không có trang tính.", "The XLSX file has no sheet.")
        })?;
        let cells = workbook.worksheet_cells_reader(&first).map_err(|error| broken(&error))?;
        Ok(Self { cells, formulas, row: 0, texts: Vec::new(), problems: Vec::new(), ended: false })
    }

    /// The next row.
    ///
    /// # Errors
    /// When the file cannot be read any further.
    pub(crate) fn next(&mut self) -> Result<Option<Raw>, Problem> {
        while !self.ended {
            let cell = self.cells.next_cell_with_formula_metadata().map_err(|error| broken(&error))?;
            let Some(cell) = cell else {
                self.ended = true;
                break;
            };
            let (row, place) = (cell.pos.0.saturating_add(1), cell.pos.1 as usize);
            let ended = (row != self.row).then(|| self.row_ended()).flatten();
            self.row = row;
            let is_formula = cell.formula.is_some() && self.formulas == Formulas::Refused;
            match text_of(&cell.value) {
                Ok(text) if text.is_empty() && !is_formula => {}
                _ if place >= MOST_CELLS => return Err(too_large(row)),
                text => self.put(place, text, is_formula),
            }
            if ended.is_some() {
                return Ok(ended);
            }
        }
        Ok(self.row_ended())
    }

    fn put(&mut self, place: usize, text: Result<String, Problem>, is_formula: bool) {
        if self.texts.len() <= place {
            self.texts.resize(place + 1, String::new());
        }
        let text = text.unwrap_or_else(|problem| {
            let value = problem.value.clone().unwrap_or_default();
            self.problems.push((place, problem));
            value
        });
        if is_formula {
            let problem = Problem::of_file(
                "FORMULA",
                "Ô là công thức; hãy chép rồi dán lại dưới dạng giá trị (Paste Special → Values).",
                "The cell is a formula; copy it and paste it as a value (Paste Special → Values).",
            );
            self.problems.push((place, problem.about(&text)));
        }
        self.texts[place] = text;
    }

    fn row_ended(&mut self) -> Option<Raw> {
        if self.texts.is_empty() {
            return None;
        }
        let cells = StringRecord::from(std::mem::take(&mut self.texts));
        Some(Raw { number: self.row, cells, problems: std::mem::take(&mut self.problems) })
    }
}

/// What a cell shows, as it would stand in a CSV file: a number as its shortest decimal, a date as ISO writes it.
fn text_of(value: &DataRef<'_>) -> Result<String, Problem> {
    match value {
        DataRef::Error(error) => {
            let problem = Problem::of_file(
                "FORMULA",
                "Công thức trong ô bị lỗi; hãy sửa và dán lại dưới dạng giá trị.",
                "The formula in the cell fails; mend it and paste it as a value.",
            );
            Err(problem.about(&error.to_string()))
        }
        DataRef::DateTime(date) => {
            let text = date_text(date);
            text.ok_or_else(|| {
                let (vi, en) = ("Không phải ngày hợp lệ.", "This is no valid date.");
                Problem::of_file("INVALID_DATE", vi, en).about(&date.as_f64().to_string())
            })
        }
        DataRef::Float(number) if number.abs() >= LOST_DIGITS => {
            let problem = Problem::of_file(
                "LOST_DIGITS",
                "Số có hơn 15 chữ số đã bị Excel làm tròn; hãy định dạng ô là Text và nhập lại.",
                "Excel has rounded a number of more than 15 digits; format the cell as text and enter it again.",
            );
            Err(problem.about(&number.to_string()))
        }
        value => Ok(Data::from(value.clone()).to_string()),
    }
}

fn date_text(date: &ExcelDateTime) -> Option<String> {
    if date.is_duration() {
        return None;
    }
    let (year, month, day, hour, minute, second, milli) = date.to_ymd_hms_milli();
    let day = NaiveDate::from_ymd_opt(year.into(), month.into(), day.into())?;
    let time = NaiveTime::from_hms_milli_opt(hour.into(), minute.into(), second.into(), milli.into())?;
    // A serial number holds seconds only nearly.
    let instant = NaiveDateTime::new(day, time).checked_add_signed(TimeDelta::milliseconds(500))?;
    Some(match instant.format("%H:%M:%S").to_string().as_str() {
        "00:00:00" => instant.format("%Y-%m-%d").to_string(),
        time => format!("{}T{time}", instant.format("%Y-%m-%d")),
    })
}
