//! The codes of dossiers, each unique within its agency.
//!
//! SQLite keeps all dossiers in one table, whose index sees to it. PostgreSQL keeps a table a month, by the receipt, and
//! no index over all of them: `dossier_code` is where a code is taken, and says in which month its dossier lies. Its rows
//! are written with those of `dossier`, and nowhere but here.

use chrono::{DateTime, Months, Utc};
use entity::{AgencyId, DossierId};
use sea_orm::{ConnectionTrait, DbBackend, DbErr, Statement};

use crate::database::{Columns, Given, Type};

/// Which dossier, and where it lies.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place<'a> {
    pub(super) id: DossierId,
    pub(super) agency: AgencyId,
    pub(super) code: &'a str,
    pub(super) received_at: DateTime<Utc>,
}

/// The columns of a [`Place`]; with [`IS_GIVEN`], a statement finds dossiers by them.
pub(super) const PLACE: [(&str, Type); 4] =
    [("id", Type::Uuid), ("agency_id", Type::Uuid), ("code", Type::Text), ("lies_at", Type::Instant)];

/// Whether `dossier` is one that is given by [`PLACE`].
pub(super) const IS_GIVEN: &str = "dossier.id = given.id AND dossier.agency_id = given.agency_id \
                                   AND dossier.code = given.code AND dossier.received_at = given.lies_at";

impl Place<'_> {
    pub(super) fn cells(&self) -> [sea_orm::Value; 4] {
        [self.id.0.into(), self.agency.0.into(), self.code.into(), self.received_at.into()]
    }
}

/// Makes the months in which dossiers may be received that are imported from now on: up to the next, since the import
/// may begin later than it is asked for.
pub(super) async fn make_months<C: ConnectionTrait>(connection: &C, now: DateTime<Utc>) -> Result<(), DbErr> {
    if connection.get_database_backend() != DbBackend::Postgres {
        return Ok(());
    }
    let until = now.checked_add_months(Months::new(1)).unwrap_or(now);
    let make = "SELECT make_dossier_months($1)";
    connection.execute_raw(Statement::from_sql_and_values(DbBackend::Postgres, make, [until.into()])).await?;
    Ok(())
}

/// The statement that stores those of the given rows whose code is free: `columns` of them, as `values` say.
pub(super) fn insert_if_free(backend: DbBackend, columns: &str, values: &str) -> String {
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
pub(super) fn join_dossier(backend: DbBackend) -> &'static str {
    match backend {
        DbBackend::Postgres => {
            "JOIN dossier_code USING (agency_id, code) JOIN dossier d USING (agency_id, code, received_at)"
        }
        _ => "JOIN dossier d USING (agency_id, code)",
    }
}

/// Records where dossiers lie whose receipt has changed: each with its new one.
pub(super) async fn moved<C: ConnectionTrait>(connection: &C, dossiers: &[Place<'_>]) -> Result<(), DbErr> {
    let sql = "UPDATE dossier_code SET received_at = given.lies_at FROM given
               WHERE dossier_code.agency_id = given.agency_id AND dossier_code.code = given.code";
    write(connection, dossiers, sql).await
}

/// Frees the codes of dossiers that are no more.
pub(super) async fn free<C: ConnectionTrait>(connection: &C, dossiers: &[Place<'_>]) -> Result<(), DbErr> {
    let sql = "DELETE FROM dossier_code USING given
               WHERE dossier_code.agency_id = given.agency_id AND dossier_code.code = given.code";
    write(connection, dossiers, sql).await
}

async fn write<C: ConnectionTrait>(connection: &C, dossiers: &[Place<'_>], sql: &str) -> Result<(), DbErr> {
    const COLUMNS: Columns = &PLACE;
    if connection.get_database_backend() != DbBackend::Postgres {
        return Ok(());
    }
    let mut given = Given::of(COLUMNS, dossiers.len());
    for dossier in dossiers {
        given.push(dossier.cells());
    }
    given.execute(connection, sql, &[]).await.map(drop)
}
