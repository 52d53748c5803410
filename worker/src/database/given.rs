//! Many rows in one statement: they are the table `given`, which the statement reads like any other.
//!
//! SQLite takes them as VALUES, so many as it lets be bound. PostgreSQL takes each column as one text that it splits
//! into an array: as fast as an array, and unlike an array, as the drivers here bind it, it may hold NULL.

use std::fmt::Write;

use sea_orm::{ConnectionTrait, DbBackend, DbErr, QueryResult, Statement, Value};

use super::insert::MOST_VARIABLES;

/// Parts the cells of a column on their way to PostgreSQL. It must not stand in a text.
const SEPARATOR: char = '\u{1f}';

/// What a column holds.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Type {
    Uuid,
    /// No text may be empty (it would be NULL) or hold a [`SEPARATOR`].
    Text,
    Instant,
    Date,
    Integer,
    BigInteger,
    Flag,
}

impl Type {
    fn on_postgres(self) -> &'static str {
        match self {
            Self::Uuid => "uuid",
            Self::Text => "text",
            Self::Instant => "timestamptz",
            Self::Date => "date",
            Self::Integer => "int4",
            Self::BigInteger => "int8",
            Self::Flag => "bool",
        }
    }
}

/// A column's name and what it holds.
pub(crate) type Columns = &'static [(&'static str, Type)];

/// Rows for a statement.
pub(crate) struct Given {
    columns: Columns,
    cells: Vec<Value>,
}

impl Given {
    /// No rows yet, of these columns; room for `rows`.
    pub(crate) fn of(columns: Columns, rows: usize) -> Self {
        Self { columns, cells: Vec::with_capacity(rows * columns.len()) }
    }

    /// Adds a row: a cell for each column.
    pub(crate) fn push<const N: usize>(&mut self, row: [Value; N]) {
        debug_assert_eq!(N, self.columns.len());
        self.cells.extend(row);
    }

    /// Adds a row of so many cells as there are columns.
    pub(crate) fn extend(&mut self, row: impl IntoIterator<Item = Value>) {
        self.cells.extend(row);
    }

    /// Executes a statement that reads `given`; in it `:1` is the first of `others`. How many rows it touched.
    ///
    /// It may be sent in parts: it must do to each row what it does whatever the other rows are.
    pub(crate) async fn execute<C: ConnectionTrait>(
        self,
        connection: &C,
        sql: &str,
        others: &[Value],
    ) -> Result<u64, DbErr> {
        let mut touched = 0;
        for statement in self.statements(connection.get_database_backend(), sql, others) {
            touched += connection.execute_raw(statement).await?.rows_affected();
        }
        Ok(touched)
    }

    /// Executes a statement that touches exactly one row for each that is given.
    ///
    /// # Errors
    /// When the database fails, or it touches others than these.
    pub(crate) async fn execute_each<C: ConnectionTrait>(
        self,
        connection: &C,
        sql: &str,
        others: &[Value],
    ) -> Result<(), DbErr> {
        let rows = self.cells.len() / self.columns.len();
        let touched = self.execute(connection, sql, others).await?;
        match usize::try_from(touched) == Ok(rows) {
            true => Ok(()),
            false => Err(DbErr::Custom(format!("{touched} rows were touched where {rows} are meant"))),
        }
    }

    /// Asks a query that reads `given`, in the same way.
    pub(crate) async fn query<C: ConnectionTrait>(
        self,
        connection: &C,
        sql: &str,
        others: &[Value],
    ) -> Result<Vec<QueryResult>, DbErr> {
        let mut rows = Vec::new();
        for statement in self.statements(connection.get_database_backend(), sql, others) {
            rows.extend(connection.query_all_raw(statement).await?);
        }
        Ok(rows)
    }

