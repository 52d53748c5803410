//! A reorganisation as a CSV file: one row a step, everything that is wrong told with its row and column.
//!
//! `kind` says what a row is: REGISTER_BLOCK or REGISTER (of `to`), MERGE, SPLIT, RENAME or FUNCTION_TRANSFER (of
//! `from` to `to`), CLOSE (of `from`), PLACE (of `to`). A succession that gives a name registers `to` first. A row
//! that begins with `#` is a remark.

use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr;

use chrono::NaiveDate;
use entity::succession::Kind;
use scoring::coded_enum;

use super::step::{NewAgency, NewBlock, Refused, Step, Succeed};

/// The largest file, in bytes.
const LARGEST_FILE: usize = 4 * 1024 * 1024;
/// The most rows.
const MOST_ROWS: usize = 20_000;
/// The columns, in any order.
const COLUMNS: [&str; 14] = [
    "kind",
    "from",
    "to",
    "share",
    "effective_on",
    "decision_number",
    "decided_on",
    "name_vi",
    "name_en",
    "agency_kind",
    "block",
    "parent",
    "tags",
    "source",
];

coded_enum! {
    /// What a row is.
    enum RowKind {
        /// A block is registered.
        RegisterBlock = "REGISTER_BLOCK",
        /// An agency is registered; who was before is not recorded.
        Register = "REGISTER",
        /// As the succession of that kind.
        Merge = "MERGE",
        /// As the succession of that kind.
        Split = "SPLIT",
        /// As the succession of that kind.
        Rename = "RENAME",
        /// As the succession of that kind.
        FunctionTransfer = "FUNCTION_TRANSFER",
        /// An agency ends.
        Close = "CLOSE",
        /// An agency is placed in another block.
        Place = "PLACE",
    }
}

/// One thing that is wrong with a file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Complaint {
    /// The row, from 1; 0 where the whole is to blame.
    pub row: u32,
    /// The column's name; empty where the whole row is to blame.
    pub column: String,
    /// The rule's code.
    pub code: &'static str,
    /// What is wrong, in Vietnamese.
    pub vi: String,
    /// What is wrong, in English.
    pub en: String,
}

impl Complaint {
    fn new(row: u32, column: &str, code: &'static str, vi: &str, en: &str) -> Self {
        Self { row, column: column.to_owned(), code, vi: vi.to_owned(), en: en.to_owned() }
    }

    /// A refused step, where it stands in the file.
    pub fn of_refused(steps: &[(u32, Step)], refused: &Refused) -> Self {
        let (row, step) = steps.get(refused.step).map_or((0, None), |(row, step)| (*row, Some(step)));
        Self {
            row,
            column: column_of(step, refused.field).to_owned(),
            code: refused.rule.code(),
            vi: refused.rule.in_vietnamese(),
            en: refused.rule.in_english(),
        }
    }
}

