//! Builds: what was asked for, how far it is, asking for one, calling one off, and watching one.

mod cancel;
mod progress;
mod request;

use std::collections::HashMap;

use async_graphql::{Context, ID, Object};
use chrono::{DateTime, Utc};
use entity::{BuildId, block, build, build_part, period};
use sea_orm::{ColumnTrait, DatabaseConnection, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect};

pub(crate) use self::cancel::BuildCancelMutation;
pub(crate) use self::progress::BuildSubscription;
pub(crate) use self::request::{BuildMutation, reason_error};
use super::codes::{BuildState, BuildTrigger, PartState};
use super::cost;
use super::database;
use super::id::NodeId;
use super::paging::{Page, Window};
use super::plain::{Whole, plain_object};
use super::problem::Problem;
use super::registry::{Block, known_period};

plain_object! {
    /// A build: one compilation of a period's scorecards.
    pub(crate) struct Build {
        /// Global id.
        id: ID,
        /// The period's code.
        period: String,
        /// Only these agencies, by code; null: every agency of the period.
        agencies: Option<Vec<String>> => cost::AGENCIES,
        /// Only the agencies of these ranking blocks, by code; null: of every block.
        blocks: Option<Vec<String>>,
        /// What set it off.
        trigger: BuildTrigger,
        /// Why, in a person's words.
        reason: String,
        /// Who asked for it.
        requested_by: String,
        /// Where it stands.
        state: BuildState,
        /// When it was asked for.
        requested_at: DateTime<Utc>,
        /// When it was taken up.
        started_at: Option<DateTime<Utc>>,
        /// When it ended.
        ended_at: Option<DateTime<Utc>>,
        /// How long it took, in milliseconds; null until it has ended.
        duration_ms: Option<i32>,
        /// When it was called off; its parts end as soon as they have noticed.
        cancelled_at: Option<DateTime<Utc>>,
        /// Who called it off.
        cancelled_by: Option<String>,
        /// Why, in a person's words.
        cancel_reason: Option<String>,
        /// How many agencies it compiles; 0 until it is taken up.
        agencies_total: i32,
        /// How many of them are in parts that have ended.
        agencies_ended: i32,
        /// New card revisions, so far.
        cards_written: i32,
        /// Cards that were already as they should be, so far.
        cards_unchanged: i32,
        /// Agencies whose index is another than before, so far.
        indexes_changed: i32,
        /// What is different from the build of the same period and scope before; null until this one has ended,
        /// and where there was none or it is forgotten.
        difference: Option<BuildDifference>,
        /// How many parts it has; 0 until it is taken up.
        parts_total: i32,
        /// How many of them have ended.
        parts_ended: i32,
        /// Its parts, one a ranking block.
        parts: Vec<BuildPart> => cost::BLOCKS,
        /// Why it failed, if it did.
        error: Option<String>,
    }
}

plain_object! {
    /// What a build did more (or less, below zero) than the build of the same period and scope before.
    pub(crate) struct BuildDifference {
        /// The build before.
        build: ID,
        /// New card revisions.
        cards_written: i32,
        /// Cards that were already as they should be.
        cards_unchanged: i32,
        /// Agencies whose index is another than before.
        indexes_changed: i32,
    }
}

plain_object! {
    /// A part of a build: one ranking block.
    pub(crate) struct BuildPart {
        /// The block.
        block: Block,
        /// Where it stands.
        state: PartState,
        /// How many agencies it compiles.
        agencies: i32,
        /// Which attempt, from 1.
        attempt: i32,
        /// New card revisions.
        cards_written: i32,
        /// Cards that were already as they should be.
        cards_unchanged: i32,
        /// Agencies whose index is another than before.
        indexes_changed: i32,
        /// When it was last begun.
        started_at: Option<DateTime<Utc>>,
        /// When it ended.
        ended_at: Option<DateTime<Utc>>,
        /// Why its last attempt failed, if it did.
        error: Option<String>,
    }
}

/// Loads builds whole, with their periods, parts and the builds before them: three queries more than the builds
/// themselves.
pub(crate) async fn whole(
    database: &DatabaseConnection,
    rows: Vec<build::Model>,
) -> Result<Vec<Build>, Problem> {
    let periods: HashMap<_, _> =
        period::in_order().all(database).await?.into_iter().map(|period| (period.id, period.code)).collect();
    let ids = rows.iter().map(|build| build.id);
    let parts = build_part::Entity::find()
        .filter(build_part::Column::BuildId.is_in(ids))
        .find_also_related(block::Entity)
        .all(database)
        .await?;
    let before = rows.iter().filter_map(|build| build.previous_id);
    let before = build::Entity::find().filter(build::Column::Id.is_in(before)).all(database).await?;
    let before: HashMap<_, _> = before.into_iter().map(|build| (build.id, build)).collect();
    let mut by_build: HashMap<BuildId, Vec<(i32, BuildPart)>> = HashMap::new();
    for (part, block) in parts {
        let Some(block) = block else { continue };
        by_build.entry(part.build_id).or_default().push((block.position, part_of(part, block)));
    }
    let build = |row: build::Model| {
        let mut parts = by_build.remove(&row.id).unwrap_or_default();
        parts.sort_by_key(|(position, _)| *position);
        let parts: Vec<_> = parts.into_iter().map(|(_, part)| part).collect();
        let difference =
            row.previous_id.and_then(|id| before.get(&id)).and_then(|before| difference(&row, before));
        Build { difference, ..build_of(row, &periods, parts) }
    };
    Ok(rows.into_iter().map(build).collect())
}

