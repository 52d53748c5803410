//! The kinds that read one measure: BOOLEAN, TIERED, LINEAR_SCALE, COUNT_CAPPED, COUNT_DEDUCT, SURVEY.

use scoring::RuleKind;

use super::{invalid, missing_table, not_reported, scored_table};

#[test]
fn a_boolean_gives_all_or_nothing() {
    let rule = "{kind: BOOLEAN, measure: issued}";
    scored_table(
        RuleKind::Boolean,
        "3",
        rule,
        &[("issued=true", "3", "", "3"), ("issued=false", "0", "", "0")],
    );
    missing_table(
        RuleKind::Boolean,
        "3",
        rule,
        &[
            ("", not_reported(&["issued"])),
            ("issued=1", invalid("issued", "1", "true or false")),
            ("issued=YES", invalid("issued", "YES", "true or false")),
        ],
    );
}

#[test]
fn a_tier_gives_its_points_or_its_share_of_the_maximum() {
    let rule = "
kind: TIERED
measure: plan
tiers:
  - {level: ON_TIME, name_vi: Kịp thời, name_en: On time, award: {PERCENT_OF_MAX: 100}}
  - {level: LATE, name_vi: Chậm, name_en: Late, award: {POINTS: '0.5'}}
  - {level: THIRD, name_vi: Một phần ba, name_en: A third, award: {PERCENT_OF_MAX: '100/3'}}
  - {level: NONE, name_vi: Không, name_en: None, award: {POINTS: 0}}";
    scored_table(
        RuleKind::Tiered,
        "2",
        rule,
        &[
            ("plan=ON_TIME", "2", "ON_TIME", "2 × 100 %"),
            ("plan=LATE", "1/2", "LATE", "0.5"),
            ("plan=THIRD", "2/3", "THIRD", "2 × (100/3) %"),
            ("plan=NONE", "0", "NONE", "0"),
        ],
    );
    missing_table(
        RuleKind::Tiered,
        "2",
        rule,
        &[
            ("", not_reported(&["plan"])),
            ("plan=on_time", invalid("plan", "on_time", "ON_TIME, LATE, THIRD, NONE")),
            ("plan=2", invalid("plan", "2", "ON_TIME, LATE, THIRD, NONE")),
            ("plan=true", invalid("plan", "true", "ON_TIME, LATE, THIRD, NONE")),
        ],
    );
}

#[test]
fn another_index_is_rescaled_and_must_lie_on_its_scale() {
    let rule = "{kind: LINEAR_SCALE, measure: index61, from: 0, to: 18}";
    scored_table(
        RuleKind::LinearScale,
        "4",
        rule,
        &[
            ("index61=0", "0", "", "4 × (0 − 0) / (18 − 0)"),
            ("index61=0.001", "1/4500", "", "4 × (0.001 − 0) / (18 − 0)"),
            ("index61=13", "26/9", "", "4 × (13 − 0) / (18 − 0)"),
            ("index61=18", "4", "", "4 × (18 − 0) / (18 − 0)"),
        ],
    );
    missing_table(
        RuleKind::LinearScale,
        "4",
        rule,
        &[
            ("", not_reported(&["index61"])),
            ("index61=-0.001", invalid("index61", "-1/1000", "0 to 18")),
            ("index61=18.001", invalid("index61", "18001/1000", "0 to 18")),
            ("index61=GOOD", invalid("index61", "GOOD", "a number")),
        ],
    );
}

#[test]
fn a_scale_may_begin_above_zero_or_fall() {
    scored_table(
        RuleKind::LinearScale,
        "4",
        "{kind: LINEAR_SCALE, measure: index61, from: 10, to: 18}",
        &[
            ("index61=10", "0", "", "4 × (10 − 10) / (18 − 10)"),
            ("index61=12", "1", "", "4 × (12 − 10) / (18 − 10)"),
        ],
    );
    let falling = "{kind: LINEAR_SCALE, measure: index61, from: 63, to: 1}";
    scored_table(
        RuleKind::LinearScale,
        "4",
        falling,
        &[
            ("index61=63", "0", "", "4 × (63 − 63) / (1 − 63)"),
            ("index61=32", "2", "", "4 × (32 − 63) / (1 − 63)"),
            ("index61=1", "4", "", "4 × (1 − 63) / (1 − 63)"),
        ],
    );
    missing_table(
        RuleKind::LinearScale,
        "4",
        falling,
        &[
            ("index61=64", invalid("index61", "64", "63 to 1")),
            ("index61=0", invalid("index61", "0", "63 to 1")),
        ],
    );
}

