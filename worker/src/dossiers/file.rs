//! Dossiers as files: which columns a file of them has, and its rows as [`import`](super::import()) takes them.

use std::io;

use super::{CELLS, Column, DossierRow, Read, Unreadable};
use crate::files::{self, Choices, Layout, Problem, Row, Rows, cell};
use crate::imports::{REFUSAL_COLUMNS, refused_row};

/// The most bytes of a row's cells. Two batches of rows are read ahead, and memory stays flat.
const LARGEST_CELLS: usize = 4 * 1024;
/// How much of a cell is kept of a row that is larger.
const KEPT_OF_CELL: usize = 200;

/// What else the header of a column may be, and whether a file must have it.
const fn headed(column: Column, of_one_agency: bool) -> files::Column {
    let (headers, required): (&[&str], bool) = match column {
        Column::Agency => (&["Mã cơ quan", "Mã đơn vị", "Cơ quan", "Đơn vị", "Agency code"], !of_one_agency),
        Column::Code => (&["Mã hồ sơ", "Số hồ sơ", "Dossier code"], true),
        Column::Procedure => (&["Mã thủ tục", "Mã TTHC", "Mã thủ tục hành chính", "Procedure code"], true),
        Column::Channel => (&["Hình thức tiếp nhận", "Kênh tiếp nhận", "Hình thức nộp"], true),
        Column::Received => (&["Ngày tiếp nhận", "Ngày nhận", "Thời gian tiếp nhận", "Received at"], true),
        Column::Due => {
            (&["Ngày hẹn trả", "Ngày hẹn trả kết quả", "Hạn trả kết quả", "Hạn xử lý", "Due at"], true)
        }
        Column::Completed => (
            &[
                "Ngày hoàn thành",
                "Ngày trả kết quả",
                "Ngày có kết quả",
                "Ngày kết thúc xử lý",
                "Completed at",
            ],
            true,
        ),
        Column::Withdrawn => (&["Ngày rút hồ sơ", "Ngày rút", "Withdrawn at"], false),
        Column::AwaitingSupplement => (&["Chờ bổ sung", "Chờ bổ sung hồ sơ", "Awaiting supplement"], false),
        Column::ApologyLetter => (&["Thư xin lỗi", "Có thư xin lỗi", "Apology letter"], false),
    };
    files::Column { code: column.as_str(), headers, required }
}

const fn columns(of_one_agency: bool) -> [files::Column; CELLS] {
    let mut columns = [headed(Column::Agency, of_one_agency); CELLS];
    let mut at = 0;
    while at < CELLS {
        columns[at] = headed(Column::ALL[at], of_one_agency);
        at += 1;
    }
    columns
}

const fn layout(columns: &'static [files::Column]) -> Layout {
    Layout { columns, ignored: &REFUSAL_COLUMNS, header_rows: 1, totals: &[] }
}

static COLUMNS: [files::Column; CELLS] = columns(false);
static COLUMNS_OF_ONE: [files::Column; CELLS] = columns(true);
static LAYOUT: Layout = layout(&COLUMNS);
static LAYOUT_OF_ONE: Layout = layout(&COLUMNS_OF_ONE);

/// The words that offices have for a channel, with its code.
const CHANNELS: [(&str, &str); 16] = [
    ("trực tiếp", "COUNTER"),
    ("nộp trực tiếp", "COUNTER"),
    ("tại quầy", "COUNTER"),
    ("tại một cửa", "COUNTER"),
    ("trực tuyến", "ONLINE_FULL"),
    ("trực tuyến toàn trình", "ONLINE_FULL"),
    ("dvc toàn trình", "ONLINE_FULL"),
    ("trực tuyến một phần", "ONLINE_PARTIAL"),
    ("dvc một phần", "ONLINE_PARTIAL"),
    ("bcci", "POSTAL"),
    ("bưu chính", "POSTAL"),
    ("bưu chính công ích", "POSTAL"),
    ("dịch vụ bcci", "POSTAL"),
    ("trực tuyến + bcci", "ONLINE_POSTAL"),
    ("trực tuyến và bcci", "ONLINE_POSTAL"),
    ("trực tuyến + bưu chính công ích", "ONLINE_POSTAL"),
];

