//! Inserting many rows.

use sea_orm::{ActiveModelTrait, ConnectionTrait, DbErr, EntityTrait, Iterable};

/// The bind variables that one statement may carry on either database.
pub(super) const MOST_VARIABLES: usize = 30_000;

/// Inserts `rows` in statements that no database refuses for their size.
pub(crate) async fn insert<C: ConnectionTrait, A: ActiveModelTrait + Send>(
    connection: &C,
    rows: Vec<A>,
) -> Result<(), DbErr> {
    let columns = <A::Entity as EntityTrait>::Column::iter().count();
    let mut rows = rows.into_iter().peekable();
    while rows.peek().is_some() {
        let chunk: Vec<_> = rows.by_ref().take(rows_per_insert(columns)).collect();
        A::Entity::insert_many(chunk).exec_without_returning(connection).await?;
    }
    Ok(())
}

/// How many rows of `columns` columns one INSERT may carry.
fn rows_per_insert(columns: usize) -> usize {
    (MOST_VARIABLES / columns.max(1)).max(1)
}
