//! Values of the right and of the wrong type: nulls, huge and negative numbers, odd Unicode, ids of others.

use proptest::prelude::RngExt;
use proptest::test_runner::TestRng;
use serde_json::{Map, Value, json};

use super::schema::{Reference, Schema, Wrap};

/// Texts that mean something here, or are odd.
const TEXTS: [&str; 30] = [
    "2022-H1",
    "2022-FY",
    "DEPARTMENTS",
    "KKT",
    "SNV",
    "3.2",
    "administrator",
    "READ",
    "REQUEST_BUILD",
    "",
    " ",
    "\0",
    "a\0b",
    "\u{202e}\u{200b}𝕂𝕂𝕋 ﷽",
    "Z͑ͫ̓ͪ̂ͫ̽a",
    "👩‍👩‍👧‍👦",
    "\u{feff}",
    "\u{fffe}\u{10ffff}",
    "ﬃ",
    "İı",
    "' OR 1=1 --",
    "\"; --",
    "%s%n%_\\",
    "${jndi:x}",
    "../../x",
    "<script>",
    "c1",
    "k5",
    "c4294967295",
    "\r\n\t\u{7f}\u{85}",
];
const NUMBERS: [&str; 16] = [
    "0",
    "1",
    "-1",
    "20",
    "200",
    "201",
    "2147483647",
    "-2147483648",
    "2147483648",
    "9223372036854775807",
    "-9223372036854775809",
    "18446744073709551616",
    "1e400",
    "-0.0",
    "0.1",
    "100000000000000000000000000000",
];
const INSTANTS: [&str; 9] = [
    "2027-01-01T00:00:00Z",
    "2026-11-24T12:00:00+07:00",
    "1969-12-31T23:59:60Z",
    "0000-01-01T00:00:00Z",
    "9999-12-31T23:59:59.999999999Z",
    "+262142-12-31T23:59:59Z",
    "-262143-01-01T00:00:00Z",
    "2026-02-30T00:00:00Z",
    "2026-11-24",
];
/// How deep a wrong value is nested.
const DEEPEST: usize = 4;

/// Makes values.
#[derive(Debug)]
pub struct Values<'a> {
    pub schema: &'a Schema,
    /// Ids of what there is.
    pub ids: &'a [String],
    /// Whether values may be of a wrong type.
    pub wild: bool,
}

