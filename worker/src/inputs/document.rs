//! A document or plan: its state follows from when it was issued and when it was due, unless the row says one that these
//! days allow.

use std::collections::HashMap;

use chrono::NaiveDate;
use entity::document::{self, State};

use super::check::Findings;
use super::known::plain;
use super::stored::Said;

/// The words for a state, Vietnamese and English.
fn words(state: State) -> (&'static str, &'static str) {
    match state {
        State::IssuedOnTime => ("ban hành đúng hạn", "issued on time"),
        State::Issued => ("đã ban hành", "issued"),
        State::IssuedLate => ("ban hành trễ hạn", "issued late"),
        State::Approved => ("đã được phê duyệt", "approved"),
        State::Submitted => ("đã trình", "submitted"),
        State::Advised => ("đã tham mưu", "advised"),
        State::Made => ("đã xây dựng", "made"),
        State::NotIssued => ("chưa ban hành", "not issued"),
    }
}

/// What a row says.
pub(super) fn check(
    found: &mut Findings<'_>,
    documents: &HashMap<String, document::Model>,
    today: NaiveDate,
) -> Option<Said> {
    let code = found.name("code");
    let known = code.as_ref().and_then(|code| documents.get(code));
    let mut named = |column: &str, known: Option<&str>| match known {
        Some(known) if found.row.cell(column).is_empty() => Some(known.to_owned()),
        _ => found.name(column),
    };
    let pillar = named("pillar", known.map(|known| known.pillar.as_str()));
    let name_vi = named("name_vi", known.map(|known| known.name_vi.as_str()));
    let name_en = named("name_en", known.map(|known| known.name_en.as_str()));
    let issued_on = found.day("issued_on");
    let due_on = found.day("due_on");
    if issued_on.is_some_and(|issued_on| issued_on > today) {
        found.add("issued_on", "IN_FUTURE", "ngày này chưa đến", "this day has not come yet");
    }
    let state = state(found, issued_on, due_on)?;
    let (state_vi, state_en) = words(state);
    Some(Said::Document {
        code: code?,
        pillar: pillar?,
        name_vi: name_vi?,
        name_en: name_en?,
        state,
        state_vi: state_vi.to_owned(),
        state_en: state_en.to_owned(),
        issued_on,
        due_on,
    })
}

/// What follows from the days.
fn of_days(issued_on: Option<NaiveDate>, due_on: Option<NaiveDate>) -> State {
    match (issued_on, due_on) {
        (Some(issued_on), Some(due_on)) if issued_on <= due_on => State::IssuedOnTime,
        (Some(_), Some(_)) => State::IssuedLate,
        (Some(_), None) => State::Issued,
        (None, _) => State::NotIssued,
    }
}

fn state(found: &mut Findings<'_>, issued_on: Option<NaiveDate>, due_on: Option<NaiveDate>) -> Option<State> {
    let follows = of_days(issued_on, due_on);
    let text = found.row.cell("state");
    if text.is_empty() {
        return Some(follows);
    }
    let word = plain(text);
    let said = State::ALL.iter().copied().find(|state| words(*state).0 == word);
    let Some(said) = text.parse().ok().or(said) else {
        let codes = State::ALL.iter().map(|state| state.as_str()).collect::<Vec<_>>().join(", ");
        found.add(
            "state",
            "UNKNOWN_STATE",
            format!("trạng thái phải là một trong: {codes}"),
            format!("the state must be one of {codes}"),
        );
        return None;
    };
    // A document that was approved was issued on a day; of one that was issued the day may not be known.
    let agrees = match said {
        State::Approved | State::Issued => true,
        State::IssuedOnTime | State::IssuedLate => issued_on.is_none() || said == follows,
        State::Submitted | State::Advised | State::Made | State::NotIssued => issued_on.is_none(),
    };
    let agrees = agrees && !(said == State::Issued && follows == State::IssuedLate);
    if !agrees {
        found.add(
            "state",
            "STATE_DISAGREES",
            format!("ngày ban hành và hạn cho thấy: {}", words(follows).0),
            format!("by the days it is {follows}"),
        );
        return None;
    }
    // Where the days tell more than the word, they are believed.
    Some(if said == State::Issued && issued_on.is_some() { follows } else { said })
}
