//! Competition ranking on the unrounded index.

use scoring::{Exact, Place, rank};

use super::given::exact;

/// `code rank` in the order of the ranking, `-` for the unranked.
fn ranked(entries: &[(&'static str, Option<&str>)]) -> Vec<String> {
    let entries = entries.iter().map(|(code, index)| (*code, index.map(exact)));
    let shown = |Place { key, rank }: Place<&str>| {
        format!("{key} {}", rank.map_or("-".to_owned(), |rank| rank.to_string()))
    };
    rank(entries).into_iter().map(shown).collect()
}

#[test]
fn ties_share_a_rank_and_the_next_rank_is_skipped() {
    let ranking = ranked(&[("D", Some("70")), ("C", Some("80")), ("A", Some("90")), ("B", Some("80"))]);
    assert_eq!(ranking, ["A 1", "B 2", "C 2", "D 4"]);
}

#[test]
fn all_may_share_the_first_rank() {
    assert_eq!(ranked(&[("C", Some("80")), ("B", Some("80")), ("A", Some("80"))]), ["A 1", "B 1", "C 1"]);
    assert_eq!(
        ranked(&[("A", Some("90")), ("B", Some("90")), ("C", Some("90")), ("D", Some("1"))]),
        ["A 1", "B 1", "C 1", "D 4"]
    );
}

#[test]
fn equal_print_is_no_tie() {
    let ranking = ranked(&[("A", Some("9951/100")), ("B", Some("99.514")), ("C", Some("99.51"))]);
    assert_eq!(ranking, ["B 1", "A 2", "C 2"]);
}

#[test]
fn an_agency_without_an_index_is_unranked_and_never_last() {
    let ranking = ranked(&[("A", None), ("C", Some("0")), ("B", None), ("D", Some("70"))]);
    assert_eq!(ranking, ["D 1", "C 2", "A -", "B -"]);
}

#[test]
fn a_block_without_a_final_card_has_no_ranks() {
    assert_eq!(ranked(&[("B", None), ("A", None)]), ["A -", "B -"]);
    assert!(ranked(&[]).is_empty());
}

#[test]
fn the_key_by_which_a_database_orders_never_contradicts_the_index() {
    let rising = ["0", "1/3", "0.34", "1895/19", "99.73684211", "100", "120"];
    let keys: Vec<_> = rising.iter().map(|text| exact(text).sort_key(6)).collect();
    assert!(keys.is_sorted() && keys.iter().all(Option::is_some), "{keys:?}");
    assert_eq!(exact("-0.0000001").sort_key(6), Some(-1));
    assert_eq!(Exact::from(i64::MAX).sort_key(6), None);
}
