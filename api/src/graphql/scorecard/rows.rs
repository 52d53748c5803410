//! The order in which scorecards are read, and the tables that are joined for what is wanted of them. Which
//! of them are seen is decided in [`Sight`](crate::policy::Sight).
//!
//! A table is joined only where its columns are wanted, so that the database has little to plan.

use entity::{agency, block, ranking_entry, scorecard};
use sea_orm::sea_query::{ExprTrait, NullOrdering, SubQueryStatement};
use sea_orm::{
    ColumnTrait, JoinType, Order, QueryFilter, QueryOrder, QuerySelect, QueryTrait, RelationTrait,
};

use super::ScorecardOrder;
use super::wanted::Wanted;
use crate::policy::Cards;

/// Those of `cards` that are of an agency; of several revisions the newest comes last.
pub(super) fn of_agency(cards: Cards, code: &str) -> Cards {
    let agency = agency::with_code(code).select_only().column(agency::Column::Id).into_query();
    let agency: SubQueryStatement = agency.into();
    cards.filter(scorecard::Column::AgencyId.into_expr().eq(agency)).order_by_asc(scorecard::Column::Revision)
}

/// The cards joined with their agencies and with the tables that hold what else is wanted of them.
pub(super) fn joined(cards: Cards, wanted: &Wanted) -> Cards {
    let joins = [
        (wanted.has_block(), scorecard::Relation::Block),
        (wanted.has("period"), scorecard::Relation::Period),
        (wanted.has("criteriaSet"), scorecard::Relation::CriteriaSet),
    ];
    let cards = cards.join(JoinType::InnerJoin, scorecard::Relation::Agency.def());
    let needed = joins.into_iter().filter(|(needed, _)| *needed);
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
            wanted.and(&["rank"]).and(&["agency", "block"]),
        ),
        ScorecardOrder::Index => {
            (cards.order_by_with_nulls(scorecard::Column::IndexSort, Order::Desc, last), wanted)
        }
        ScorecardOrder::Code => (cards, wanted),
        ScorecardOrder::Name => (cards.order_by(agency::Column::NameVi, Order::Asc), wanted),
    };
    (cards.order_by(agency::Column::Code, Order::Asc), wanted)
}
