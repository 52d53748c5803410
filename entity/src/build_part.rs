//! Parts of a build, one a ranking block: the unit that is pushed to the
//! queue, claimed, and closed in the transaction that writes its cards.
//!
//! A claim is `claimed_by` together with `attempt`, good until `lease_until`.
//! Whoever writes asserts it first, so that a worker that was thought dead
//! cannot write beside its successor.

use crate::ids::{BlockId, BuildId, BuildPartId, PeriodId};
use chrono::TimeDelta;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Alias, Expr, ExprTrait, Query};
use sea_orm::{JoinType, QueryOrder, QuerySelect};

scoring::coded_enum! {
    /// How far a part has come.
    pub enum State {
        /// It waits, pushed or not.
        Waiting = "WAITING",
        /// A worker has claimed it.
        Running = "RUNNING",
        /// Its cards and its ranking are written.
        Succeeded = "SUCCEEDED",
        /// It failed and is not tried again.
        Failed = "FAILED",
        /// It was called off.
        Cancelled = "CANCELLED",
    }
}

/// A part of a build; unique per build and block.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "build_part")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: BuildPartId,
    /// The build.
    pub build_id: BuildId,
    /// The block to compile.
    pub block_id: BlockId,
    /// How far it has come.
    pub state: State,
    /// How many agencies it compiles.
    pub agencies: i32,
    /// Which attempt this is, from 1.
    pub attempt: i32,
    /// When this attempt may be pushed to the queue: at once, or after a pause if one before it failed.
    pub due_at: DateTimeUtc,
    /// How many times it was pushed to the queue, over all attempts.
    pub pushes: i32,
    /// When this attempt was pushed to the queue; none if it was not yet.
    pub pushed_at: Option<DateTimeUtc>,
    /// The worker that is at it; none while it waits.
    pub claimed_by: Option<String>,
    /// When the worker's claim runs out unless it is renewed; none while it
    /// waits.
    pub lease_until: Option<DateTimeUtc>,
    /// When this attempt was claimed; none while it waits.
    pub started_at: Option<DateTimeUtc>,
    /// When it ended, in whatever state; none until then.
    pub ended_at: Option<DateTimeUtc>,
    /// Scorecards written as new revisions.
    pub cards_written: i32,
    /// Scorecards that came out as they were and were not written.
    pub cards_unchanged: i32,
    /// Agencies whose index is another than before.
    pub indexes_changed: i32,
    /// What went wrong in the last attempt; none if nothing did.
    pub error: Option<String>,
    /// The build.
    #[sea_orm(belongs_to, from = "build_id", to = "id")]
    pub build: BelongsTo<super::build::Entity>,
    /// The block to compile.
    #[sea_orm(belongs_to, from = "block_id", to = "id")]
    pub block: BelongsTo<super::block::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}

/// The parts of a build, in the order of their making.
#[must_use]
pub fn of_build(build: BuildId) -> Select<Entity> {
    Entity::find().filter(Column::BuildId.eq(build)).order_by_asc(Column::Id)
}

/// The parts of a build that have not ended.
#[must_use]
pub fn unfinished_of(build: BuildId) -> Select<Entity> {
    of_build(build).filter(Column::State.is_in([State::Waiting, State::Running]))
}

/// Nothing is put off or claimed for so long. An instant further ahead was
/// written before the clock was put back, and has passed. Longer than the
/// clocks of several machines differ.
const AHEAD: TimeDelta = TimeDelta::seconds(60);

/// The parts whose present attempt was not yet pushed to the queue and whose
/// turn it is, oldest first. What was never pushed is always due.
#[must_use]
pub fn waiting_for_push(instant: DateTimeUtc) -> Select<Entity> {
    let due = Column::DueAt.lte(instant).or(Column::DueAt.gt(instant + AHEAD));
    waiting_in_turn().filter(Column::PushedAt.is_null()).filter(Column::Pushes.eq(0).or(due))
}

/// The parts that still wait although they were pushed, more than `patience`
/// before `instant` if one is given: the push may have been lost. Oldest first.
#[must_use]
pub fn still_waiting(instant: DateTimeUtc, patience: Option<TimeDelta>) -> Select<Entity> {
    let pushed = waiting_in_turn().filter(Column::PushedAt.is_not_null());
    match patience {
        Some(patience) => {
            let lost = Column::PushedAt.lt(instant - patience).or(Column::PushedAt.gt(instant + AHEAD));
            pushed.filter(lost)
        }
        None => pushed,
    }
}

/// The waiting parts whose turn it is, oldest first: of the parts that are to
/// write one block's cards of one period, one is at work at a time, and the
/// oldest is the next.
fn waiting_in_turn() -> Select<Entity> {
    let other = Alias::new("other");
    let of = |column: Column| Expr::col((other.clone(), column));
    let older = of(Column::State).eq(State::Waiting).and(of(Column::Id).lt(Expr::col((Entity, Column::Id))));
    let ahead = Query::select()
        .expr(Expr::val(1))
        .from_as(Entity, other.clone())
        .and_where(of(Column::BlockId).eq(Expr::col((Entity, Column::BlockId))))
        .and_where(of(Column::Id).ne(Expr::col((Entity, Column::Id))))
        .and_where(of(Column::State).eq(State::Running).or(older))
        .and_where(same_period(of(Column::BuildId), Expr::col((Entity, Column::BuildId))))
        .take();
    Entity::find()
        .filter(Column::State.eq(State::Waiting))
        .filter(Expr::exists(ahead).not())
        .order_by_asc(Column::Id)
}

/// That two builds are of one period.
fn same_period(one: Expr, other: Expr) -> Expr {
    let period_of = |build: Expr| {
        let period = Query::select()
            .column((super::build::Entity, super::build::Column::PeriodId))
            .from(super::build::Entity)
            .and_where(Expr::col((super::build::Entity, super::build::Column::Id)).eq(build))
            .take();
        Expr::SubQuery(None, Box::new(period.into()))
    };
    period_of(one).eq(period_of(other))
}

/// The parts that are at work on a block's cards of a period.
#[must_use]
pub fn running_at(block: BlockId, period: PeriodId) -> Select<Entity> {
    Entity::find()
        .join(JoinType::InnerJoin, Relation::Build.def())
        .filter(Column::State.eq(State::Running))
        .filter(Column::BlockId.eq(block))
        .filter(super::build::Column::PeriodId.eq(period))
}

/// The running parts whose claim ran out before `instant`, oldest first.
#[must_use]
pub fn abandoned_at(instant: DateTimeUtc) -> Select<Entity> {
    Entity::find()
        .filter(Column::State.eq(State::Running))
        .filter(Column::LeaseUntil.lt(instant).or(Column::LeaseUntil.gt(instant + AHEAD)))
        .order_by_asc(Column::Id)
}
