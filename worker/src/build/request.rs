//! Asking for a build.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};
use entity::{BuildId, Codes, agency, block, build, period};
use sea_orm::{
    ActiveModelTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, PaginatorTrait, TransactionTrait,
};

use crate::database::announce_builds;

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Request<'a> {
    /// The period's code, for instance `2022-H1`.
    pub period: &'a str,
    /// Only these agencies, by code; empty: every agency of the period.
    pub agencies: &'a [String],
    /// Only the agencies of these ranking blocks, by code; empty: of every block.
    pub blocks: &'a [String],
    /// What set it off.
    pub trigger: build::Trigger,
    /// Why, in a person's words.
    pub reason: &'a str,
    /// Who asks.
    pub requested_by: &'a str,
}

/// A request that was accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Requested {
    /// The build.
    pub id: BuildId,
    /// Whether it was already waiting when it was asked for.
    pub already_queued: bool,
}

/// Why a request was refused.
#[derive(Debug, thiserror::Error)]
pub enum RequestError {
    /// No period has this code.
    #[error("there is no period `{0}`")]
    UnknownPeriod(String),
    /// No agency has this code.
    #[error("there is no agency `{0}`")]
    UnknownAgency(String),
    /// The agency does not exist on any day of the period.
    #[error("the agency `{agency}` exists from {valid_from}{}, not in `{period}`", until(.valid_to))]
    OutsideValidity {
        /// The agency's code.
        agency: String,
        /// The period's code.
        period: String,
        /// The first day of its existence.
        valid_from: NaiveDate,
        /// The day after the last.
        valid_to: Option<NaiveDate>,
    },
    /// No ranking block has this code.
    #[error("there is no block `{0}`")]
    UnknownBlock(String),
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DbErr),
}

fn until(valid_to: &Option<NaiveDate>) -> String {
    valid_to.map(|day| format!(" until before {day}")).unwrap_or_default()
}

/// Inserts a build, in the caller's transaction, unless one for the same period and scope is already
/// waiting; then that one is returned. The caller announces it after the commit with
/// [`Signals::builds_changed`](crate::Signals::builds_changed); other processes hear of it by themselves.
///
/// # Errors
/// When the period or an agency does not exist, or the database fails.
pub async fn request<C: ConnectionTrait + TransactionTrait>(
    connection: &C,
    request: &Request<'_>,
    now: DateTime<Utc>,
) -> Result<Requested, RequestError> {
    let period = period::with_code(request.period).one(connection).await?;
    let period = period.ok_or_else(|| RequestError::UnknownPeriod(request.period.to_owned()))?;
    let agencies = known_agencies(connection, &period, request.agencies).await?;
    let blocks = known_blocks(connection, request.blocks).await?;
    let scope_key = build::scope_key(agencies.as_ref(), blocks.as_ref());
    let previous = build::of_scope(period.id, &scope_key).one(connection).await?;
    // The waiting build may be taken up between a refused insert and the look at it; then there is room
    // for a new one.
    loop {
        let row = build::Model {
            agencies: agencies.clone(),
            blocks: blocks.clone(),
            previous_id: previous.as_ref().map(|previous| previous.id),
            ..new_build(&period, &scope_key, request, now)
        };
        let id = row.id;
        let inserted = build::Entity::insert(row.into_active_model().reset_all())
            .on_conflict(build::unless_queued())
            .exec_without_returning(connection)
            .await?;
        if inserted == 1 {
            announce_builds(connection).await?;
            return Ok(Requested { id, already_queued: false });
        }
        if let Some(waiting) = build::queued_for(period.id, &scope_key).one(connection).await? {
            return Ok(Requested { id: waiting.id, already_queued: true });
        }
    }
}

fn new_build(
    period: &period::Model,
    scope_key: &str,
    request: &Request<'_>,
    now: DateTime<Utc>,
) -> build::Model {
    build::Model {
        id: BuildId::generate(),
        period_id: period.id,
        scope_key: scope_key.to_owned(),
        agencies: None,
        blocks: None,
        previous_id: None,
        trigger: request.trigger,
        reason: request.reason.to_owned(),
        requested_by: request.requested_by.to_owned(),
        state: build::State::Queued,
        requested_at: now,
        started_at: None,
        ended_at: None,
        cards_written: 0,
        cards_unchanged: 0,
        indexes_changed: 0,
        cancelled_at: None,
        cancelled_by: None,
        cancel_reason: None,
        error: None,
    }
}

/// The codes, each once and in order; `None` for every agency.
async fn known_agencies<C: ConnectionTrait>(
    connection: &C,
    period: &period::Model,
    codes: &[String],
) -> Result<Option<Codes>, RequestError> {
    if codes.is_empty() {
        return Ok(None);
    }
    let codes: BTreeSet<&str> = codes.iter().map(String::as_str).collect();
    let known = agency::with_codes(codes.iter().copied()).all(connection).await?;
    let outside = |agency: &&agency::Model| !agency.exists_in(period.starts_on, period.ends_before);
    if let Some(agency) = known.iter().find(outside) {
        return Err(RequestError::OutsideValidity {
            agency: agency.code.clone(),
            period: period.code.clone(),
            valid_from: agency.valid_from,
            valid_to: agency.valid_to,
        });
    }
    let known: BTreeSet<_> = known.iter().map(|agency| agency.code.as_str()).collect();
    if let Some(unknown) = codes.iter().find(|code| !known.contains(*code)) {
        return Err(RequestError::UnknownAgency((*unknown).to_owned()));
    }
    Ok(Some(codes.into_iter().collect()))
}

/// The same for ranking blocks.
async fn known_blocks<C: ConnectionTrait>(
    connection: &C,
    codes: &[String],
) -> Result<Option<Codes>, RequestError> {
    if codes.is_empty() {
        return Ok(None);
    }
    let codes: BTreeSet<&str> = codes.iter().map(String::as_str).collect();
    let known = block::in_order().all(connection).await?;
    let known: BTreeSet<_> = known.iter().map(|block| block.code.as_str()).collect();
    if let Some(unknown) = codes.iter().find(|code| !known.contains(*code)) {
        return Err(RequestError::UnknownBlock((*unknown).to_owned()));
    }
    Ok(Some(codes.into_iter().collect()))
}

/// Whether a build was ever asked for in the period with this code.
///
/// # Errors
/// When the database fails.
pub async fn was_ever_requested<C: ConnectionTrait>(connection: &C, period: &str) -> Result<bool, DbErr> {
    let Some(period) = period::with_code(period).one(connection).await? else {
        return Ok(false);
    };
    Ok(build::of_period(period.id).count(connection).await? > 0)
}
