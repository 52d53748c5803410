//! Criteria sets as officers manage them: when one was retired, and the
//! freeze. What an active or retired set says is never changed, whoever asks.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

use crate::column::instant_null;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let column = Table::alter().table("criteria_set").add_column(instant_null("retired_at")).to_owned();
        manager.alter_table(column).await?;
        for statement in frozen(manager.get_database_backend()) {
            manager.get_connection().execute_unprepared(statement).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for statement in free_again(manager.get_database_backend()) {
            manager.get_connection().execute_unprepared(statement).await?;
        }
        let column = Table::alter().table("criteria_set").drop_column("retired_at").to_owned();
        manager.alter_table(column).await
    }
}

/// The triggers: of a set that is no draft only the state moves on.
fn frozen(backend: DbBackend) -> &'static [&'static str] {
    if backend == DbBackend::Postgres {
        return &[
            "CREATE FUNCTION criteria_set_is_frozen() RETURNS trigger LANGUAGE plpgsql AS
             $$ BEGIN RAISE EXCEPTION 'a criteria set is frozen once it is active'; END $$",
            "CREATE TRIGGER criteria_set_is_frozen BEFORE UPDATE ON criteria_set FOR EACH ROW
             WHEN (OLD.state <> 'DRAFT' AND (NEW.state = 'DRAFT' OR (NEW.code, NEW.version, NEW.document,
                   NEW.fingerprint) IS DISTINCT FROM (OLD.code, OLD.version, OLD.document, OLD.fingerprint)))
             EXECUTE FUNCTION criteria_set_is_frozen()",
            "CREATE TRIGGER criteria_set_stays BEFORE DELETE ON criteria_set FOR EACH ROW
             WHEN (OLD.state <> 'DRAFT') EXECUTE FUNCTION criteria_set_is_frozen()",
        ];
    }
    &[
        "CREATE TRIGGER criteria_set_is_frozen BEFORE UPDATE ON criteria_set
         WHEN OLD.state <> 'DRAFT' AND (NEW.state = 'DRAFT' OR NEW.code <> OLD.code OR NEW.version <> OLD.version
              OR NEW.document <> OLD.document OR NEW.fingerprint <> OLD.fingerprint)
         BEGIN SELECT RAISE(ABORT, 'a criteria set is frozen once it is active'); END",
        "CREATE TRIGGER criteria_set_stays BEFORE DELETE ON criteria_set WHEN OLD.state <> 'DRAFT'
         BEGIN SELECT RAISE(ABORT, 'a criteria set is frozen once it is active'); END",
    ]
}

fn free_again(backend: DbBackend) -> &'static [&'static str] {
    if backend == DbBackend::Postgres {
        return &[
            "DROP TRIGGER criteria_set_is_frozen ON criteria_set",
            "DROP TRIGGER criteria_set_stays ON criteria_set",
            "DROP FUNCTION criteria_set_is_frozen()",
        ];
    }
    &["DROP TRIGGER criteria_set_is_frozen", "DROP TRIGGER criteria_set_stays"]
}
