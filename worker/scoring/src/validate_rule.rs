//! What makes a single rule senseless: bands with a hole, points beyond the maximum, targets that nobody
//! can reach, measures that do not exist.

use crate::criteria::Catalogue;
use crate::rule::{Award, Band, Better, Ratio, Rule, Term, Tier, ZeroDenominator};
use crate::validate::{Fault, duplicates, empty, positive};
use crate::{Exact, RuleKind, Unit};

/// Every fault of `rule` on a leaf or term of `max` points.
pub(crate) fn rule_faults(rule: &Rule, max: &Exact, catalogue: &Catalogue) -> Vec<Fault> {
    let mut faults = measure_faults(rule, catalogue);
    match rule {
        Rule::Tiered { tiers, .. } => faults.extend(tier_faults(tiers, max)),
        Rule::RatioBanded { ratio, better, bands } => {
            faults.extend(ratio_faults(ratio));
            faults.extend(band_faults(bands, *better, max));
        }
        Rule::RatioLinear { ratio, target, floor } => {
            faults.extend(ratio_faults(ratio));
            faults.extend(linear_faults(target, floor.as_ref()));
        }
        Rule::LinearScale { from, to, .. } if from == to => {
            faults.push(Fault::Senseless("the scale has no length".to_owned()));
        }
        Rule::CountCapped { unit_points, .. } => faults.extend(positive("unit_points", unit_points)),
        Rule::CountDeduct { unit_points, floor, .. } => {
            faults.extend(positive("unit_points", unit_points));
            faults.extend(range_fault("the floor", floor, max));
        }
        Rule::Composite { terms } => faults.extend(composite_faults(terms, max, catalogue)),
        Rule::LinearScale { .. }
        | Rule::Boolean { .. }
        | Rule::Survey { .. }
        | Rule::Manual {}
        | Rule::Inherited {} => {}
    }
    faults
}

fn measure_faults(rule: &Rule, catalogue: &Catalogue) -> Vec<Fault> {
    let expected = match rule {
        Rule::Boolean { .. } => Unit::Flag,
        Rule::Tiered { .. } => Unit::Level,
        Rule::LinearScale { .. } => Unit::Points,
        Rule::Survey { .. } => Unit::Share,
        Rule::RatioBanded { .. }
        | Rule::RatioLinear { .. }
        | Rule::CountCapped { .. }
        | Rule::CountDeduct { .. } => Unit::Count,
        // A composite's measures are checked term by term.
        Rule::Composite { .. } | Rule::Manual {} | Rule::Inherited {} => return Vec::new(),
    };
    let fault = |measure: &String| match catalogue.get(measure) {
        None => Some(Fault::UnknownMeasure(measure.clone())),
        Some(found) if *found != expected => {
            Some(Fault::WrongUnit { measure: measure.clone(), found: *found, expected })
        }
        Some(_) => None,
    };
    rule.measures().into_iter().filter_map(fault).collect()
}

fn ratio_faults(ratio: &Ratio) -> Vec<Fault> {
    let sides = [("numerator", &ratio.numerator), ("denominator", &ratio.denominator)];
    let nothing = sides.iter().filter(|(_, side)| side.is_empty()).map(|(what, _)| Fault::Nothing(what));
    let twice = sides.iter().flat_map(|(_, side)| duplicates(side.iter().map(String::as_str)));
    nothing.chain(twice).collect()
}

fn range_fault(what: &str, points: &Exact, max: &Exact) -> Option<Fault> {
    let outside = points.is_negative() || points > max;
    outside.then(|| Fault::OutOfRange { what: what.to_owned(), points: points.clone(), max: max.clone() })
}

fn tier_faults(tiers: &[Tier], max: &Exact) -> Vec<Fault> {
    if tiers.is_empty() {
        return vec![Fault::Nothing("tiers")];
    }
    let mut faults = duplicates(tiers.iter().map(|tier| tier.level.as_str()));
    let mut best = Exact::zero();
    for tier in tiers {
        let Tier { level, name_vi, name_en, .. } = tier;
        let texts = [
            ("a tier's level", level),
            ("a tier's Vietnamese name", name_vi),
            ("a tier's English name", name_en),
        ];
        faults.extend(empty(texts));
        let what = format!("tier `{}`", tier.level);
        if tier.award == Award::MaxTimesRatio {
            faults.push(Fault::UnboundedRatio(what));
            continue;
        }
        let points = tier.award.points(max, &Exact::zero());
        faults.extend(range_fault(&what, &points, max));
        best = best.max(points);
    }
    if best < *max {
        faults.push(Fault::Unreachable(format!("the best tier gives {best} of {max}")));
    }
    faults
}

fn linear_faults(target: &Exact, floor: Option<&Exact>) -> Vec<Fault> {
    let mut faults = Vec::new();
    if target.is_zero() || target.is_negative() || *target > Exact::one() {
        faults
            .push(Fault::Senseless(format!("the target must lie above 0 and at most at 1, not at {target}")));
    }
    if let Some(floor) = floor
        && (floor.is_negative() || floor > target)
    {
        faults.push(Fault::Senseless(format!("the floor must lie between 0 and the target, not at {floor}")));
    }
    faults
}

