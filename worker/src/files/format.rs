//! What kind of file it is, by what it begins with: its name may say anything.

use std::io::{self, Read, Seek, SeekFrom};

use super::problem::Problem;

scoring::coded_enum! {
    /// How rows are written.
    pub enum Format {
        /// One row a line, cells separated by commas, semicolons or tabs, UTF-8.
        Csv = "CSV",
        /// One JSON object a line, UTF-8.
        Ndjson = "NDJSON",
        /// The first sheet of a workbook.
        Xlsx = "XLSX",
    }
}

/// How much of a file is looked at.
const HEAD: u64 = 4096;

impl Format {
    /// The format that a file's name ends with.
    pub fn of_name(name: &str) -> Option<Self> {
        match name.rsplit_once('.')?.1.to_ascii_lowercase().as_str() {
            "csv" | "tsv" | "txt" => Some(Self::Csv),
            "ndjson" | "jsonl" => Some(Self::Ndjson),
            "xlsx" | "xlsm" => Some(Self::Xlsx),
            _ => None,
        }
    }

    /// The format of a file, which is left at its beginning.
    ///
    /// # Errors
    /// When it is empty, is none of the formats, or is not what its name says.
    pub(super) fn of<F: Read + Seek>(file: &mut F, name: &str) -> Result<Self, Problem> {
        let mut head = Vec::new();
        let read = file.by_ref().take(HEAD).read_to_end(&mut head);
        let read = read.and_then(|_| file.seek(SeekFrom::Start(0)));
        read.map_err(|error| unreadable(&error))?;
        let found = by_content(&head)?;
        match (found, Self::of_name(name)) {
            (Self::Xlsx, Some(Self::Csv | Self::Ndjson)) => Err(misnamed("CSV/NDJSON", "XLSX")),
            (Self::Csv | Self::Ndjson, Some(Self::Xlsx)) => Err(misnamed("XLSX", "CSV")),
            (Self::Xlsx, _) => Ok(Self::Xlsx),
            (_, Some(named)) => Ok(named),
            (found, None) => Ok(found),
        }
    }
}

fn by_content(head: &[u8]) -> Result<Format, Problem> {
    let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    if text.iter().all(u8::is_ascii_whitespace) {
        return Err(Problem::of_file("EMPTY_FILE", "Tệp trống.", "The file is empty."));
    }
    if head.starts_with(b"PK\x03\x04") {
        return Ok(Format::Xlsx);
    }
    if head.starts_with(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1") {
        return Err(Problem::of_file(
            "OLD_EXCEL_FILE",
            "Tệp là Excel 97-2003 (.xls) hoặc có mật khẩu; hãy mở bằng Excel, bỏ mật khẩu và lưu lại dưới dạng .xlsx.",
            "The file is Excel 97-2003 (.xls) or has a password; open it in Excel, remove the password and save it \
             as .xlsx.",
        ));
    }
    if head.starts_with(b"\xff\xfe") || head.starts_with(b"\xfe\xff") || head.contains(&0) {
        return Err(Problem::of_file(
            "NOT_UTF8",
            format!("Tệp là UTF-16, không phải UTF-8. {SAVE_VI}"),
            format!("The file is UTF-16, not UTF-8. {SAVE_EN}"),
        ));
    }
    let first = text.iter().find(|byte| !byte.is_ascii_whitespace());
    match first {
        Some(b'{') => Ok(Format::Ndjson),
        Some(b'<') => Err(Problem::of_file(
            "NOT_A_TABLE",
            "Tệp là trang HTML hoặc XML dù mang đuôi khác; hãy mở bằng Excel và lưu lại dưới dạng .xlsx.",
            "The file is HTML or XML, whatever its name; open it in Excel and save it as .xlsx.",
        )),
        _ => Ok(Format::Csv),
    }
}

/// How a file becomes UTF-8, in Vietnamese.
const SAVE_VI: &str = "Hãy mở bằng Excel và lưu lại dưới dạng «CSV UTF-8 (Comma delimited)» hoặc .xlsx.";
/// How a file becomes UTF-8, in English.
const SAVE_EN: &str = "Open it in Excel and save it as `CSV UTF-8 (Comma delimited)` or .xlsx.";

/// What is not UTF-8 is refused: no guess at an old encoding is safe, for the same bytes are letters in each.
pub(super) fn not_utf8(row: u32) -> Problem {
    Problem::of_row(
        "NOT_UTF8",
        row,
        format!("Tệp không phải UTF-8 (có thể là Windows-1258, TCVN3 (ABC) hoặc VNI). {SAVE_VI}"),
        format!("The file is not UTF-8 (perhaps Windows-1258, TCVN3 (ABC) or VNI). {SAVE_EN}"),
    )
}

pub(super) fn unreadable(error: &io::Error) -> Problem {
    tracing::warn!(%error, "a file could not be read");
    Problem::of_file("UNREADABLE", "Không đọc được tệp.", "The file cannot be read.")
}

fn misnamed(named: &str, found: &str) -> Problem {
    Problem::of_file(
        "MISNAMED_FILE",
        format!(
            "Tên tệp nói là {named} nhưng nội dung là {found}; hãy lưu lại đúng định dạng hoặc đổi đuôi tệp."
        ),
        format!(
            "The name says {named}, but the content is {found}; save it in that format or change its name."
        ),
    )
}
