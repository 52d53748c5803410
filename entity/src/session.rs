//! Sessions: browsers that are signed in. The secret itself is only in the
//! browser's cookie.

use sea_orm::entity::prelude::*;

use crate::hidden::Hidden;
use crate::ids::{AccountId, SessionId};

/// A session.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "session")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SessionId,
    /// Whose it is.
    pub account_id: AccountId,
    /// SHA-256 of the cookie's secret, in hexadecimal.
    #[sea_orm(unique)]
    pub secret_hash: Hidden,
    /// What a mutation of this session must repeat in its header.
    pub csrf_token: Hidden,
    /// Whether it was opened by a one-time link and has set no password yet.
    pub by_link: bool,
    /// When it was opened.
    pub created_at: DateTimeUtc,
    /// When it ends at the latest.
    pub expires_at: DateTimeUtc,
    /// When it was last used, give or take a minute.
    pub last_seen_at: DateTimeUtc,
    /// When it was ended; none while it was not.
    pub ended_at: Option<DateTimeUtc>,
    /// Whose it is.
    #[sea_orm(belongs_to, from = "account_id", to = "id")]
    pub account: BelongsTo<super::account::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}

/// The session with a secret of this hash.
#[must_use]
pub fn with_hash(secret_hash: &str) -> Select<Entity> {
    Entity::find().filter(Column::SecretHash.eq(secret_hash))
}
