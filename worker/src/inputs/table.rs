//! The official table of dossier statistics: its counts, its identities, and the chain from one period to the next. What
//! breaks one is refused, or kept with the identities that it breaks, as the caller chose; nothing is ever repaired.

use entity::{AgencyId, dossier_table};
use scoring::{BrokenIdentity, DossierTable};

use super::check::Findings;
use super::known::Chain;
use super::stored::Said;
use super::{Choices, WhenBroken};

/// The columns that hold counts.
pub(super) const COUNTS: [&str; 14] = [
    "received_total",
    "received_online",
    "received_postal",
    "received_direct_or_postal",
    "carried_over",
    "resolved_total",
    "resolved_early",
    "resolved_on_time",
    "resolved_early_or_on_time",
    "resolved_overdue",
    "pending_total",
    "pending_in_time",
    "pending_overdue",
    "overdue_total",
];

/// The counts of a table, in the order of [`COUNTS`]; none where one was not reported.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Counts(pub(super) [Option<i64>; COUNTS.len()]);

impl Counts {
    /// Those of a row; what is wrong with one is among the findings.
    pub(super) fn read(found: &mut Findings<'_>) -> Self {
        Self(COUNTS.map(|column| found.count(column)))
    }

    /// Those of a stored table.
    pub(super) fn of(table: &dossier_table::Model) -> Self {
        Self([
            table.received_total,
            table.received_online,
            table.received_postal,
            table.received_direct_or_postal,
            table.carried_over,
            table.resolved_total,
            table.resolved_early,
            table.resolved_on_time,
            table.resolved_early_or_on_time,
            table.resolved_overdue,
            table.pending_total,
            table.pending_in_time,
            table.pending_overdue,
            table.overdue_total,
        ])
    }

    fn of_column(&self, column: &str) -> Option<i64> {
        let place = COUNTS.iter().position(|known| *known == column)?;
        self.0[place]
    }

    fn as_table(&self) -> DossierTable {
        let count = |column| self.of_column(column).and_then(|count| u64::try_from(count).ok());
        DossierTable {
            received_total: count("received_total"),
            received_online: count("received_online"),
            received_direct_or_postal: count("received_direct_or_postal"),
            carried_over: count("carried_over"),
            resolved_total: count("resolved_total"),
            resolved_early: count("resolved_early"),
            resolved_on_time: count("resolved_on_time"),
            resolved_early_or_on_time: count("resolved_early_or_on_time"),
            resolved_overdue: count("resolved_overdue"),
            pending_total: count("pending_total"),
            pending_in_time: count("pending_in_time"),
            pending_overdue: count("pending_overdue"),
            overdue_total: count("overdue_total"),
        }
    }
}

/// What a row says.
pub(super) fn check(
    found: &mut Findings<'_>,
    agency: Option<AgencyId>,
    chain: &Chain,
    choices: Choices,
) -> Option<Said> {
    let counts = Counts::read(found);
    if COUNTS.iter().all(|column| found.row.cell(column).is_empty()) {
        found.add(
            "received_total",
            "EMPTY_TABLE",
            "dòng của cơ quan không có số liệu nào",
            "the agency's row has no count",
        );
        return None;
    }
    let mut broken = counts.as_table().broken_identities();
    broken.extend(part_exceeds_whole(&counts));
    let links = agency.map(|agency| broken_links(&counts, agency, chain)).unwrap_or_default();
    if choices.when_broken == WhenBroken::Refuse {
        for (code, broken) in broken
            .iter()
            .map(|one| ("BROKEN_IDENTITY", one))
            .chain(links.iter().map(|one| ("BROKEN_CHAIN", one)))
        {
            let BrokenIdentity { identity, total, parts } = broken;
            let column = identity.split(' ').next().unwrap_or_default();
            let vi = format!("{identity} không đúng: {total} khác {parts}, lệch {}", broken.difference());
            found.add(column, code, vi, broken.to_string());
        }
    }
    broken.extend(links);
    Some(Said::Table { counts, broken })
}

/// What came by post is a part of what came at the counter or by post.
fn part_exceeds_whole(counts: &Counts) -> Option<BrokenIdentity> {
    let part = counts.of_column("received_postal")?;
    let whole = counts.of_column("received_direct_or_postal")?;
    let identity = "received_direct_or_postal >= received_postal".to_owned();
    (part > whole).then_some(BrokenIdentity { identity, total: whole.into(), parts: part.into() })
}

/// The links of the chain of periods that a table breaks, to the period before and to the one after.
fn broken_links(counts: &Counts, agency: AgencyId, chain: &Chain) -> Vec<BrokenIdentity> {
    let links = |column: &str, other: &str, known: Option<&Vec<(i64, String)>>| -> Vec<BrokenIdentity> {
        let Some(own) = counts.of_column(column) else { return Vec::new() };
        let known = known.into_iter().flatten().filter(|(known, _)| own != *known);
        known
            .map(|(known, period)| BrokenIdentity {
                identity: format!("{column} = {other} of {period}"),
                total: own.into(),
                parts: (*known).into(),
            })
            .collect()
    };
    let before = links("carried_over", "pending_total", chain.before.get(&agency));
    let after = links("pending_total", "carried_over", chain.after.get(&agency));
    [before, after].concat()
}
