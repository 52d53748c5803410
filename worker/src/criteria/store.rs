//! A criteria set as rows: its canonical document, and the tree for queries, written from it.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use entity::{CriteriaSetId, CriterionId, criteria_set, criterion};
use scoring::{CriteriaSet, canonical_json};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter,
};

use crate::database::insert;

/// Stores a new set in a state.
pub(crate) async fn store<C: ConnectionTrait>(
    connection: &C,
    set: &CriteriaSet,
    state: criteria_set::State,
    now: DateTime<Utc>,
) -> Result<criteria_set::Model, DbErr> {
    let activated_at = (state == criteria_set::State::Active).then_some(now);
    let row = row(CriteriaSetId::generate(), set, state, activated_at);
    insert(connection, vec![row.clone().into_active_model().reset_all()]).await?;
    insert(connection, tree(row.id, set)).await?;
    Ok(row)
}

/// Stores `set` in the place of the draft `id`.
pub(super) async fn replace<C: ConnectionTrait>(
    connection: &C,
    id: CriteriaSetId,
    set: &CriteriaSet,
) -> Result<criteria_set::Model, DbErr> {
    let row = row(id, set, criteria_set::State::Draft, None);
    // A node points to the one above it, so the whole tree goes at once.
    criterion::Entity::delete_many().filter(criterion::Column::CriteriaSetId.eq(id)).exec(connection).await?;
    row.clone().into_active_model().reset_all().update(connection).await?;
    insert(connection, tree(id, set)).await?;
    Ok(row)
}

fn row(
    id: CriteriaSetId,
    set: &CriteriaSet,
    state: criteria_set::State,
    activated_at: Option<DateTime<Utc>>,
) -> criteria_set::Model {
    let document = set.document();
    criteria_set::Model {
        id,
        code: document.code.clone(),
        version: i32::try_from(document.version).unwrap_or(i32::MAX),
        name_vi: document.name_vi.clone(),
        name_en: document.name_en.clone(),
        state,
        sample: document.sample,
        fingerprint: set.fingerprint().to_owned(),
        document: canonical_json(document),
        print_scale: i32::try_from(document.print_scale).unwrap_or(i32::MAX),
        activated_at,
        retired_at: None,
    }
}

fn tree(id: CriteriaSetId, set: &CriteriaSet) -> Vec<criterion::ActiveModel> {
    let mut ids = HashMap::new();
    let mut rows = Vec::new();
    for (position, node) in (0..).zip(set.nodes()) {
        let criterion_id = CriterionId::generate();
        ids.insert(node.criterion.code.as_str(), criterion_id);
        let row = criterion::Model {
            id: criterion_id,
            criteria_set_id: id,
            code: node.criterion.code.clone(),
            parent_id: node.parent.and_then(|parent| ids.get(parent).copied()),
            level: node.level,
            position,
            name_vi: node.criterion.name_vi.clone(),
            name_en: node.criterion.name_en.clone(),
            max_points: node.criterion.max_points.to_string(),
            rule_kind: node.criterion.rule.as_ref().map(scoring::Rule::kind),
        };
        rows.push(row.into_active_model().reset_all());
    }
    rows
}
