//! What one dossier adds to the counters, and what the sums say of a period.

use chrono::{DateTime, Utc};
use scoring::{
    CountedDossier, Counter, Counts, DossierChannel, DossierCounts, contribution, province_day,
    province_midnight,
};

/// An instant, in the province's time.
fn at(text: &str) -> DateTime<Utc> {
    DateTime::parse_from_rfc3339(&format!("{text}:00+07:00")).expect("an instant").to_utc()
}

fn dossier() -> CountedDossier {
    CountedDossier {
        channel: DossierChannel::Counter,
        received_at: at("2022-01-05T08:00"),
        due_at: Some(at("2022-01-10T17:00")),
        completed_at: None,
        withdrawn_at: None,
        awaiting_supplement: false,
        apology_letter: false,
    }
}

/// What a dossier adds, as day of January and counter.
fn added(dossier: &CountedDossier) -> Vec<String> {
    let mut added: Vec<String> =
        contribution(dossier).map(|(day, counter)| format!("{} {counter}", day.format("%d"))).collect();
    added.sort();
    added
}

/// What changes a dossier.
type Change = fn(&mut CountedDossier);

#[test]
fn a_dossier_counts_where_it_is_said_to() {
    let rows: [(&str, Change, &[&str]); 13] = [
        ("pending", |_| (), &["05 received_counter", "10 due"]),
        (
            "early",
            |dossier| dossier.completed_at = Some(at("2022-01-09T23:59")),
            &["05 received_counter", "09 resolved_early", "10 due", "10 due_settled"],
        ),
        (
            "on the due day, after the hour",
            |dossier| dossier.completed_at = Some(at("2022-01-10T23:59")),
            &["05 received_counter", "10 due", "10 due_settled", "10 resolved_on_time"],
        ),
        (
            "overdue",
            |dossier| dossier.completed_at = Some(at("2022-01-11T00:00")),
            &["05 received_counter", "10 due", "11 due_settled", "11 resolved_overdue"],
        ),
        (
            "overdue, with a letter",
            |dossier| {
                dossier.completed_at = Some(at("2022-01-12T08:00"));
                dossier.apology_letter = true;
            },
            &["05 received_counter", "10 due", "12 apologised", "12 due_settled", "12 resolved_overdue"],
        ),
        (
            "in time, with a letter that nothing called for",
            |dossier| {
                dossier.completed_at = Some(at("2022-01-10T08:00"));
                dossier.apology_letter = true;
            },
            &["05 received_counter", "10 due", "10 due_settled", "10 resolved_on_time"],
        ),
        ("pending without a due day", |dossier| dossier.due_at = None, &["05 received_counter"]),
        (
            "completed without a due day",
            |dossier| {
                dossier.due_at = None;
                dossier.completed_at = Some(at("2022-01-20T08:00"));
            },
            &["05 received_counter", "20 resolved_on_time"],
        ),
        (
            "withdrawn early",
            |dossier| dossier.withdrawn_at = Some(at("2022-01-06T08:00")),
            &["05 received_counter", "06 resolved_early", "06 withdrawn", "10 due", "10 due_settled"],
        ),
        (
            "withdrawn overdue",
            |dossier| dossier.withdrawn_at = Some(at("2022-01-16T08:00")),
            &["05 received_counter", "10 due", "16 due_settled", "16 resolved_overdue", "16 withdrawn"],
        ),
        ("waiting for a supplement", |dossier| dossier.awaiting_supplement = true, &["05 received_counter"]),
        (
            "completed, and still said to wait",
            |dossier| {
                dossier.awaiting_supplement = true;
                dossier.completed_at = Some(at("2022-01-11T08:00"));
            },
            &["05 received_counter", "10 due", "11 due_settled", "11 resolved_overdue"],
        ),
        (
            "received in the last hour of a day",
            |dossier| dossier.received_at = at("2022-01-05T23:59"),
            &["05 received_counter", "10 due"],
        ),
    ];
    for (what, change, expected) in rows {
        let mut changed = dossier();
        change(&mut changed);
        assert_eq!(added(&changed), expected, "{what}");
    }
}

#[test]
fn each_channel_has_a_counter_of_its_own() {
    for channel in DossierChannel::ALL {
        let received = CountedDossier { channel: *channel, due_at: None, ..dossier() };
        let counter = format!("05 received_{}", channel.as_str().to_lowercase());
        assert_eq!(added(&received), [counter]);
    }
}

#[test]
fn days_are_those_of_the_province() {
    let midnight = at("2022-01-05T00:00");
    assert_eq!(province_midnight(province_day(midnight)), midnight);
    assert_eq!(province_day(midnight - chrono::TimeDelta::seconds(1)).to_string(), "2022-01-04");
    assert_eq!(midnight.to_rfc3339(), "2022-01-04T17:00:00+00:00");
}

#[test]
fn a_periods_numbers_are_the_difference_of_two_sums() {
    let mut counts = DossierCounts::default();
    let before = [
        (Counter::ReceivedCounter, 10),
        (Counter::ResolvedEarly, 6),
        (Counter::Due, 7),
        (Counter::DueSettled, 6),
    ];
    for (counter, count) in before {
        counts.before_start[counter] = count;
    }
    counts.before_end = counts.before_start;
    let within = [
        (Counter::ReceivedCounter, 3),
        (Counter::ReceivedOnlineFull, 20),
        (Counter::ReceivedOnlinePostal, 2),
        (Counter::ReceivedPostal, 1),
        (Counter::ResolvedEarly, 12),
        (Counter::ResolvedOnTime, 4),
        (Counter::ResolvedOverdue, 5),
        (Counter::Due, 24),
        (Counter::DueSettled, 21),
    ];
    for (counter, count) in within {
        counts.before_end[counter] += count;
    }
    for (key, number) in [
        ("carried_over", 4),
        ("received_new", 26),
        ("received_total", 30),
        ("received_online", 22),
        ("received_postal", 3),
        ("received_direct_or_postal", 4),
        ("resolved_total", 21),
        ("resolved_in_time", 16),
        ("pending_total", 9),
        ("pending_overdue", 4),
        ("pending_in_time", 5),
        ("overdue_total", 9),
    ] {
        assert_eq!(counts.number(key), Some(number), "{key}");
    }
    assert_eq!(counts.number("no_such_key"), None);
    assert!(Counts::default().is_zero() && !counts.before_end.is_zero());
}

#[test]
fn every_key_that_a_measure_may_have_gives_a_number() {
    for key in DossierCounts::KEYS {
        assert_eq!(DossierCounts::default().number(key), Some(0), "{key}");
    }
    assert_eq!(DossierCounts::default().number("received"), None);
}
