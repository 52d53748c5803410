//! Whatever happens to dossiers, the buckets are what they come to, and so are the numbers of any stretch of time.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use entity::import::Mode;
use entity::{AgencyId, dossier};
use proptest::prelude::RngExt;
use proptest::test_runner::{RngAlgorithm, TestRng};
use reform_worker::audit::Actor;
use reform_worker::dossiers::{
    CountedPart, DossierRow, KnownDossiers, Span, load_counts, load_reporters, remove,
};
use scoring::{DossierChannel, DossierCounts, province_day};
use sea_orm::{DatabaseConnection, EntityTrait};
use tests::{make, on_both};

use super::{PROCEDURE, assert_counted, now, order, run_at, store};

/// How many histories are tried on each database; `PROPTEST_CASES` says otherwise.
const HISTORIES: u32 = 12;

const AGENCIES: [&str; 3] = ["STC", "KKT", "SNGV"];

fn histories() -> u32 {
    std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(HISTORIES)
}

fn day(rng: &mut TestRng, from: NaiveDate, days: i64) -> NaiveDate {
    from + TimeDelta::days(rng.random_range(0..days))
}

/// A row with anything in it that is allowed; often of a dossier that there is.
fn any_row(rng: &mut TestRng, row: i32) -> DossierRow {
    let agency = AGENCIES[rng.random_range(0..AGENCIES.len())];
    let code = format!("D{}", rng.random_range(0..15));
    let channel = DossierChannel::ALL[rng.random_range(0..DossierChannel::ALL.len())];
    let received = day(rng, make::day(2022, 1, 1), 400);
    let mut maybe = |likely: u32, days: i64| match rng.random_range(0..100) < likely {
        true => day(rng, received, days).to_string(),
        false => String::new(),
    };
    let (due, completed, withdrawn) = (maybe(80, 60), maybe(60, 90), maybe(40, 90));
    let withdrawn = if completed.is_empty() { withdrawn } else { String::new() };
    let flag = |yes: bool| if yes { "1" } else { "" };
    let (waits, letter) = (rng.random_range(0..4) == 0, rng.random_range(0..4) == 0);
    let received = received.to_string();
    DossierRow::new(
        row,
        [
            agency,
            &code,
            PROCEDURE,
            channel.as_str(),
            &received,
            &due,
            &completed,
            &withdrawn,
            flag(waits),
            flag(letter),
        ],
    )
}

async fn step(database: &DatabaseConnection, rng: &mut TestRng, at: DateTime<Utc>) {
    if rng.random_range(0..4) == 0 {
        let agency = make::agency(database, AGENCIES[rng.random_range(0..AGENCIES.len())]).await.id;
        let code = format!("D{}", rng.random_range(0..15));
        remove(database, (agency, &code), &Actor::terminal(), "thử", at).await.ok();
        return;
    }
    let mode = if rng.random_range(0..3) == 0 { Mode::AllOrNothing } else { Mode::AcceptValid };
    let rows = (1..=rng.random_range(1..20)).map(|row| any_row(rng, row)).collect();
    run_at(database, &order(mode, rng.random_range(0..6) == 0), rows, at).await;
}

/// The number of the official table that a key names, counted directly.
fn direct(dossiers: &[dossier::Model], span: &Span, key: &str) -> i64 {
    let own = dossiers.iter().filter(|dossier| dossier.agency_id == span.agency);
    let within = |day: NaiveDate| span.from <= day && day < span.before;
    let count = own.filter(|dossier| {
        let received = province_day(dossier.received_at);
        let ended = dossier.completed_at.or(dossier.withdrawn_at).map(province_day);
        let waits = ended.is_none() && dossier.awaiting_supplement;
        let due = dossier.due_at.map(province_day).filter(|_| !waits);
        let open_at = |day: NaiveDate| received < day && ended.is_none_or(|ended| ended >= day);
        let late_at = |day: NaiveDate| open_at(day) && due.is_some_and(|due| due < day);
        let is_late = ended.zip(due).is_some_and(|(ended, due)| ended > due);
        let is_early = ended.zip(due).is_some_and(|(ended, due)| ended < due);
        let ends_within = ended.is_some_and(within);
        let online = matches!(
            dossier.channel,
            DossierChannel::OnlineFull | DossierChannel::OnlinePartial | DossierChannel::OnlinePostal
        );
        match key {
            "received_total" => within(received) || open_at(span.from),
            "received_online" => within(received) && online,
            "received_direct_or_postal" => within(received) && !online,
            "carried_over" => open_at(span.from),
            "resolved_total" => ends_within,
            "resolved_early" => ends_within && is_early,
            "resolved_on_time" => ends_within && !is_early && !is_late,
            "resolved_in_time" => ends_within && !is_late,
            "resolved_overdue" => ends_within && is_late,
            "withdrawn" => ends_within && dossier.completed_at.is_none(),
            "apologised" => ends_within && is_late && dossier.apology_letter,
            "pending_total" => open_at(span.before),
            "pending_overdue" => late_at(span.before),
            "pending_in_time" => open_at(span.before) && !late_at(span.before),
            "overdue_total" => (ends_within && is_late) || late_at(span.before),
            other => panic!("{other}"),
        }
    });
    i64::try_from(count.count()).expect("a count")
}

