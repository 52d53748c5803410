//! Imports at the same time end as if one had come after the other.

use entity::import::{Mode, State};
use sea_orm::EntityTrait;
use tests::{make, on_both};

use super::{assert_counted, counts, order, row, run, store};

on_both! {
    async fn two_imports_of_overlapping_files_both_end_right(kind) {
        let (_store, database) = store(kind).await;
        let rows = |from: i32, completed: &str| -> Vec<_> {
            (from..from + 3_000)
                .map(|n| {
                    let agency = if n % 2 == 0 { "STC" } else { "KKT" };
                    row(n, agency, &format!("D{n}"), "05/01/2022", "10/01/2022", completed)
                })
                .collect()
        };
        let (one, other) = (order(Mode::AllOrNothing, false), order(Mode::AllOrNothing, false));
        let (one, other) = tokio::join!(
            run(&database, &one, rows(0, "09/01/2022")),
            run(&database, &other, rows(1_000, "12/01/2022")),
        );
        assert_eq!((one.state, other.state), (State::Done, State::Done));
        let mut both = [counts(&one), counts(&other)];
        both.sort_unstable();
        assert_eq!(both, [[1_000, 2_000, 0, 0], [3_000, 0, 0, 0]]);
        assert_counted(&database, 4_000).await;
        let versions = entity::dossier_version::Entity::find().all(&database).await.expect("versions are read");
        assert_eq!(versions.len(), 2_000);
    }

    async fn imports_of_different_agencies_do_not_disturb_each_other(kind) {
        let (_store, database) = store(kind).await;
        let mut imports = Vec::new();
        for agency in ["STC", "KKT", "SNGV", "STC"] {
            let mut order = order(Mode::AllOrNothing, false);
            order.agency = Some(make::agency(&database, agency).await.id);
            let rows = (0..500).map(|n| row(n, agency, &format!("D{n}"), "05/01/2022", "", "")).collect();
            let database = database.clone();
            imports.push(tokio::spawn(async move { run(&database, &order, rows).await }));
        }
        let mut added = 0;
        for import in imports {
            let ended = import.await.expect("the import ends");
            assert_eq!(ended.added + ended.unchanged, 500);
            added += ended.added;
        }
        assert_eq!(added, 1_500);
        assert_counted(&database, 1_500).await;
    }
}
