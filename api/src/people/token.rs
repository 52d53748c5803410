//! Tokens of programs. They always expire, are good for their scopes only, and cannot give more than they
//! have themselves.

use chrono::{DateTime, TimeDelta, Utc};
use entity::token::Scope;
use entity::{AccountId, Codes, Hidden, TokenId, token};
use reform_worker::audit::{Actor, Entry, action};
use reform_worker::database::begin_write;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter,
};
use serde_json::{Value, json};

use super::People;
use super::record::{account_object, attempt, commit, token_object};
use super::refusal::{Declined, Fault, Refusal};
use super::secret::{Purpose, Secret};
use super::viewer::{SignedIn, Via};

/// The longest that a token may last.
const LONGEST: TimeDelta = TimeDelta::days(366);
/// The longest name of a token.
const LONGEST_NAME: usize = 100;

/// A token that is to be made.
#[derive(Clone, Debug)]
pub(crate) struct NewToken {
    pub(crate) name: String,
    pub(crate) scopes: Vec<Scope>,
    pub(crate) expires_at: DateTime<Utc>,
}

fn check(new: &NewToken, now: DateTime<Utc>) -> Vec<Refusal> {
    let mut refusals = Vec::new();
    let length = new.name.trim().chars().count();
    if !(1..=LONGEST_NAME).contains(&length) || new.name.chars().any(char::is_control) {
        refusals.push(Refusal::new(
            "INVALID_TOKEN_NAME",
            "name",
            format!("Tên mã truy cập phải có từ 1 đến {LONGEST_NAME} ký tự."),
            format!("The token's name must have 1 to {LONGEST_NAME} characters."),
        ));
    }
    if new.scopes.is_empty() {
        refusals.push(Refusal::new(
            "NO_SCOPE",
            "scopes",
            "Hãy chọn ít nhất một phạm vi.",
            "Name at least one scope.",
        ));
    }
    if new.expires_at <= now || new.expires_at > now + LONGEST {
        refusals.push(Refusal::new(
            "INVALID_EXPIRY",
            "expiresAt",
            format!("Phải hết hạn trong tương lai, chậm nhất sau {} ngày.", LONGEST.num_days()),
            format!("It must expire in the future, within {} days.", LONGEST.num_days()),
        ));
    }
    refusals
}

/// A new token's row, and its secret.
pub(crate) async fn insert<C: ConnectionTrait>(
    connection: &C,
    account: AccountId,
    new: &NewToken,
    now: DateTime<Utc>,
) -> Result<(token::Model, Secret), Fault> {
    let secret = Secret::generate(Purpose::Token)?;
    let mut scopes = new.scopes.clone();
    scopes.sort_unstable();
    scopes.dedup();
    let row = token::Model {
        id: TokenId::generate(),
        account_id: account,
        name: new.name.trim().to_owned(),
        secret_hash: Hidden(secret.hash()),
        scopes: scopes.into_iter().map(Scope::as_str).collect::<Codes>(),
        created_at: now,
        expires_at: new.expires_at,
        last_used_at: None,
        revoked_at: None,
    };
    let inserted = token::Entity::insert(row.clone().into_active_model().reset_all());
    inserted.exec_without_returning(connection).await?;
    Ok((row, secret))
}

/// What of a token goes on record.
pub(crate) fn told(token: &token::Model) -> Value {
    json!({
        "account": account_object(token.account_id),
        "name": token.name,
        "scopes": token.scopes.0,
        "expires_at": token.expires_at,
        "revoked_at": token.revoked_at,
    })
}

impl People {
    /// Makes a token for the account itself. By a token, no token is made that may do more or lasts longer.
    pub(crate) async fn create_token(
        &self,
        by: &Actor,
        whose: &SignedIn,
        new: &NewToken,
    ) -> Result<(TokenId, Secret), Declined> {
        let made = self.make_token(by, whose, new).await;
        self.noting(attempt(by, action::CREATE_TOKEN), made).await
    }

