//! What can still be changed, kind of rule by kind of rule, and the way to a target.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use scoring::{
    Adjustment, By, ClosedLevel, Course, CriteriaSet, Facts, Ground, Language, LineState, MeasureCode,
    Nature, PartFault, PathOutcome, PathToTarget, PeriodKind, StepSaying, Unit, Why, part_faults,
    path_to_target,
};

use crate::scoring::given::{
    BOOLEAN, Knowing, MANUAL, Saying, catalogue, day, document, exact, facts, leaf, linear, pillar, set,
    set_of,
};

/// What is declared of measures: `done:asked` is a part, `late~` varies, `issued!` is fixed.
fn natures(text: &str) -> BTreeMap<MeasureCode, Nature> {
    let nature = |word: &str| {
        let plain = Nature::default();
        if let Some((part, whole)) = word.split_once(':') {
            return (part.to_owned(), Nature { part_of: vec![whole.to_owned()], ..plain });
        }
        match word.strip_suffix('~') {
            Some(measure) => (measure.to_owned(), Nature { course: Course::Varies, ..plain }),
            None => (word.trim_end_matches('!').to_owned(), Nature { course: Course::Fixed, ..plain }),
        }
    };
    text.split_whitespace().map(nature).collect()
}

struct Asked<'a> {
    set: &'a CriteriaSet,
    facts: Facts,
    natures: BTreeMap<MeasureCode, Nature>,
    closed: bool,
    appraisal: bool,
}

impl<'a> Asked<'a> {
    fn new(set: &'a CriteriaSet, facts: Facts, declared: &str) -> Self {
        Self { set, facts, natures: natures(declared), closed: false, appraisal: false }
    }

    fn to(&self, target: &str) -> PathToTarget {
        let ground = Ground {
            set: self.set,
            period: PeriodKind::FullYear,
            facts: &self.facts,
            natures: &self.natures,
            day: day(),
            closed: self.closed,
            appraisal: self.appraisal,
        };
        path_to_target(&ground, &exact(target))
    }
}

/// The steps as `line from → to: +gain`.
fn told(found: &PathToTarget) -> Vec<String> {
    let told = found.steps.iter().map(|step| {
        let from = step.from.as_ref().map_or_else(|| "–".to_owned(), ToString::to_string);
        format!("{} {from} → {}: {}", step.line, step.to, step.gain)
    });
    told.collect()
}

/// The steps of a set of one leaf, whose target is out of reach.
fn steps(max: &str, rule: &str, declared: &str, known: &str) -> Vec<String> {
    let set = set_of(leaf("1.1", max, rule));
    told(&Asked::new(&set, facts(known), declared).to("1000"))
}

/// Why nothing of a set of one leaf can be changed.
fn why(rule: &str, declared: &str, known: Facts) -> Why {
    let set = set_of(leaf("1.1", "2", rule));
    let found = Asked::new(&set, known, declared).to("1000");
    assert_eq!(told(&found), Vec::<String>::new());
    let [leaf] = found.unchangeable.as_slice() else { panic!("{:?}", found.unchangeable) };
    leaf.why.clone()
}

fn measure(code: &str) -> MeasureCode {
    code.to_owned()
}

const TIERED: &str = "
kind: TIERED
measure: plan
tiers:
  - {level: ON_TIME, name_vi: Kịp thời, name_en: On time, award: {POINTS: 2}}
  - {level: LATE, name_vi: Chậm, name_en: Late, award: {POINTS: '0.5'}}
  - {level: NONE, name_vi: Không, name_en: None, award: {POINTS: 0}}";

const BANDED: &str = "
kind: RATIO_BANDED
ratio: {numerator: [done], denominator: [asked], zero_denominator: NOT_APPLICABLE}
bands:
  - {below: '0.8', award: {POINTS: 0}}
  - {from: '0.8', below: '0.95', award: MAX_TIMES_RATIO}
  - {from: '0.95', award: {POINTS: 6}}";

const FEWER: &str = "
kind: RATIO_BANDED
better: LOWER
ratio: {numerator: [late], denominator: [asked], zero_denominator: FULL}
bands:
  - {to: '0.1', award: {PERCENT_OF_MAX: 100}}
  - {above: '0.1', award: {POINTS: 0}}";

