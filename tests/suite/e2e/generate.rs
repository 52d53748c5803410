//! `reform-api generate`: a made-up nation is one like any other.

use entity::{dossier, dossier_day, scorecard};
use scoring::CardState;
use sea_orm::{EntityTrait, PaginatorTrait, QuerySelect};
use tests::{Store, on_both};

use super::process::{on, run};

const SIZE: [&str; 7] = ["generate", "--agencies", "30", "--dossiers", "3000", "--seed", "7"];

/// Runs a command on a store; what it printed last.
fn done(store: &Store, arguments: &[&str]) -> String {
    let output = run(&mut on("reform-api", store), arguments);
    assert!(output.status.success(), "{arguments:?}: {output:?}");
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    text.lines().last().unwrap_or_default().to_owned()
}

on_both! {
    async fn a_made_up_nation_is_stored_counted_and_scored(kind) {
        let store = Store::empty(kind).await;
        assert_eq!(done(&store, &SIZE), "3000 hồ sơ / dossiers");
        assert_eq!(done(&store, &["recount"]), "MATCH 3000");
        done(&store, &["compile", "2025-H1"]);
        let database = store.connect().await;
        let cards = scorecard::Entity::find().all(&database).await.expect("cards");
        let whole = cards.iter().filter(|card| card.state == CardState::Final);
        assert_eq!((cards.len(), whole.count()), (30, 30));
        // Nothing is made up in a database that somebody works with.
        let again = run(&mut on("reform-api", &store), &SIZE);
        assert_eq!(again.status.code(), Some(1));
        assert!(String::from_utf8_lossy(&again.stderr).contains("--data-dir"), "{again:?}");
        assert_eq!(dossier::Entity::find().count(&database).await.expect("counted"), 3_000);
    }

    async fn its_file_brings_in_the_same_dossiers(kind) {
        let (store, other) = (Store::empty(kind).await, Store::empty(kind).await);
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("hoso.csv").display().to_string();
        done(&store, &SIZE);
        done(&other, &[SIZE.as_slice(), &["--csv", &file]].concat());
        let counted = async |store: &Store| {
            let days = dossier_day::Entity::find();
            let columns = [dossier_day::Column::Day, dossier_day::Column::ReceivedOnlineFull, dossier_day::Column::ResolvedOverdue];
            let days = days.select_only().columns(columns).into_tuple::<(chrono::NaiveDate, i64, i64)>();
            let mut days = days.all(&store.connect().await).await.expect("days");
            days.sort_unstable();
            days
        };
        assert_eq!(counted(&other).await, []);
        done(&other, &["import", "dossiers", &file]);
        assert_eq!(done(&other, &["recount"]), "MATCH 3000");
        assert_eq!(counted(&other).await, counted(&store).await);
    }
}
