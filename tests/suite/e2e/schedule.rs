//! The schedule: a tick fires once, whoever looks and whatever the clock does, and says so when it cannot.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use entity::{audit_event, build, schedule};
use reform_worker::Clock;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use serde_json::{Value, json};
use tests::{App, Kind, Store, on_both};

use super::process::{on, run};

/// A clock that a test puts where it wants it.
#[derive(Clone)]
struct Hand(Arc<AtomicI64>);

impl Hand {
    fn at(text: &str) -> Self {
        Self(Arc::new(AtomicI64::new(instant(text).timestamp())))
    }

    fn clock(&self) -> Clock {
        let hand = self.clone();
        Clock::told_by(move || {
            DateTime::from_timestamp(hand.0.load(Ordering::SeqCst), 0).expect("an instant")
        })
    }

    fn put(&self, text: &str) {
        self.0.store(instant(text).timestamp(), Ordering::SeqCst);
    }

    /// Goes on: a part that lost a race to another worker is due again after a pause.
    async fn go_on(&self) {
        loop {
            tokio::time::sleep(Duration::from_millis(100)).await;
            self.0.fetch_add(1, Ordering::SeqCst);
        }
    }
}

fn instant(text: &str) -> DateTime<Utc> {
    text.parse().expect("an instant")
}

/// The application with its first build compiled, and the clock that it goes by.
async fn on_the_clock(kind: Kind, at: &str) -> (App, Hand) {
    let hand = Hand::at(at);
    let app = App::on_clock(Store::sample(kind).await, hand.clock()).await;
    app.drain().await;
    (app, hand)
}

/// The half-year's schedule, when a worker has looked until `next` is its next tick.
async fn until_next(app: &App, next: &str) -> schedule::Model {
    let next = instant(next);
    let moved = async {
        loop {
            let rows = schedule::in_order().all(&app.database).await.expect("schedules");
            if rows[0].next_tick_at == Some(next) {
                return rows[0].clone();
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), moved).await.expect("the schedule moves on")
}

async fn scheduled(app: &App) -> u64 {
    let scheduled = build::Entity::find().filter(build::Column::Trigger.eq(build::Trigger::Schedule));
    scheduled.count(&app.database).await.expect("builds can be counted")
}

async fn change(app: &App, what: &str) -> Value {
    let listed = app.ask("{ schedules { id } }").await;
    let id = &listed["schedules"][0]["id"];
    let query = format!(
        "mutation {{ changeSchedule(input: {{ schedule: {id}, {what} }}) {{
            schedule {{ cron enabled nextTicks }} errors {{ code field }} }} }}"
    );
    app.ask(&query).await["changeSchedule"].clone()
}

const BEFORE: &str = "2022-07-04T18:00:00Z";
const TICK: &str = "2022-07-04T19:00:00Z";
const NEXT: &str = "2023-07-04T19:00:00Z";

