//! Competition ranking, by its definition.

use std::collections::BTreeMap;

use proptest::collection::btree_map;
use proptest::option;
use proptest::prelude::*;
use scoring::{Exact, Place, rank};

use super::arbitrary::fraction;

/// Agencies with an index or none; few different indexes, so that many tie.
fn entries() -> impl Strategy<Value = BTreeMap<u16, Option<Exact>>> {
    let index = (0..=6_i64, 1..=3_i64).prop_map(|(above, below)| fraction(above, below));
    btree_map(any::<u16>(), option::weighted(0.8, index), 0..12)
}

/// Ranks by key, from the places in their order.
fn ranks(places: &[Place<u16>]) -> BTreeMap<u16, Option<u32>> {
    places.iter().map(|place| (place.key, place.rank)).collect()
}

proptest! {
    #[test]
    fn a_rank_is_one_more_than_how_many_are_better(entries in entries()) {
        let places = rank(entries.clone());
        prop_assert_eq!(places.len(), entries.len());
        for (key, given) in ranks(&places) {
            let index = &entries[&key];
            let better = entries.values().filter(|other| index.is_some() && *other > index).count();
            let expected = index.is_some().then(|| u32::try_from(better + 1).expect("few agencies"));
            prop_assert_eq!(given, expected, "{} in {:?}", key, entries);
        }
    }

    #[test]
    fn ranks_rise_and_the_unranked_follow(entries in entries()) {
        let ranks: Vec<_> = rank(entries).into_iter().map(|place| place.rank.unwrap_or(u32::MAX)).collect();
        prop_assert!(ranks.is_sorted(), "{:?}", ranks);
        prop_assert!(ranks.first().is_none_or(|first| [1, u32::MAX].contains(first)), "{:?}", ranks);
    }

    #[test]
    fn the_order_of_the_entries_is_irrelevant(
        (entries, shuffled) in entries().prop_flat_map(|entries| {
            let entries = Vec::from_iter(entries);
            (Just(entries.clone()), Just(entries).prop_shuffle())
        }),
    ) {
        prop_assert_eq!(rank(entries), rank(shuffled));
    }
}
