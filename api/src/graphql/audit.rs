//! The audit log, for administrators: searched, newest first, in pages that do not move while events arrive.

use async_graphql::{Context, Object};
use chrono::{DateTime, Datelike, Utc};
use entity::audit_event::{self, Column, newest_first};
use entity::token::Scope;
use sea_orm::{ColumnTrait, PaginatorTrait, QueryFilter, QuerySelect, QueryTrait, Select};

use super::codes::{AuditOutcome, AuditVia};
use super::cost;
use super::database;
use super::paging::{KeyWindow, Page};
use super::plain::plain_object;
use super::problem::Problem;
use super::viewer::administrator;

plain_object! {
    /// An audit event: who did what, when, and what came of it. The log only grows; each event carries the
    /// hash of the one before, and `reform-api audit verify` checks them all.
    pub(crate) struct AuditEvent {
        /// Its number, 1, 2, … without a gap; a text, since it may outgrow `Int`.
        seq: String,
        /// When.
        at: DateTime<Utc>,
        /// The request that it was part of; null outside a request.
        request_id: Option<String>,
        /// The account's id; null where no account acted.
        actor_id: Option<String>,
        /// The account's name, or `terminal`, `public`.
        actor: String,
        /// How the actor was recognised.
        via: AuditVia,
        /// The peer's address; null where there is no peer.
        from_address: Option<String>,
        /// What was done, as a code of an open list, for instance `REQUEST_BUILD`.
        action: String,
        /// What came of it.
        outcome: AuditOutcome,
        /// The global id of what it was done to, for instance `Build:…`.
        object: Option<String>,
        /// What the object was before, as JSON.
        before: Option<String>,
        /// What it was after, as JSON. Of refusals that were counted together, how many there were: `times`.
        after: Option<String>,
        /// More, in words; of a refusal, why.
        detail: Option<String>,
        /// The hash of the event before.
        previous_hash: String,
        /// SHA-256 over canonical JSON of all the other columns, in hex.
        hash: String,
    }
}

impl From<audit_event::Model> for AuditEvent {
    fn from(event: audit_event::Model) -> Self {
        Self {
            seq: event.seq.to_string(),
            at: event.at,
            request_id: event.request_id,
            actor_id: event.actor_id,
            actor: event.actor,
            via: event.via.into(),
            from_address: event.from_address,
            action: event.action,
            outcome: event.outcome.into(),
            object: event.object,
            before: event.before,
            after: event.after,
            detail: event.detail,
            previous_hash: event.previous_hash,
            hash: event.hash,
        }
    }
}

/// Which events are wanted.
#[derive(Default)]
struct Wanted {
    action: Option<String>,
    actor: Option<String>,
    object: Option<String>,
    outcome: Option<AuditOutcome>,
    from: Option<DateTime<Utc>>,
    until: Option<DateTime<Utc>>,
}

impl Wanted {
    fn select(self) -> Select<audit_event::Entity> {
        let outcome = self.outcome.map(audit_event::Outcome::from);
        newest_first()
            .apply_if(self.action, |events, action| events.filter(Column::Action.eq(action)))
            .apply_if(self.actor, |events, actor| events.filter(Column::Actor.eq(actor)))
            .apply_if(self.object, |events, object| events.filter(Column::Object.eq(object)))
            .apply_if(outcome, |events, outcome| events.filter(Column::Outcome.eq(outcome)))
            .apply_if(self.from, |events, from| events.filter(Column::At.gte(from)))
            .apply_if(self.until, |events, until| events.filter(Column::At.lt(until)))
    }
}

/// Refuses an instant that not every database can hold, or compares rightly.
fn check_instant(field: &'static str, instant: Option<DateTime<Utc>>) -> Result<(), Problem> {
    if instant.is_none_or(|instant| (1..=9999).contains(&instant.year())) {
        return Ok(());
    }
    Err(Problem::bad_input(field, format!("`{field}` must be within the years 1 to 9999")))
}

#[derive(Default)]
pub(crate) struct AuditQuery;

#[Object]
impl AuditQuery {
    /// The audit log, newest first. For administrators.
    #[graphql(complexity = "cost::page(first, child_complexity)")]
    #[allow(clippy::too_many_arguments, reason = "each is an argument of the field")]
    async fn audit_events(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only this action, for instance `REQUEST_BUILD`.")] action: Option<String>,
        #[graphql(desc = "Only what this actor did, by name.")] actor: Option<String>,
        #[graphql(desc = "Only what was done to this object, by its global id.")] object: Option<String>,
        #[graphql(desc = "Only what came out so.")] outcome: Option<AuditOutcome>,
        #[graphql(desc = "Only from this instant on.")] from: Option<DateTime<Utc>>,
        #[graphql(desc = "Only before this instant.")] until: Option<DateTime<Utc>>,
        #[graphql(desc = "Page size, 1 to 200; 20 when not given.")] first: Option<i32>,
        #[graphql(desc = "Begin after this cursor.")] after: Option<String>,
    ) -> Result<Page<AuditEvent>, Problem> {
        administrator(ctx, Scope::Read)?;
        let database = database(ctx)?;
        let window = KeyWindow::<i64>::new(first, after.as_deref())?;
        check_instant("from", from)?;
        check_instant("until", until)?;
        let events = Wanted { action, actor, object, outcome, from, until }.select();
        let total = match ctx.look_ahead().field("totalCount").exists() {
            true => Some(events.clone().count(database).await?),
            false => None,
        };
        let events = events.apply_if(window.after, |events, seq| events.filter(Column::Seq.lt(seq)));
        let rows = events.limit(window.limit()).all(database).await?;
        let rows = rows.into_iter().map(|event| (event.seq, event.into()));
        Ok(Page::by_key(&window, rows.collect(), total))
    }
}
