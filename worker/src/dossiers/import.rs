//! The import of dossiers: one transaction from the first row to the last.
//!
//! A dry run, and an import of which rows are refused that stores all or nothing, do everything that a real one does and
//! are then rolled back: what they find is what would be.

use std::time::Duration;

use entity::import::{Mode, State};
use entity::{ImportId, import};
use futures_util::{Stream, StreamExt};
use sea_orm::{DatabaseConnection, DatabaseTransaction, DbErr};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::batch::Engine;
use super::check::Rules;
use super::known::Known;
use super::lock::{Turn, begin_in_turn, turn};
use super::{Conflict, Order, Progress, Read, Unreadable};
use crate::audit;
use crate::clock::Clock;
use crate::database::codes::make_months;
use crate::database::{Writing, keep_alive, mark_import};
use crate::imports::{self as record, End, ImportError};

/// So many rows are written together.
pub const BATCH: usize = 8_000;

/// While it waits for rows, the database hears of it this often, and keeps its transaction.
const MOST_SILENT: Duration = Duration::from_secs(1);

/// So many conflicts are kept of an import that stores nothing; of one that stores something, all are.
const MOST_KEPT: usize = 10_000;

/// Who watches an import, and may cancel it.
#[expect(missing_debug_implementations, reason = "it holds a function")]
pub struct Watch<'a> {
    /// Cancels it: within a batch it ends, and has stored nothing.
    pub cancelled: CancellationToken,
    /// Is told after every batch.
    pub progress: &'a (dyn Fn(Progress) + Send + Sync),
}

/// Imports rows, a chunk of the stream after the other; chunks of [`BATCH`] rows are best. What came of it is the
/// import's record; an import that ended otherwise than `DONE`, or was a dry run, has stored nothing else.
///
/// # Errors
/// When the database fails; then nothing was stored.
pub async fn import<S>(
    database: &DatabaseConnection,
    order: &Order,
    rows: S,
    watch: &Watch<'_>,
    clock: &Clock,
) -> Result<import::Model, ImportError>
where
    S: Stream<Item = Result<Vec<Read>, Unreadable>> + Send + Unpin,
{
    let Turn::Ours(transaction) = begin_in_turn(database, &watch.cancelled).await? else {
        return Err(ImportError::Cancelled);
    };
    record::begin(&transaction, order, clock.now()).await?;
    transaction.commit().await?;
    match run(database, order, rows, watch, clock).await {
        Ok(Ran::Stored(record)) => Ok(*record),
        Ok(Ran::Left(end, conflicts)) => settle(database, order, end, conflicts, clock).await,
        Err(error) => {
            let end =
                End { state: State::Failed, progress: Progress::default(), error: Some(record::our_fault()) };
            settle(database, order, end, Vec::new(), clock).await?;
            Err(error.into())
        }
    }
}

/// What a run came to.
enum Ran {
    /// Its rows are stored, and its record with them.
    Stored(Box<import::Model>),
    /// Nothing is stored. What it found is still to be put on record.
    Left(End, Vec<Conflict>),
}

/// Why no more rows are read.
enum Stop {
    /// There are none.
    End,
    Cancelled,
    Unreadable(Unreadable),
}

async fn run<S>(
    database: &DatabaseConnection,
    order: &Order,
    mut rows: S,
    watch: &Watch<'_>,
    clock: &Clock,
) -> Result<Ran, DbErr>
where
    S: Stream<Item = Result<Vec<Read>, Unreadable>> + Send + Unpin,
{
    let mut agencies = order.names.clone().or_else(|| order.agency.map(|agency| vec![agency]));
    let writing = agencies.as_mut().map_or(Writing::All, |agencies| {
        agencies.sort_unstable();
        agencies.dedup();
        Writing::Of(agencies)
    });
    make_months(database, clock.now()).await?;
    let Turn::Ours(transaction) = turn(database, writing, &watch.cancelled).await? else {
        return Ok(left(State::Cancelled, Progress::default(), None, Vec::new()));
    };
    mark_import(&transaction, order.id).await?;
    let now = clock.now();
    let known = Known::load(&transaction).await?;
    let rules = Rules { known: &known, only: order.agency, now };
    let mut engine = Engine::default();
    let mut refusals = Refusals::of(order);
    let stop = loop {
        // Not while it is sent: who cancels comes between statements.
        keep_alive(&transaction).await?;
        let next = watch.cancelled.run_until_cancelled(timeout(MOST_SILENT, rows.next())).await;
        let chunk = match next {
            None => break Stop::Cancelled,
            Some(Err(_still_reading)) => continue,
            Some(Ok(None)) => break Stop::End,
            Some(Ok(Some(Err(unreadable)))) => break Stop::Unreadable(unreadable),
            Some(Ok(Some(Ok(chunk)))) => chunk,
        };
        for batch in chunk.chunks(BATCH) {
            let found = engine.take(&transaction, order.id, &rules, batch, now).await?;
            refusals.take(&transaction, found).await?;
            (watch.progress)(engine.progress);
        }
    };
    let progress = engine.progress;
    let (state, error) = match stop {
        Stop::Cancelled => (State::Cancelled, None),
        Stop::Unreadable(error) => (State::Failed, Some(error)),
        Stop::End if progress.refused > 0 && order.mode == Mode::AllOrNothing => (State::Refused, None),
        Stop::End => (State::Done, None),
    };
    if state != State::Done || order.dry_run {
        transaction.rollback().await?;
        return Ok(left(state, progress, error, refusals.kept));
    }
    // What is stored is known from now on; the first row may have been read long ago.
    let now = clock.now();
    engine.finish(&transaction, now).await?;
    let record = record::end(&transaction, order.id, End { state, progress, error: None }, now).await?;
    if progress.added + progress.changed > 0 {
        audit::record(&transaction, record::done(order, progress), now).await?;
    }
    transaction.commit().await?;
    Ok(Ran::Stored(Box::new(record)))
}

fn left(state: State, progress: Progress, error: Option<Unreadable>, conflicts: Vec<Conflict>) -> Ran {
    Ran::Left(End { state, progress, error }, conflicts)
}

/// Puts on record how an import ended that stored nothing.
async fn settle(
    database: &DatabaseConnection,
    order: &Order,
    end: End,
    conflicts: Vec<Conflict>,
    clock: &Clock,
) -> Result<import::Model, ImportError> {
    // It has ended, whoever cancels it now.
    let Turn::Ours(transaction) = begin_in_turn(database, &CancellationToken::new()).await? else {
        return Err(ImportError::Cancelled);
    };
    Ok(record::settle(transaction, order, end, conflicts, clock.now()).await?)
}

/// The conflicts of an import.
struct Refusals {
    import: ImportId,
    /// Whether they are stored as they come.
    stores: bool,
    stored: i32,
    kept: Vec<Conflict>,
}

impl Refusals {
    fn of(order: &Order) -> Self {
        let stores = order.mode == Mode::AcceptValid && !order.dry_run;
        Self { import: order.id, stores, stored: 0, kept: Vec::new() }
    }

    async fn take(
        &mut self,
        transaction: &DatabaseTransaction,
        conflicts: Vec<Conflict>,
    ) -> Result<(), DbErr> {
        if self.stores {
            let more = i32::try_from(conflicts.len()).unwrap_or(i32::MAX);
            record::conflicts(transaction, self.import, self.stored + 1, conflicts).await?;
            self.stored += more;
        } else {
            let room = MOST_KEPT - self.kept.len();
            self.kept.extend(conflicts.into_iter().take(room));
        }
        Ok(())
    }
}
