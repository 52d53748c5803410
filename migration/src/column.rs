//! The few column shapes that the schema is made of, and the helpers that
//! create what belongs to a table.
//!
//! Ids are UUIDs. Codes, exact numbers and JSON documents are TEXT, the same
//! on both databases. Foreign keys never cascade: a row that others point to
//! stays.

use sea_orm_migration::prelude::*;

/// A UUID column that must have a value.
pub(crate) fn id(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).uuid().not_null().take()
}

/// A UUID column that may be empty.
pub(crate) fn id_null(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).uuid().null().take()
}

/// The primary key `id`.
pub(crate) fn primary() -> ColumnDef {
    ColumnDef::new("id").uuid().not_null().primary_key().take()
}

/// Text, a code, an exact number or a JSON document.
pub(crate) fn text(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).text().not_null().take()
}

/// The same, or empty.
pub(crate) fn text_null(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).text().null().take()
}

/// A code that is unique in its table.
pub(crate) fn code() -> ColumnDef {
    ColumnDef::new("code").text().not_null().unique_key().take()
}

/// A small whole number.
pub(crate) fn int(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).integer().not_null().take()
}

/// The same, or empty.
pub(crate) fn int_null(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).integer().null().take()
}

/// A count.
pub(crate) fn count(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).big_integer().not_null().take()
}

/// A count that may not have been reported.
pub(crate) fn count_null(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).big_integer().null().take()
}

/// Yes or no.
pub(crate) fn flag(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).boolean().not_null().take()
}

/// The same, or empty.
pub(crate) fn flag_null(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).boolean().null().take()
}

/// A calendar date.
pub(crate) fn date(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).date().not_null().take()
}

/// The same, or empty.
pub(crate) fn date_null(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).date().null().take()
}

/// An instant.
pub(crate) fn instant(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).timestamp_with_time_zone().not_null().take()
}

/// The same, or empty.
pub(crate) fn instant_null(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).timestamp_with_time_zone().null().take()
}

/// A table that is about to be created: columns, then [`Sketch::create`].
pub(crate) struct Sketch {
    name: &'static str,
    create: TableCreateStatement,
    /// Columns that point elsewhere.
    foreign: Vec<&'static str>,
    /// First columns of keys: those are found through the key's own index.
    leading: Vec<&'static str>,
}

impl Sketch {
    /// Begins the table `name`.
    pub(crate) fn table(name: &'static str) -> Self {
        Self { name, create: Table::create().table(name).take(), foreign: Vec::new(), leading: Vec::new() }
    }

    /// Adds columns, in that order.
    pub(crate) fn columns(mut self, columns: impl IntoIterator<Item = ColumnDef>) -> Self {
        for column in columns {
            self.create.col(column);
        }
        self
    }

    /// Makes `column` point to the `id` of `table`. The column gets an index,
    /// unless a key of the table begins with it.
    pub(crate) fn points(mut self, column: &'static str, table: &'static str) -> Self {
        self.create.foreign_key(
            ForeignKey::create()
                .name(format!("fk_{}_{column}", self.name))
                .from(self.name, column)
                .to(table, "id"),
        );
        self.foreign.push(column);
        self
    }

    /// Makes the columns together the primary key.
    pub(crate) fn key(mut self, columns: &[&'static str]) -> Self {
        let mut key = Index::create();
        for column in columns {
            key.col(*column);
        }
        self.leading.extend(columns.first());
        self.create.primary_key(&mut key);
        self
    }

    /// Lets no two rows agree in all the columns.
    pub(crate) fn unique(mut self, columns: &[&'static str]) -> Self {
        let mut unique = Index::create();
        unique.unique().name(format!("uq_{}_{}", self.name, columns.join("_")));
        for column in columns {
            unique.col(*column);
        }
        self.leading.extend(columns.first());
        self.create.index(&mut unique);
        self
    }

    /// Creates the table and the indexes on its foreign keys.
    pub(crate) async fn create(self, manager: &SchemaManager<'_>) -> Result<(), DbErr> {
        manager.create_table(self.create).await?;
        for column in self.foreign {
            if !self.leading.contains(&column) {
                index(manager, self.name, &[column]).await?;
            }
        }
        Ok(())
    }
}

/// Creates an index on the columns of a table.
pub(crate) async fn index(
    manager: &SchemaManager<'_>,
    table: &'static str,
    columns: &[&'static str],
) -> Result<(), DbErr> {
    let mut index = Index::create();
    index.table(table).name(format!("ix_{table}_{}", columns.join("_")));
    for column in columns {
        index.col(*column);
    }
    manager.create_index(index).await
}

/// Creates a unique index over only those rows for which `condition` holds.
pub(crate) async fn unique_where(
    manager: &SchemaManager<'_>,
    table: &'static str,
    columns: &[&'static str],
    condition: Expr,
) -> Result<(), DbErr> {
    let mut unique = Index::create();
    unique
        .unique()
        .table(table)
        .name(format!("uq_{table}_{}_partial", columns.join("_")))
        .and_where(condition);
    for column in columns {
        unique.col(*column);
    }
    manager.create_index(unique).await
}

/// Drops the tables, in that order.
pub(crate) async fn drop_tables(manager: &SchemaManager<'_>, tables: &[&'static str]) -> Result<(), DbErr> {
    for table in tables {
        manager.drop_table(Table::drop().table(*table).take()).await?;
    }
    Ok(())
}
