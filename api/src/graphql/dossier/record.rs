//! Imports: what was handed in, and what came of it.

use std::collections::HashMap;

use async_graphql::{Context, ID, Object};
use chrono::{DateTime, Utc};
use entity::{ImportId, PeriodId, agency, import, import_conflict, period};
use sea_orm::{ColumnTrait, DatabaseConnection, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect};

use super::super::codes::{ImportKind, ImportMode, ImportState};
use super::super::cost;
use super::super::database;
use super::super::id::NodeId;
use super::super::paging::{KeyWindow, Page, Window};
use super::super::plain::{Whole, plain_object};
use super::super::problem::Problem;
use crate::policy::sight;

plain_object! {
    /// An import: a file or batch that was handed in, and what came of it.
    pub(crate) struct Import {
        /// Global id.
        id: ID,
        /// What is imported.
        kind: ImportKind,
        /// Code of the period that the rows are about; null of dossiers, which have days.
        period: Option<String>,
        /// Code of the only agency whose rows are accepted; null for any.
        agency: Option<String>,
        /// The file's name; null where the rows came without a file.
        file_name: Option<String>,
        /// SHA-256 over the file, or over the rows' canonical JSON, in hex.
        sha256: String,
        /// Who handed it in.
        recorded_by: String,
        /// When it began.
        started_at: DateTime<Utc>,
        /// When it ended; null before.
        ended_at: Option<DateTime<Utc>>,
        /// What becomes of the valid rows when others are refused.
        mode: ImportMode,
        /// Whether it only finds out what would come of it.
        dry_run: bool,
        /// How far it has come.
        state: ImportState,
        /// Rows that were new. Of an import that stored nothing, this and the next two are what would have been.
        added: i32,
        /// Rows that changed what was stored.
        changed: i32,
        /// Rows that were stored just so already.
        unchanged: i32,
        /// Rows that were refused; why, `importConflicts` tells.
        refused: i32,
        /// Why it failed, in Vietnamese; null if it did not.
        error_vi: Option<String>,
        /// Why it failed, in English; null if it did not.
        error_en: Option<String>,
    }
}

plain_object! {
    /// One thing that is wrong with a row of an import, so that it was refused. A row may have several.
    pub(crate) struct ImportConflict {
        /// The row of the file, from 1; null where no row is to blame.
        row: Option<i32>,
        /// The column; null where no single column is to blame.
        column: Option<String>,
        /// What is wrong, as a code of an open list, for instance `UNKNOWN_AGENCY`.
        code: String,
        /// The value at fault, shortened; null where there is none.
        value: Option<String>,
        /// What is wrong, in Vietnamese.
        message_vi: String,
        /// What is wrong, in English.
        message_en: String,
    }
}

impl From<import_conflict::Model> for ImportConflict {
    fn from(row: import_conflict::Model) -> Self {
        Self {
            row: row.row,
            column: row.column_name,
            code: row.code,
            value: row.value,
            message_vi: row.message_vi,
            message_en: row.message_en,
        }
    }
}

/// The codes of periods by their ids.
type Periods = HashMap<PeriodId, String>;

/// An import with its agency.
type Found = (import::Model, Option<agency::Model>);

/// Imports as they are shown, each with its agency; where any is about a period, one query for these.
pub(crate) async fn shown_all(
    database: &DatabaseConnection,
    found: Vec<Found>,
) -> Result<Vec<Import>, Problem> {
    let ids: Vec<PeriodId> = found.iter().filter_map(|(row, _)| row.period_id).collect();
    let mut periods = Periods::new();
    if !ids.is_empty() {
        let rows = period::in_order().filter(period::Column::Id.is_in(ids)).all(database).await?;
        periods.extend(rows.into_iter().map(|row| (row.id, row.code)));
    }
    Ok(found.into_iter().map(|found| shown(found, &periods)).collect())
}

fn shown((row, agency): Found, periods: &Periods) -> Import {
    let count = |rows: i64| i32::try_from(rows).unwrap_or(i32::MAX);
    Import {
        id: NodeId::Import(row.id).into(),
        kind: row.kind.into(),
        period: row.period_id.and_then(|id| periods.get(&id).cloned()),
        agency: agency.map(|agency| agency.code),
        file_name: row.file_name,
        sha256: row.sha256,
        recorded_by: row.recorded_by,
        started_at: row.started_at,
        ended_at: row.ended_at,
        mode: row.mode.into(),
        dry_run: row.dry_run,
        state: row.state.into(),
        added: count(row.added),
        changed: count(row.changed),
        unchanged: count(row.unchanged),
        refused: count(row.refused),
        error_vi: row.error_vi,
        error_en: row.error_en,
    }
}

