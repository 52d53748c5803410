//! Competition ranking within a block: ties share a rank and the next rank is skipped (1, 2, 2, 4), on the
//! unrounded index. An agency without a final index is unranked, never last.

use std::cmp::Reverse;

use crate::Exact;

/// One place in a ranking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place<K> {
    /// Who.
    pub key: K,
    /// The rank, from 1; `None` for the unranked.
    pub rank: Option<u32>,
}

/// Ranks `entries`, best first; the unranked follow. Among equals the order is that of the keys, so the
/// order of the input does not matter.
pub fn rank<K: Ord>(entries: impl IntoIterator<Item = (K, Option<Exact>)>) -> Vec<Place<K>> {
    let mut entries: Vec<_> = entries.into_iter().collect();
    entries.sort_by(|(a, a_index), (b, b_index)| (Reverse(a_index), a).cmp(&(Reverse(b_index), b)));
    let mut places: Vec<Place<K>> = Vec::with_capacity(entries.len());
    let mut previous: Option<(Exact, u32)> = None;
    for (position, (key, index)) in (1..).zip(entries) {
        let rank = index.map(|index| match previous.take() {
            Some((equal, rank)) if equal == index => (equal, rank),
            _ => (index, position),
        });
        places.push(Place { key, rank: rank.as_ref().map(|(_, rank)| *rank) });
        previous = rank;
    }
    places
}
