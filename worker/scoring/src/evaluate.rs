//! One rule, one agency's facts, one outcome with its reason. A kind of rule is a few lines here.

use crate::facts::{FactValue, Facts};
use crate::reason::{Because, Input, RatioUsed, Step, TermStep};
use crate::rule::{Band, MeasureCode, Ratio, Rule, Term, Tier, ZeroDenominator};
use crate::{Exact, LineState};

/// A line that has no points of its own, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Unscored {
    pub(crate) state: LineState,
    pub(crate) because: Because,
}

/// Points and how they came about, or why there are none.
pub(crate) type Evaluated = Result<(Exact, Step), Unscored>;

/// Every input that `rule` names, known or not.
pub(crate) fn inputs(rule: &Rule, facts: &Facts) -> Vec<Input> {
    let mut inputs: Vec<Input> = Vec::new();
    for measure in rule.measures() {
        if inputs.iter().all(|input| input.measure != *measure) {
            inputs.push(Input::new(measure, facts));
        }
    }
    inputs
}

/// Evaluates the rule of the leaf `code`, worth `max` points, against `facts`.
pub(crate) fn evaluate(rule: &Rule, code: &str, max: &Exact, facts: &Facts) -> Evaluated {
    match rule {
        Rule::Manual {} => appraised(code, max, facts),
        Rule::Inherited {} => inherited(code, max, facts),
        Rule::Composite { terms } => composite(terms, max, facts),
        measured => evaluate_measured(measured, max, facts),
    }
}

/// The kinds that score from measures alone, as a leaf or as a term.
fn evaluate_measured(rule: &Rule, max: &Exact, facts: &Facts) -> Evaluated {
    match rule {
        Rule::Boolean { measure } => flag(measure, max, facts),
        Rule::Tiered { measure, tiers } => tiered(measure, tiers, max, facts),
        Rule::RatioBanded { ratio, bands, .. } => banded(ratio, bands, max, facts),
        Rule::RatioLinear { ratio, target, floor } => linear(ratio, target, floor.as_ref(), max, facts),
        Rule::LinearScale { measure, from, to } => scaled(measure, from, to, max, facts),
        Rule::CountCapped { measure, unit_points } => counted(measure, unit_points, max, facts),
        Rule::CountDeduct { measure, unit_points, floor } => {
            deducted(measure, unit_points, floor, max, facts)
        }
        Rule::Survey { measure } => survey(measure, max, facts),
        // Validation admits none of these as a term.
        Rule::Manual {} | Rule::Composite { .. } | Rule::Inherited {} => {
            Err(pending(Because::NotAppraised {}))
        }
    }
}

fn flag(measure: &MeasureCode, max: &Exact, facts: &Facts) -> Evaluated {
    match known(measure, facts)? {
        FactValue::Flag(set) => {
            Ok((if *set { max.clone() } else { Exact::zero() }, Step::Flag { set: *set }))
        }
        other => Err(invalid(measure, other, "true or false")),
    }
}

fn tiered(measure: &MeasureCode, tiers: &[Tier], max: &Exact, facts: &Facts) -> Evaluated {
    let value = known(measure, facts)?;
    let tier = match value {
        FactValue::Level(level) => tiers.iter().find(|tier| tier.level == *level),
        _ => None,
    };
    let Some(tier) = tier else {
        let levels: Vec<_> = tiers.iter().map(|tier| tier.level.as_str()).collect();
        return Err(invalid(measure, value, &levels.join(", ")));
    };
    Ok((tier.award.points(max, &Exact::zero()), Step::Tier { tier: tier.clone() }))
}

fn banded(ratio: &Ratio, bands: &[Band], max: &Exact, facts: &Facts) -> Evaluated {
    let ratio = match form(ratio, facts)? {
        Formed::Ratio(ratio) => ratio,
        Formed::NothingToCount(policy) => return nothing_to_count(policy, max),
    };
    // Validation leaves no gap from zero up, and a ratio of counts is never negative.
    let band = bands.iter().find(|band| band.contains(&ratio.value)).or(bands.last());
    let Some(band) = band.cloned() else {
        return Err(missing(Because::NotReported { measures: Vec::new() }));
    };
    Ok((band.award.points(max, &ratio.value), Step::Band { ratio, band }))
}

