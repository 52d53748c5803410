//! Loading the registry for a change, and writing what was decided.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use entity::{
    AgencyEdgeId, AgencyId, FormerBlockId, SuccessionId, agency, agency_edge, block, former_block, succession,
};
use scoring::Exact;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter,
};

use super::plan::{Known, Plan, Recorded, Registry};
use super::step::{Refused, Step};
use crate::database::{insert, lock_agencies};
use crate::live;

/// Reads the registry and keeps others from changing it until the transaction ends.
///
/// # Errors
/// When the database fails.
pub async fn load<C: ConnectionTrait>(connection: &C) -> Result<Registry, DbErr> {
    lock_agencies(connection).await?;
    let rows = agency::in_order().all(connection).await?;
    let mut placed_on = HashMap::new();
    for left in former_block::Entity::find().all(connection).await? {
        let last = placed_on.entry(left.agency_id).or_insert(left.valid_to);
        *last = Ord::max(left.valid_to, *last);
    }
    let known = |row: agency::Model| {
        let known = Known {
            id: row.id,
            valid_from: row.valid_from,
            valid_to: row.valid_to,
            block: row.block_id,
            placed_on: placed_on.get(&row.id).copied(),
        };
        (row.code, known)
    };
    let agencies: BTreeMap<_, _> = rows.into_iter().map(known).collect();
    let blocks = block::in_order().all(connection).await?;
    let blocks = blocks.into_iter().map(|block| (block.code, block.id)).collect();
    let mut registry = Registry::new(agencies, blocks);
    for row in succession::in_order().all(connection).await? {
        let share = row.share.map(|share| share.parse::<Exact>()).transpose();
        registry.remember(Recorded {
            kind: row.kind,
            from: row.predecessor_id,
            to: row.successor_id,
            on: row.effective_on,
            share: share.map_err(|error| DbErr::Type(error.to_string()))?,
        });
    }
    Ok(registry)
}

/// Takes the steps, all or none, in the caller's transaction.
///
/// # Errors
/// Inside, every step that cannot be; outside, when the database fails.
pub async fn change<C: ConnectionTrait>(
    connection: &C,
    steps: &[Step],
    by: &str,
    now: DateTime<Utc>,
) -> Result<Result<Plan, Vec<Refused>>, DbErr> {
    let plan = match load(connection).await?.plan(steps) {
        Ok(plan) => plan,
        Err(refused) => return Ok(Err(refused)),
    };
    register(connection, &plan).await?;
    for (agency, on) in &plan.closed {
        agency::Entity::update_many()
            .col_expr(agency::Column::ValidTo, Expr::value(*on))
            .filter(agency::Column::Id.eq(*agency))
            .exec(connection)
            .await?;
        // Nobody stands above or below an agency that is no more.
        let of_it = agency_edge::Column::ParentId.eq(*agency).or(agency_edge::Column::ChildId.eq(*agency));
        let goes_on = agency_edge::Column::ValidTo.is_null().or(agency_edge::Column::ValidTo.gt(*on));
        agency_edge::Entity::update_many()
            .col_expr(agency_edge::Column::ValidTo, Expr::value(*on))
            .filter(of_it)
            .filter(goes_on)
            .filter(agency_edge::Column::ValidFrom.lt(*on))
            .exec(connection)
            .await?;
    }
    record(connection, &plan, by, now).await?;
    live::mark_in_open_periods(connection, &touched(&plan), WHY, now).await?;
    Ok(Ok(plan))
}

/// Why cards are behind a change.
const WHY: &str = "cơ quan / agencies";

/// Every agency whose card a change may change.
fn touched(plan: &Plan) -> Vec<AgencyId> {
    let registered = plan.agencies.iter().map(|(id, ..)| *id);
    let closed = plan.closed.iter().map(|(id, _)| *id);
    let succeeded = plan.successions.iter().flat_map(|(recorded, _)| [recorded.from, recorded.to]);
    let placed = plan.placed.iter().map(|(id, ..)| *id);
    registered.chain(closed).chain(succeeded).chain(placed).collect()
}

async fn register<C: ConnectionTrait>(connection: &C, plan: &Plan) -> Result<(), DbErr> {
    let position = block::in_order().all(connection).await?.last().map_or(0, |last| last.position);
    let blocks = (position + 1..).zip(&plan.blocks).map(|(position, (id, new))| {
        let (code, name_vi, name_en) = (new.code.clone(), new.name_vi.clone(), new.name_en.clone());
        block::Model { id: *id, code, name_vi, name_en, position }.into_active_model().reset_all()
    });
    insert(connection, blocks.collect()).await?;
    let agencies = plan.agencies.iter().map(|(id, block, _, new)| {
        let row = agency::Model {
            id: *id,
            code: new.code.clone(),
            name_vi: new.name_vi.trim().to_owned(),
            name_en: new.name_en.trim().to_owned(),
            kind: new.kind,
            block_id: *block,
            valid_from: new.valid_from,
            valid_to: None,
            tags: new.tags.iter().cloned().collect(),
            source: new.source,
        };
        row.into_active_model().reset_all()
    });
    insert(connection, agencies.collect()).await?;
    let edges = plan.agencies.iter().filter_map(|(id, _, parent, new)| {
        let row = agency_edge::Model {
            id: AgencyEdgeId::generate(),
            parent_id: (*parent)?,
            child_id: *id,
            valid_from: new.valid_from,
            valid_to: None,
        };
        Some(row.into_active_model().reset_all())
    });
    insert(connection, edges.collect()).await
}

async fn record<C: ConnectionTrait>(
    connection: &C,
    plan: &Plan,
    by: &str,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    let successions = plan.successions.iter().map(|(recorded, asked)| {
        let row = succession::Model {
            id: SuccessionId::generate(),
            kind: recorded.kind,
            predecessor_id: recorded.from,
            successor_id: recorded.to,
            effective_on: recorded.on,
            decision_number: asked.decision_number.trim().to_owned(),
            decided_on: asked.decided_on,
            share: recorded.share.as_ref().map(Exact::to_string),
            recorded_by: by.to_owned(),
            recorded_at: now,
        };
        row.into_active_model().reset_all()
    });
    insert(connection, successions.collect()).await?;
    for (agency, left, entered, from) in &plan.placed {
        let row = former_block::Model {
            id: FormerBlockId::generate(),
            agency_id: *agency,
            block_id: *left,
            valid_to: *from,
        };
        insert(connection, vec![row.into_active_model().reset_all()]).await?;
        agency::Entity::update_many()
            .col_expr(agency::Column::BlockId, Expr::value(*entered))
            .filter(agency::Column::Id.eq(*agency))
            .exec(connection)
            .await?;
    }
    Ok(())
}
