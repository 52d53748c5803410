//! Tokens: with these, programs act for an account. The secret itself is shown
//! once, when the token is made.

use sea_orm::QueryOrder;
use sea_orm::entity::prelude::*;

use crate::codes::Codes;
use crate::hidden::Hidden;
use crate::ids::{AccountId, TokenId};

scoring::coded_enum! {
    /// What a token is good for, within the roles of its account.
    pub enum Scope {
        /// Reading.
        Read = "READ",
        /// Asking for builds.
        Build = "BUILD",
        /// Everything else that its account may do.
        Administer = "ADMINISTER",
    }
}

/// A token.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "token")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: TokenId,
    /// For whom it acts.
    pub account_id: AccountId,
    /// What it is for, in its owner's words.
    pub name: String,
    /// SHA-256 of the secret, in hexadecimal.
    #[sea_orm(unique)]
    pub secret_hash: Hidden,
    /// Codes of [`Scope`].
    pub scopes: Codes,
    /// When it was made.
    pub created_at: DateTimeUtc,
    /// From when on it counts for nothing.
    pub expires_at: DateTimeUtc,
    /// When it was last used, give or take a minute; none before.
    pub last_used_at: Option<DateTimeUtc>,
    /// When it was revoked; none while it was not.
    pub revoked_at: Option<DateTimeUtc>,
    /// For whom it acts.
    #[sea_orm(belongs_to, from = "account_id", to = "id")]
    pub account: BelongsTo<super::account::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}

/// The token with a secret of this hash.
#[must_use]
pub fn with_hash(secret_hash: &str) -> Select<Entity> {
    Entity::find().filter(Column::SecretHash.eq(secret_hash))
}

/// The tokens of an account, latest first.
#[must_use]
pub fn of_account(account: AccountId) -> Select<Entity> {
    Entity::find()
        .filter(Column::AccountId.eq(account))
        .order_by_desc(Column::CreatedAt)
        .order_by_desc(Column::Id)
}
