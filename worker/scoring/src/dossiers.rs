//! The identities of the official table of dossier statistics: which of them a reported table breaks.
//!
//! Public bodies print tables that do not add up. A table is taken over or refused as it was reported, with
//! every broken identity named; nothing is ever repaired. A cell that was not reported is not known, and an
//! identity is checked only where all of its cells are known.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The counts of an official dossier table, as reported. `None`: not reported.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DossierTable {
    /// Received in all, with those carried over.
    pub received_total: Option<u64>,
    /// Received online.
    pub received_online: Option<u64>,
    /// Received at the counter or by post.
    pub received_direct_or_postal: Option<u64>,
    /// Carried over from the period before.
    pub carried_over: Option<u64>,
    /// Resolved in all.
    pub resolved_total: Option<u64>,
    /// Resolved before they were due.
    pub resolved_early: Option<u64>,
    /// Resolved when they were due.
    pub resolved_on_time: Option<u64>,
    /// Resolved early or on time, where the report gives the sum.
    pub resolved_early_or_on_time: Option<u64>,
    /// Resolved after they were due.
    pub resolved_overdue: Option<u64>,
    /// Pending at the end in all.
    pub pending_total: Option<u64>,
    /// Pending at the end and not yet due.
    pub pending_in_time: Option<u64>,
    /// Pending at the end and overdue.
    pub pending_overdue: Option<u64>,
    /// Overdue in all, resolved or pending.
    pub overdue_total: Option<u64>,
}

/// An identity that a table breaks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BrokenIdentity {
    /// The identity in the names of its cells: `received_total = resolved_total + pending_total`.
    pub identity: String,
    /// What the table says on the left: the total.
    pub total: i128,
    /// What the cells on the right add up to.
    pub parts: i128,
}

impl BrokenIdentity {
    /// By how much the total exceeds its parts; negative when the parts exceed the total.
    pub fn difference(&self) -> i128 {
        self.total - self.parts
    }
}

impl fmt::Display for BrokenIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { identity, total, parts } = self;
        write!(f, "{identity} does not hold: {total} is not {parts}, the difference is {}", self.difference())
    }
}

/// A cell's name and its count.
type Cell = (&'static str, Option<u64>);

impl DossierTable {
    /// The identities that the table breaks. One of which a cell is not known is not broken.
    pub fn broken_identities(&self) -> Vec<BrokenIdentity> {
        let identities = self.identities().into_iter();
        identities.filter_map(|(total, parts)| broken(total, &parts)).collect()
    }

    /// Every total and its parts. Source: the official table; of the two sums that stand in for their
    /// parts where a report gives no more (`resolved_early_or_on_time`, `overdue_total`), what they mean.
    fn identities(&self) -> [(Cell, Vec<Cell>); 7] {
        let early = ("resolved_early", self.resolved_early);
        let on_time = ("resolved_on_time", self.resolved_on_time);
        let early_or_on_time = ("resolved_early_or_on_time", self.resolved_early_or_on_time);
        let resolved_overdue = ("resolved_overdue", self.resolved_overdue);
        let resolved_total = ("resolved_total", self.resolved_total);
        let pending_total = ("pending_total", self.pending_total);
        let pending_overdue = ("pending_overdue", self.pending_overdue);
        let received_total = ("received_total", self.received_total);
        let received = vec![
            ("received_online", self.received_online),
            ("received_direct_or_postal", self.received_direct_or_postal),
            ("carried_over", self.carried_over),
        ];
        [
            (received_total, received),
            (received_total, vec![resolved_total, pending_total]),
            (resolved_total, vec![early, on_time, resolved_overdue]),
            (resolved_total, vec![early_or_on_time, resolved_overdue]),
            (early_or_on_time, vec![early, on_time]),
            (pending_total, vec![("pending_in_time", self.pending_in_time), pending_overdue]),
            (("overdue_total", self.overdue_total), vec![resolved_overdue, pending_overdue]),
        ]
    }
}

fn broken((name, total): Cell, parts: &[Cell]) -> Option<BrokenIdentity> {
    let names: Vec<_> = parts.iter().map(|(name, _)| *name).collect();
    let counts: Option<Vec<u64>> = parts.iter().map(|(_, count)| *count).collect();
    let parts = counts?.into_iter().map(i128::from).sum();
    let total = i128::from(total?);
    let identity = format!("{name} = {}", names.join(" + "));
    (total != parts).then_some(BrokenIdentity { identity, total, parts })
}