#[test]
fn a_count_earns_points_each_up_to_the_maximum() {
    let rule = "{kind: COUNT_CAPPED, measure: done, unit_points: '0.5'}";
    scored_table(
        RuleKind::CountCapped,
        "2",
        rule,
        &[
            ("done=0", "0", "", "min(2, 0 × 0.5)"),
            ("done=3", "3/2", "", "min(2, 3 × 0.5)"),
            ("done=4", "2", "", "min(2, 4 × 0.5)"),
            ("done=5", "2", "", "min(2, 5 × 0.5)"),
        ],
    );
    missing_table(RuleKind::CountCapped, "2", rule, &not_counts("done"));
}

#[test]
fn a_count_costs_points_each_down_to_the_floor() {
    let rule = "{kind: COUNT_DEDUCT, measure: late, unit_points: '1.5'}";
    scored_table(
        RuleKind::CountDeduct,
        "4",
        rule,
        &[
            ("late=0", "4", "", "max(0, 4 − 0 × 1.5)"),
            ("late=1", "5/2", "", "max(0, 4 − 1 × 1.5)"),
            ("late=2", "1", "", "max(0, 4 − 2 × 1.5)"),
            ("late=3", "0", "", "max(0, 4 − 3 × 1.5)"),
            ("late=1000000", "0", "", "max(0, 4 − 1000000 × 1.5)"),
        ],
    );
    missing_table(RuleKind::CountDeduct, "4", rule, &not_counts("late"));
    scored_table(
        RuleKind::CountDeduct,
        "4",
        "{kind: COUNT_DEDUCT, measure: late, unit_points: '1.5', floor: 1}",
        &[
            ("late=1", "5/2", "", "max(1, 4 − 1 × 1.5)"),
            ("late=2", "1", "", "max(1, 4 − 2 × 1.5)"),
            ("late=3", "1", "", "max(1, 4 − 3 × 1.5)"),
        ],
    );
}

fn not_counts(measure: &'static str) -> [(&'static str, scoring::Because); 5] {
    let [negative, half, level, flag] = match measure {
        "done" => ["done=-1", "done=0.5", "done=FEW", "done=true"],
        _ => ["late=-1", "late=0.5", "late=FEW", "late=true"],
    };
    [
        ("", not_reported(&[measure])),
        (negative, invalid(measure, "-1", "a whole number, 0 or more")),
        (half, invalid(measure, "1/2", "a whole number, 0 or more")),
        (level, invalid(measure, "FEW", "a number")),
        (flag, invalid(measure, "true", "a number")),
    ]
}

#[test]
fn a_survey_gives_its_share_of_the_maximum() {
    let rule = "{kind: SURVEY, measure: satisfied}";
    scored_table(
        RuleKind::Survey,
        "10",
        rule,
        &[
            ("satisfied=0", "0", "", "10 × 0"),
            ("satisfied=0.8732", "2183/250", "", "10 × 0.8732"),
            ("satisfied=2/3", "20/3", "", "10 × 2/3"),
            ("satisfied=1", "10", "", "10 × 1"),
        ],
    );
    missing_table(
        RuleKind::Survey,
        "10",
        rule,
        &[
            ("", not_reported(&["satisfied"])),
            ("satisfied=-0.01", invalid("satisfied", "-1/100", "0 to 1")),
            ("satisfied=1.0001", invalid("satisfied", "10001/10000", "0 to 1")),
            ("satisfied=87", invalid("satisfied", "87", "0 to 1")),
            ("satisfied=HIGH", invalid("satisfied", "HIGH", "a number")),
        ],
    );
}
