//! Rows of NDJSON: one JSON object a line, its keys the codes of columns.

use std::fmt;
use std::io::{BufRead, Read};

use csv::StringRecord;
use serde::de::{IgnoredAny, MapAccess, Visitor};
use serde::{Deserializer, de::DeserializeSeed};
use serde_json::Value;

use super::LARGEST_ROW;
use super::format::{not_utf8, unreadable};
use super::layout::Layout;
use super::problem::Problem;
use super::rows::{Choices, Raw, Stop};
use super::table::too_large;

/// Reads a file to its end, a row a line.
pub(super) fn read_ndjson<R: BufRead>(
    mut file: R,
    layout: &Layout,
    choices: Choices,
    take: &mut impl FnMut(Raw) -> Result<(), Stop>,
) -> Result<(), Stop> {
    let mut line = Vec::new();
    let mut number = 0_u32;
    loop {
        line.clear();
        number = number.saturating_add(1);
        let bound = LARGEST_ROW as u64 + 1;
        let read = file.by_ref().take(bound).read_until(b'\n', &mut line);
        if read.map_err(|error| unreadable(&error))? == 0 {
            return Ok(());
        }
        if line.len() > LARGEST_ROW {
            return Err(too_large(number).into());
        }
        let text = std::str::from_utf8(&line).map_err(|_| not_utf8(number))?;
        let text = if number == 1 { text.trim_start_matches('\u{feff}') } else { text };
        if !text.trim().is_empty() {
            take(raw(layout, choices, number, text.trim()))?;
        }
    }
}

fn raw(layout: &Layout, choices: Choices, number: u32, text: &str) -> Raw {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let cells = vec![None; layout.columns.len()];
    let mut object =
        Object { layout, strangers: choices.ignore_unknown_columns, cells, problems: Vec::new() };
    let read = (&mut object).deserialize(&mut deserializer).and_then(|()| deserializer.end());
    if read.is_err() {
        let problem = Problem::of_row(
            "INVALID_JSON",
            number,
            "Dòng không phải một đối tượng JSON (có thể tệp bị cắt cụt).",
            "The line is no JSON object (perhaps the file was cut off).",
        );
        // What was handed in stands in the first cell, for whoever mends it.
        let mut cells = StringRecord::from(vec![text]);
        while cells.len() < layout.columns.len() {
            cells.push_field("");
        }
        return Raw { number, cells, problems: vec![(0, problem)] };
    }
    let cells = object.cells.into_iter().map(Option::unwrap_or_default).collect::<Vec<_>>();
    Raw { number, cells: StringRecord::from(cells), problems: object.problems }
}

/// A line on its way into cells.
struct Object<'a> {
    layout: &'a Layout,
    strangers: bool,
    cells: Vec<Option<String>>,
    problems: Vec<(usize, Problem)>,
}

impl<'de> DeserializeSeed<'de> for &mut Object<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for &mut Object<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            let Some(place) = self.layout.columns.iter().position(|column| column.code == key) else {
                map.next_value::<IgnoredAny>()?;
                let ignored = self.strangers || self.layout.ignored.contains(&key.as_str());
                if !ignored && self.problems.is_empty() {
                    let (vi, en) = ("Không có cột này.", "There is no such column.");
                    self.problems.push((
                        0,
                        Problem { column: Some(key), ..Problem::of_file("UNKNOWN_COLUMN", vi, en) },
                    ));
                }
                continue;
            };
            let text = match map.next_value::<Value>()? {
                Value::Null => String::new(),
                Value::String(text) => text,
                Value::Bool(flag) => flag.to_string(),
                Value::Number(number) => number.to_string(),
                nested @ (Value::Array(_) | Value::Object(_)) => {
                    let (vi, en) =
                        ("Giá trị phải là chữ, số hoặc null.", "The value must be a text, a number or null.");
                    self.problems
                        .push((place, Problem::of_file("INVALID_VALUE", vi, en).about(&nested.to_string())));
                    nested.to_string()
                }
            };
            if self.cells[place].is_some() {
                let (vi, en) = ("Cột xuất hiện hai lần trong dòng.", "The column stands twice in the line.");
                self.problems.push((place, Problem::of_file("DUPLICATE_COLUMN", vi, en).about(&text)));
            }
            self.cells[place] = Some(text);
        }
        Ok(())
    }
}
