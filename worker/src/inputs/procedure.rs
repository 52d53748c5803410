//! The state of a procedure at an agency: the decision that published it, the decision that approved the internal process
//! for settling it, and at which channels it is listed.

use std::collections::HashMap;

use chrono::NaiveDate;
use entity::ProcedureId;

use super::check::Findings;
use super::known::plain;
use super::stored::Said;

/// The words for a channel at which a procedure need not be listed; an empty cell says the same.
const NOT_REQUIRED: [&str; 6] =
    ["không áp dụng", "không phải niêm yết", "không yêu cầu", "not required", "n/a", "-"];

/// What a row says; `as_of` is the day whose state it gives.
pub(super) fn check(
    found: &mut Findings<'_>,
    procedures: &HashMap<String, ProcedureId>,
    as_of: Option<NaiveDate>,
) -> Option<Said> {
    let code = found.name("procedure");
    let procedure = code.as_ref().and_then(|code| procedures.get(code)).copied();
    if code.is_some() && procedure.is_none() {
        found.add(
            "procedure",
            "UNKNOWN_PROCEDURE",
            "không có thủ tục hành chính mang mã này",
            "no procedure has this code",
        );
    }
    let (publishing_decision, published_on) = decision(found, ("publishing_decision", "published_on"), as_of);
    let (internal_process, process_approved_on) =
        decision(found, ("internal_process", "process_approved_on"), as_of);
    let [one_stop_unit, agency_website, provincial_service_centre] =
        ["one_stop_unit", "agency_website", "provincial_service_centre"].map(|column| listed(found, column));
    Some(Said::Procedure {
        procedure: procedure?,
        publishing_decision,
        published_on,
        internal_process,
        process_approved_on,
        one_stop_unit,
        agency_website,
        provincial_service_centre,
    })
}

/// A decision's number and its day. The day may not be known; a day is of a decision, and had come on the day whose
/// state the row gives.
fn decision(
    found: &mut Findings<'_>,
    (number, day): (&str, &str),
    as_of: Option<NaiveDate>,
) -> (Option<String>, Option<NaiveDate>) {
    let decided_on = found.day(day);
    if !found.row.cell(day).is_empty() && found.row.cell(number).is_empty() {
        found.add(
            day,
            "DAY_WITHOUT_DECISION",
            "có ngày mà không có số quyết định",
            "there is a day and no number of a decision",
        );
    }
    if decided_on.zip(as_of).is_some_and(|(decided_on, as_of)| decided_on > as_of) {
        found.add(
            day,
            "AFTER_AS_OF",
            "ngày này sau ngày của số liệu",
            "this day is after the day whose state the row gives",
        );
    }
    let number = if found.row.cell(number).is_empty() { None } else { found.name(number) };
    (number, decided_on)
}

/// Whether it is listed at a channel; `None`: it need not be, or the cell says neither.
fn listed(found: &mut Findings<'_>, column: &str) -> Option<bool> {
    let word = plain(found.row.cell(column));
    if NOT_REQUIRED.contains(&word.as_str()) { None } else { found.flag(column) }
}
