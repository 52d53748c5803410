//! From what a request shows to whom it speaks for: the session or token by its hash, its account and the
//! roles that it holds, in one query.

use std::time::Duration;

use chrono::{DateTime, Utc};
use entity::role_grant::Role;
use entity::token::Scope;
use entity::{AccountId, AgencyId, Codes, Hidden, SessionId, TokenId, account, role_grant, session, token};
use sea_orm::sea_query::IntoCondition;
use sea_orm::{
    ColumnTrait, DbErr, EntityTrait, FromQueryResult, JoinType, QuerySelect, RelationDef, RelationTrait,
    Select,
};

use super::People;
use super::secret::Secret;
use super::session::{SEEN_EVERY, SessionTimes};
use super::viewer::{Grant, SignedIn, Via};

/// How long a request waits until its use is noted.
const NOTED_WITHIN: Duration = Duration::from_millis(250);

/// A session that holds, and what guards it.
pub(crate) struct KnownSession {
    pub(crate) signed_in: SignedIn,
    pub(crate) csrf_token: String,
}

#[derive(FromQueryResult)]
struct Holder {
    account_id: AccountId,
    account_name: String,
    account_display_name: String,
    account_agency: Option<AgencyId>,
    account_state: account::State,
    role: Option<Role>,
    role_agency: Option<AgencyId>,
}

#[derive(FromQueryResult)]
struct SessionRow {
    id: SessionId,
    csrf_token: Hidden,
    by_link: bool,
    expires_at: DateTime<Utc>,
    last_seen_at: DateTime<Utc>,
    ended_at: Option<DateTime<Utc>>,
    #[sea_orm(nested)]
    holder: Holder,
}

#[derive(FromQueryResult)]
struct TokenRow {
    id: TokenId,
    scopes: Codes,
    expires_at: DateTime<Utc>,
    last_used_at: Option<DateTime<Utc>>,
    revoked_at: Option<DateTime<Utc>>,
    #[sea_orm(nested)]
    holder: Holder,
}

/// Adds the account behind `relation` and the roles that it holds: a row for each, or one without.
fn with_holder<E: EntityTrait>(rows: Select<E>, relation: RelationDef) -> Select<E> {
    let roles = role_grant::Relation::Account.def().rev();
    let roles = roles.on_condition(|_, _| role_grant::Column::RevokedAt.is_null().into_condition());
    rows.join(JoinType::InnerJoin, relation)
        .join(JoinType::LeftJoin, roles)
        .column_as(account::Column::Id, "account_id")
        .column_as(account::Column::Name, "account_name")
        .column_as(account::Column::DisplayName, "account_display_name")
        .column_as(account::Column::AgencyId, "account_agency")
        .column_as(account::Column::State, "account_state")
        .column_as(role_grant::Column::Role, "role")
        .column_as(role_grant::Column::AgencyId, "role_agency")
}

/// The account of the rows with all its roles, if it may be used.
fn signed_in(holders: Vec<Holder>, via: Via) -> Option<SignedIn> {
    let grant = |holder: &Holder| Some(Grant { role: holder.role?, agency: holder.role_agency });
    let grants = holders.iter().filter_map(grant).collect();
    let holder = holders.into_iter().next()?;
    (holder.account_state == account::State::Active).then_some(SignedIn {
        account: holder.account_id,
        name: holder.account_name,
        display_name: holder.account_display_name,
        agency: holder.account_agency,
        via,
        grants,
    })
}

impl People {
    /// The session with that secret, if it holds; it is seen by this.
    pub(crate) async fn known_session(&self, secret: &Secret) -> Result<Option<KnownSession>, DbErr> {
        let rows = session::with_hash(&secret.hash()).select_only().columns([
            session::Column::Id,
            session::Column::CsrfToken,
            session::Column::ByLink,
            session::Column::ExpiresAt,
            session::Column::LastSeenAt,
            session::Column::EndedAt,
        ]);
        let rows = with_holder(rows, session::Relation::Account.def());
        let rows = rows.into_model::<SessionRow>().all(&self.database).await?;
        let Some(row) = rows.first() else { return Ok(None) };
        let (id, csrf_token) = (row.id, row.csrf_token.0.clone());
        let times = SessionTimes {
            expires_at: row.expires_at,
            last_seen_at: row.last_seen_at,
            ended_at: row.ended_at,
        };
        let via = Via::Session { id, by_link: row.by_link };
        let now = self.now();
        if !times.hold(now) {
            return Ok(None);
        }
        let Some(signed_in) = signed_in(rows.into_iter().map(|row| row.holder).collect(), via) else {
            return Ok(None);
        };
        if now - times.last_seen_at >= SEEN_EVERY {
            note(self.see_session(id, now)).await;
        }
        Ok(Some(KnownSession { signed_in, csrf_token }))
    }

    /// For whom the token with that secret speaks, if it holds; it is used by this.
    pub(crate) async fn known_token(&self, secret: &Secret) -> Result<Option<SignedIn>, DbErr> {
        let rows = token::with_hash(&secret.hash()).select_only().columns([
            token::Column::Id,
            token::Column::Scopes,
            token::Column::ExpiresAt,
            token::Column::LastUsedAt,
            token::Column::RevokedAt,
        ]);
        let rows = with_holder(rows, token::Relation::Account.def());
        let rows = rows.into_model::<TokenRow>().all(&self.database).await?;
        let Some(row) = rows.first() else { return Ok(None) };
        let now = self.now();
        if row.revoked_at.is_some() || row.expires_at <= now {
            return Ok(None);
        }
        let (id, last_used_at) = (row.id, row.last_used_at);
        let scopes: Vec<Scope> = row.scopes.0.iter().filter_map(|code| code.parse().ok()).collect();
        let holders = rows.into_iter().map(|row| row.holder).collect();
        let Some(signed_in) = signed_in(holders, Via::Token { id, scopes }) else {
            return Ok(None);
        };
        if last_used_at.is_none_or(|used| now - used >= SEEN_EVERY) {
            note(self.use_token(id, now)).await;
        }
        Ok(Some(signed_in))
    }
}

/// Notes a use, if that can be done at once. Whoever asks neither waits for it nor fails with it: another
/// transaction may hold what is to be written, and the next request notes it as well.
async fn note(noted: impl Future<Output = Result<(), DbErr>>) {
    match tokio::time::timeout(NOTED_WITHIN, noted).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::debug!(%error, "a use was not noted"),
        Err(_) => tracing::debug!("a use was not noted in time"),
    }
}
