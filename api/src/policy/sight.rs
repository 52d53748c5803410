//! Which scorecards and inspections a viewer sees. A score that is not published, its rank and whatever is counted over such
//! scores are for those alone whose grant covers them; everybody else sees what was published, as it was. An
//! inspection's findings are for the inspected agency and those above it.
//!
//! [`Sight::of_cards`] and its neighbours are the only places in which queries for cards begin.

use std::collections::BTreeSet;

use entity::{
    AgencyId, ScorecardId, block, import, inspected_agency, inspection, period, publication, ranking,
    ranking_entry, scorecard,
};
use sea_orm::sea_query::{Condition, Expr, ExprTrait, Query, SelectStatement, SubQueryStatement};
use sea_orm::{
    ColumnTrait, EntityTrait, JoinType, QueryFilter, QuerySelect, QueryTrait, RelationTrait, Select,
};

/// How far a viewer sees.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Sight {
    /// Everything, as it is now.
    Everything,
    /// What is published; and of these agencies, the present cards. Their ranks only where published: a rank
    /// tells of the others' scores.
    Published(BTreeSet<AgencyId>),
}

/// A query for scorecards. The entries of the rankings are joined to it wherever `rank` may be selected.
pub(crate) type Cards = Select<scorecard::Entity>;

impl Sight {
    /// What the public sees.
    pub(crate) fn public() -> Self {
        Self::Published(BTreeSet::new())
    }

    /// Whether the unpublished results and the inputs of an agency are for the viewer.
    pub(crate) fn covers(&self, agency: AgencyId) -> bool {
        match self {
            Self::Everything => true,
            Self::Published(own) => own.contains(&agency),
        }
    }

    /// The scorecards of a period, of one block or of all.
    pub(crate) fn of_cards(&self, period: &str, block: Option<&str>) -> Cards {
        let cards =
            scorecard::Entity::find().filter(scorecard::Column::PeriodId.into_expr().eq(period_id(period)));
        let cards = match block {
            Some(code) => cards.filter(scorecard::Column::BlockId.into_expr().eq(block_id(code))),
            None => cards,
        };
        match self {
            Self::Everything => cards.filter(scorecard::is_current()),
            Self::Published(own) if own.is_empty() => only_published(cards),
            Self::Published(own) => {
                let own = || scorecard::Column::AgencyId.is_in(own.iter().copied());
                let present = Condition::all().add(scorecard::is_current()).add(own());
                let published = Expr::col((ranking_entry::Entity, ranking_entry::Column::ScorecardId));
                let published = Condition::all().add(published.is_not_null()).add(own().not());
                with_published_places(cards).filter(Condition::any().add(present).add(published))
            }
        }
    }

    /// The revision of a scorecard with an id: any that was ever published, or is of an agency that is covered.
    pub(crate) fn of_revision(&self, id: ScorecardId) -> Cards {
        let card = scorecard::Entity::find_by_id(id);
        match self {
            Self::Everything => with_current_places(card),
            Self::Published(own) => {
                let ever = ranking_entry::Entity::find()
                    .select_only()
                    .column(ranking_entry::Column::ScorecardId)
                    .filter(ranking_entry::Column::RankingId.into_expr().in_subquery(ever_published()))
                    .into_query();
                let seen = Condition::any()
                    .add(scorecard::Column::Id.in_subquery(ever))
                    .add(scorecard::Column::AgencyId.is_in(own.iter().copied()));
                with_published_places(card).filter(seen)
            }
        }
    }

    /// The scorecards of a block's ranking in a period, each with its place.
    pub(crate) fn of_ranking(&self, period: &str, block: &str) -> Cards {
        let ranking: SubQueryStatement = match self {
            Self::Everything => ranking::Entity::find()
                .filter(Expr::col((ranking::Entity, ranking::Column::Current)))
                .filter(ranking::Column::PeriodId.into_expr().eq(period_id(period)))
                .filter(ranking::Column::BlockId.into_expr().eq(block_id(block)))
                .select_only()
                .column(ranking::Column::Id)
                .into_query()
                .into(),
            Self::Published(_) => published_in(period, block).into(),
        };
        scorecard::Entity::find()
            .join_rev(JoinType::InnerJoin, ranking_entry::Relation::Scorecard.def())
            .filter(ranking_entry::Column::RankingId.into_expr().eq(ranking))
    }

