//! What of one set is compared with what of another: each kind of mapping, and nothing without one.

use scoring::{
    CriteriaSet, CriteriaSetDocument, Defect, Facts, Fault, Language, Mapping, MappingKind, PeriodKind,
    SetVersion, Unfollowed, check_follows,
};

use super::super::given::{
    BOOLEAN, Knowing, MANUAL, catalogue, document, exact, facts, group, leaf, pillar, set,
};
use super::{Given, causes, compared, line};

/// The earlier set: three appraised leaves and one that is dropped.
fn earlier() -> CriteriaSetDocument {
    document(vec![
        pillar("I", vec![leaf("1.1", "2", MANUAL), leaf("1.2", "3", MANUAL), leaf("1.3", "1", MANUAL)]),
        pillar("II", vec![leaf("2.1", "4", MANUAL), leaf("2.2", "5", BOOLEAN)]),
    ])
}

fn following(codes: &[&str], mut criterion: scoring::Criterion) -> scoring::Criterion {
    criterion.follows = codes.iter().map(|code| (*code).to_owned()).collect();
    criterion
}

/// The later one: 1.1 stays under another number, 1.2 is rescaled, 1.3 and 2.1 are one, 2.2 is two, one is new.
fn later() -> CriteriaSetDocument {
    let mut later = document(vec![
        following(
            &["I"],
            pillar(
                "A",
                vec![
                    following(&["1.1"], leaf("a.1", "2", MANUAL)),
                    following(&["1.2"], leaf("a.2", "6", MANUAL)),
                    following(&["1.3", "2.1"], leaf("a.3", "5", MANUAL)),
                ],
            ),
        ),
        following(
            &["II"],
            pillar(
                "B",
                vec![
                    following(&["2.2"], leaf("b.1", "2", BOOLEAN)),
                    following(&["2.2"], leaf("b.2", "3", BOOLEAN)),
                    leaf("b.3", "1", MANUAL),
                ],
            ),
        ),
    ]);
    later.version = 2;
    later.follows = Some(SetVersion { code: "SET".to_owned(), version: 1 });
    later
}

fn card(document: &CriteriaSetDocument, facts: Facts) -> Given {
    Given::new(&set(document.clone()), PeriodKind::FullYear, facts)
}

fn before() -> Given {
    let facts = facts("issued=true").appraised("1.1", "1", "x").appraised("1.2", "2", "x");
    card(&earlier(), facts.appraised("1.3", "1", "x").appraised("2.1", "3", "x"))
}

fn after() -> Given {
    let facts = facts("issued=true").appraised("a.1", "2", "x").appraised("a.2", "4", "x");
    card(&later(), facts.appraised("a.3", "4", "x").appraised("b.3", "1", "x"))
}

#[test]
fn each_kind_of_mapping_is_compared_group_by_group() {
    let mapping = Mapping::declared(&later());
    let comparison = compared(&before(), &after(), mapping.as_ref());
    let rows = [
        ("a.1", MappingKind::Same, "appraisal 1"),
        // The share stayed: 2 of 3, 4 of 6.
        ("a.2", MappingKind::Rescaled, "criteria 2"),
        // 4 of 5 now and before.
        ("a.3", MappingKind::Merged, ""),
        ("b.1", MappingKind::Split, ""),
        ("b.3", MappingKind::New, "criteria 1"),
        ("A", MappingKind::Rescaled, "criteria 26/5, appraisal 4/5"),
    ];
    for (code, kind, parts) in rows {
        let line = line(&comparison, code);
        assert_eq!((line.kind, causes(&line.points).as_str()), (kind, parts), "{code}");
    }
    assert_eq!(line(&comparison, "b.1").after, ["b.1", "b.2"]);
    assert_eq!(line(&comparison, "a.3").before, ["1.3", "2.1"]);
    assert_eq!(line(&comparison, "b.3").points.before, None);
    assert_eq!(line(&comparison, "b.3").sentence(Language::Vietnamese, 2), "Tiêu chí mới: 1,00 điểm");

    let back = compared(&after(), &before(), mapping.map(|mapping| mapping.reversed()).as_ref());
    let kinds = [("1.2", MappingKind::Rescaled), ("2.1", MappingKind::Split), ("2.2", MappingKind::Merged)];
    for (code, kind) in kinds {
        assert_eq!(line(&back, code).kind, kind, "{code}");
    }
    let dropped = line(&back, "b.3");
    assert_eq!((dropped.kind, causes(&dropped.points).as_str()), (MappingKind::Dropped, "criteria -1"));
    assert_eq!(dropped.points.after, None);
    assert_eq!(back.lines.last(), Some(dropped), "what is gone comes last");
}

#[test]
fn an_exemption_is_carried_to_what_it_takes_the_place_of() {
    let exempt =
        Given::new(&set(later()), PeriodKind::FullYear, after().facts.exempt("a.3", "Quyết định 12"));
    let comparison = compared(&before(), &exempt, Mapping::declared(&later()).as_ref());
    assert_eq!(causes(&line(&comparison, "a.3").points), "applicability -4");
}

