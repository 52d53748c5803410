//! Whose counts are summed over a change of agencies: for each case the contributions to an agency in the first half of
//! 2025, as `agency from–before × share`.

use chrono::NaiveDate;
use entity::succession::Kind::{self, FunctionTransfer, Merge, Rename, Split};
use entity::{AgencyId, BlockId, agency};
use reform_worker::registry::{Contribution, Link, Successions};
use scoring::{AgencyKind, Source};
use tests::make::day;
use uuid::Uuid;

/// The first day of a month of 2025.
fn month(month: u32) -> NaiveDate {
    day(2025, month, 1)
}

fn id(letter: char) -> AgencyId {
    AgencyId(Uuid::from_u128(u128::from(u32::from(letter))))
}

/// An agency that exists from the first day of a month until before another.
fn agency((letter, from, before): (char, u32, Option<u32>)) -> agency::Model {
    agency::Model {
        id: id(letter),
        code: letter.to_string(),
        name_vi: String::new(),
        name_en: String::new(),
        kind: AgencyKind::PeoplesCommittee,
        block_id: BlockId(Uuid::nil()),
        valid_from: if from == 0 { day(2020, 1, 1) } else { month(from) },
        valid_to: before.map(month),
        tags: std::iter::empty::<String>().collect(),
        source: Source::Illustrative,
    }
}

fn link((kind, from, to, on, share): (Kind, char, char, u32, &str)) -> Link {
    let share = (!share.is_empty()).then(|| share.parse().expect("a share"));
    Link {
        predecessor: id(from),
        successor: id(to),
        kind,
        effective_on: month(on),
        share,
        recorded_at: chrono::DateTime::UNIX_EPOCH,
    }
}

fn told(contribution: &Contribution) -> String {
    use chrono::Datelike;
    let letter = char::from_u32(contribution.agency.0.as_u128() as u32).expect("a letter");
    let share = contribution.share.as_ref().map_or_else(|| "?".to_owned(), ToString::to_string);
    let renamed = if contribution.renamed { " renamed" } else { "" };
    format!("{letter} {}–{} × {share}{renamed}", contribution.from.month(), contribution.before.month())
}

