//! In which block an agency is at a time: the agency says where it is ranked last, its former blocks where before.

use std::collections::HashMap;

use chrono::NaiveDate;
use entity::{AgencyId, BlockId, agency, former_block};
use sea_orm::{ConnectionTrait, DbErr};

/// An agency's place in a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Membership {
    /// The block.
    pub block: BlockId,
    /// The first day.
    pub valid_from: NaiveDate,
    /// The day after the last; `None` while it lasts.
    pub valid_to: Option<NaiveDate>,
}

/// The blocks of an agency by date, earliest first. `former` are its former blocks in their order.
pub fn memberships(agency: &agency::Model, former: &[former_block::Model]) -> Vec<Membership> {
    let mut since = agency.valid_from;
    let mut memberships = Vec::with_capacity(former.len() + 1);
    for left in former {
        memberships.push(Membership {
            block: left.block_id,
            valid_from: since,
            valid_to: Some(left.valid_to),
        });
        since = left.valid_to;
    }
    memberships.push(Membership { block: agency.block_id, valid_from: since, valid_to: agency.valid_to });
    memberships
}

/// Puts each agency in the block in which it is ranked in a period that ends before `ends_before`.
pub(crate) async fn place_as_at_end<C: ConnectionTrait>(
    connection: &C,
    agencies: &mut [agency::Model],
    ends_before: NaiveDate,
) -> Result<(), DbErr> {
    let ids = agencies.iter().map(|agency| agency.id);
    let former = former_block::of_agencies(ids).all(connection).await?;
    let mut at_end: HashMap<AgencyId, BlockId> = HashMap::new();
    for left in former.into_iter().filter(|left| left.valid_to >= ends_before) {
        at_end.entry(left.agency_id).or_insert(left.block_id);
    }
    for agency in agencies {
        agency.block_id = at_end.get(&agency.id).copied().unwrap_or(agency.block_id);
    }
    Ok(())
}
