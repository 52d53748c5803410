//! How fast the pure core scores, and what a simulation costs beyond it.
//!
//! The pure core scores a nation of agencies, on one core: lines a second, without and with the reasons' sentences.
//! Then `simulateScorecards` of one block is asked through the application in process, signed in by a token, on each
//! database. Its floor is the pure scoring of the same facts in the same run; the answer is compared with it first.

mod block;
mod nation;

use std::hint::black_box;
use std::time::Instant;

use clap::Args;
use scoring::{Facts, Language, Line, PeriodKind, Saying, Scorecard, score};
use tests::Kind;

/// Measures scoring in the pure core, and simulation through the front door against it.
#[derive(Debug, Args)]
pub struct Options {
    /// How many agencies the nation has.
    #[arg(long, default_value_t = 4100)]
    nation: usize,
    /// How many agencies the block has that is simulated.
    #[arg(long, default_value_t = 100)]
    block: usize,
    /// How many rounds of each.
    #[arg(long, default_value_t = 9)]
    rounds: usize,
    /// Only score in the pure core.
    #[arg(long)]
    pure: bool,
}

pub async fn run(options: Options) {
    println!("{}", about(&options));
    let measures = nation::measures();
    let facts: Vec<_> = (0..options.nation).map(|number| nation::facts(number, &measures)).collect();
    for (what, said) in [("scored", false), ("scored and said", true)] {
        let seconds = median(timed(&facts, options.rounds, said)).0;
        let lines = options.nation * nation::LEAVES;
        println!(
            "{what:<16} {} agencies × {} leaves: {:>9.0} lines/s on one core",
            options.nation,
            nation::LEAVES,
            lines as f64 / seconds
        );
    }
    if options.pure {
        return;
    }
    for kind in [Kind::Sqlite, Kind::Postgres] {
        let app = block::compiled(kind, options.block).await;
        let facts = block::facts(options.block);
        // The two alternate, so that a machine that slows down slows both down.
        let mut rounds = Vec::new();
        for _ in 0..options.rounds {
            let floor = median(timed(&facts, 3, false)).0;
            let request = median(block::simulate(&app, &facts, 3).await).0;
            rounds.push((floor, request));
        }
        let (floor, ..) = median(rounds.iter().map(|(floor, _)| *floor).collect());
        let (request, ..) = median(rounds.iter().map(|(_, request)| *request).collect());
        let (ratio, lowest, highest) =
            median(rounds.iter().map(|(floor, request)| request / floor).collect());
        println!(
            "simulated, {kind:?}: {:.1} ms a request, {:.1} ms pure scoring: {ratio:.1} times ({lowest:.1} to {highest:.1})",
            request * 1e3,
            floor * 1e3
        );
    }
}

/// Seconds of scoring all of `facts` once, in each round; and of saying every reason in both languages.
fn timed(facts: &[Facts], rounds: usize, said: bool) -> Vec<f64> {
    let set = nation::set();
    let round = |_| {
        let begun = Instant::now();
        for facts in facts {
            let card = black_box(score(&set, PeriodKind::H1, facts));
            if said {
                black_box(said_bytes(&card));
            }
        }
        begun.elapsed().as_secs_f64()
    };
    (0..rounds).map(round).collect()
}

/// How long all that is said of a card's leaves is, so that none of it is left out.
fn said_bytes(card: &Scorecard) -> usize {
    let said = |line: &Line| {
        let leaf = line.leaf.as_ref()?;
        let points = line.points.as_ref().map(|points| points.print(2));
        let reason = leaf.reason(&line.max_points);
        let saying =
            Saying { reason: &reason, inputs: &leaf.inputs, points: points.as_deref(), name: &|_, _| None };
        Some(saying.sentence(Language::Vietnamese).len() + saying.sentence(Language::English).len())
    };
    card.lines.iter().filter_map(said).sum()
}

/// The median, the lowest and the highest.
fn median(mut figures: Vec<f64>) -> (f64, f64, f64) {
    figures.sort_by(f64::total_cmp);
    (figures[figures.len() / 2], figures[0], figures[figures.len() - 1])
}

fn about(options: &Options) -> String {
    let processor = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let processor = processor.lines().find_map(|line| line.strip_prefix("model name")).unwrap_or("unknown");
    let profile = if cfg!(debug_assertions) { "DEBUG BUILD: the figures mean nothing" } else { "release" };
    format!(
        "{} × {}; {profile}; medians of {} rounds; databases on the same machine",
        std::thread::available_parallelism().map_or(0, usize::from),
        processor.trim_start_matches([' ', '\t', ':']),
        options.rounds
    )
}