const KEYS: [&str; 15] = [
    "received_total",
    "received_online",
    "received_direct_or_postal",
    "carried_over",
    "resolved_total",
    "resolved_early",
    "resolved_on_time",
    "resolved_in_time",
    "resolved_overdue",
    "withdrawn",
    "apologised",
    "pending_total",
    "pending_overdue",
    "pending_in_time",
    "overdue_total",
];

/// Stretches at random, and those of the calendar.
fn spans(rng: &mut TestRng, agencies: &[AgencyId]) -> Vec<Span> {
    let mut spans = Vec::new();
    for agency in agencies {
        let year = (make::day(2022, 1, 1), make::day(2023, 1, 1));
        let half = (make::day(2022, 1, 1), make::day(2022, 7, 1));
        let office = (make::day(2021, 12, 15), make::day(2022, 6, 15));
        let from = day(rng, make::day(2021, 11, 1), 600);
        let any = (from, day(rng, from, 300));
        for (from, before) in [year, half, office, any, (make::day(2030, 1, 1), make::day(2030, 7, 1))] {
            spans.push(Span { agency: *agency, from, before });
        }
    }
    spans
}

async fn check(database: &DatabaseConnection, rng: &mut TestRng) {
    let dossiers = dossier::Entity::find().all(database).await.expect("dossiers are read");
    assert_counted(database, dossiers.len() as u64).await;
    let mut agencies = Vec::new();
    for code in AGENCIES {
        agencies.push(make::agency(database, code).await.id);
    }
    let spans = spans(rng, &agencies);
    let counts = load_counts(database, &spans).await.expect("counters are read");
    for (span, counts) in spans.iter().zip(counts) {
        for key in KEYS {
            assert_eq!(counts.number(key), Some(direct(&dossiers, span, key)), "{key} of {span:?}");
        }
        identities(&counts);
    }
    let reporters =
        load_reporters(database, &agencies.iter().copied().collect()).await.expect("they are read");
    let with_dossiers: BTreeSet<_> = dossiers.iter().map(|dossier| dossier.agency_id).collect();
    assert!(with_dossiers.iter().all(|agency| reporters.contains_key(agency)));
}

/// What the counters said of spans at an instant.
struct Seen {
    at: DateTime<Utc>,
    said: Vec<(Span, DossierCounts)>,
}

impl Seen {
    async fn at(database: &DatabaseConnection, rng: &mut TestRng, at: DateTime<Utc>) -> Self {
        let mut agencies = Vec::new();
        for code in AGENCIES {
            agencies.push(make::agency(database, code).await.id);
        }
        let spans = spans(rng, &agencies);
        let counts = load_counts(database, &spans).await.expect("counters are read");
        Self { at, said: spans.into_iter().zip(counts).collect() }
    }

    /// The dossiers behind the numbers are still those that were counted then, page by page.
    async fn check(&self, database: &DatabaseConnection, rng: &mut TestRng) {
        let (span, counts) = &self.said[rng.random_range(0..self.said.len())];
        let known = KnownDossiers(self.at);
        let part = |key: &str| CountedPart { span: *span, key: key.to_owned() };
        let parts = DossierCounts::KEYS.map(part);
        let numbers = known.count(database, &parts).await.expect("dossiers are counted");
        for (key, number) in DossierCounts::KEYS.iter().zip(numbers) {
            assert_eq!(Some(number), counts.number(key), "{key} of {span:?} at {}", self.at);
        }
        let key = DossierCounts::KEYS[rng.random_range(0..DossierCounts::KEYS.len())];
        let mut codes = BTreeSet::new();
        let mut pages = 0;
        loop {
            let page = known.page(database, &[part(key)], (pages * 3, 3)).await.expect("dossiers are read");
            pages += 1;
            codes.extend(page.iter().map(|counted| counted.row.code.clone()));
            assert!(page.iter().all(|counted| counted.recorded_at <= self.at));
            if page.len() < 3 {
                break;
            }
        }
        assert_eq!(i64::try_from(codes.len()).ok(), counts.number(key), "{key} of {span:?}");
    }
}

/// The official table's identities hold whatever happened.
fn identities(counts: &DossierCounts) {
    let number = |key: &str| counts.number(key).expect("a number");
    let received = number("received_online") + number("received_direct_or_postal") + number("carried_over");
    assert_eq!(number("received_total"), received);
    assert_eq!(number("received_total"), number("resolved_total") + number("pending_total"));
    assert_eq!(number("resolved_total"), number("resolved_in_time") + number("resolved_overdue"));
}

on_both! {
    async fn buckets_and_numbers_are_what_the_dossiers_come_to(kind) {
        let mut rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
        for _ in 0..histories() {
            let (_store, database) = store(kind).await;
            let mut seen = Vec::new();
            for second in 0..rng.random_range(1..12) {
                let at = now() + TimeDelta::seconds(second);
                step(&database, &mut rng, at).await;
                seen.push(Seen::at(&database, &mut rng, at).await);
            }
            check(&database, &mut rng).await;
            for seen in seen {
                seen.check(&database, &mut rng).await;
            }
        }
    }
}
