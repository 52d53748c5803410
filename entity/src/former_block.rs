//! Where agencies were ranked before: the block of an agency until it was
//! placed in another. Where it is ranked last stands with the agency.

use sea_orm::QueryOrder;
use sea_orm::entity::prelude::*;

use crate::ids::{AgencyId, BlockId, FormerBlockId};

/// An agency's block until before `valid_to`, and from the end of the one
/// before it.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "former_block")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: FormerBlockId,
    /// The agency.
    pub agency_id: AgencyId,
    /// The block in which it was ranked.
    pub block_id: BlockId,
    /// First day on which it no longer was.
    pub valid_to: Date,
    /// The agency.
    #[sea_orm(belongs_to, from = "agency_id", to = "id")]
    pub agency: BelongsTo<super::agency::Entity>,
    /// The block in which it was ranked.
    #[sea_orm(belongs_to, from = "block_id", to = "id")]
    pub block: BelongsTo<super::block::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}

/// The former blocks of the agencies, earliest first.
#[must_use]
pub fn of_agencies(agencies: impl IntoIterator<Item = AgencyId>) -> Select<Entity> {
    Entity::find().filter(Column::AgencyId.is_in(agencies)).order_by_asc(Column::ValidTo)
}
