//! Why something that was read is not what it should be, in Vietnamese and English. The one error of reading, so
//! that no complaint of a parser has to be taken apart as a text.

use std::fmt;

use serde::de::{self, Expected, Unexpected};

/// The longest text of the outside that a complaint repeats, in characters.
const LONGEST_REPEATED: usize = 60;

/// A value that does not fit, and where it stands.
#[derive(Debug)]
pub(super) struct Misfit {
    /// The steps to it, innermost first.
    steps: Vec<String>,
    why: Why,
}

#[derive(Debug)]
enum Why {
    UnknownField(String, Vec<&'static str>),
    MissingField(&'static str),
    TwiceField(&'static str),
    UnknownCode(String, Vec<&'static str>),
    Unexpected { found: String, expected: String },
    Other(String),
}

impl Misfit {
    /// The same, below a key.
    pub(super) fn under(mut self, key: &str) -> Self {
        self.steps.push(format!(".{key}"));
        self
    }

    /// The same, at a place of a list.
    pub(super) fn at(mut self, place: usize) -> Self {
        self.steps.push(format!("[{place}]"));
        self
    }

    /// The path to it: `rule.bands[2].award`.
    pub(super) fn path(&self) -> String {
        let mut path: String = self.steps.iter().rev().map(String::as_str).collect();
        if let Why::UnknownField(field, _) = &self.why {
            path.push('.');
            path.push_str(field);
        }
        path.trim_start_matches('.').to_owned()
    }

    /// The key of the outermost map below which it stands, if there is one.
    pub(super) fn key(&self) -> Option<&str> {
        let step = self.steps.last().and_then(|step| step.strip_prefix('.'));
        step.or(match &self.why {
            Why::UnknownField(field, _) => Some(field),
            Why::MissingField(field) | Why::TwiceField(field) => Some(field),
            _ => None,
        })
    }

    /// Whether something stands there that has no place there at all.
    pub(super) fn is_superfluous(&self) -> bool {
        self.steps.is_empty() && matches!(self.why, Why::UnknownField(..) | Why::TwiceField(_))
    }

    pub(super) fn in_vietnamese(&self) -> String {
        match &self.why {
            Why::UnknownField(field, fields) => {
                format!("không có mục `{field}`; các mục là {}", fields.join(", "))
            }
            Why::MissingField(field) => format!("thiếu mục `{field}`"),
            Why::TwiceField(field) => format!("mục `{field}` xuất hiện hai lần"),
            Why::UnknownCode(code, codes) => format!("`{code}` không phải là {}", codes.join(", ")),
            Why::Unexpected { found, expected } => {
                format!("cần {}, không phải {found}", expected_in_vietnamese(expected))
            }
            Why::Other(other) => format!("không hợp lệ: {other}"),
        }
    }

    pub(super) fn in_english(&self) -> String {
        match &self.why {
            Why::UnknownField(field, fields) => {
                format!("there is no field `{field}`; the fields are {}", fields.join(", "))
            }
            Why::MissingField(field) => format!("the field `{field}` is missing"),
            Why::TwiceField(field) => format!("the field `{field}` stands twice"),
            Why::UnknownCode(code, codes) => format!("`{code}` is none of {}", codes.join(", ")),
            Why::Unexpected { found, expected } => {
                format!("{} is needed, not {found}", expected_in_english(expected))
            }
            Why::Other(other) => format!("not valid: {other}"),
        }
    }

    fn new(why: Why) -> Self {
        Self { steps: Vec::new(), why }
    }
}

/// What a field needs, by what its type says of itself.
fn expected_in_english(expected: &str) -> &str {
    match expected {
        "u32" | "i32" | "u64" | "i64" => "a whole number",
        "a string" => "a text",
        "a sequence" => "a list",
        structure if structure.starts_with("struct ") || structure.contains("map") => "a group of fields",
        other => other,
    }
}

fn expected_in_vietnamese(expected: &str) -> String {
    match expected {
        "a string" => "chữ".to_owned(),
        "u32" | "i32" | "u64" | "i64" => "số nguyên".to_owned(),
        "a boolean" => "true hoặc false".to_owned(),
        "a sequence" => "danh sách".to_owned(),
        structure if structure.starts_with("struct ") || structure.contains("map") => "nhóm mục".to_owned(),
        number if number.starts_with("a whole number") => {
            "số nguyên, số thập phân hoặc phân số (2.5, 72/13)".to_owned()
        }
        other => other.to_owned(),
    }
}

fn short(text: &str) -> String {
    match text.char_indices().nth(LONGEST_REPEATED) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// A value as a complaint repeats it.
fn found(unexpected: Unexpected<'_>) -> String {
    match unexpected {
        Unexpected::Str(text) => format!("`{}`", short(text)),
        Unexpected::Signed(number) => format!("`{number}`"),
        Unexpected::Unsigned(number) => format!("`{number}`"),
        Unexpected::Bool(flag) => format!("`{flag}`"),
        Unexpected::Seq => "`[…]`".to_owned(),
        Unexpected::Map | Unexpected::StructVariant => "`{…}`".to_owned(),
        Unexpected::Unit | Unexpected::Option => "`null`".to_owned(),
        other => short(&other.to_string()),
    }
}

impl fmt::Display for Misfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path(), self.in_english())
    }
}

impl std::error::Error for Misfit {}

impl de::Error for Misfit {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::new(Why::Other(short(&message.to_string())))
    }

    fn invalid_type(unexpected: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::new(Why::Unexpected { found: found(unexpected), expected: expected.to_string() })
    }

    fn invalid_value(unexpected: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::invalid_type(unexpected, expected)
    }

    fn unknown_variant(variant: &str, expected: &'static [&'static str]) -> Self {
        Self::new(Why::UnknownCode(short(variant), expected.to_vec()))
    }

    fn unknown_field(field: &str, expected: &'static [&'static str]) -> Self {
        Self::new(Why::UnknownField(short(field), expected.to_vec()))
    }

    fn missing_field(field: &'static str) -> Self {
        Self::new(Why::MissingField(field))
    }

    fn duplicate_field(field: &'static str) -> Self {
        Self::new(Why::TwiceField(field))
    }
}
