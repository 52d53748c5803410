//! The six states of a line: when each comes about, which wins, and what it does to the maximum.

use scoring::{Because, CardState, CriteriaSet, Exact, Facts, LineState, NotApplicablePolicy, PeriodKind};

use super::given::{
    BOOLEAN, Knowing, MANUAL, Saying, card, document, exact, facts, leaf, line, linear, pillar, set, set_of,
    state,
};

const AWARD_FULL: NotApplicablePolicy = NotApplicablePolicy::AwardFull;
const EXCLUDE: NotApplicablePolicy = NotApplicablePolicy::ExcludeFromMax;

/// `(state, points, effective maximum)` of the leaf 1.1 on a full-year card.
fn outcome(set: &CriteriaSet, facts: &Facts) -> (LineState, Option<Exact>, Exact) {
    let card = card(set, facts);
    let line = line(&card, "1.1");
    (state(line), line.points.clone(), line.effective_max.clone())
}

fn because(set: &CriteriaSet, period: PeriodKind, facts: &Facts) -> Option<Because> {
    let card = scoring::score(set, period, facts);
    line(&card, "1.1").leaf.as_ref().and_then(|leaf| leaf.because.clone())
}

#[test]
fn only_a_scored_line_has_a_step_and_only_an_unscored_one_has_a_reason() {
    let set = set_of(leaf("1.1", "3", BOOLEAN));
    for (given, scored) in [("issued=true", true), ("issued=false", true), ("", false)] {
        let card = card(&set, &facts(given));
        let leaf = line(&card, "1.1").leaf.as_ref().expect("a leaf");
        assert_eq!((leaf.step.is_some(), leaf.because.is_none()), (scored, scored), "{given}");
    }
}

#[test]
fn missing_is_not_zero_and_keeps_the_maximum() {
    let set = set_of(leaf("1.1", "3", BOOLEAN));
    assert_eq!(outcome(&set, &facts("")), (LineState::Missing, None, exact("3")));
    assert_eq!(outcome(&set, &facts("issued=false")), (LineState::Scored, Some(exact("0")), exact("3")));
}

#[test]
fn a_line_names_every_input_with_its_source_or_its_absence() {
    let set = set_of(leaf("1.1", "3", &linear("ZERO")));
    let card = card(&set, &facts("done=3"));
    let leaf = line(&card, "1.1").leaf.as_ref().expect("a leaf");
    let inputs: Vec<_> = leaf
        .inputs
        .iter()
        .map(|input| (input.measure.as_str(), input.value.as_ref().map(ToString::to_string)))
        .collect();
    assert_eq!(inputs, [("done", Some("3".to_owned())), ("asked", None)]);
    assert_eq!(leaf.inputs[0].source, Some(scoring::Source::AgencyReport));
    assert_eq!(leaf.inputs[0].as_of, Some(super::given::day()));
    assert_eq!((leaf.inputs[1].source, leaf.inputs[1].as_of), (None, None));
}

#[test]
fn pending_appraisal_keeps_the_maximum_too() {
    let set = set_of(leaf("1.1", "3", MANUAL));
    assert_eq!(outcome(&set, &facts("")), (LineState::PendingAppraisal, None, exact("3")));
}

#[test]
fn an_agency_without_every_tag_is_not_concerned() {
    let set = set_of(leaf("1.1", "3", BOOLEAN).only_for("HAS_TTHC").only_for("HAS_PSU"));
    let full_year = |facts: &Facts| because(&set, PeriodKind::FullYear, facts);
    let absent = |tags: &[&str]| {
        Some(Because::TagsAbsent { tags: tags.iter().map(|tag| (*tag).to_owned()).collect() })
    };
    assert_eq!(full_year(&facts("issued=true")), absent(&["HAS_TTHC", "HAS_PSU"]));
    assert_eq!(full_year(&facts("issued=true").tagged("HAS_TTHC OTHER")), absent(&["HAS_PSU"]));
    assert_eq!(full_year(&facts("issued=true").tagged("HAS_TTHC HAS_PSU")), None);
}

#[test]
fn not_applicable_shrinks_the_maximum_or_gives_full_points_as_the_set_says() {
    let leaf = leaf("1.1", "3", BOOLEAN).only_for("HAS_TTHC");
    let excluded = (LineState::NotApplicable, None, Exact::zero());
    let awarded = (LineState::NotApplicable, Some(exact("3")), exact("3"));
    for (policy, expected) in [(EXCLUDE, &excluded), (AWARD_FULL, &awarded)] {
        let mut document = document(vec![pillar("I", vec![leaf.clone()])]);
        document.not_applicable = policy;
        assert_eq!(outcome(&set(document), &facts("issued=false")), *expected, "{policy:?}");
    }
}

