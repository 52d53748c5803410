//! What a set or a place in its tree is refused for.

use scoring::{
    Adjustment, CriteriaSetDocument, Criterion, Exact, Fault, GradeBand, NotApplicablePolicy, Part, RuleKind,
    Unfollowed,
};

use super::{Row, assert_rows, defect, sound};
use crate::scoring::given::{BOOLEAN, Saying, exact, grade, group, leaf, pillar};

const BOOLEAN_KIND: Option<RuleKind> = Some(RuleKind::Boolean);

/// The sound set after `spoil`, which brings one fault to `criterion`.
fn row(
    why: &str,
    spoil: impl FnOnce(&mut CriteriaSetDocument),
    criterion: &str,
    rule: Option<RuleKind>,
    fault: Fault,
) -> Row {
    let mut document = sound();
    spoil(&mut document);
    Row { why: why.to_owned(), document, defect: defect(criterion, rule, fault) }
}

/// The sound set with `leaf` in the place of 2.1, which has its maximum.
fn second(why: &str, leaf: Criterion, criterion: &str, rule: Option<RuleKind>, fault: Fault) -> Row {
    row(why, |document| document.pillars[1].children = vec![leaf], criterion, rule, fault)
}

pub(super) fn rows() -> Vec<Row> {
    [sums(), names(), shapes(), grades(), adjustments(), absurd()].into_iter().flatten().collect()
}

fn sums() -> Vec<Row> {
    let sum = |sum, whole| Fault::Sum { sum: exact(sum), whole: exact(whole) };
    let not_positive = |value| Fault::NotPositive { what: Part::Maximum, value: exact(value) };
    let pair = |one: &'static str, other: &'static str| {
        move |document: &mut CriteriaSetDocument| {
            document.pillars[1].children = vec![leaf("2.1", one, BOOLEAN), leaf("2.2", other, BOOLEAN)];
        }
    };
    vec![
        row("a set", |document| document.max_points = exact("6.45"), "SET", None, sum("6", "6.45")),
        row("a pillar", pair("2", "0.99"), "II", None, sum("2.99", "3")),
        row(
            "a criterion",
            |document| document.pillars[0].children[0].children[1] = leaf("1.1.2", "1.01", BOOLEAN),
            "1.1",
            None,
            sum("3.01", "3"),
        ),
        row("nothing", pair("3", "0"), "2.2", BOOLEAN_KIND, not_positive("0")),
        row("less than nothing", pair("4", "-1"), "2.2", BOOLEAN_KIND, not_positive("-1")),
        row("print scale", |document| document.print_scale = 7, "SET", None, Fault::PrintScale),
    ]
}

fn names() -> Vec<Row> {
    let plain = || leaf("2.1", "3", BOOLEAN);
    let unnamed = |name| Fault::Empty(name);
    vec![
        row("a set without a name", |document| document.name_vi.clear(), "SET", None, unnamed(Part::NameVi)),
        second("a blank tag", plain().only_for(" "), "2.1", BOOLEAN_KIND, unnamed(Part::Tags)),
        row("a blank set", |document| document.code = " ".to_owned(), " ", None, unnamed(Part::Code)),
        second(
            "no code",
            Criterion { code: String::new(), ..plain() },
            "",
            BOOLEAN_KIND,
            unnamed(Part::Code),
        ),
        second(
            "no Vietnamese name",
            Criterion { name_vi: "\t".to_owned(), ..plain() },
            "2.1",
            BOOLEAN_KIND,
            unnamed(Part::NameVi),
        ),
        row(
            "no English name",
            |document| document.pillars[0].name_en.clear(),
            "I",
            None,
            unnamed(Part::NameEn),
        ),
        second(
            "a leaf's code again",
            leaf("1.1.1", "3", BOOLEAN),
            "1.1.1",
            BOOLEAN_KIND,
            Fault::DuplicateCode,
        ),
        second("a pillar's code again", leaf("I", "3", BOOLEAN), "I", BOOLEAN_KIND, Fault::DuplicateCode),
    ]
}

