//! The record of an import: begun before it, in a transaction of its own, ended with it.

use chrono::{DateTime, TimeDelta, Utc};
use entity::import::State;
use entity::{ImportId, import, import_conflict};
use sea_orm::ActiveValue::Set;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, IntoActiveModel,
    QueryFilter, QuerySelect,
};
use serde_json::json;

use super::{Conflict, Order, Progress, Unreadable, action};
use crate::audit::{self, Entry};
use crate::database::{insert, nobody_imports};

/// An import begins its work this long after its record at the latest, unless its process has ended.
const BEGUN_WITHIN: TimeDelta = TimeDelta::minutes(1);

/// Puts on record that an import is under way, and which others no longer are.
pub(crate) async fn begin(
    transaction: &DatabaseTransaction,
    order: &Order,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    interrupt(transaction, now).await?;
    let row = import::Model {
        id: order.id,
        kind: order.kind,
        period_id: order.period,
        agency_id: order.agency,
        file_name: order.file_name.clone(),
        sha256: order.sha256.clone(),
        header: order.header.clone(),
        recorded_by: order.by.name.clone(),
        account_id: order.account,
        started_at: now,
        ended_at: None,
        mode: order.mode,
        dry_run: order.dry_run,
        state: State::Running,
        added: 0,
        changed: 0,
        unchanged: 0,
        refused: 0,
        error_vi: None,
        error_en: None,
    };
    import::Entity::insert(row.into_active_model().reset_all()).exec_without_returning(transaction).await?;
    Ok(())
}

/// Puts an end to the records of imports whose process ended. One that only waits for its turn may be among them on
/// SQLite; it says what it is when it ends.
async fn interrupt(transaction: &DatabaseTransaction, now: DateTime<Utc>) -> Result<(), DbErr> {
    let running: Vec<ImportId> = import::Entity::find()
        .select_only()
        .column(import::Column::Id)
        .filter(import::Column::State.eq(State::Running))
        .filter(import::Column::StartedAt.lt(now - BEGUN_WITHIN))
        .into_tuple()
        .all(transaction)
        .await?;
    for id in running {
        if nobody_imports(transaction, id).await? {
            let ended = import::ActiveModel {
                id: Set(id),
                state: Set(State::Interrupted),
                ended_at: Set(Some(now)),
                ..Default::default()
            };
            ended.update(transaction).await?;
        }
    }
    Ok(())
}

/// How an import ended.
#[derive(Debug)]
pub(crate) struct End {
    pub(crate) state: State,
    pub(crate) progress: Progress,
    pub(crate) error: Option<Unreadable>,
}

/// Puts on record how an import ended.
pub(crate) async fn end<C: ConnectionTrait>(
    connection: &C,
    import: ImportId,
    end: End,
    now: DateTime<Utc>,
) -> Result<import::Model, DbErr> {
    let (error_vi, error_en) = end.error.map(|error| (error.message_vi, error.message_en)).unzip();
    let row = import::ActiveModel {
        id: Set(import),
        state: Set(end.state),
        ended_at: Set(Some(now)),
        added: Set(end.progress.added),
        changed: Set(end.progress.changed),
        unchanged: Set(end.progress.unchanged),
        refused: Set(end.progress.refused),
        error_vi: Set(error_vi),
        error_en: Set(error_en),
        ..Default::default()
    };
    row.update(connection).await
}

/// Stores conflicts, the first of which has a number.
pub(crate) async fn conflicts<C: ConnectionTrait>(
    connection: &C,
    import: ImportId,
    first: i32,
    conflicts: Vec<Conflict>,
) -> Result<(), DbErr> {
    let row = |(seq, conflict): (i32, Conflict)| import_conflict::ActiveModel {
        import_id: Set(import),
        seq: Set(seq),
        row: Set(conflict.row),
        column_name: Set(conflict.column),
        code: Set(conflict.code.to_owned()),
        value: Set(conflict.value),
        message_vi: Set(conflict.message_vi),
        message_en: Set(conflict.message_en),
        cells: Set(conflict.cells),
    };
    insert(connection, (first..).zip(conflicts).map(row).collect()).await
}

/// Puts on record how an import ended that stored nothing, in a transaction of its own.
pub(crate) async fn settle(
    transaction: DatabaseTransaction,
    order: &Order,
    ended: End,
    found: Vec<Conflict>,
    now: DateTime<Utc>,
) -> Result<import::Model, DbErr> {
    let refused = (ended.state == State::Refused).then(|| {
        let why = format!("{} rows refused", ended.progress.refused);
        Entry::refused(&order.by, action(order.kind), why).to(global_id(order.id))
    });
    let record = end(&transaction, order.id, ended, now).await?;
    conflicts(&transaction, order.id, 1, found).await?;
    if let Some(refused) = refused {
        audit::record(&transaction, refused, now).await?;
    }
    transaction.commit().await?;
    Ok(record)
}

/// What goes on record of an import that stored something.
pub(crate) fn done(order: &Order, progress: Progress) -> Entry {
    let Progress { added, changed, unchanged, refused, .. } = progress;
    Entry::done(&order.by, action(order.kind)).to(global_id(order.id)).leaving(json!({
        "file": order.file_name,
        "sha256": order.sha256,
        "added": added,
        "changed": changed,
        "unchanged": unchanged,
        "refused": refused,
    }))
}

/// The import's id as the API writes it.
fn global_id(id: ImportId) -> String {
    format!("Import:{id}")
}

/// Why an import failed whose database did.
pub(crate) fn our_fault() -> Unreadable {
    Unreadable {
        message_vi: "cơ sở dữ liệu gặp lỗi; hãy thử lại".to_owned(),
        message_en: "the database failed; try again".to_owned(),
    }
}
