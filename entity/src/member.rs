//! Members of inspection delegations, by title: the person is not recorded.

use crate::ids::{DelegationId, MemberId};
use sea_orm::QueryOrder;
use sea_orm::entity::prelude::*;

/// A member of a delegation.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "member")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: MemberId,
    /// The delegation.
    pub delegation_id: DelegationId,
    /// Code of the role in it: `HEAD`, `DEPUTY_HEAD`.
    pub role: String,
    /// The office that the member holds, in Vietnamese.
    pub title_vi: String,
    /// The same in English.
    pub title_en: String,
    /// Place in the delegation, ascending.
    pub position: i32,
    /// The delegation.
    #[sea_orm(belongs_to, from = "delegation_id", to = "id")]
    pub delegation: BelongsTo<super::delegation::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}

/// The members of the delegations, each delegation's in their order.
#[must_use]
pub fn of_delegations(delegations: impl IntoIterator<Item = DelegationId>) -> Select<Entity> {
    Entity::find()
        .filter(Column::DelegationId.is_in(delegations))
        .order_by_asc(Column::DelegationId)
        .order_by_asc(Column::Position)
}