impl Values<'_> {
    /// A value for a type; now and then one of another.
    pub fn value(&self, rng: &mut TestRng, of: &Reference) -> Value {
        if self.wild && rng.random_ratio(1, 12) {
            return self.anything(rng, 0);
        }
        self.wrapped(rng, &of.wraps, &of.name, 0)
    }

    fn wrapped(&self, rng: &mut TestRng, wraps: &[Wrap], name: &str, depth: usize) -> Value {
        match wraps {
            [Wrap::NonNull, inner @ ..] => match inner {
                [Wrap::List, inner @ ..] => self.items(rng, inner, name, depth),
                _ => self.named(rng, name, depth),
            },
            _ if rng.random_ratio(1, 8) => Value::Null,
            [Wrap::List, inner @ ..] => self.items(rng, inner, name, depth),
            [] => self.named(rng, name, depth),
        }
    }

    fn items(&self, rng: &mut TestRng, inner: &[Wrap], name: &str, depth: usize) -> Value {
        let count = if rng.random_ratio(1, 30) { 600 } else { rng.random_range(0..4) };
        (0..count).map(|_| self.wrapped(rng, inner, name, depth + 1)).collect()
    }

    fn named(&self, rng: &mut TestRng, name: &str, depth: usize) -> Value {
        let known = self.schema.named(name);
        if depth > DEEPEST {
            return Value::Null;
        }
        if !known.values.is_empty() {
            // Written without quotes by `literal`.
            return Value::String(format!("\u{1}{}", pick(rng, &known.values)));
        }
        if known.kind == "INPUT_OBJECT" {
            let mut fields = Map::new();
            for field in &known.fields {
                if field.is.is_required() && !(self.wild && rng.random_ratio(1, 40)) || rng.random_ratio(1, 2)
                {
                    let value = self.wrapped(rng, &field.is.wraps, &field.is.name, depth + 1);
                    fields.insert(field.name.clone(), value);
                }
            }
            if self.wild && rng.random_ratio(1, 40) {
                fields.insert("nothing".to_owned(), self.anything(rng, depth));
            }
            return Value::Object(fields);
        }
        match name {
            "Int" if rng.random_ratio(2, 3) => json!(rng.random_range(-3..203)),
            "Int" | "Float" if self.wild => number(rng),
            "Int" | "Float" => json!(*pick(rng, &[i32::MIN, -1, 0, 1, 200, i32::MAX])),
            "Boolean" => json!(rng.random_bool(0.5)),
            "ID" => self.id(rng),
            "DateTime" if !self.wild => json!(*pick(rng, &INSTANTS[..2])),
            "DateTime" | "NaiveDate" | "Date" => json!(*pick(rng, &INSTANTS)),
            _ => self.text(rng),
        }
    }

    fn id(&self, rng: &mut TestRng) -> Value {
        let id = pick(rng, self.ids).clone();
        match rng.random_range(0..10) {
            _ if !self.wild && rng.random_bool(0.5) => json!(id),
            0 => self.text(rng),
            1 => json!(id.to_uppercase()),
            2 => json!(format!("{id}\u{0}")),
            3 => json!(id.split_once(':').map_or(&*id, |(_, id)| id)),
            // Another noun's name before the id.
            4 => {
                let noun = pick(rng, self.ids).split(':').next().unwrap_or_default().to_owned();
                json!(format!("{noun}:{}", id.split(':').nth(1).unwrap_or_default()))
            }
            5 => {
                let mut digits = id.into_bytes();
                let last = digits.len() - 1;
                digits[last] = if digits[last] == b'0' { b'1' } else { b'0' };
                json!(String::from_utf8_lossy(&digits))
            }
            _ => json!(id),
        }
    }

    fn text(&self, rng: &mut TestRng) -> Value {
        match rng.random_range(0..12) {
            _ if !self.wild && rng.random_bool(0.7) => json!(*pick(rng, &TEXTS[..9])),
            0 => json!((0..rng.random_range(0..40)).map(|_| rng.random::<char>()).collect::<String>()),
            1 => json!("ệ".repeat(rng.random_range(1..3000))),
            _ => json!(*pick(rng, &TEXTS)),
        }
    }

    /// Whatever JSON can say.
    fn anything(&self, rng: &mut TestRng, depth: usize) -> Value {
        match rng.random_range(0..if depth < DEEPEST { 8 } else { 6 }) {
            0 => Value::Null,
            1 => json!(rng.random_bool(0.5)),
            2 => number(rng),
            3 => self.id(rng),
            4 => json!(format!("\u{1}{}", pick(rng, &["KKT", "true", "RANK", "__x"]))),
            5 => self.text(rng),
            6 => (0..rng.random_range(0..4)).map(|_| self.anything(rng, depth + 1)).collect(),
            _ => json!({ "period": self.anything(rng, depth + 1), "x": self.anything(rng, depth + 1) }),
        }
    }
}

fn number(rng: &mut TestRng) -> Value {
    let text = *pick(rng, &NUMBERS);
    // What JSON's numbers here cannot hold is sent as it is written, below.
    serde_json::from_str(text).unwrap_or_else(|_| json!(format!("\u{1}{text}")))
}

/// One of some.
pub fn pick<'a, T>(rng: &mut TestRng, of: &'a [T]) -> &'a T {
    &of[rng.random_range(0..of.len())]
}

/// A value as a document writes it: names of enums, which begin with U+0001, without quotes.
pub fn literal(value: &Value) -> String {
    match value {
        Value::String(text) => match text.strip_prefix('\u{1}') {
            Some(name) => name.to_owned(),
            None => value.to_string(),
        },
        Value::Array(items) => format!("[{}]", items.iter().map(literal).collect::<Vec<_>>().join(", ")),
        Value::Object(fields) => {
            let fields: Vec<_> =
                fields.iter().map(|(key, value)| format!("{key}: {}", literal(value))).collect();
            format!("{{{}}}", fields.join(", "))
        }
        scalar => scalar.to_string(),
    }
}

/// A value as a variable: names of enums are texts.
pub fn variable(value: Value) -> Value {
    match value {
        Value::String(text) => json!(text.strip_prefix('\u{1}').unwrap_or(&text)),
        Value::Array(items) => items.into_iter().map(variable).collect(),
        Value::Object(fields) => fields.into_iter().map(|(key, value)| (key, variable(value))).collect(),
        scalar => scalar,
    }
}
