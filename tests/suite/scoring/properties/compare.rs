//! Comparisons of random cards: the parts add up to the change, in every line and over the lines.

use proptest::collection::vec;
use proptest::prelude::*;
use scoring::{
    CardState, Change, Comparison, CriteriaSetDocument, Exact, FactValue, Facts, Level, Mapping, MappingKind,
    Parts, PeriodKind, SetVersion, check_follows,
};

use super::arbitrary::{ABSENT, CARRIED, World, fraction, world};
use crate::scoring::compare::{Given, compared};
use crate::scoring::given::Knowing;

/// What is otherwise in the facts of a world: one number a fact, and whether tags are.
fn otherwise() -> impl Strategy<Value = (Vec<u8>, bool, bool)> {
    (vec(any::<u8>(), 64), prop::bool::weighted(0.2), prop::bool::weighted(0.2))
}

/// The facts with about half of them otherwise, some of them gone.
fn changed(world: &World, (numbers, untagged, tagged): &(Vec<u8>, bool, bool)) -> Facts {
    let mut facts = world.facts.clone();
    let mut numbers = numbers.iter().copied().cycle();
    let mut next = || numbers.next().unwrap_or_default();
    for fact in facts.values.values_mut() {
        let (whether, number) = (next(), i64::from(next()));
        match &mut fact.value {
            _ if whether < 128 => {}
            FactValue::Flag(flag) => *flag = !*flag,
            FactValue::Number(value) if value.is_whole() => *value = Exact::from(number % 20),
            FactValue::Number(value) => *value = fraction(number % 101, 100),
            FactValue::Level(_) => {}
        }
    }
    facts.values.retain(|_, _| next() >= 8);
    for (code, appraisal) in &mut facts.appraisals {
        if next() >= 128 {
            appraisal.points =
                &appraisal.points * &fraction(i64::from(next() % 3), 2 + i64::from(code.len() as u8));
        }
    }
    facts.exemptions.retain(|_, _| next() >= 100);
    for code in facts
        .values
        .keys()
        .filter_map(|measure| measure.strip_prefix("of_"))
        .map(str::to_owned)
        .collect::<Vec<_>>()
    {
        if next() < 20 {
            facts = facts.exempt(&code, "Quyết định 7");
        }
    }
    if *untagged {
        facts.tags.remove(CARRIED);
    }
    if *tagged { facts.tagged(ABSENT) } else { facts }
}

fn all_changes(comparison: &Comparison) -> Vec<&Change> {
    let card = &comparison.card;
    let of_card =
        [&card.points, &card.bonus, &card.deduction, &card.total, &card.effective_max, &card.index_percent];
    let of_lines = comparison.lines.iter().flat_map(|line| [&line.points, &line.effective_max]);
    of_card.into_iter().chain(of_lines).collect()
}

/// That what changed is what the parts add up to, and that there are parts wherever both have a number.
fn assert_adds_up(comparison: &Comparison) -> Result<(), TestCaseError> {
    for change in all_changes(comparison) {
        prop_assert_eq!(change.whole.is_some(), change.parts.is_some());
        prop_assert_eq!(&change.whole, &change.parts.as_ref().map(Parts::sum));
        if let (Some(before), Some(after)) = (&change.before, &change.after) {
            prop_assert_eq!(&change.whole, &Some(after.clone() - before));
        }
    }
    Ok(())
}

fn parts(parts: &Parts) -> [&Exact; 5] {
    [&parts.data, &parts.criteria, &parts.applicability, &parts.appraisal, &parts.engine]
}

/// The sum of the parts of `lines`, cause by cause; `None` where one has none.
fn added<'a>(lines: impl Iterator<Item = &'a Change>) -> Option<[Exact; 5]> {
    let all: Option<Vec<_>> = lines.map(|change| change.parts.as_ref().map(parts)).collect();
    let all = all?;
    Some(std::array::from_fn(|cause| all.iter().map(|parts| parts[cause]).sum()))
}

fn below(comparison: &Comparison, tree: bool) -> impl Iterator<Item = &scoring::LineChange> {
    let outside = |level| matches!(level, Level::Bonus | Level::Deduction);
    comparison.lines.iter().filter(move |line| tree != outside(line.level))
}

/// A world as the second version of another, with a random declaration of what follows what.
fn follow(second: &World, first: &World, numbers: &[u8]) -> CriteriaSetDocument {
    let leaves = first.document.pillars.iter().flat_map(|pillar| {
        pillar.children.iter().flat_map(|criterion| match criterion.children.as_slice() {
            [] => vec![criterion.code.clone()],
            parts => parts.iter().map(|part| part.code.clone()).collect(),
        })
    });
    let earlier: Vec<_> = leaves.collect();
    let mut document = second.document.clone();
    document.version = 2;
    document.follows = Some(SetVersion { code: "SET".to_owned(), version: 1 });
    let mut numbers = numbers.iter().copied().cycle();
    for pillar in &mut document.pillars {
        for criterion in &mut pillar.children {
            let leaves = match criterion.children.is_empty() {
                true => std::slice::from_mut(criterion),
                false => criterion.children.as_mut_slice(),
            };
            for leaf in leaves {
                let wanted = numbers.next().unwrap_or_default() % 4;
                for _ in 0..wanted {
                    let at = usize::from(numbers.next().unwrap_or_default()) % earlier.len();
                    let code = &earlier[at];
                    if !leaf.follows.contains(code) {
                        leaf.follows.push(code.clone());
                    }
                }
            }
        }
    }
    document
}