#[test]
fn a_leaf_overrides_the_policy_of_its_set_both_ways() {
    let excluded = (LineState::NotApplicable, None, Exact::zero());
    let awarded = (LineState::NotApplicable, Some(exact("3")), exact("3"));
    for (of_set, of_leaf, expected) in [(EXCLUDE, AWARD_FULL, &awarded), (AWARD_FULL, EXCLUDE, &excluded)] {
        let leaf = leaf("1.1", "3", BOOLEAN).only_for("HAS_TTHC").when_not_applicable(of_leaf);
        let mut document = document(vec![pillar("I", vec![leaf])]);
        document.not_applicable = of_set;
        assert_eq!(outcome(&set(document), &facts("")), *expected, "{of_leaf:?} in {of_set:?}");
    }
}

#[test]
fn the_policy_holds_for_a_ratio_with_nothing_to_count_and_for_an_inherited_not_applicable() {
    let counted = leaf("1.1", "3", &linear("NOT_APPLICABLE")).when_not_applicable(AWARD_FULL);
    let inherited = leaf("1.1", "3", "{kind: INHERITED}").when_not_applicable(AWARD_FULL);
    let parent = facts("").inherited("1.1", LineState::NotApplicable, None, "4");
    for (leaf, facts) in [(counted, facts("done=0 asked=0")), (inherited, parent)] {
        let awarded = (LineState::NotApplicable, Some(exact("3")), exact("3"));
        assert_eq!(outcome(&set_of(leaf), &facts), awarded);
    }
}

#[test]
fn full_points_are_awarded_for_not_applicable_only() {
    let mut document = document(vec![pillar(
        "I",
        vec![
            leaf("1.1", "3", BOOLEAN).due_at_year_end(),
            leaf("1.2", "2", BOOLEAN),
            leaf("1.3", "1", BOOLEAN),
        ],
    )]);
    document.not_applicable = AWARD_FULL;
    let card = scoring::score(&set(document), PeriodKind::H1, &facts("").exempt("1.2", "Quyết định 12"));
    let lines: Vec<_> = ["1.1", "1.2", "1.3"].map(|code| line(&card, code)).into();
    let states: Vec<_> = lines.iter().map(|line| state(line)).collect();
    assert_eq!(states, [LineState::NotYetDue, LineState::Exempt, LineState::Missing]);
    assert!(lines.iter().all(|line| line.points.is_none()));
    assert_eq!(card.effective_max, exact("1"));
}

#[test]
fn a_year_end_leaf_is_not_yet_due_in_the_half_year_only() {
    let set = set_of(leaf("1.1", "3", BOOLEAN).due_at_year_end());
    let facts = facts("issued=true");
    assert_eq!(because(&set, PeriodKind::H1, &facts), Some(Because::DueAtYearEnd {}));
    let half_year = scoring::score(&set, PeriodKind::H1, &facts);
    assert_eq!(state(line(&half_year, "1.1")), LineState::NotYetDue);
    assert!(half_year.effective_max.is_zero());
    assert_eq!(outcome(&set, &facts), (LineState::Scored, Some(exact("3")), exact("3")));
}

#[test]
fn an_exemption_leaves_the_maximum_with_its_reason() {
    let set = set_of(leaf("1.1", "3", BOOLEAN));
    let facts = facts("issued=true").exempt("1.1", "Quyết định 12/QĐ-UBND");
    assert_eq!(outcome(&set, &facts), (LineState::Exempt, None, Exact::zero()));
    let reason = Because::Exempted { reason: "Quyết định 12/QĐ-UBND".to_owned() };
    assert_eq!(because(&set, PeriodKind::FullYear, &facts), Some(reason));
}

#[test]
fn exempt_goes_before_not_applicable_and_that_before_not_yet_due_and_that_before_missing() {
    let set = set_of(leaf("1.1", "3", BOOLEAN).only_for("HAS_TTHC").due_at_year_end());
    let tagged = || facts("").tagged("HAS_TTHC");
    for (facts, period, expected) in [
        (facts("").exempt("1.1", "QĐ"), PeriodKind::H1, LineState::Exempt),
        (facts(""), PeriodKind::H1, LineState::NotApplicable),
        (tagged(), PeriodKind::H1, LineState::NotYetDue),
        (tagged(), PeriodKind::FullYear, LineState::Missing),
    ] {
        let card = scoring::score(&set, period, &facts);
        assert_eq!(state(line(&card, "1.1")), expected);
    }
}

#[test]
fn missing_and_pending_leave_a_card_incomplete_and_the_other_states_do_not() {
    let incomplete = [LineState::Missing, LineState::PendingAppraisal];
    for state in LineState::ALL {
        let facts = facts("").inherited("1.1", *state, Some("1"), "4");
        let card = card(&set_of(leaf("1.1", "3", "{kind: INHERITED}")), &facts);
        let expected = if incomplete.contains(state) { CardState::Incomplete } else { CardState::Final };
        assert_eq!(card.state, expected, "{state}");
        assert_eq!(card.leaves_in(*state).count(), 1, "{state}");
    }
}
