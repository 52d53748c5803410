//! Why a card says what it says, through the front door.

mod half_year;
mod measures;
mod reasons;
mod records;
mod sums;

use serde_json::Value;

/// The line with a code.
fn line<'a>(card: &'a Value, code: &str) -> &'a Value {
    let lines = card["lines"].as_array().unwrap_or_else(|| panic!("no lines in {card}"));
    lines.iter().find(|line| line["code"] == code).unwrap_or_else(|| panic!("no {code} in {card}"))
}
