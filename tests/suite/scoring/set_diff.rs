//! How one set differs from another, one difference at a time and all at once.

use proptest::prelude::*;
use scoring::{Adjustment, CriteriaSetDocument, SetChange, SetChangeKind, set_diff};

use super::given::{BOOLEAN, MANUAL, Saying, document, exact, group, leaf, pillar};
use super::properties::arbitrary::world;

fn sound() -> CriteriaSetDocument {
    let mut document = document(vec![
        pillar("I", vec![group("1.1", vec![leaf("1.1.1", "2", BOOLEAN), leaf("1.1.2", "1", BOOLEAN)])]),
        pillar("II", vec![leaf("2.1", "3", BOOLEAN)]),
    ]);
    document.bonus = Some(Adjustment { cap: exact("1"), leaves: vec![leaf("B1", "1", BOOLEAN)] });
    document
}

fn told(change: impl FnOnce(&mut CriteriaSetDocument)) -> Vec<String> {
    let (before, mut after) = (sound(), sound());
    change(&mut after);
    set_diff(&before, &after).iter().map(short).collect()
}

fn short(change: &SetChange) -> String {
    let or = |text: &Option<String>| text.clone().unwrap_or_else(|| "–".to_owned());
    let whole = matches!(change.kind, SetChangeKind::Added | SetChangeKind::Removed);
    let what =
        if whole { String::new() } else { format!(": {} → {}", or(&change.before), or(&change.after)) };
    format!("{} {} {}{what}", change.kind, or(&change.code_before), or(&change.code_after))
}

#[test]
fn each_difference_is_told_by_its_kind() {
    let max = |document: &mut CriteriaSetDocument, points| {
        document.pillars[0].children[0].children[0].max_points = exact(points)
    };
    assert_eq!(told(|_| {}), Vec::<String>::new());
    assert_eq!(told(|document| max(document, "2.5")), ["RESCALED 1.1.1 1.1.1: 2 → 5/2"]);
    assert_eq!(
        told(|document| document.pillars[1].children[0].rule = leaf("2.1", "3", MANUAL).rule),
        [r#"RULE 2.1 2.1: {"kind":"BOOLEAN","measure":"issued"} → {"kind":"MANUAL"}"#]
    );
    assert_eq!(
        told(|document| document.pillars[1].children[0].name_en = "Other".to_owned()),
        ["RENAMED 2.1 2.1: Tiêu chí 2.1 / Criterion 2.1 → Tiêu chí 2.1 / Other"]
    );
    assert_eq!(
        told(|document| document.pillars[1].children[0] = leaf("2.1", "3", BOOLEAN).only_for("HAS_TTHC")),
        [r#"APPLICABILITY 2.1 2.1: – → {"applies_only_to":["HAS_TTHC"],"not_applicable":null}"#]
    );
    assert_eq!(
        told(|document| document.pillars[1].children[0] = leaf("2.1", "3", BOOLEAN).due_at_year_end()),
        ["DUE 2.1 2.1: EVERY_PERIOD → YEAR_END"]
    );
    assert_eq!(
        told(|document| document.pillars[1].children.push(leaf("2.2", "1", BOOLEAN))),
        ["ADDED – 2.2"]
    );
    assert_eq!(told(|document| document.bonus = None), ["SET – –: 1 → –", "REMOVED B1 –"]);
    assert_eq!(told(|document| document.print_scale = 3), ["SET – –: 2 → 3"]);
}

#[test]
fn a_criterion_that_goes_elsewhere_is_known_by_its_name() {
    let moved = told(|document| {
        let mut leaf = document.pillars[0].children[0].children.remove(1);
        leaf.code = "2.2".to_owned();
        document.pillars[1].children.push(leaf);
    });
    assert_eq!(moved, ["MOVED 1.1.2 2.2: 1.1 › 1.1.2 → II › 2.2"]);
    // Two that change their numbers with each other are told as what they are.
    let swapped = told(|document| {
        let [first, second] = document.pillars[0].children[0].children.as_mut_slice() else {
            panic!("two leaves")
        };
        std::mem::swap(&mut first.code, &mut second.code);
    });
    assert_eq!(
        swapped,
        ["MOVED 1.1.1 1.1.2: 1.1 › 1.1.1 → 1.1 › 1.1.2", "MOVED 1.1.2 1.1.1: 1.1 › 1.1.2 → 1.1 › 1.1.1"]
    );
}

proptest! {
    #[test]
    fn two_sets_differ_in_something_exactly_if_they_are_not_the_same(one in world(), other in world()) {
        let (one, other) = (one.document, other.document);
        prop_assert!(set_diff(&one, &one).is_empty());
        prop_assert_eq!(set_diff(&one, &other).is_empty(), one == other);
        let gone = |changes: &[SetChange], kind| changes.iter().filter(|change| change.kind == kind).count();
        let (there, back) = (set_diff(&one, &other), set_diff(&other, &one));
        prop_assert_eq!(gone(&there, SetChangeKind::Removed), gone(&back, SetChangeKind::Added));
    }
}
