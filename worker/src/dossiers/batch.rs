//! One batch of rows: checked, parted into added, changed, unchanged and refused, written.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use entity::{DossierId, ImportId};
use sea_orm::{ConnectionTrait, DbErr};

use super::check::{Checked, Rules, duplicate};
use super::stored::{self, Stored};
use super::tally::Tally;
use super::{Conflict, DossierRow, Progress, Read, buckets};

/// The state of an import between its batches.
#[derive(Debug, Default)]
pub(super) struct Engine {
    pub(super) progress: Progress,
    pub(super) tally: Tally,
    /// Dossiers that the last batch left unchanged. They are remembered only if another batch follows.
    unchanged: Vec<(DossierId, i32)>,
    /// Whether there is a table of such dossiers.
    remembers: bool,
}

/// What a batch comes to.
#[derive(Debug, Default)]
struct Parted<'a> {
    changed: Vec<(&'a Stored, &'a Checked)>,
    unchanged: Vec<(DossierId, i32)>,
    /// Places of rows whose dossier the import has already had, with that row.
    said_before: Vec<(usize, i32)>,
}

impl Engine {
    /// Stores what is valid of a batch, and gives what is wrong with the rest.
    pub(super) async fn take<C: ConnectionTrait>(
        &mut self,
        connection: &C,
        import: ImportId,
        rules: &Rules<'_>,
        batch: &[Read],
        now: DateTime<Utc>,
    ) -> Result<Vec<Conflict>, DbErr> {
        self.remember_unchanged(connection).await?;
        let (rows, mut conflicts, mut refused) = checked(batch, rules);
        let new: Vec<(DossierId, &Checked)> =
            rows.iter().map(|(_, row)| (DossierId::generate(), row)).collect();
        let added = stored::add(connection, import, &new).await?;
        let others = match usize::try_from(added) == Ok(new.len()) {
            true => HashMap::new(),
            false => stored::find_others(connection, import, &new, self.remembers).await?,
        };
        if usize::try_from(added) != Ok(new.len() - others.len()) {
            return Err(DbErr::Custom(
                "codes are taken that no dossier has; `recount` names them".to_owned(),
            ));
        }
        let parted = parted(&new, &others);
        if !parted.changed.is_empty() {
            stored::replace(connection, import, &parted.changed, now).await?;
        }
        for (at, first) in &parted.said_before {
            conflicts.push(duplicate(rows[*at].0, *first));
        }
        refused += parted.said_before.len();
        self.count(&new, &others, &parted);
        self.progress.seen += count(batch.len());
        self.progress.refused += count(refused);
        self.unchanged = parted.unchanged;
        if self.tally.is_full() {
            buckets::write_days(connection, &mut self.tally).await?;
        }
        Ok(conflicts)
    }

    /// Writes what is still to be written once there are no more batches.
    pub(super) async fn finish<C: ConnectionTrait>(
        &mut self,
        connection: &C,
        now: DateTime<Utc>,
    ) -> Result<(), DbErr> {
        buckets::write_days(connection, &mut self.tally).await?;
        buckets::finish(connection, self.tally.touched(), now).await?;
        if self.remembers {
            stored::forget(connection).await?;
        }
        Ok(())
    }

    async fn remember_unchanged<C: ConnectionTrait>(&mut self, connection: &C) -> Result<(), DbErr> {
        let unchanged = std::mem::take(&mut self.unchanged);
        if !unchanged.is_empty() {
            stored::remember(connection, !self.remembers, &unchanged).await?;
            self.remembers = true;
        }
        Ok(())
    }

    fn count(&mut self, new: &[(DossierId, &Checked)], others: &HashMap<usize, Stored>, parted: &Parted<'_>) {
        for (at, (_, row)) in new.iter().enumerate() {
            if !others.contains_key(&at) {
                self.tally.add(row.agency, &row.counted);
            }
        }
        for (stored, row) in &parted.changed {
            self.tally.subtract(row.agency, &stored.counted);
            self.tally.add(row.agency, &row.counted);
        }
        self.progress.added += count(new.len() - others.len());
        self.progress.changed += count(parted.changed.len());
        self.progress.unchanged += count(parted.unchanged.len());
    }
}

fn count(rows: usize) -> i64 {
    i64::try_from(rows).unwrap_or(i64::MAX)
}

/// The valid rows of a batch, each with what it was read from; what is wrong with the others, and how many these are.
fn checked<'a>(
    batch: &'a [Read],
    rules: &Rules<'_>,
) -> (Vec<(&'a DossierRow, Checked)>, Vec<Conflict>, usize) {
    let mut rows: Vec<(&DossierRow, Checked)> = Vec::with_capacity(batch.len());
    let mut conflicts = Vec::new();
    let mut refused = 0;
    for read in batch {
        let found = match read {
            Read::Refused(conflict) => vec![conflict.clone()],
            Read::Row(row) => match rules.check(row) {
                Ok(checked) => {
                    rows.push((row, checked));
                    continue;
                }
                Err(found) => found,
            },
        };
        refused += 1;
        conflicts.extend(found);
    }
    let again = said_again(&rows);
    refused += again.len();
    conflicts.extend(again.iter().map(|(at, first)| duplicate(rows[*at].0, *first)));
    let again: HashSet<usize> = again.into_iter().map(|(at, _)| at).collect();
    if !again.is_empty() {
        let mut at = 0;
        rows.retain(|_| {
            at += 1;
            !again.contains(&(at - 1))
        });
    }
    (rows, conflicts, refused)
}

/// The places of rows whose dossier an earlier row of the batch says, with that row.
fn said_again(rows: &[(&DossierRow, Checked)]) -> Vec<(usize, i32)> {
    let mut first = HashMap::with_capacity(rows.len());
    let mut again = Vec::new();
    for (at, (_, row)) in rows.iter().enumerate() {
        let said = *first.entry((row.agency, row.code.as_str())).or_insert(row.row);
        if said != row.row {
            again.push((at, said));
        }
    }
    again
}

/// What rows come to, given the dossiers that were there before.
fn parted<'a>(new: &[(DossierId, &'a Checked)], others: &'a HashMap<usize, Stored>) -> Parted<'a> {
    let mut parted = Parted::default();
    let mut places: Vec<_> = others.iter().collect();
    places.sort_unstable_by_key(|(at, _)| **at);
    for (at, stored) in places {
        let (_, row) = &new[*at];
        match stored.said_in {
            Some(first) => parted.said_before.push((*at, first)),
            None if stored.procedure == row.procedure && stored.counted == row.counted => {
                parted.unchanged.push((stored.id, row.row));
            }
            None => parted.changed.push((stored, row)),
        }
    }
    parted
}