#[test]
fn a_flag_is_met() {
    assert_eq!(steps("2", BOOLEAN, "", "issued=false"), ["1.1 false → true: 2"]);
    assert_eq!(why(BOOLEAN, "", facts("issued=true")), Why::FullPoints);
    assert_eq!(why(BOOLEAN, "issued!", facts("issued=false")), Why::Fixed { measure: measure("issued") });
}

#[test]
fn a_level_rises_by_each_better_one_that_can_still_be_reached() {
    assert_eq!(steps("2", TIERED, "", "plan=NONE"), ["1.1 NONE → LATE: 1/2", "1.1 LATE → ON_TIME: 3/2"]);
    assert_eq!(steps("2", TIERED, "", "plan=LATE"), ["1.1 LATE → ON_TIME: 3/2"]);

    let set = set_of(leaf("1.1", "2", TIERED));
    let due_on = NaiveDate::from_ymd_opt(2022, 1, 31);
    let closed =
        |level: &str, why| Nature { closed_levels: [(level.to_owned(), why)].into(), ..Nature::default() };
    let mut asked = Asked::new(&set, facts("plan=NONE"), "");
    asked.natures.insert(measure("plan"), closed("ON_TIME", ClosedLevel::Missed { due_on }));
    assert_eq!(told(&asked.to("1000")), ["1.1 NONE → LATE: 1/2"]);
    asked.facts = facts("plan=LATE");
    let found = asked.to("1000");
    assert_eq!(found.unchangeable[0].why, Why::DeadlineMissed { measure: measure("plan"), due_on });
    asked.facts = facts("plan=NONE");
    asked.natures.insert(measure("plan"), closed("LATE", ClosedLevel::Pointless));
    assert_eq!(told(&asked.to("1000")), ["1.1 NONE → ON_TIME: 2"]);
}

#[test]
fn a_ratio_rises_to_the_edge_of_each_band_and_no_further_than_all() {
    // 80 % are reached with 8 of 10, and all of them gain 6 from 95 % on.
    assert_eq!(steps("6", BANDED, "", "done=5 asked=10"), ["1.1 5 → 8: 24/5", "1.1 8 → 10: 6/5"]);
    assert_eq!(steps("6", BANDED, "", "done=94 asked=100"), ["1.1 94 → 95: 9/25"]);
    assert_eq!(steps("6", BANDED, "", "done=0 asked=0"), Vec::<String>::new());
    assert_eq!(why(&linear("ZERO"), "", facts("done=0 asked=0")), Why::NothingToGain);
}

#[test]
fn one_more_of_a_part_is_one_more_of_its_whole() {
    // 19 of 20 are the first 95 %; those that were late stay late.
    assert_eq!(
        steps("6", BANDED, "done:asked", "done=12 asked=13"),
        ["1.1 12 → 13: 3/91", "1.1 13 → 19: 3/7"]
    );
    let linear = linear("FULL");
    let found = steps("2", &linear, "done:asked", "done=1 asked=2");
    assert_eq!(found[0], "1.1 1 → 2: 1/3");
    assert!(found.len() > 2, "each more gains less, and none gains all: {found:?}");
    assert_eq!(steps("2", &linear, "", "done=1 asked=2"), ["1.1 1 → 2: 1"]);
}

#[test]
fn a_ratio_that_is_better_lower_falls_only_where_its_measure_may() {
    assert_eq!(steps("2", FEWER, "late~", "late=5 asked=20"), ["1.1 5 → 2: 2"]);
    assert_eq!(why(FEWER, "", facts("late=5 asked=20")), Why::OnlyGrows { measure: measure("late") });
}

