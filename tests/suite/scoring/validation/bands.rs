//! Bands of RATIO_BANDED: no hole, no overlap, no contradiction, and never fewer points for a better ratio.

use scoring::{Cut, Fault, Part, RuleKind};

use super::{Row, assert_rows, defect, defects};
use crate::scoring::given::{document, exact, leaf, pillar};

fn banded(max: &str, better: &str, bands: &str) -> scoring::CriteriaSetDocument {
    let rule = format!(
        "{{kind: RATIO_BANDED, better: {better}, bands: [{bands}],
           ratio: {{numerator: [done], denominator: [asked], zero_denominator: ZERO}}}}"
    );
    document(vec![pillar("I", vec![leaf("1.1", max, &rule)])])
}

fn row(better: &str, bands: &str, fault: Fault) -> Row {
    Row {
        why: format!("{better}: {bands}"),
        document: banded("6", better, bands),
        defect: defect("1.1", Some(RuleKind::RatioBanded), fault),
    }
}

pub(super) fn rows() -> Vec<Row> {
    let mut rows = edges();
    rows.extend(awards());
    rows
}

/// A pair of bands that meet at 80 %: what the first says of its upper end, the second of its lower.
fn meeting(upper: &str, lower: &str) -> String {
    format!("{{{upper}: '0.8', award: {{POINTS: 0}}}}, {{{lower}: '0.8', award: {{POINTS: 6}}}}")
}

fn edges() -> Vec<Row> {
    let from = |at: &str| Cut { at: exact(at), above: false };
    let above = |at: &str| Cut { at: exact(at), above: true };
    [
        (meeting("to", "from"), Fault::Overlap(from("4/5"))),
        (meeting("below", "above"), Fault::Gap(from("4/5"))),
        // An interval without a band, and one with two.
        (
            "{below: '0.7', award: {POINTS: 0}}, {from: '0.8', award: {POINTS: 6}}".to_owned(),
            Fault::Gap(from("7/10")),
        ),
        (
            "{to: '0.7', award: {POINTS: 0}}, {from: '0.8', award: {POINTS: 6}}".to_owned(),
            Fault::Gap(above("7/10")),
        ),
        (
            "{below: '0.8', award: {POINTS: 0}}, {from: '0.7', award: {POINTS: 6}}".to_owned(),
            Fault::Overlap(from("7/10")),
        ),
        // The bands begin at 0, and the last has no end.
        (
            "{above: 0, below: 1, award: {POINTS: 0}}, {from: 1, award: {POINTS: 6}}".to_owned(),
            Fault::Gap(from("0")),
        ),
        ("{from: '0.1', award: {POINTS: 6}}".to_owned(), Fault::Gap(from("0"))),
        (
            "{below: '0.8', award: {POINTS: 0}}, {from: '0.8', to: 1, award: {POINTS: 6}}".to_owned(),
            Fault::Gap(above("1")),
        ),
        ("{award: {POINTS: 0}}, {from: '0.8', award: {POINTS: 6}}".to_owned(), Fault::Overlap(from("4/5"))),
        ("{from: -1, award: {POINTS: 6}}".to_owned(), Fault::Overlap(from("-1"))),
        // Two ends on one side, and no room between the ends.
        ("{from: 0, above: 0, award: {POINTS: 6}}".to_owned(), Fault::BandEnds(0)),
        ("{to: 1, below: 1, award: {POINTS: 6}}".to_owned(), Fault::BandEnds(0)),
        (
            "{below: '0.8', award: {POINTS: 0}}, {from: '0.8', below: '0.8', award: {POINTS: 6}}".to_owned(),
            Fault::BandEnds(1),
        ),
        (
            "{below: '0.8', award: {POINTS: 0}}, {from: '0.8', to: '0.7', award: {POINTS: 6}}".to_owned(),
            Fault::BandEnds(1),
        ),
        (
            "{to: '0.8', award: {POINTS: 0}}, {above: '0.8', to: '0.8', award: {POINTS: 6}}".to_owned(),
            Fault::BandEnds(1),
        ),
        (String::new(), Fault::Nothing(Part::Bands)),
    ]
    .into_iter()
    .map(|(bands, fault)| row("HIGHER", &bands, fault))
    .collect()
}

fn awards() -> Vec<Row> {
    let outside = |band: usize, points: &str| Fault::OutOfRange {
        what: Part::Band(band),
        points: exact(points),
        max: exact("6"),
    };
    let rising = |low: &str, high: &str| {
        let below_whole = format!("{{below: '0.8', award: {low}}}, {{from: '0.8', below: 1, award: {high}}}");
        format!("{below_whole}, {{from: 1, award: {{POINTS: 6}}}}")
    };
    let all_or_nothing = |all: &str| format!("{{below: 1, award: {{POINTS: 0}}}}, {{from: 1, award: {all}}}");
    let falling = "{to: 0, award: {POINTS: 6}}, {above: 0, to: '0.1', award: {POINTS: 1}},
                   {above: '0.1', award: {POINTS: 2}}";
    let growing = "{to: 0, award: {POINTS: 6}}, {above: 0, to: 1, award: MAX_TIMES_RATIO},
                   {above: 1, award: {POINTS: 0}}";
    let proportional = "{to: 1, award: MAX_TIMES_RATIO}, {above: 1, award: MAX_TIMES_RATIO}";
    let unbounded = Fault::UnboundedRatio(Part::Band(1));
    let short = Fault::Unreachable { what: Part::Bands, best: exact("5"), max: exact("6") };
    vec![
        row("HIGHER", &rising("{POINTS: 4}", "{POINTS: '3.99'}"), Fault::Backwards(1)),
        row("HIGHER", &rising("{POINTS: 5}", "MAX_TIMES_RATIO"), Fault::Backwards(1)),
        row("LOWER", falling, Fault::Backwards(2)),
        row("LOWER", growing, Fault::Backwards(1)),
        row("HIGHER", &rising("{POINTS: '-0.01'}", "{POINTS: 1}"), outside(0, "-0.01")),
        row("HIGHER", &all_or_nothing("{POINTS: '6.01'}"), outside(1, "6.01")),
        row("HIGHER", &all_or_nothing("{PERCENT_OF_MAX: 101}"), outside(1, "6.06")),
        row("HIGHER", proportional, unbounded),
        row("HIGHER", &all_or_nothing("{POINTS: 5}"), short),
    ]
}

#[test]
fn bands_that_do_not_meet_are_refused() {
    assert_rows(edges());
}

#[test]
fn awards_out_of_order_or_out_of_range_are_refused() {
    assert_rows(awards());
}

#[test]
fn bands_that_meet_exactly_are_sound() {
    for (upper, lower) in [("below", "from"), ("to", "above")] {
        assert_eq!(defects(banded("6", "HIGHER", &meeting(upper, lower))), [], "{upper} then {lower}");
    }
}

#[test]
fn one_band_over_everything_is_sound() {
    for whole in ["{award: {POINTS: 6}}", "{from: 0, award: {PERCENT_OF_MAX: 100}}"] {
        assert_eq!(defects(banded("6", "LOWER", whole)), [], "{whole}");
    }
}

#[test]
fn a_ratio_beyond_its_whole_needs_a_band_of_its_own() {
    let proportional = "{to: 1, award: MAX_TIMES_RATIO}, {above: 1, award: {POINTS: 6}}";
    assert_eq!(defects(banded("6", "HIGHER", proportional)), []);
}