fn linear(ratio: &Ratio, target: &Exact, floor: Option<&Exact>, max: &Exact, facts: &Facts) -> Evaluated {
    let ratio = match form(ratio, facts)? {
        Formed::Ratio(ratio) => ratio,
        Formed::NothingToCount(policy) => return nothing_to_count(policy, max),
    };
    let below_floor = floor.is_some_and(|floor| ratio.value < *floor);
    let achieved = Exact::ratio(&ratio.value, target).unwrap_or_else(Exact::zero).min(Exact::one());
    let points = if below_floor { Exact::zero() } else { max * &achieved };
    let (target, floor) = (target.clone(), floor.cloned());
    Ok((points, Step::Linear { ratio, target, floor, below_floor }))
}

fn scaled(measure: &MeasureCode, from: &Exact, to: &Exact, max: &Exact, facts: &Facts) -> Evaluated {
    let value = number(measure, facts)?;
    let share = Exact::ratio(&(value.clone() - from), &(to.clone() - from)).unwrap_or_else(Exact::zero);
    if share.is_negative() || share > Exact::one() {
        return Err(invalid(measure, &FactValue::Number(value), &format!("{from} to {to}")));
    }
    Ok((max * &share, Step::Scale { value, from: from.clone(), to: to.clone() }))
}

fn counted(measure: &MeasureCode, unit_points: &Exact, max: &Exact, facts: &Facts) -> Evaluated {
    let count = count(measure, facts)?;
    let points = (&count * unit_points).min(max.clone());
    Ok((points, Step::Counted { count, unit_points: unit_points.clone() }))
}

fn deducted(
    measure: &MeasureCode,
    unit_points: &Exact,
    floor: &Exact,
    max: &Exact,
    facts: &Facts,
) -> Evaluated {
    let count = count(measure, facts)?;
    let points = (max.clone() - &(&count * unit_points)).max(floor.clone());
    Ok((points, Step::Deducted { count, unit_points: unit_points.clone(), floor: floor.clone() }))
}

fn survey(measure: &MeasureCode, max: &Exact, facts: &Facts) -> Evaluated {
    let share = number(measure, facts)?;
    if share.is_negative() || share > Exact::one() {
        return Err(invalid(measure, &FactValue::Number(share), "0 to 1"));
    }
    Ok((max * &share, Step::Share { share }))
}

fn appraised(code: &str, max: &Exact, facts: &Facts) -> Evaluated {
    let Some(appraisal) = facts.appraisals.get(code) else {
        return Err(pending(Because::NotAppraised {}));
    };
    if appraisal.note.trim().is_empty() {
        return Err(pending(Because::AppraisalInvalid { rule: "a note is mandatory".to_owned() }));
    }
    if appraisal.points.is_negative() || appraisal.points > *max {
        return Err(pending(Because::AppraisalInvalid { rule: format!("points lie between 0 and {max}") }));
    }
    let step = Step::Appraised {
        points: appraisal.points.clone(),
        note: appraisal.note.clone(),
        appraised_by: appraisal.appraised_by.clone(),
        as_of: appraisal.as_of,
    };
    Ok((appraisal.points.clone(), step))
}

fn inherited(code: &str, max: &Exact, facts: &Facts) -> Evaluated {
    let unknown = || missing(Because::ParentUnknown {});
    let parent = facts.inherited.get(code).ok_or_else(unknown)?;
    if parent.state != LineState::Scored {
        let because = Because::ParentState { agency: parent.agency.clone(), state: parent.state };
        return Err(Unscored { state: parent.state, because });
    }
    let points = parent.points.as_ref().ok_or_else(unknown)?;
    let share = Exact::ratio(points, &parent.max_points).ok_or_else(unknown)?;
    if points.is_negative() || share.is_negative() || share > Exact::one() {
        return Err(unknown());
    }
    let step = Step::Inherited {
        agency: parent.agency.clone(),
        points: points.clone(),
        max_points: parent.max_points.clone(),
    };
    Ok((max * &share, step))
}

