//! A clock that is put back an hour: what a claim, a pause or a push said of the time before holds nothing up.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use entity::{BuildId, BuildPartId, block, build, build_part};
use reform_worker::Clock;
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveModelTrait, DatabaseConnection, EntityTrait, IntoActiveModel};
use tests::{App, Store, on_both};

use super::super::killed::{kill_while_compiling, outcome};
use super::undisturbed;

/// A clock, and by how many seconds it is put forward.
fn clock() -> (Clock, Arc<AtomicI64>) {
    let forward = Arc::new(AtomicI64::new(0));
    let (system, seconds) = (Clock::system(), forward.clone());
    let clock = Clock::told_by(move || system.now() + TimeDelta::seconds(seconds.load(Ordering::SeqCst)));
    (clock, forward)
}

/// Opens the build, so that its parts can be said by hand.
async fn take_up(database: &DatabaseConnection) -> BuildId {
    let build = build::Entity::find().one(database).await.expect("a look").expect("a build");
    let taken =
        build::Entity::update_many().col_expr(build::Column::State, Expr::value(build::State::Running));
    taken.exec(database).await.expect("it is taken up");
    build.id
}

fn waiting(build: BuildId, block: &block::Model, at: DateTime<Utc>) -> build_part::Model {
    build_part::Model {
        id: BuildPartId::generate(),
        build_id: build,
        block_id: block.id,
        state: build_part::State::Waiting,
        agencies: 6,
        attempt: 1,
        pushes: 1,
        due_at: at,
        pushed_at: None,
        claimed_by: None,
        lease_until: None,
        started_at: None,
        ended_at: None,
        cards_written: 0,
        cards_unchanged: 0,
        indexes_changed: 0,
        error: None,
    }
}

on_both! {
    async fn what_a_killed_worker_held_is_taken_over_although_the_clock_was_put_back(kind) {
        let template = Store::sample(kind).await;
        let expected = undisturbed(&template).await;
        for _ in 0..20 {
            let store = template.copy().await;
            let database = store.connect().await;
            let hit = kill_while_compiling(&store, &database).await;
            database.close().await.expect("it closes");
            if !hit {
                continue;
            }
            let (clock, forward) = clock();
            forward.store(-3_600, Ordering::SeqCst);
            let app = App::on_clock(store, clock).await;
            app.drain().await;
            assert_eq!(outcome(&app.database).await, expected);
            return;
        }
        panic!("no worker was killed at a part");
    }

    async fn what_was_put_off_or_pushed_before_the_clock_was_put_back_is_done(kind) {
        let template = Store::sample(kind).await;
        let expected = undisturbed(&template).await;
        let (clock, forward) = clock();
        let app = App::on_clock(template.copy().await, clock).await;
        let build = take_up(&app.database).await;
        let worker = app.start_worker();
        // What is there when a worker starts is pushed again in any case.
        tokio::time::sleep(Duration::from_secs(2)).await;
        let before = app.clock.now();
        forward.store(-3_600, Ordering::SeqCst);
        let blocks = block::Entity::find().all(&app.database).await.expect("blocks");
        let [one, two] = &blocks[..] else { panic!("{blocks:?}") };
        let put_off = build_part::Model {
            attempt: 2,
            due_at: before + TimeDelta::seconds(2),
            ..waiting(build, one, before)
        };
        let lost = build_part::Model { pushed_at: Some(before), ..waiting(build, two, before) };
        for part in [put_off, lost] {
            part.into_active_model().reset_all().insert(&app.database).await.expect("a part");
        }
        app.wait().await;
        worker.stop().await;
        assert_eq!(outcome(&app.database).await, expected);
    }
}