#[test]
fn counts_rise_to_their_cap_and_fall_only_where_they_may() {
    let capped = "{kind: COUNT_CAPPED, measure: done, unit_points: '0.5'}";
    assert_eq!(steps("2", capped, "", "done=1"), ["1.1 1 → 2: 1/2", "1.1 2 → 4: 1"]);
    assert_eq!(why(capped, "", facts("done=4")), Why::FullPoints);
    let deduct = "{kind: COUNT_DEDUCT, measure: late, unit_points: '0.5'}";
    assert_eq!(steps("2", deduct, "late~", "late=6"), ["1.1 6 → 3: 1/2", "1.1 3 → 0: 3/2"]);
    assert_eq!(why(deduct, "", facts("late=1")), Why::OnlyGrows { measure: measure("late") });
}

#[test]
fn surveys_and_other_indexes_say_what_would_be_needed() {
    let survey = "{kind: SURVEY, measure: satisfied}";
    assert_eq!(
        steps("10", survey, "", "satisfied=0.955"),
        ["1.1 191/200 → 193/200: 1/10", "1.1 193/200 → 1: 7/20"]
    );
    let scale = "{kind: LINEAR_SCALE, measure: index61, from: 0, to: 18}";
    assert_eq!(steps("4", scale, "", "index61=15"), ["1.1 15 → 16: 2/9", "1.1 16 → 18: 4/9"]);
    let falling = "{kind: LINEAR_SCALE, measure: index61, from: 10, to: 0}";
    assert_eq!(steps("4", falling, "", "index61=1"), ["1.1 1 → 0: 2/5"]);
    let set = set_of(leaf("1.1", "4", scale));
    assert!(
        Asked::new(&set, facts("index61=15"), "").to("1000").steps.iter().all(|step| step.by == By::Others)
    );
    assert_eq!(why(scale, "index61!", facts("index61=15")), Why::Fixed { measure: measure("index61") });
}

#[test]
fn appraised_points_are_steps_only_when_asked_for() {
    let set = set_of(leaf("1.1", "2", MANUAL));
    let mut asked = Asked::new(&set, facts("").appraised("1.1", "0.5", "ghi chú"), "");
    let found = asked.to("80");
    assert_eq!((found.outcome, &found.unchangeable[0].why), (PathOutcome::NotReachable, &Why::Appraiser));
    asked.appraisal = true;
    let found = asked.to("80");
    assert_eq!(told(&found), ["1.1 1/2 → 3/2: 1", "1.1 3/2 → 2: 1/2"]);
    assert_eq!((found.outcome, found.path), (PathOutcome::Reached, vec![1, 2]));
    asked.facts = facts("");
    let found = asked.to("50");
    assert_eq!(told(&found), ["1.1 – → 0: 0", "1.1 0 → 1: 1", "1.1 1 → 2: 1"]);
    assert_eq!((found.outcome, found.path), (PathOutcome::Reached, vec![1, 2]));
}

#[test]
fn the_terms_of_a_composite_are_steps_of_their_own() {
    let composite = "
kind: COMPOSITE
terms:
  - {name_vi: A, name_en: A, max_points: 2, rule: {kind: BOOLEAN, measure: issued}}
  - {name_vi: B, name_en: B, max_points: 4, cap: 1, rule: {kind: COUNT_CAPPED, measure: done, unit_points: 1}}";
    assert_eq!(steps("3", composite, "", "issued=false done=0"), ["1.1 false → true: 2", "1.1 0 → 1: 1"]);
}

#[test]
fn what_does_not_apply_or_is_the_parents_cannot_be_changed() {
    let known = facts("issued=false");
    assert_eq!(why(BOOLEAN, "", known.clone().exempt("1.1", "x")), Why::State(LineState::Exempt));
    let parents = facts("").inherited("1.1", LineState::Scored, Some("1"), "2");
    assert_eq!(why("{kind: INHERITED}", "", parents), Why::Inherited { agency: Some("UBND".to_owned()) });
    let set = set_of(leaf("1.1", "2", BOOLEAN).only_for("ABSENT"));
    let found = Asked::new(&set, known, "").to("50");
    assert_eq!(found.unchangeable[0].why, Why::State(LineState::NotApplicable));
    assert_eq!((found.outcome, found.best_index), (PathOutcome::NotReachable, None));
}

