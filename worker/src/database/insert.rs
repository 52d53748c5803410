//! Inserting many rows.
//!
//! SQLite takes them as VALUES, so many as it lets be bound. PostgreSQL takes each column as one array, written as it
//! writes arrays itself: one statement whatever the number of rows, prepared once, and about as fast as COPY.

use std::fmt::Write;

use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveModelTrait, ActiveValue, ConnectionTrait, DbBackend, DbErr, EntityName, EntityTrait, IdenStatic,
    Iterable, Statement, Value,
};

/// The bind variables that one statement may carry on either database.
pub(super) const MOST_VARIABLES: usize = 30_000;

/// The rows of one statement on PostgreSQL, so that its texts stay within some tens of megabytes.
const ROWS_OF_ARRAYS: usize = 20_000;

/// Inserts `rows`, which set the same columns, in statements that no database refuses for their size.
pub(crate) async fn insert<C: ConnectionTrait, A: ActiveModelTrait + Send>(
    connection: &C,
    rows: Vec<A>,
) -> Result<(), DbErr> {
    let columns = <A::Entity as EntityTrait>::Column::iter().count();
    let mut rows = rows.into_iter().peekable();
    while let Some(first) = rows.peek() {
        let arrays = match connection.get_database_backend() {
            DbBackend::Postgres => Arrays::like(first),
            _ => None,
        };
        if let Some(mut arrays) = arrays {
            rows.by_ref().take(ROWS_OF_ARRAYS).try_for_each(|row| arrays.add(row))?;
            connection.execute_raw(arrays.statement()).await?;
        } else {
            let chunk: Vec<_> = rows.by_ref().take(rows_per_insert(columns)).collect();
            A::Entity::insert_many(chunk).exec_without_returning(connection).await?;
        }
    }
    Ok(())
}

/// Inserts a row unless there is one with its value in the column, which another transaction may just have added; whether
/// it did.
///
/// # Errors
/// When the database fails.
pub async fn insert_unless_there<C: ConnectionTrait, A: ActiveModelTrait + Send>(
    connection: &C,
    row: A,
    column: <A::Entity as EntityTrait>::Column,
) -> Result<bool, DbErr> {
    let unless_there = OnConflict::column(column).do_nothing().to_owned();
    let inserted = A::Entity::insert(row).on_conflict(unless_there);
    Ok(inserted.exec_without_returning(connection).await? == 1)
}

/// How many rows of `columns` columns one INSERT may carry.
fn rows_per_insert(columns: usize) -> usize {
    (MOST_VARIABLES / columns.max(1)).max(1)
}

/// Rows by their columns: of each column its type, and an array of its cells.
struct Arrays<A: ActiveModelTrait> {
    columns: Vec<(<A::Entity as EntityTrait>::Column, &'static str, String)>,
}

impl<A: ActiveModelTrait> Arrays<A> {
    /// For rows that set the columns which this one sets; none where a column is of a type that no array here is of.
    fn like(row: &A) -> Option<Self> {
        let set = <A::Entity as EntityTrait>::Column::iter().filter_map(|column| {
            let value = row.get(column).into_value()?;
            Some(type_of(&value).map(|of| (column, of, "{".to_owned())))
        });
        set.collect::<Option<_>>().map(|columns| Self { columns })
    }

    fn add(&mut self, mut row: A) -> Result<(), DbErr> {
        for (column, of, array) in &mut self.columns {
            let (ActiveValue::Set(value) | ActiveValue::Unchanged(value)) = row.take(*column) else {
                return Err(DbErr::AttrNotSet(column.as_str().to_owned()));
            };
            if type_of(&value) != Some(of) {
                return Err(DbErr::Type(format!("`{}` is no {of}", column.as_str())));
            }
            if array.len() > 1 {
                array.push(',');
            }
            write_cell(array, &value);
        }
        Ok(())
    }

    fn statement(self) -> Statement {
        let names: Vec<_> =
            self.columns.iter().map(|(column, ..)| format!("\"{}\"", column.as_str())).collect();
        let of = |(at, (_, of, _)): (usize, &(_, &str, String))| format!("${}::text::{of}[]", at + 1);
        let arrays: Vec<_> = self.columns.iter().enumerate().map(of).collect();
        let sql = format!(
            "INSERT INTO \"{}\" ({}) SELECT * FROM unnest({})",
            A::Entity::default().table_name(),
            names.join(", "),
            arrays.join(", ")
        );
        let texts = self.columns.into_iter().map(|(.., array)| Value::from(array + "}"));
        Statement::from_sql_and_values(DbBackend::Postgres, sql, texts)
    }
}

/// PostgreSQL's name of a value's type.
fn type_of(value: &Value) -> Option<&'static str> {
    Some(match value {
        Value::Bool(_) => "bool",
        Value::Int(_) => "int4",
        Value::BigInt(_) => "int8",
        Value::String(_) => "text",
        Value::Uuid(_) => "uuid",
        Value::ChronoDate(_) => "date",
        Value::ChronoDateTimeUtc(_) => "timestamptz",
        _ => return None,
    })
}

/// Appends a cell to an array, in PostgreSQL's own spelling.
fn write_cell(array: &mut String, value: &Value) {
    // Writing to a text cannot fail.
    let _ = match value {
        Value::Bool(Some(flag)) => write!(array, "{flag}"),
        Value::Int(Some(number)) => write!(array, "{number}"),
        Value::BigInt(Some(number)) => write!(array, "{number}"),
        Value::Uuid(Some(id)) => write!(array, "{}", id.simple()),
        Value::ChronoDate(Some(day)) => write!(array, "{day:?}"),
        Value::ChronoDateTimeUtc(Some(at)) => write!(array, "{:?}Z", at.naive_utc()),
        Value::String(Some(text)) => {
            array.push('"');
            for part in text.split_inclusive(['"', '\\']) {
                match part.strip_suffix(['"', '\\']) {
                    Some(plain) => {
                        array.push_str(plain);
                        array.push('\\');
                        array.push_str(&part[plain.len()..]);
                    }
                    None => array.push_str(part),
                }
            }
            array.push('"');
            Ok(())
        }
        _ => {
            array.push_str("NULL");
            Ok(())
        }
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_written_as_postgres_writes_arrays() {
        let mut array = String::new();
        let text = |text: &str| Value::from(text.to_owned());
        for cell in [
            text(""),
            text("NULL"),
            text(r#"{"a": "\n"}"#),
            text("Sở\u{1f},{}"),
            Value::String(None),
            true.into(),
        ] {
            write_cell(&mut array, &cell);
            array.push(' ');
        }
        let expected = [r#""""#, r#""NULL""#, r#""{\"a\": \"\\n\"}""#, "\"Sở\u{1f},{}\"", "NULL", "true", ""];
        assert_eq!(array, expected.join(" "));
    }
}
