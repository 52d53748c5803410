//! The schema goes up, down and up again, and any number of processes may bring it up at once.

use migration::{Migrator, MigratorTrait, migrate};
use tests::{Store, on_both};

on_both! {
    async fn the_schema_goes_up_down_and_up(kind) {
        let store = Store::empty(kind).await;
        let database = store.connect().await;
        migrate(&database).await.expect("up");
        Migrator::down(&database, None).await.expect("down");
        migrate(&database).await.expect("up again");
        let loaded = reform_worker::sample::load_if_empty(&database, reform_worker::Clock::system().now()).await;
        assert!(loaded.expect("the sample fits the schema"));
    }

    async fn six_may_migrate_at_once(kind) {
        let store = Store::empty(kind).await;
        let mut databases = Vec::new();
        for _ in 0..6 {
            databases.push(store.connect().await);
        }
        let migrations = databases.iter().map(migrate);
        for migrated in futures_util::future::join_all(migrations).await {
            migrated.expect("each is up to date");
        }
    }
}
