//! Queries whose columns are picked one by one, each with how it is read: a column that nobody asked for costs
//! nothing, and no name is looked up in a row.

use std::str::FromStr;

use reform_worker::database::text;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseConnection, DbErr, EntityTrait, QueryResult, QuerySelect,
    QueryTrait, Select, TryGetable,
};

/// A query for rows of `E`, of which each is read as an `R`.
pub(super) struct Picked<E: EntityTrait, R> {
    rows: Select<E>,
    reads: Vec<Read<R>>,
}

/// How a column is read.
pub(super) type Read<R> = fn(&mut R, &Cell<'_>) -> Result<(), DbErr>;

/// The value of a column in a row.
pub(super) struct Cell<'a> {
    row: &'a QueryResult,
    at: usize,
}

impl<E: EntityTrait, R: Default> Picked<E, R> {
    /// Of `rows` nothing yet.
    pub(super) fn of(rows: Select<E>) -> Self {
        Self { rows: rows.select_only(), reads: Vec::new() }
    }

    /// And a column.
    pub(super) fn and<C: ColumnTrait>(mut self, column: C, read: Read<R>) -> Self {
        self.rows = self.rows.column(column);
        self.reads.push(read);
        self
    }

    /// All rows.
    pub(super) async fn all(self, database: &DatabaseConnection) -> Result<Vec<R>, DbErr> {
        let rows = database.query_all(self.rows.as_query()).await?;
        rows.iter().map(|row| read(row, &self.reads)).collect()
    }
}

fn read<R: Default>(row: &QueryResult, reads: &[Read<R>]) -> Result<R, DbErr> {
    let mut whole = R::default();
    for (at, read) in reads.iter().enumerate() {
        read(&mut whole, &Cell { row, at })?;
    }
    Ok(whole)
}

impl Cell<'_> {
    /// Reads a text.
    pub(super) fn text(&self, into: &mut Option<String>) -> Result<(), DbErr> {
        *into = text(self.row, self.at)?.map(str::to_owned);
        Ok(())
    }

    /// Reads one of a closed list of codes.
    pub(super) fn code<T: FromStr>(&self, into: &mut Option<T>) -> Result<(), DbErr>
    where
        T::Err: std::fmt::Display,
    {
        let code = text(self.row, self.at)?.map(str::parse).transpose();
        *into = code.map_err(|error| DbErr::Type(format!("{error}")))?;
        Ok(())
    }

    /// Reads anything else.
    pub(super) fn value<T: TryGetable>(&self, into: &mut Option<T>) -> Result<(), DbErr> {
        *into = self.row.try_get_by(self.at)?;
        Ok(())
    }
}