fn column_of(step: Option<&Step>, field: &'static str) -> &'static str {
    match (step, field) {
        (Some(Step::Close { .. }), "agency") => "from",
        (Some(Step::Place { .. }), "agency") | (_, "code") => "to",
        (Some(Step::Place { .. }), "from") | (_, "on" | "validFrom" | "effectiveOn") => "effective_on",
        (_, "nameVi") => "name_vi",
        (_, "nameEn") => "name_en",
        (_, "decidedOn") => "decided_on",
        (_, "decisionNumber") => "decision_number",
        (_, other) => other,
    }
}

/// The steps of a file, each with its row.
///
/// # Errors
/// Everything that is wrong with how it is written.
pub fn steps_of_csv(bytes: &[u8]) -> Result<Vec<(u32, Step)>, Vec<Complaint>> {
    let rows = rows(bytes).map_err(|complaint| vec![complaint])?;
    let (mut steps, mut complaints) = (Vec::new(), Vec::new());
    for row in &rows {
        let mut reading = Reading { row, complaints: &mut complaints };
        let read = reading.steps();
        steps.extend(read.into_iter().flatten().map(|step| (row.number, step)));
    }
    if complaints.is_empty() { Ok(steps) } else { Err(complaints) }
}

struct Row {
    number: u32,
    cells: BTreeMap<&'static str, String>,
}

fn rows(bytes: &[u8]) -> Result<Vec<Row>, Complaint> {
    let whole = |vi: &str, en: &str| Complaint::new(0, "", "INVALID_FILE", vi, en);
    if bytes.len() > LARGEST_FILE {
        return Err(whole("tệp lớn hơn 4 MiB", "the file is larger than 4 MiB"));
    }
    let text = std::str::from_utf8(bytes).map_err(|_| {
        whole(
            "tệp không phải UTF-8; hãy lưu dưới dạng CSV UTF-8",
            "the file is not UTF-8; save it as CSV UTF-8",
        )
    })?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .comment(Some(b'#'))
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let mut lines = Lines { text: text.as_bytes(), at: 0, line: 1 };
    let mut columns: Option<Vec<&'static str>> = None;
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|error| {
            let row = error.position().map_or(0, csv::Position::line);
            let (vi, en) = (format!("không đọc được: {error}"), format!("cannot be read: {error}"));
            Complaint::new(number(row), "", "INVALID_FILE", &vi, &en)
        })?;
        let row = lines.of(record.position().map_or(0, csv::Position::byte));
        match &columns {
            None => columns = Some(header(row, &record)?),
            Some(columns) if record.len() > columns.len() => {
                let (vi, en) =
                    ("dòng có nhiều ô hơn số cột", "the row has more cells than there are columns");
                return Err(Complaint::new(row, "", "INVALID_FILE", vi, en));
            }
            Some(columns) => {
                let cells = columns.iter().copied().zip(record.iter().map(str::to_owned));
                let cells: BTreeMap<_, _> = cells.filter(|(_, cell)| !cell.is_empty()).collect();
                if !cells.is_empty() {
                    rows.push(Row { number: row, cells });
                }
            }
        }
        if rows.len() > MOST_ROWS {
            return Err(whole("tệp có nhiều nhất 20000 dòng", "a file has at most 20,000 rows"));
        }
    }
    if rows.is_empty() {
        return Err(whole("tệp không có dòng nào", "the file has no rows"));
    }
    Ok(rows)
}

/// Counts lines from record to record: the parser tells where it began to look for one, before blank lines and
/// remarks.
struct Lines<'a> {
    text: &'a [u8],
    at: usize,
    line: u32,
}

impl Lines<'_> {
    /// The line of the record that was looked for from a byte on; records come in their order.
    fn of(&mut self, byte: u64) -> u32 {
        let from = usize::try_from(byte).unwrap_or(usize::MAX);
        let mut in_remark = false;
        while let Some(letter) = self.text.get(self.at).copied() {
            let looked_for = self.at >= from;
            in_remark = (in_remark && letter != b'\n') || (looked_for && letter == b'#');
            if looked_for && !in_remark && !matches!(letter, b'\r' | b'\n') {
                break;
            }
            self.line += u32::from(letter == b'\n');
            self.at += 1;
        }
        self.line
    }
}

fn number(line: u64) -> u32 {
    u32::try_from(line).unwrap_or(u32::MAX)
}

fn header(row: u32, record: &csv::StringRecord) -> Result<Vec<&'static str>, Complaint> {
    let mut seen = BTreeSet::new();
    let mut columns = Vec::new();
    for cell in record {
        let known = COLUMNS.into_iter().find(|column| cell.eq_ignore_ascii_case(column));
        match known.filter(|column| seen.insert(*column)) {
            Some(column) => columns.push(column),
            None => {
                let cell: String = cell.chars().take(40).collect();
                let all = COLUMNS.join(", ");
                let vi = format!("cột `{cell}` không có hoặc xuất hiện hai lần; các cột là {all}");
                let en = format!("the column `{cell}` is unknown or stands twice; the columns are {all}");
                return Err(Complaint::new(row, &cell, "INVALID_FILE", &vi, &en));
            }
        }
    }
    Ok(columns)
}

struct Reading<'a> {
    row: &'a Row,
    complaints: &'a mut Vec<Complaint>,
}

