//! What makes a single rule senseless: bands with a hole, points beyond the maximum, targets that nobody
//! can reach, measures that do not exist.

use crate::criteria::Catalogue;
use crate::fault::{Cut, Fault, Part};
use crate::rule::{Award, Band, Better, Ratio, Rule, Term, Tier, ZeroDenominator};
use crate::validate::{absurd, duplicates, names, positive};
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
        Rule::LinearScale { from, to, .. } => {
            faults.extend(absurd(Part::ScaleFrom, from));
            faults.extend(absurd(Part::ScaleTo, to));
            faults.extend((from == to).then_some(Fault::NoLength));
        }
        Rule::CountCapped { unit_points, .. } => faults.extend(positive(Part::UnitPoints, unit_points)),
        Rule::CountDeduct { unit_points, floor, .. } => {
            faults.extend(positive(Part::UnitPoints, unit_points));
            faults.extend(range_fault(Part::Floor, floor, max));
        }
        Rule::Composite { terms } => faults.extend(composite_faults(terms, max, catalogue)),
        Rule::Boolean { .. } | Rule::Survey { .. } | Rule::Manual {} | Rule::Inherited {} => {}
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
    let sides = [(Part::Numerator, &ratio.numerator), (Part::Denominator, &ratio.denominator)];
    let nothing =
        sides.iter().filter(|(_, side)| side.is_empty()).map(|(what, _)| Fault::Nothing(what.clone()));
    let twice = sides.iter().flat_map(|(what, side)| duplicates(what, side.iter().map(String::as_str)));
    nothing.chain(twice).collect()
}

fn range_fault(what: Part, points: &Exact, max: &Exact) -> Option<Fault> {
    if points.is_negative() || points > max {
        return Some(Fault::OutOfRange { what, points: points.clone(), max: max.clone() });
    }
    absurd(what, points)
}

fn tier_faults(tiers: &[Tier], max: &Exact) -> Vec<Fault> {
    if tiers.is_empty() {
        return vec![Fault::Nothing(Part::Tiers)];
    }
    let mut faults = duplicates(&Part::Tiers, tiers.iter().map(|tier| tier.level.as_str()));
    let mut best = Exact::zero();
    for (at, tier) in tiers.iter().enumerate() {
        faults.extend(names([
            (Part::TierLevel(at), &tier.level),
            (Part::TierNameVi(at), &tier.name_vi),
            (Part::TierNameEn(at), &tier.name_en),
        ]));
        if tier.award == Award::MaxTimesRatio {
            faults.push(Fault::UnboundedRatio(Part::Tier(at)));
            continue;
        }
        let points = tier.award.points(max, &Exact::zero());
        faults.extend(range_fault(Part::Tier(at), &points, max));
        best = best.max(points);
    }
    faults.extend(unreachable(Part::Tiers, best, max));
    faults
}

fn unreachable(what: Part, best: Exact, max: &Exact) -> Option<Fault> {
    (best < *max).then(|| Fault::Unreachable { what, best, max: max.clone() })
}

fn linear_faults(target: &Exact, floor: Option<&Exact>) -> Vec<Fault> {
    let mut faults = Vec::new();
    if target.is_zero() || target.is_negative() || *target > Exact::one() {
        faults.push(Fault::Target(target.clone()));
    }
    if let Some(floor) = floor
        && (floor.is_negative() || floor > target)
    {
        faults.push(Fault::LinearFloor(floor.clone()));
    }
    faults
}

/// Where a band begins: at its lower end, just above it if that is exclusive, at 0 if it has none.
fn start(band: &Band) -> Cut {
    match (&band.from, &band.above) {
        (Some(from), _) => Cut { at: from.clone(), above: false },
        (None, Some(above)) => Cut { at: above.clone(), above: true },
        (None, None) => Cut { at: Exact::zero(), above: false },
    }
}

