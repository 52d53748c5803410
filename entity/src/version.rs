//! Inputs are appended as versions and the newest counts: that rule, once.

use sea_orm::sea_query::{Alias, Expr, ExprTrait, Query, SelectStatement};
use sea_orm::{EntityTrait, QueryFilter, Select};

/// Keeps the rows of which there is no newer version, a version of the same
/// row being one that agrees in all columns of `key`. The unique index over
/// `key` and `version` answers the question.
pub(crate) fn newest<E: EntityTrait>(rows: Select<E>, key: &[E::Column], version: E::Column) -> Select<E> {
    let newer = Alias::new("newer");
    let mut newer_version: SelectStatement =
        Query::select().expr(Expr::val(1)).from_as(E::default(), newer.clone()).take();
    for column in key {
        newer_version.and_where(Expr::col((newer.clone(), *column)).eq(Expr::col((E::default(), *column))));
    }
    newer_version.and_where(Expr::col((newer, version)).gt(Expr::col((E::default(), version))));
    rows.filter(Expr::exists(newer_version).not())
}
