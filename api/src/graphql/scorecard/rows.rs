//! Which scorecards are read, joined with what is read of them.

use entity::{block, period, ranking, ranking_entry, scorecard};
use sea_orm::sea_query::{Condition, Expr, ExprTrait, SubQueryStatement};
use sea_orm::{
    ColumnTrait, EntityTrait, JoinType, QueryFilter, QueryOrder, QuerySelect, QueryTrait, RelationTrait,
    Select,
};

/// Scorecards, with their places in the current rankings.
pub(super) fn cards() -> Select<scorecard::Entity> {
    let mut cards = joined();
    let same = |a: scorecard::Column, b: ranking::Column| {
        Expr::col((scorecard::Entity, a)).equals((ranking::Entity, b))
    };
    let current_ranking = Condition::all()
        .add(same(scorecard::Column::PeriodId, ranking::Column::PeriodId))
        .add(same(scorecard::Column::BlockId, ranking::Column::BlockId))
        .add(Expr::col((ranking::Entity, ranking::Column::Current)));
    let placed = Condition::all()
        .add(
            Expr::col((ranking_entry::Entity, ranking_entry::Column::RankingId))
                .equals((ranking::Entity, ranking::Column::Id)),
        )
        .add(
            Expr::col((ranking_entry::Entity, ranking_entry::Column::ScorecardId))
                .equals((scorecard::Entity, scorecard::Column::Id)),
        );
    QueryTrait::query(&mut cards)
        .left_join(ranking::Entity, current_ranking)
        .left_join(ranking_entry::Entity, placed);
    cards
}

/// The scorecards of the block's current ranking in the period, in its order. The ranking stands in a
/// subquery of its own, so that the database reads its entries in their order and stops at the page's end.
pub(super) fn ranked(period: &str, block: &str) -> Select<scorecard::Entity> {
    let ranking = ranking::Entity::find()
        .select_only()
        .column(ranking::Column::Id)
        .join(JoinType::InnerJoin, ranking::Relation::Period.def())
        .join(JoinType::InnerJoin, ranking::Relation::Block.def())
        .filter(Expr::col((ranking::Entity, ranking::Column::Current)))
        .filter(period::Column::Code.eq(period))
        .filter(block::Column::Code.eq(block))
        .into_query();
    joined()
        .join_rev(JoinType::InnerJoin, ranking_entry::Relation::Scorecard.def())
        .filter(ranking_entry::Column::RankingId.into_expr().eq(SubQueryStatement::from(ranking)))
        .order_by_asc(ranking_entry::Column::Position)
}

fn joined() -> Select<scorecard::Entity> {
    scorecard::Entity::find()
        .join(JoinType::InnerJoin, scorecard::Relation::Agency.def())
        .join(JoinType::InnerJoin, scorecard::Relation::Block.def())
        .join(JoinType::InnerJoin, scorecard::Relation::Period.def())
        .join(JoinType::InnerJoin, scorecard::Relation::CriteriaSet.def())
}
