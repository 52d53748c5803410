//! An agency through time: who stood above it, in which blocks it was, whom it succeeded and who succeeds it.

use std::collections::{BTreeSet, HashMap};

use async_graphql::{Context, Object};
use chrono::NaiveDate;
use entity::{AgencyId, BlockId, agency, agency_edge, block, former_block, succession};
use reform_worker::registry::memberships;
use sea_orm::{ColumnTrait, DatabaseConnection, EntityTrait, QueryFilter, QueryOrder};

use super::{Agency, Block, known_agency};
use crate::graphql::codes::SuccessionKind;
use crate::graphql::cost;
use crate::graphql::database;
use crate::graphql::plain::{Whole, plain_object};
use crate::graphql::problem::Problem;

plain_object! {
    /// An agency through time.
    pub(crate) struct AgencyHistory {
        /// The agency.
        agency: Agency,
        /// The agency directly above it on the day that was asked for; without one, the last. Null: there is none.
        parent: Option<Agency>,
        /// The ranking blocks in which it was, earliest first. A period is ranked by the one at its end.
        block_memberships: Vec<BlockMembership> => cost::MEMBERSHIPS,
        /// Whom it succeeds, earliest first.
        predecessors: Vec<Succession> => cost::SUCCESSIONS,
        /// Who succeeds it, earliest first.
        successors: Vec<Succession> => cost::SUCCESSIONS,
    }
}

plain_object! {
    /// An agency's time in a ranking block.
    pub(crate) struct BlockMembership {
        /// The block.
        block: Block,
        /// The first day.
        valid_from: NaiveDate,
        /// The day after the last; null while it lasts.
        valid_to: Option<NaiveDate>,
    }
}

plain_object! {
    /// A succession (kế thừa) between the agency and another.
    pub(crate) struct Succession {
        /// The other agency.
        agency: Agency,
        /// How.
        kind: SuccessionKind,
        /// The first day on which it holds.
        effective_on: NaiveDate,
        /// The decision's number.
        decision_number: String,
        /// The day of the decision, which is not the day from which it holds.
        decided_on: NaiveDate,
        /// What part of the predecessor's counts from before goes over, exact; null: they cannot be divided.
        share: Option<String>,
    }
}

/// Agencies with their blocks, by id.
pub(crate) async fn agencies_by_id(
    database: &DatabaseConnection,
    ids: BTreeSet<AgencyId>,
) -> Result<HashMap<AgencyId, Agency>, Problem> {
    let rows = agency::Entity::find()
        .filter(agency::Column::Id.is_in(ids))
        .find_also_related(block::Entity)
        .all(database)
        .await?;
    let known = rows.into_iter().filter_map(|(row, block)| Some((row.id, (row, block?).into())));
    Ok(known.collect())
}

#[derive(Default)]
pub(crate) struct HistoryQuery;

#[Object]
impl HistoryQuery {
    /// The agency with this code through time.
    async fn agency_history(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its code, for instance `SNGV`.")] code: String,
        #[graphql(desc = "The day for which its parent is told; its last when not given.")] on: Option<
            NaiveDate,
        >,
    ) -> Result<Whole<AgencyHistory>, Problem> {
        let database = database(ctx)?;
        let row = known_agency(database, "code", &code).await?;
        whole(database, row, on).await.map(Whole)
    }
}

async fn whole(
    database: &DatabaseConnection,
    row: agency::Model,
    on: Option<NaiveDate>,
) -> Result<AgencyHistory, Problem> {
    let edges = on.map_or_else(agency_edge::Entity::find, agency_edge::valid_on);
    let edges = edges
        .filter(agency_edge::Column::ChildId.eq(row.id))
        .order_by_desc(agency_edge::Column::ValidFrom)
        .order_by_desc(agency_edge::Column::Id);
    let (edges, successions, former, blocks) = futures_util::try_join!(
        edges.all(database),
        succession::of_agency(row.id).all(database),
        former_block::of_agencies([row.id]).all(database),
        block::in_order().all(database)
    )?;
    let parent = edges.first().map(|edge| edge.parent_id);
    let others = successions.iter().flat_map(|link| [link.predecessor_id, link.successor_id]);
    let known = agencies_by_id(database, others.chain(parent).chain([row.id]).collect()).await?;
    let blocks: HashMap<BlockId, Block> = blocks.into_iter().map(|block| (block.id, block.into())).collect();
    let block_memberships = memberships(&row, &former).into_iter().filter_map(|membership| {
        Some(BlockMembership {
            block: blocks.get(&membership.block)?.clone(),
            valid_from: membership.valid_from,
            valid_to: membership.valid_to,
        })
    });
    let other = |link: &succession::Model, other: AgencyId| {
        Some(Succession {
            agency: known.get(&other)?.clone(),
            kind: link.kind.into(),
            effective_on: link.effective_on,
            decision_number: link.decision_number.clone(),
            decided_on: link.decided_on,
            share: link.share.clone(),
        })
    };
    let before = successions.iter().filter(|link| link.successor_id == row.id);
    let after = successions.iter().filter(|link| link.predecessor_id == row.id);
    Ok(AgencyHistory {
        agency: known.get(&row.id).cloned().ok_or(Problem::Internal)?,
        parent: parent.and_then(|parent| known.get(&parent).cloned()),
        block_memberships: block_memberships.collect(),
        predecessors: before.filter_map(|link| other(link, link.predecessor_id)).collect(),
        successors: after.filter_map(|link| other(link, link.successor_id)).collect(),
    })
}
