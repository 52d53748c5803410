//! What a row must satisfy. All that is wrong with a row is found at once; a rule that needs two cells is judged only
//! where both could be read.

use chrono::{DateTime, NaiveDate, Utc};
use entity::{AgencyId, ProcedureId};
use scoring::{CountedDossier, DossierChannel, province_day};

use super::known::{Known, KnownAgency};
use super::{Column, Conflict, DossierRow, instant};

/// The longest code of a dossier, in characters.
const LONGEST_CODE: usize = 100;

/// A row that says a dossier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Checked {
    pub(super) row: i32,
    pub(super) agency: AgencyId,
    pub(super) code: String,
    pub(super) procedure: ProcedureId,
    pub(super) counted: CountedDossier,
}

/// By what rows are judged.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rules<'a> {
    pub(super) known: &'a Known,
    /// The only agency whose rows are accepted; none for any.
    pub(super) only: Option<AgencyId>,
    pub(super) now: DateTime<Utc>,
}

impl Rules<'_> {
    /// The dossier that a row says, or everything that is wrong with it.
    pub(super) fn check(&self, row: &DossierRow) -> Result<Checked, Vec<Conflict>> {
        let mut found = Findings { row, conflicts: Vec::new() };
        let agency = self.agency(&mut found);
        let code = code(&mut found);
        let procedure = self.procedure(&mut found);
        let channel = channel(&mut found);
        let received = self.past(&mut found, Column::Received);
        if row.cell(Column::Received).is_empty() {
            found.missing(Column::Received);
        }
        let due_at = found.instant(Column::Due);
        let completed_at = self.past(&mut found, Column::Completed);
        let withdrawn_at = self.past(&mut found, Column::Withdrawn);
        let awaiting_supplement = found.flag(Column::AwaitingSupplement);
        let apology_letter = found.flag(Column::ApologyLetter);
        if let Some(received) = received.map(province_day) {
            found.not_before(received, Column::Due, due_at);
            found.not_before(received, Column::Completed, completed_at);
            found.not_before(received, Column::Withdrawn, withdrawn_at);
            if let Some(agency) = agency {
                found.valid(&agency, received);
            }
        }
        if completed_at.is_some() && withdrawn_at.is_some() {
            found.add(
                Column::Withdrawn,
                "COMPLETED_AND_WITHDRAWN",
                "hồ sơ không thể vừa hoàn thành vừa rút",
                "a dossier is either completed or withdrawn",
            );
        }
        let checked = (|| {
            let (agency, received_at) = (agency?.id, received?);
            let counted = CountedDossier {
                channel: channel?,
                received_at,
                due_at,
                completed_at,
                withdrawn_at,
                awaiting_supplement,
                apology_letter,
            };
            Some(Checked { row: row.row, agency, code: code?, procedure: procedure?, counted })
        })();
        match checked {
            Some(checked) if found.conflicts.is_empty() => Ok(checked),
            _ => Err(found.all()),
        }
    }

    fn agency(&self, found: &mut Findings<'_>) -> Option<KnownAgency> {
        let code = found.row.cell(Column::Agency);
        let agency = match self.only {
            // A file of one agency need not name it.
            Some(only) if code.is_empty() => {
                self.known.agencies.values().find(|agency| agency.id == only).copied()
            }
            _ if code.is_empty() => {
                found.missing(Column::Agency);
                return None;
            }
            _ => self.known.agencies.get(code).copied(),
        };
        match (agency, self.only) {
            (None, _) => found.add(
                Column::Agency,
                "UNKNOWN_AGENCY",
                "không có cơ quan mang mã này",
                "no agency has this code",
            ),
            (Some(agency), Some(only)) if agency.id != only => found.add(
                Column::Agency,
                "OTHER_AGENCY",
                "lần nhập này chỉ dành cho hồ sơ của một cơ quan khác",
                "this import is for the dossiers of another agency only",
            ),
            _ => return agency,
        }
        None
    }

    fn procedure(&self, found: &mut Findings<'_>) -> Option<ProcedureId> {
        let code = found.row.cell(Column::Procedure);
        if code.is_empty() {
            found.missing(Column::Procedure);
            return None;
        }
        let procedure = self.known.procedures.get(code).copied();
        if procedure.is_none() {
            found.add(
                Column::Procedure,
                "UNKNOWN_PROCEDURE",
                "không có thủ tục hành chính mang mã này",
                "no procedure has this code",
            );
        }
        procedure
    }

    /// An instant that has come.
    fn past(&self, found: &mut Findings<'_>, column: Column) -> Option<DateTime<Utc>> {
        let at = found.instant(column)?;
        if at > self.now {
            found.add(column, "IN_FUTURE", "thời điểm này chưa đến", "this time has not come yet");
            return None;
        }
        Some(at)
    }
}

