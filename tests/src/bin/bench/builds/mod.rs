//! How fast a nation is compiled, and how fast one agency's card follows a request.
//!
//! A made-up nation is stored by the real program, and scored by a set of twice the sample's leaves. Real workers
//! compile it, one and then two, from the administrator's mutation to the end of the build. The floor is the same by
//! hand, on the same server in the same run: one statement each reads observations and counters, the pure core scores
//! the facts on one core, COPY writes the very rows that the build wrote into the same indexed tables.
//!
//! Then one agency's input is changed again and again, its rebuild requested, and waited for on a subscription.

mod floor;
mod nation;
mod one;

use std::time::Instant;

use clap::Args;
use entity::{build, scorecard, scorecard_line};
use sea_orm::{EntityTrait, PaginatorTrait};
use tests::bench::{about, median};
use tests::{App, Postgres, Store};

/// Measures builds of a nation against the same by hand, and the rebuild of one agency.
#[derive(Debug, Args)]
pub struct Options {
    /// Agencies of the nation.
    #[arg(long, default_value_t = 4100)]
    agencies: u32,
    /// Its dossiers.
    #[arg(long, default_value_t = 1_000_000)]
    dossiers: u64,
    /// Rounds with each number of workers, and of the floor.
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// How often one agency is rebuilt.
    #[arg(long, default_value_t = 200)]
    rebuilds: usize,
}

pub async fn run(options: Options) {
    println!(
        "{}",
        about(
            "workers, PostgreSQL and this on the same machine; PostgreSQL with fsync off, for the floor as well"
        )
    );
    let server = Postgres::own(&["-c", "max_connections=100", "-c", "shared_buffers=512MB"]);
    let template = nation::make(&server, options.agencies, options.dossiers).await;
    let (mut one, mut two, mut floors) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..options.rounds {
        for (workers, seconds) in [(1, &mut one), (2, &mut two)] {
            let store = template.copy().await;
            let taken = compile(&store, workers, options.agencies).await;
            println!("  {workers} workers: {taken:.2} s");
            seconds.push(taken);
            // What the first wrote is what the floor writes.
            if workers == 1 {
                let floor = floor::measure(&store).await;
                println!("  floor: {floor}");
                floors.push(floor.seconds());
            }
            if (workers, round + 1) == (2, options.rounds) {
                one::measure(store, options.rebuilds).await;
            }
        }
    }
    let (one, two, floor) = (median(one), median(two), median(floors));
    println!("one worker  {one:.2} s, {:.2} times the floor of {floor:.2} s", one / floor);
    println!("two workers {two:.2} s, {:.2} times", two / floor);
}

/// Seconds from the mutation to the end of the build.
async fn compile(store: &Store, workers: usize, agencies: u32) -> f64 {
    let app = App::over(store.same()).await;
    let running: Vec<_> = (0..workers).map(|_| nation::worker(store)).collect();
    tokio::time::sleep(std::time::Duration::from_secs(3)).await;
    let begun = Instant::now();
    let request = format!(
        r#"mutation {{ requestBuild(input: {{ period: "{}", reason: "x" }}) {{ errors {{ code }} }} }}"#,
        nation::PERIOD
    );
    let answer = app.ask(&request).await;
    assert_eq!(answer["requestBuild"]["errors"], serde_json::json!([]));
    while build::unfinished().count(&app.database).await.expect("counted") > 0 {
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    let seconds = begun.elapsed().as_secs_f64();
    drop(running);
    let builds = build::Entity::find().all(&app.database).await.expect("builds");
    assert_eq!(builds.len(), 1, "{builds:?}");
    let cards = scorecard::Entity::find().count(&app.database).await.expect("counted");
    assert_eq!(cards, u64::from(agencies), "one card an agency");
    let lines = scorecard_line::Entity::find().count(&app.database).await.expect("counted");
    let (speed, size) = (cards as f64 / seconds, floor::bytes(&app.database).await / cards as f64);
    println!(
        "  {cards} cards, {lines} lines, {speed:.0} cards/s, {size:.0} bytes of the database for a card"
    );
    app.database.close().await.expect("closed");
    seconds
}
