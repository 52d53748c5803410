//! An observation: a value of a measure, in the measure's unit.

use std::collections::BTreeSet;

use scoring::{Exact, Unit};

use super::Choices;
use super::check::Findings;
use super::known::Known;
use super::stored::Said;
use crate::files::cell;

/// The longest code of a level, in characters.
const LONGEST_LEVEL: usize = 100;

/// What a row says.
pub(super) fn check(found: &mut Findings<'_>, known: &Known, choices: Choices) -> Option<Said> {
    let measure = found.name("measure").and_then(|code| {
        let measure = known.measures.get(&code);
        if measure.is_none() {
            found.add(
                "measure",
                "UNKNOWN_MEASURE",
                "danh mục không có số liệu mang mã này",
                "the catalogue has no measure with this code",
            );
        }
        measure
    });
    if found.row.cell("value").is_empty() {
        found.missing("value");
    }
    let value = measure.and_then(|measure| value(found, measure.unit, known.levels.get(&measure.code)));
    let verified = found.flag("verified");
    if verified == Some(true) && !choices.may_verify {
        found.add(
            "verified",
            "NOT_YOURS_TO_VERIFY",
            "chỉ quản trị viên của tỉnh được xác minh",
            "only an administrator of the province verifies",
        );
    }
    Some(Said::Observation { measure: measure?.code.clone(), value: value?, verified })
}

/// A level's code: one that a criteria set of the period gives points for, if any set reads the measure.
fn level(found: &mut Findings<'_>, known: Option<&BTreeSet<String>>) -> Option<String> {
    let level = found.text("value", LONGEST_LEVEL)?;
    if let Some(known) = known.filter(|known| !known.contains(&level)) {
        let known = known.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
        found.add(
            "value",
            "UNKNOWN_LEVEL",
            format!("mức phải là một trong: {known}"),
            format!("the level must be one of {known}"),
        );
        return None;
    }
    Some(level)
}

/// The value of a row as it is stored: an exact number, `true` or `false`, or a level's code.
fn value(found: &mut Findings<'_>, unit: Unit, levels: Option<&BTreeSet<String>>) -> Option<String> {
    if found.row.cell("value").is_empty() {
        return None;
    }
    match unit {
        Unit::Count => found.count("value").map(|count| count.to_string()),
        Unit::Flag => found.flag("value").map(|flag| flag.to_string()),
        Unit::Level => level(found, levels),
        Unit::Share | Unit::Points => {
            let number = match cell::number(found.row.cell("value")) {
                Ok(number) => number,
                Err(problem) => {
                    found.problem("value", &problem);
                    return None;
                }
            };
            if number < Exact::zero() {
                found.add("value", "NEGATIVE_VALUE", "giá trị không được âm", "a value is not negative");
                return None;
            }
            if unit == Unit::Share && number > Exact::one() {
                found.add(
                    "value",
                    "NOT_A_SHARE",
                    "tỷ lệ từ 0 đến 1; 85 % viết là 0,85",
                    "a share is 0 to 1; write 85 % as 0.85",
                );
                return None;
            }
            Some(number.to_string())
        }
    }
}
