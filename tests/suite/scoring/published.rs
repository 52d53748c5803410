//! Figures that public bodies printed, in tests/data/published: what the engine reproduces row by row, and
//! what it refuses.

pub mod csv;
pub mod index_766;

use scoring::{BrokenIdentity, DossierTable, Exact, Place, rank};

use self::csv::{Row, read};
use super::given::{Knowing, MANUAL, card, document, exact, facts, leaf, pillar, set};

const MINISTRIES: &str = include_str!("../../data/published/ministries-2023.csv");
const DOSSIERS: &str = include_str!("../../data/published/dossier-statistics-hue-portal.csv");

pub(crate) fn ministries() -> Vec<Row> {
    let rows = read(MINISTRIES);
    assert_eq!(rows.len(), 10);
    rows
}

/// By how much the printed total misses the sum of the printed parts.
fn miss(row: &Row) -> Exact {
    row.number("total") - &row.number("appraised") - &row.number("survey")
}

#[test]
fn the_printed_parts_of_six_ministries_of_ten_miss_the_printed_total_by_a_hundredth() {
    let (missing, exactly): (Vec<_>, Vec<_>) = ministries().into_iter().partition(|row| !miss(row).is_zero());
    let ranks = |rows: &[Row]| rows.iter().map(|row| row.text("rank").to_owned()).collect::<Vec<_>>();
    assert_eq!(ranks(&missing), ["1", "2", "4", "5", "6", "10"]);
    assert_eq!(ranks(&exactly), ["3", "7", "8", "9"]);
    for row in &missing {
        assert!([exact("0.01"), exact("-0.01")].contains(&miss(row)), "{row:?}");
    }
}

/// Exact parts that print as the row prints them and whose sum prints as its total.
///
/// A number printed with two digits stands for the interval of half a hundredth to each side. The sum of
/// two such intervals meets the total's; the middle of what they share is spread over both parts.
pub(crate) fn exact_parts(row: &Row) -> (Exact, Exact) {
    let half = exact("0.005");
    let (appraised, survey, total) = (row.number("appraised"), row.number("survey"), row.number("total"));
    let sum = appraised.clone() + &survey;
    let least = (sum.clone() - &half - &half).max(total.clone() - &half);
    let most = (sum.clone() + &half + &half).min(total + &half);
    assert!(least < most, "no exact parts can print as {row:?}");
    let middle = &(least + &most) * &exact("1/2");
    let each = &(middle - &sum) * &exact("1/2");
    (appraised + &each, survey + &each)
}

#[test]
fn parts_that_are_kept_exact_print_as_the_ministries_printed_them_and_so_does_their_sum() {
    // The maxima are ours: the source prints none, and a sum does not depend on them.
    let set = set(document(vec![
        pillar("I", vec![leaf("1.1", "70", MANUAL)]),
        pillar("II", vec![leaf("2.1", "30", MANUAL)]),
    ]));
    for row in ministries() {
        let (appraised, survey) = exact_parts(&row);
        assert_eq!(appraised.print(2), row.text("appraised"), "{row:?}");
        assert_eq!(survey.print(2), row.text("survey"), "{row:?}");
        let known = facts("").appraised("1.1", &appraised.to_string(), "thẩm định").appraised(
            "2.1",
            &survey.to_string(),
            "điều tra",
        );
        let card = card(&set, &known);
        assert_eq!(card.total.expect("a total").print(2), row.text("total"), "{row:?}");
        assert_eq!(card.index_percent.expect("an index").print(2), row.text("index_percent"), "{row:?}");
    }
}

#[test]
fn the_printed_indexes_give_the_printed_ranks() {
    let rows = ministries();
    let entries = rows.iter().rev().map(|row| (row.text("ministry"), Some(row.number("index_percent"))));
    let ranked: Vec<_> = rank(entries).into_iter().map(|Place { key, rank }| (key, rank)).collect();
    let printed: Vec<_> =
        rows.iter().map(|row| (row.text("ministry"), row.text("rank").parse().ok())).collect();
    assert_eq!(ranked, printed);
}

#[test]
fn a_published_dossier_table_that_does_not_add_up_is_named_and_not_repaired() {
    let rows = read(DOSSIERS);
    assert_eq!(rows.len(), 1);
    let count = |name: &str| Some(rows[0].text(name).parse().expect("a count"));
    let table = DossierTable {
        received_total: count("received_total"),
        resolved_total: count("resolved_total"),
        pending_total: count("pending_total"),
        resolved_early: count("resolved_early"),
        resolved_on_time: count("resolved_on_time"),
        resolved_overdue: count("resolved_overdue"),
        ..DossierTable::default()
    };
    // received_total = resolved_total + pending_total holds: 68544 = 61827 + 6717.
    let broken = table.broken_identities();
    let identity = "resolved_total = resolved_early + resolved_on_time + resolved_overdue".to_owned();
    assert_eq!(broken, [BrokenIdentity { identity, total: 61_827, parts: 59_560 }]);
    assert_eq!(broken[0].difference(), 2_267);
}
