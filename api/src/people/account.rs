//! Making accounts and changing them.

use chrono::{DateTime, Utc};
use entity::{AccountId, AgencyId, account, agency};
use reform_worker::audit::{Actor, Entry, action};
use reform_worker::database::begin_write;
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveModelTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, IntoActiveModel, Set,
};
use serde_json::{Value, json};

use super::People;
use super::binding;
use super::grant::{is_last_administrator, last_administrator, lock_administrators};
use super::link::{self, make_link, void_links};
use super::name;
use super::record::{account_object, account_of, attempt, commit, told};
use super::refusal::{Declined, Refusal};
use super::secret::Secret;
use super::session::end_all_but;
use super::token::revoke_all;

/// What is to change of an account; none leaves it as it is.
#[derive(Clone, Debug, Default)]
pub(crate) struct Change {
    pub(crate) display_name: Option<String>,
    /// The agency's code, or none of them.
    pub(crate) agency: Option<Option<String>>,
    pub(crate) state: Option<account::State>,
    /// Who its person is to the OpenID Connect provider, or nobody.
    pub(crate) oidc_subject: Option<Option<String>>,
}

impl People {
    /// Makes an account, and a one-time link by which its owner signs in and sets a password.
    pub(crate) async fn create_account(
        &self,
        by: &Actor,
        name: &str,
        display_name: &str,
        agency: Option<&str>,
        oidc_subject: Option<&str>,
    ) -> Result<(AccountId, Secret), Declined> {
        let made = self.make_account(by, name, display_name, agency, oidc_subject).await;
        self.noting(attempt(by, action::CREATE_ACCOUNT), made).await
    }

    async fn make_account(
        &self,
        by: &Actor,
        name: &str,
        display_name: &str,
        agency: Option<&str>,
        oidc_subject: Option<&str>,
    ) -> Result<(AccountId, Secret), Declined> {
        let name = name::checked(name)?;
        let display_name = name::checked_display(display_name)?;
        let (oidc_issuer, oidc_subject) = self.binding(oidc_subject)?;
        let now = self.now();
        let transaction = begin_write(&self.database).await?;
        let row = account::Model {
            id: AccountId::generate(),
            name,
            display_name,
            password_hash: None,
            oidc_issuer,
            oidc_subject,
            agency_id: known_agency(&transaction, agency).await?,
            state: account::State::Active,
            failed_attempts: 0,
            locked_until: None,
            created_at: now,
        };
        let unless_taken = OnConflict::column(account::Column::Name).do_nothing().to_owned();
        let inserted = account::Entity::insert(row.clone().into_active_model().reset_all());
        let inserted = inserted.on_conflict(unless_taken).exec_without_returning(&transaction).await;
        if inserted.map_err(binding::taken)? == 0 {
            return Err(name_taken().into());
        }
        let link = make_link(&transaction, row.id, account_of(by), now).await?;
        let mut after = told(&transaction, &row).await?;
        after["link_expires_at"] = json!(now + link::LASTS);
        let done = Entry::done(by, action::CREATE_ACCOUNT).to(account_object(row.id)).leaving(after);
        commit(transaction, done, now).await?;
        Ok((row.id, link))
    }

    /// Makes a new one-time link for an account; the ones before count for nothing any more.
    pub(crate) async fn create_sign_in_link(
        &self,
        by: &Actor,
        account: AccountId,
    ) -> Result<Secret, Declined> {
        let made = self.replace_links(by, account).await;
        self.noting(attempt(by, action::CREATE_SIGN_IN_LINK).to(account_object(account)), made).await
    }

    async fn replace_links(&self, by: &Actor, account: AccountId) -> Result<Secret, Declined> {
        let now = self.now();
        let transaction = begin_write(&self.database).await?;
        let found = account::Entity::find_by_id(account).one(&transaction).await?;
        let found = found.ok_or_else(Refusal::unknown_account)?;
        if found.state == account::State::Disabled {
            return Err(disabled().into());
        }
        let voided = void_links(&transaction, account, now).await?;
        let link = make_link(&transaction, account, account_of(by), now).await?;
        let done = Entry::done(by, action::CREATE_SIGN_IN_LINK).to(account_object(account));
        let done = done.instead_of(json!({ "links": voided }));
        let done = done.leaving(json!({ "links": 1, "link_expires_at": now + link::LASTS }));
        commit(transaction, done, now).await?;
        Ok(link)
    }

