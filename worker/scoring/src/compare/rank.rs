//! A change of rank: what an agency did itself, apart from what the others' moves did.

use crate::{Exact, rank};

/// Ranks higher are positive: from 5th to 3rd is 2.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RankChange {
    /// The rank in the earlier ranking.
    pub before: u32,
    /// The rank in the later one.
    pub after: u32,
    /// How many ranks higher it would stand in the earlier ranking with its later index, the others as they were.
    pub own: i64,
    /// How many ranks higher the others' moves, comings and goings then put it.
    pub others: i64,
}

/// How `who` moved between two rankings, given as indexes. `None` where it is not ranked in both.
pub fn rank_change<K: Ord + Clone>(
    before: &[(K, Option<Exact>)],
    after: &[(K, Option<Exact>)],
    who: &K,
) -> Option<RankChange> {
    let index = after.iter().find(|(key, _)| key == who).and_then(|(_, index)| index.clone())?;
    let moved = before.iter().map(|(key, old)| match key == who {
        true => (key.clone(), Some(index.clone())),
        false => (key.clone(), old.clone()),
    });
    let (first, alone) = (place(before.iter().cloned(), who)?, place(moved, who)?);
    let last = place(after.iter().cloned(), who)?;
    let higher = |from: u32, to: u32| i64::from(from) - i64::from(to);
    Some(RankChange { before: first, after: last, own: higher(first, alone), others: higher(alone, last) })
}

fn place<K: Ord>(entries: impl IntoIterator<Item = (K, Option<Exact>)>, who: &K) -> Option<u32> {
    rank(entries).into_iter().find(|place| place.key == *who)?.rank
}
