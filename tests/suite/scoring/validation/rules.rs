//! What a single rule is refused for, apart from bands.

use scoring::{Fault, Part, RuleKind, Unit};

use super::{Row, assert_rows, defect};
use crate::scoring::given::{document, exact, leaf, pillar};

/// A set around one leaf of `max` points whose rule has one fault.
fn row(max: &str, kind: RuleKind, parameters: &str, fault: Fault) -> Row {
    let rule = format!("{{kind: {kind}, {parameters}}}");
    Row {
        document: document(vec![pillar("I", vec![leaf("1.1", max, &rule)])]),
        defect: defect("1.1", Some(kind), fault),
        why: rule,
    }
}

pub(super) fn rows() -> Vec<Row> {
    [measures(), counts(), tiers(), ratios(), terms()].into_iter().flatten().collect()
}

fn measures() -> Vec<Row> {
    use RuleKind::{Boolean, CountCapped, CountDeduct, LinearScale, RatioLinear, Survey, Tiered};
    let wrong =
        |measure: &str, found, expected| Fault::WrongUnit { measure: measure.to_owned(), found, expected };
    let unknown = || Fault::UnknownMeasure("nowhere".to_owned());
    let tiers = "tiers: [{level: A, name_vi: A, name_en: A, award: {POINTS: 3}}]";
    let ratio = "target: 1, ratio: {numerator: [done, plan], denominator: [asked], zero_denominator: ZERO}";
    vec![
        row("3", Boolean, "measure: nowhere", unknown()),
        row("3", RatioLinear, &ratio.replace("plan", "nowhere"), unknown()),
        row("3", Boolean, "measure: plan", wrong("plan", Unit::Level, Unit::Flag)),
        row("3", Tiered, &format!("measure: issued, {tiers}"), wrong("issued", Unit::Flag, Unit::Level)),
        row("3", Survey, "measure: index61", wrong("index61", Unit::Points, Unit::Share)),
        row("3", LinearScale, "measure: done, from: 0, to: 18", wrong("done", Unit::Count, Unit::Points)),
        row(
            "3",
            CountCapped,
            "measure: satisfied, unit_points: 1",
            wrong("satisfied", Unit::Share, Unit::Count),
        ),
        row("3", CountDeduct, "measure: issued, unit_points: 1", wrong("issued", Unit::Flag, Unit::Count)),
        row("3", RatioLinear, ratio, wrong("plan", Unit::Level, Unit::Count)),
    ]
}

fn counts() -> Vec<Row> {
    use RuleKind::{CountCapped, CountDeduct, LinearScale};
    let not_positive = |value| Fault::NotPositive { what: Part::UnitPoints, value: exact(value) };
    let floor = |points| Fault::OutOfRange { what: Part::Floor, points: exact(points), max: exact("3") };
    let no_length = Fault::NoLength;
    vec![
        row("3", CountCapped, "measure: done, unit_points: 0", not_positive("0")),
        row("3", CountDeduct, "measure: late, unit_points: '-0.5'", not_positive("-0.5")),
        row("3", CountDeduct, "measure: late, unit_points: 1, floor: '-0.01'", floor("-0.01")),
        row("3", CountDeduct, "measure: late, unit_points: 1, floor: '3.01'", floor("3.01")),
        row("3", LinearScale, "measure: index61, from: 18, to: 18", no_length),
    ]
}

fn tiers() -> Vec<Row> {
    let tier = |level: &str, award: &str| {
        format!("{{level: {level}, name_vi: Mức, name_en: Level, award: {award}}}")
    };
    let tiered = |best: String, other: String, fault| {
        row("3", RuleKind::Tiered, &format!("measure: plan, tiers: [{best}, {other}]"), fault)
    };
    let outside = |points| Fault::OutOfRange { what: Part::Tier(1), points: exact(points), max: exact("3") };
    let full = || tier("A", "{POINTS: 3}");
    let short = Fault::Unreachable { what: Part::Tiers, best: exact("2.5"), max: exact("3") };
    vec![
        row("3", RuleKind::Tiered, "measure: plan, tiers: []", Fault::Nothing(Part::Tiers)),
        tiered(full(), tier("A", "{POINTS: 0}"), Fault::DuplicateLevel(Part::Tiers, "A".to_owned())),
        tiered(full(), tier("' '", "{POINTS: 0}"), Fault::Empty(Part::TierLevel(1))),
        tiered(full(), tier("B", "{POINTS: '3.01'}"), outside("3.01")),
        tiered(full(), tier("B", "{POINTS: -1}"), outside("-1")),
        tiered(full(), tier("B", "{PERCENT_OF_MAX: 110}"), outside("3.3")),
        tiered(full(), tier("B", "MAX_TIMES_RATIO"), Fault::UnboundedRatio(Part::Tier(1))),
        tiered(tier("A", "{POINTS: '2.5'}"), tier("B", "{POINTS: 0}"), short),
    ]
}