    async fn make_token(
        &self,
        by: &Actor,
        whose: &SignedIn,
        new: &NewToken,
    ) -> Result<(TokenId, Secret), Declined> {
        let now = self.now();
        let mut refusals = check(new, now);
        let transaction = begin_write(&self.database).await?;
        if let Via::Token { id, scopes } = &whose.via {
            let own = token::Entity::find_by_id(*id).one(&transaction).await?;
            let outlasts = own.is_none_or(|own| new.expires_at > own.expires_at);
            if outlasts || !new.scopes.iter().all(|scope| scopes.contains(scope)) {
                refusals.push(more_than_own(if outlasts { "expiresAt" } else { "scopes" }));
            }
        }
        if !refusals.is_empty() {
            transaction.rollback().await?;
            return Err(Declined::Refused(refusals));
        }
        let (token, secret) = insert(&transaction, whose.account, new, now).await?;
        commit(transaction, making(by, &token), now).await?;
        Ok((token.id, secret))
    }

    /// Revokes one of the account's own tokens. Revoking again does nothing.
    pub(crate) async fn revoke_token(
        &self,
        by: &Actor,
        whose: AccountId,
        id: TokenId,
    ) -> Result<(), Declined> {
        let revoked = self.end_token(by, whose, id).await;
        self.noting(attempt(by, action::REVOKE_TOKEN).to(token_object(id)), revoked).await
    }

    async fn end_token(&self, by: &Actor, whose: AccountId, id: TokenId) -> Result<(), Declined> {
        let now = self.now();
        let transaction = begin_write(&self.database).await?;
        let own = token::of_account(whose).filter(token::Column::Id.eq(id)).one(&transaction).await?;
        let Some(own) = own else {
            transaction.rollback().await?;
            return Err(unknown_token().into());
        };
        if revoke(&transaction, token::Column::Id.eq(id), now).await? == 0 {
            return Ok(());
        }
        let revoked = token::Model { revoked_at: Some(now), ..own.clone() };
        let done = Entry::done(by, action::REVOKE_TOKEN).to(token_object(id));
        commit(transaction, done.instead_of(told(&own)).leaving(told(&revoked)), now).await?;
        Ok(())
    }

    pub(crate) async fn use_token(&self, id: TokenId, now: DateTime<Utc>) -> Result<(), DbErr> {
        token::Entity::update_many()
            .col_expr(token::Column::LastUsedAt, Expr::val(now))
            .filter(token::Column::Id.eq(id))
            .exec(&self.database)
            .await?;
        Ok(())
    }
}

/// The record of a token that was made.
pub(crate) fn making(by: &Actor, token: &token::Model) -> Entry {
    Entry::done(by, action::CREATE_TOKEN).to(token_object(token.id)).leaving(told(token))
}

fn more_than_own(field: &'static str) -> Refusal {
    Refusal::new(
        "MORE_THAN_OWN_TOKEN",
        field,
        "Mã mới không được có phạm vi rộng hơn hoặc hết hạn muộn hơn mã đang dùng.",
        "The new token may neither do more nor last longer than the one that asks for it.",
    )
}

fn unknown_token() -> Refusal {
    Refusal::new("UNKNOWN_TOKEN", "token", "Bạn không có mã truy cập này.", "You have no such token.")
}

/// Revokes every token of an account; how many those were.
pub(crate) async fn revoke_all<C: ConnectionTrait>(
    connection: &C,
    account: AccountId,
    now: DateTime<Utc>,
) -> Result<u64, DbErr> {
    revoke(connection, token::Column::AccountId.eq(account), now).await
}

async fn revoke<C: ConnectionTrait>(
    connection: &C,
    which: sea_orm::sea_query::Expr,
    now: DateTime<Utc>,
) -> Result<u64, DbErr> {
    let revoked = token::Entity::update_many()
        .col_expr(token::Column::RevokedAt, Expr::val(now))
        .filter(which)
        .filter(token::Column::RevokedAt.is_null())
        .exec(connection)
        .await?;
    Ok(revoked.rows_affected)
}
