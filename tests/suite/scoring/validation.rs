//! What a set is refused for: one fault at a time, each with the criterion and the rule that it names, and
//! all faults of a set at once.

mod bands;
mod rules;
mod sets;

use std::collections::BTreeSet;

use scoring::{CriteriaSet, CriteriaSetDocument, Defect, Defects, Exact, Fault, RuleKind};

use super::given::{BOOLEAN, catalogue, document, exact, group, leaf, linear, pillar};

/// A set with one fault, and the one defect that must be reported.
struct Row {
    why: String,
    document: CriteriaSetDocument,
    defect: Defect,
}

fn defect(criterion: &str, rule: Option<RuleKind>, fault: Fault) -> Defect {
    Defect { criterion: criterion.to_owned(), rule, fault }
}

fn defects(document: CriteriaSetDocument) -> Vec<Defect> {
    CriteriaSet::new(document, &catalogue()).err().map_or_else(Vec::new, |Defects(defects)| defects)
}

fn assert_rows(rows: Vec<Row>) {
    for Row { why, document, defect } in rows {
        assert_eq!(defects(document), [defect], "{why}");
    }
}

/// A set of two pillars in which everything is right.
fn sound() -> CriteriaSetDocument {
    document(vec![
        pillar("I", vec![group("1.1", vec![leaf("1.1.1", "2", BOOLEAN), leaf("1.1.2", "1", BOOLEAN)])]),
        pillar("II", vec![leaf("2.1", "3", BOOLEAN)]),
    ])
}

#[test]
fn a_sound_set_has_no_defect() {
    assert_eq!(defects(sound()), []);
}

/// The name of a fault's variant. A new variant does not compile until it stands here.
fn variant(fault: &Fault) -> &'static str {
    match fault {
        Fault::Sum { .. } => "Sum",
        Fault::NotPositive { .. } => "NotPositive",
        Fault::DuplicateCode => "DuplicateCode",
        Fault::Empty(_) => "Empty",
        Fault::RuleOrParts => "RuleOrParts",
        Fault::WrongDepth(_) => "WrongDepth",
        Fault::LeafOnly(_) => "LeafOnly",
        Fault::UnknownMeasure(_) => "UnknownMeasure",
        Fault::WrongUnit { .. } => "WrongUnit",
        Fault::Nothing(_) => "Nothing",
        Fault::BandEnds(_) => "BandEnds",
        Fault::Gap(_) => "Gap",
        Fault::Overlap(_) => "Overlap",
        Fault::Backwards(_) => "Backwards",
        Fault::OutOfRange { .. } => "OutOfRange",
        Fault::UnboundedRatio(_) => "UnboundedRatio",
        Fault::Unreachable(_) => "Unreachable",
        Fault::DuplicateLevel(_) => "DuplicateLevel",
        Fault::Senseless(_) => "Senseless",
        Fault::TermKind(_) => "TermKind",
        Fault::TermNotApplicable => "TermNotApplicable",
        Fault::Grades => "Grades",
        Fault::PrintScale => "PrintScale",
    }
}

#[test]
fn every_fault_has_a_row() {
    let rows = [bands::rows(), rules::rows(), sets::rows()].into_iter().flatten();
    let covered: BTreeSet<_> = rows.map(|row| variant(&row.defect.fault)).collect();
    assert_eq!(covered.len(), 23, "{covered:?}");
}

/// Five faults in three places, and the complaints about them in reading order.
fn faulty() -> (CriteriaSetDocument, Vec<Defect>) {
    let mut document = sound();
    document.max_points = exact("99.55");
    document.print_scale = 7;
    document.pillars[0].children[0].children[0].name_en.clear();
    document.pillars[1].children[0] = leaf("1.1.2", "3", "{kind: BOOLEAN, measure: nowhere}");
    let boolean = Some(RuleKind::Boolean);
    let expected = vec![
        defect("SET", None, Fault::Sum { sum: Exact::from(6), whole: exact("99.55") }),
        defect("SET", None, Fault::PrintScale),
        defect("1.1.1", boolean, Fault::Empty("the English name")),
        defect("1.1.2", boolean, Fault::UnknownMeasure("nowhere".to_owned())),
        defect("1.1.2", boolean, Fault::DuplicateCode),
    ];
    (document, expected)
}

#[test]
fn all_defects_are_reported_at_once() {
    let (document, expected) = faulty();
    assert_eq!(defects(document), expected);
}

#[test]
fn two_faults_of_one_rule_are_both_reported() {
    let rule = "{kind: RATIO_LINEAR, target: 2,
                 ratio: {numerator: [nowhere], denominator: [], zero_denominator: ZERO}}";
    let found = defects(document(vec![pillar("I", vec![leaf("1.1", "3", rule)])]));
    let linear = Some(RuleKind::RatioLinear);
    let target = "the target must lie above 0 and at most at 1, not at 2";
    assert_eq!(
        found,
        [
            defect("1.1", linear, Fault::UnknownMeasure("nowhere".to_owned())),
            defect("1.1", linear, Fault::Nothing("denominator")),
            defect("1.1", linear, Fault::Senseless(target.to_owned())),
        ]
    );
}

#[test]
fn a_complaint_names_the_criterion_and_its_rule() {
    let (document, _) = faulty();
    let complaint = CriteriaSet::new(document, &catalogue()).expect_err("a faulty set").to_string();
    assert_eq!(
        complaint,
        "SET: the parts add up to 6, the whole is 1991/20; \
         SET: print_scale is 0 to 6; \
         1.1.1 (BOOLEAN): the English name is empty; \
         1.1.2 (BOOLEAN): the measure `nowhere` is not in the catalogue; \
         1.1.2 (BOOLEAN): the code stands more than once"
    );
}

#[test]
fn a_measure_that_the_catalogue_lacks_makes_a_sound_set_unsound() {
    let sound = document(vec![pillar("I", vec![leaf("1.1", "3", &linear("ZERO"))])]);
    let mut catalogue = catalogue();
    catalogue.remove("asked");
    let Defects(found) = CriteriaSet::new(sound, &catalogue).expect_err("an unknown measure");
    let unknown = Fault::UnknownMeasure("asked".to_owned());
    assert_eq!(found, [defect("1.1", Some(RuleKind::RatioLinear), unknown)]);
}
