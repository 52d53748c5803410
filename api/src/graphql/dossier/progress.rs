//! Imports while they are under way: watching one, and cancelling it.

use std::time::Duration;

use async_graphql::{Context, ID, InputObject, Object, Subscription};
use entity::token::Scope;
use entity::{ImportId, import};
use futures_util::Stream;
use reform_worker::Clock;
use reform_worker::audit::action::CANCEL_IMPORT;
use reform_worker::audit::{Entry, record};
use reform_worker::database::begin_write;
use reform_worker::imports::Progress;
use sea_orm::{DatabaseConnection, EntityTrait};

use super::super::actor::{actor, record_refusal};
use super::super::codes::ImportState;
use super::super::id::NodeId;
use super::super::plain::{Whole, plain_object};
use super::super::problem::Problem;
use super::super::user_error::UserError;
use super::super::viewer::{signed_in, with_scope};
use super::super::{data, database};
use super::record::{import_by_id, known_id, unknown};
use crate::imports::{Imports, UnderWay};
use crate::policy::reports_for;

/// A subscription looks at its import this often, whether or not it is woken.
const LOOK_AGAIN: Duration = Duration::from_secs(1);
/// It tells of an import at most this often.
const TELL_AGAIN: Duration = Duration::from_millis(200);

plain_object! {
    /// How far an import has come. Counts of rows are told by the process that imports them, others tell 0 until the end.
    pub(crate) struct ImportProgress {
        /// Global id of the import.
        id: ID,
        /// How far it has come.
        state: ImportState,
        /// Rows that were read.
        seen: i32,
        /// Rows that are new.
        added: i32,
        /// Rows that change what is stored.
        changed: i32,
        /// Rows that are stored just so already.
        unchanged: i32,
        /// Rows that are refused.
        refused: i32,
        /// Why it failed, in Vietnamese; null if it did not.
        error_vi: Option<String>,
        /// Why it failed, in English; null if it did not.
        error_en: Option<String>,
    }
}

fn shown(id: ImportId, state: import::State, progress: Progress) -> ImportProgress {
    let count = |rows: i64| i32::try_from(rows).unwrap_or(i32::MAX);
    ImportProgress {
        id: NodeId::Import(id).into(),
        state: state.into(),
        seen: count(progress.seen),
        added: count(progress.added),
        changed: count(progress.changed),
        unchanged: count(progress.unchanged),
        refused: count(progress.refused),
        error_vi: None,
        error_en: None,
    }
}

/// What the record of an import says.
fn recorded(row: import::Model) -> ImportProgress {
    let import::Model { added, changed, unchanged, refused, .. } = row;
    let progress =
        Progress { seen: added + changed + unchanged + refused, added, changed, unchanged, refused };
    ImportProgress { error_vi: row.error_vi, error_en: row.error_en, ..shown(row.id, row.state, progress) }
}

/// Whether the viewer handed it in, or reports for its agency.
async fn is_his(ctx: &Context<'_>, under_way: &UnderWay) -> Result<bool, Problem> {
    if under_way.account == Some(signed_in(ctx)?.account) {
        return Ok(true);
    }
    let own = reports_for(ctx).await?;
    Ok(own.is_none_or(|own| under_way.agency.is_some_and(|agency| own.contains(&agency))))
}

/// The import that is to be cancelled.
#[derive(InputObject)]
struct CancelImportInput {
    /// Its global id.
    id: ID,
}

plain_object! {
    /// What became of a cancellation.
    pub(crate) struct CancelImportPayload {
        /// How far the import had come; null when it could not be cancelled. It ends soon, and stores nothing.
        import: Option<ImportProgress>,
        /// Why it could not be cancelled; empty when it was.
        errors: Vec<UserError>,
    }
}

#[derive(Default)]
pub(crate) struct CancelMutation;