/// The rows of a file of dossiers.
#[derive(Debug)]
pub struct DossierFile {
    rows: Rows,
    layout: &'static Layout,
}

impl DossierFile {
    /// The rows of a file that is called `name` where it comes from; of one agency, it need not name it. Blocks.
    ///
    /// # Errors
    /// Everything that is wrong with it before its first row.
    pub fn of<F: io::Read + io::Seek + Send + 'static>(
        file: F,
        name: &str,
        of_one_agency: bool,
        choices: Choices,
    ) -> Result<Self, Vec<Problem>> {
        let layout = if of_one_agency { &LAYOUT_OF_ONE } else { &LAYOUT };
        Ok(Self { rows: Rows::of(file, name, layout, choices)?, layout })
    }

    /// The names of the file's columns, a JSON array.
    pub fn header(&self) -> String {
        serde_json::Value::from(self.rows.header().names.clone()).to_string()
    }

    fn read(&self, row: &Row) -> Read {
        let number = i32::try_from(row.number).unwrap_or(i32::MAX);
        if !row.problems.is_empty() {
            return Read::Refused(refused_row(row, self.cells(row)));
        }
        if row.cells.as_slice().len() > LARGEST_CELLS {
            let problem = Problem::of_row(
                "ROW_TOO_LARGE",
                row.number,
                format!("Các ô của dòng dài quá {LARGEST_CELLS} byte."),
                format!("The row's cells are longer than {LARGEST_CELLS} bytes."),
            );
            let row = Row { problems: vec![problem], ..row.clone() };
            return Read::Refused(refused_row(&row, self.cells(&row)));
        }
        let header = self.rows.header();
        let mut texts = [""; CELLS];
        for (at, text) in texts.iter_mut().enumerate() {
            *text = row.text(header, at);
        }
        let channel = texts[Column::Channel as usize];
        if let Some(code) = channel_code(channel) {
            texts[Column::Channel as usize] = code;
        }
        let days = [Column::Received, Column::Due, Column::Completed, Column::Withdrawn];
        let serials = days.map(|column| cell::serial(texts[column as usize]));
        for (column, serial) in days.into_iter().zip(&serials) {
            if let Some(serial) = serial {
                texts[column as usize] = serial;
            }
        }
        Read::Row(DossierRow::new(number, texts))
    }

    /// The cells of a refused row in the order of [`Column::ALL`]; those of a row that has too few or too many, as they
    /// stand.
    fn cells(&self, row: &Row) -> Vec<String> {
        let header = self.rows.header();
        let kept = |text: &str| text.chars().take(KEPT_OF_CELL).filter(|letter| *letter != '\0').collect();
        if row.problems.iter().any(|problem| problem.code == "RAGGED_ROW") {
            return row.cells.iter().take(2 * CELLS).map(kept).collect();
        }
        (0..self.layout.columns.len()).map(|at| kept(row.text(header, at))).collect()
    }
}

/// The code of a channel that is named by a word.
fn channel_code(text: &str) -> Option<&'static str> {
    // Most files have codes.
    if text.is_empty() || text.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_') && text.len() > 4
    {
        return None;
    }
    let lower = text.to_lowercase();
    CHANNELS.iter().find(|(word, _)| *word == lower).map(|(_, code)| *code)
}

impl Iterator for DossierFile {
    type Item = Result<Read, Unreadable>;

    fn next(&mut self) -> Option<Self::Item> {
        Some(match self.rows.next()? {
            Ok(row) => Ok(self.read(&row)),
            Err(problem) => {
                let (message_vi, message_en) = problem.said();
                Err(Unreadable { message_vi, message_en })
            }
        })
    }
}
