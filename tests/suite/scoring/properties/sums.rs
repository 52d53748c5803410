//! Cards of random sets: leaves re-add to everything above them, nothing leaves its range, and neither the
//! order of rows nor a second run changes anything.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use proptest::prelude::*;
use scoring::{
    CardState, Criterion, Exact, Level, Line, LineState, NotApplicablePolicy, Scorecard, canonical_json,
    content_hash, score,
};

use super::arbitrary::{ABSENT, World, world};
use crate::scoring::given::{half_year, line, state};

fn card(world: &World) -> Scorecard {
    score(&world.set(), world.period, &world.facts)
}

fn is_settled(leaf: &Line) -> bool {
    !matches!(state(leaf), LineState::Missing | LineState::PendingAppraisal)
}

/// Points, effective maximum and index that `leaves` add up to; no points and no index where a leaf is not
/// settled or nothing applies.
fn added_up(leaves: &[&Line]) -> (Option<Exact>, Exact, Option<Exact>) {
    let effective_max: Exact = leaves.iter().map(|leaf| &leaf.effective_max).sum();
    let points: Exact = leaves.iter().filter_map(|leaf| leaf.points.as_ref()).sum();
    let index = Exact::ratio(&(&points * &Exact::hundred()), &effective_max);
    let index = index.filter(|_| leaves.iter().all(|leaf| is_settled(leaf)));
    (index.is_some().then_some(points), effective_max, index)
}

fn leaves(card: &Scorecard, wanted: impl Fn(&Line) -> bool) -> Vec<&Line> {
    card.lines.iter().filter(|line| line.leaf.is_some() && wanted(line)).collect()
}

/// Whether `line` stands below the line with the code `above`, by the parents that the lines name.
fn stands_below(card: &Scorecard, below: &Line, above: &str) -> bool {
    let parent = below.parent.as_deref();
    parent.is_some_and(|parent| parent == above || stands_below(card, line(card, parent), above))
}

/// Points outside the tree: what the leaves of `level` bring, at most the cap.
fn outside(card: &Scorecard, level: Level, cap: Option<&Exact>) -> Exact {
    let leaves = leaves(card, |line| line.level == level);
    let sum: Exact = leaves.iter().filter_map(|leaf| leaf.points.as_ref()).sum();
    cap.map_or_else(Exact::zero, |cap| sum.min(cap.clone()))
}

/// Another order of rows at every level, by a hash of the code.
fn reorder(criteria: &mut [Criterion], seed: u64) {
    criteria.sort_by_key(|criterion| {
        let mut hasher = DefaultHasher::new();
        (seed, &criterion.code).hash(&mut hasher);
        hasher.finish()
    });
    for criterion in criteria {
        reorder(&mut criterion.children, seed);
    }
}

fn by_code(card: &Scorecard) -> BTreeMap<&str, &Line> {
    card.lines.iter().map(|line| (line.code.as_str(), line)).collect()
}

/// Makes every leaf below `criterion` one that does not concern the agency and leaves the maximum.
fn make_not_applicable(criterion: &mut Criterion) {
    if criterion.rule.is_some() {
        criterion.applies_only_to = vec![ABSENT.to_owned()];
        criterion.not_applicable = Some(NotApplicablePolicy::ExcludeFromMax);
    }
    criterion.children.iter_mut().for_each(make_not_applicable);
}