#[test]
fn without_a_declared_mapping_only_pillars_of_the_same_pillar_code_are_compared() {
    let mut other = later();
    (other.follows, other.pillars[0].pillar) = (None, Some("IMPACT".to_owned()));
    fn forget(criteria: &mut [scoring::Criterion]) {
        for criterion in criteria {
            criterion.follows.clear();
            forget(&mut criterion.children);
        }
    }
    forget(&mut other.pillars);
    let mut first = earlier();
    first.pillars[0].pillar = Some("IMPACT".to_owned());
    assert_eq!(Mapping::declared(&other), None);
    let comparison = compared(&card(&first, before().facts), &card(&other, after().facts), None);
    let compared: Vec<_> =
        comparison.lines.iter().map(|line| (line.before.clone(), line.after.clone())).collect();
    let pair = |one: &str, other: &str| (vec![one.to_owned()], vec![other.to_owned()]);
    assert_eq!(compared, [pair("I", "A"), pair("II", "B")]);
    assert!(comparison.card.total.parts.is_some(), "the cards are compared as wholes");
}

#[test]
fn mappings_lead_over_several_versions() {
    let mut third = later();
    (third.version, third.follows) = (3, Some(SetVersion { code: "SET".to_owned(), version: 2 }));
    third.pillars[0].children.truncate(2);
    third.pillars[0].children[0] = following(&["a.1", "a.3"], leaf("z.1", "7", MANUAL));
    third.pillars[0].children[1] = following(&["a.2"], leaf("z.2", "6", MANUAL));
    let (first, second) = (Mapping::declared(&later()), Mapping::declared(&third));
    let over = first.zip(second).map(|(first, second)| first.then(&second));
    let facts =
        facts("issued=true").appraised("z.1", "7", "x").appraised("z.2", "6", "x").appraised("b.3", "1", "x");
    let comparison = compared(&before(), &card(&third, facts), over.as_ref());
    assert_eq!(line(&comparison, "z.1").before, ["1.1", "1.3", "2.1"]);
    assert_eq!(line(&comparison, "z.1").kind, MappingKind::Merged);
    assert_eq!(line(&comparison, "z.2").kind, MappingKind::Rescaled);
}

#[test]
fn several_that_take_the_place_of_several_are_one_group() {
    let mut other = later();
    other.pillars[0].children[0].follows.push("1.2".to_owned());
    let comparison = compared(&before(), &card(&other, after().facts), Mapping::declared(&other).as_ref());
    let line = line(&comparison, "a.1");
    assert_eq!((line.kind, line.before.len(), line.after.len()), (MappingKind::Regrouped, 2, 2));
}

/// What `later` is refused for beside `earlier` after `spoil`, by itself and beside it.
fn refused(spoil: impl FnOnce(&mut CriteriaSetDocument)) -> Vec<String> {
    let mut document = later();
    spoil(&mut document);
    let own = CriteriaSet::new(document.clone(), &catalogue()).err().map(|defects| defects.0);
    let defects = own.unwrap_or_default().into_iter().chain(check_follows(&document, &earlier()));
    let told = defects.map(|Defect { path, criterion, fault, .. }| {
        assert_ne!(fault.said(Language::Vietnamese), fault.said(Language::English));
        format!("{path} {criterion}: {fault}")
    });
    told.collect()
}

#[test]
fn a_declaration_that_means_nothing_is_refused() {
    let first = |document: &mut CriteriaSetDocument, codes: &[&str]| {
        document.pillars[0].children[0].follows = codes.iter().map(|code| (*code).to_owned()).collect();
    };
    assert_eq!(refused(|_| {}), Vec::<String>::new());
    let place = "pillars[0].children[0].follows a.1";
    assert_eq!(
        refused(|document| first(document, &["9.9"])),
        [format!("{place}: the set that is followed has no `9.9`")]
    );
    assert_eq!(
        refused(|document| first(document, &["1.1", "1.1"])),
        [format!("{place}: `1.1` stands more than once")]
    );
    assert_eq!(
        refused(|document| first(document, &["I"])),
        [format!("{place}: `I` is followed by what stands above or below, too")]
    );
    let apart = refused(|document| {
        document.pillars[0].follows.clear();
        first(document, &["I", "1.1"]);
    });
    assert_eq!(apart, [format!("{place}: `1.1` is a part of something that is followed, too")]);
    let itself = Fault::Follows(Unfollowed::NotEarlier);
    assert_eq!(refused(|document| document.version = 1), [format!("follows SET: {itself}")]);
    let nothing = refused(|document| document.follows = None);
    assert_eq!(nothing.len(), 7, "{nothing:?}");
    assert_eq!(nothing[0], "pillars[0].follows A: the set does not say which set it follows");
    let outside = refused(|document| {
        let leaves = vec![following(&["1.1"], leaf("B1", "1", BOOLEAN))];
        document.bonus = Some(scoring::Adjustment { cap: exact("1"), leaves });
    });
    assert_eq!(
        outside,
        ["bonus.leaves[0].follows B1: `1.1` is not of the same kind (of the tree, bonus, deduction)"]
    );
}

#[test]
fn a_group_is_compared_with_a_leaf_and_its_parts_are_gone() {
    let mut first = earlier();
    first.pillars[1].children[1] =
        group("2.2", vec![leaf("2.2.1", "2", BOOLEAN), leaf("2.2.2", "3", BOOLEAN)]);
    let mut second = later();
    second.pillars[1].children =
        vec![following(&["2.2"], leaf("b.1", "5", BOOLEAN)), leaf("b.3", "1", MANUAL)];
    let comparison = compared(
        &card(&first, before().facts),
        &card(&second, after().facts),
        Mapping::declared(&second).as_ref(),
    );
    assert_eq!(line(&comparison, "b.1").kind, MappingKind::Same);
    assert_eq!(causes(&line(&comparison, "b.1").points), "");
    assert_eq!(line(&comparison, "2.2.1").kind, MappingKind::Dropped);
}
