//! Inputs are appended as versions and the newest counts: that rule, once, as it stands now and as it stood when a
//! card was compiled.

use sea_orm::sea_query::{Alias, Condition, Expr, ExprTrait, Query, SelectStatement};
use sea_orm::{
    ColumnTrait, DbErr, EntityTrait, FromQueryResult, QueryFilter, QueryResult, QuerySelect, QueryTrait,
    Select,
};

use crate::ids::{AgencyId, ScorecardId};
use crate::scorecard;

/// Keeps the rows of which there is no newer version, a version of the same
/// row being one that agrees in all columns of `key`. The unique index over
/// `key` and `version` answers the question.
pub(crate) fn newest<E: EntityTrait>(rows: Select<E>, key: &[E::Column], version: E::Column) -> Select<E> {
    rows.filter(Expr::exists(newer::<E>(key, version)).not())
}

fn newer<E: EntityTrait>(key: &[E::Column], version: E::Column) -> SelectStatement {
    let newer = newer_version();
    let mut newer_version: SelectStatement =
        Query::select().expr(Expr::val(1)).from_as(E::default(), newer.clone()).take();
    for column in key {
        newer_version.and_where(Expr::col((newer.clone(), *column)).eq(Expr::col((E::default(), *column))));
    }
    newer_version.and_where(Expr::col((newer, version)).gt(Expr::col((E::default(), version))));
    newer_version
}

fn newer_version() -> Alias {
    Alias::new("newer")
}

const CARD: &str = "known_to_card";
const SUPERSEDED: &str = "superseded";

/// An input as it was known when a card was compiled.
#[derive(Clone, Debug)]
pub struct Known<M> {
    /// The card.
    pub card: ScorecardId,
    /// Whether there is no newer version by now.
    pub newest: bool,
    /// The version that was the newest then.
    pub row: M,
}

impl<M: FromQueryResult> FromQueryResult for Known<M> {
    fn from_query_result(result: &QueryResult, prefix: &str) -> Result<Self, DbErr> {
        let superseded: bool = result.try_get("", SUPERSEDED)?;
        Ok(Self {
            card: result.try_get("", CARD)?,
            newest: !superseded,
            row: M::from_query_result(result, prefix)?,
        })
    }
}

/// Cards, each with the agencies whose inputs it was compiled from beside its own agency's.
pub type CardsWithOthers<'a> = &'a [(ScorecardId, Vec<AgencyId>)];

/// Keeps of the inputs of the cards' agencies, and of the others, in their periods the versions that were the newest when
/// each card was compiled; read them as [`Known`]. The first two columns of `key` are the agency and the period.
pub(crate) fn known_to<E: EntityTrait, const KEY: usize>(
    key: [E::Column; KEY],
    version: E::Column,
    recorded_at: E::Column,
    cards: CardsWithOthers<'_>,
) -> Select<E> {
    let compiled_at = || Expr::col((scorecard::Entity, scorecard::Column::CompiledAt));
    let same = |column: E::Column, of_card: scorecard::Column| {
        Expr::col((E::default(), column)).equals((scorecard::Entity, of_card))
    };
    let with_others = cards.iter().filter(|(_, others)| !others.is_empty());
    let agency = with_others.fold(
        Condition::any().add(same(key[0], scorecard::Column::AgencyId)),
        |agency, (card, others)| {
            let of_others = Expr::col((E::default(), key[0])).is_in(others.iter().copied());
            agency.add(scorecard::Column::Id.eq(*card).and(of_others))
        },
    );
    let of_card = Condition::all().add(agency).add(same(key[1], scorecard::Column::PeriodId));
    let mut newer_then = newer::<E>(&key, version);
    newer_then.and_where(Expr::col((newer_version(), recorded_at)).lte(compiled_at()));
    let mut rows = E::find()
        .expr_as(Expr::col((scorecard::Entity, scorecard::Column::Id)), CARD)
        .expr_as(Expr::exists(newer::<E>(&key, version)), SUPERSEDED)
        .filter(scorecard::Column::Id.is_in(cards.iter().map(|(card, _)| *card)))
        .filter(Expr::col((E::default(), recorded_at)).lte(compiled_at()))
        .filter(Expr::exists(newer_then).not());
    QueryTrait::query(&mut rows).inner_join(scorecard::Entity, of_card);
    rows
}
