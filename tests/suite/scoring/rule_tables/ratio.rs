//! RATIO_BANDED and RATIO_LINEAR: every boundary from below, at it and from above, exactly.

use scoring::{Because, LineState, RuleKind};

use super::{assert_unscored, invalid, line_of, missing_table, not_reported, scored_table};
use crate::scoring::given::{facts, linear};

const BANDED: RuleKind = RuleKind::RatioBanded;
const LINEAR: RuleKind = RuleKind::RatioLinear;

/// ≥ 95 %: all; 80 % to under 95 %: in proportion; under 80 %: nothing.
fn on_time(zero_denominator: &str) -> String {
    format!(
        "
kind: RATIO_BANDED
ratio: {{numerator: [done], denominator: [asked], zero_denominator: {zero_denominator}}}
bands:
  - {{below: '0.8', award: {{POINTS: 0}}}}
  - {{from: '0.8', below: '0.95', award: MAX_TIMES_RATIO}}
  - {{from: '0.95', award: {{PERCENT_OF_MAX: 100}}}}"
    )
}

#[test]
fn a_band_is_chosen_by_the_unrounded_ratio() {
    scored_table(
        BANDED,
        "6",
        &on_time("ZERO"),
        &[
            ("done=0 asked=10", "0", "x < 80 %", "0"),
            ("done=79999 asked=100000", "0", "x < 80 %", "0"),
            ("done=8 asked=10", "24/5", "80 % ≤ x < 95 %", "6 × 8/10"),
            ("done=80001 asked=100000", "240003/50000", "80 % ≤ x < 95 %", "6 × 80001/100000"),
            ("done=12 asked=13", "72/13", "80 % ≤ x < 95 %", "6 × 12/13"),
            ("done=19 asked=20", "6", "95 % ≤ x", "6 × 100 %"),
            ("done=95001 asked=100000", "6", "95 % ≤ x", "6 × 100 %"),
            ("done=10 asked=10", "6", "95 % ≤ x", "6 × 100 %"),
            ("done=11 asked=10", "6", "95 % ≤ x", "6 × 100 %"),
        ],
    );
}

#[test]
fn what_prints_as_95_percent_is_not_95_percent() {
    scored_table(
        BANDED,
        "6",
        &on_time("ZERO"),
        &[
            ("done=94996 asked=100000", "71247/12500", "80 % ≤ x < 95 %", "6 × 94996/100000"),
            (
                // As binary floating point this quotient is 0.95.
                "done=949999999999999999999 asked=1000000000000000000000",
                "2849999999999999999997/500000000000000000000",
                "80 % ≤ x < 95 %",
                "6 × 949999999999999999999/1000000000000000000000",
            ),
        ],
    );
}

#[test]
fn each_end_of_a_band_is_in_or_out_as_the_set_says() {
    let rule = "
kind: RATIO_BANDED
ratio: {numerator: [done], denominator: [asked], zero_denominator: ZERO}
bands:
  - {below: '0.7', award: {POINTS: 0}}
  - {from: '0.7', to: '0.9', award: {POINTS: 1}}
  - {above: '0.9', below: 1, award: {POINTS: '1.5'}}
  - {from: 1, award: {POINTS: 2}}";
    scored_table(
        BANDED,
        "2",
        rule,
        &[
            ("done=69999 asked=100000", "0", "x < 70 %", "0"),
            ("done=7 asked=10", "1", "70 % ≤ x ≤ 90 %", "1"),
            ("done=9 asked=10", "1", "70 % ≤ x ≤ 90 %", "1"),
            ("done=90001 asked=100000", "3/2", "90 % < x < 100 %", "1.5"),
            ("done=99999 asked=100000", "3/2", "90 % < x < 100 %", "1.5"),
            ("done=1 asked=1", "2", "100 % ≤ x", "2"),
        ],
    );
}

#[test]
fn a_lower_ratio_may_be_the_better_one() {
    let rule = "
kind: RATIO_BANDED
better: LOWER
ratio: {numerator: [overdue], denominator: [received], zero_denominator: FULL}
bands:
  - {to: 0, award: {POINTS: 2}}
  - {above: 0, to: '1/30', award: {POINTS: 1}}
  - {above: '1/30', award: {POINTS: 0}}";
    scored_table(
        BANDED,
        "2",
        rule,
        &[
            ("overdue=0 received=30", "2", "x ≤ 0 %", "2"),
            ("overdue=1 received=1000", "1", "0 % < x ≤ 10/3 %", "1"),
            ("overdue=1 received=30", "1", "0 % < x ≤ 10/3 %", "1"),
            ("overdue=2 received=30", "0", "10/3 % < x", "0"),
            ("overdue=0 received=0", "2", "x / 0 → max", "2"),
        ],
    );
}

