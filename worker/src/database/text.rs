//! Reading text from rows.

use sea_orm::sqlx::Row;
use sea_orm::{DbErr, QueryResult, RuntimeErr};

/// The text in the column at a place of a row; `None` where it is NULL. The column must be one of text: that
/// is not looked at again in each row.
///
/// For rows by the hundred: to sea-orm a NULL is first of all an error, whose message it writes.
///
/// # Errors
/// When the row has no such column, or it holds no UTF-8.
pub fn text(row: &QueryResult, at: usize) -> Result<Option<&str>, DbErr> {
    let read = match (row.try_as_pg_row(), row.try_as_sqlite_row()) {
        (Some(row), _) => row.try_get_unchecked(at),
        (_, Some(row)) => row.try_get_unchecked(at),
        (None, None) => return Err(DbErr::Type("a row of neither PostgreSQL nor SQLite".to_owned())),
    };
    read.map_err(|error| DbErr::Query(RuntimeErr::SqlxError(error.into())))
}