    fn statements(self, backend: DbBackend, sql: &str, others: &[Value]) -> Vec<Statement> {
        let width = self.columns.len();
        if self.cells.is_empty() {
            return Vec::new();
        }
        if backend == DbBackend::Postgres {
            let mut values: Vec<Value> = (0..width).map(|at| self.joined(at).into()).collect();
            values.extend_from_slice(others);
            let sql = format!("{}{}", self.unnested(), numbered(sql, '$', width));
            return vec![Statement::from_sql_and_values(backend, sql, values)];
        }
        let most = (MOST_VARIABLES - others.len()) / width * width;
        let head = self.names();
        let mut cells = self.cells.into_iter().peekable();
        let mut statements = Vec::new();
        while cells.peek().is_some() {
            let mut values: Vec<Value> = cells.by_ref().take(most).collect();
            let row = format!("({})", vec!["?"; width].join(","));
            let rows = vec![row; values.len() / width].join(",");
            let sql = format!("{head} AS (VALUES {rows}) {}", numbered(sql, '?', values.len()));
            values.extend_from_slice(others);
            statements.push(Statement::from_sql_and_values(backend, sql, values));
        }
        statements
    }

    fn names(&self) -> String {
        let names: Vec<&str> = self.columns.iter().map(|(name, _)| *name).collect();
        format!("WITH given({})", names.join(", "))
    }

    fn unnested(&self) -> String {
        let arrays = self.columns.iter().enumerate().map(|(at, (_, holds))| {
            format!("string_to_array(${}, chr(31), '')::{}[]", at + 1, holds.on_postgres())
        });
        let arrays: Vec<_> = arrays.collect();
        format!("{} AS (SELECT * FROM unnest({})) ", self.names(), arrays.join(", "))
    }

    /// A column as one text.
    fn joined(&self, at: usize) -> String {
        let mut text = String::with_capacity(self.cells.len() / self.columns.len() * 12);
        for (row, cell) in self.cells.iter().skip(at).step_by(self.columns.len()).enumerate() {
            if row > 0 {
                text.push(SEPARATOR);
            }
            write(&mut text, cell);
        }
        text
    }
}

/// Appends a cell in PostgreSQL's own spelling; nothing for NULL.
fn write(text: &mut String, cell: &Value) {
    // Writing to a text cannot fail.
    let _ = match cell {
        Value::Uuid(Some(id)) => write!(text, "{}", id.simple()),
        Value::String(Some(word)) => {
            text.push_str(word);
            Ok(())
        }
        Value::ChronoDateTimeUtc(Some(at)) => write!(text, "{:?}Z", at.naive_utc()),
        Value::ChronoDate(Some(day)) => write!(text, "{day:?}"),
        Value::Int(Some(number)) => write!(text, "{number}"),
        Value::BigInt(Some(number)) => write!(text, "{number}"),
        Value::Bool(Some(flag)) => write!(text, "{flag}"),
        _ => Ok(()),
    };
}

/// The statement with `:1`, `:2` … as the placeholders that come after `before` others.
fn numbered(sql: &str, mark: char, before: usize) -> String {
    let mut parts = sql.split(':');
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let digits = part.bytes().take_while(u8::is_ascii_digit).count();
        let number: usize = part[..digits].parse().unwrap_or_default();
        // Writing to a text cannot fail.
        let _ = write!(text, "{mark}{}{}", before + number, &part[digits..]);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: Columns = &[("n", Type::Integer), ("word", Type::Text)];

    fn given() -> Given {
        let mut given = Given::of(COLUMNS, 2);
        given.push([1.into(), "a".into()]);
        given.push([2.into(), Value::String(None)]);
        given
    }

    #[test]
    fn postgres_gets_a_text_a_column() {
        let statements = given().statements(DbBackend::Postgres, "SELECT n + :1 FROM given", &[7.into()]);
        assert_eq!(
            statements[0].sql,
            "WITH given(n, word) AS (SELECT * FROM unnest(string_to_array($1, chr(31), '')::int4[], \
             string_to_array($2, chr(31), '')::text[])) SELECT n + $3 FROM given"
        );
        let values = statements[0].values.as_ref().expect("values");
        assert_eq!(values.0, ["1\u{1f}2".into(), "a\u{1f}".into(), 7.into()]);
    }

    #[test]
    fn sqlite_gets_values_as_many_as_it_lets_be_bound() {
        let statements = given().statements(DbBackend::Sqlite, "SELECT n + :1 FROM given", &[7.into()]);
        assert_eq!(statements[0].sql, "WITH given(n, word) AS (VALUES (?,?),(?,?)) SELECT n + ?5 FROM given");
        let mut many = Given::of(COLUMNS, 0);
        for n in 0..20_000 {
            many.push([n.into(), "a".into()]);
        }
        assert_eq!(many.statements(DbBackend::Sqlite, "SELECT 1", &[]).len(), 2);
    }
}
