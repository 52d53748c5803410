//! What every row of inputs must satisfy, and how what is wrong with one is collected: all of it at once.

use chrono::{DateTime, NaiveDate, Utc};
use entity::import::Kind;
use entity::{AgencyId, agency};
use scoring::{Source, province_day};

use super::known::{Known, Named, plain};
use super::stored::{Head, Said};
use super::{Choices, InputRow, document, listing, observation, procedure, table};
use crate::dossiers::read_instant;
use crate::files::{Problem, cell};
use crate::imports::Conflict;

/// The longest code or name, in characters.
const LONGEST_NAME: usize = 300;
/// The longest note, in characters.
const LONGEST_NOTE: usize = 1_000;
/// No count is larger: what is, is a mistake.
const LARGEST_COUNT: u64 = 1_000_000_000_000;

/// The words that offices have for a source, with its code.
const SOURCES: [(&str, Source); 8] = [
    ("báo cáo của đơn vị", Source::AgencyReport),
    ("báo cáo của cơ quan", Source::AgencyReport),
    ("đơn vị báo cáo", Source::AgencyReport),
    ("báo cáo kiểm tra", Source::InspectionReport),
    ("biểu thống kê", Source::DossierTable),
    ("điều tra xã hội học", Source::Survey),
    ("khảo sát", Source::Survey),
    ("quyết định", Source::Decision),
];

/// A row that says something.
#[derive(Clone, Debug)]
pub(super) struct Checked {
    pub(super) agency: AgencyId,
    pub(super) head: Head,
    pub(super) said: Said,
}

/// By what rows are judged.
#[derive(Clone, Copy)]
pub(super) struct Rules<'a> {
    pub(super) kind: Kind,
    pub(super) known: &'a Known,
    /// The only agency whose rows are accepted; none for any.
    pub(super) only: Option<AgencyId>,
    pub(super) choices: Choices,
    pub(super) now: DateTime<Utc>,
}