#[test]
fn when_the_period_is_over_only_appraisers_change_anything() {
    let set = set(document(vec![pillar("I", vec![leaf("1.1", "2", BOOLEAN), leaf("1.2", "2", MANUAL)])]));
    let known = facts("issued=false").appraised("1.2", "0", "ghi chú");
    let mut asked = Asked::new(&set, known, "");
    asked.closed = true;
    let found = asked.to("25");
    assert_eq!((found.outcome, told(&found)), (PathOutcome::NotReachable, Vec::new()));
    let whys: Vec<_> = found.unchangeable.iter().map(|leaf| &leaf.why).collect();
    assert_eq!(whys, [&Why::PeriodClosed, &Why::Appraiser]);
    asked.appraisal = true;
    let found = asked.to("25");
    assert_eq!(
        (found.outcome, told(&found)),
        (PathOutcome::Reached, vec!["1.2 0 → 1: 1".to_owned(), "1.2 1 → 2: 1".to_owned()])
    );
}

#[test]
fn a_card_without_a_total_reaches_nothing_and_says_what_it_waits_for() {
    let set =
        set(document(vec![pillar("I", vec![leaf("1.1", "2", BOOLEAN), leaf("1.2", "2", &linear("FULL"))])]));
    let found = Asked::new(&set, facts("issued=false asked=2"), "").to("10");
    assert_eq!(
        (found.outcome, &found.path, found.best_index.as_ref()),
        (PathOutcome::IncompleteCard, &Vec::new(), None)
    );
    assert_eq!(
        (&found.unsettled[0].line, &found.unsettled[0].measures),
        (&"1.2".to_owned(), &vec![measure("done")])
    );
    assert_eq!(told(&found), ["1.1 false → true: 2"], "what the others gain is known all the same");
}

/// Three leaves: 6 points by dossiers, 2 by a flag, 2 by training.
fn three() -> CriteriaSet {
    let training = "{kind: RATIO_LINEAR, target: 1, ratio: {numerator: [early], denominator: [received], zero_denominator: FULL}}";
    set(document(vec![pillar(
        "I",
        vec![leaf("1.1", "6", BANDED), leaf("1.2", "2", BOOLEAN), leaf("1.3", "2", training)],
    )]))
}

#[test]
fn a_path_takes_what_gains_most_a_unit_and_no_more_than_it_needs() {
    let set = three();
    let asked = Asked::new(&set, facts("done=90 asked=100 issued=false early=0 received=20"), "");
    // 5.4 of 10 points. The flag gives 2, each place 0.1, each dossier 0.06 and the last to 95 % 0.36.
    for (target, path) in [
        ("50", &[][..]),
        ("54", &[]),
        ("54.001", &["1.2 false → true: 2"]),
        ("74", &["1.2 false → true: 2"]),
        ("77", &["1.2 false → true: 2", "1.1 90 → 91: 3/50", "1.1 91 → 95: 27/50"]),
        ("81", &["1.2 false → true: 2", "1.3 0 → 1: 1/10", "1.1 90 → 91: 3/50", "1.1 91 → 95: 27/50"]),
        (
            "83",
            &[
                "1.2 false → true: 2",
                "1.3 0 → 1: 1/10",
                "1.3 1 → 3: 1/5",
                "1.1 90 → 91: 3/50",
                "1.1 91 → 95: 27/50",
            ],
        ),
    ] {
        let found = asked.to(target);
        let steps = told(&found);
        let taken: Vec<_> = found.path.iter().map(|number| steps[number - 1].as_str()).collect();
        assert_eq!(taken, path, "{target}: {steps:?}");
    }
    let everything = asked.to("100");
    assert_eq!(everything.outcome, PathOutcome::Reached);
    assert_eq!(asked.to("100.001").outcome, PathOutcome::NotReachable);
    assert_eq!(asked.to("100.001").best_index, Some(exact("100")));
}

