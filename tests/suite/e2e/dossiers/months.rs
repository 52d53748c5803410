//! On PostgreSQL a month of receipts is a table of its own, and a code is one agency's only dossier in whatever month.

use entity::dossier;
use entity::import::{Mode, State};
use migration::{Migrator, MigratorTrait, migrate};
use reform_worker::audit::Actor;
use reform_worker::database::connect;
use reform_worker::dossiers::{CountedPart, DossierRow, KnownDossiers, Repaired, Span, remove, repair};
use sea_orm::{ActiveModelTrait, ConnectionTrait, DbBackend, EntityTrait, IntoActiveModel, Statement};
use tests::on_both;

use super::*;

async fn texts(database: &DatabaseConnection, sql: &str) -> Vec<String> {
    let rows = database.query_all_raw(Statement::from_string(DbBackend::Postgres, sql)).await.expect("rows");
    rows.iter().map(|row| row.try_get_by_index(0).expect("a text")).collect()
}

/// The same store, whose agencies are older than the first month.
async fn old(kind: Kind) -> (Store, DatabaseConnection) {
    let (store, database) = store(kind).await;
    let older = "UPDATE agency SET valid_from = '2010-01-01'";
    database.execute_unprepared(older).await.expect("they are older");
    (store, database)
}

/// The tables in which a code's dossiers lie.
async fn tables_of(database: &DatabaseConnection, code: &str) -> Vec<String> {
    let sql = format!("SELECT tableoid::regclass::text FROM dossier WHERE code = '{code}' ORDER BY 1");
    texts(database, &sql).await
}

async fn months(database: &DatabaseConnection) -> Vec<String> {
    let sql =
        "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'dossier'::regclass ORDER BY 1";
    texts(database, sql).await
}

fn received(code: &str, on: &str) -> DossierRow {
    row(2, "STC", code, on, "", "")
}

#[tokio::test]
async fn a_dossier_lies_in_the_month_of_its_receipt_in_the_province() {
    let (_store, database) = old(Kind::Postgres).await;
    // What has no time of day is received at midnight in the province, which is the day before in UTC.
    for (on, table) in [
        ("31/12/2020", "dossier_before_2021"),
        ("01/01/2021", "dossier_2021_01"),
        ("30/06/2023", "dossier_2023_06"),
        ("2023-07-01T00:30:00+07:00", "dossier_2023_07"),
    ] {
        let stored = run(&database, &order(Mode::AllOrNothing, false), vec![received("A1", on)]).await;
        assert_eq!(stored.state, State::Done, "{on}");
        assert_eq!(tables_of(&database, "A1").await, [table], "it moves on to {on}");
        assert_counted(&database, 1).await;
    }
}

#[tokio::test]
async fn an_import_makes_the_months_up_to_the_next() {
    let (_store, database) = store(Kind::Postgres).await;
    assert_eq!(months(&database).await, ["dossier_before_2021"]);
    let first = || vec![received("A1", "2023-06-30")];
    run(&database, &order(Mode::AllOrNothing, true), first()).await;
    let made = months(&database).await;
    assert_eq!(made.len(), 1 + 31 + 1, "that of before, from January 2021 to July 2023, and the next");
    assert_eq!(made[31], "dossier_2023_08", "{made:?}");
    run(&database, &order(Mode::AllOrNothing, false), first()).await;
    assert_eq!(months(&database).await, made);
    let later = now() + chrono::TimeDelta::days(400);
    run_at(&database, &order(Mode::AllOrNothing, false), vec![received("A2", "2024-08-04")], later).await;
    assert_eq!(tables_of(&database, "A2").await, ["dossier_2024_08"]);
}

#[tokio::test]
async fn six_imports_at_once_make_each_month_once() {
    let (_store, database) = store(Kind::Postgres).await;
    let imports = (0..6).map(|n| {
        let database = database.clone();
        async move {
            let rows = vec![received(&format!("A{n}"), "2023-06-30")];
            run(&database, &order(Mode::AllOrNothing, false), rows).await.state
        }
    });
    let ended = futures_util::future::join_all(imports).await;
    assert_eq!(ended, [State::Done; 6]);
    assert_eq!(months(&database).await.len(), 33);
    assert_counted(&database, 6).await;
}

/// How often a table has been read.
async fn reads(database: &DatabaseConnection, table: &str) -> i64 {
    let flush = "SELECT pg_stat_force_next_flush()";
    database.execute_unprepared(flush).await.expect("the statistics are told");
    let sql = format!("SELECT seq_scan + idx_scan FROM pg_stat_user_tables WHERE relname = '{table}'");
    let row = database.query_one_raw(Statement::from_string(DbBackend::Postgres, sql)).await.expect("asked");
    row.expect("a row").try_get_by_index(0).expect("a count")
}