/// `None` until both have ended.
fn difference(row: &build::Model, before: &build::Model) -> Option<BuildDifference> {
    row.ended_at.and(before.ended_at)?;
    Some(BuildDifference {
        build: NodeId::Build(before.id).into(),
        cards_written: row.cards_written - before.cards_written,
        cards_unchanged: row.cards_unchanged - before.cards_unchanged,
        indexes_changed: row.indexes_changed - before.indexes_changed,
    })
}

fn part_of(part: build_part::Model, block: block::Model) -> BuildPart {
    BuildPart {
        block: block.into(),
        state: part.state.into(),
        agencies: part.agencies,
        attempt: part.attempt,
        cards_written: part.cards_written,
        cards_unchanged: part.cards_unchanged,
        indexes_changed: part.indexes_changed,
        started_at: part.started_at,
        ended_at: part.ended_at,
        error: part.error,
    }
}

fn build_of(row: build::Model, periods: &HashMap<entity::PeriodId, String>, parts: Vec<BuildPart>) -> Build {
    let count = |number: usize| i32::try_from(number).unwrap_or(i32::MAX);
    let has_ended = |part: &&BuildPart| !matches!(part.state, PartState::Waiting | PartState::Running);
    let ended = parts.iter().filter(has_ended);
    let took = row.started_at.zip(row.ended_at).map(|(started, ended)| (ended - started).num_milliseconds());
    Build {
        id: NodeId::Build(row.id).into(),
        period: periods.get(&row.period_id).cloned().unwrap_or_default(),
        agencies: row.agencies.map(|codes| codes.0),
        blocks: row.blocks.map(|codes| codes.0),
        duration_ms: took.and_then(|took| i32::try_from(took.max(0)).ok()),
        cancelled_at: row.cancelled_at,
        cancelled_by: row.cancelled_by,
        cancel_reason: row.cancel_reason,
        agencies_total: parts.iter().map(|part| part.agencies).sum(),
        agencies_ended: parts.iter().filter(has_ended).map(|part| part.agencies).sum(),
        indexes_changed: parts.iter().map(|part| part.indexes_changed).sum(),
        difference: None,
        trigger: row.trigger.into(),
        reason: row.reason,
        requested_by: row.requested_by,
        state: row.state.into(),
        requested_at: row.requested_at,
        started_at: row.started_at,
        ended_at: row.ended_at,
        cards_written: parts.iter().map(|part| part.cards_written).sum(),
        cards_unchanged: parts.iter().map(|part| part.cards_unchanged).sum(),
        parts_total: count(parts.len()),
        parts_ended: count(ended.count()),
        parts,
        error: row.error,
    }
}

/// The build with an id.
pub(crate) async fn build_by_id(
    database: &DatabaseConnection,
    id: BuildId,
) -> Result<Option<Build>, Problem> {
    let row = build::Entity::find_by_id(id).one(database).await?;
    Ok(whole(database, row.into_iter().collect()).await?.pop())
}

async fn known_build(database: &DatabaseConnection, id: &ID) -> Result<(BuildId, Build), Problem> {
    let NodeId::Build(id) = NodeId::read("id", id)? else {
        return Err(Problem::bad_input(
            "id",
            "`id` không phải là id của lần lập / is not a build's id".to_owned(),
        ));
    };
    let build = build_by_id(database, id).await?;
    let build = build.ok_or_else(|| {
        Problem::not_found("id", "không có lần lập này / there is no such build".to_owned())
    })?;
    Ok((id, build))
}

#[derive(Default)]
pub(crate) struct BuildQuery;

#[Object]
impl BuildQuery {
    /// The builds, newest first.
    #[graphql(complexity = "cost::page(first, child_complexity)")]
    async fn builds(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only those of this period, by its code.")] period: Option<String>,
        #[graphql(desc = "Page size, 1 to 200; 20 when not given.")] first: Option<i32>,
        #[graphql(desc = "Begin after this cursor.")] after: Option<String>,
    ) -> Result<Page<Build>, Problem> {
        let database = database(ctx)?;
        let window = Window::new(first, after.as_deref())?;
        let mut builds = build::latest_first();
        if let Some(code) = period {
            let period = known_period(database, "period", &code).await?;
            builds = builds.filter(build::Column::PeriodId.eq(period.id));
        }
        let total = match ctx.look_ahead().field("totalCount").exists() {
            true => Some(builds.clone().count(database).await?),
            false => None,
        };
        let rows = builds.offset(window.offset).limit(window.limit()).all(database).await?;
        Ok(Page::new(window, whole(database, rows).await?, total))
    }

    /// The build with this id.
    async fn build(&self, ctx: &Context<'_>, id: ID) -> Result<Whole<Build>, Problem> {
        let (_, build) = known_build(database(ctx)?, &id).await?;
        Ok(Whole(build))
    }
}
