//! Sessions of browsers: they last 8 hours without a request and 7 days at the most.

use chrono::{DateTime, TimeDelta, Utc};
use entity::{AccountId, Hidden, SessionId, account, session};
use reform_worker::audit::{Actor, Entry, action};
use reform_worker::database::begin_write;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, Set};
use serde_json::json;

use super::People;
use super::record::{account_object, commit, proved};
use super::refusal::Fault;
use super::secret::{Purpose, Secret};

/// How long a session lasts without a request.
const IDLE: TimeDelta = TimeDelta::hours(8);
/// How long a session lasts at the most.
pub(crate) const LASTS: TimeDelta = TimeDelta::days(7);
/// That a session was seen or a token used is written at most so often.
pub(crate) const SEEN_EVERY: TimeDelta = TimeDelta::minutes(1);

/// How a session was opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OpenedBy {
    /// By the account's password.
    Password,
    /// By a one-time link: the old password need not be known to set a new one.
    Link,
    /// By the OpenID Connect provider.
    Provider,
}

impl OpenedBy {
    /// The code for the record.
    fn code(self) -> &'static str {
        match self {
            Self::Password => "PASSWORD",
            Self::Link => "LINK",
            Self::Provider => "PROVIDER",
        }
    }
}

/// A session that was just opened.
#[derive(Debug)]
pub struct OpenedSession {
    /// Whose it is.
    pub account: AccountId,
    /// What goes into the cookie.
    pub secret: Secret,
    /// What a mutation must repeat in its header `x-csrf-token`.
    pub csrf_token: Secret,
}

/// What decides whether a session holds.
#[derive(Clone, Copy)]
pub(crate) struct SessionTimes {
    pub(crate) expires_at: DateTime<Utc>,
    pub(crate) last_seen_at: DateTime<Utc>,
    pub(crate) ended_at: Option<DateTime<Utc>>,
}

impl SessionTimes {
    pub(crate) fn hold(self, now: DateTime<Utc>) -> bool {
        self.ended_at.is_none() && now < self.expires_at && now - self.last_seen_at < IDLE
    }
}

impl People {
    /// Opens a session for an account that has proved who it is, and ends the one that it replaces. `by` is
    /// whoever asks, as he was known before. The caller has seen that the account may be used; if it may not,
    /// the session counts for nothing.
    ///
    /// # Errors
    /// When there is no such account, or the database or the system's randomness fails.
    pub async fn open_session(
        &self,
        by: &Actor,
        account: AccountId,
        opened_by: OpenedBy,
        replaces: Option<SessionId>,
    ) -> Result<OpenedSession, Fault> {
        let now = self.now();
        let transaction = begin_write(&self.database).await?;
        let found = account::Entity::find_by_id(account).one(&transaction).await?;
        let account = found.ok_or_else(|| DbErr::RecordNotFound(format!("the account {account}")))?;
        let opened = open(&transaction, account.id, opened_by, replaces, now).await?;
        commit(transaction, opening(by, &account, action::SIGN_IN, opened_by, now), now).await?;
        Ok(opened)
    }

    /// Ends a session of the account that asks.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn end_session(&self, by: &Actor, whose: AccountId, session: SessionId) -> Result<(), DbErr> {
        let now = self.now();
        let transaction = begin_write(&self.database).await?;
        if end(&transaction, session::Column::Id.eq(session), now).await? == 0 {
            return Ok(());
        }
        let ended = Entry::done(by, action::SIGN_OUT).to(account_object(whose));
        let ended = ended.instead_of(json!({ "session": "OPEN" })).leaving(json!({ "session": "ENDED" }));
        commit(transaction, ended, now).await
    }

    pub(crate) async fn see_session(&self, session: SessionId, now: DateTime<Utc>) -> Result<(), DbErr> {
        session::Entity::update_many()
            .col_expr(session::Column::LastSeenAt, Expr::val(now))
            .filter(session::Column::Id.eq(session))
            .filter(session::Column::LastSeenAt.lt(now))
            .exec(&self.database)
            .await?;
        Ok(())
    }
}

