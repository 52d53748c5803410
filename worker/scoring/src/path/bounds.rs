//! What no step may break: a part is never more than its whole, and nothing is counted below zero.

use std::collections::BTreeMap;

use crate::Exact;
use crate::facts::{FactValue, Facts};
use crate::rule::{MeasureCode, Rule};

/// No count is moved further than to ten times what is counted now …
const MOST_TIMES: i64 = 10;
/// … or by this many, where that is more. What lies beyond is no advice to anybody.
const LEAST_FAR: i64 = 1_000;

/// A sum that is never above another, and how much is left between the two.
struct Bound {
    below: Vec<MeasureCode>,
    above: Vec<MeasureCode>,
    left: i64,
}

/// All of them. Whoever moves something takes from what is left, so that any choice of what was taken holds together.
#[derive(Default)]
pub(super) struct Bounds(Vec<Bound>);

/// The counts that a lever moves by one a unit, with their present values.
pub(super) type Counts = BTreeMap<MeasureCode, Exact>;

impl Bounds {
    /// What a rule's ratios say: of what is asked for, no more is done than is asked for.
    pub(super) fn add_rule(&mut self, rule: &Rule, facts: &Facts) {
        match rule {
            Rule::RatioBanded { ratio, .. } | Rule::RatioLinear { ratio, .. } => {
                self.add(&ratio.numerator, &ratio.denominator, facts);
            }
            Rule::Composite { terms } => {
                for term in terms {
                    self.add_rule(&term.rule, facts);
                }
            }
            _ => {}
        }
    }

    /// What a declared part says.
    pub(super) fn add_part(&mut self, part: &MeasureCode, whole: &MeasureCode, facts: &Facts) {
        self.add(std::slice::from_ref(part), std::slice::from_ref(whole), facts);
    }

    fn add(&mut self, below: &[MeasureCode], above: &[MeasureCode], facts: &Facts) {
        let sum = |measures: &[MeasureCode]| {
            measures.iter().map(|measure| counted(measure, facts)).sum::<Option<i64>>()
        };
        if let Some((less, more)) = sum(below).zip(sum(above)) {
            let left = more.saturating_sub(less).max(0);
            self.0.push(Bound { below: below.to_vec(), above: above.to_vec(), left });
        }
    }

    /// How many units `counts` can be moved.
    pub(super) fn most(&self, counts: &Counts, falls: bool) -> i64 {
        let values = || counts.values().filter_map(|count| count.sort_key(0));
        let own = match falls {
            true => values().min().unwrap_or_default(),
            false => values().max().unwrap_or_default().saturating_mul(MOST_TIMES).max(LEAST_FAR),
        };
        let bound = |bound: &Bound| bound.each(counts, falls).map(|each| bound.left / each);
        self.0.iter().filter_map(bound).fold(own, i64::min)
    }

    /// Takes what `units` of it need.
    pub(super) fn take(&mut self, counts: &Counts, falls: bool, units: i64) {
        for bound in &mut self.0 {
            if let Some(each) = bound.each(counts, falls) {
                bound.left = (bound.left - each.saturating_mul(units)).max(0);
            }
        }
    }
}

impl Bound {
    /// How much of what is left a unit takes; `None`: nothing.
    fn each(&self, counts: &Counts, falls: bool) -> Option<i64> {
        let moved = |measures: &[MeasureCode]| {
            let moved = measures.iter().filter(|measure| counts.contains_key(*measure)).count();
            i64::try_from(moved).unwrap_or(i64::MAX)
        };
        let (below, above) = (moved(&self.below), moved(&self.above));
        let each = if falls { above - below } else { below - above };
        (each > 0).then_some(each)
    }
}

/// The value of a measure that is a whole number, 0 or more.
pub(super) fn counted(measure: &MeasureCode, facts: &Facts) -> Option<i64> {
    match &facts.values.get(measure)?.value {
        FactValue::Number(count) if count.is_whole() && !count.is_negative() => count.sort_key(0),
        _ => None,
    }
}
