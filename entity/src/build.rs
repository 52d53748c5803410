//! Builds: each a request to compile the scorecards of a period, and what
//! came of it. Whoever wants scorecards inserts a row in its own transaction;
//! the worker does the rest.
//!
//! At most one build may wait for each period and scope: insert with
//! [`unless_queued`] and read the one that waits with [`queued_for`].

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{ExprTrait, OnConflict};
use sea_orm::{QueryOrder, QuerySelect, QueryTrait};

use crate::codes::Codes;
use crate::ids::{BuildId, PeriodId};

scoring::coded_enum! {
    /// What asked for a build.
    pub enum Trigger {
        /// The schedule.
        Schedule = "SCHEDULE",
        /// A person.
        Administrator = "ADMINISTRATOR",
        /// Inputs that changed.
        DataChange = "DATA_CHANGE",
        /// A deadline of an assessment campaign.
        Campaign = "CAMPAIGN",
    }
}

scoring::coded_enum! {
    /// How far a build has come.
    pub enum State {
        /// It waits.
        Queued = "QUEUED",
        /// It was split into parts, and the worker is at them.
        Running = "RUNNING",
        /// It ended and all its parts succeeded.
        Succeeded = "SUCCEEDED",
        /// It ended and some of its parts succeeded.
        Partial = "PARTIAL",
        /// It ended and none of its parts succeeded.
        Failed = "FAILED",
        /// It was called off.
        Cancelled = "CANCELLED",
    }
}

/// A build.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "build")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: BuildId,
    /// The period to compile.
    pub period_id: PeriodId,
    /// What to compile, as a text that is equal for equal scopes:
    /// [`EVERY_AGENCY`], or what [`scope_key`] makes of the codes.
    pub scope_key: String,
    /// Codes of the agencies to compile; none for all of the period.
    pub agencies: Option<Codes>,
    /// Codes of the ranking blocks to compile; none for all.
    pub blocks: Option<Codes>,
    /// The build of the same period and scope that was asked for before; none if
    /// there was none. It may be pruned by now.
    pub previous_id: Option<BuildId>,
    /// What asked for it.
    pub trigger: Trigger,
    /// Why, in words.
    pub reason: String,
    /// Who asked for it.
    pub requested_by: String,
    /// How far it has come.
    pub state: State,
    /// When it was asked for.
    pub requested_at: DateTimeUtc,
    /// When somebody called it off; none if nobody did.
    pub cancelled_at: Option<DateTimeUtc>,
    /// Who called it off.
    pub cancelled_by: Option<String>,
    /// Why it was called off, in words.
    pub cancel_reason: Option<String>,
    /// When the worker took it up; none while it waits.
    pub started_at: Option<DateTimeUtc>,
    /// When it ended, in whatever state; none until then.
    pub ended_at: Option<DateTimeUtc>,
    /// Scorecards written as new revisions.
    pub cards_written: i32,
    /// Scorecards that came out as they were and were not written.
    pub cards_unchanged: i32,
    /// Agencies whose index is another than before.
    pub indexes_changed: i32,
    /// What went wrong; none if nothing did.
    pub error: Option<String>,
    /// The period to compile.
    #[sea_orm(belongs_to, from = "period_id", to = "id")]
    pub period: BelongsTo<super::period::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}

/// The scope key of a build of all agencies of its period.
pub const EVERY_AGENCY: &str = "*";

/// The longest scope key that is kept as it is: an index holds no long text.
const LONGEST_KEY: usize = 1_000;

/// The scope key of a build of these agencies, or of all, in these blocks, or in all.
#[must_use]
pub fn scope_key(agencies: Option<&Codes>, blocks: Option<&Codes>) -> String {
    let agencies = agencies.map(|codes| codes.0.join(","));
    let blocks = blocks.map(|codes| format!("blocks:{}", codes.0.join(",")));
    let parts: Vec<_> = blocks.into_iter().chain(agencies).collect();
    match parts.join(" ") {
        all if all.is_empty() => EVERY_AGENCY.to_owned(),
        long if long.len() > LONGEST_KEY => format!("sha256:{}", scoring::sha256_hex(&long)),
        key => key,
    }
}

/// Whether a build has not ended.
const UNFINISHED: [State; 2] = [State::Queued, State::Running];

/// The builds that have not ended, oldest first.
#[must_use]
pub fn unfinished() -> Select<Entity> {
    oldest_first().filter(Column::State.is_in(UNFINISHED))
}

/// The builds that wait, oldest first.
#[must_use]
pub fn queued() -> Select<Entity> {
    oldest_first().filter(Column::State.eq(State::Queued))
}

/// The one build that waits for a period and scope, if any.
#[must_use]
pub fn queued_for(period: PeriodId, scope_key: &str) -> Select<Entity> {
    queued().filter(Column::PeriodId.eq(period)).filter(Column::ScopeKey.eq(scope_key))
}

/// The builds that the worker is at, oldest first.
#[must_use]
pub fn running() -> Select<Entity> {
    oldest_first().filter(Column::State.eq(State::Running))
}

/// All builds, latest first.
#[must_use]
pub fn latest_first() -> Select<Entity> {
    Entity::find().order_by_desc(Column::RequestedAt).order_by_desc(Column::Id)
}

/// The builds of a period, latest first.
#[must_use]
pub fn of_period(period: PeriodId) -> Select<Entity> {
    latest_first().filter(Column::PeriodId.eq(period))
}

/// The builds of a period and scope, latest first.
#[must_use]
pub fn of_scope(period: PeriodId, scope_key: &str) -> Select<Entity> {
    of_period(period).filter(Column::ScopeKey.eq(scope_key))
}

/// Ended builds that may be forgotten: beyond the latest `keep`, and nothing that is there names them as its
/// origin.
#[must_use]
pub fn prunable(keep: u64) -> Select<Entity> {
    let latest = latest_first().select_only().column(Column::Id).limit(keep).into_query();
    let cards = super::scorecard::Entity::find().select_only().column(super::scorecard::Column::BuildId);
    let rankings = super::ranking::Entity::find().select_only().column(super::ranking::Column::BuildId);
    let ticks = super::schedule::Entity::find()
        .select_only()
        .column(super::schedule::Column::LastBuildId)
        .filter(super::schedule::Column::LastBuildId.is_not_null());
    oldest_first()
        .filter(Column::State.is_not_in(UNFINISHED))
        .filter(Column::Id.not_in_subquery(latest))
        .filter(Column::Id.not_in_subquery(cards.into_query()))
        .filter(Column::Id.not_in_subquery(rankings.into_query()))
        .filter(Column::Id.not_in_subquery(ticks.into_query()))
}

fn oldest_first() -> Select<Entity> {
    Entity::find().order_by_asc(Column::RequestedAt).order_by_asc(Column::Id)
}

/// For an insert: do nothing if a build of the same period and scope waits
/// already.
#[must_use]
pub fn unless_queued() -> OnConflict {
    // The state is a constant in the statement, not a parameter, because
    // PostgreSQL must see which partial index is meant.
    let queued = Expr::Constant(State::Queued.into());
    OnConflict::columns([Column::PeriodId, Column::ScopeKey])
        .target_and_where(ExprTrait::eq(Expr::col(Column::State), queued))
        .do_nothing()
        .to_owned()
}