proptest! {
    #[test]
    fn leaves_re_add_exactly_to_every_line_above_them(world in world()) {
        let card = card(&world);
        for group in card.lines.iter().filter(|line| line.leaf.is_none()) {
            let below = leaves(&card, |line| stands_below(&card, line, &group.code));
            prop_assert!(!below.is_empty());
            let shown = (group.points.clone(), group.effective_max.clone(), group.index_percent.clone());
            prop_assert_eq!(shown, added_up(&below), "{} in {:?}", group.code, card);
        }
    }

    #[test]
    fn leaves_re_add_exactly_to_the_total(world in world()) {
        let card = card(&world);
        let inside = leaves(&card, |line| !matches!(line.level, Level::Bonus | Level::Deduction));
        let (_, effective_max, _) = added_up(&inside);
        prop_assert_eq!(&card.effective_max, &effective_max);
        let is_final = leaves(&card, |_| true).into_iter().all(is_settled);
        prop_assert_eq!(card.state, if is_final { CardState::Final } else { CardState::Incomplete });
        let points: Exact = inside.iter().filter_map(|leaf| leaf.points.as_ref()).sum();
        let bonus = outside(&card, Level::Bonus, world.document.bonus.as_ref().map(|bonus| &bonus.cap));
        let cap = world.document.deduction.as_ref().map(|deduction| &deduction.cap);
        let deduction = outside(&card, Level::Deduction, cap);
        let total = (points.clone() + &bonus - &deduction).max(Exact::zero());
        let index = Exact::ratio(&(&total * &Exact::hundred()), &effective_max);
        let when_final = |number: Exact| is_final.then_some(number);
        prop_assert_eq!(&card.index_percent, &index.and_then(when_final));
        prop_assert_eq!(card.points, when_final(points));
        prop_assert_eq!(card.bonus, when_final(bonus));
        prop_assert_eq!(card.deduction, when_final(deduction));
        prop_assert_eq!(card.total, when_final(total));
    }

    #[test]
    fn points_lie_between_nothing_and_the_effective_maximum_and_that_below_the_maximum(world in world()) {
        for line in card(&world).lines {
            prop_assert!(!line.effective_max.is_negative(), "{:?}", line);
            prop_assert!(line.effective_max <= line.max_points, "{:?}", line);
            if let Some(points) = &line.points {
                prop_assert!(!points.is_negative() && *points <= line.effective_max, "{:?}", line);
            }
            if let Some(index) = &line.index_percent {
                prop_assert!(!index.is_negative() && *index <= Exact::hundred(), "{:?}", line);
            }
            prop_assert!(line.index_percent.is_none() || line.points.is_some(), "{:?}", line);
        }
    }

    #[test]
    fn only_a_scored_or_fully_awarded_leaf_has_points(world in world()) {
        for leaf in leaves(&card(&world), |_| true) {
            let is_full = leaf.points.as_ref() == Some(&leaf.max_points);
            let awarded = state(leaf) == LineState::NotApplicable && is_full;
            let earned = state(leaf) == LineState::Scored;
            prop_assert_eq!(leaf.points.is_some(), earned || awarded, "{:?}", leaf);
        }
    }

    #[test]
    fn a_pillar_of_which_nothing_applies_has_neither_points_nor_index(mut world in world()) {
        let before = card(&world);
        world.facts.exemptions.retain(|code, _| !code.starts_with("1."));
        make_not_applicable(&mut world.document.pillars[0]);
        let after = card(&world);
        let pillar = line(&after, "1");
        prop_assert_eq!((&pillar.points, &pillar.index_percent), (&None, &None));
        prop_assert!(pillar.effective_max.is_zero());
        for leaf in leaves(&after, |line| stands_below(&after, line, "1")) {
            prop_assert_eq!(state(leaf), LineState::NotApplicable);
        }
        let others = |card: &Scorecard| -> Vec<Line> {
            let lines = card.lines.iter().filter(|line| line.code != "1" && !stands_below(card, line, "1"));
            lines.cloned().collect()
        };
        prop_assert_eq!(others(&before), others(&after));
    }

    #[test]
    fn the_order_of_rows_is_irrelevant(world in world(), seed in any::<u64>()) {
        let mut reordered = world.clone();
        reorder(&mut reordered.document.pillars, seed);
        for adjustment in [&mut reordered.document.bonus, &mut reordered.document.deduction] {
            adjustment.iter_mut().for_each(|adjustment| reorder(&mut adjustment.leaves, seed));
        }
        let (one, other) = (card(&world), card(&reordered));
        prop_assert_eq!(by_code(&one), by_code(&other));
        prop_assert_eq!(Scorecard { lines: Vec::new(), ..one }, Scorecard { lines: Vec::new(), ..other });
    }

    #[test]
    fn the_order_in_which_facts_arrive_is_irrelevant(
        (world, shuffled) in world().prop_flat_map(|world| {
            let values: Vec<_> = world.facts.values.clone().into_iter().collect();
            (Just(world), Just(values).prop_shuffle())
        }),
    ) {
        let mut facts = world.facts.clone();
        facts.values.clear();
        for (measure, fact) in shuffled {
            facts.values.insert(measure, fact);
        }
        let (set, period) = (world.set(), half_year());
        prop_assert_eq!(content_hash(&set, &period, &facts), content_hash(&set, &period, &world.facts));
        prop_assert_eq!(score(&set, world.period, &facts), card(&world));
    }

    #[test]
    fn a_card_scored_again_from_what_was_stored_is_the_same(world in world()) {
        let card = card(&world);
        prop_assert_eq!(&score(&world.set(), world.period, &world.facts), &card);
        let mut stored = world.clone();
        stored.document = serde_json::from_str(&canonical_json(&world.document)).expect("a document");
        stored.facts = serde_json::from_str(&canonical_json(&world.facts)).expect("facts");
        let (set, again) = (world.set(), stored.set());
        prop_assert_eq!(again.fingerprint(), set.fingerprint());
        prop_assert_eq!(score(&again, world.period, &stored.facts), card);
    }
}
