//! How the value of a measure may still go while a period runs. The catalogue declares it, measure by measure;
//! what it does not declare is taken from the plainest reading of a count: it only grows, by itself.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use crate::rule::MeasureCode;
use crate::{Catalogue, Unit};

crate::coded_enum! {
    /// Which way the value of a measure may still go within its period.
    pub enum Course {
        /// A count grows and a flag is met, and what has happened stays: a dossier that was overdue remains one.
        Grows = "GROWS",
        /// It may also fall again, or be taken back: what is open, pending or in use.
        Varies = "VARIES",
        /// Once it is known it stays: a report was on time, or it was not.
        Fixed = "FIXED",
    }
}

/// What is known of a measure beside its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Nature {
    /// Which way it may go.
    pub course: Course,
    /// The measures of which it is a part: one more here is one more in each of them.
    pub part_of: Vec<MeasureCode>,
    /// Levels to which no step leads any more, and why; LEVEL measures only.
    pub closed_levels: BTreeMap<String, ClosedLevel>,
}

impl Default for Nature {
    fn default() -> Self {
        Self { course: Course::Grows, part_of: Vec::new(), closed_levels: BTreeMap::new() }
    }
}

/// Why no step leads to a level.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClosedLevel {
    /// Its day has passed; `None`: it is known that it was missed, but not when it was due.
    Missed {
        /// The day by which it had to be.
        due_on: Option<NaiveDate>,
    },
    /// It is worse than another level that can still be reached instead, and shuts the way to it: to issue late.
    Pointless,
}

/// Why a measure cannot be part of another.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PartFault {
    /// One of the two is not counted.
    #[error("{measure} is part of {whole}, but {not_counted} is no COUNT measure of the catalogue")]
    NotCounted {
        /// The part.
        measure: MeasureCode,
        /// What it is part of.
        whole: MeasureCode,
        /// Which of the two.
        not_counted: MeasureCode,
    },
    /// It is part of itself, at once or by way of others.
    #[error("{measure} is part of itself")]
    OfItself {
        /// The measure.
        measure: MeasureCode,
    },
}

/// Whatever is wrong with what the catalogue says of parts.
pub fn part_faults(catalogue: &Catalogue, parts: &BTreeMap<MeasureCode, Vec<MeasureCode>>) -> Vec<PartFault> {
    let counted = |measure: &MeasureCode| catalogue.get(measure) == Some(&Unit::Count);
    let mut faults = Vec::new();
    for (measure, wholes) in parts {
        for whole in wholes {
            if let Some(not_counted) = [measure, whole].into_iter().find(|either| !counted(either)) {
                let (measure, whole) = (measure.clone(), whole.clone());
                faults.push(PartFault::NotCounted { measure, whole, not_counted: not_counted.clone() });
            }
        }
        if wholes_of(measure, |code| parts.get(code)).contains(measure) {
            faults.push(PartFault::OfItself { measure: measure.clone() });
        }
    }
    faults
}

/// Everything of which a measure is a part, at once or by way of others.
pub(super) fn wholes_of<'a>(
    measure: &MeasureCode,
    part_of: impl Fn(&MeasureCode) -> Option<&'a Vec<MeasureCode>>,
) -> BTreeSet<MeasureCode> {
    let mut wholes = BTreeSet::new();
    let mut open: Vec<_> = part_of(measure).into_iter().flatten().collect();
    while let Some(whole) = open.pop() {
        if wholes.insert(whole.clone()) {
            open.extend(part_of(whole).into_iter().flatten());
        }
    }
    wholes
}
