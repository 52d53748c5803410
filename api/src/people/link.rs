//! One-time links: they sign in once, within a day, whoever has them.

use chrono::{DateTime, TimeDelta, Utc};
use entity::{AccountId, Hidden, SessionId, SignInLinkId, account, sign_in_link};
use reform_worker::audit::{Actor, Entry, action};
use reform_worker::database::begin_write;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, Set};

use super::People;
use super::record::commit;
use super::refusal::Fault;
use super::secret::{Purpose, Secret};
use super::session::{OpenedBy, OpenedSession, open, opening};

/// How long a link may wait.
pub(crate) const LASTS: TimeDelta = TimeDelta::hours(24);

/// The path, with its secret, that a link leads to.
pub fn link_path(link: &Secret) -> String {
    format!("/sign-in?link={}", link.expose())
}

/// Makes a link for an account.
pub(crate) async fn make_link<C: ConnectionTrait>(
    connection: &C,
    account: AccountId,
    made_by: Option<AccountId>,
    now: DateTime<Utc>,
) -> Result<Secret, Fault> {
    let secret = Secret::generate(Purpose::Link)?;
    let row = sign_in_link::ActiveModel {
        id: Set(SignInLinkId::generate()),
        account_id: Set(account),
        secret_hash: Set(Hidden(secret.hash())),
        made_by: Set(made_by),
        created_at: Set(now),
        expires_at: Set(now + LASTS),
        used_at: Set(None),
    };
    sign_in_link::Entity::insert(row).exec_without_returning(connection).await?;
    Ok(secret)
}

/// Uses up the links of an account that wait; how many those were.
pub(crate) async fn void_links<C: ConnectionTrait>(
    connection: &C,
    account: AccountId,
    now: DateTime<Utc>,
) -> Result<u64, DbErr> {
    let voided = sign_in_link::Entity::update_many()
        .col_expr(sign_in_link::Column::UsedAt, Expr::val(now))
        .filter(sign_in_link::Column::AccountId.eq(account))
        .filter(sign_in_link::Column::UsedAt.is_null())
        .exec(connection)
        .await?;
    Ok(voided.rows_affected)
}

impl People {
    /// Signs in by a link and uses it up; of two who open it at once, one is signed in. `link` is none where
    /// what was shown cannot be one.
    pub(crate) async fn sign_in_by_link(
        &self,
        by: &Actor,
        link: Option<&Secret>,
        replaces: Option<SessionId>,
    ) -> Result<Option<OpenedSession>, Fault> {
        let opened = match link {
            Some(link) => self.use_link(by, link, replaces).await?,
            None => None,
        };
        if opened.is_none() {
            self.refuse(Entry::refused(by, action::USE_SIGN_IN_LINK, "LINK_REFUSED")).await;
        }
        Ok(opened)
    }

    async fn use_link(
        &self,
        by: &Actor,
        link: &Secret,
        replaces: Option<SessionId>,
    ) -> Result<Option<OpenedSession>, Fault> {
        let now = self.now();
        let hash = link.hash();
        let transaction = begin_write(&self.database).await?;
        let used = sign_in_link::Entity::update_many()
            .col_expr(sign_in_link::Column::UsedAt, Expr::val(now))
            .filter(sign_in_link::Column::SecretHash.eq(&hash))
            .filter(sign_in_link::Column::UsedAt.is_null())
            .filter(sign_in_link::Column::ExpiresAt.gt(now))
            .exec(&transaction)
            .await?;
        if used.rows_affected != 1 {
            return Ok(None);
        }
        let link = sign_in_link::with_hash(&hash).find_also_related(account::Entity);
        let account = link.one(&transaction).await?.and_then(|(_, account)| account);
        let Some(account) = account.filter(|account| account.state == account::State::Active) else {
            return Ok(None);
        };
        let opened = open(&transaction, account.id, OpenedBy::Link, replaces, now).await?;
        let used = opening(by, &account, action::USE_SIGN_IN_LINK, OpenedBy::Link, now);
        commit(transaction, used, now).await?;
        Ok(Some(opened))
    }
}