/// The import with an id, if it is for the viewer.
pub(crate) async fn import_by_id(ctx: &Context<'_>, id: ImportId) -> Result<Option<Import>, Problem> {
    let imports = sight(ctx).await?.of_imports(import::Entity::find_by_id(id));
    let database = database(ctx)?;
    let found = imports.find_also_related(agency::Entity).one(database).await?;
    Ok(shown_all(database, found.into_iter().collect()).await?.pop())
}

/// The id that an argument names; anything but an import's is of none.
pub(super) fn known_id(field: &'static str, id: &ID) -> Result<Option<ImportId>, Problem> {
    Ok(match NodeId::read(field, id)? {
        NodeId::Import(id) => Some(id),
        _ => None,
    })
}

async fn known_import(
    ctx: &Context<'_>,
    field: &'static str,
    id: &ID,
) -> Result<(ImportId, Import), Problem> {
    let found = match known_id(field, id)? {
        Some(id) => import_by_id(ctx, id).await?.map(|import| (id, import)),
        None => None,
    };
    found.ok_or_else(|| unknown(field))
}

pub(super) fn unknown(field: &'static str) -> Problem {
    Problem::not_found(field, "không có lần nhập này / there is no such import".to_owned())
}

#[derive(Default)]
pub(crate) struct ImportQuery;

#[Object]
impl ImportQuery {
    /// The imports, newest first: of the whole province for those who see it, else those for the viewer's own agencies.
    #[graphql(complexity = "cost::page(first, child_complexity)")]
    async fn imports(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only those in this state.")] state: Option<ImportState>,
        #[graphql(desc = "Page size, 1 to 200; 20 when not given.")] first: Option<i32>,
        #[graphql(desc = "Begin after this cursor.")] after: Option<String>,
    ) -> Result<Page<Import>, Problem> {
        let database = database(ctx)?;
        let window = Window::new(first, after.as_deref())?;
        let mut imports = sight(ctx).await?.of_imports(import::newest_first());
        if let Some(state) = state {
            imports = imports.filter(import::Column::State.eq(state.remote()));
        }
        let total = match ctx.look_ahead().field("totalCount").exists() {
            true => Some(imports.clone().count(database).await?),
            false => None,
        };
        let rows = imports
            .find_also_related(agency::Entity)
            .offset(window.offset)
            .limit(window.limit())
            .all(database)
            .await?;
        Ok(Page::new(window, shown_all(database, rows).await?, total))
    }

    /// The import with this id.
    async fn import(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its global id.")] id: ID,
    ) -> Result<Whole<Import>, Problem> {
        known_import(ctx, "id", &id).await.map(|(_, import)| Whole(import))
    }

    /// What an import refused, in the order in which it was found. Of an import that stored nothing, the first 10,000.
    #[graphql(complexity = "cost::page(first, child_complexity)")]
    async fn import_conflicts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The import's global id.")] import: ID,
        #[graphql(desc = "Page size, 1 to 200; 20 when not given.")] first: Option<i32>,
        #[graphql(desc = "Begin after this cursor.")] after: Option<String>,
    ) -> Result<Page<ImportConflict>, Problem> {
        let window = KeyWindow::<i32>::new(first, after.as_deref())?;
        let (id, _) = known_import(ctx, "import", &import).await?;
        let database = database(ctx)?;
        let mut conflicts = import_conflict::of_import(id);
        let total = match ctx.look_ahead().field("totalCount").exists() {
            true => Some(conflicts.clone().count(database).await?),
            false => None,
        };
        if let Some(seq) = window.after {
            conflicts = conflicts.filter(import_conflict::Column::Seq.gt(seq));
        }
        let rows = conflicts.limit(window.limit()).all(database).await?;
        let rows = rows.into_iter().map(|row| (row.seq, row.into()));
        Ok(Page::by_key(&window, rows.collect(), total))
    }
}