/// A place on the line of ratios: a value, and whether the interval begins or ends just above it.
type Cut = (Exact, bool);

/// Where a band begins: at its lower end, just above it if that is exclusive, at 0 if it has none.
fn start(band: &Band) -> Cut {
    match (&band.from, &band.above) {
        (Some(from), _) => (from.clone(), false),
        (None, Some(above)) => (above.clone(), true),
        (None, None) => (Exact::zero(), false),
    }
}

/// Where a band ends, as the place at which the next one must begin; `None` when it has no upper end.
fn end(band: &Band) -> Option<Cut> {
    match (&band.to, &band.below) {
        (Some(to), _) => Some((to.clone(), true)),
        (None, Some(below)) => Some((below.clone(), false)),
        (None, None) => None,
    }
}

fn describe((value, above): &Cut) -> String {
    format!("ratios {} {value}", if *above { "above" } else { "from" })
}

fn band_faults(bands: &[Band], better: Better, max: &Exact) -> Vec<Fault> {
    if bands.is_empty() {
        return vec![Fault::Nothing("bands")];
    }
    let mut faults = Vec::new();
    let mut expected: Option<Cut> = Some((Exact::zero(), false));
    for (number, band) in (1..).zip(bands) {
        let contradictory = (band.from.is_some() && band.above.is_some())
            || (band.to.is_some() && band.below.is_some())
            || end(band).is_some_and(|end| end <= start(band));
        if contradictory {
            faults.push(Fault::BandEnds(number));
            return faults;
        }
        let start = start(band);
        match &expected {
            None => faults.push(Fault::Overlap(describe(&start))),
            Some(expected) if start > *expected => faults.push(Fault::Gap(describe(expected))),
            Some(expected) if start < *expected => faults.push(Fault::Overlap(describe(&start))),
            Some(_) => {}
        }
        expected = end(band);
    }
    if let Some(expected) = expected {
        faults.push(Fault::Gap(describe(&expected)));
    }
    faults.extend(award_faults(bands, better, max));
    faults
}

/// The points at both ends of a band (equal unless the award grows with the ratio).
fn award_ends(band: &Band, max: &Exact) -> Option<(Exact, Exact)> {
    let low = band.award.points(max, &start(band).0);
    match (end(band), &band.award) {
        (Some((end, _)), Award::MaxTimesRatio) if end <= Exact::one() => Some((low, max * &end)),
        (_, Award::MaxTimesRatio) => None,
        _ => Some((low.clone(), low)),
    }
}

fn award_faults(bands: &[Band], better: Better, max: &Exact) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut previous: Option<Exact> = None;
    let mut best = Exact::zero();
    for (number, band) in (1..).zip(bands) {
        let what = format!("band {number}");
        let Some((low, high)) = award_ends(band, max) else {
            faults.push(Fault::UnboundedRatio(what));
            continue;
        };
        faults.extend(range_fault(&what, &low, max));
        if high != low {
            faults.extend(range_fault(&what, &high, max));
        }
        let backwards = match better {
            Better::Higher => previous.as_ref().is_some_and(|previous| low < *previous),
            Better::Lower => high > low || previous.as_ref().is_some_and(|previous| low > *previous),
        };
        if backwards {
            faults.push(Fault::Backwards(number));
        }
        best = best.max(low).max(high.clone());
        previous = Some(high);
    }
    if best < *max {
        faults.push(Fault::Unreachable(format!("the best band gives {best} of {max}")));
    }
    faults
}

fn composite_faults(terms: &[Term], max: &Exact, catalogue: &Catalogue) -> Vec<Fault> {
    if terms.is_empty() {
        return vec![Fault::Nothing("terms")];
    }
    let mut faults = Vec::new();
    for term in terms {
        let texts = [("a term's Vietnamese name", &term.name_vi), ("a term's English name", &term.name_en)];
        faults.extend(empty(texts));
        faults.extend(positive("a term's maximum", &term.max_points));
        faults.extend(positive("a term's cap", term.limit()));
        faults.extend(range_fault("a term's cap", term.limit(), &term.max_points));
        match term.rule.kind() {
            kind @ (RuleKind::Manual | RuleKind::Composite | RuleKind::Inherited) => {
                faults.push(Fault::TermKind(kind));
            }
            _ => faults.extend(rule_faults(&term.rule, &term.max_points, catalogue)),
        }
        if let Rule::RatioBanded { ratio, .. } | Rule::RatioLinear { ratio, .. } = &term.rule
            && ratio.zero_denominator == ZeroDenominator::NotApplicable
        {
            faults.push(Fault::TermNotApplicable);
        }
    }
    let reachable: Exact = terms.iter().map(Term::limit).sum();
    if reachable < *max {
        faults.push(Fault::Unreachable(format!("the terms bring at most {reachable} of {max}")));
    }
    faults
}