proptest! {
    #[test]
    fn the_parts_of_every_change_add_up_to_it(
        world in world(), otherwise in otherwise(), other_period in any::<bool>(),
    ) {
        let period = if other_period { PeriodKind::FullYear } else { world.period };
        let a = Given::new(&world.set(), world.period, world.facts.clone());
        let b = Given::new(&world.set(), period, changed(&world, &otherwise));
        let comparison = compared(&a, &b, None);
        assert_adds_up(&comparison)?;
        // By one set and one engine neither changed anything, whatever else did.
        for change in all_changes(&comparison) {
            let parts = change.parts.as_ref();
            prop_assert!(parts.is_none_or(|parts| parts.criteria.is_zero() && parts.engine.is_zero()), "{:?}", change);
        }
        // Line by line the causes of the leaves are those of the whole.
        let leaves = |line: &&scoring::LineChange| world.set().leaf(&line.after[0]).is_some();
        if let Some(whole) = added(std::iter::once(&comparison.card.points)) {
            let of_leaves = added(below(&comparison, true).filter(leaves).map(|line| &line.points));
            prop_assert_eq!(of_leaves.as_ref(), Some(&whole));
            let pillars = below(&comparison, true).filter(|line| line.level == Level::Pillar);
            prop_assert_eq!(added(pillars.map(|line| &line.points)), Some(whole));
        }
        let max = added(std::iter::once(&comparison.card.effective_max));
        let of_leaves = below(&comparison, true).filter(leaves).map(|line| &line.effective_max);
        prop_assert_eq!(added(of_leaves), max);
    }

    #[test]
    fn a_card_is_no_other_than_itself(world in world()) {
        let card = Given::new(&world.set(), world.period, world.facts.clone());
        let comparison = compared(&card, &card, None);
        for change in all_changes(&comparison) {
            prop_assert!(change.parts.as_ref().is_none_or(Parts::are_nothing), "{:?}", change);
        }
        prop_assert!(comparison.lines.iter().all(|line| !line.is_changed() && line.kind == MappingKind::Same));
        let has = comparison.card.total.whole.is_some();
        prop_assert_eq!(has, card.stored.total.is_some());
    }

    #[test]
    fn the_parts_add_up_between_any_two_sets_and_any_mapping(
        first in world(), second in world(), numbers in vec(any::<u8>(), 40), declared in prop::bool::weighted(0.8),
    ) {
        let mut second = second;
        second.document = match declared {
            true => follow(&second, &first, &numbers),
            false => CriteriaSetDocument { version: 2, ..second.document },
        };
        prop_assert_eq!(check_follows(&second.document, &first.document), []);
        let mapping = Mapping::declared(&second.document);
        prop_assert_eq!(mapping.is_some(), declared);
        let a = Given::new(&first.set(), first.period, first.facts.clone());
        let b = Given::new(&second.set(), second.period, second.facts.clone());
        let there = compared(&a, &b, mapping.as_ref());
        assert_adds_up(&there)?;
        let back = compared(&b, &a, mapping.as_ref().map(Mapping::reversed).as_ref());
        assert_adds_up(&back)?;
        let opposite = there.card.total.whole.clone().map(|whole| Exact::zero() - &whole);
        prop_assert_eq!(&back.card.total.whole, &opposite);
        prop_assert_eq!(there.lines.len(), back.lines.len());
        // Where leaves are compared, what they bring adds up to what the cards do.
        let leaf = |line: &&scoring::LineChange| {
            let before = line.before.iter().all(|code| first.set().leaf(code).is_some());
            before && line.after.iter().all(|code| second.set().leaf(code).is_some())
        };
        let both_final = [&a, &b].iter().all(|card| card.stored.total.is_some());
        if declared && both_final {
            let whole = added(std::iter::once(&there.card.points));
            prop_assert!(whole.is_some());
            prop_assert_eq!(added(below(&there, true).filter(leaf).map(|line| &line.points)), whole);
        }
        // Every line of both stands in one group exactly.
        if declared {
            let mut before: Vec<_> = there.lines.iter().flat_map(|line| &line.before).collect();
            before.sort();
            let all = before.len();
            before.dedup();
            prop_assert_eq!((before.len(), all), (a.stored.lines.len(), a.stored.lines.len()));
        }
        let state = |card: &Given| if card.stored.total.is_some() { CardState::Final } else { CardState::Incomplete };
        prop_assert_eq!(there.card.total.whole.is_some(), state(&a) == CardState::Final && state(&b) == CardState::Final);
    }
}
