//! COMPOSITE: terms with caps of their own, and a maximum over all.

use scoring::{RuleKind, Step};

use super::{invalid, line_of, missing_table, not_reported, scored_table, step};
use crate::scoring::given::{exact, facts};

/// min(10, 6A + min(2, 2.5B) − late): three terms of three kinds.
const RULE: &str = "
kind: COMPOSITE
terms:
  - name_vi: A
    name_en: A
    max_points: 6
    rule: {kind: RATIO_LINEAR, target: 1,
           ratio: {numerator: [done], denominator: [asked], zero_denominator: ZERO}}
  - name_vi: B
    name_en: B
    max_points: '2.5'
    cap: 2
    rule: {kind: SURVEY, measure: satisfied}
  - name_vi: C
    name_en: C
    max_points: '2.5'
    rule: {kind: COUNT_DEDUCT, measure: late, unit_points: 1}";

#[test]
fn terms_add_up_under_their_caps_and_the_maximum() {
    scored_table(
        RuleKind::Composite,
        "10",
        RULE,
        &[
            (
                "done=0 asked=3 satisfied=0 late=3",
                "0",
                "",
                "min(10, 6 × min(1, 0/3) + min(2, 2.5 × 0) + max(0, 2.5 − 3 × 1))",
            ),
            (
                "done=1 asked=3 satisfied=0.79 late=1",
                "219/40",
                "",
                "min(10, 6 × min(1, 1/3) + min(2, 2.5 × 0.79) + max(0, 2.5 − 1 × 1))",
            ),
            // At the cap of B, and above it.
            (
                "done=3 asked=3 satisfied=0.8 late=2",
                "17/2",
                "",
                "min(10, 6 × min(1, 3/3) + min(2, 2.5 × 0.8) + max(0, 2.5 − 2 × 1))",
            ),
            (
                "done=3 asked=3 satisfied=1 late=2",
                "17/2",
                "",
                "min(10, 6 × min(1, 3/3) + min(2, 2.5 × 1) + max(0, 2.5 − 2 × 1))",
            ),
            // At the maximum of the whole (8 + 2), and above it (8 + 2.5).
            (
                "done=3 asked=3 satisfied=1 late=0",
                "10",
                "",
                "min(10, 6 × min(1, 3/3) + min(2, 2.5 × 1) + max(0, 2.5 − 0 × 1))",
            ),
        ],
    );
}

#[test]
fn each_term_keeps_its_own_points_and_step() {
    let line = line_of(RuleKind::Composite, "10", RULE, &facts("done=0 asked=0 satisfied=0.9 late=1"));
    let Step::Sum { terms } = step(&line) else { panic!("no sum: {line:?}") };
    let points: Vec<_> = terms.iter().map(|term| term.points.to_string()).collect();
    let limits: Vec<_> = terms.iter().map(|term| term.limit.to_string()).collect();
    assert_eq!(points, ["0", "2", "3/2"]);
    assert_eq!(limits, ["6", "2", "5/2"]);
    assert_eq!(terms[0].step.band().as_deref(), Some("x / 0 → 0"));
    assert_eq!(line.points, Some(exact("3.5")));
}

#[test]
fn every_unknown_measure_of_every_term_is_named() {
    missing_table(
        RuleKind::Composite,
        "10",
        RULE,
        &[
            ("", not_reported(&["asked", "done", "late", "satisfied"])),
            ("done=1 asked=1 late=0", not_reported(&["satisfied"])),
            ("done=1 satisfied=1", not_reported(&["asked", "late"])),
            ("done=1 asked=1 satisfied=2 late=0", invalid("satisfied", "2", "0 to 1")),
        ],
    );
}
