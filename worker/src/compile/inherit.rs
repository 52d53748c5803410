//! INHERITED leaves: the parent agency's own results, scored from the same snapshot by the parent's own set.
//!
//! What an agency takes over depends on its ancestors alone, never on which other agencies are compiled with
//! it, so a build of one agency and a build of all give the same card.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::NaiveDate;
use entity::{AgencyEdgeId, AgencyId, BlockId, agency, agency_edge, block, period};
use scoring::{CriteriaSet, InheritedResult, PeriodKind, score};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter};

use super::cohort::{Cohort, Overlays};
use super::gather::Inputs;
use super::{Criteria, PartError};
use crate::criteria::{CriteriaError, load_set_in_use};
use crate::registry::place_as_at_end;

/// Results by leaf.
pub(super) type Results = BTreeMap<String, InheritedResult>;

/// What each of the part's agencies takes over from its parent, for the INHERITED leaves of `criteria`. An
/// agency without a parent, or whose parent is scored by no set, takes over nothing.
pub(super) async fn handed_down<C: ConnectionTrait>(
    connection: &C,
    cohort: &Cohort,
    criteria: &Criteria,
    overlays: &Overlays,
) -> Result<HashMap<AgencyId, Results>, PartError> {
    let leaves = criteria.set.inherited_leaves();
    if leaves.is_empty() {
        return Ok(HashMap::new());
    }
    let lineage = Lineage::load(connection, &cohort.period, &cohort.agencies).await?;
    let parents = lineage.parents.values().copied();
    let mut rows = agency::Entity::find().filter(agency::Column::Id.is_in(parents)).all(connection).await?;
    place_as_at_end(connection, &mut rows, cohort.period.ends_before).await?;
    let mut ancestors = Ancestors {
        inputs: Inputs::load(connection, &cohort.period, &rows).await?,
        sets: sets_of(connection, cohort, criteria, &rows).await?,
        rows: rows.into_iter().map(|row| (row.id, row)).collect(),
        lineage,
        kind: cohort.code.kind,
        criteria,
        overlays,
        scored: HashMap::new(),
    };
    let mut handed_down = HashMap::new();
    for child in &cohort.agencies {
        let mut results = ancestors.results_above(child.id);
        results.retain(|code, _| leaves.contains(code.as_str()));
        handed_down.insert(child.id, results);
    }
    Ok(handed_down)
}

/// Who stands directly above whom, from the part's agencies upwards.
struct Lineage {
    parents: HashMap<AgencyId, AgencyId>,
}

impl Lineage {
    /// Reads the tree level by level. Of several parents within the period the one that holds at its end
    /// counts. An agency that is its own ancestor has no parent.
    async fn load<C: ConnectionTrait>(
        connection: &C,
        period: &period::Model,
        agencies: &[agency::Model],
    ) -> Result<Self, DbErr> {
        let mut parents: HashMap<AgencyId, AgencyId> = HashMap::new();
        let mut level: BTreeSet<AgencyId> = agencies.iter().map(|agency| agency.id).collect();
        let mut asked = BTreeSet::new();
        while !level.is_empty() {
            let edges = agency_edge::valid_in(period.starts_on, period.ends_before)
                .filter(agency_edge::Column::ChildId.is_in(level.iter().copied()))
                .all(connection)
                .await?;
            asked.append(&mut level);
            for (child, edge) in last_of_each_child(edges, period.ends_before) {
                parents.insert(child, edge.parent_id);
                level.insert(edge.parent_id);
            }
            level.retain(|agency| !asked.contains(agency));
        }
        let rings: Vec<_> =
            parents.keys().copied().filter(|agency| is_own_ancestor(&parents, *agency)).collect();
        parents.retain(|child, _| !rings.contains(child));
        Ok(Self { parents })
    }
}

/// Each child's edge that holds longest within the period; among equals the one that began last.
fn last_of_each_child(
    edges: Vec<agency_edge::Model>,
    ends_before: NaiveDate,
) -> HashMap<AgencyId, agency_edge::Model> {
    let place = |edge: &agency_edge::Model| -> (NaiveDate, NaiveDate, AgencyEdgeId) {
        let until = edge.valid_to.map_or(ends_before, |valid_to| valid_to.min(ends_before));
        (until, edge.valid_from, edge.id)
    };
    let mut last: HashMap<AgencyId, agency_edge::Model> = HashMap::new();
    for edge in edges {
        if last.get(&edge.child_id).is_none_or(|other| place(other) < place(&edge)) {
            last.insert(edge.child_id, edge);
        }
    }
    last
}

fn is_own_ancestor(parents: &HashMap<AgencyId, AgencyId>, agency: AgencyId) -> bool {
    // A way up that meets no agency twice has at most as many steps as there are edges.
    let way_up = std::iter::successors(parents.get(&agency), |above| parents.get(above));
    way_up.take(parents.len()).any(|above| *above == agency)
}

/// The sets that score the blocks of `ancestors`; a block that no set scores is left out.
async fn sets_of<C: ConnectionTrait>(
    connection: &C,
    cohort: &Cohort,
    criteria: &Criteria,
    ancestors: &[agency::Model],
) -> Result<HashMap<BlockId, (block::Model, CriteriaSet)>, PartError> {
    let ids: BTreeSet<_> = ancestors.iter().map(|agency| agency.block_id).collect();
    let blocks = block::Entity::find().filter(block::Column::Id.is_in(ids)).all(connection).await?;
    let mut sets = HashMap::new();
    for block in blocks {
        if block.id == cohort.block.id {
            sets.insert(block.id, (block, criteria.set.clone()));
            continue;
        }
        match load_set_in_use(connection, &cohort.period, &block, &criteria.units).await {
            Ok((_, set)) => _ = sets.insert(block.id, (block, set)),
            Err(CriteriaError::NotInUse { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(sets)
}

/// The agencies above the part's own, each scored once.
struct Ancestors<'a> {
    lineage: Lineage,
    rows: HashMap<AgencyId, agency::Model>,
    inputs: Inputs,
    sets: HashMap<BlockId, (block::Model, CriteriaSet)>,
    kind: PeriodKind,
    criteria: &'a Criteria,
    overlays: &'a Overlays,
    scored: HashMap<AgencyId, Results>,
}

impl Ancestors<'_> {
    /// The results of the agency's parent; empty when it has none that is scored.
    fn results_above(&mut self, agency: AgencyId) -> Results {
        let Some(parent) = self.lineage.parents.get(&agency).copied() else {
            return Results::new();
        };
        if let Some(results) = self.scored.get(&parent) {
            return results.clone();
        }
        let results = self.score(parent).unwrap_or_default();
        self.scored.insert(parent, results.clone());
        results
    }

    fn score(&mut self, agency: AgencyId) -> Option<Results> {
        // The way up holds no ring, so this ends.
        let above = self.results_above(agency);
        let row = self.rows.get(&agency)?;
        let (block, set) = self.sets.get(&row.block_id)?;
        let mut facts = self.inputs.facts_of(row, &block.code, set, &self.criteria.measures);
        self.overlays.lay_over(row.id, &mut facts);
        facts.inherited = above;
        Some(score(set, self.kind, &facts).handed_down(&row.code).collect())
    }
}
