//! MANUAL and INHERITED: points that somebody else gives.

use scoring::{Because, LineState, RuleKind};

use super::{assert_scored, assert_unscored, line_of};
use crate::scoring::given::{Knowing, facts};

const MANUAL: &str = "{kind: MANUAL}";
const INHERITED: &str = "{kind: INHERITED}";

#[test]
fn appraised_points_stand_as_they_were_given() {
    for (points, formula) in [("0", "0"), ("2.5", "2.5"), ("5", "5"), ("10/3", "10/3")] {
        let facts = facts("").appraised("1.1", points, "xem tài liệu kiểm chứng");
        let line = line_of(RuleKind::Manual, "5", MANUAL, &facts);
        assert_scored(&line, (points, points, "", formula));
    }
}

#[test]
fn an_appraisal_without_a_note_or_out_of_range_stays_pending() {
    let range = || Because::AppraisalInvalid { rule: "points lie between 0 and 5".to_owned() };
    let note = || Because::AppraisalInvalid { rule: "a note is mandatory".to_owned() };
    for (points, text, because) in
        [("3", "", note()), ("3", " \t", note()), ("-0.01", "ghi chú", range()), ("5.01", "ghi chú", range())]
    {
        let line = line_of(RuleKind::Manual, "5", MANUAL, &facts("").appraised("1.1", points, text));
        assert_unscored(&line, points, LineState::PendingAppraisal, &because);
    }
}

#[test]
fn a_leaf_that_nobody_appraised_is_pending() {
    let another = facts("").appraised("1.2", "3", "ghi chú");
    for facts in [facts(""), another] {
        let line = line_of(RuleKind::Manual, "5", MANUAL, &facts);
        assert_unscored(&line, "no appraisal", LineState::PendingAppraisal, &Because::NotAppraised {});
    }
}

#[test]
fn a_result_is_inherited_as_a_share_of_the_parents_maximum() {
    for (parent, of, points, formula) in [
        ("0", "4", "0", "6 × (0) / 4"),
        ("3", "4", "9/2", "6 × (3) / 4"),
        ("4", "4", "6", "6 × (4) / 4"),
        ("72/13", "6", "72/13", "6 × (72/13) / 6"),
        ("1/3", "2/3", "3", "6 × (1/3) / (2/3)"),
    ] {
        let facts = facts("").inherited("1.1", LineState::Scored, Some(parent), of);
        let line = line_of(RuleKind::Inherited, "6", INHERITED, &facts);
        assert_scored(&line, (parent, points, "", formula));
    }
}

#[test]
fn the_parents_state_is_inherited_too() {
    for state in LineState::ALL.iter().filter(|state| **state != LineState::Scored) {
        let facts = facts("").inherited("1.1", *state, None, "4");
        let line = line_of(RuleKind::Inherited, "6", INHERITED, &facts);
        let because = Because::ParentState { agency: "UBND".to_owned(), state: *state };
        assert_unscored(&line, state.as_str(), *state, &because);
    }
}

#[test]
fn a_parent_without_a_usable_result_leaves_the_line_missing() {
    let result = |points, max| facts("").inherited("1.1", LineState::Scored, points, max);
    for (why, facts) in [
        ("no parent", facts("")),
        ("a result for another leaf", facts("").inherited("1.2", LineState::Scored, Some("3"), "4")),
        ("scored without points", result(None, "4")),
        ("a maximum of zero", result(Some("0"), "0")),
        ("more than the maximum", result(Some("4.01"), "4")),
        ("less than nothing", result(Some("-0.01"), "4")),
        ("two negatives", result(Some("-1"), "-4")),
    ] {
        let line = line_of(RuleKind::Inherited, "6", INHERITED, &facts);
        assert_unscored(&line, why, LineState::Missing, &Because::ParentUnknown {});
    }
}
