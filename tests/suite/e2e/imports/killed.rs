//! kill -9 of the real program in the middle of an import: nothing is half done, and the same file imports again.
//! `KILLS=50` makes the long run of it.

use std::time::{Duration, Instant};

use entity::{dossier, dossier_version, import};
use sea_orm::{EntityTrait, PaginatorTrait};
use tests::{Store, on_both};

use super::long_file;
use crate::e2e::process::{Running, on, run};

/// How often an import is killed before one may finish, in the short run.
const KILLS: u32 = 4;

/// The dossiers of the file.
const DOSSIERS: u64 = 30_000;

fn kills() -> u32 {
    std::env::var("KILLS").ok().and_then(|kills| kills.parse().ok()).unwrap_or(KILLS)
}

on_both! {
    async fn an_import_that_is_killed_leaves_nothing_half_done(kind) {
        let template = Store::sample(kind).await;
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("hoso.csv");
        std::fs::write(&path, long_file(usize::try_from(DOSSIERS).expect("few"))).expect("written");
        let path = path.display().to_string();
        let arguments = ["import", "dossiers", path.as_str()];
        // An undisturbed one says how long one takes, over which the kills are spread.
        let undisturbed = template.copy().await;
        let begun = Instant::now();
        assert!(run(&mut on("reform-api", &undisturbed), &arguments).status.success());
        let whole = begun.elapsed();

        let store = template.copy().await;
        let database = store.connect().await;
        let mut hit = 0;
        for kill in 0..kills() {
            let imports = import::Entity::find().count(&database).await.expect("counted");
            let mut running = Running::start(on("reform-api", &store).args(arguments));
            let begun = async {
                while import::Entity::find().count(&database).await.expect("counted") == imports {
                    tokio::time::sleep(Duration::from_millis(2)).await;
                }
            };
            tokio::time::timeout(Duration::from_secs(60), begun).await.expect("it begins");
            tokio::time::sleep(whole * (kill % 10) / 12).await;
            running.kill();
            // A server takes a moment to see that its client is gone.
            tokio::time::sleep(Duration::from_millis(200)).await;
            let stored = dossier::Entity::find().count(&database).await.expect("counted");
            if stored == DOSSIERS {
                break;
            }
            assert_eq!(stored, 0, "nothing is half done");
            hit += 1;
        }
        assert!(hit > 0, "no kill hit an import that was under way");
        // Whoever waits for the killed one's lock waits no longer than until the server sees that it is gone.
        let again = run(&mut on("reform-api", &store), &arguments);
        assert!(again.status.success(), "{again:?}");
        assert_eq!(dossier::Entity::find().count(&database).await.expect("counted"), DOSSIERS);
        assert_eq!(dossier_version::Entity::find().count(&database).await.expect("counted"), 0);
        let recount = run(&mut on("reform-api", &store), &["recount"]);
        assert!(recount.status.success(), "the counters are those of the dossiers: {recount:?}");
    }
}
