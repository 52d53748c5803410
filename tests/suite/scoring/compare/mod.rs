//! Two cards compared: each cause alone, and what has no number.

mod mapping;
mod ranks;

use scoring::{
    Change, Comparison, CriteriaSet, Exact, Facts, Figures, Language, LineChange, LineState, Mapping, Parts,
    PeriodKind, Side, compare, score,
};

use super::given::{BOOLEAN, Knowing, MANUAL, Saying, document, exact, facts, leaf, linear, pillar, set};

/// A card that is stored as it is scored.
pub struct Given {
    pub set: CriteriaSet,
    pub period: PeriodKind,
    pub facts: Facts,
    pub stored: Figures,
}

impl Given {
    pub fn new(set: &CriteriaSet, period: PeriodKind, facts: Facts) -> Self {
        let stored = Figures::from(&score(set, period, &facts));
        Self { set: set.clone(), period, facts, stored }
    }

    pub fn side(&self) -> Side<'_> {
        Side { set: &self.set, period: self.period, facts: &self.facts, stored: &self.stored }
    }
}

pub fn compared(a: &Given, b: &Given, mapping: Option<&Mapping>) -> Comparison {
    compare(&a.side(), &b.side(), mapping)
}

pub fn line<'a>(comparison: &'a Comparison, code: &str) -> &'a LineChange {
    let is = |line: &&LineChange| line.before.iter().chain(&line.after).any(|of| of == code);
    comparison.lines.iter().find(is).unwrap_or_else(|| panic!("no line {code}"))
}

/// The causes that did something: `data 2, engine -1`.
pub fn causes(change: &Change) -> String {
    let Some(Parts { data, criteria, applicability, appraisal, engine }) = &change.parts else {
        return "–".to_owned();
    };
    let named = [
        ("data", data),
        ("criteria", criteria),
        ("applicability", applicability),
        ("appraisal", appraisal),
        ("engine", engine),
    ];
    let did = named.into_iter().filter(|(_, part)| !part.is_zero());
    did.map(|(name, part)| format!("{name} {part}")).collect::<Vec<_>>().join(", ")
}

/// Dossiers in time of those asked for (6 points), an appraisal (4), a plan that falls due at year end (2).
fn plain() -> CriteriaSet {
    set(document(vec![
        pillar(
            "I",
            vec![leaf("1.1", "6", &linear("NOT_APPLICABLE")).only_for("HAS_TTHC"), leaf("1.2", "4", MANUAL)],
        ),
        pillar("II", vec![leaf("2.1", "2", BOOLEAN).due_at_year_end()]),
    ]))
}

fn known() -> Facts {
    facts("done=12 asked=13 issued=true").tagged("HAS_TTHC").appraised("1.2", "3", "ghi chú")
}

fn year(facts: Facts) -> Given {
    Given::new(&plain(), PeriodKind::FullYear, facts)
}

#[test]
fn each_cause_alone_is_told_as_what_it_is() {
    let data = Facts { values: facts("done=13 asked=13 issued=true").values, ..known() };
    let untagged = Facts { tags: Default::default(), ..known() };
    let rows = [
        ("data", known(), data, "1.1", "data 6/13", "data 0"),
        ("a tag", known(), untagged.clone(), "1.1", "applicability -72/13", "applicability -6"),
        (
            "an exemption",
            known(),
            known().exempt("1.2", "Quyết định 12"),
            "1.2",
            "applicability -3",
            "applicability -4",
        ),
        ("an appraisal", known(), known().appraised("1.2", "3.5", "ghi chú"), "1.2", "appraisal 1/2", ""),
        ("the same", known(), known(), "1.1", "", ""),
    ];
    for (why, before, after, code, points, max) in rows {
        let comparison = compared(&year(before), &year(after), None);
        let line = line(&comparison, code);
        assert_eq!(causes(&line.points), points, "{why}");
        assert_eq!(causes(&line.effective_max), max.replace("data 0", ""), "{why}");
        assert_eq!(causes(&comparison.card.total), points, "{why}");
        assert_eq!(line.is_changed(), !points.is_empty(), "{why}");
    }
    // The index falls with the maximum: nobody is worse off for what does not concern him.
    let comparison = compared(&year(known()), &year(untagged), None);
    assert!(causes(&comparison.card.index_percent).starts_with("applicability "));
}

#[test]
fn a_line_that_becomes_due_or_applies_is_not_first_without_data() {
    let half =
        Given::new(&plain(), PeriodKind::H1, Facts { values: facts("done=12 asked=13").values, ..known() });
    let comparison = compared(&half, &year(known()), None);
    assert_eq!(causes(&line(&comparison, "2.1").points), "applicability 2");
    assert_eq!(causes(&line(&comparison, "II").effective_max), "applicability 2");
    assert_eq!(line(&comparison, "2.1").points.before, Some(Exact::zero()), "what is not due brings nothing");
    let without = facts("issued=true").appraised("1.2", "3", "ghi chú");
    let comparison = compared(&year(without), &year(known()), None);
    assert_eq!(causes(&line(&comparison, "1.1").points), "applicability 72/13");
}