    /// Changes an account. Disabling it ends its sessions, tokens and links for good; binding it to another
    /// person, or to none, its sessions.
    pub(crate) async fn change_account(
        &self,
        by: &Actor,
        account: AccountId,
        change: &Change,
    ) -> Result<(), Declined> {
        let changed = self.change(by, account, change).await;
        self.noting(attempt(by, action::CHANGE_ACCOUNT).to(account_object(account)), changed).await
    }

    async fn change(&self, by: &Actor, account: AccountId, change: &Change) -> Result<(), Declined> {
        let display_name = change.display_name.as_deref().map(name::checked_display).transpose()?;
        let now = self.now();
        let transaction = begin_write(&self.database).await?;
        lock_administrators(&transaction).await?;
        let found = account::Entity::find_by_id(account).one(&transaction).await?;
        let before = found.ok_or_else(Refusal::unknown_account)?;
        let mut after = before.clone();
        if let Some(display_name) = display_name {
            after.display_name = display_name;
        }
        if let Some(agency) = &change.agency {
            after.agency_id = known_agency(&transaction, agency.as_deref()).await?;
        }
        after.state = change.state.unwrap_or(before.state);
        let mut ended = Value::Null;
        if change.state == Some(account::State::Disabled) {
            if is_last_administrator(&transaction, account).await? {
                return Err(last_administrator("state").into());
            }
            ended = end_everything(&transaction, account, now).await?;
        }
        if let Some(subject) = &change.oidc_subject {
            (after.oidc_issuer, after.oidc_subject) = self.binding(subject.as_deref())?;
            if (&after.oidc_issuer, &after.oidc_subject) != (&before.oidc_issuer, &before.oidc_subject) {
                end_all_but(&transaction, account, None, now).await?;
            }
        }
        // Only these: the count of attempts and the password may change meanwhile.
        let changed = account::ActiveModel {
            id: Set(account),
            display_name: Set(after.display_name.clone()),
            agency_id: Set(after.agency_id),
            state: Set(after.state),
            oidc_issuer: Set(after.oidc_issuer.clone()),
            oidc_subject: Set(after.oidc_subject.clone()),
            ..Default::default()
        };
        changed.update(&transaction).await.map_err(binding::taken)?;
        let (before, mut after) = (told(&transaction, &before).await?, told(&transaction, &after).await?);
        if !ended.is_null() {
            after["ended"] = ended;
        }
        let done = Entry::done(by, action::CHANGE_ACCOUNT).to(account_object(account));
        commit(transaction, done.instead_of(before).leaving(after), now).await?;
        Ok(())
    }
}

/// Ends all by which an account gets in; how much that was.
async fn end_everything(
    transaction: &DatabaseTransaction,
    account: AccountId,
    now: DateTime<Utc>,
) -> Result<Value, DbErr> {
    Ok(json!({
        "sessions": end_all_but(transaction, account, None, now).await?,
        "tokens": revoke_all(transaction, account, now).await?,
        "links": void_links(transaction, account, now).await?,
    }))
}

/// The agency with a code; none without one.
pub(crate) async fn known_agency<C: ConnectionTrait>(
    connection: &C,
    code: Option<&str>,
) -> Result<Option<AgencyId>, Declined> {
    let Some(code) = code else { return Ok(None) };
    let found = agency::with_code(code).one(connection).await?;
    Ok(Some(found.ok_or_else(|| Refusal::unknown_agency(code))?.id))
}

fn name_taken() -> Refusal {
    Refusal::new("NAME_TAKEN", "name", "Tên đăng nhập này đã có.", "This sign-in name is taken.")
}

fn disabled() -> Refusal {
    Refusal::new("ACCOUNT_DISABLED", "account", "Tài khoản đã bị vô hiệu.", "The account is disabled.")
}
