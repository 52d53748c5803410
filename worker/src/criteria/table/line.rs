//! A row's cells as values of the document, each with its place.

use std::collections::BTreeMap;

use super::super::raw::{Place, Raw, Value};
use super::cell;

/// What a row says, by column.
pub(super) struct Line {
    pub(super) number: u32,
    pub(super) cells: BTreeMap<&'static str, String>,
}

impl Line {
    pub(super) fn place(&self, column: &str) -> Place {
        Place { row: self.number, column: column.to_owned() }
    }

    pub(super) fn text(&self, column: &'static str) -> Option<&str> {
        self.cells.get(column).map(String::as_str)
    }

    /// The cell as a text under a key of the document.
    pub(super) fn entry(&self, column: &'static str, key: &str) -> Option<(String, Raw)> {
        let text = self.text(column)?;
        Some((key.to_owned(), Raw::text(text, &self.place(column))))
    }

    pub(super) fn list(&self, column: &'static str) -> Option<(String, Raw)> {
        let text = self.text(column)?;
        let place = self.place(column);
        let items = text.split(['+', ',', ';']).map(str::trim).filter(|item| !item.is_empty());
        Some((column.to_owned(), Raw::list(items.map(|item| Raw::text(item, &place)).collect(), &place)))
    }
}

/// The English name; where there is none the Vietnamese stands for it.
pub(super) fn named_in_english(line: &Line) -> Option<(String, Raw)> {
    line.entry("name_en", "name_en").or_else(|| line.entry("name_vi", "name_en"))
}

/// A cell that holds a number: whole, decimal (by comma or point) or a fraction.
pub(super) fn number((key, raw): (String, Raw)) -> (String, Raw) {
    let text = cell::decimal(&raw.as_text().unwrap_or_default());
    let value = text.parse().map_or_else(|_| Value::Text(text), Value::Whole);
    (key, Raw { value, place: raw.place })
}

/// A cell that may hold a share as a percentage.
pub(super) fn share((key, raw): (String, Raw)) -> (String, Raw) {
    let text = raw.as_text().unwrap_or_default();
    (key, Raw::text(cell::share(&text).unwrap_or(text), &raw.place))
}

pub(super) fn flag((key, raw): (String, Raw)) -> (String, Raw) {
    let value = match raw.as_text().as_deref() {
        Some("true" | "TRUE" | "có") => Value::Flag(true),
        Some("false" | "FALSE" | "không") => Value::Flag(false),
        _ => raw.value,
    };
    (key, Raw { value, place: raw.place })
}
