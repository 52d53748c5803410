//! Granting roles and revoking them. There is always an active administrator of the whole province.

use entity::role_grant::Role;
use entity::{AccountId, AgencyId, RoleGrantId, account, agency, role_grant};
use reform_worker::audit::{Actor, Entry, action};
use reform_worker::database::begin_write;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect, Select, Set,
};
use serde_json::{Value, json};

use super::People;
use super::account::known_agency;
use super::record::{account_object, account_of, attempt, commit};
use super::refusal::{Declined, Refusal};

impl People {
    /// Grants a role over an agency and those below it, or over the province. Granting what is held already
    /// does nothing.
    pub(crate) async fn grant_role(
        &self,
        by: &Actor,
        account: AccountId,
        role: Role,
        agency: Option<&str>,
    ) -> Result<(), Declined> {
        let granted = self.grant(by, account, role, agency).await;
        self.noting(attempt(by, action::GRANT_ROLE).to(account_object(account)), granted).await
    }

    async fn grant(
        &self,
        by: &Actor,
        account: AccountId,
        role: Role,
        agency: Option<&str>,
    ) -> Result<(), Declined> {
        let now = self.now();
        let transaction = begin_write(&self.database).await?;
        lock_account(&transaction, account).await?;
        let agency = known_agency(&transaction, agency).await?;
        if held(account, role, agency).one(&transaction).await?.is_some() {
            return Ok(());
        }
        let before = told(&transaction, account).await?;
        let grant = role_grant::ActiveModel {
            id: Set(RoleGrantId::generate()),
            account_id: Set(account),
            role: Set(role),
            agency_id: Set(agency),
            granted_by: Set(account_of(by)),
            granted_at: Set(now),
            revoked_by: Set(None),
            revoked_at: Set(None),
        };
        role_grant::Entity::insert(grant).exec_without_returning(&transaction).await?;
        let done = Entry::done(by, action::GRANT_ROLE).to(account_object(account)).instead_of(before);
        let done = done.leaving(told(&transaction, account).await?);
        commit(transaction, done, now).await?;
        Ok(())
    }

    /// Revokes a role that is held exactly there.
    pub(crate) async fn revoke_role(
        &self,
        by: &Actor,
        account: AccountId,
        role: Role,
        agency: Option<&str>,
    ) -> Result<(), Declined> {
        let revoked = self.revoke(by, account, role, agency).await;
        self.noting(attempt(by, action::REVOKE_ROLE).to(account_object(account)), revoked).await
    }

    async fn revoke(
        &self,
        by: &Actor,
        account: AccountId,
        role: Role,
        agency: Option<&str>,
    ) -> Result<(), Declined> {
        let now = self.now();
        let transaction = begin_write(&self.database).await?;
        lock_administrators(&transaction).await?;
        lock_account(&transaction, account).await?;
        let agency = known_agency(&transaction, agency).await?;
        let Some(grant) = held(account, role, agency).one(&transaction).await? else {
            return Err(not_held().into());
        };
        let over_the_province = role == Role::Administrator && agency.is_none();
        if over_the_province && is_last_administrator(&transaction, account).await? {
            return Err(last_administrator("role").into());
        }
        let before = told(&transaction, account).await?;
        role_grant::Entity::update_many()
            .col_expr(role_grant::Column::RevokedAt, Expr::val(now))
            .col_expr(role_grant::Column::RevokedBy, Expr::val(account_of(by)))
            .filter(role_grant::Column::Id.eq(grant.id))
            .exec(&transaction)
            .await?;
        let done = Entry::done(by, action::REVOKE_ROLE).to(account_object(account)).instead_of(before);
        let done = done.leaving(told(&transaction, account).await?);
        commit(transaction, done, now).await?;
        Ok(())
    }
}

/// What of an account's roles goes on record.
async fn told<C: ConnectionTrait>(connection: &C, account: AccountId) -> Result<Value, DbErr> {
    let held = role_grant::holding_of([account]).find_also_related(agency::Entity).all(connection).await?;
    let role = |(grant, agency): (role_grant::Model, Option<agency::Model>)| json!({ "role": grant.role, "agency": agency.map(|agency| agency.code) });
    Ok(json!({ "roles": held.into_iter().map(role).collect::<Vec<_>>() }))
}

fn held(account: AccountId, role: Role, agency: Option<AgencyId>) -> Select<role_grant::Entity> {
    let held = role_grant::holding_of([account]).filter(role_grant::Column::Role.eq(role));
    match agency {
        Some(agency) => held.filter(role_grant::Column::AgencyId.eq(agency)),
        None => held.filter(role_grant::Column::AgencyId.is_null()),
    }
}

/// Makes those who change the same account's grants wait for each other.
async fn lock_account<C: ConnectionTrait>(connection: &C, account: AccountId) -> Result<(), Declined> {
    let found = account::Entity::find_by_id(account).lock_exclusive().one(connection).await?;
    found.map(|_| ()).ok_or_else(|| Refusal::unknown_account().into())
}

/// Makes those who could remove an administrator wait for each other.
pub(crate) async fn lock_administrators<C: ConnectionTrait>(connection: &C) -> Result<(), DbErr> {
    role_grant::of_administrators().lock_exclusive().all(connection).await?;
    Ok(())
}

/// Whether nobody but this account administers the whole province.
pub(crate) async fn is_last_administrator<C: ConnectionTrait>(
    connection: &C,
    account: AccountId,
) -> Result<bool, DbErr> {
    let others = role_grant::of_administrators()
        .find_also_related(account::Entity)
        .filter(account::Column::State.eq(account::State::Active))
        .filter(account::Column::Id.ne(account));
    Ok(others.count(connection).await? == 0)
}

/// The refusal to remove the last administrator.
pub(crate) fn last_administrator(field: &'static str) -> Refusal {
    Refusal::new(
        "LAST_ADMINISTRATOR",
        field,
        "Đây là quản trị viên cuối cùng của tỉnh; hãy giao vai trò này cho người khác trước.",
        "This is the province's last administrator; grant the role to somebody else first.",
    )
}

fn not_held() -> Refusal {
    Refusal::new(
        "ROLE_NOT_HELD",
        "role",
        "Tài khoản không giữ vai trò này ở đó.",
        "The account does not hold this role there.",
    )
}
