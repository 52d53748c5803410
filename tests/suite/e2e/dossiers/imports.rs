//! Imports: what is stored, what is refused and how that is said.

use entity::import::{Mode, State};
use entity::{dossier, dossier_version, import_conflict};
use futures_util::StreamExt;
use reform_worker::audit::Actor;
use reform_worker::dossiers::{BATCH, DossierRow, Read, RemoveError, Watch, import, in_chunks, remove};
use reform_worker::imports::{Conflict, Order, Unreadable};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, DatabaseConnection, EntityTrait, PaginatorTrait, QueryFilter};
use tests::{make, on_both};
use tokio_util::sync::CancellationToken;

use super::{PROCEDURE, assert_counted, chunks, counts, now, order, recounted, row, run, still, store};
use crate::e2e::process::{on, run as run_program};

fn three() -> Vec<DossierRow> {
    vec![
        row(2, "STC", "A1", "05/01/2022", "10/01/2022", "09/01/2022"),
        row(3, "STC", "A2", "05/01/2022", "10/01/2022", ""),
        row(4, "KKT", "A1", "2022-02-05T08:00:00", "", "2022-02-07"),
    ]
}

async fn conflicts(database: &DatabaseConnection, order: &Order) -> Vec<import_conflict::Model> {
    import_conflict::of_import(order.id).all(database).await.expect("conflicts are read")
}

/// Conflicts as row, column and code.
async fn told(database: &DatabaseConnection, order: &Order) -> Vec<(i32, String, String)> {
    let told = |conflict: import_conflict::Model| {
        (conflict.row.unwrap_or(0), conflict.column_name.unwrap_or_default(), conflict.code)
    };
    conflicts(database, order).await.into_iter().map(told).collect()
}