    /// Those inspections that say something of an agency that is covered.
    pub(crate) fn of_inspections(
        &self,
        inspections: Select<inspection::Entity>,
    ) -> Select<inspection::Entity> {
        match self {
            Self::Everything => inspections,
            Self::Published(_) => {
                let inspected = self.of_inspected(inspected_agency::Entity::find());
                let ids = inspected.select_only().column(inspected_agency::Column::InspectionId).into_query();
                inspections.filter(inspection::Column::Id.in_subquery(ids))
            }
        }
    }

    /// What inspections say of the agencies that are covered.
    pub(crate) fn of_inspected(
        &self,
        inspected: Select<inspected_agency::Entity>,
    ) -> Select<inspected_agency::Entity> {
        match self {
            Self::Everything => inspected,
            Self::Published(own) => {
                inspected.filter(inspected_agency::Column::AgencyId.is_in(own.iter().copied()))
            }
        }
    }

    /// Those imports that are of an agency that is covered. One that may name any agency is for those who see
    /// everything.
    pub(crate) fn of_imports(&self, imports: Select<import::Entity>) -> Select<import::Entity> {
        match self {
            Self::Everything => imports,
            Self::Published(own) => imports.filter(import::Column::AgencyId.is_in(own.iter().copied())),
        }
    }

    /// The cards of [`Sight::of_cards`] with their places, joined unless they are already.
    pub(crate) fn with_places(&self, cards: Cards) -> Cards {
        match self {
            Self::Everything => with_current_places(cards),
            Self::Published(_) => cards,
        }
    }
}

fn period_id(code: &str) -> SubQueryStatement {
    period::with_code(code).select_only().column(period::Column::Id).into_query().into()
}

fn block_id(code: &str) -> SubQueryStatement {
    block::with_code(code).select_only().column(block::Column::Id).into_query().into()
}

/// The ranking that is published now of a block in a period.
fn published_in(period: &str, block: &str) -> SelectStatement {
    publication::Entity::find()
        .filter(publication::is_current())
        .filter(publication::Column::PeriodId.into_expr().eq(period_id(period)))
        .filter(publication::Column::BlockId.into_expr().eq(block_id(block)))
        .select_only()
        .column(publication::Column::RankingId)
        .into_query()
}

/// The rankings that were ever published.
fn ever_published() -> SelectStatement {
    publication::Entity::find().select_only().column(publication::Column::RankingId).into_query()
}

/// Each card with its place in the current ranking of its block, if it has one there.
fn with_current_places(mut cards: Cards) -> Cards {
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
        .add(of_the_card());
    QueryTrait::query(&mut cards)
        .left_join(ranking::Entity, current_ranking)
        .left_join(ranking_entry::Entity, placed);
    cards
}

/// Those cards that are published now, each with its place. A card stands in one ranking that is published at
/// most: that of its block and period.
fn only_published(cards: Cards) -> Cards {
    let mut cards = cards.join_rev(JoinType::InnerJoin, ranking_entry::Relation::Scorecard.def());
    let published = Expr::col((publication::Entity, publication::Column::RankingId))
        .equals((ranking_entry::Entity, ranking_entry::Column::RankingId));
    let published = Condition::all().add(published).add(publication::is_current());
    QueryTrait::query(&mut cards).inner_join(publication::Entity, published);
    cards
}

/// Each card with its place in the ranking that is published of its block, if it has one there. The joined
/// rows go by the name of the entries' table, so that a place is selected alike whatever the sight.
fn with_published_places(mut cards: Cards) -> Cards {
    let published = Query::select()
        .column((ranking_entry::Entity, ranking_entry::Column::ScorecardId))
        .column((ranking_entry::Entity, ranking_entry::Column::Position))
        .column((ranking_entry::Entity, ranking_entry::Column::Rank))
        .from(ranking_entry::Entity)
        .inner_join(
            publication::Entity,
            Expr::col((publication::Entity, publication::Column::RankingId))
                .equals((ranking_entry::Entity, ranking_entry::Column::RankingId)),
        )
        .and_where(publication::is_current())
        .take();
    QueryTrait::query(&mut cards).join_subquery(
        sea_orm::sea_query::JoinType::LeftJoin,
        published,
        ranking_entry::Entity,
        of_the_card(),
    );
    cards
}

fn of_the_card() -> Expr {
    Expr::col((ranking_entry::Entity, ranking_entry::Column::ScorecardId))
        .equals((scorecard::Entity, scorecard::Column::Id))
}