fn pillar_code() -> Fault {
    Fault::PillarCode
}

fn shapes() -> Vec<Row> {
    let plain = || leaf("2.1", "3", BOOLEAN);
    let parts = |code: &str| group(code, vec![leaf("2.1.1", "3", BOOLEAN)]);
    let deep = || group("2.1", vec![group("2.1.1", vec![leaf("2.1.1.1", "3", BOOLEAN)])]);
    let policy = NotApplicablePolicy::AwardFull;
    let both = Criterion { rule: plain().rule, ..parts("2.1") };
    let neither = Criterion { rule: None, ..plain() };
    vec![
        second("a rule and parts", both, "2.1", BOOLEAN_KIND, Fault::RuleOrParts),
        second("neither rule nor parts", neither, "2.1", None, Fault::RuleOrParts),
        row(
            "a pillar with a rule",
            |document| {
                document.pillars[1].rule = plain().rule;
                document.pillars[1].children.clear();
            },
            "II",
            BOOLEAN_KIND,
            Fault::RuleOnPillar,
        ),
        second("too deep", deep(), "2.1.1", None, Fault::TooDeep),
        second("tags", parts("2.1").only_for("HAS_TTHC"), "2.1", None, Fault::LeafOnly(Part::Tags)),
        second("due", parts("2.1").due_at_year_end(), "2.1", None, Fault::LeafOnly(Part::Due)),
        second(
            "policy",
            parts("2.1").when_not_applicable(policy),
            "2.1",
            None,
            Fault::LeafOnly(Part::NotApplicable),
        ),
        row(
            "a pillar without its code",
            |document| document.pillars[0].pillar = None,
            "I",
            None,
            pillar_code(),
        ),
        row(
            "a pillar with a blank code",
            |document| document.pillars[0].pillar = Some(" ".to_owned()),
            "I",
            None,
            Fault::Empty(Part::PillarCode),
        ),
        second(
            "a criterion with a pillar's code",
            Criterion { pillar: Some("IMPACT".to_owned()), ..plain() },
            "2.1",
            BOOLEAN_KIND,
            pillar_code(),
        ),
    ]
}

fn grades() -> Vec<Row> {
    let graded = |why: &str, grades: Vec<GradeBand>, fault| {
        row(why, |document| document.grades = grades, "SET", None, fault)
    };
    let again = Fault::DuplicateLevel(Part::Grade(1), "GOOD".to_owned());
    vec![
        graded("no grades", Vec::new(), Fault::Grades),
        graded("a hole at the bottom", vec![grade("GOOD", 80), grade("FAIR", 1)], Fault::Grades),
        graded("worst first", vec![grade("WEAK", 0), grade("GOOD", 80)], Fault::Grades),
        graded("two at one bound", vec![grade("A", 80), grade("B", 80), grade("C", 0)], Fault::Grades),
        graded(
            "a grade without a name",
            vec![GradeBand { name_en: " ".to_owned(), ..grade("GOOD", 0) }],
            Fault::Empty(Part::GradeNameEn(0)),
        ),
        graded("the same grade twice", vec![grade("GOOD", 80), grade("GOOD", 0)], again),
    ]
}

