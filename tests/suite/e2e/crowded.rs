//! Many builds of one period at once, several workers: each is done, in turn, and no attempt is lost to waiting.

use std::time::Duration;

use entity::{build, build_part};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, EntityTrait, PaginatorTrait, Statement};
use tests::{App, Kind, make, on_both};

async fn rows_of_the_queue(database: &DatabaseConnection) -> i64 {
    let table = if database.get_database_backend() == DbBackend::Postgres { "apalis.jobs" } else { "Jobs" };
    let count =
        Statement::from_string(database.get_database_backend(), format!("SELECT count(*) AS n FROM {table}"));
    let row = database.query_one_raw(count).await.expect("the queue is counted").expect("a row");
    row.try_get("", "n").expect("a number")
}

on_both! {
    async fn builds_of_the_same_cards_wait_for_each_other_and_lose_no_attempt(kind) {
        let app = App::compiled(kind).await;
        let agencies = ["SNV", "STC", "STP", "SYT", "SXD", "SCT", "SGDDT", "STTTT", "SKHDT", "SNGV"];
        let workers = [app.start_worker(), app.start_worker(), app.start_worker()];
        for round in 0..3 {
            for agency in agencies {
                make::observation(&app.database, agency, "staff_disciplined", &round.to_string()).await;
                let query = format!(
                    r#"mutation {{ requestBuild(input: {{ period: "2022-H1", agencies: ["{agency}"], reason: "x" }}) {{
                        errors {{ code }} }} }}"#
                );
                app.ask(&query).await;
            }
        }
        app.wait().await;
        for worker in workers {
            worker.stop().await;
        }
        let builds = build::Entity::find().all(&app.database).await.expect("builds");
        assert!(builds.len() > agencies.len(), "{}", builds.len());
        for build in builds {
            assert_eq!(build.state, build::State::Succeeded, "{:?}", build.error);
        }
        let parts = build_part::Entity::find().all(&app.database).await.expect("parts");
        let attempts: Vec<_> = parts.iter().filter(|part| part.attempt > 1).collect();
        assert!(attempts.is_empty(), "{attempts:?}");
        let most = parts.iter().map(|part| part.pushes).max();
        assert!(most <= Some(3), "a part was pushed {most:?} times");
    }

    async fn the_queue_forgets_what_is_over(kind) {
        let app = App::compiled(kind).await;
        let before = rows_of_the_queue(&app.database).await;
        assert!(before >= 2, "{before}");
        let age = match kind {
            Kind::Postgres => "UPDATE apalis.jobs SET done_at = now() - interval '2 hours'",
            Kind::Sqlite => "UPDATE Jobs SET done_at = unixepoch() - 7200",
        };
        app.database.execute_unprepared(age).await.expect("time passes");
        let worker = app.start_worker();
        let forgotten = async {
            while rows_of_the_queue(&app.database).await > 0 {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(20), forgotten).await.expect("the queue is tidied");
        worker.stop().await;
        assert_eq!(build_part::Entity::find().count(&app.database).await.expect("count"), 2);
    }
}