type Life = (char, u32, Option<u32>);
type Row = (Kind, char, char, u32, &'static str);

#[track_caller]
fn of(agency_code: char, lives: &[Life], links: &[Row], expected: &[&str]) {
    let links = links.iter().copied().map(link).collect();
    let successions = Successions::new(links, lives.iter().copied().map(agency));
    let found = successions.contributions(id(agency_code), month(1), month(7));
    assert_eq!(found.iter().map(told).collect::<Vec<_>>(), expected, "of {agency_code}");
}

#[test]
fn an_agency_that_nothing_happened_to_counts_for_itself() {
    of('A', &[('A', 0, None)], &[], &["A 1–7 × 1"]);
}

#[test]
fn a_merger_adds_the_predecessors_until_before_the_change() {
    let lives = [('A', 0, Some(4)), ('B', 0, Some(4)), ('C', 4, None)];
    let links = [(Merge, 'A', 'C', 4, "1"), (Merge, 'B', 'C', 4, "1")];
    of('C', &lives, &links, &["C 4–7 × 1", "A 1–4 × 1", "B 1–4 × 1"]);
    // A predecessor keeps its own card over its own days.
    of('A', &lives, &links, &["A 1–4 × 1"]);
}

#[test]
fn an_agency_that_takes_another_in_goes_on() {
    let lives = [('A', 0, None), ('B', 0, Some(4))];
    of('A', &lives, &[(Merge, 'B', 'A', 4, "1")], &["A 1–7 × 1", "B 1–4 × 1"]);
}

#[test]
fn a_split_gives_each_its_declared_share() {
    let lives = [('A', 0, Some(3)), ('B', 3, None), ('C', 3, None)];
    let links = [(Split, 'A', 'B', 3, "1/3"), (Split, 'A', 'C', 3, "2/3")];
    of('B', &lives, &links, &["B 3–7 × 1", "A 1–3 × 1/3"]);
    of('C', &lives, &links, &["C 3–7 × 1", "A 1–3 × 2/3"]);
}

#[test]
fn an_undeclared_part_goes_over_and_cannot_be_divided() {
    let lives = [('A', 0, Some(3)), ('B', 0, Some(3)), ('C', 3, None)];
    let links = [(Split, 'A', 'C', 3, ""), (Merge, 'B', 'C', 3, "1")];
    of('C', &lives, &links, &["C 3–7 × 1", "A 1–3 × ?", "B 1–3 × 1"]);
}

#[test]
fn a_part_of_which_nothing_goes_over_adds_nothing() {
    let lives = [('A', 0, Some(3)), ('B', 3, None)];
    of('B', &lives, &[(Split, 'A', 'B', 3, "0")], &["B 3–7 × 1"]);
}

#[test]
fn a_renamed_agency_goes_on_under_its_name() {
    let lives = [('A', 0, Some(5)), ('B', 5, None)];
    of('B', &lives, &[(Rename, 'A', 'B', 5, "1")], &["B 5–7 × 1", "A 1–5 × 1 renamed"]);
}

#[test]
fn a_transferred_function_leaves_the_rest_with_who_had_it() {
    let lives = [('A', 0, None), ('B', 0, None)];
    let links = [(FunctionTransfer, 'A', 'B', 4, "1/4")];
    of('B', &lives, &links, &["B 1–7 × 1", "A 1–4 × 1/4"]);
    of('A', &lives, &links, &["A 1–4 × 3/4", "A 4–7 × 1"]);
    // What goes over undeclared stays where it was counted, and is not known where it went.
    let undeclared = [(FunctionTransfer, 'A', 'B', 4, "")];
    of('B', &lives, &undeclared, &["B 1–7 × 1", "A 1–4 × ?"]);
    of('A', &lives, &undeclared, &["A 1–7 × 1"]);
}

#[test]
fn two_transfers_one_after_the_other_lose_and_double_nothing() {
    let lives = [('A', 0, None), ('B', 0, None), ('C', 0, None)];
    let links = [(FunctionTransfer, 'A', 'B', 3, "1/2"), (FunctionTransfer, 'A', 'C', 5, "1/2")];
    of('A', &lives, &links, &["A 1–3 × 1/4", "A 3–5 × 1/2", "A 5–7 × 1"]);
    of('B', &lives, &links, &["B 1–7 × 1", "A 1–3 × 1/2"]);
    of('C', &lives, &links, &["C 1–7 × 1", "A 1–3 × 1/4", "A 3–5 × 1/2"]);
}

#[test]
fn two_changes_within_a_period_are_followed_back() {
    let lives = [('A', 0, Some(2)), ('B', 2, Some(5)), ('C', 5, None), ('D', 2, None)];
    let links = [(Split, 'A', 'B', 2, "1/2"), (Split, 'A', 'D', 2, "1/2"), (Rename, 'B', 'C', 5, "1")];
    of('C', &lives, &links, &["C 5–7 × 1", "A 1–2 × 1/2", "B 2–5 × 1 renamed"]);
}

#[test]
fn what_comes_back_together_is_whole_again() {
    let lives = [('A', 0, Some(2)), ('B', 2, Some(5)), ('C', 2, Some(5)), ('D', 5, None)];
    let links = [
        (Split, 'A', 'B', 2, "1/2"),
        (Split, 'A', 'C', 2, "1/2"),
        (Merge, 'B', 'D', 5, "1"),
        (Merge, 'C', 'D', 5, "1"),
    ];
    of('D', &lives, &links, &["D 5–7 × 1", "A 1–2 × 1", "B 2–5 × 1", "C 2–5 × 1"]);
}

#[test]
fn a_change_on_the_first_day_or_after_the_last_parts_nothing() {
    let lives = [('A', 0, Some(1)), ('B', 1, None), ('C', 0, Some(7))];
    let links = [(Merge, 'A', 'B', 1, "1"), (Merge, 'C', 'B', 7, "1")];
    of('B', &lives, &links, &["B 1–7 × 1"]);
}

#[test]
fn a_ring_on_record_ends() {
    let lives = [('A', 0, None), ('B', 0, None)];
    let links = [(FunctionTransfer, 'A', 'B', 3, "1/2"), (FunctionTransfer, 'B', 'A', 3, "1/2")];
    of('A', &lives, &links, &["A 1–3 × 1/2", "A 3–7 × 1", "B 1–3 × 1/2"]);
}

#[test]
fn a_function_that_goes_to_and_fro_each_day_takes_no_longer_than_the_days() {
    let links = (2..180_u64).map(|on| {
        let (predecessor, successor) = if on % 2 == 0 { ('A', 'B') } else { ('B', 'A') };
        Link {
            predecessor: id(predecessor),
            successor: id(successor),
            kind: FunctionTransfer,
            effective_on: month(1) + chrono::Days::new(on),
            share: Some(scoring::Exact::one()),
            recorded_at: chrono::DateTime::UNIX_EPOCH,
        }
    });
    let successions = Successions::new(links.collect(), [('A', 0, None), ('B', 0, None)].map(agency));
    let found = successions.contributions(id('A'), month(1), month(7));
    assert!((1..400).contains(&found.len()), "{}", found.len());
}

#[track_caller]
fn of_dossiers(agency_code: char, lives: &[Life], links: &[Row], expected: &[&str]) {
    let links = links.iter().copied().map(link).collect();
    let successions = Successions::new(links, lives.iter().copied().map(agency));
    let found = successions.dossier_contributions(id(agency_code), month(1), month(7));
    assert_eq!(found.iter().map(told).collect::<Vec<_>>(), expected, "of {agency_code}");
}

#[test]
fn a_predecessor_s_dossiers_are_followed_to_the_end_of_its_successor() {
    let lives = [('A', 0, Some(2)), ('B', 2, Some(5)), ('C', 5, None), ('D', 0, None)];
    let links = [(Rename, 'A', 'B', 2, "1"), (Split, 'B', 'C', 5, "1/2"), (Split, 'B', 'D', 5, "1/2")];
    of_dossiers('A', &lives, &links, &["A 1–2 × 1"]);
    of_dossiers('B', &lives, &links, &["B 2–5 × 1", "A 1–5 × 1 renamed"]);
    of_dossiers('C', &lives, &links, &["C 5–7 × 1", "A 1–7 × 1/2", "B 2–7 × 1/2"]);
    of_dossiers('D', &lives, &links, &["D 1–7 × 1", "A 1–7 × 1/2", "B 2–7 × 1/2"]);
}

#[test]
fn the_dossiers_of_one_that_goes_on_stay_its_own() {
    let lives = [('A', 0, None), ('B', 0, None)];
    let links = [(FunctionTransfer, 'A', 'B', 4, "1/4")];
    of_dossiers('A', &lives, &links, &["A 1–4 × 3/4", "A 4–7 × 1"]);
    of_dossiers('B', &lives, &links, &["B 1–7 × 1", "A 1–4 × 1/4"]);
}

#[test]
fn the_dossiers_of_one_that_ended_before_the_period_are_followed_too() {
    let lives = [('A', 0, Some(1)), ('B', 1, None)];
    of_dossiers('B', &lives, &[(Merge, 'A', 'B', 1, "1")], &["B 1–7 × 1", "A 1–7 × 1"]);
}
