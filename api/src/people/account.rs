//! Making accounts and changing them.

use entity::{AccountId, AgencyId, account, agency};
use reform_worker::database::begin_write;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, Set};

use super::People;
use super::grant::{is_last_administrator, last_administrator, lock_administrators};
use super::link::{make_link, void_links};
use super::name;
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
}

impl People {
    /// Makes an account, and a one-time link by which its owner signs in and sets a password.
    pub(crate) async fn create_account(
        &self,
        by: AccountId,
        name: &str,
        display_name: &str,
        agency: Option<&str>,
    ) -> Result<(AccountId, Secret), Declined> {
        let name = name::checked(name)?;
        let display_name = name::checked_display(display_name)?;
        let now = self.now();
        let transaction = begin_write(&self.database).await?;
        let agency = known_agency(&transaction, agency).await?;
        let id = AccountId::generate();
        let row = account::ActiveModel {
            id: Set(id),
            name: Set(name),
            display_name: Set(display_name),
            password_hash: Set(None),
            oidc_issuer: Set(None),
            oidc_subject: Set(None),
            agency_id: Set(agency),
            state: Set(account::State::Active),
            failed_attempts: Set(0),
            locked_until: Set(None),
            created_at: Set(now),
        };
        let unless_taken = OnConflict::column(account::Column::Name).do_nothing().to_owned();
        let inserted = account::Entity::insert(row).on_conflict(unless_taken);
        if inserted.exec_without_returning(&transaction).await? == 0 {
            return Err(name_taken().into());
        }
        let link = make_link(&transaction, id, Some(by), now).await?;
        transaction.commit().await?;
        Ok((id, link))
    }

    /// Makes a new one-time link for an account; the ones before count for nothing any more.
    pub(crate) async fn create_sign_in_link(
        &self,
        by: AccountId,
        account: AccountId,
    ) -> Result<Secret, Declined> {
        let now = self.now();
        let transaction = begin_write(&self.database).await?;
        let found = account::Entity::find_by_id(account).one(&transaction).await?;
        let found = found.ok_or_else(Refusal::unknown_account)?;
        if found.state == account::State::Disabled {
            return Err(disabled().into());
        }
        void_links(&transaction, account, now).await?;
        let link = make_link(&transaction, account, Some(by), now).await?;
        transaction.commit().await?;
        Ok(link)
    }

    /// Changes an account. Disabling it ends its sessions, tokens and links for good.
    pub(crate) async fn change_account(&self, account: AccountId, change: &Change) -> Result<(), Declined> {
        let display_name = change.display_name.as_deref().map(name::checked_display).transpose()?;
        let now = self.now();
        let transaction = begin_write(&self.database).await?;
        lock_administrators(&transaction).await?;
        let found = account::Entity::find_by_id(account).one(&transaction).await?;
        let found = found.ok_or_else(Refusal::unknown_account)?;
        let mut changed = account::Entity::update_many().filter(account::Column::Id.eq(account));
        changed = changed
            .col_expr(account::Column::DisplayName, Expr::val(display_name.unwrap_or(found.display_name)));
        if let Some(agency) = &change.agency {
            let agency = known_agency(&transaction, agency.as_deref()).await?;
            changed = changed.col_expr(account::Column::AgencyId, Expr::val(agency));
        }
        if let Some(state) = change.state {
            if state == account::State::Disabled {
                if is_last_administrator(&transaction, account).await? {
                    return Err(last_administrator("state").into());
                }
                end_all_but(&transaction, account, None, now).await?;
                revoke_all(&transaction, account, now).await?;
                void_links(&transaction, account, now).await?;
            }
            changed = changed.col_expr(account::Column::State, Expr::val(state));
        }
        changed.exec(&transaction).await?;
        transaction.commit().await?;
        Ok(())
    }
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
