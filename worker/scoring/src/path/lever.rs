//! A lever: one input that can still change, how far, and what the facts are when it is moved. Levers add up:
//! two that move the same count move it by the sum of both.

use std::collections::BTreeMap;

use crate::Exact;
use crate::facts::FactValue;
use crate::overlay::Overlay;
use crate::rule::MeasureCode;

/// What a lever moves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Moved {
    /// A count, by whole things, and with it the counts of which it is a part.
    Count {
        /// The measure.
        measure: MeasureCode,
        /// Whether there are to be fewer.
        falls: bool,
    },
    /// A flag.
    Flag {
        /// The measure.
        measure: MeasureCode,
        /// What it becomes.
        to: bool,
    },
    /// A level, by one after another of these.
    Level {
        /// The measure.
        measure: MeasureCode,
        /// What it is.
        from: String,
        /// What it becomes, the next better one first.
        levels: Vec<String>,
    },
    /// A share or another index, by so much at a time. It is the result of somebody else's measurement.
    Amount {
        /// The measure.
        measure: MeasureCode,
        /// What it is.
        from: Exact,
        /// How far it goes at most.
        to: Exact,
        /// How much a unit is.
        unit: Exact,
    },
    /// The points of a MANUAL leaf, by one at a time; of a leaf that nobody appraised first the appraisal itself.
    Appraisal {
        /// The leaf's code.
        criterion: String,
        /// What the appraiser gave; `None`: nobody appraised it.
        from: Option<Exact>,
        /// How far it goes at most.
        to: Exact,
    },
}

crate::coded_enum! {
    /// In whose hand a step is.
    pub enum By {
        /// The agency's own.
        Agency = "AGENCY",
        /// An appraiser's.
        Appraiser = "APPRAISER",
        /// Those who are asked or who measure: a survey, another index.
        Others = "OTHERS",
    }
}

/// One input that can still change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Lever {
    pub(super) moved: Moved,
    /// The counts that it moves, with their present values.
    pub(super) counts: BTreeMap<MeasureCode, Exact>,
    /// The positions, in units from the present, at which something is gained.
    pub(super) ladder: Vec<i64>,
}

impl Moved {
    pub(super) fn by(&self) -> By {
        match self {
            Self::Count { .. } | Self::Flag { .. } | Self::Level { .. } => By::Agency,
            Self::Amount { .. } => By::Others,
            Self::Appraisal { .. } => By::Appraiser,
        }
    }

    /// Its measure; an appraisal has none.
    pub fn measure(&self) -> Option<&MeasureCode> {
        match self {
            Self::Count { measure, .. }
            | Self::Flag { measure, .. }
            | Self::Level { measure, .. }
            | Self::Amount { measure, .. } => Some(measure),
            Self::Appraisal { .. } => None,
        }
    }
}

impl Lever {
    pub(super) fn new(moved: Moved) -> Self {
        Self { moved, counts: BTreeMap::new(), ladder: Vec::new() }
    }

    /// Whether a card has no total before it was moved.
    pub(super) fn is_owed(&self) -> bool {
        matches!(self.moved, Moved::Appraisal { from: None, .. })
    }

    /// Whether any position between two of its ladder is one.
    pub(super) fn is_divisible(&self) -> bool {
        matches!(self.moved, Moved::Count { .. } | Moved::Amount { .. } | Moved::Appraisal { .. })
    }

    /// How many units lie between two values; the last of a share or of points may be a part of one.
    pub(super) fn units(&self, from: Option<&FactValue>, to: &FactValue, positions: i64) -> Exact {
        let one = Exact::one();
        let unit = match &self.moved {
            Moved::Amount { unit, .. } => unit,
            _ => &one,
        };
        match (from, to) {
            (Some(FactValue::Number(from)), FactValue::Number(to)) => {
                let way = if from <= to { to.clone() - from } else { from.clone() - to };
                Exact::ratio(&way, unit).unwrap_or(way)
            }
            _ => Exact::from(positions),
        }
    }

    /// By how much its counts differ at a position.
    fn difference(&self, at: i64) -> Exact {
        match self.moved {
            Moved::Count { falls: true, .. } => Exact::from(-at),
            _ => Exact::from(at),
        }
    }

    /// The value at a position when nothing else is moved; `None`: nobody appraised the leaf.
    pub(super) fn value(&self, at: i64) -> Option<FactValue> {
        Some(match &self.moved {
            Moved::Count { measure, .. } => {
                let known = self.counts.get(measure).cloned().unwrap_or_else(Exact::zero);
                FactValue::Number(known + &self.difference(at))
            }
            Moved::Flag { to, .. } => FactValue::Flag(*to == (at > 0)),
            Moved::Level { from, levels, .. } => {
                let level = usize::try_from(at - 1).ok().and_then(|place| levels.get(place));
                FactValue::Level(level.unwrap_or(from).clone())
            }
            Moved::Amount { from, to, unit, .. } => FactValue::Number(towards(from, to, unit, at)),
            Moved::Appraisal { from: Some(from), to, .. } => {
                FactValue::Number(towards(from, to, &Exact::one(), at))
            }
            Moved::Appraisal { from: None, .. } if at == 0 => return None,
            Moved::Appraisal { from: None, to, .. } => {
                FactValue::Number(towards(&Exact::zero(), to, &Exact::one(), at - 1))
            }
        })
    }
}

/// `at` units from `from` towards `to`, and not beyond.
fn towards(from: &Exact, to: &Exact, unit: &Exact, at: i64) -> Exact {
    let way = unit * &Exact::from(at);
    if from <= to { (from.clone() + &way).min(to.clone()) } else { (from.clone() - &way).max(to.clone()) }
}

/// What is laid over the facts when each lever stands at its position.
pub(super) fn overlays<'a>(levers: impl IntoIterator<Item = (&'a Lever, i64)>) -> Vec<Overlay> {
    let mut counts: BTreeMap<&MeasureCode, Exact> = BTreeMap::new();
    let mut overlays = Vec::new();
    for (lever, at) in levers.into_iter().filter(|(_, at)| *at > 0) {
        match &lever.moved {
            Moved::Count { .. } => {
                for (measure, known) in &lever.counts {
                    let count = counts.remove(measure).unwrap_or_else(|| known.clone());
                    counts.insert(measure, count + &lever.difference(at));
                }
            }
            Moved::Appraisal { criterion, .. } => {
                let points = match lever.value(at) {
                    Some(FactValue::Number(points)) => Some(points),
                    _ => None,
                };
                overlays.push(Overlay::Appraisal { criterion: criterion.clone(), points });
            }
            Moved::Flag { measure, .. } | Moved::Level { measure, .. } | Moved::Amount { measure, .. } => {
                overlays.push(Overlay::Value { measure: measure.clone(), value: lever.value(at) });
            }
        }
    }
    let counted = counts.into_iter().map(|(measure, count)| Overlay::Value {
        measure: measure.clone(),
        value: Some(FactValue::Number(count)),
    });
    counted.chain(overlays).collect()
}
