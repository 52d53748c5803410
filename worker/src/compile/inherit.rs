//! INHERITED leaves: the parent agency's own results, scored from the same snapshot.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use entity::{AgencyId, agency, agency_edge, block};
use scoring::{InheritedResult, score};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};

use super::gather::Inputs;
use super::{PartError, Scope};
use crate::criteria::load_set_in_use;

/// What each agency takes over from its parent, by leaf.
pub(super) type HandedDown = HashMap<AgencyId, BTreeMap<String, InheritedResult>>;

/// Scores the parents of `children` and hands their results down. Parents may themselves inherit;
/// `ancestry` holds the agencies already below this point, so that a ring of edges ends.
pub(super) async fn handed_down<C: ConnectionTrait>(
    connection: &C,
    scope: &Scope,
    children: &[agency::Model],
    ancestry: &mut BTreeSet<AgencyId>,
) -> Result<HandedDown, PartError> {
    ancestry.extend(children.iter().map(|child| child.id));
    let ids = children.iter().map(|child| child.id);
    let edges = agency_edge::valid_in(scope.period.starts_on, scope.period.ends_before)
        .filter(agency_edge::Column::ChildId.is_in(ids))
        .all(connection)
        .await?;
    let parent_ids: BTreeSet<_> = edges.iter().map(|edge| edge.parent_id).collect();
    let parents: Vec<_> = agency::Entity::find()
        .filter(agency::Column::Id.is_in(parent_ids.into_iter().filter(|id| !ancestry.contains(id))))
        .all(connection)
        .await?;
    let results = score_parents(connection, scope, &parents, ancestry).await?;

    let mut handed_down = HandedDown::new();
    for edge in edges {
        if let Some(results) = results.get(&edge.parent_id) {
            handed_down.insert(edge.child_id, results.clone());
        }
    }
    Ok(handed_down)
}

async fn score_parents<C: ConnectionTrait>(
    connection: &C,
    scope: &Scope,
    parents: &[agency::Model],
    ancestry: &mut BTreeSet<AgencyId>,
) -> Result<HandedDown, PartError> {
    let mut by_block: BTreeMap<_, Vec<agency::Model>> = BTreeMap::new();
    for parent in parents {
        by_block.entry(parent.block_id).or_default().push(parent.clone());
    }
    let mut results = HandedDown::new();
    for (block_id, parents) in by_block {
        let block = block::Entity::find_by_id(block_id).one(connection).await?;
        let block = block.ok_or_else(|| PartError::GiveUp("a parent's block no longer exists".to_owned()))?;
        let (_, set) = load_set_in_use(connection, &scope.period, &block, &scope.units).await?;
        let inputs = Inputs::load(connection, &scope.period, &parents).await?;
        let mut from_above = HandedDown::new();
        if set.inherits() {
            from_above = Box::pin(handed_down(connection, scope, &parents, ancestry)).await?;
        }
        for parent in &parents {
            let mut facts = inputs.facts_of(parent, &block.code, &set, &scope.measures)?;
            facts.inherited = from_above.remove(&parent.id).unwrap_or_default();
            let scored = score(&set, scope.code.kind, &facts);
            results.insert(parent.id, scored.handed_down(&parent.code).collect());
        }
    }
    Ok(results)
}
