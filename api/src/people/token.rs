//! Tokens of programs. They always expire, are good for their scopes only, and cannot give more than they
//! have themselves.

use chrono::{DateTime, TimeDelta, Utc};
use entity::token::Scope;
use entity::{AccountId, Codes, Hidden, TokenId, token};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, Set};

use super::People;
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
) -> Result<(TokenId, Secret), Fault> {
    let secret = Secret::generate(Purpose::Token)?;
    let id = TokenId::generate();
    let mut scopes = new.scopes.clone();
    scopes.sort_unstable();
    scopes.dedup();
    let row = token::ActiveModel {
        id: Set(id),
        account_id: Set(account),
        name: Set(new.name.trim().to_owned()),
        secret_hash: Set(Hidden(secret.hash())),
        scopes: Set(scopes.into_iter().map(Scope::as_str).collect::<Codes>()),
        created_at: Set(now),
        expires_at: Set(new.expires_at),
        last_used_at: Set(None),
        revoked_at: Set(None),
    };
    token::Entity::insert(row).exec_without_returning(connection).await?;
    Ok((id, secret))
}

impl People {
    /// Makes a token for the account itself. By a token, no token is made that may do more or lasts longer.
    pub(crate) async fn create_token(
        &self,
        whose: &SignedIn,
        new: &NewToken,
    ) -> Result<(TokenId, Secret), Declined> {
        let now = self.now();
        let mut refusals = check(new, now);
        if let Via::Token { id, scopes } = &whose.via {
            let own = token::Entity::find_by_id(*id).one(&self.database).await?;
            let outlasts = own.is_none_or(|own| new.expires_at > own.expires_at);
            if outlasts || !new.scopes.iter().all(|scope| scopes.contains(scope)) {
                refusals.push(Refusal::new(
                    "MORE_THAN_OWN_TOKEN",
                    if outlasts { "expiresAt" } else { "scopes" },
                    "Mã mới không được có phạm vi rộng hơn hoặc hết hạn muộn hơn mã đang dùng.",
                    "The new token may neither do more nor last longer than the one that asks for it.",
                ));
            }
        }
        if !refusals.is_empty() {
            return Err(Declined::Refused(refusals));
        }
        Ok(insert(&self.database, whose.account, new, now).await?)
    }

    /// Revokes one of the account's own tokens; false when it has none such. Revoking again does nothing.
    pub(crate) async fn revoke_token(&self, whose: AccountId, id: TokenId) -> Result<bool, DbErr> {
        let own = token::of_account(whose).filter(token::Column::Id.eq(id)).one(&self.database).await?;
        if own.is_none() {
            return Ok(false);
        }
        revoke(&self.database, token::Column::Id.eq(id), self.now()).await?;
        Ok(true)
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

/// Revokes every token of an account.
pub(crate) async fn revoke_all<C: ConnectionTrait>(
    connection: &C,
    account: AccountId,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    revoke(connection, token::Column::AccountId.eq(account), now).await
}

async fn revoke<C: ConnectionTrait>(
    connection: &C,
    which: sea_orm::sea_query::Expr,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    token::Entity::update_many()
        .col_expr(token::Column::RevokedAt, Expr::val(now))
        .filter(which)
        .filter(token::Column::RevokedAt.is_null())
        .exec(connection)
        .await?;
    Ok(())
}
