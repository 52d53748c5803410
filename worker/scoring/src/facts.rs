//! What is known of one agency in one period: everything that a score may depend on, and nothing else.
//! The facts that were used are stored with the card, so that the card can be scored again from itself.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::dossiers::BrokenIdentity;
use crate::rule::MeasureCode;
use crate::{AgencyKind, Exact, LineState, Source};

/// The facts of one agency in one period.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Facts {
    /// The agency as it was.
    pub agency: AgencySnapshot,
    /// Applicability tags, for instance `HAS_TTHC`.
    pub tags: BTreeSet<String>,
    /// What was reported or counted. A measure that is not here is not known.
    pub values: BTreeMap<MeasureCode, Fact>,
    /// Appraised points of MANUAL leaves, by the leaf's code.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub appraisals: BTreeMap<String, Appraisal>,
    /// Leaves from which the agency is exempt, by the leaf's code, with the reason.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub exemptions: BTreeMap<String, String>,
    /// The parent agency's results for INHERITED leaves, by the leaf's code.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub inherited: BTreeMap<String, InheritedResult>,
    /// How counts came about that the agency and its predecessors have together.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub succession: BTreeMap<MeasureCode, Succeeded>,
    /// What a second source says of a measure of which another counts, for instance the dossiers beside the official
    /// table. It scores nothing; it shows where the two differ.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub beside: BTreeMap<MeasureCode, Fact>,
    /// The identities that the official tables break from which a measure's value was taken. The value counts all the
    /// same: whoever accepted the table chose so.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub broken: BTreeMap<MeasureCode, Vec<BrokenIdentity>>,
}

/// How a count came about over a change of agencies: the agency's own and its predecessors', never an average.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "succeeded", rename_all = "SCREAMING_SNAKE_CASE", deny_unknown_fields)]
pub enum Succeeded {
    /// It was summed.
    Summed {
        /// Whose counts, the agency's own first.
        parts: Vec<SummedPart>,
    },
    /// It could not be; the measure is then not known.
    NotKnown {
        /// The code of the agency whose count it is for want of.
        agency: String,
        /// Why.
        why: NotSummed,
    },
}

/// What one agency gave to a sum.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SummedPart {
    /// The agency's code.
    pub agency: String,
    /// The first day that counts.
    pub from: NaiveDate,
    /// The day after the last.
    pub before: NaiveDate,
    /// The share of its count, above 0 and at most 1.
    pub share: Exact,
    /// Its whole count.
    pub value: Exact,
    /// Where that comes from.
    pub source: Source,
    /// The day for which it holds.
    pub as_of: NaiveDate,
}

crate::coded_enum! {
    /// Why the counts of an agency and its predecessors could not be summed.
    pub enum NotSummed {
        /// The agency did not report its count.
        Unreported = "UNREPORTED",
        /// What of its count goes over is not declared, or is reported for more days than go over.
        Indivisible = "INDIVISIBLE",
        /// The declared share of its count is no whole number.
        Fractional = "FRACTIONAL",
    }
}

/// The agency as it stood when the card was compiled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AgencySnapshot {
    /// The agency's id.
    pub id: String,
    /// Its code.
    pub code: String,
    /// Vietnamese name.
    pub name_vi: String,
    /// English name.
    pub name_en: String,
    /// What it is.
    pub kind: AgencyKind,
    /// The code of its ranking block.
    pub block: String,
}

/// One known value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fact {
    /// The value.
    pub value: FactValue,
    /// Where it comes from.
    pub source: Source,
    /// The day for which it holds.
    pub as_of: NaiveDate,
}

/// A value in the unit of its measure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FactValue {
    /// A count, share or number of points.
    Number(Exact),
    /// The code of a level.
    Level(String),
    /// Yes or no.
    Flag(bool),
}

impl std::fmt::Display for FactValue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Number(number) => number.fmt(f),
            Self::Level(level) => level.fmt(f),
            Self::Flag(flag) => flag.fmt(f),
        }
    }
}

/// Points that an appraiser gave to a MANUAL leaf.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Appraisal {
    /// The points, 0 to the leaf's maximum.
    pub points: Exact,
    /// Why; mandatory.
    pub note: String,
    /// By whom.
    pub appraised_by: String,
    /// When.
    pub as_of: NaiveDate,
}

/// What the parent agency's own card says of a leaf.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InheritedResult {
    /// The parent's code.
    pub agency: String,
    /// The state of the parent's line.
    pub state: LineState,
    /// The parent's points, 0 to its maximum; present when SCORED.
    pub points: Option<Exact>,
    /// The parent's maximum, above zero.
    pub max_points: Exact,
}
