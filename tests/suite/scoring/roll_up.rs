//! How lines add up: pillars, effective maximum, bonus and deduction, index, grade, and a card without a total.

use scoring::{Adjustment, CardState, CriteriaSet, Criterion, Exact, Level, NotApplicablePolicy, Scorecard};

use super::given::{
    BOOLEAN, Knowing, MANUAL, Saying, card, document, exact, facts, group, leaf, line, linear, pillar, set,
    set_of, state,
};

/// Two pillars: I of 8 (a criterion of two parts, and a criterion that is itself a leaf), II of 2.
fn two_pillars() -> CriteriaSet {
    let ratio = leaf("1.1.1", "6", &linear("NOT_APPLICABLE")).only_for("HAS_TTHC");
    let flag = leaf("1.1.2", "1", BOOLEAN).only_for("HAS_TTHC");
    set(document(vec![
        pillar("I", vec![group("1.1", vec![ratio, flag]), leaf("1.2", "1", BOOLEAN).only_for("HAS_TTHC")]),
        pillar(
            "II",
            vec![leaf(
                "2.1",
                "2",
                "{kind: TIERED, measure: plan, tiers: [
            {level: FULL, name_vi: Đủ, name_en: Full, award: {POINTS: 2}},
            {level: PARTIAL, name_vi: Một phần, name_en: Partial, award: {POINTS: '0.5'}}]}",
            )],
        ),
    ]))
}

fn texts(card: &Scorecard, code: &str) -> (Option<String>, String, Option<String>) {
    let line = line(card, code);
    let text = |number: &Option<Exact>| number.as_ref().map(ToString::to_string);
    (text(&line.points), line.effective_max.to_string(), text(&line.index_percent))
}

fn some(points: &str, max: &str, index: &str) -> (Option<String>, String, Option<String>) {
    (Some(points.to_owned()), max.to_owned(), Some(index.to_owned()))
}

#[test]
fn lines_stand_in_reading_order_with_level_and_parent() {
    let card = card(&two_pillars(), &facts(""));
    let lines: Vec<_> =
        card.lines.iter().map(|line| (line.code.as_str(), line.parent.as_deref(), line.level)).collect();
    assert_eq!(
        lines,
        [
            ("I", None, Level::Pillar),
            ("1.1", Some("I"), Level::Criterion),
            ("1.1.1", Some("1.1"), Level::SubCriterion),
            ("1.1.2", Some("1.1"), Level::SubCriterion),
            ("1.2", Some("I"), Level::Criterion),
            ("II", None, Level::Pillar),
            ("2.1", Some("II"), Level::Criterion),
        ]
    );
}

#[test]
fn every_level_shows_the_unrounded_sum_of_its_parts() {
    let card = card(&two_pillars(), &facts("done=12 asked=13 issued=true plan=PARTIAL").tagged("HAS_TTHC"));
    assert_eq!(texts(&card, "1.1.1"), some("72/13", "6", "1200/13"));
    assert_eq!(texts(&card, "1.1"), some("85/13", "7", "8500/91"));
    assert_eq!(texts(&card, "I"), some("98/13", "8", "1225/13"));
    assert_eq!(texts(&card, "II"), some("1/2", "2", "25"));
    assert_eq!(card.points, Some(exact("209/26")));
    assert_eq!(card.index_percent, Some(exact("1045/13")));
    assert_eq!(card.effective_max, exact("10"));
}

#[test]
fn what_does_not_apply_leaves_every_maximum_above_it() {
    let card = card(&two_pillars(), &facts("done=0 asked=0 issued=true plan=FULL").tagged("HAS_TTHC"));
    assert_eq!(texts(&card, "1.1.1"), (None, "0".to_owned(), None));
    assert_eq!(texts(&card, "1.1"), some("1", "1", "100"));
    assert_eq!(texts(&card, "I"), some("2", "2", "100"));
    assert_eq!((card.effective_max, card.total), (exact("4"), Some(exact("4"))));
    assert_eq!(card.index_percent, Some(exact("100")));
}

