//! Where dossiers lie, and how their codes stay unique.
//!
//! SQLite keeps all dossiers in one table, whose index lets no agency have a code twice. PostgreSQL keeps a table a month,
//! by the receipt, and has no index over all of them: `dossier_code` is where a code is taken, and says in which month its
//! dossier lies. Whoever writes a dossier writes its code with it, by what is here.

use chrono::{DateTime, Months, Utc};
use entity::{AgencyId, DossierId};
use sea_orm::{ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, Statement, Value};

use super::given::{Columns, Given, Type};

/// Which dossier, and where it lies.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place<'a> {
    pub(crate) id: DossierId,
    pub(crate) agency: AgencyId,
    pub(crate) code: &'a str,
    pub(crate) received_at: DateTime<Utc>,
}

/// The columns of a [`Place`].
pub(crate) const PLACE: Columns =
    &[("id", Type::Uuid), ("agency_id", Type::Uuid), ("code", Type::Text), ("lies_at", Type::Instant)];

impl Place<'_> {
    pub(crate) fn cells(&self) -> [Value; 4] {
        [self.id.0.into(), self.agency.0.into(), self.code.into(), self.received_at.into()]
    }
}

/// Whether `dossier` is the one at a given [`Place`].
pub(crate) fn is_given(backend: DbBackend) -> &'static str {
    match backend {
        DbBackend::Postgres => {
            "dossier.id = given.id AND dossier.agency_id = given.agency_id AND dossier.code = given.code \
             AND dossier.received_at = given.lies_at"
        }
        _ => "dossier.id = given.id",
    }
}

/// Makes the months in which dossiers may be received that are imported from now on: up to the next, since the import
/// may wait.
pub(crate) async fn make_months(database: &DatabaseConnection, now: DateTime<Utc>) -> Result<(), DbErr> {
    if database.get_database_backend() != DbBackend::Postgres {
        return Ok(());
    }
    let until = now.checked_add_months(Months::new(1)).unwrap_or(now);
    let make = "SELECT make_dossier_months($1)";
    database.execute_raw(Statement::from_sql_and_values(DbBackend::Postgres, make, [until.into()])).await?;
    Ok(())
}

/// Has the transaction find dossiers by their indexes, whatever PostgreSQL believes of the months' sizes: its plans are
/// kept, and one that was made while a month was empty would read the whole of it for each row.
pub(crate) async fn find_by_index(transaction: &DatabaseTransaction) -> Result<(), DbErr> {
    if transaction.get_database_backend() == DbBackend::Postgres {
        // What is planned so looks expensive, and would be compiled for nothing.
        transaction.execute_unprepared("SET LOCAL enable_seqscan = off; SET LOCAL jit = off").await?;
    }
    Ok(())
}

/// The statement that stores those of the given rows whose code is free: `columns` of them, as `values` say.
pub(crate) fn insert_if_free(backend: DbBackend, columns: &str, values: &str) -> String {
    match backend {
        DbBackend::Postgres => format!(
            ", free AS (INSERT INTO dossier_code (agency_id, code, received_at)
                        SELECT agency_id, code, received_at FROM given
                        ON CONFLICT DO NOTHING RETURNING agency_id, code)
             INSERT INTO dossier ({columns}) SELECT {values} FROM given JOIN free USING (agency_id, code)"
        ),
        _ => format!(
            "INSERT INTO dossier ({columns}) SELECT {values} FROM given WHERE true
             ON CONFLICT (agency_id, code) DO NOTHING"
        ),
    }
}

/// The join that finds the dossier `d` of a given agency and code.
pub(crate) fn join_dossier(backend: DbBackend) -> &'static str {
    match backend {
        DbBackend::Postgres => {
            "JOIN dossier_code USING (agency_id, code) JOIN dossier d USING (agency_id, code, received_at)"
        }
        _ => "JOIN dossier d USING (agency_id, code)",
    }
}

/// Records of dossiers whose receipt has changed where they lie now.
pub(crate) async fn relocate<C: ConnectionTrait>(connection: &C, now: &[Place<'_>]) -> Result<(), DbErr> {
    let sql = "UPDATE dossier_code SET received_at = given.lies_at FROM given
               WHERE dossier_code.agency_id = given.agency_id AND dossier_code.code = given.code";
    write(connection, now, sql).await
}

/// Frees the codes of dossiers that are no more.
pub(crate) async fn free<C: ConnectionTrait>(connection: &C, dossiers: &[Place<'_>]) -> Result<(), DbErr> {
    let sql = "DELETE FROM dossier_code USING given
               WHERE dossier_code.agency_id = given.agency_id AND dossier_code.code = given.code";
    write(connection, dossiers, sql).await
}

async fn write<C: ConnectionTrait>(connection: &C, dossiers: &[Place<'_>], sql: &str) -> Result<(), DbErr> {
    if connection.get_database_backend() != DbBackend::Postgres || dossiers.is_empty() {
        return Ok(());
    }
    let mut given = Given::of(PLACE, dossiers.len());
    for dossier in dossiers {
        given.push(dossier.cells());
    }
    given.execute_each(connection, sql, &[]).await
}

/// Every code, with its agency, that is not that of one dossier where it says: taken by none, or not taken.
pub(crate) async fn misplaced<C: ConnectionTrait>(connection: &C) -> Result<Vec<(AgencyId, String)>, DbErr> {
    if connection.get_database_backend() != DbBackend::Postgres {
        return Ok(Vec::new());
    }
    let sql = "SELECT COALESCE(d.agency_id, c.agency_id), COALESCE(d.code, c.code)
               FROM dossier d FULL JOIN dossier_code c
               ON c.agency_id = d.agency_id AND c.code = d.code AND c.received_at = d.received_at
               WHERE d.code IS NULL OR c.code IS NULL ORDER BY 1, 2";
    let rows = connection.query_all_raw(Statement::from_string(DbBackend::Postgres, sql)).await?;
    rows.iter().map(|row| Ok((AgencyId(row.try_get_by_index(0)?), row.try_get_by_index(1)?))).collect()
}

/// Writes down anew where each dossier lies, while nobody else writes dossiers.
///
/// # Errors
/// When the database fails, also since an agency has a code twice.
pub(crate) async fn place_anew(transaction: &DatabaseTransaction) -> Result<(), DbErr> {
    if transaction.get_database_backend() == DbBackend::Postgres {
        let anew = "DELETE FROM dossier_code;
                    INSERT INTO dossier_code SELECT agency_id, code, received_at FROM dossier";
        transaction.execute_unprepared(anew).await?;
    }
    Ok(())
}