impl Reading<'_> {
    fn steps(&mut self) -> Option<Vec<Step>> {
        let kind: RowKind = self.coded("kind", RowKind::ALL)?;
        let on = self.day("effective_on", kind != RowKind::RegisterBlock);
        let succession = match kind {
            RowKind::RegisterBlock => {
                let block = NewBlock {
                    code: self.needed("to")?,
                    name_vi: self.needed("name_vi")?,
                    name_en: self.needed("name_en")?,
                };
                return Some(vec![Step::RegisterBlock(block)]);
            }
            RowKind::Register => return Some(vec![Step::Register(self.agency(on?)?)]),
            RowKind::Close => return Some(vec![Step::Close { agency: self.needed("from")?, on: on? }]),
            RowKind::Place => {
                let (agency, block) = (self.needed("to")?, self.needed("block")?);
                return Some(vec![Step::Place { agency, block, from: on? }]);
            }
            RowKind::Merge => Kind::Merge,
            RowKind::Split => Kind::Split,
            RowKind::Rename => Kind::Rename,
            RowKind::FunctionTransfer => Kind::FunctionTransfer,
        };
        let mut steps = Vec::new();
        if self.row.cells.contains_key("name_vi") {
            steps.push(Step::Register(self.agency(on?)?));
        }
        let (from, to) = (self.needed("from"), self.needed("to"));
        let (number, decided_on) = (self.needed("decision_number"), self.day("decided_on", true));
        steps.push(Step::Succeed(Succeed {
            kind: succession,
            from: from?,
            to: to?,
            share: self.text("share"),
            effective_on: on?,
            decision_number: number?,
            decided_on: decided_on?,
        }));
        Some(steps)
    }

    fn agency(&mut self, valid_from: NaiveDate) -> Option<NewAgency> {
        let code = self.needed("to");
        let (name_vi, name_en) = (self.needed("name_vi"), self.needed("name_en"));
        let kind = self.coded("agency_kind", scoring::AgencyKind::ALL);
        let block = self.needed("block");
        let source = self.coded("source", scoring::Source::ALL);
        let tags = self.text("tags").unwrap_or_default();
        let tags = tags.split(['+', ';']).map(str::trim).filter(|tag| !tag.is_empty()).map(str::to_owned);
        Some(NewAgency {
            code: code?,
            name_vi: name_vi?,
            name_en: name_en?,
            kind: kind?,
            block: block?,
            parent: self.text("parent"),
            valid_from,
            tags: tags.collect(),
            source: source?,
        })
    }

    fn text(&self, column: &str) -> Option<String> {
        self.row.cells.get(column).cloned()
    }

    fn needed(&mut self, column: &'static str) -> Option<String> {
        let text = self.text(column);
        if text.is_none() {
            self.complain(column, "NOT_GIVEN", "ô này không được để trống", "this cell must not be empty");
        }
        text
    }

    fn coded<T: FromStr + ToString>(&mut self, column: &'static str, all: &[T]) -> Option<T> {
        let text = self.needed(column)?;
        let read = text.parse().ok();
        if read.is_none() {
            let text: String = text.chars().take(40).collect();
            let codes = all.iter().map(T::to_string).collect::<Vec<_>>().join(", ");
            let (vi, en) =
                (format!("`{text}` không phải là {codes}"), format!("`{text}` is none of {codes}"));
            self.complain(column, "UNKNOWN_CODE", &vi, &en);
        }
        read
    }

    /// A day, as `2025-07-01` or `01/07/2025`.
    fn day(&mut self, column: &'static str, is_needed: bool) -> Option<NaiveDate> {
        if !is_needed && !self.row.cells.contains_key(column) {
            return None;
        }
        let text = self.needed(column)?;
        let day =
            ["%Y-%m-%d", "%d/%m/%Y"].iter().find_map(|form| NaiveDate::parse_from_str(&text, form).ok());
        if day.is_none() {
            let text: String = text.chars().take(40).collect();
            let vi = format!("`{text}` không phải là ngày (2025-07-01 hoặc 01/07/2025)");
            let en = format!("`{text}` is no day (2025-07-01 or 01/07/2025)");
            self.complain(column, "INVALID_DAY", &vi, &en);
        }
        day
    }

    fn complain(&mut self, column: &str, code: &'static str, vi: &str, en: &str) {
        self.complaints.push(Complaint::new(self.row.number, column, code, vi, en));
    }
}
