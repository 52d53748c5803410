//! Whose database it is: empty, ours, another application's, or that of a newer version of ours. Only the
//! first two may be migrated.

use std::collections::BTreeSet;

use migration::{Migrator, MigratorTrait};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, DbErr, Statement};

use super::OpenError;

/// The table in which the migrator keeps what it did.
const MIGRATIONS: &str = "seaql_migrations";

const APPLIED: &str = "SELECT version FROM seaql_migrations";

const SQLITE_TABLES: &str = r"SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite\_%' ESCAPE '\'";

/// The tables of the schema in which ours would be made, without those that belong to extensions.
const POSTGRES_TABLES: &str = "SELECT c.relname::text AS name FROM pg_class c
    WHERE c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema())
      AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
      AND NOT EXISTS (SELECT 1 FROM pg_depend d
        WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')";

/// Refuses a database that is neither empty nor ours, or newer than this program.
pub(super) async fn check(database: &DatabaseConnection) -> Result<(), OpenError> {
    let tables = tables(database).await?;
    if !tables.contains(MIGRATIONS) {
        // One statement sees our tables either all or not at all, whoever is just making them.
        return if tables.is_empty() { Ok(()) } else { Err(OpenError::Foreign) };
    }
    // The migrator's own way of asking would first make its table.
    let applied = words(database, APPLIED).await?;
    let known = Migrator::get_migration_files();
    let is_known = |version: &String| known.iter().any(|migration| migration.name() == version);
    let (ours, others): (Vec<_>, Vec<_>) = applied.iter().partition(|version| is_known(version));
    match (ours.is_empty(), others.is_empty()) {
        (_, true) => Ok(()),
        (false, false) => Err(OpenError::Newer),
        (true, false) => Err(OpenError::Foreign),
    }
}

async fn tables(database: &DatabaseConnection) -> Result<BTreeSet<String>, DbErr> {
    let backend = database.get_database_backend();
    words(database, if backend == DbBackend::Postgres { POSTGRES_TABLES } else { SQLITE_TABLES }).await
}

/// The first column of every row.
async fn words(database: &DatabaseConnection, query: &str) -> Result<BTreeSet<String>, DbErr> {
    let statement = Statement::from_string(database.get_database_backend(), query);
    let rows = database.query_all_raw(statement).await?;
    rows.iter().map(|row| row.try_get_by_index(0)).collect()
}