fn adjustments() -> Vec<Row> {
    let bonus = |cap: &str, leaves: Vec<Criterion>| {
        let adjustment = Adjustment { cap: exact(cap), leaves };
        |document: &mut CriteriaSetDocument| document.bonus = Some(adjustment)
    };
    let deduction = |leaf: Criterion| {
        let adjustment = Adjustment { cap: exact("2"), leaves: vec![leaf] };
        |document: &mut CriteriaSetDocument| document.deduction = Some(adjustment)
    };
    let plain = |code: &str| leaf(code, "2", BOOLEAN);
    let no_cap = Fault::NotPositive { what: Part::Cap, value: Exact::zero() };
    let no_leaves = Fault::Nothing(Part::Leaves);
    let unknown = Fault::UnknownMeasure("nowhere".to_owned());
    let unknown_leaf = leaf("D1", "2", "{kind: BOOLEAN, measure: nowhere}");
    let ruleless = Criterion { rule: None, ..plain("D1") };
    let in_pillar = Criterion { pillar: Some("IMPACT".to_owned()), ..plain("B1") };
    let parted = group("B1", vec![plain("B2")]);
    let given = plain("B1").when_not_applicable(NotApplicablePolicy::AwardFull);
    let nobody = Fault::AwardOutsideTree;
    vec![
        row("no cap", bonus("0", vec![plain("B1")]), "SET", None, no_cap),
        row("no leaves", bonus("2", Vec::new()), "SET", None, no_leaves),
        row("the tree's code", bonus("2", vec![plain("2.1")]), "2.1", BOOLEAN_KIND, Fault::DuplicateCode),
        row("a bonus with a pillar's code", bonus("2", vec![in_pillar]), "B1", BOOLEAN_KIND, pillar_code()),
        row("a bonus for what does not apply", bonus("2", vec![given]), "B1", BOOLEAN_KIND, nobody),
        row("a bonus of parts", bonus("2", vec![parted]), "B1", None, Fault::RuleOrParts),
        row("a deduction without a rule", deduction(ruleless), "D1", None, Fault::RuleOrParts),
        row("a deduction's measure", deduction(unknown_leaf), "D1", BOOLEAN_KIND, unknown),
    ]
}

/// What no decision prints.
fn absurd() -> Vec<Row> {
    let huge = || exact(&format!("1{}", "0".repeat(60)));
    let beyond = |what| Fault::Absurd { what, value: huge() };
    let counted = format!("{{kind: COUNT_CAPPED, measure: done, unit_points: '{}'}}", huge());
    let blocks = vec!["KHOI".to_owned(), "KHOI".to_owned()];
    let twice = Fault::DuplicateLevel(Part::Blocks, "KHOI".to_owned());
    let many = |document: &mut CriteriaSetDocument| {
        let leaves = (0..1001).map(|number| leaf(&format!("2.{number}"), "1", BOOLEAN));
        document.pillars = vec![pillar("I", leaves.collect())];
        document.max_points = exact("1001");
    };
    vec![
        second(
            "points",
            leaf("2.1", "3", &counted),
            "2.1",
            Some(RuleKind::CountCapped),
            beyond(Part::UnitPoints),
        ),
        row(
            "years",
            |document| (document.first_year, document.last_year) = (Some(2026), Some(2025)),
            "SET",
            None,
            Fault::Years { first: 2026, last: 2025 },
        ),
        row("a block twice", |document| document.blocks = blocks, "SET", None, twice),
        second(
            "a name without end",
            Criterion { name_vi: "ộ".repeat(1001), ..leaf("2.1", "3", BOOLEAN) },
            "2.1",
            BOOLEAN_KIND,
            Fault::TooLong(Part::NameVi),
        ),
        second(
            "following without a set that is followed",
            Criterion { follows: vec!["1.1".to_owned()], ..leaf("2.1", "3", BOOLEAN) },
            "2.1",
            BOOLEAN_KIND,
            Fault::Follows(Unfollowed::NoSet),
        ),
        row("criteria without end", many, "SET", None, Fault::TooMany),
    ]
}

#[test]
fn what_no_decision_prints_is_refused() {
    assert_rows(absurd());
}

#[test]
fn points_add_up_at_every_level() {
    assert_rows(sums());
}

#[test]
fn everything_has_a_name_and_a_code_of_its_own() {
    assert_rows(names());
}

#[test]
fn rules_sit_on_leaves_and_nowhere_else() {
    assert_rows(shapes());
}

#[test]
fn grades_go_down_to_nothing() {
    assert_rows(grades());
}

#[test]
fn bonus_and_deduction_have_a_cap_and_leaves_with_rules() {
    assert_rows(adjustments());
}