fn ratios() -> Vec<Row> {
    let linear = |target: &str, sides: &str, fault| {
        let parameters = format!("target: {target}, ratio: {{{sides}, zero_denominator: ZERO}}");
        row("3", RuleKind::RatioLinear, &parameters, fault)
    };
    let sides = "numerator: [done], denominator: [asked]";
    let target = |at| Fault::Target(exact(at));
    let floor = |at| Fault::LinearFloor(exact(at));
    vec![
        linear("1", "numerator: [], denominator: [asked]", Fault::Nothing(Part::Numerator)),
        linear("1", "numerator: [done], denominator: []", Fault::Nothing(Part::Denominator)),
        linear(
            "1",
            "numerator: [done, done], denominator: [asked]",
            Fault::DuplicateLevel(Part::Numerator, "done".to_owned()),
        ),
        linear("0", sides, target("0")),
        linear("'-0.5'", sides, target("-1/2")),
        linear("'1.01'", sides, target("101/100")),
        linear("'0.8', floor: '0.81'", sides, floor("81/100")),
        linear("'0.8', floor: '-0.1'", sides, floor("-1/10")),
    ]
}

/// A COMPOSITE of 3 points whose first term is sound and sufficient; the second has the fault.
fn composite(second: &str, fault: Fault) -> Row {
    let first = "{name_vi: A, name_en: A, max_points: 3, rule: {kind: SURVEY, measure: satisfied}}";
    let second = format!("{{name_vi: B, name_en: B, {second}}}");
    let fault = Fault::InTerm(1, Box::new(fault));
    row("3", RuleKind::Composite, &format!("terms: [{first}, {second}]"), fault)
}

fn terms() -> Vec<Row> {
    let ratio = "max_points: 2, rule: {kind: RATIO_LINEAR, target: 1,
        ratio: {numerator: [done], denominator: [asked], zero_denominator: NOT_APPLICABLE}}";
    let short =
        "terms: [{name_vi: A, name_en: A, max_points: 3, cap: 2, rule: {kind: SURVEY, measure: satisfied}}]";
    let unreachable = Fault::Unreachable { what: Part::Terms, best: exact("2"), max: exact("3") };
    let cap = Fault::OutOfRange { what: Part::Cap, points: exact("3"), max: exact("2") };
    let no_cap = Fault::NotPositive { what: Part::Cap, value: exact("0") };
    let unknown = Fault::UnknownMeasure("nowhere".to_owned());
    let survey = "rule: {kind: SURVEY, measure: satisfied}";
    vec![
        row("3", RuleKind::Composite, "terms: []", Fault::Nothing(Part::Terms)),
        row("3", RuleKind::Composite, short, unreachable),
        composite("max_points: 2, rule: {kind: MANUAL}", Fault::TermKind(RuleKind::Manual)),
        composite("max_points: 2, rule: {kind: INHERITED}", Fault::TermKind(RuleKind::Inherited)),
        composite("max_points: 2, rule: {kind: COMPOSITE, terms: []}", Fault::TermKind(RuleKind::Composite)),
        composite(ratio, Fault::TermNotApplicable),
        composite(&format!("max_points: 2, cap: 3, {survey}"), cap),
        composite(&format!("max_points: 2, cap: 0, {survey}"), no_cap),
        composite("max_points: 2, rule: {kind: SURVEY, measure: nowhere}", unknown),
    ]
}

#[test]
fn a_measure_is_in_the_catalogue_in_the_unit_that_the_rule_reads() {
    assert_rows(measures());
}

#[test]
fn counts_and_scales_have_a_length_and_a_floor_in_range() {
    assert_rows(counts());
}

#[test]
fn tiers_stay_in_range_and_reach_the_maximum() {
    assert_rows(tiers());
}

#[test]
fn a_linear_ratio_has_two_sides_a_target_and_a_floor_below_it() {
    assert_rows(ratios());
}

#[test]
fn terms_stay_in_range_and_reach_the_maximum() {
    assert_rows(terms());
}