fn composite(terms: &[Term], max: &Exact, facts: &Facts) -> Evaluated {
    let mut steps = Vec::with_capacity(terms.len());
    let mut unknown: Vec<MeasureCode> = Vec::new();
    for term in terms {
        match evaluate_measured(&term.rule, &term.max_points, facts) {
            Ok((points, step)) => steps.push(TermStep {
                name_vi: term.name_vi.clone(),
                name_en: term.name_en.clone(),
                max_points: term.max_points.clone(),
                limit: term.limit().clone(),
                points: points.min(term.limit().clone()),
                step,
            }),
            // Every unknown measure is named, not only the first term's.
            Err(Unscored { because: Because::NotReported { measures }, .. }) => unknown.extend(measures),
            Err(other) => return Err(other),
        }
    }
    if !unknown.is_empty() {
        unknown.sort();
        unknown.dedup();
        return Err(missing(Because::NotReported { measures: unknown }));
    }
    let sum: Exact = steps.iter().map(|term| &term.points).sum();
    Ok((sum.min(max.clone()), Step::Sum { terms: steps }))
}

fn missing(because: Because) -> Unscored {
    Unscored { state: LineState::Missing, because }
}

fn pending(because: Because) -> Unscored {
    Unscored { state: LineState::PendingAppraisal, because }
}

enum Formed {
    Ratio(RatioUsed),
    NothingToCount(ZeroDenominator),
}

/// Forms the ratio. A denominator of zero settles the matter whether or not the numerator is known.
fn form(ratio: &Ratio, facts: &Facts) -> Result<Formed, Unscored> {
    let denominator = sum(&ratio.denominator, facts)?;
    if denominator.as_ref().is_ok_and(Exact::is_zero) {
        return Ok(Formed::NothingToCount(ratio.zero_denominator));
    }
    let numerator = sum(&ratio.numerator, facts)?;
    match (numerator, denominator) {
        (Ok(numerator), Ok(denominator)) => {
            let value = Exact::ratio(&numerator, &denominator).unwrap_or_else(Exact::zero);
            Ok(Formed::Ratio(RatioUsed { numerator, denominator, value }))
        }
        (numerator, denominator) => {
            let unknown = [numerator.err(), denominator.err()];
            let mut measures: Vec<_> = unknown.into_iter().flatten().flatten().collect();
            measures.sort();
            measures.dedup();
            Err(missing(Because::NotReported { measures }))
        }
    }
}

fn nothing_to_count(policy: ZeroDenominator, max: &Exact) -> Evaluated {
    match policy {
        ZeroDenominator::Zero => Ok((Exact::zero(), Step::ZeroDenominator { policy })),
        ZeroDenominator::Full => Ok((max.clone(), Step::ZeroDenominator { policy })),
        ZeroDenominator::NotApplicable => {
            Err(Unscored { state: LineState::NotApplicable, because: Because::NothingToCount {} })
        }
    }
}

/// The sum of counts, or the measures that are not known.
fn sum(measures: &[MeasureCode], facts: &Facts) -> Result<Result<Exact, Vec<MeasureCode>>, Unscored> {
    let mut total = Exact::zero();
    let mut unknown = Vec::new();
    for measure in measures {
        if facts.values.contains_key(measure) {
            total = total + &count(measure, facts)?;
        } else {
            unknown.push(measure.clone());
        }
    }
    Ok(if unknown.is_empty() { Ok(total) } else { Err(unknown) })
}

fn known<'a>(measure: &MeasureCode, facts: &'a Facts) -> Result<&'a FactValue, Unscored> {
    let fact = facts.values.get(measure);
    fact.map(|fact| &fact.value)
        .ok_or_else(|| missing(Because::NotReported { measures: vec![measure.clone()] }))
}

fn number(measure: &MeasureCode, facts: &Facts) -> Result<Exact, Unscored> {
    match known(measure, facts)? {
        FactValue::Number(number) => Ok(number.clone()),
        other => Err(invalid(measure, other, "a number")),
    }
}

fn count(measure: &MeasureCode, facts: &Facts) -> Result<Exact, Unscored> {
    let count = number(measure, facts)?;
    if count.is_negative() || !count.is_whole() {
        return Err(invalid(measure, &FactValue::Number(count), "a whole number, 0 or more"));
    }
    Ok(count)
}

fn invalid(measure: &MeasureCode, value: &FactValue, allowed: &str) -> Unscored {
    missing(Because::Invalid {
        measure: measure.clone(),
        value: value.to_string(),
        allowed: allowed.to_owned(),
    })
}
