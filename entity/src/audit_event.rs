//! Audit events: who did what, when, from where, and what came of it. The
//! table only grows; each event carries the hash of the one before, so that a
//! change of what was written shows.
//!
//! Only the worker's `audit` module writes events and knows the chain.

use sea_orm::QueryOrder;
use sea_orm::entity::prelude::*;

scoring::coded_enum! {
    /// How whoever acted was recognised.
    pub enum Via {
        /// By a session.
        Session = "SESSION",
        /// By a token.
        Token = "TOKEN",
        /// By access to the server's terminal.
        Terminal = "TERMINAL",
        /// The worker acted, unasked.
        Worker = "WORKER",
        /// Not at all: no session and no token was shown.
        Nobody = "NOBODY",
    }
}

scoring::coded_enum! {
    /// What came of an action.
    pub enum Outcome {
        /// It was done.
        Done = "DONE",
        /// It was refused: not allowed, or against a rule.
        Refused = "REFUSED",
        /// It was allowed and went wrong.
        Failed = "FAILED",
    }
}

/// An audit event.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_event")]
pub struct Model {
    /// Its number: 1, 2, … without a gap.
    #[sea_orm(primary_key, auto_increment = false)]
    pub seq: i64,
    /// When.
    pub at: DateTimeUtc,
    /// The request that it was part of; none outside a request.
    pub request_id: Option<String>,
    /// The account's id; none where no account acted.
    pub actor_id: Option<String>,
    /// The account's name, or `terminal`, `public`.
    pub actor: String,
    /// How the actor was recognised.
    pub via: Via,
    /// The peer's address; none where there is no peer.
    pub from_address: Option<String>,
    /// What was done, as a code, for instance `REQUEST_BUILD`.
    pub action: String,
    /// What came of it.
    pub outcome: Outcome,
    /// The global id of what it was done to, for instance `Build:…`.
    pub object: Option<String>,
    /// What the object was before, as canonical JSON.
    pub before: Option<String>,
    /// What it was after, as canonical JSON.
    pub after: Option<String>,
    /// More, in words.
    pub detail: Option<String>,
    /// The hash of the event before.
    pub previous_hash: String,
    /// SHA-256 over canonical JSON of all the other columns, in hex.
    pub hash: String,
}

impl ActiveModelBehavior for ActiveModel {}

/// All events, newest first.
#[must_use]
pub fn newest_first() -> Select<Entity> {
    Entity::find().order_by_desc(Column::Seq)
}

/// The events after number `seq`, oldest first.
#[must_use]
pub fn following(seq: i64) -> Select<Entity> {
    Entity::find().filter(Column::Seq.gt(seq)).order_by_asc(Column::Seq)
}
