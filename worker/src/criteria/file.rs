//! Criteria sets as files: what officers hand in is checked whole, and what they take away is written.

use std::collections::BTreeSet;

use scoring::{Catalogue, CriteriaSet, CriteriaSetDocument, coded_enum};

use super::problem::Problem;
use super::raw::Raw;
use super::spreadsheet::LARGEST_FILE;
use super::{raw, read, spreadsheet, table};

coded_enum! {
    /// How a criteria set is written.
    pub enum Format {
        /// A YAML document.
        Yaml = "YAML",
        /// A JSON document; what is exported is one, in its canonical form.
        Json = "JSON",
        /// A table with one row a criterion, UTF-8.
        Csv = "CSV",
        /// The same table, as the first sheet of a workbook.
        Xlsx = "XLSX",
    }
}

impl Format {
    /// The format that a file's name ends with.
    pub fn of_file(name: &str) -> Option<Self> {
        match name.rsplit_once('.')?.1.to_ascii_lowercase().as_str() {
            "yaml" | "yml" => Some(Self::Yaml),
            "json" => Some(Self::Json),
            "csv" => Some(Self::Csv),
            "xlsx" => Some(Self::Xlsx),
            _ => None,
        }
    }
}

/// The criteria set that a file means.
///
/// # Errors
/// Everything that is wrong with it at once, each with its place.
pub fn check(bytes: &[u8], format: Format, catalogue: &Catalogue) -> Result<CriteriaSet, Vec<Problem>> {
    if bytes.len() > LARGEST_FILE {
        let size = LARGEST_FILE / 1024;
        let (vi, en) = (format!("tệp lớn hơn {size} KiB"), format!("the file is larger than {size} KiB"));
        return Err(vec![Problem::of_whole(vi, en)]);
    }
    match format {
        Format::Yaml | Format::Json => read::read(&document(bytes)?, catalogue),
        Format::Csv => from_rows(spreadsheet::csv(bytes)?, catalogue),
        Format::Xlsx => from_rows(spreadsheet::xlsx(bytes)?, catalogue),
    }
}

fn document(bytes: &[u8]) -> Result<Raw, Vec<Problem>> {
    let text = std::str::from_utf8(bytes)
        .map_err(|_| vec![Problem::of_whole("tệp không phải UTF-8", "the file is not UTF-8")])?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    raw::parse(text).map_err(|unreadable| {
        let problem = Problem::of_whole(unreadable.vi, unreadable.en);
        vec![Problem { place: unreadable.place, ..problem }]
    })
}

fn from_rows(rows: Vec<table::Row>, catalogue: &Catalogue) -> Result<CriteriaSet, Vec<Problem>> {
    let (raw, mut problems) = table::tree(rows)?;
    let rows: BTreeSet<_> = problems.iter().filter_map(row).collect();
    match read::read(&raw, catalogue) {
        Ok(set) if problems.is_empty() => Ok(set),
        Ok(_) => Err(problems),
        Err(more) => {
            // Where a cell is not understood, its rule cannot be either; that is told once.
            let follows = |problem: &Problem| {
                problem.path.contains(".rule") && row(problem).is_some_and(|row| rows.contains(&row))
            };
            problems.extend(more.into_iter().filter(|problem| !follows(problem)));
            Err(problems)
        }
    }
}

fn row(problem: &Problem) -> Option<u32> {
    problem.place.as_ref().map(|place| place.row)
}

/// A criteria set as a CSV file, UTF-8 with the mark by which spreadsheet programs know it.
pub fn table_csv(document: &CriteriaSetDocument) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    for row in table::write(document) {
        // Writing to memory does not fail.
        writer.write_record(&row).ok();
    }
    let bytes = writer.into_inner().unwrap_or_default();
    format!("\u{feff}{}", String::from_utf8_lossy(&bytes))
}