#[test]
fn steps_that_gain_only_together_are_found() {
    let mut document = document(vec![pillar("I", vec![leaf("1.1", "10", BOOLEAN)])]);
    let deduct = |code: &str, measure: &str| {
        leaf(code, "5", &format!("{{kind: COUNT_CAPPED, measure: {measure}, unit_points: 5}}"))
    };
    document.deduction =
        Some(Adjustment { cap: exact("5"), leaves: vec![deduct("D1", "late"), deduct("D2", "overdue")] });
    let set = set(document);
    let asked = Asked::new(&set, facts("issued=true late=1 overdue=1"), "late~ overdue~");
    let found = asked.to("100");
    assert_eq!((found.outcome, found.path.len()), (PathOutcome::Reached, 2));
    assert_eq!(
        Asked::new(&set, facts("issued=true late=1 overdue=1"), "late~").to("100").outcome,
        PathOutcome::NotReachable
    );
}

#[test]
fn two_leaves_that_read_one_count_gain_by_one_step() {
    let capped = "{kind: COUNT_CAPPED, measure: done, unit_points: 1}";
    let set = set(document(vec![pillar("I", vec![leaf("1.1", "1", capped), leaf("1.2", "2", capped)])]));
    let found = Asked::new(&set, facts("done=0"), "").to("1000");
    assert_eq!(told(&found), ["1.1 0 → 1: 2", "1.2 1 → 2: 1"]);
    assert_eq!(found.steps[0].effects.len(), 2);
}

#[test]
fn parts_are_counts_of_the_catalogue_and_never_of_themselves() {
    let parts = |text: &str| -> BTreeMap<MeasureCode, Vec<MeasureCode>> {
        let pairs = text.split_whitespace().filter_map(|pair| pair.split_once(':'));
        pairs.map(|(part, whole)| (part.to_owned(), vec![whole.to_owned()])).collect()
    };
    let catalogue = catalogue();
    assert_eq!(catalogue["done"], Unit::Count);
    assert_eq!(part_faults(&catalogue, &parts("done:asked early:done")), []);
    let own = |code: &str| PartFault::OfItself { measure: measure(code) };
    assert_eq!(part_faults(&catalogue, &parts("done:asked asked:done")), [own("asked"), own("done")]);
    let [fault] = &part_faults(&catalogue, &parts("plan:asked"))[..] else { panic!("one fault") };
    assert_eq!(fault.to_string(), "plan is part of asked, but plan is no COUNT measure of the catalogue");
    assert_eq!(part_faults(&catalogue, &parts("done:nope")).len(), 1);
}

#[test]
fn a_step_is_said_as_an_officer_would_say_it() {
    let name = |code: &str, language: Language| {
        let (vi, en) = match code {
            "done" => ("Số hồ sơ giải quyết đúng hạn", "Dossiers resolved on time"),
            "early" => ("Số TTHC được niêm yết", "Procedures listed"),
            _ => return None,
        };
        Some(if language == Language::Vietnamese { vi } else { en }.to_owned())
    };
    let set = three();
    let found = Asked::new(&set, facts("done=70 asked=100 issued=false early=0 received=20"), "").to("95");
    let saying = StepSaying { set: &set, name: &name };
    let said = |language| found.steps.iter().map(|step| saying.step(step, language)).collect::<Vec<_>>();
    let vietnamese = said(Language::Vietnamese);
    assert!(vietnamese.contains(&"Đạt “issued”: +2,00 điểm".to_owned()), "{vietnamese:#?}");
    assert!(
        vietnamese.contains(&"Thêm 10 hồ sơ giải quyết đúng hạn (70 → 80): +4,80 điểm".to_owned()),
        "{vietnamese:#?}"
    );
    assert!(
        vietnamese.contains(&"Thêm 1 TTHC được niêm yết (0 → 1): +0,10 điểm".to_owned()),
        "{vietnamese:#?}"
    );
    let english = said(Language::English);
    assert!(
        english.contains(&"10 more dossiers resolved on time (70 → 80): +4.80 points".to_owned()),
        "{english:#?}"
    );
    assert!(
        english.contains(&"1 more of the procedures listed (0 → 1): +0.10 points".to_owned()),
        "{english:#?}"
    );
    assert_eq!(saying.path(&[1, 3], &exact("71.25"), Language::Vietnamese), "Đạt 71,25 % bằng các bước 1, 3");
    assert_eq!(saying.path(&[2], &exact("71.25"), Language::English), "71.25 % with step 2");
}