on_both! {
    async fn the_same_file_twice_changes_nothing(kind) {
        let (_store, database) = store(kind).await;
        let first = run(&database, &order(Mode::AllOrNothing, false), three()).await;
        assert_eq!((first.state, counts(&first)), (State::Done, [3, 0, 0, 0]));
        let before = dossier::Entity::find().all(&database).await.expect("dossiers are read");
        let again = run(&database, &order(Mode::AllOrNothing, false), three()).await;
        assert_eq!((again.state, counts(&again)), (State::Done, [0, 0, 3, 0]));
        assert_eq!(dossier::Entity::find().all(&database).await.expect("dossiers are read"), before);
        assert_eq!(dossier_version::Entity::find().count(&database).await.expect("a count"), 0);
        assert_counted(&database, 3).await;
    }

    async fn a_changed_dossier_is_a_new_version_and_the_old_one_stays(kind) {
        let (_store, database) = store(kind).await;
        run(&database, &order(Mode::AllOrNothing, false), three()).await;
        let mut rows = three();
        rows[1] = row(3, "STC", "A2", "05/01/2022", "10/01/2022", "20/01/2022");
        let second = order(Mode::AllOrNothing, false);
        assert_eq!(counts(&run(&database, &second, rows).await), [0, 1, 2, 0]);
        let agency = make::agency(&database, "STC").await.id;
        let now_known = dossier::with_code(agency, "A2").one(&database).await.expect("it is read").expect("it is there");
        assert_eq!((now_known.version, now_known.import_id, now_known.import_row), (2, second.id, 3));
        let before = dossier_version::with_code(agency, "A2").all(&database).await.expect("versions are read");
        assert_eq!(before.len(), 1);
        assert_eq!((before[0].version, before[0].completed_at), (1, None));
        assert_eq!(before[0].ended_by_import_id, Some(second.id));
        assert_counted(&database, 3).await;
    }

    async fn a_removed_dossier_counts_no_more_and_stays_readable(kind) {
        let (_store, database) = store(kind).await;
        run(&database, &order(Mode::AllOrNothing, false), three()).await;
        let agency = make::agency(&database, "STC").await.id;
        remove(&database, (agency, "A1"), &Actor::terminal(), "nhập nhầm", now()).await.expect("it is removed");
        assert_counted(&database, 2).await;
        let again = remove(&database, (agency, "A1"), &Actor::terminal(), "nhập nhầm", now()).await;
        assert!(matches!(again, Err(RemoveError::Unknown)), "{again:?}");
        let before = dossier_version::with_code(agency, "A1").all(&database).await.expect("versions are read");
        assert_eq!(before[0].removed_because.as_deref(), Some("nhập nhầm"));
        // The code may be used again.
        assert_eq!(counts(&run(&database, &order(Mode::AllOrNothing, false), three()).await), [1, 0, 2, 0]);
        assert_counted(&database, 3).await;
    }

    async fn every_refusal_names_row_column_and_rule(kind) {
        let (_store, database) = store(kind).await;
        make::change_agency(&database, "SNV", |agency| agency.valid_to = Some(make::day(2022, 3, 1))).await;
        let cells = |row: i32, cells: [&str; 10]| DossierRow::new(row, cells);
        let good = ["STC", "A1", PROCEDURE, "ONLINE_FULL", "05/01/2022", "10/01/2022", "", "", "", ""];
        let with = |row: i32, changes: &[(usize, &'static str)]| {
            let mut changed = good;
            for (at, cell) in changes {
                changed[*at] = cell;
            }
            cells(row, changed)
        };
        let rows = vec![
            with(2, &[]),
            with(3, &[(0, "XYZ")]),
            with(4, &[(1, "")]),
            with(5, &[(1, "A5"), (2, "9.9")]),
            with(6, &[(1, "A6"), (3, "FAX")]),
            with(7, &[(1, "A7"), (4, "31/02/2022")]),
            with(8, &[(1, "A8"), (5, "04/01/2022"), (6, "03/01/2022")]),
            with(9, &[(1, "A9"), (6, "01/07/2024")]),
            with(10, &[(1, "A10"), (6, "06/01/2022"), (7, "06/01/2022")]),
            with(11, &[(1, "A11"), (8, "maybe")]),
            with(12, &[(0, "SNV"), (1, "A12"), (4, "01/03/2022"), (5, "")]),
            with(13, &[(0, "SNV"), (1, "A13"), (4, "31/12/2021"), (5, "")]),
            with(14, &[(1, "A\u{1}")]),
            with(15, &[]),
        ];
        let order = order(Mode::AcceptValid, false);
        let ended = run(&database, &order, rows).await;
        assert_eq!((ended.state, counts(&ended)), (State::Done, [1, 0, 0, 13]));
        let expected = [
            (3, "agency", "UNKNOWN_AGENCY"),
            (4, "code", "MISSING_VALUE"),
            (5, "procedure", "UNKNOWN_PROCEDURE"),
            (6, "channel", "UNKNOWN_CHANNEL"),
            (7, "received", "NOT_A_DATE"),
            (8, "due", "DUE_BEFORE_RECEIVED"),
            (8, "completed", "COMPLETED_BEFORE_RECEIVED"),
            (9, "completed", "IN_FUTURE"),
            (10, "withdrawn", "COMPLETED_AND_WITHDRAWN"),
            (11, "awaiting_supplement", "NOT_A_FLAG"),
            (12, "received", "OUTSIDE_VALIDITY"),
            (13, "received", "OUTSIDE_VALIDITY"),
            (14, "code", "BAD_CHARACTER"),
            (15, "code", "DUPLICATE_CODE"),
        ];
        let expected = expected.map(|(row, column, code)| (row, column.to_owned(), code.to_owned()));
        assert_eq!(told(&database, &order).await, expected);
        let refused = &conflicts(&database, &order).await[5..7];
        assert_eq!(refused[0].value.as_deref(), Some("04/01/2022"));
        let row = r#"["STC","A8","1.004203","ONLINE_FULL","05/01/2022","04/01/2022","03/01/2022","","",""]"#;
        assert_eq!((refused[0].cells.as_deref(), refused[1].cells.as_deref()), (Some(row), None));
        assert_counted(&database, 1).await;
    }

    async fn all_or_nothing_stores_nothing_when_a_row_is_refused(kind) {
        let (_store, database) = store(kind).await;
        let mut rows = three();
        rows.push(row(5, "XYZ", "A9", "05/01/2022", "", ""));
        let order = order(Mode::AllOrNothing, false);
        let ended = run(&database, &order, rows).await;
        assert_eq!((ended.state, counts(&ended)), (State::Refused, [3, 0, 0, 1]));
        assert_eq!(told(&database, &order).await, [(5, "agency".to_owned(), "UNKNOWN_AGENCY".to_owned())]);
        assert_counted(&database, 0).await;
    }

    async fn a_dry_run_finds_what_a_real_one_would_and_stores_nothing(kind) {
        let (_store, database) = store(kind).await;
        run(&database, &order(Mode::AllOrNothing, false), three()[..1].to_vec()).await;
        let mut rows = three();
        rows[0] = row(2, "STC", "A1", "05/01/2022", "10/01/2022", "");
        rows.push(row(5, "STC", "A1", "05/01/2022", "", ""));
        for mode in [Mode::AcceptValid, Mode::AllOrNothing] {
            let dry = order(mode, true);
            let ended = run(&database, &dry, rows.clone()).await;
            assert_eq!(counts(&ended), [2, 1, 0, 1]);
            assert_eq!(told(&database, &dry).await, [(5, "code".to_owned(), "DUPLICATE_CODE".to_owned())]);
            assert_counted(&database, 1).await;
        }
        let ended = run(&database, &order(Mode::AcceptValid, false), rows).await;
        assert_eq!(counts(&ended), [2, 1, 0, 1]);
        assert_counted(&database, 3).await;
    }

    async fn a_code_that_comes_again_batches_later_is_a_duplicate(kind) {
        let (_store, database) = store(kind).await;
        run(&database, &order(Mode::AcceptValid, false), three()).await;
        let many = i32::try_from(BATCH).expect("a small number");
        // The first and the second were stored before: the one stays, the other changes. The third is new.
        let mut rows = vec![
            row(1, "STC", "A1", "05/01/2022", "10/01/2022", "09/01/2022"),
            row(2, "STC", "A2", "05/01/2022", "10/01/2022", "11/01/2022"),
            row(3, "STC", "N", "05/01/2022", "10/01/2022", ""),
        ];
        rows.extend((4..=2 * many).map(|n| row(n, "KKT", &format!("B{n}"), "06/01/2022", "", "")));
        for (n, code) in [(1, "A1"), (2, "A2"), (3, "N")] {
            rows.push(row(2 * many + n, "STC", code, "05/01/2022", "", ""));
        }
        let order = order(Mode::AcceptValid, false);
        let ended = run(&database, &order, rows).await;
        assert_eq!(counts(&ended), [i64::from(2 * many) - 2, 1, 1, 3]);
        let duplicate = |n: i32| (2 * many + n, "code".to_owned(), "DUPLICATE_CODE".to_owned());
        assert_eq!(told(&database, &order).await, [duplicate(1), duplicate(2), duplicate(3)]);
        let named = conflicts(&database, &order).await;
        assert_eq!(named[0].message_en, "row 1 has this code of the agency already");
        assert_counted(&database, u64::from(2 * many.unsigned_abs()) + 1).await;
    }

    async fn an_import_for_one_agency_takes_no_row_of_another(kind) {
        let (_store, database) = store(kind).await;
        let mut order = order(Mode::AcceptValid, false);
        order.agency = Some(make::agency(&database, "STC").await.id);
        let mut rows = three();
        rows.push(row(5, "", "A5", "05/01/2022", "", ""));
        assert_eq!(counts(&run(&database, &order, rows).await), [3, 0, 0, 1]);
        assert_eq!(told(&database, &order).await, [(4, "agency".to_owned(), "OTHER_AGENCY".to_owned())]);
    }

    async fn a_file_that_cannot_be_read_on_leaves_nothing(kind) {
        let (_store, database) = store(kind).await;
        let order = order(Mode::AcceptValid, false);
        let mut rows = chunks(three());
        rows.push(Err(Unreadable { message_vi: "tệp bị cắt".to_owned(), message_en: "cut off".to_owned() }));
        let watch = Watch { cancelled: CancellationToken::new(), progress: &|_| () };
        let ended = import(&database, &order, futures_util::stream::iter(rows), &watch, &still(now())).await;
        let ended = ended.expect("the import ends");
        assert_eq!((ended.state, ended.error_en.as_deref()), (State::Failed, Some("cut off")));
        assert_counted(&database, 0).await;
    }

    async fn a_cancelled_import_leaves_nothing(kind) {
        let (_store, database) = store(kind).await;
        let order = order(Mode::AcceptValid, false);
        let cancelled = CancellationToken::new();
        let cancel = cancelled.clone();
        // It is cancelled when the first chunk is stored, and the second never comes.
        let watch = Watch { cancelled, progress: &move |_| cancel.cancel() };
        let rows = futures_util::stream::iter(chunks(three())).chain(futures_util::stream::pending());
        let ended = import(&database, &order, rows, &watch, &still(now())).await.expect("the import ends");
        assert_eq!((ended.state, ended.added), (State::Cancelled, 3));
        assert_counted(&database, 0).await;
    }

    async fn an_import_whose_task_vanished_leaves_nothing_and_is_told_interrupted(kind) {
        let (_store, database) = store(kind).await;
        let lost = order(Mode::AcceptValid, false);
        let rows = futures_util::stream::iter(chunks(three())).chain(futures_util::stream::pending());
        let (stored, seen) = tokio::sync::oneshot::channel();
        let stored = std::sync::Mutex::new(Some(stored));
        let progress = |_| {
            stored.lock().expect("a lock").take().expect("one batch").send(()).expect("somebody waits");
        };
        let watch = Watch { cancelled: CancellationToken::new(), progress: &progress };
        let clock = still(now());
        tokio::select! {
            _ = import(&database, &lost, rows, &watch, &clock) => panic!("it never ends"),
            seen = seen => seen.expect("a batch was stored"),
        }
        assert_counted(&database, 0).await;
        let later = now() + chrono::TimeDelta::minutes(2);
        let watch = Watch { cancelled: CancellationToken::new(), progress: &|_| () };
        let rows = futures_util::stream::iter(chunks(three()));
        let next = order(Mode::AcceptValid, false);
        import(&database, &next, rows, &watch, &still(later)).await.expect("the import ends");
        let found = entity::import::Entity::find_by_id(lost.id).one(&database).await.expect("it is read");
        assert_eq!(found.expect("the record").state, State::Interrupted);
        assert_counted(&database, 3).await;
    }

    async fn a_row_that_no_reader_could_read_is_refused_with_its_reason(kind) {
        let (_store, database) = store(kind).await;
        let bad = Conflict::of_row(3, "TOO_MANY_CELLS", "32 cột".to_owned(), "32 cells".to_owned(), None);
        let reads = vec![Ok(Read::Row(three().remove(0))), Ok(Read::Refused(bad))];
        let order = order(Mode::AcceptValid, false);
        let watch = Watch { cancelled: CancellationToken::new(), progress: &|_| () };
        let ended = import(&database, &order, in_chunks(reads), &watch, &still(now())).await.expect("the import ends");
        assert_eq!(counts(&ended), [1, 0, 0, 1]);
        assert_eq!(told(&database, &order).await, [(3, String::new(), "TOO_MANY_CELLS".to_owned())]);
    }

    async fn a_recount_names_every_bucket_that_differs_and_repairs_only_when_told(kind) {
        let (store, database) = store(kind).await;
        let recount = |arguments: &[&str]| {
            let ended = run_program(&mut on("reform-api", &store), &[&["recount"], arguments].concat());
            (ended.status.code(), String::from_utf8(ended.stdout).expect("text"))
        };
        run(&database, &order(Mode::AcceptValid, false), three()).await;
        entity::dossier_day::Entity::update_many()
            .col_expr(entity::dossier_day::Column::Due, Expr::value(7))
            .filter(entity::dossier_day::Column::Day.eq(make::day(2022, 1, 10)))
            .exec(&database)
            .await
            .expect("a counter is spoilt");
        entity::dossier_month::Entity::delete_many()
            .filter(entity::dossier_month::Column::Month.eq(2022 * 12 + 2))
            .exec(&database)
            .await
            .expect("a sum is lost");
        let (found, _) = recounted(&database).await;
        let named = [
            "STC 2022-01-10 due: 7 is stored, 2 counted",
            "KKT before 2022-03 received_counter: 0 is stored, 1 counted",
            "KKT before 2022-03 resolved_on_time: 0 is stored, 1 counted",
        ];
        assert_eq!(found, named);
        let said = format!("{}\n", named.join("\n"));
        assert_eq!(recount(&[]), (Some(1), said.clone()));
        assert_eq!(recount(&["--repair", "yes"]), (Some(1), format!("{said}REPAIRED\n")));
        assert_eq!(recount(&[]), (Some(0), "MATCH 3\n".to_owned()));
    }
}
