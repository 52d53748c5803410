//! The audit log: one table that only grows. Its triggers refuse every change
//! and removal, whoever asks; what gets past them (an owner who drops a
//! trigger, a file that is edited) breaks the chain of hashes.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

use crate::column::{Sketch, drop_tables, index, instant, text, text_null};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        Sketch::table("audit_event")
            .columns([
                ColumnDef::new("seq").big_integer().not_null().primary_key().take(),
                instant("at"),
                text_null("request_id"),
                text_null("actor_id"),
                text("actor"),
                text("via"),
                text_null("from_address"),
                text("action"),
                text("outcome"),
                text_null("object"),
                text_null("before"),
                text_null("after"),
                text_null("detail"),
                text("previous_hash"),
                text("hash"),
            ])
            .create(manager)
            .await?;
        // Searched newest first, by one of these.
        for column in ["actor", "action", "object", "at"] {
            index(manager, "audit_event", &[column, "seq"]).await?;
        }
        for statement in append_only(manager.get_database_backend()) {
            manager.get_connection().execute_unprepared(statement).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for statement in free_again(manager.get_database_backend()) {
            manager.get_connection().execute_unprepared(statement).await?;
        }
        drop_tables(manager, &["audit_event"]).await
    }
}

/// The triggers. SQLite's REPLACE removes a row without asking a DELETE trigger,
/// so there an INSERT may only bring the next number.
fn append_only(backend: DbBackend) -> &'static [&'static str] {
    if backend == DbBackend::Postgres {
        return &[
            "CREATE FUNCTION audit_event_stays() RETURNS trigger LANGUAGE plpgsql AS
             $$ BEGIN RAISE EXCEPTION 'audit events are only ever appended'; END $$",
            "CREATE TRIGGER audit_event_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_event
             FOR EACH STATEMENT EXECUTE FUNCTION audit_event_stays()",
        ];
    }
    &[
        "CREATE TRIGGER audit_event_is_not_changed BEFORE UPDATE ON audit_event
         BEGIN SELECT RAISE(ABORT, 'audit events are only ever appended'); END",
        "CREATE TRIGGER audit_event_is_not_removed BEFORE DELETE ON audit_event
         BEGIN SELECT RAISE(ABORT, 'audit events are only ever appended'); END",
        "CREATE TRIGGER audit_event_is_not_replaced BEFORE INSERT ON audit_event
         WHEN NEW.seq <> (SELECT coalesce(max(seq), 0) + 1 FROM audit_event)
         BEGIN SELECT RAISE(ABORT, 'audit events are only ever appended'); END",
    ]
}

fn free_again(backend: DbBackend) -> &'static [&'static str] {
    if backend == DbBackend::Postgres {
        return &["DROP TRIGGER audit_event_stays ON audit_event", "DROP FUNCTION audit_event_stays()"];
    }
    &[
        "DROP TRIGGER audit_event_is_not_changed",
        "DROP TRIGGER audit_event_is_not_removed",
        "DROP TRIGGER audit_event_is_not_replaced",
    ]
}
