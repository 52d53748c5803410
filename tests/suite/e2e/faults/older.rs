//! What a worker of the version before has left: a schema and an open build of its time, and cards of its engine.

use std::collections::BTreeMap;

use entity::{agency, scorecard};
use migration::{Migrator, MigratorTrait};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, DatabaseConnection, EntityTrait, QueryFilter};
use tests::{App, Store, on_both};

use super::super::killed::{kill_while_compiling, outcome};
use super::{undisturbed, until_succeeded, worker};

/// The first migration that the version before does not know.
const NEW: &str = "m20261127_000040_inputs_imported";

/// The hash of every agency's current card.
async fn current(database: &DatabaseConnection) -> BTreeMap<String, String> {
    let cards = scorecard::Entity::find().filter(scorecard::Column::Current.eq(true));
    let cards = cards.find_also_related(agency::Entity).all(database).await.expect("cards");
    assert_eq!(cards.len(), 12, "one current card an agency");
    let hash = |(card, agency): (scorecard::Model, Option<agency::Model>)| {
        (agency.expect("its agency").code, card.content_hash)
    };
    cards.into_iter().map(hash).collect()
}

on_both! {
    async fn a_build_that_a_worker_of_an_older_version_left_open_is_ended_by_a_newer_one(kind) {
        let template = Store::sample(kind).await;
        let expected = undisturbed(&template).await;
        for _ in 0..20 {
            let store = template.copy().await;
            let database = store.connect().await;
            if !kill_while_compiling(&store, &database).await {
                continue;
            }
            let migrations = Migrator::migrations();
            let steps = migrations.iter().skip_while(|migration| migration.name() != NEW).count();
            let steps = u32::try_from(steps).expect("few");
            Migrator::down(&database, Some(steps)).await.expect("the schema of the version before");
            database.close().await.expect("it closes");
            let newer = worker(&store);
            let database = store.connect().await;
            until_succeeded(&database).await;
            drop(newer);
            assert_eq!(outcome(&database).await, expected);
            return;
        }
        panic!("no worker was killed at a part");
    }

    async fn cards_of_an_older_engine_are_written_anew_once_and_stay_readable(kind) {
        let app = App::compiled(kind).await;
        let expected = current(&app.database).await;
        scorecard::Entity::update_many()
            .col_expr(scorecard::Column::EngineVersion, Expr::value("0"))
            .col_expr(scorecard::Column::ContentHash, Expr::cust("substr(content_hash, 2) || '0'"))
            .exec(&app.database)
            .await
            .expect("cards of an older engine");
        let again = r#"mutation { requestBuild(input: { period: "2022-H1", reason: "x" }) { errors { code } } }"#;
        for written in [12, 0] {
            app.ask(again).await;
            app.drain().await;
            let builds = app.ask("{ builds { nodes { state cardsWritten } } }").await;
            let newest = serde_json::json!({"state": "SUCCEEDED", "cardsWritten": written});
            assert_eq!(builds["builds"]["nodes"][0], newest);
            assert_eq!(current(&app.database).await, expected);
        }
        let older = scorecard::Entity::find().filter(scorecard::Column::EngineVersion.eq("0"));
        let older = older.all(&app.database).await.expect("cards");
        assert_eq!(older.len(), 12);
        assert!(older.iter().all(|card| card.revision == 1 && !card.current));
    }
}