/// Opens a session, and ends the one that it replaces.
pub(crate) async fn open<C: ConnectionTrait>(
    connection: &C,
    account: AccountId,
    opened_by: OpenedBy,
    replaces: Option<SessionId>,
    now: DateTime<Utc>,
) -> Result<OpenedSession, Fault> {
    let (secret, csrf_token) = (Secret::generate(Purpose::Session)?, Secret::generate(Purpose::Session)?);
    let row = session::ActiveModel {
        id: Set(SessionId::generate()),
        account_id: Set(account),
        secret_hash: Set(Hidden(secret.hash())),
        csrf_token: Set(Hidden(csrf_token.expose().to_owned())),
        by_link: Set(opened_by == OpenedBy::Link),
        created_at: Set(now),
        expires_at: Set(now + LASTS),
        last_seen_at: Set(now),
        ended_at: Set(None),
    };
    if let Some(replaced) = replaces {
        end(connection, session::Column::Id.eq(replaced), now).await?;
    }
    session::Entity::insert(row).exec_without_returning(connection).await?;
    Ok(OpenedSession { account, secret, csrf_token })
}

/// The record of a session that was opened.
pub(crate) fn opening(
    by: &Actor,
    account: &account::Model,
    action: &'static str,
    opened_by: OpenedBy,
    now: DateTime<Utc>,
) -> Entry {
    let opened = json!({ "opened_by": opened_by.code(), "expires_at": now + LASTS });
    Entry::done(&proved(by, account), action).to(account_object(account.id)).leaving(opened)
}

/// From now on the session is worth no more than one that was opened by password.
pub(crate) async fn forget_link<C: ConnectionTrait>(connection: &C, session: SessionId) -> Result<(), DbErr> {
    session::Entity::update_many()
        .col_expr(session::Column::ByLink, Expr::val(false))
        .filter(session::Column::Id.eq(session))
        .exec(connection)
        .await?;
    Ok(())
}

/// Ends the sessions of an account, but for one; how many those were.
pub(crate) async fn end_all_but<C: ConnectionTrait>(
    connection: &C,
    account: AccountId,
    kept: Option<SessionId>,
    now: DateTime<Utc>,
) -> Result<u64, DbErr> {
    let mut ended = sea_orm::Condition::all().add(session::Column::AccountId.eq(account));
    if let Some(kept) = kept {
        ended = ended.add(session::Column::Id.ne(kept));
    }
    end(connection, ended, now).await
}

async fn end<C: ConnectionTrait>(
    connection: &C,
    which: impl sea_orm::sea_query::IntoCondition,
    now: DateTime<Utc>,
) -> Result<u64, DbErr> {
    let ended = session::Entity::update_many()
        .col_expr(session::Column::EndedAt, Expr::val(now))
        .filter(which.into_condition())
        .filter(session::Column::EndedAt.is_null())
        .exec(connection)
        .await?;
    Ok(ended.rows_affected)
}

#[cfg(test)]
mod tests {
    use chrono::{TimeDelta, TimeZone, Utc};

    use super::{IDLE, LASTS, SessionTimes};

    #[test]
    fn a_session_ends_when_idle_when_old_and_when_told() {
        let opened = Utc.with_ymd_and_hms(2026, 1, 1, 0, 0, 0).single().expect("an instant");
        let times = |seen| SessionTimes { expires_at: opened + LASTS, last_seen_at: seen, ended_at: None };
        let second = TimeDelta::seconds(1);
        assert!(times(opened).hold(opened + IDLE - second));
        assert!(!times(opened).hold(opened + IDLE));
        assert!(times(opened + LASTS - second).hold(opened + LASTS - second));
        assert!(!times(opened + LASTS - second).hold(opened + LASTS));
        assert!(!SessionTimes { ended_at: Some(opened), ..times(opened) }.hold(opened));
        // A clock that was put back.
        assert!(times(opened).hold(opened - second));
    }
}
