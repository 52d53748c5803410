//! How fast scorecards are read over HTTP, as a ratio to a floor in the same run.
//!
//! The floor is a minimal handler beside the API: the same PostgreSQL, the same pool size, hand-written
//! statements, the same JSON (that is checked first). Rounds of the two alternate, so a
//! machine that slows down slows both down; the ratio to read is the median over the rounds.

mod client;
mod floor;
mod pages;
mod widen;

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use clap::Args;
use reform_api::server::Settings;
use serde_json::Value;
use tests::{App, Kind};
use tokio::net::TcpListener;

use self::client::Load;
use self::pages::{PAGES, Page};

/// Measures the scorecard pages against a hand-written handler on the same PostgreSQL.
#[derive(Debug, Args)]
pub struct Options {
    /// How many agencies have a scorecard.
    #[arg(long, default_value_t = 1000)]
    agencies: usize,
    /// How many connections ask at the same time.
    #[arg(long, default_value_t = 16)]
    connections: usize,
    /// Measure only this page.
    #[arg(long)]
    page: Option<String>,
    /// How many rounds of each.
    #[arg(long, default_value_t = 7)]
    rounds: usize,
    /// How many seconds a round lasts.
    #[arg(long, default_value_t = 3)]
    seconds: u64,
}

pub async fn run(options: Options) {
    let app = App::compiled(Kind::Postgres).await;
    widen::widen(&app.database, options.agencies).await;
    publish(&app).await;
    let api = app.serve(Settings::default()).await;
    let floor = serve(floor::router(app.store.connect().await)).await;

    println!("{}", about(&app, &options).await);
    println!(
        "{:<6} {:<7} {:>8} {:>12} {:>12}   ratio: median (lowest to highest)",
        "page", "reader", "bytes", "floor /s", "API /s"
    );
    for page in PAGES.iter().filter(|page| options.page.as_deref().is_none_or(|wanted| wanted == page.name)) {
        measure(page, "public", api, None, floor, &options).await;
        measure(page, "token", api, Some(&app.authorization()), floor, &options).await;
    }
}

/// Measures a page as somebody reads it.
async fn measure(
    page: &Page,
    reader: &str,
    api: SocketAddr,
    authorization: Option<&str>,
    floor: SocketAddr,
    options: &Options,
) {
    let api = Load::new(api, (0..options.agencies).map(|number| page.ask_api(number)).collect());
    let api = authorization.into_iter().fold(api, Load::authorized);
    let floor = Load::new(floor, (0..options.agencies).map(|number| page.ask_floor(number)).collect());
    let bytes = assert_same(page, &api, &floor).await;
    let time = Duration::from_secs(options.seconds);
    let mut rounds = Vec::new();
    for round in 0..=options.rounds {
        let pair = (floor.run(options.connections, time).await, api.run(options.connections, time).await);
        // The first round fills caches.
        if round > 0 {
            rounds.push(pair);
        }
    }
    let median = |mut figures: Vec<f64>| {
        figures.sort_by(f64::total_cmp);
        (figures[figures.len() / 2], figures[0], figures[figures.len() - 1])
    };
    let (floor_rate, ..) = median(rounds.iter().map(|(floor, _)| *floor).collect());
    let (api_rate, ..) = median(rounds.iter().map(|(_, api)| *api).collect());
    let (ratio, lowest, highest) = median(rounds.iter().map(|(floor, api)| api / floor).collect());
    println!(
        "{:<6} {reader:<7} {bytes:>8} {floor_rate:>12.0} {api_rate:>12.0}   {ratio:.2} ({lowest:.2} to {highest:.2})",
        page.name
    );
}

/// The two must answer the same; returns the size of the first answer.
async fn assert_same(page: &Page, api: &Load, floor: &Load) -> usize {
    let mut first = None;
    for number in [0, 1, 2, 3, 17] {
        let (theirs, ours) = (floor.once(number).await, api.once(number).await);
        let bytes = ours.len();
        assert_eq!(theirs.len(), ours.len(), "{} {number} is not answered in as many bytes", page.name);
        let [theirs, ours] =
            [&theirs, &ours].map(|bytes| serde_json::from_slice::<Value>(bytes).expect("JSON"));
        assert!(ours.get("errors").is_none(), "{ours}");
        assert_eq!(theirs, ours, "the floor (left) and the API answer {} {number} differently", page.name);
        first.get_or_insert(bytes);
    }
    first.unwrap_or_default()
}

/// What the public reads is what is published.
async fn publish(app: &App) {
    let query = r#"mutation { publishRanking(input: { period: "2022-H1", block: "DEPARTMENTS" }) { errors { code } } }"#;
    let published = app.ask(query).await;
    assert_eq!(published["publishRanking"]["errors"], serde_json::json!([]));
}

async fn serve(router: Router) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    tokio::spawn(async move { axum::serve(listener, service).await });
    address
}

async fn about(app: &App, options: &Options) -> String {
    let pool = app.database.get_postgres_connection_pool();
    let (version,): (String,) =
        sqlx::query_as("SHOW server_version").fetch_one(pool).await.expect("the server's version");
    let processor = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let processor = processor.lines().find_map(|line| line.strip_prefix("model name")).unwrap_or("unknown");
    let profile = if cfg!(debug_assertions) { "DEBUG BUILD: the figures mean nothing" } else { "release" };
    format!(
        "{} × {}; client, server and PostgreSQL {version} on the same machine; {profile}\n\
         {} agencies, {} connections, {} rounds of {} s each",
        std::thread::available_parallelism().map_or(0, usize::from),
        processor.trim_start_matches([' ', '\t', ':']),
        options.agencies,
        options.connections,
        options.rounds,
        options.seconds
    )
}