impl Rules<'_> {
    /// What a row says, or everything that is wrong with it.
    pub(super) fn check(&self, row: &InputRow) -> Result<Checked, Vec<Conflict>> {
        let mut found = Findings { row, conflicts: Vec::new() };
        let agency = self.agency(&mut found).map(|agency| agency.id);
        let head = self.head(&mut found);
        let said = match self.kind {
            Kind::DossierTables => table::check(&mut found, agency, &self.known.chain, self.choices),
            Kind::Observations => observation::check(&mut found, self.known, self.choices),
            Kind::Documents => document::check(&mut found, &self.known.documents, province_day(self.now)),
            Kind::Listings => listing::check(&mut found),
            Kind::Procedures => {
                let as_of = head.as_ref().map(|head| head.as_of);
                procedure::check(&mut found, &self.known.procedures, as_of)
            }
            Kind::Dossiers => None,
        };
        match (agency, head, said) {
            (Some(agency), Some(head), Some(said)) if found.conflicts.is_empty() => {
                Ok(Checked { agency, head, said })
            }
            _ => Err(found.all()),
        }
    }

    /// Whether a row of a table is none: it names no agency, and no count begins as a number does. Titles of sections,
    /// notes and signatures are such rows.
    pub(super) fn is_note(&self, row: &InputRow) -> bool {
        self.kind == Kind::DossierTables
            && !self.names_agency(row)
            && table::COUNTS.iter().all(|column| {
                !row.cell(column).starts_with(|letter: char| letter.is_ascii_digit() || letter == '-')
            })
    }

    /// Whether a row of a table sums others.
    pub(super) fn is_total(&self, row: &InputRow) -> bool {
        const TOTALS: [&str; 4] = ["tổng", "cộng", "toàn tỉnh", "total"];
        self.kind == Kind::DossierTables
            && !self.names_agency(row)
            && ["no", "agency"].iter().any(|column| {
                let text = plain(row.cell(column));
                TOTALS.iter().any(|total| text.starts_with(total))
            })
    }

    fn names_agency(&self, row: &InputRow) -> bool {
        let text = row.cell("agency");
        !text.is_empty() && !matches!(self.known.named(text), Named::None)
    }

    fn agency(&self, found: &mut Findings<'_>) -> Option<&agency::Model> {
        let text = found.row.cell("agency");
        let named = match self.only.and_then(|only| self.known.agency(only)) {
            // A file of one agency need not name it.
            Some(only) if text.is_empty() => Named::One(only),
            _ if text.is_empty() => {
                found.missing("agency");
                return None;
            }
            _ => self.known.named(text),
        };
        let agency = match named {
            Named::One(agency) => agency,
            Named::Several => {
                found.add(
                    "agency",
                    "AMBIGUOUS_AGENCY",
                    "nhiều cơ quan mang tên này; hãy ghi mã",
                    "several agencies have this name; write the code",
                );
                return None;
            }
            Named::None => {
                found.add(
                    "agency",
                    "UNKNOWN_AGENCY",
                    "không có cơ quan mang mã hoặc tên này",
                    "no agency has this code or name",
                );
                return None;
            }
        };
        if self.only.is_some_and(|only| only != agency.id) {
            found.add(
                "agency",
                "OTHER_AGENCY",
                "lần nhập này chỉ dành cho số liệu của một cơ quan khác",
                "this import is for the inputs of another agency only",
            );
            return None;
        }
        if !self.known.exists(agency) {
            let period = &self.known.period.code;
            found.add(
                "agency",
                "OUTSIDE_VALIDITY",
                format!("cơ quan không tồn tại trong kỳ {period}"),
                format!("the agency does not exist in {period}"),
            );
            return None;
        }
        Some(agency)
    }

    fn head(&self, found: &mut Findings<'_>) -> Option<Head> {
        let source = match self.kind {
            Kind::DossierTables => Source::DossierTable,
            _ => Source::AgencyReport,
        };
        let source = found.source(source);
        let as_of = self.as_of(found);
        let note = found.text("note", LONGEST_NOTE);
        Some(Head { source: source?, as_of: as_of?, note })
    }

    /// The day whose state a row gives: a table may leave it out, and means the last day of its period that has come.
    fn as_of(&self, found: &mut Findings<'_>) -> Option<NaiveDate> {
        let (period, today) = (&self.known.period, province_day(self.now));
        if found.row.cell("as_of").is_empty() {
            if self.kind == Kind::DossierTables {
                return period.ends_before.pred_opt().map(|last| last.min(today));
            }
            found.missing("as_of");
            return None;
        }
        let day = found.day("as_of")?;
        if day > today {
            found.add("as_of", "IN_FUTURE", "ngày này chưa đến", "this day has not come yet");
            return None;
        }
        if day < period.starts_on {
            found.add(
                "as_of",
                "BEFORE_PERIOD",
                format!("ngày này trước kỳ {}", period.code),
                format!("this day is before {}", period.code),
            );
            return None;
        }
        Some(day)
    }
}

/// What was found wrong with a row so far.
pub(super) struct Findings<'a> {
    pub(super) row: &'a InputRow,
    conflicts: Vec<Conflict>,
}

impl<'a> Findings<'a> {
    /// None of a row yet.
    pub(super) fn of(row: &'a InputRow) -> Self {
        Self { row, conflicts: Vec::new() }
    }

    pub(super) fn add(
        &mut self,
        column: &str,
        code: &'static str,
        vi: impl Into<String>,
        en: impl Into<String>,
    ) {
        let cell = (column, self.row.cell(column));
        self.conflicts.push(Conflict::of_cell(self.row.row, cell, code, vi, en));
    }

    pub(super) fn missing(&mut self, column: &str) {
        self.add(column, "MISSING_VALUE", "ô này không được để trống", "this cell must not be empty");
    }

    /// What the reader of cells found wrong with one.
    pub(super) fn problem(&mut self, column: &str, problem: &Problem) {
        self.add(column, problem.code, problem.vi.clone(), problem.en.clone());
    }