/// Where a band ends, as the place at which the next one must begin; `None` when it has no upper end.
fn end(band: &Band) -> Option<Cut> {
    match (&band.to, &band.below) {
        (Some(to), _) => Some(Cut { at: to.clone(), above: true }),
        (None, Some(below)) => Some(Cut { at: below.clone(), above: false }),
        (None, None) => None,
    }
}

fn band_faults(bands: &[Band], better: Better, max: &Exact) -> Vec<Fault> {
    if bands.is_empty() {
        return vec![Fault::Nothing(Part::Bands)];
    }
    let mut faults = Vec::new();
    let mut expected = Some(Cut { at: Exact::zero(), above: false });
    for (at, band) in bands.iter().enumerate() {
        let contradictory = (band.from.is_some() && band.above.is_some())
            || (band.to.is_some() && band.below.is_some())
            || end(band).is_some_and(|end| end <= start(band));
        if contradictory {
            faults.push(Fault::BandEnds(at));
            return faults;
        }
        let start = start(band);
        match &expected {
            None => faults.push(Fault::Overlap(start)),
            Some(expected) if start > *expected => faults.push(Fault::Gap(expected.clone())),
            Some(expected) if start < *expected => faults.push(Fault::Overlap(start)),
            Some(_) => {}
        }
        expected = end(band);
    }
    faults.extend(expected.map(Fault::Gap));
    faults.extend(award_faults(bands, better, max));
    faults
}

/// The points at both ends of a band (equal unless the award grows with the ratio).
fn award_ends(band: &Band, max: &Exact) -> Option<(Exact, Exact)> {
    let low = band.award.points(max, &start(band).at);
    match (end(band), &band.award) {
        (Some(Cut { at: end, .. }), Award::MaxTimesRatio) if end <= Exact::one() => Some((low, max * &end)),
        (_, Award::MaxTimesRatio) => None,
        _ => Some((low.clone(), low)),
    }
}

fn award_faults(bands: &[Band], better: Better, max: &Exact) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut previous: Option<Exact> = None;
    let mut best = Exact::zero();
    for (at, band) in bands.iter().enumerate() {
        let Some((low, high)) = award_ends(band, max) else {
            faults.push(Fault::UnboundedRatio(Part::Band(at)));
            continue;
        };
        faults.extend(range_fault(Part::Band(at), &low, max));
        if high != low {
            faults.extend(range_fault(Part::Band(at), &high, max));
        }
        let backwards = match better {
            Better::Higher => previous.as_ref().is_some_and(|previous| low < *previous),
            Better::Lower => high > low || previous.as_ref().is_some_and(|previous| low > *previous),
        };
        if backwards {
            faults.push(Fault::Backwards(at));
        }
        best = best.max(low).max(high.clone());
        previous = Some(high);
    }
    faults.extend(unreachable(Part::Bands, best, max));
    faults
}

fn composite_faults(terms: &[Term], max: &Exact, catalogue: &Catalogue) -> Vec<Fault> {
    if terms.is_empty() {
        return vec![Fault::Nothing(Part::Terms)];
    }
    let mut faults = Vec::new();
    for (at, term) in terms.iter().enumerate() {
        let of_term = term_faults(term, catalogue);
        faults.extend(of_term.into_iter().map(|fault| Fault::InTerm(at, Box::new(fault))));
    }
    let reachable: Exact = terms.iter().map(Term::limit).sum();
    faults.extend(unreachable(Part::Terms, reachable, max));
    faults
}

fn term_faults(term: &Term, catalogue: &Catalogue) -> Vec<Fault> {
    let mut faults = Vec::from_iter(names([(Part::NameVi, &term.name_vi), (Part::NameEn, &term.name_en)]));
    faults.extend(positive(Part::Maximum, &term.max_points));
    faults.extend(positive(Part::Cap, term.limit()));
    faults.extend(range_fault(Part::Cap, term.limit(), &term.max_points));
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
    faults
}
