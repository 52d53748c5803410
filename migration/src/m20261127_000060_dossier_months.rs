//! Dossiers a month a table, on PostgreSQL: by the month in which they were received, in the province.
//!
//! There a unique key must hold what a table is parted by, and a code is unique whatever the month. So `dossier_code` has
//! the codes of all months, and says where the dossier of each is. SQLite keeps the one table and its unique index.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        on_postgres(manager, &[MAKE_MONTHS, PART]).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        on_postgres(manager, &[UNITE]).await
    }
}

async fn on_postgres(manager: &SchemaManager<'_>, statements: &[&str]) -> Result<(), DbErr> {
    if manager.get_database_backend() != DbBackend::Postgres {
        return Ok(());
    }
    for statement in statements {
        manager.get_connection().execute_unprepared(statement).await?;
    }
    Ok(())
}

/// Makes the tables of all months up to that of an instant, from the reform programme's first year on; what is older is
/// in one table. A month is made apart and then attached, for which nobody who reads or writes dossiers must wait. A
/// clock that is wrong by decades makes ten years' months at most. The lock's key is "months" in ASCII.
const MAKE_MONTHS: &str = r"
CREATE FUNCTION make_dossier_months(until timestamptz) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    latest timestamptz := LEAST(until, now() + interval '10 years');
    last timestamp := date_trunc('month', latest AT TIME ZONE interval '7 hours');
    month timestamp := '2021-01-01';
    name text;
BEGIN
    IF to_regclass('dossier_' || to_char(last, 'YYYY_MM')) IS NOT NULL THEN
        RETURN;
    END IF;
    PERFORM pg_advisory_xact_lock(x'6d6f6e746873'::bigint);
    WHILE month <= last LOOP
        name := 'dossier_' || to_char(month, 'YYYY_MM');
        IF to_regclass(name) IS NULL THEN
            EXECUTE format('CREATE TABLE %I (LIKE dossier INCLUDING ALL)', name);
            EXECUTE format(
                'ALTER TABLE dossier ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', name,
                month AT TIME ZONE interval '7 hours', (month + interval '1 month') AT TIME ZONE interval '7 hours');
        END IF;
        month := month + interval '1 month';
    END LOOP;
END $$";

/// Keys are made when the rows are there, which is faster.
const PART: &str = r"
ALTER TABLE dossier RENAME TO dossier_in_one;
CREATE TABLE dossier (LIKE dossier_in_one) PARTITION BY RANGE (received_at);
CREATE TABLE dossier_before_2021 PARTITION OF dossier FOR VALUES FROM (MINVALUE) TO ('2021-01-01 00:00+07');
SELECT make_dossier_months(max(received_at)) FROM dossier_in_one HAVING count(*) > 0;
INSERT INTO dossier SELECT * FROM dossier_in_one;
ALTER TABLE dossier ADD CONSTRAINT pk_dossier PRIMARY KEY (agency_id, code, received_at);
CREATE TABLE dossier_code (agency_id uuid NOT NULL, code text NOT NULL, received_at timestamptz NOT NULL);
INSERT INTO dossier_code SELECT agency_id, code, received_at FROM dossier_in_one;
ALTER TABLE dossier_code ADD CONSTRAINT pk_dossier_code PRIMARY KEY (agency_id, code);
DROP TABLE dossier_in_one";

const UNITE: &str = r"
ALTER TABLE dossier RENAME TO dossier_by_month;
CREATE TABLE dossier (LIKE dossier_by_month, CONSTRAINT dossier_pkey PRIMARY KEY (id),
    CONSTRAINT uq_dossier_agency_id_code UNIQUE (agency_id, code));
INSERT INTO dossier SELECT * FROM dossier_by_month;
DROP TABLE dossier_by_month;
DROP TABLE dossier_code;
DROP FUNCTION make_dossier_months";