fn code(found: &mut Findings<'_>) -> Option<String> {
    let code = found.row.cell(Column::Code);
    if code.is_empty() {
        found.missing(Column::Code);
        return None;
    }
    if code.chars().count() > LONGEST_CODE {
        found.add(
            Column::Code,
            "TOO_LONG",
            format!("mã hồ sơ dài quá {LONGEST_CODE} ký tự"),
            format!("a dossier's code has at most {LONGEST_CODE} characters"),
        );
        return None;
    }
    if code.chars().any(char::is_control) {
        found.add(
            Column::Code,
            "BAD_CHARACTER",
            "mã hồ sơ chứa ký tự điều khiển",
            "a dossier's code holds no control characters",
        );
        return None;
    }
    Some(code.to_owned())
}

fn channel(found: &mut Findings<'_>) -> Option<DossierChannel> {
    let text = found.row.cell(Column::Channel);
    if text.is_empty() {
        found.missing(Column::Channel);
        return None;
    }
    let channel = text.parse().ok();
    if channel.is_none() {
        let codes: Vec<&str> = DossierChannel::ALL.iter().map(|channel| channel.as_str()).collect();
        let codes = codes.join(", ");
        found.add(
            Column::Channel,
            "UNKNOWN_CHANNEL",
            format!("hình thức tiếp nhận phải là một trong: {codes}"),
            format!("the channel must be one of {codes}"),
        );
    }
    channel
}

/// What was found wrong with a row so far.
struct Findings<'a> {
    row: &'a DossierRow,
    conflicts: Vec<Conflict>,
}

impl Findings<'_> {
    fn add(&mut self, column: Column, code: &'static str, vi: impl Into<String>, en: impl Into<String>) {
        let cell = (column.as_str(), self.row.cell(column));
        self.conflicts.push(Conflict::of_cell(self.row.row, cell, code, vi, en));
    }

    fn missing(&mut self, column: Column) {
        self.add(column, "MISSING_VALUE", "ô này không được để trống", "this cell must not be empty");
    }

    fn instant(&mut self, column: Column) -> Option<DateTime<Utc>> {
        let text = self.row.cell(column);
        if text.is_empty() {
            return None;
        }
        let at = instant::read(text);
        if at.is_none() {
            self.add(
                column,
                "NOT_A_DATE",
                "không phải ngày có thật từ 1990 đến 2199; viết dd/mm/yyyy hoặc yyyy-mm-dd",
                "not a day that there is from 1990 to 2199; write dd/mm/yyyy or yyyy-mm-dd",
            );
        }
        at
    }

    fn flag(&mut self, column: Column) -> bool {
        match self.row.cell(column) {
            "" | "0" | "false" | "FALSE" | "không" | "Không" => false,
            "1" | "true" | "TRUE" | "x" | "X" | "có" | "Có" => true,
            _ => {
                self.add(column, "NOT_A_FLAG", "viết có hoặc không", "write true or false");
                false
            }
        }
    }

    /// What comes after the receipt must not be before its day.
    fn not_before(&mut self, received: NaiveDate, column: Column, at: Option<DateTime<Utc>>) {
        if at.is_none_or(|at| province_day(at) >= received) {
            return;
        }
        let (code, vi, en) = match column {
            Column::Due => {
                ("DUE_BEFORE_RECEIVED", "ngày hẹn trả trước ngày tiếp nhận", "due before it was received")
            }
            Column::Completed => (
                "COMPLETED_BEFORE_RECEIVED",
                "ngày hoàn thành trước ngày tiếp nhận",
                "completed before it was received",
            ),
            _ => (
                "WITHDRAWN_BEFORE_RECEIVED",
                "ngày rút trước ngày tiếp nhận",
                "withdrawn before it was received",
            ),
        };
        self.add(column, code, vi, en);
    }

    fn valid(&mut self, agency: &KnownAgency, received: NaiveDate) {
        let KnownAgency { valid_from, valid_to, .. } = *agency;
        if received < valid_from {
            self.add(
                Column::Received,
                "OUTSIDE_VALIDITY",
                format!("cơ quan chỉ có từ ngày {}", valid_from.format("%d/%m/%Y")),
                format!("the agency exists from {valid_from} on"),
            );
        } else if let Some(valid_to) = valid_to.filter(|valid_to| received >= *valid_to) {
            self.add(
                Column::Received,
                "OUTSIDE_VALIDITY",
                format!("cơ quan không còn từ ngày {}", valid_to.format("%d/%m/%Y")),
                format!("the agency no longer exists on {valid_to}"),
            );
        }
    }

    /// All of it; the row's cells go with the first.
    fn all(mut self) -> Vec<Conflict> {
        if let Some(first) = self.conflicts.first_mut() {
            first.cells = Some(self.row.cells());
        }
        self.conflicts
    }
}

/// A row whose dossier the import has already had.
pub(super) fn duplicate(row: &DossierRow, first: i32) -> Conflict {
    let mut conflict = Conflict::of_cell(
        row.row,
        (Column::Code.as_str(), row.cell(Column::Code)),
        "DUPLICATE_CODE",
        format!("mã hồ sơ này của cơ quan đã có ở dòng {first}"),
        format!("row {first} has this code of the agency already"),
    );
    conflict.cells = Some(row.cells());
    conflict
}
