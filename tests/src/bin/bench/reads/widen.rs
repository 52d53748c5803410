//! More agencies: copies of the sample's departments, with their cards, lines and places.

use sea_orm::{ConnectionTrait, DatabaseConnection, TransactionTrait};

/// The code of an agency that was added.
pub fn code_of(number: usize) -> String {
    format!("W{number:05}")
}

/// Which card each new agency's is a copy of, in turn.
const COPIES: &str = "
CREATE TEMPORARY TABLE copies ON COMMIT DROP AS
WITH original AS (
    SELECT s.id, s.agency_id, s.block_id, s.period_id,
           row_number() OVER (ORDER BY s.index_sort DESC NULLS LAST, s.id) - 1 AS number,
           count(*) OVER () AS total
    FROM scorecard s JOIN block b ON b.id = s.block_id
    WHERE b.code = 'DEPARTMENTS' AND s.current
)
SELECT 'W' || lpad(wanted::text, 5, '0') AS code, gen_random_uuid() AS agency, gen_random_uuid() AS card,
       original.agency_id AS agency_from, original.id AS card_from
FROM generate_series(0, $AGENCIES - 1) wanted
JOIN original ON original.number = wanted % original.total";

const AGENCIES: &str = "
INSERT INTO agency
SELECT (jsonb_populate_record(a, jsonb_build_object('id', c.agency, 'code', c.code))).*
FROM copies c JOIN agency a ON a.id = c.agency_from";

const CARDS: &str = "
INSERT INTO scorecard
SELECT (jsonb_populate_record(s, jsonb_build_object('id', c.card, 'agency_id', c.agency))).*
FROM copies c JOIN scorecard s ON s.id = c.card_from";

const LINES: &str = "
INSERT INTO scorecard_line
SELECT (jsonb_populate_record(l, jsonb_build_object('scorecard_id', c.card))).*
FROM copies c JOIN scorecard_line l ON l.scorecard_id = c.card_from";

const NO_PLACES: &str = "DELETE FROM ranking_entry";

const PLACES: &str = "
INSERT INTO ranking_entry (ranking_id, position, agency_id, scorecard_id, rank)
SELECT r.id, row_number() OVER (ORDER BY s.index_sort DESC NULLS LAST, a.code), a.id, s.id,
       CASE WHEN s.index_sort IS NOT NULL THEN rank() OVER (ORDER BY s.index_sort DESC NULLS LAST) END
FROM scorecard s
JOIN agency a ON a.id = s.agency_id
JOIN block b ON b.id = s.block_id
JOIN ranking r ON r.period_id = s.period_id AND r.block_id = s.block_id AND r.current
WHERE s.current AND b.code = 'DEPARTMENTS'";

/// Adds `agencies` agencies to the block of the departments.
pub async fn widen(database: &DatabaseConnection, agencies: usize) {
    let transaction = database.begin().await.expect("a transaction");
    let copies = COPIES.replace("$AGENCIES", &agencies.to_string());
    for statement in [&copies, AGENCIES, CARDS, LINES, NO_PLACES, PLACES] {
        transaction.execute_unprepared(statement).await.expect("the copies are inserted");
    }
    transaction.commit().await.expect("a commit");
    database.execute_unprepared("VACUUM ANALYZE").await.expect("the server looks at its tables");
}
