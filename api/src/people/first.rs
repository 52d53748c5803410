//! The way in for whoever has the machine: the first administrator, made once where there is no account, and
//! links and tokens for an administrator from the terminal.

use chrono::{DateTime, TimeDelta, Utc};
use entity::role_grant::Role;
use entity::token::Scope;
use entity::{AccountId, RoleGrantId, account, role_grant};
use reform_worker::audit::{Actor, Entry, action};
use reform_worker::database::{begin_write, insert_unless_there};
use sea_orm::{ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, PaginatorTrait, QueryFilter, Set};
use serde_json::json;

use super::People;
use super::link::{self, make_link};
use super::name;
use super::record::{account_object, commit};
use super::refusal::Fault;
use super::secret::Secret;
use super::token::{self, NewToken};

/// The name of the first account.
pub const FIRST_ADMINISTRATOR: &str = "administrator";
/// How long a token from the terminal lasts.
const TOKEN_LASTS: TimeDelta = TimeDelta::days(7);

/// Why the terminal is refused, for the record.
const NOBODY: &str = "UNKNOWN_ADMINISTRATOR";

/// What the first start tells, once.
#[derive(Debug)]
pub struct FirstAccess {
    /// Of a one-time link.
    pub link: Secret,
    /// A token for programs.
    pub token: Secret,
}

impl FirstAccess {
    /// The link's path with its secret.
    pub fn link_path(&self) -> String {
        super::link::link_path(&self.link)
    }
}

impl People {
    /// Makes the first administrator if there is no account: of any number of processes that start at once,
    /// one makes it and is told of it.
    ///
    /// # Errors
    /// When the database or the system's randomness fails.
    pub async fn make_first_administrator(&self) -> Result<Option<FirstAccess>, Fault> {
        if account::Entity::find().count(&self.database).await? > 0 {
            return Ok(None);
        }
        let now = self.now();
        let transaction = begin_write(&self.database).await?;
        let Some(account) = insert_first(&transaction, now).await? else {
            return Ok(None);
        };
        let link = make_link(&transaction, account, None, now).await?;
        let (row, token) = token::insert(&transaction, account, &terminal_token(now), now).await?;
        let made = Entry::done(&Actor::terminal(), action::MAKE_FIRST_ADMINISTRATOR).leaving(json!({
            "name": FIRST_ADMINISTRATOR,
            "role": Role::Administrator,
            "link_expires_at": now + link::LASTS,
            "program_access": token::told(&row),
        }));
        commit(transaction, made.to(account_object(account)), now).await?;
        Ok(Some(FirstAccess { link, token }))
    }

    /// A one-time link for an administrator; none when no active administrator has that name.
    ///
    /// # Errors
    /// When the database or the system's randomness fails.
    pub async fn link_from_terminal(&self, name: &str) -> Result<Option<Secret>, Fault> {
        let by = Actor::terminal();
        let Some(account) = self.administrator(name).await? else {
            self.refuse(Entry::refused(&by, action::CREATE_SIGN_IN_LINK, NOBODY)).await;
            return Ok(None);
        };
        let now = self.now();
        let transaction = begin_write(&self.database).await?;
        let link = make_link(&transaction, account, None, now).await?;
        let made = Entry::done(&by, action::CREATE_SIGN_IN_LINK).to(account_object(account));
        let made = made.leaving(json!({ "link_expires_at": now + link::LASTS }));
        commit(transaction, made, now).await?;
        Ok(Some(link))
    }

    /// A token with every scope for an administrator; none when no active administrator has that name.
    ///
    /// # Errors
    /// When the database or the system's randomness fails.
    pub async fn token_from_terminal(&self, name: &str) -> Result<Option<Secret>, Fault> {
        let by = Actor::terminal();
        let Some(account) = self.administrator(name).await? else {
            self.refuse(Entry::refused(&by, action::CREATE_TOKEN, NOBODY)).await;
            return Ok(None);
        };
        let now = self.now();
        let transaction = begin_write(&self.database).await?;
        let (row, secret) = token::insert(&transaction, account, &terminal_token(now), now).await?;
        commit(transaction, token::making(&by, &row), now).await?;
        Ok(Some(secret))
    }

    async fn administrator(&self, name: &str) -> Result<Option<AccountId>, DbErr> {
        let active = role_grant::of_administrators().find_also_related(account::Entity);
        let active = active
            .filter(account::Column::Name.eq(name::normalised(name)))
            .filter(account::Column::State.eq(account::State::Active));
        Ok(active.one(&self.database).await?.map(|(grant, _)| grant.account_id))
    }
}

/// Inserts the account and its grant, unless another process has just done so.
async fn insert_first(
    transaction: &DatabaseTransaction,
    now: DateTime<Utc>,
) -> Result<Option<AccountId>, DbErr> {
    let id = AccountId::generate();
    let row = account::ActiveModel {
        id: Set(id),
        name: Set(FIRST_ADMINISTRATOR.to_owned()),
        display_name: Set("Quản trị viên / Administrator".to_owned()),
        password_hash: Set(None),
        oidc_issuer: Set(None),
        oidc_subject: Set(None),
        agency_id: Set(None),
        state: Set(account::State::Active),
        failed_attempts: Set(0),
        locked_until: Set(None),
        created_at: Set(now),
    };
    if !insert_unless_there(transaction, row, account::Column::Name).await? {
        return Ok(None);
    }
    let grant = role_grant::ActiveModel {
        id: Set(RoleGrantId::generate()),
        account_id: Set(id),
        role: Set(Role::Administrator),
        agency_id: Set(None),
        granted_by: Set(None),
        granted_at: Set(now),
        revoked_by: Set(None),
        revoked_at: Set(None),
    };
    role_grant::Entity::insert(grant).exec_without_returning(transaction).await?;
    Ok(Some(id))
}

fn terminal_token(now: DateTime<Utc>) -> NewToken {
    NewToken { name: "terminal".to_owned(), scopes: Scope::ALL.to_vec(), expires_at: now + TOKEN_LASTS }
}
