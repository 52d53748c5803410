//! Grants: which role an account holds, and where. A grant is dated and never
//! deleted; revoking it ends it.

use sea_orm::QueryOrder;
use sea_orm::entity::prelude::*;

use crate::ids::{AccountId, AgencyId, RoleGrantId};

scoring::coded_enum! {
    /// What an account may be.
    pub enum Role {
        /// Sees to accounts, data and builds.
        Administrator = "ADMINISTRATOR",
        /// Appraises what agencies report.
        Appraiser = "APPRAISER",
        /// Visits agencies and records what was found.
        Inspector = "INSPECTOR",
        /// Reports for an agency.
        AgencyEditor = "AGENCY_EDITOR",
        /// Approves what an agency reports.
        AgencyLeader = "AGENCY_LEADER",
        /// Reads.
        Viewer = "VIEWER",
    }
}

/// A role of an account.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "role_grant")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: RoleGrantId,
    /// Who holds it.
    pub account_id: AccountId,
    /// The role.
    pub role: Role,
    /// Where: this agency and those below it; none for the whole province.
    pub agency_id: Option<AgencyId>,
    /// Who granted it; none for the first start and the terminal.
    pub granted_by: Option<AccountId>,
    /// Since when it holds.
    pub granted_at: DateTimeUtc,
    /// Who revoked it; none while it holds.
    pub revoked_by: Option<AccountId>,
    /// When it was revoked; none while it holds.
    pub revoked_at: Option<DateTimeUtc>,
    /// Who holds it.
    #[sea_orm(belongs_to, relation_enum = "Account", from = "account_id", to = "id")]
    pub account: BelongsTo<super::account::Entity>,
    /// The agency at the top of where it holds.
    #[sea_orm(belongs_to, from = "agency_id", to = "id")]
    pub agency: BelongsTo<Option<super::agency::Entity>>,
}

impl ActiveModelBehavior for ActiveModel {}

/// The grants that hold, oldest first.
#[must_use]
pub fn holding() -> Select<Entity> {
    Entity::find()
        .filter(Column::RevokedAt.is_null())
        .order_by_asc(Column::GrantedAt)
        .order_by_asc(Column::Id)
}

/// The grants of the accounts that hold, oldest first.
#[must_use]
pub fn holding_of(accounts: impl IntoIterator<Item = AccountId>) -> Select<Entity> {
    holding().filter(Column::AccountId.is_in(accounts))
}

/// The grants that make somebody administrator of the whole province, by id.
#[must_use]
pub fn of_administrators() -> Select<Entity> {
    Entity::find()
        .filter(Column::RevokedAt.is_null())
        .filter(Column::Role.eq(Role::Administrator))
        .filter(Column::AgencyId.is_null())
        .order_by_asc(Column::Id)
}
