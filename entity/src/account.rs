//! Accounts: the people, and the programs of theirs, that may sign in.

use sea_orm::QueryOrder;
use sea_orm::entity::prelude::*;

use crate::hidden::Hidden;
use crate::ids::{AccountId, AgencyId};

scoring::coded_enum! {
    /// Whether an account may be used.
    pub enum State {
        /// It may.
        Active = "ACTIVE",
        /// It may not: its sessions and tokens count for nothing.
        Disabled = "DISABLED",
    }
}

/// An account.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "account")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AccountId,
    /// The name to sign in with: unique, in Unicode's NFKC and lower case.
    #[sea_orm(unique)]
    pub name: String,
    /// The person's name as others read it.
    pub display_name: String,
    /// The password's Argon2id hash as a PHC string; none when the account
    /// has no password.
    pub password_hash: Option<Hidden>,
    /// The OpenID Connect provider that knows the person; none without one.
    pub oidc_issuer: Option<String>,
    /// Who the person is to that provider; unique together with it.
    pub oidc_subject: Option<String>,
    /// The agency to which the person belongs; none outside all of them.
    pub agency_id: Option<AgencyId>,
    /// Whether it may be used.
    pub state: State,
    /// How often a password was tried since the last right one.
    pub failed_attempts: i32,
    /// Until when no password is tried; none when it is not locked.
    pub locked_until: Option<DateTimeUtc>,
    /// When it was made.
    pub created_at: DateTimeUtc,
    /// The agency to which the person belongs.
    #[sea_orm(belongs_to, from = "agency_id", to = "id")]
    pub agency: BelongsTo<Option<super::agency::Entity>>,
}

impl ActiveModelBehavior for ActiveModel {}

/// The account with that name, as it is stored.
#[must_use]
pub fn with_name(name: &str) -> Select<Entity> {
    Entity::find().filter(Column::Name.eq(name))
}

/// The account that is bound to an OpenID Connect provider's subject.
#[must_use]
pub fn bound_to(issuer: &str, subject: &str) -> Select<Entity> {
    Entity::find().filter(Column::OidcIssuer.eq(issuer)).filter(Column::OidcSubject.eq(subject))
}

/// Every account, by name.
#[must_use]
pub fn in_order() -> Select<Entity> {
    Entity::find().order_by_asc(Column::Name)
}
