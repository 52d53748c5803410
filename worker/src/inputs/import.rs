//! The import of inputs: one transaction, decided on in memory.
//!
//! A dry run, and an import of which rows are refused that stores all or nothing, find out what would be, and store
//! nothing but their record.

use entity::import::{self, Kind, Mode, State};
use sea_orm::{DatabaseConnection, DbErr};
use tokio_util::sync::CancellationToken;

use super::check::Rules;
use super::known::Known;
use super::{Read, decide, stored};
use crate::audit;
use crate::clock::Clock;
use crate::database::{import_inputs_alone, mark_import};
use crate::dossiers::{Turn, begin_in_turn};
use crate::imports::{self, Conflict, End, ImportError, Order, Progress};
use crate::live::mark;

scoring::coded_enum! {
    /// What becomes of an official table that breaks an identity.
    pub enum WhenBroken {
        /// It is refused.
        Refuse = "REFUSE",
        /// It is stored with the identities that it breaks, which show wherever its numbers are used.
        Flag = "FLAG",
    }
}

/// What the caller chooses, and may.
#[derive(Clone, Copy, Debug)]
pub struct Choices {
    /// What becomes of an official table that breaks an identity.
    pub when_broken: WhenBroken,
    /// Whether he may call an observation verified.
    pub may_verify: bool,
}

/// What came of deciding.
enum Ran {
    /// Rows are stored, and the record with them.
    Stored(Box<import::Model>),
    /// Nothing is stored. What was found is still to be put on record.
    Left(End, Vec<Conflict>),
}

/// Imports rows of the order's kind and period. What came of it is the import's record; an import that ended otherwise than `DONE`, or was a dry run, has stored nothing else.
///
/// # Errors
/// When the database fails, or the import is cancelled before it began; then nothing was stored.
pub async fn import(
    database: &DatabaseConnection,
    order: &Order,
    choices: Choices,
    reads: Vec<Read>,
    cancelled: &CancellationToken,
    clock: &Clock,
) -> Result<import::Model, ImportError> {
    let Turn::Ours(transaction) = begin_in_turn(database, cancelled).await? else {
        return Err(ImportError::Cancelled);
    };
    imports::begin(&transaction, order, clock.now()).await?;
    transaction.commit().await?;
    let (end, conflicts, failed) = match run(database, order, choices, reads, cancelled, clock).await {
        Ok(Ran::Stored(record)) => return Ok(*record),
        Ok(Ran::Left(end, conflicts)) => (end, conflicts, None),
        Err(error) => {
            let fault = Some(imports::our_fault());
            let end = End { state: State::Failed, progress: Progress::default(), error: fault };
            (end, Vec::new(), Some(error))
        }
    };
    // It has ended, whoever cancels it now.
    let Turn::Ours(transaction) = begin_in_turn(database, &CancellationToken::new()).await? else {
        return Err(ImportError::Cancelled);
    };
    let record = imports::settle(transaction, order, end, conflicts, clock.now()).await?;
    failed.map_or(Ok(record), |error| Err(error.into()))
}

async fn run(
    database: &DatabaseConnection,
    order: &Order,
    choices: Choices,
    reads: Vec<Read>,
    cancelled: &CancellationToken,
    clock: &Clock,
) -> Result<Ran, DbErr> {
    let left = |state, progress, conflicts| Ran::Left(End { state, progress, error: None }, conflicts);
    let Turn::Ours(transaction) = begin_in_turn(database, cancelled).await? else {
        return Ok(left(State::Cancelled, Progress::default(), Vec::new()));
    };
    mark_import(&transaction, order.id).await?;
    import_inputs_alone(&transaction).await?;
    let known = Known::load(&transaction, order).await?;
    let now = clock.now();
    let rules = Rules { kind: order.kind, known: &known, only: order.agency, choices, now };
    let mut judged = decide::judge(&rules, &reads);
    let named = judged.valid.iter().map(|row| row.agency).collect();
    let stored = stored::load(&transaction, order.kind, known.period.id, named).await?;
    let (new, progress) = decide::versions(&mut judged, &stored);
    let conflicts = judged.conflicts;
    let state = match (cancelled.is_cancelled(), order.mode) {
        (true, _) => State::Cancelled,
        (false, Mode::AllOrNothing) if progress.refused > 0 => State::Refused,
        _ => State::Done,
    };
    if state != State::Done || order.dry_run {
        transaction.rollback().await?;
        return Ok(left(state, progress, conflicts));
    }
    let changed: Vec<_> = new.iter().map(|new| new.agency).collect();
    stored::store(&transaction, known.period.id, new, (&order.by.name, now)).await?;
    imports::conflicts(&transaction, order.id, 1, conflicts).await?;
    if !changed.is_empty() {
        mark(&transaction, changed, known.period.id, what(order.kind), now).await?;
    }
    let end = End { state, progress, error: None };
    let record = imports::end(&transaction, order.id, end, now).await?;
    if progress.added + progress.changed > 0 {
        audit::record(&transaction, imports::done(order, progress), now).await?;
    }
    transaction.commit().await?;
    Ok(Ran::Stored(Box::new(record)))
}

/// What was changed, as it is said of the cards that follow.
fn what(kind: Kind) -> &'static str {
    match kind {
        Kind::Dossiers => "hồ sơ / dossiers",
        Kind::DossierTables => "biểu thống kê hồ sơ / dossier tables",
        Kind::Observations => "số liệu báo cáo / observations",
        Kind::Documents => "văn bản / documents",
        Kind::Listings => "niêm yết công khai / listings",
        Kind::Procedures => "tình trạng thủ tục hành chính / procedures",
    }
}
