//! One-time links: whoever opens one is signed in, once.

use sea_orm::entity::prelude::*;

use crate::hidden::Hidden;
use crate::ids::{AccountId, SignInLinkId};

/// A one-time link.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "sign_in_link")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SignInLinkId,
    /// Whom it signs in.
    pub account_id: AccountId,
    /// SHA-256 of the secret, in hexadecimal.
    #[sea_orm(unique)]
    pub secret_hash: Hidden,
    /// Who made it; none for the first start and the terminal.
    pub made_by: Option<AccountId>,
    /// When it was made.
    pub created_at: DateTimeUtc,
    /// From when on it counts for nothing.
    pub expires_at: DateTimeUtc,
    /// When it was used; none while it was not.
    pub used_at: Option<DateTimeUtc>,
    /// Whom it signs in.
    #[sea_orm(belongs_to, relation_enum = "Account", from = "account_id", to = "id")]
    pub account: BelongsTo<super::account::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}

/// The link with a secret of this hash.
#[must_use]
pub fn with_hash(secret_hash: &str) -> Select<Entity> {
    Entity::find().filter(Column::SecretHash.eq(secret_hash))
}