    /// A count; `None` where nothing was written, or no count.
    pub(super) fn count(&mut self, column: &str) -> Option<i64> {
        let text = self.row.cell(column);
        if text.is_empty() {
            return None;
        }
        match cell::count(text) {
            Ok(count) if count <= LARGEST_COUNT => i64::try_from(count).ok(),
            Ok(_) => {
                self.add(
                    column,
                    "COUNT_TOO_LARGE",
                    format!("số lượng lớn hơn {LARGEST_COUNT}"),
                    format!("a count is at most {LARGEST_COUNT}"),
                );
                None
            }
            Err(problem) => {
                self.problem(column, &problem);
                None
            }
        }
    }

    /// A day; `None` where nothing was written, or no day.
    pub(super) fn day(&mut self, column: &str) -> Option<NaiveDate> {
        let text = self.row.cell(column);
        if text.is_empty() {
            return None;
        }
        let serial = cell::serial(text);
        let day = read_instant(serial.as_deref().unwrap_or(text)).map(province_day);
        if day.is_none() {
            self.add(
                column,
                "NOT_A_DATE",
                "không phải ngày có thật từ 1990 đến 2199; viết dd/mm/yyyy hoặc yyyy-mm-dd",
                "not a day that there is from 1990 to 2199; write dd/mm/yyyy or yyyy-mm-dd",
            );
        }
        day
    }

    /// A flag; `None` where nothing was written, or no flag.
    pub(super) fn flag(&mut self, column: &str) -> Option<bool> {
        match plain(self.row.cell(column)).as_str() {
            "" => None,
            "0" | "false" | "không" | "chưa" => Some(false),
            "1" | "true" | "x" | "có" | "rồi" => Some(true),
            _ => {
                self.add(column, "NOT_A_FLAG", "viết có hoặc không", "write true or false");
                None
            }
        }
    }

    /// A code or name that must be there.
    pub(super) fn name(&mut self, column: &str) -> Option<String> {
        if self.row.cell(column).is_empty() {
            self.missing(column);
            return None;
        }
        self.text(column, LONGEST_NAME)
    }

    /// A text of at most so many characters; `None` where nothing was written, or no such text.
    pub(super) fn text(&mut self, column: &str, longest: usize) -> Option<String> {
        let text = self.row.cell(column);
        if text.chars().count() > longest {
            self.add(
                column,
                "TOO_LONG",
                format!("dài quá {longest} ký tự"),
                format!("longer than {longest} characters"),
            );
            return None;
        }
        if text.chars().any(|letter| letter.is_control() && letter != '\n' && letter != '\r') {
            self.add(column, "BAD_CHARACTER", "chứa ký tự điều khiển", "holds a control character");
            return None;
        }
        Some(text.to_owned()).filter(|text| !text.is_empty())
    }

    fn source(&mut self, usual: Source) -> Option<Source> {
        let text = self.row.cell("source");
        if text.is_empty() {
            return Some(usual);
        }
        let word = plain(text);
        let said = SOURCES.iter().find(|(said, _)| *said == word).map(|(_, source)| *source);
        // What is counted over dossiers nobody reports.
        let source = text.parse().ok().or(said).filter(|source| *source != Source::Dossiers);
        if source.is_none() {
            let known = Source::ALL.iter().filter(|source| **source != Source::Dossiers);
            let codes = known.map(|source| source.as_str()).collect::<Vec<_>>().join(", ");
            self.add(
                "source",
                "UNKNOWN_SOURCE",
                format!("nguồn phải là một trong: {codes}"),
                format!("the source must be one of {codes}"),
            );
        }
        source
    }

    /// All of it; the row's cells go with the first.
    pub(super) fn all(mut self) -> Vec<Conflict> {
        if let Some(first) = self.conflicts.first_mut() {
            first.cells = Some(self.row.cells());
        }
        self.conflicts
    }
}
