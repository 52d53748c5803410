//! Taking up queued builds: each becomes parts, one a ranking block.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use entity::{BlockId, BuildPartId, agency, block, build, build_part, period, scorecard};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DatabaseConnection, DbErr, EntityTrait, IntoActiveModel,
    JoinType, QueryFilter, QuerySelect, RelationTrait,
};

use crate::database::begin_write;

/// Splits every queued build that nobody else takes up first. Returns how many were.
pub(crate) async fn split_queued(database: &DatabaseConnection, now: DateTime<Utc>) -> Result<usize, DbErr> {
    let mut taken = 0;
    for build in build::queued().all(database).await? {
        let transaction = begin_write(database).await?;
        if take_up(&transaction, &build, now).await? {
            insert_parts(&transaction, &build, now).await?;
            taken += 1;
        }
        transaction.commit().await?;
    }
    Ok(taken)
}

async fn take_up<C: ConnectionTrait>(
    connection: &C,
    build: &build::Model,
    now: DateTime<Utc>,
) -> Result<bool, DbErr> {
    let taken = build::Entity::update_many()
        .col_expr(build::Column::State, Expr::value(build::State::Running))
        .col_expr(build::Column::StartedAt, Expr::value(now))
        .filter(build::Column::Id.eq(build.id))
        .filter(build::Column::State.eq(build::State::Queued))
        .exec(connection)
        .await?;
    Ok(taken.rows_affected == 1)
}

async fn insert_parts<C: ConnectionTrait>(
    connection: &C,
    build: &build::Model,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    let blocks = blocks_in_scope(connection, build).await?;
    if blocks.is_empty() {
        return fail_empty(connection, build, now).await;
    }
    let part = |(block_id, agencies)| build_part::Model {
        id: BuildPartId::generate(),
        build_id: build.id,
        block_id,
        state: build_part::State::Waiting,
        agencies,
        attempt: 1,
        pushes: 0,
        due_at: now,
        pushed_at: None,
        claimed_by: None,
        lease_until: None,
        started_at: None,
        ended_at: None,
        cards_written: 0,
        cards_unchanged: 0,
        indexes_changed: 0,
        error: None,
    };
    let parts = blocks.into_iter().map(|block| part(block).into_active_model().reset_all());
    build_part::Entity::insert_many(parts).exec_without_returning(connection).await?;
    Ok(())
}

/// The blocks of the agencies in scope, each with how many of them it has: where they are at the period's end, and where
/// the cards that they have still are.
async fn blocks_in_scope<C: ConnectionTrait>(
    connection: &C,
    build: &build::Model,
) -> Result<BTreeMap<BlockId, i32>, DbErr> {
    let Some(period) = period::Entity::find_by_id(build.period_id).one(connection).await? else {
        return Ok(BTreeMap::new());
    };
    let mut agencies = agency::valid_in(period.starts_on, period.ends_before);
    let mut cards =
        scorecard::current_for(period.id).join(JoinType::InnerJoin, scorecard::Relation::Agency.def());
    if let Some(codes) = &build.agencies {
        let named = || agency::Column::Code.is_in(codes.0.iter().map(String::as_str));
        agencies = agencies.filter(named());
        cards = cards.filter(named());
    }
    // Named otherwise than the column: a name in GROUP BY means that first.
    let mut agencies = agencies
        .select_only()
        .expr_as(agency::block_at_end(period.ends_before), "block_then")
        .column_as(agency::Column::Id.count(), "agencies");
    // PostgreSQL orders grouped rows only by what they are grouped by.
    QuerySelect::query(&mut agencies).clear_order_by().add_group_by([Expr::col("block_then")]);
    let cards = cards.select_only().column(scorecard::Column::BlockId).distinct();
    let counted: Vec<(BlockId, i64)> = agencies.into_tuple().all(connection).await?;
    let count = |agencies| i32::try_from(agencies).unwrap_or(i32::MAX);
    let mut blocks: BTreeMap<_, _> =
        counted.into_iter().map(|(block, agencies)| (block, count(agencies))).collect();
    for block in cards.into_tuple::<BlockId>().all(connection).await? {
        blocks.entry(block).or_insert(0);
    }
    if let Some(codes) = &build.blocks {
        let named =
            block::Entity::find().filter(block::Column::Code.is_in(codes.0.iter().map(String::as_str)));
        let named: BTreeSet<_> = named.all(connection).await?.into_iter().map(|block| block.id).collect();
        blocks.retain(|block, _| named.contains(block));
    }
    Ok(blocks)
}

/// A build with nothing to compile has failed, and says so.
async fn fail_empty<C: ConnectionTrait>(
    connection: &C,
    build: &build::Model,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    build::Entity::update_many()
        .col_expr(build::Column::State, Expr::value(build::State::Failed))
        .col_expr(build::Column::EndedAt, Expr::value(now))
        .col_expr(build::Column::Error, Expr::value("no agency in its scope is valid in the period"))
        .filter(build::Column::Id.eq(build.id))
        .exec(connection)
        .await?;
    Ok(())
}