on_both! {
    async fn a_tick_fires_once_with_five_workers_and_a_clock_that_is_put_back(kind) {
        let (app, hand) = on_the_clock(kind, BEFORE).await;
        let mut others = Vec::new();
        for _ in 0..4 {
            others.push(App::beside(&app).await);
        }
        let mut workers = vec![app.start_worker()];
        workers.extend(others.iter().map(App::start_worker));
        until_next(&app, TICK).await;
        hand.put("2022-07-04T19:00:03Z");
        let row = until_next(&app, NEXT).await;
        assert_eq!((row.last_tick_at, row.last_error.as_deref()), (Some(instant(TICK)), None));
        tokio::select! {
            () = app.wait() => {}
            () = hand.go_on() => {}
        }
        for at in [BEFORE, "2022-07-04T19:30:00Z"] {
            hand.put(at);
            tokio::time::sleep(Duration::from_millis(1_300)).await;
        }
        // Even a change of the timetable gives no tick that is over.
        hand.put(BEFORE);
        change(&app, r#"cron: "0 2 * * *""#).await;
        assert_eq!(until_next(&app, "2022-07-05T19:00:00Z").await.last_tick_at, Some(instant(TICK)));
        for worker in workers {
            worker.stop().await;
        }
        assert_eq!(scheduled(&app).await, 1);
        let data = app.ask("{ builds { nodes { trigger period requestedBy reason state } } }").await;
        let builds = data["builds"]["nodes"].as_array().expect("builds");
        let scheduled = builds.iter().find(|build| build["trigger"] == "SCHEDULE").expect("the build");
        assert_eq!(*scheduled, json!({
            "trigger": "SCHEDULE", "period": "2022-H1", "requestedBy": "worker", "state": "SUCCEEDED",
            "reason": "Theo lịch 2022-07-05 02:00 / By the schedule of 2022-07-05 02:00",
        }));
        assert_eq!(fired(&app).await, 1);
    }

    async fn missed_ticks_are_caught_up_by_policy(kind) {
        let (app, hand) = on_the_clock(kind, BEFORE).await;
        // Ticks at 19:00 each day; three pass while no worker is there.
        for (policy, times) in [("ALL", 3), ("LATEST", 1), ("SKIP", 0)] {
            hand.put(BEFORE);
            change(&app, &format!(r#"cron: "0 2 * * *", catchUp: {policy}, enabled: true"#)).await;
            let rows = schedule::in_order().all(&app.database).await.expect("schedules");
            let next = rows[0].next_tick_at.expect("it ticks");
            hand.0.store((next + TimeDelta::hours(49)).timestamp(), Ordering::SeqCst);
            let before = fired(&app).await;
            let worker = app.start_worker();
            let after = next + TimeDelta::days(3);
            until_next(&app, &after.to_rfc3339()).await;
            app.wait().await;
            worker.stop().await;
            assert_eq!(fired(&app).await - before, times, "{policy}");
        }
    }

    async fn a_tick_whose_period_is_not_entered_fails_on_record_and_can_be_fired_later(kind) {
        let (app, hand) = on_the_clock(kind, "2023-07-04T18:00:00Z").await;
        let worker = app.start_worker();
        until_next(&app, NEXT).await;
        hand.put("2023-07-04T19:00:01Z");
        until_next(&app, "2024-07-04T19:00:00Z").await;
        worker.stop().await;
        assert_eq!(scheduled(&app).await, 0);
        let data = app.ask(r#"{ schedules { id lastTick lastBuild lastError nextTicks }
            auditEvents(first: 1) { nodes { action outcome detail } } }"#).await;
        let why = "no period of kind H1 ended in the year before 2023-07-05; enter it, then fire the schedule";
        assert_eq!(data["schedules"][0]["lastError"], why);
        assert_eq!(data["schedules"][0]["nextTicks"][1], "2025-07-04T19:00:00+00:00");
        assert_eq!(data["auditEvents"]["nodes"][0],
            json!({"action": "FIRE_SCHEDULE", "outcome": "FAILED", "detail": why}));
        let fire = format!("mutation {{ fireSchedule(input: {{ schedule: {} }}) {{
            alreadyQueued build {{ period trigger requestedBy }} errors {{ code field }} }} }}",
            data["schedules"][0]["id"]);
        let refused = app.ask(&fire).await;
        assert_eq!(refused["fireSchedule"]["errors"], json!([{"code": "NO_PERIOD", "field": "schedule"}]));
        hand.put("2023-06-30T00:00:00Z");
        let fired = app.ask(&fire).await["fireSchedule"].clone();
        assert_eq!(fired, json!({"alreadyQueued": false, "errors": [],
            "build": {"period": "2022-H1", "trigger": "SCHEDULE", "requestedBy": "administrator"}}));
        app.drain().await;
    }

    async fn the_terminal_lists_the_schedule(kind) {
        let store = Store::sample(kind).await;
        let app = App::over(store).await;
        app.drain().await;
        let listed = run(&mut on("reform-api", &app.store), &["schedule"]);
        let listed = String::from_utf8(listed.stdout).expect("text");
        for told in ["DONG_THAP", "H1", "0 2 5 7 *", "FULL_YEAR", "Asia/Ho_Chi_Minh", "LATEST", "-07-05 02:00"] {
            assert!(listed.contains(told), "{told} in {listed}");
        }
    }

    async fn what_is_no_timetable_is_refused_and_a_schedule_can_be_turned_off(kind) {
        let (app, _) = on_the_clock(kind, BEFORE).await;
        for (what, code, field) in [
            (r#"cron: "0 2 5 7""#, "INVALID_CRON", "cron"),
            (r#"cron: "0 0 30 2 *""#, "INVALID_CRON", "cron"),
            (r#"timeZone: "Asia/Hue""#, "INVALID_TIME_ZONE", "timeZone"),
        ] {
            let refused = change(&app, what).await;
            assert_eq!(refused, json!({"schedule": null, "errors": [{"code": code, "field": field}]}));
        }
        let off = change(&app, "enabled: false").await;
        assert_eq!(off["schedule"], json!({"cron": "0 2 5 7 *", "enabled": false, "nextTicks": []}));
        let on = change(&app, r#"enabled: true, timeZone: "UTC""#).await;
        assert_eq!(on["schedule"]["nextTicks"][0], "2022-07-05T02:00:00+00:00");
    }
}

/// How often the schedules fired.
async fn fired(app: &App) -> u64 {
    let fired = audit_event::Entity::find().filter(audit_event::Column::Action.eq("FIRE_SCHEDULE"));
    fired.count(&app.database).await.expect("events can be counted")
}
