//! Reporting periods: what a half-year and a full year are called, and what falls due in them.

use std::fmt;
use std::str::FromStr;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::PeriodKind;

/// The name of a period: a year and a kind. Prints `2022-H1` or `2022-FY`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PeriodCode {
    /// The calendar year that gives the period its name, 1900 to 9999.
    pub year: i32,
    /// Half-year or full year.
    pub kind: PeriodKind,
}

/// A text that names no period.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a period; write `2022-H1` for a half-year or `2022-FY` for a full year")]
pub struct NotAPeriod(pub String);

impl PeriodCode {
    fn suffix(self) -> &'static str {
        match self.kind {
            PeriodKind::H1 => "H1",
            PeriodKind::FullYear => "FY",
        }
    }
}

impl fmt::Display for PeriodCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{}", self.year, self.suffix())
    }
}

impl FromStr for PeriodCode {
    type Err = NotAPeriod;

    fn from_str(text: &str) -> Result<Self, NotAPeriod> {
        let refuse = || NotAPeriod(text.chars().take(40).collect());
        let (year, suffix) = text.split_once('-').ok_or_else(refuse)?;
        if year.len() != 4 || !year.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(refuse());
        }
        let year = year.parse().ok().filter(|year| *year >= 1900).ok_or_else(refuse)?;
        let kind = match suffix {
            "H1" => PeriodKind::H1,
            "FY" => PeriodKind::FullYear,
            _ => return Err(refuse()),
        };
        Ok(Self { year, kind })
    }
}

impl Serialize for PeriodCode {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for PeriodCode {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// A period with its dates, half-open: the first day counts, `ends_before` does not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Period {
    /// The period's name.
    pub code: PeriodCode,
    /// First day, in the province's time zone.
    pub starts_on: NaiveDate,
    /// The day after the last, in the province's time zone.
    pub ends_before: NaiveDate,
}

/// When a leaf falls due.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Due {
    /// In the half-year and in the full year.
    #[default]
    EveryPeriod,
    /// Only at year end: NOT_YET_DUE on a half-year card.
    YearEnd,
}

impl Due {
    /// The code by which it is written.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::EveryPeriod => "EVERY_PERIOD",
            Self::YearEnd => "YEAR_END",
        }
    }

    /// Whether a leaf that falls due then is due in a period of `kind`. The one place that tells a
    /// half-year from a full year.
    pub fn is_due_in(self, kind: PeriodKind) -> bool {
        self == Self::EveryPeriod || kind == PeriodKind::FullYear
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_round_trip_and_anything_else_is_refused() {
        for code in ["2022-H1", "2022-FY", "1999-FY"] {
            assert_eq!(code.parse::<PeriodCode>().map(|period| period.to_string()), Ok(code.to_owned()));
        }
        for text in ["", "2022", "2022-H2", "2022-h1", "22-H1", "-022-H1", "2022-FULL_YEAR", "1800-FY"] {
            assert_eq!(text.parse::<PeriodCode>(), Err(NotAPeriod(text.to_owned())), "{text}");
        }
    }
}