#[Object]
impl CancelMutation {
    /// Tells an import of a file to stop: it stores nothing. For administrators, whoever handed it in, and whoever
    /// reports for its agency. Sent to the process that imports it.
    async fn cancel_import(
        &self,
        ctx: &Context<'_>,
        input: CancelImportInput,
    ) -> Result<Whole<CancelImportPayload>, Problem> {
        with_scope(ctx, Scope::Administer)?;
        let id = known_id("id", &input.id)?.ok_or_else(|| unknown("id"))?;
        let Some(under_way) = data::<Imports>(ctx)?.under_way(id) else {
            import_by_id(ctx, id).await?.ok_or_else(|| unknown("id"))?;
            record_refusal(ctx, CANCEL_IMPORT, "NOT_UNDER_WAY".to_owned()).await?;
            let error = UserError::new(
                "NOT_UNDER_WAY",
                "id",
                "Lần nhập đã kết thúc, hoặc do một tiến trình khác thực hiện.".to_owned(),
                "The import has ended, or another process does it.".to_owned(),
            );
            return Ok(Whole(CancelImportPayload { import: None, errors: vec![error] }));
        };
        if !is_his(ctx, &under_way).await? {
            return Err(unknown("id"));
        }
        under_way.cancel();
        let transaction = begin_write(database(ctx)?).await?;
        let global = ID::from(NodeId::Import(id));
        let entry = Entry::done(&actor(ctx)?, CANCEL_IMPORT).to(global.0);
        record(&transaction, entry, data::<Clock>(ctx)?.now()).await?;
        transaction.commit().await?;
        let progress = *under_way.progress.borrow();
        let import = Some(shown(id, import::State::Running, progress));
        Ok(Whole(CancelImportPayload { import, errors: Vec::new() }))
    }
}

#[derive(Default)]
pub(crate) struct ImportSubscription;

#[Subscription]
impl ImportSubscription {
    /// How far an import has come, again whenever it moves on, and for the last time when it has ended.
    async fn import_progress(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its global id.")] id: ID,
    ) -> Result<impl Stream<Item = Result<Whole<ImportProgress>, Problem>> + use<>, Problem> {
        let id = known_id("id", &id)?.ok_or_else(|| unknown("id"))?;
        let under_way = data::<Imports>(ctx)?.under_way(id);
        let seen = match &under_way {
            Some(under_way) => is_his(ctx, under_way).await?,
            None => false,
        };
        if !seen && import_by_id(ctx, id).await?.is_none() {
            return Err(unknown("id"));
        }
        let watching = Watching { database: database(ctx)?.clone(), id, under_way, last: None, ended: false };
        Ok(futures_util::stream::unfold(watching, Watching::next))
    }
}

struct Watching {
    database: DatabaseConnection,
    id: ImportId,
    under_way: Option<UnderWay>,
    last: Option<String>,
    ended: bool,
}

impl Watching {
    /// Waits until the import differs from what was last sent.
    async fn next(mut self) -> Option<(Result<Whole<ImportProgress>, Problem>, Self)> {
        if self.ended {
            return None;
        }
        loop {
            let progress = match self.now().await {
                Ok(progress) => progress,
                Err(problem) => {
                    self.ended = true;
                    return Some((Err(problem), self));
                }
            };
            let seen = format!("{progress:?}");
            if self.last.as_ref() != Some(&seen) {
                self.last = Some(seen);
                self.ended = progress.state != ImportState::Running;
                return Some((Ok(Whole(progress)), self));
            }
            self.wait().await;
        }
    }

    async fn wait(&mut self) {
        let Some(under_way) = &mut self.under_way else {
            return tokio::time::sleep(LOOK_AGAIN).await;
        };
        tokio::time::sleep(TELL_AGAIN).await;
        // An error means that it has ended.
        if let Ok(Err(_)) = tokio::time::timeout(LOOK_AGAIN, under_way.progress.changed()).await {
            self.under_way = None;
        }
    }

    async fn now(&self) -> Result<ImportProgress, Problem> {
        let row = import::Entity::find_by_id(self.id).one(&self.database).await?;
        match (row, &self.under_way) {
            (Some(row), _) if row.state != import::State::Running => Ok(recorded(row)),
            (_, Some(under_way)) => Ok(shown(self.id, import::State::Running, *under_way.progress.borrow())),
            (Some(row), None) => Ok(recorded(row)),
            // It was cancelled before its turn came, and there is no record of it.
            (None, None) => Ok(shown(self.id, import::State::Cancelled, Progress::default())),
        }
    }
}
