//! The same by hand: what a build reads, scores and writes, without any of what makes it safe and explainable.

use std::fmt;
use std::time::Instant;

use entity::{criteria_set, scorecard};
use futures_util::TryStreamExt;
use reform_worker::criteria::{load_measures, read_set, units};
use scoring::{Facts, PeriodKind, score};
use sea_orm::{ConnectionTrait, DatabaseConnection, EntityTrait, Statement};
use tests::Store;

/// Its parts, in seconds.
pub struct Floor {
    reading: f64,
    scoring: f64,
    writing: f64,
}

impl Floor {
    /// All of it.
    pub fn seconds(&self) -> f64 {
        self.reading + self.scoring + self.writing
    }
}

impl fmt::Display for Floor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { reading, scoring, writing } = self;
        write!(f, "{reading:.2} s reading, {scoring:.2} s scoring, {writing:.2} s writing")
    }
}

/// What a build writes for each card.
const TABLES: [&str; 2] = ["scorecard", "scorecard_line"];

/// How large the tables of cards are, with their indexes.
pub async fn bytes(database: &DatabaseConnection) -> f64 {
    let sizes = TABLES.map(|table| format!("pg_total_relation_size('{table}')")).join(" + ");
    let sql = Statement::from_string(database.get_database_backend(), format!("SELECT {sizes}"));
    let row = database.query_one_raw(sql).await.expect("a size").expect("a row");
    row.try_get_by_index::<i64>(0).expect("a number") as f64
}

/// Measures it on a store that is compiled; its cards are the same afterwards.
pub async fn measure(store: &Store) -> Floor {
    let database = store.connect().await;
    let facts = facts(&database).await;
    let reading = read(&database).await;
    let scoring = scored(&database, &facts).await;
    let writing = write(&database).await;
    database.close().await.expect("closed");
    Floor { reading, scoring, writing }
}

/// The newest observations, and the counters of the months at the period's edges.
async fn read(database: &DatabaseConnection) -> f64 {
    let statements = [
        "SELECT DISTINCT ON (agency_id, measure_code) agency_id, measure_code, value, source, as_of, version
         FROM observation WHERE period_id = (SELECT id FROM period WHERE code = '2025-H1')
         ORDER BY agency_id, measure_code, version DESC",
        "SELECT DISTINCT ON (agency_id) * FROM dossier_month WHERE month <= 2025 * 12 ORDER BY agency_id, month DESC",
        "SELECT DISTINCT ON (agency_id) * FROM dossier_month WHERE month <= 2025 * 12 + 6 ORDER BY agency_id, month DESC",
    ];
    let backend = database.get_database_backend();
    let begun = Instant::now();
    for sql in statements {
        let rows = database.query_all_raw(Statement::from_string(backend, sql)).await.expect("rows");
        assert!(!rows.is_empty() || sql.contains("<= 2025 * 12 O"), "{sql}");
    }
    begun.elapsed().as_secs_f64()
}

async fn facts(database: &DatabaseConnection) -> Vec<Facts> {
    let cards = scorecard::Entity::find().all(database).await.expect("cards");
    cards.iter().map(|card| serde_json::from_str(&card.facts).expect("facts")).collect()
}

/// Scores on one core by the set that the cards were scored by.
async fn scored(database: &DatabaseConnection, facts: &[Facts]) -> f64 {
    let card = scorecard::Entity::find().one(database).await.expect("read").expect("a card");
    let set = criteria_set::Entity::find_by_id(card.criteria_set_id).one(database).await.expect("read");
    let measures = load_measures(database).await.expect("measures");
    let set = read_set(&set.expect("its set"), &units(&measures)).expect("a sound set");
    let begun = Instant::now();
    for facts in facts {
        std::hint::black_box(score(&set, PeriodKind::H1, facts));
    }
    begun.elapsed().as_secs_f64()
}

/// Takes the rows out, and puts them in again by COPY.
async fn write(database: &DatabaseConnection) -> f64 {
    let mut connection = database.get_postgres_connection_pool().acquire().await.expect("a connection");
    let mut pieces = Vec::new();
    for table in TABLES {
        let mut rows = connection.copy_out_raw(&format!("COPY {table} TO STDOUT")).await.expect("rows come");
        let mut of_table = Vec::new();
        while let Some(piece) = rows.try_next().await.expect("rows come") {
            of_table.extend_from_slice(&piece);
        }
        pieces.push((table, of_table));
    }
    database.execute_unprepared("TRUNCATE scorecard CASCADE").await.expect("emptied");
    let begun = Instant::now();
    for (table, rows) in pieces {
        let mut copy = connection.copy_in_raw(&format!("COPY {table} FROM STDIN")).await.expect("it begins");
        for piece in rows.chunks(1 << 20) {
            copy.send(piece).await.expect("sent");
        }
        copy.finish().await.expect("it ends");
    }
    begun.elapsed().as_secs_f64()
}
