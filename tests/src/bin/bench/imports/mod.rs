//! How fast dossiers are imported, how much memory that takes, and how fast the facts of a period are read from their
//! counters; each as a ratio to a floor on the same database, in the same run.
//!
//! A made-up nation of each size is written to a CSV file, and the real program imports it: reading, validation,
//! versions, counters. The floor is the database's own bulk load of the very rows that were stored, into the same
//! indexed table of a fresh database: COPY on PostgreSQL, prepared batches in one transaction on SQLite.
//!
//! Then the facts of all agencies for the half-year, from the counters, against one hand-written `GROUP BY` over the
//! dossiers of that database. Both must say the same first. In the end the dossiers are imported once more, each changed.

mod facts;
mod floor;
mod program;

use clap::Args;
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement};
use tests::bench::about;
use tests::{Kind, Store};

/// So many dossiers are changed in the end.
const MOST_CHANGED: usize = 2_000_000;

/// Measures imports against the database's own bulk load, and facts against a `GROUP BY` over the dossiers.
#[derive(Debug, Args)]
pub struct Options {
    /// Sizes: dossiers and agencies of each.
    #[arg(long, value_delimiter = ',', value_parser = size, default_value = "2000000/150,10000000/4100")]
    sizes: Vec<(u64, u32)>,
    /// Only on this database.
    #[arg(long, value_enum)]
    on: Option<On>,
    /// Rounds of the facts.
    #[arg(long, default_value_t = 9)]
    rounds: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum On {
    Sqlite,
    Postgres,
}

fn size(text: &str) -> Result<(u64, u32), String> {
    let parts = text.split_once('/').ok_or("DOSSIERS/AGENCIES")?;
    let number = |text: &str| text.parse::<u64>().map_err(|error| error.to_string());
    Ok((number(parts.0)?, u32::try_from(number(parts.1)?).map_err(|error| error.to_string())?))
}

pub async fn run(options: Options) {
    println!("{}", about("databases on the same machine; PostgreSQL with fsync off, for the floor as well"));
    for (dossiers, agencies) in &options.sizes {
        for kind in [Kind::Sqlite, Kind::Postgres] {
            if options.on.is_none_or(|on| (on == On::Sqlite) == (kind == Kind::Sqlite)) {
                measure(kind, *dossiers, *agencies, options.rounds).await;
            }
        }
    }
}

async fn measure(kind: Kind, dossiers: u64, agencies: u32, rounds: usize) {
    println!("\n{kind:?}, {dossiers} dossiers of {agencies} agencies");
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("dossiers.csv");
    let store = Store::empty(kind).await;
    program::generate(&store, (dossiers, agencies), &file);
    let imported = program::import(&store, &file);
    let database = store.connect().await;
    let floor = floor::load(kind, &store, &database, dossiers).await;
    let rate = |seconds: f64| dossiers as f64 / seconds;
    println!(
        "  import    {:>9.0} rows/s, {:>6.1} s, at most {:.0} MiB of memory",
        rate(imported.seconds),
        imported.seconds,
        imported.peak_mib
    );
    println!("  bulk load {:>9.0} rows/s, {:>6.1} s", rate(floor), floor);
    println!("  import at {:.2} of the bulk load's speed", floor / imported.seconds);
    println!("  {:.0} bytes of the database for a dossier", bytes(&database).await / dossiers as f64);
    facts::compare(&database, rounds).await;
    let changed = folder.path().join("changed.csv");
    let changes = program::change(&file, &changed, MOST_CHANGED);
    let again = program::import(&store, &changed);
    println!("  changes   {:>9.0} rows/s, {:>6.1} s", changes as f64 / again.seconds, again.seconds);
}

/// How large the database is: tables, indexes, counters, and what else is in it.
async fn bytes(database: &DatabaseConnection) -> f64 {
    let backend = database.get_database_backend();
    let sql = match backend {
        DbBackend::Sqlite => "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()",
        _ => "SELECT pg_database_size(current_database())",
    };
    let row = database.query_one_raw(Statement::from_string(backend, sql)).await.expect("a size");
    let size: i64 = row.expect("a row").try_get_by_index(0).expect("a number");
    size as f64
}