#[test]
fn what_another_engine_stored_is_the_engines() {
    let mut older = year(known());
    let figure = older.stored.lines.get_mut("1.1").expect("the line");
    figure.points = Some(exact("5"));
    older.stored.total = Some(exact("10"));
    let comparison = compared(&older, &year(known()), None);
    assert_eq!(causes(&line(&comparison, "1.1").points), "engine 7/13");
    assert_eq!(causes(&comparison.card.total), "engine 7/13", "72/13 + 3 + 2 − 10");
    let comparison = compared(&year(known()), &older, None);
    assert_eq!(causes(&line(&comparison, "1.1").points), "engine -7/13");
}

#[test]
fn what_a_new_rule_makes_of_the_same_facts_is_the_criterias() {
    let mut other = plain().document().clone();
    other.version = 2;
    other.pillars[0].children[0].max_points = exact("7");
    other.pillars[0].max_points = exact("11");
    other.max_points = exact("13");
    let itself = Mapping::of_itself(&other);
    let later = Given::new(&set(other), PeriodKind::FullYear, known());
    let comparison = compared(&year(known()), &later, Some(&itself));
    assert_eq!(causes(&line(&comparison, "1.1").points), "criteria 12/13");
    assert_eq!(causes(&line(&comparison, "1.2").points), "");
    assert_eq!(causes(&line(&comparison, "I").points), "criteria 12/13");
    assert_eq!(causes(&comparison.card.effective_max), "criteria 1");
}

#[test]
fn several_causes_in_one_line_are_told_apart_and_add_up() {
    let half = Given::new(&plain(), PeriodKind::H1, known());
    let later = Facts { values: facts("done=13 asked=13 issued=false").values, ..known() };
    let later = later.appraised("1.2", "1", "ghi chú");
    let comparison = compared(&half, &year(later), None);
    let card = &comparison.card;
    assert_eq!(causes(&card.total), "data -20/13, applicability 2, appraisal -2");
    assert_eq!(card.total.whole, card.total.parts.as_ref().map(Parts::sum));
    assert_eq!(causes(&line(&comparison, "II").points), "data -2, applicability 2");
}

#[test]
fn what_is_missing_or_not_appraised_has_no_number_and_nothing_above_it_has() {
    let missing = Facts { values: facts("done=12 issued=true").values, ..known() };
    let unappraised = facts("done=12 asked=13 issued=true").tagged("HAS_TTHC");
    for (other, code, state) in
        [(missing, "1.1", LineState::Missing), (unappraised, "1.2", LineState::PendingAppraisal)]
    {
        for (a, b) in [(known(), other.clone()), (other.clone(), known())] {
            let comparison = compared(&year(a), &year(b), None);
            for change in
                [&line(&comparison, code).points, &line(&comparison, "I").points, &comparison.card.total]
            {
                assert_eq!((&change.whole, &change.parts), (&None, &None), "{state} {code}");
            }
            assert_eq!(causes(&line(&comparison, "II").points), "", "{state}: the others are compared");
            assert_eq!(
                causes(&line(&comparison, code).effective_max),
                "",
                "{state}: it counts of the maximum"
            );
        }
    }
}

#[test]
fn a_change_is_said_as_an_officer_would() {
    let later = Facts { values: facts("done=13 asked=13 issued=true").values, ..known() };
    let comparison = compared(&year(known()), &year(later), None);
    let said =
        |line: &LineChange| [line.sentence(Language::Vietnamese, 2), line.sentence(Language::English, 2)];
    assert_eq!(
        said(line(&comparison, "1.1")),
        [
            "Tăng 0,46 điểm, từ 5,54 lên 6,00 (số liệu +0,46)",
            "Up 0.46 points, from 5.54 to 6.00 (data +0.46)"
        ]
    );
    assert_eq!(said(line(&comparison, "1.2")), ["Không đổi: 3,00 điểm", "Unchanged: 3.00 points"]);
    assert_eq!(
        comparison.card.sentence(Language::Vietnamese, 2),
        "Tăng 0,46 điểm, từ 10,54 lên 11,00 (số liệu +0,46)"
    );
    let exempt = compared(&year(known()), &year(known().exempt("1.2", "Quyết định 12")), None);
    assert_eq!(
        said(line(&exempt, "1.2")),
        [
            "Giảm 3,00 điểm, từ 3,00 xuống 0,00 (đối tượng áp dụng −3,00); điểm tối đa được tính từ 4,00 thành 0,00",
            "Down 3.00 points, from 3.00 to 0.00 (applicability −3.00); what counts of the maximum goes from 4.00 to 0.00",
        ]
    );
    let unknown = compared(&year(known()), &year(Facts { values: Default::default(), ..known() }), None);
    assert_eq!(
        said(line(&unknown, "1.1")),
        ["Không so sánh được: nay chưa có điểm", "Not comparable: there are no points now"]
    );
}
