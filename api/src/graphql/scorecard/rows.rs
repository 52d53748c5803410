//! Which scorecards are read, in which order, and the tables that are joined for what is wanted of them.
//!
//! Codes are looked up in subqueries, each answered once from an index, and a table is joined only where its
//! columns are wanted, so that the database has little to plan.

use entity::{agency, block, period, ranking, ranking_entry, scorecard};
use sea_orm::sea_query::{Condition, Expr, ExprTrait, NullOrdering, SubQueryStatement};
use sea_orm::{
    ColumnTrait, EntityTrait, JoinType, Order, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
    RelationTrait, Select,
};

use super::ScorecardOrder;
use super::wanted::Wanted;

type Cards = Select<scorecard::Entity>;

/// The current scorecards of a period, of one block or of all.
pub(super) fn current_in(period: &str, block: Option<&str>) -> Cards {
    let period = id_of(period::with_code(period), period::Column::Id);
    let cards = scorecard::Entity::find()
        .filter(scorecard::is_current())
        .filter(scorecard::Column::PeriodId.into_expr().eq(period));
    match block {
        Some(code) => {
            let block = id_of(block::with_code(code), block::Column::Id);
            cards.filter(scorecard::Column::BlockId.into_expr().eq(block))
        }
        None => cards,
    }
}

/// The current scorecard of an agency in a period.
pub(super) fn of_agency(period: &str, agency: &str) -> Cards {
    let agency = id_of(agency::with_code(agency), agency::Column::Id);
    current_in(period, None).filter(scorecard::Column::AgencyId.into_expr().eq(agency))
}

/// The scorecards of the block's current ranking in the period, each with its place.
pub(super) fn ranked(period: &str, block: &str) -> Cards {
    let period = id_of(period::with_code(period), period::Column::Id);
    let block = id_of(block::with_code(block), block::Column::Id);
    let ranking = ranking::Entity::find()
        .filter(Expr::col((ranking::Entity, ranking::Column::Current)))
        .filter(ranking::Column::PeriodId.into_expr().eq(period))
        .filter(ranking::Column::BlockId.into_expr().eq(block));
    let ranking = id_of(ranking, ranking::Column::Id);
    scorecard::Entity::find()
        .join_rev(JoinType::InnerJoin, ranking_entry::Relation::Scorecard.def())
        .filter(ranking_entry::Column::RankingId.into_expr().eq(ranking))
}

fn id_of<E: EntityTrait>(row: Select<E>, id: E::Column) -> SubQueryStatement {
    row.select_only().column(id).into_query().into()
}

/// Each card with its place in the current ranking of its block, if it has one there.
pub(super) fn with_places(mut cards: Cards) -> Cards {
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

/// The cards joined with their agencies and with the tables that hold what else is wanted of them.
pub(super) fn joined(cards: Cards, wanted: &Wanted) -> Cards {
    let joins = [
        ("agency.block", scorecard::Relation::Block),
        ("period", scorecard::Relation::Period),
        ("criteriaSet", scorecard::Relation::CriteriaSet),
    ];
    let cards = cards.join(JoinType::InnerJoin, scorecard::Relation::Agency.def());
    let needed = joins.into_iter().filter(|(path, _)| wanted.has(path));
    needed.fold(cards, |cards, (_, relation)| cards.join(JoinType::InnerJoin, relation.def()))
}

/// The cards in an order, and what it needs of them.
pub(super) fn ordered(cards: Cards, order: ScorecardOrder, wanted: Wanted) -> (Cards, Wanted) {
    let last = NullOrdering::Last;
    let (cards, wanted) = match order {
        ScorecardOrder::Rank => (
            cards.order_by(block::Column::Position, Order::Asc).order_by_with_nulls(
                ranking_entry::Column::Position,
                Order::Asc,
                last,
            ),
            wanted.and("rank").and("agency.block"),
        ),
        ScorecardOrder::Index => {
            (cards.order_by_with_nulls(scorecard::Column::IndexSort, Order::Desc, last), wanted)
        }
        ScorecardOrder::Code => (cards, wanted),
        ScorecardOrder::Name => (cards.order_by(agency::Column::NameVi, Order::Asc), wanted),
    };
    (cards.order_by(agency::Column::Code, Order::Asc), wanted)
}
