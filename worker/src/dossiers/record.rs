//! The record of an import: begun before it, in a transaction of its own, ended with it.

use chrono::{DateTime, TimeDelta, Utc};
use entity::import::{Kind, State};
use entity::{ImportId, import, import_conflict};
use sea_orm::ActiveValue::Set;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, IntoActiveModel,
    QueryFilter, QuerySelect,
};

use super::{Conflict, Order, Progress, Unreadable};
use crate::database::{insert, nobody_imports};

/// An import begins its work this long after its record at the latest, unless its process has ended.
const BEGUN_WITHIN: TimeDelta = TimeDelta::minutes(1);

/// Puts on record that an import is under way, and which others no longer are.
pub(super) async fn begin(
    transaction: &DatabaseTransaction,
    order: &Order,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    interrupt(transaction, now).await?;
    let row = import::Model {
        id: order.id,
        kind: Kind::Dossiers,
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
pub(super) struct End {
    pub(super) state: State,
    pub(super) progress: Progress,
    pub(super) error: Option<Unreadable>,
}

/// Puts on record how an import ended.
pub(super) async fn end<C: ConnectionTrait>(
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
pub(super) async fn conflicts<C: ConnectionTrait>(
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
