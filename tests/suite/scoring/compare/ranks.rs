//! A change of rank: own, and that of the others' moves.

use proptest::collection::btree_map;
use proptest::option;
use proptest::prelude::*;
use scoring::{Exact, RankChange, rank_change};

use super::super::given::exact;

type Ranking = Vec<(&'static str, Option<Exact>)>;

fn ranking<const N: usize>(indexes: [(&'static str, &str); N]) -> Ranking {
    indexes.map(|(who, index)| (who, (index != "–").then(|| exact(index)))).into()
}

fn moved(before: &Ranking, after: &Ranking) -> Option<(u32, u32, i64, i64)> {
    let change = rank_change(before, after, &"A")?;
    Some((change.before, change.after, change.own, change.others))
}

#[test]
fn what_an_agency_did_is_told_apart_from_what_the_others_did() {
    let before = ranking([("A", "80"), ("B", "90"), ("C", "70"), ("D", "85")]);
    let rows = [
        ("nothing", ranking([("A", "80"), ("B", "90"), ("C", "70"), ("D", "85")]), Some((3, 3, 0, 0))),
        ("own", ranking([("A", "95"), ("B", "90"), ("C", "70"), ("D", "85")]), Some((3, 1, 2, 0))),
        ("others", ranking([("A", "80"), ("B", "60"), ("C", "70"), ("D", "85")]), Some((3, 2, 0, 1))),
        ("both", ranking([("A", "86"), ("B", "90"), ("C", "99"), ("D", "85")]), Some((3, 3, 1, -1))),
        ("a tie", ranking([("A", "90"), ("B", "90"), ("C", "70"), ("D", "85")]), Some((3, 1, 2, 0))),
        (
            "one comes",
            ranking([("A", "80"), ("B", "90"), ("C", "70"), ("D", "85"), ("E", "99")]),
            Some((3, 4, 0, -1)),
        ),
        ("one goes", ranking([("A", "80"), ("C", "70"), ("D", "85")]), Some((3, 2, 0, 1))),
        ("unranked", ranking([("A", "–"), ("B", "90"), ("C", "70"), ("D", "85")]), None),
        ("not there", ranking([("B", "90"), ("C", "70"), ("D", "85")]), None),
    ];
    for (why, after, expected) in rows {
        assert_eq!(moved(&before, &after), expected, "{why}");
    }
}

proptest! {
    #[test]
    fn own_and_the_others_moves_are_the_change_of_rank(
        before in btree_map(0..12_u8, option::weighted(0.9, 0..9_i64), 1..12),
        after in btree_map(0..12_u8, option::weighted(0.9, 0..9_i64), 1..12),
        who in 0..12_u8,
    ) {
        let exact = |indexes: std::collections::BTreeMap<u8, Option<i64>>| -> Vec<_> {
            indexes.into_iter().map(|(who, index)| (who, index.map(Exact::from))).collect()
        };
        let (before, after) = (exact(before), exact(after));
        if let Some(RankChange { before: first, after: last, own, others }) = rank_change(&before, &after, &who) {
            prop_assert_eq!(own + others, i64::from(first) - i64::from(last));
            let alone = rank_change(&before, &before, &who).expect("it is ranked there");
            prop_assert_eq!((alone.own, alone.others), (0, 0));
        }
    }
}
