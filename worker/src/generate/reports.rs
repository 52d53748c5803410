//! What agencies report besides dossiers: a value of every measure that a criteria set names, as well as they work.

use std::collections::BTreeMap;

use scoring::{CriteriaSet, Exact, Ratio, Rule};

use super::dice::Dice;
use super::nation::Agency;

/// Reported values by the measure's code.
pub(super) type Reported = BTreeMap<String, String>;

/// Below the line of a ratio there are at most so many.
const MOST_COUNTED: u32 = 40;

/// What an agency reports of the measures that `set` names.
pub(super) fn of(set: &CriteriaSet, agency: &Agency, dice: &mut Dice) -> Reported {
    let mut reported = Reported::new();
    for leaf in set.document().leaves() {
        if let Some(rule) = &leaf.rule {
            report(rule, agency.quality, dice, &mut reported);
        }
    }
    reported
}

fn report(rule: &Rule, quality: u32, dice: &mut Dice, reported: &mut Reported) {
    let (measure, value) = match rule {
        Rule::Boolean { measure } => (measure, dice.happens(quality).to_string()),
        Rule::Tiered { measure, tiers } => {
            let others = u32::try_from(tiers.len()).unwrap_or(1).max(2) - 1;
            let tier = if dice.happens(quality) { 0 } else { 1 + dice.below(others) };
            let tier = tiers.get(tier as usize).or(tiers.first());
            (measure, tier.map(|tier| tier.level.clone()).unwrap_or_default())
        }
        Rule::RatioBanded { ratio, .. } | Rule::RatioLinear { ratio, .. } => {
            return report_ratio(ratio, quality, dice, reported);
        }
        Rule::LinearScale { measure, from, to } => {
            let part = Exact::ratio(&Exact::from(i64::from(quality - dice.below(100))), &Exact::from(1_000));
            let value = from.clone() + &(&(to.clone() - from) * &part.unwrap_or_else(Exact::zero));
            (measure, value.to_string())
        }
        Rule::CountCapped { measure, .. } => (measure, dice.below(12).to_string()),
        Rule::CountDeduct { measure, .. } => (measure, dice.count(3, 1_000 - quality).to_string()),
        Rule::Survey { measure } => (measure, format!("0.{:03}", quality.min(999) - dice.below(100))),
        Rule::Composite { terms } => {
            return terms.iter().for_each(|term| report(&term.rule, quality, dice, reported));
        }
        Rule::Manual {} | Rule::Inherited {} => return,
    };
    reported.entry(measure.clone()).or_insert(value);
}

/// Counts above the line are parts of the first below it; what several rules count is reported once.
fn report_ratio(ratio: &Ratio, quality: u32, dice: &mut Dice, reported: &mut Reported) {
    for measure in &ratio.denominator {
        reported.entry(measure.clone()).or_insert_with(|| dice.within(4, MOST_COUNTED).to_string());
    }
    let whole = ratio.denominator.first().and_then(|measure| reported.get(measure)?.parse().ok());
    for measure in &ratio.numerator {
        let part = dice.count(whole.unwrap_or(MOST_COUNTED), quality);
        reported.entry(measure.clone()).or_insert_with(|| part.to_string());
    }
}