#[test]
fn a_pillar_of_which_nothing_applies_has_neither_points_nor_index() {
    let card = card(&two_pillars(), &facts("plan=PARTIAL"));
    for code in ["I", "1.1"] {
        assert_eq!(texts(&card, code), (None, "0".to_owned(), None), "{code}");
    }
    assert_eq!(card.state, CardState::Final);
    assert_eq!(card.index_percent, Some(exact("25")));
}

#[test]
fn a_card_of_which_nothing_applies_is_final_without_index_and_grade() {
    let card = card(&set_of(leaf("1.1", "3", BOOLEAN).only_for("HAS_TTHC")), &facts(""));
    assert_eq!((card.state, &card.index_percent, &card.grade), (CardState::Final, &None, &None));
    assert!(card.effective_max.is_zero());
}

#[test]
fn an_incomplete_card_shows_what_is_settled_and_no_total() {
    let card = card(&two_pillars(), &facts("done=12 issued=true plan=FULL").tagged("HAS_TTHC"));
    assert_eq!(card.state, CardState::Incomplete);
    assert_eq!((&card.points, &card.total, &card.index_percent), (&None, &None, &None));
    assert_eq!((&card.bonus, &card.deduction, &card.grade), (&None, &None, &None));
    // What could be reached is known all the same: missing is not "does not apply".
    assert_eq!(card.effective_max, exact("10"));
    for code in ["1.1.1", "1.1", "I"] {
        assert_eq!(line(&card, code).points, None, "{code}");
        assert_eq!(line(&card, code).index_percent, None, "{code}");
    }
    assert_eq!(texts(&card, "1.1.2"), some("1", "1", "100"));
    assert_eq!(texts(&card, "II"), some("2", "2", "100"));
}

/// A tree of 10 points with a bonus of at most 2 and a deduction of at most 3.
fn adjusted(policy: NotApplicablePolicy) -> CriteriaSet {
    let count = |code: &str, max: &str, measure: &str, tag: &str| -> Criterion {
        let rule = format!("{{kind: COUNT_CAPPED, measure: {measure}, unit_points: 1}}");
        leaf(code, max, &rule).only_for(tag)
    };
    let mut document = document(vec![pillar("I", vec![leaf("1.1", "10", &linear("ZERO"))])]);
    document.not_applicable = policy;
    document.bonus = Some(Adjustment {
        cap: exact("2"),
        leaves: vec![count("B1", "5", "early", "BONUS"), count("B2", "5", "on_time", "BONUS")],
    });
    document.deduction =
        Some(Adjustment { cap: exact("3"), leaves: vec![count("D1", "5", "late", "DEDUCTION")] });
    set(document)
}

#[test]
fn bonus_and_deduction_count_up_to_their_caps_outside_the_maximum() {
    let set = adjusted(NotApplicablePolicy::ExcludeFromMax);
    for (given, bonus, deduction, total, index) in [
        ("done=8 asked=10 early=0 on_time=0 late=0", "0", "0", "8", "80"),
        ("done=8 asked=10 early=1 on_time=0 late=0", "1", "0", "9", "90"),
        ("done=8 asked=10 early=1 on_time=1 late=2", "2", "2", "8", "80"),
        ("done=8 asked=10 early=2 on_time=1 late=3", "2", "3", "7", "70"),
        ("done=8 asked=10 early=9 on_time=9 late=9", "2", "3", "7", "70"),
        ("done=10 asked=10 early=9 on_time=9 late=0", "2", "0", "12", "120"),
        ("done=1 asked=10 early=0 on_time=0 late=9", "0", "3", "0", "0"),
    ] {
        let card = card(&set, &facts(given).tagged("BONUS DEDUCTION"));
        assert_eq!(card.bonus, Some(exact(bonus)), "bonus for {given}");
        assert_eq!(card.deduction, Some(exact(deduction)), "deduction for {given}");
        assert_eq!(card.total, Some(exact(total)), "total for {given}");
        assert_eq!(card.index_percent, Some(exact(index)), "index for {given}");
        assert_eq!(card.effective_max, exact("10"), "maximum for {given}");
    }
}

