//! The identities of the official dossier table: named when they are broken, silent when a cell is unknown.

use scoring::{BrokenIdentity, DossierTable};

/// A table in which every cell is known and every identity holds.
fn sound() -> DossierTable {
    DossierTable {
        received_total: Some(100),
        received_online: Some(60),
        received_direct_or_postal: Some(30),
        carried_over: Some(10),
        resolved_total: Some(80),
        resolved_early: Some(50),
        resolved_on_time: Some(25),
        resolved_early_or_on_time: Some(75),
        resolved_overdue: Some(5),
        pending_total: Some(20),
        pending_in_time: Some(18),
        pending_overdue: Some(2),
        overdue_total: Some(7),
    }
}

fn broken(identity: &str, total: i128, parts: i128) -> BrokenIdentity {
    BrokenIdentity { identity: identity.to_owned(), total, parts }
}

#[test]
fn a_table_that_adds_up_breaks_no_identity() {
    assert_eq!(sound().broken_identities(), []);
}

/// Puts a wrong count into a sound table.
type Spoil = fn(&mut DossierTable);

#[test]
fn a_wrong_cell_breaks_every_identity_that_has_it() {
    let received = "received_total = received_online + received_direct_or_postal + carried_over";
    let settled = "received_total = resolved_total + pending_total";
    let resolved = "resolved_total = resolved_early + resolved_on_time + resolved_overdue";
    let merged = "resolved_total = resolved_early_or_on_time + resolved_overdue";
    let in_time = "resolved_early_or_on_time = resolved_early + resolved_on_time";
    let pending = "pending_total = pending_in_time + pending_overdue";
    let overdue = "overdue_total = resolved_overdue + pending_overdue";
    let rows: [(Spoil, Vec<BrokenIdentity>); 8] = [
        (|table| table.received_online = Some(59), vec![broken(received, 100, 99)]),
        (|table| table.carried_over = Some(0), vec![broken(received, 100, 90)]),
        (
            |table| table.received_total = Some(101),
            vec![broken(received, 101, 100), broken(settled, 101, 100)],
        ),
        (|table| table.resolved_early = Some(51), vec![broken(resolved, 80, 81), broken(in_time, 75, 76)]),
        (
            |table| table.resolved_early_or_on_time = Some(70),
            vec![broken(merged, 80, 75), broken(in_time, 70, 75)],
        ),
        (|table| table.pending_in_time = Some(0), vec![broken(pending, 20, 2)]),
        (|table| table.pending_overdue = Some(3), vec![broken(pending, 20, 21), broken(overdue, 7, 8)]),
        (|table| table.overdue_total = Some(u64::MAX), vec![broken(overdue, u64::MAX.into(), 7)]),
    ];
    for (spoil, expected) in rows {
        let mut table = sound();
        spoil(&mut table);
        assert_eq!(table.broken_identities(), expected, "{table:?}");
    }
}

#[test]
fn an_identity_with_an_unknown_cell_is_not_checked() {
    let half_known = DossierTable {
        received_total: Some(13),
        resolved_total: Some(13),
        resolved_early_or_on_time: Some(12),
        resolved_overdue: Some(1),
        overdue_total: Some(999),
        ..DossierTable::default()
    };
    assert_eq!(half_known.broken_identities(), []);
    assert_eq!(DossierTable::default().broken_identities(), []);
    let settled = DossierTable { pending_total: Some(1), ..half_known };
    let identity = "received_total = resolved_total + pending_total";
    assert_eq!(settled.broken_identities(), [broken(identity, 13, 14)]);
}

#[test]
fn zero_is_known_and_unknown_is_not_zero() {
    let table = DossierTable { pending_total: Some(0), pending_in_time: Some(0), ..DossierTable::default() };
    assert_eq!(table.broken_identities(), []);
    let known = DossierTable { pending_overdue: Some(1), ..table };
    assert_eq!(
        known.broken_identities(),
        [broken("pending_total = pending_in_time + pending_overdue", 0, 1)]
    );
}

#[test]
fn a_complaint_names_the_identity_both_sides_and_the_difference() {
    let identity = "pending_total = pending_in_time + pending_overdue";
    for (pending_total, said) in [
        (Some(25), "does not hold: 25 is not 20, the difference is 5"),
        (Some(15), "does not hold: 15 is not 20, the difference is -5"),
    ] {
        let table = DossierTable { pending_total, received_total: None, ..sound() };
        let complaints: Vec<_> = table.broken_identities().iter().map(ToString::to_string).collect();
        assert_eq!(complaints, [format!("{identity} {said}")]);
    }
}