#[test]
fn both_official_on_time_rates_can_be_named() {
    let rate = |above: &str, below: &str| {
        format!(
            "{{kind: RATIO_LINEAR, target: 1,
               ratio: {{numerator: [{above}], denominator: [{below}], zero_denominator: ZERO}}}}"
        )
    };
    let given = "early=5 on_time=3 overdue=2 pending=10 received=20";
    scored_table(
        LINEAR,
        "10",
        &rate("early, on_time", "early, on_time, overdue"),
        &[(given, "8", "", "10 × min(1, 8/10)")],
    );
    scored_table(
        LINEAR,
        "10",
        &rate("early, on_time, pending", "received"),
        &[(given, "9", "", "10 × min(1, 18/20)")],
    );
}

#[test]
fn a_linear_ratio_grows_from_its_floor_to_its_target() {
    let floored = "{kind: RATIO_LINEAR, target: 1, floor: '0.7',
                    ratio: {numerator: [done], denominator: [asked], zero_denominator: ZERO}}";
    scored_table(
        LINEAR,
        "2",
        floored,
        &[
            ("done=0 asked=10", "0", "x < 70 %", "0"),
            ("done=69999 asked=100000", "0", "x < 70 %", "0"),
            ("done=7 asked=10", "7/5", "", "2 × min(1, 7/10)"),
            ("done=99999 asked=100000", "99999/50000", "", "2 × min(1, 99999/100000)"),
            ("done=10 asked=10", "2", "", "2 × min(1, 10/10)"),
            ("done=11 asked=10", "2", "", "2 × min(1, 11/10)"),
        ],
    );
    let half = "{kind: RATIO_LINEAR, target: '0.5',
                 ratio: {numerator: [done], denominator: [asked], zero_denominator: ZERO}}";
    scored_table(
        LINEAR,
        "4",
        half,
        &[
            ("done=0 asked=10", "0", "", "4 × min(1, (0/10) / 0.5)"),
            ("done=499 asked=1000", "499/125", "", "4 × min(1, (499/1000) / 0.5)"),
            ("done=5 asked=10", "4", "", "4 × min(1, (5/10) / 0.5)"),
            ("done=501 asked=1000", "4", "", "4 × min(1, (501/1000) / 0.5)"),
        ],
    );
    let third = "{kind: RATIO_LINEAR, target: '1/3',
                  ratio: {numerator: [done], denominator: [asked], zero_denominator: ZERO}}";
    scored_table(LINEAR, "4", third, &[("done=1 asked=4", "3", "", "4 × min(1, (1/4) / (1/3))")]);
}

/// A rule's text for each meaning of a denominator of zero.
type ByPolicy = fn(&str) -> String;

#[test]
fn nothing_to_count_gives_what_the_rule_says() {
    let rules: [(RuleKind, ByPolicy); 2] = [(BANDED, on_time), (LINEAR, linear)];
    for (kind, rule) in rules {
        // Without a denominator the numerator does not matter, known or not.
        for given in ["done=0 asked=0", "asked=0", "done=3 asked=0"] {
            scored_table(kind, "6", &rule("ZERO"), &[(given, "0", "x / 0 → 0", "0")]);
            scored_table(kind, "6", &rule("FULL"), &[(given, "6", "x / 0 → max", "6")]);
            let line = line_of(kind, "6", &rule("NOT_APPLICABLE"), &facts(given));
            assert_unscored(&line, given, LineState::NotApplicable, &Because::NothingToCount {});
            assert!(line.effective_max.is_zero());
        }
    }
}

#[test]
fn an_unknown_side_of_a_ratio_is_missing_and_named() {
    for (kind, rule) in [(BANDED, on_time("FULL")), (LINEAR, linear("FULL"))] {
        missing_table(
            kind,
            "6",
            &rule,
            &[
                ("", not_reported(&["asked", "done"])),
                ("done=3", not_reported(&["asked"])),
                ("asked=3", not_reported(&["done"])),
                ("done=-1 asked=3", invalid("done", "-1", "a whole number, 0 or more")),
                ("done=1 asked=-3", invalid("asked", "-3", "a whole number, 0 or more")),
                ("done=1.5 asked=3", invalid("done", "3/2", "a whole number, 0 or more")),
                ("done=ALL asked=3", invalid("done", "ALL", "a number")),
            ],
        );
    }
}

#[test]
fn a_zero_among_unknown_parts_of_a_denominator_is_no_zero_denominator() {
    let rule = "{kind: RATIO_LINEAR, target: 1,
                 ratio: {numerator: [done], denominator: [early, on_time], zero_denominator: FULL}}";
    missing_table(LINEAR, "6", rule, &[("done=0 early=0", not_reported(&["on_time"]))]);
}