#[test]
fn bonus_and_deduction_lines_follow_the_tree() {
    let given = facts("done=8 asked=10 early=0 on_time=0 late=0").tagged("BONUS DEDUCTION");
    let card = card(&adjusted(NotApplicablePolicy::ExcludeFromMax), &given);
    let lines: Vec<_> = card.lines.iter().map(|line| (line.code.as_str(), line.level)).collect();
    let expected = [("B1", Level::Bonus), ("B2", Level::Bonus), ("D1", Level::Deduction)];
    assert_eq!(lines[2..], expected);
}

#[test]
fn a_bonus_or_deduction_that_does_not_apply_counts_nothing_under_either_policy() {
    for policy in [NotApplicablePolicy::ExcludeFromMax, NotApplicablePolicy::AwardFull] {
        let card = card(&adjusted(policy), &facts("done=8 asked=10"));
        assert_eq!(card.bonus, Some(exact("0")), "{policy:?}");
        assert_eq!(card.deduction, Some(exact("0")), "{policy:?}");
        assert_eq!(card.total, Some(exact("8")), "{policy:?}");
        assert_eq!(line(&card, "D1").points, None, "{policy:?}");
    }
}

#[test]
fn a_bonus_that_is_missing_leaves_the_card_incomplete() {
    let given = facts("done=8 asked=10 early=1 late=0").tagged("BONUS DEDUCTION");
    let card = card(&adjusted(NotApplicablePolicy::ExcludeFromMax), &given);
    assert_eq!((card.state, &card.total), (CardState::Incomplete, &None));
    // The tree itself is settled.
    assert_eq!(line(&card, "I").points, Some(exact("8")));
}

#[test]
fn the_lower_bound_of_a_grade_is_inclusive() {
    let set = set_of(leaf("1.1", "10", &linear("ZERO")));
    for (done, grade) in [
        ("100000", "EXCELLENT"),
        ("90000", "EXCELLENT"),
        ("89999", "GOOD"),
        ("80000", "GOOD"),
        ("79999", "FAIR"),
        ("70000", "FAIR"),
        ("69999", "AVERAGE"),
        ("50000", "AVERAGE"),
        ("49999", "WEAK"),
        ("0", "WEAK"),
    ] {
        let card = card(&set, &facts(&format!("done={done} asked=100000")));
        assert_eq!(card.grade.map(|grade| grade.code).as_deref(), Some(grade), "{done}");
    }
}

#[test]
fn fifteen_of_eighteen_reaches_a_grade_that_begins_there() {
    // A production system elsewhere grades exactly 15.0 of 18 as weak, because it tests `> 15`.
    let mut document = document(vec![pillar("I", vec![leaf("1.1", "18", MANUAL)])]);
    document.grades[0].from_percent = exact("250/3");
    let set = set(document);
    for (points, grade) in [("15", "EXCELLENT"), ("14.99", "GOOD")] {
        let card = card(&set, &facts("").appraised("1.1", points, "ghi chú"));
        assert_eq!(card.grade.map(|grade| grade.code).as_deref(), Some(grade), "{points}");
    }
}

#[test]
fn what_a_parent_hands_down_scores_its_child_alike() {
    let set = two_pillars();
    let parent = card(&set, &facts("done=12 issued=false plan=PARTIAL").tagged("HAS_TTHC"));
    let inherited = ["1.1.1", "1.1.2", "2.1"].map(|code| leaf(code, "4", "{kind: INHERITED}"));
    let child_set = super::given::set(document(vec![pillar("I", inherited.into())]));
    let mut child = facts("");
    child.inherited = parent.handed_down("UBND").collect();
    let card = card(&child_set, &child);
    let lines = ["1.1.1", "1.1.2", "2.1"].map(|code| (state(line(&card, code)), &line(&card, code).points));
    assert_eq!(lines[0], (scoring::LineState::Missing, &None));
    assert_eq!(lines[1], (scoring::LineState::Scored, &Some(exact("0"))));
    assert_eq!(lines[2], (scoring::LineState::Scored, &Some(exact("1"))));
}