#[tokio::test]
async fn the_dossiers_behind_a_number_are_sought_in_no_month_after_its_period() {
    let (store, database) = store(Kind::Postgres).await;
    run(&database, &order(Mode::AllOrNothing, false), vec![received("A1", "2023-06-30")]).await;
    let agency = make::agency(&database, "STC").await.id;
    // What a connection has read is told by itself.
    let one = connect(store.location(), 1).await.expect("it connects");
    let count = |from, before, number| {
        let span = Span { agency, from, before };
        let part = CountedPart { span, key: "received_new".to_owned() };
        let one = one.clone();
        async move {
            let counted = KnownDossiers(now()).count(&one, &[part]).await.expect("they are counted");
            assert_eq!(counted, [number]);
            (reads(&one, "dossier_2023_05").await, reads(&one, "dossier_2023_06").await)
        }
    };
    let (may, june) = count(make::day(2023, 5, 1), make::day(2023, 6, 1), 0).await;
    let (may_again, june_again) = count(make::day(2023, 5, 1), make::day(2023, 6, 1), 0).await;
    assert!(may_again > may && june_again == june, "{may} {june} {may_again} {june_again}");
    let (_, june_at_last) = count(make::day(2023, 6, 1), make::day(2023, 7, 1), 1).await;
    assert!(june_at_last > june);
}

#[tokio::test]
async fn an_import_finds_dossiers_by_their_index_though_there_were_few_when_it_was_planned() {
    let (store, database) = store(Kind::Postgres).await;
    let rows = |dossiers, completed: &'static str| {
        let row = move |n| row(n, "STC", &format!("A{n}"), "2023-06-01", "", completed);
        (1..=dossiers).map(row).collect::<Vec<_>>()
    };
    // Plans are kept by a connection.
    let one = connect(store.location(), 1).await.expect("it connects");
    for (dossiers, completed) in [(1, ""), (1, "2023-06-04"), (2_000, ""), (2_000, "2023-06-05")] {
        run(&one, &order(Mode::AllOrNothing, false), rows(dossiers, completed)).await;
    }
    one.close().await.expect("it closes, and tells what it has read");
    let sql = "SELECT seq_tup_read FROM pg_stat_user_tables WHERE relname = 'dossier_2023_06'";
    let row = database.query_one_raw(Statement::from_string(DbBackend::Postgres, sql)).await.expect("asked");
    let read: i64 = row.expect("a row").try_get_by_index(0).expect("a count");
    assert!(read < 2_000, "{read} rows were read one after the other");
    assert_counted(&database, 2_000).await;
}

#[tokio::test]
async fn a_code_that_no_dossier_has_fails_loudly_is_named_and_mended() {
    let (_store, database) = store(Kind::Postgres).await;
    let import = || async {
        let rows = vec![received("A1", "2023-06-30"), received("A2", "2023-06-30")];
        let order = order(Mode::AcceptValid, false);
        let watch = Watch { cancelled: CancellationToken::new(), progress: &|_| () };
        import(&database, &order, futures_util::stream::iter(chunks(rows)), &watch, &still(now())).await
    };
    import().await.expect("they are imported");
    database.execute_unprepared("DELETE FROM dossier WHERE code = 'A1'").await.expect("somebody does that");
    import().await.expect_err("one more A1 can be neither added nor found");
    let (found, dossiers) = recounted(&database).await;
    assert_eq!(dossiers, 1);
    assert!(found.contains(&"STC A1: the code is not its dossier's".to_owned()), "{found:?}");
    let repaired = repair(&database, &CancellationToken::new(), now()).await.expect("it is repaired");
    assert_eq!(repaired, Repaired::Done);
    assert_counted(&database, 1).await;
    import().await.expect("A1 is new again");
    assert_counted(&database, 2).await;
}

on_both! {
    async fn a_removed_code_is_free_for_any_month(kind) {
        let (_store, database) = store(kind).await;
        let import = |on: &'static str| {
            let database = database.clone();
            async move {
                let rows = vec![received("A1", on)];
                counts(&run(&database, &order(Mode::AllOrNothing, false), rows).await)
            }
        };
        assert_eq!(import("05/01/2022").await, [1, 0, 0, 0]);
        assert_eq!(import("05/03/2022").await, [0, 1, 0, 0], "the same dossier, received otherwise");
        assert_eq!(import("05/03/2022").await, [0, 0, 1, 0]);
        let agency = make::agency(&database, "STC").await.id;
        remove(&database, (agency, "A1"), &Actor::terminal(), "nhập nhầm", now()).await.expect("it is removed");
        assert_eq!(import("05/03/2023").await, [1, 0, 0, 0]);
        assert_counted(&database, 1).await;
    }

    async fn dossiers_go_into_their_months_and_back(kind) {
        let (_store, database) = old(kind).await;
        let rows = [("A1", "31/12/2019"), ("A2", "01/01/2021"), ("A3", "30/06/2023")];
        let rows = rows.map(|(code, on)| received(code, on)).into();
        run(&database, &order(Mode::AllOrNothing, false), rows).await;
        let stored = || async {
            let mut stored = dossier::Entity::find().all(&database).await.expect("dossiers are read");
            stored.sort_by(|a, b| a.code.cmp(&b.code));
            stored
        };
        let before = stored().await;
        let since = Migrator::migrations();
        let since = since.iter().rev().position(|migration| migration.name().ends_with("dossier_months"));
        let steps = u32::try_from(since.expect("it is there") + 1).expect("few");
        Migrator::down(&database, Some(steps)).await.expect("down");
        assert_eq!(stored().await, before);
        let again = before[0].clone().into_active_model().insert(&database).await;
        assert!(again.is_err(), "a code is unique, with the months or without");
        migrate(&database).await.expect("up again");
        assert_eq!(stored().await, before);
        if kind == Kind::Postgres {
            assert_eq!(tables_of(&database, "A2").await, ["dossier_2021_01"]);
        }
        assert_counted(&database, 3).await;
    }
}
