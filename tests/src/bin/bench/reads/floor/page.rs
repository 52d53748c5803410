//! One card with its pillars, its lines and the top ten of its block, in three statements.

use axum::extract::{Path, State};
use axum::response::IntoResponse;
use serde::Serialize;
use sqlx::PgPool;
use sqlx::postgres::PgRow;
use sqlx::prelude::{FromRow, Row};

use super::{AgencyName, Grade, Pillar, grade, json};

#[derive(Serialize)]
struct Page {
    scorecard: Option<Card>,
    ranking: Ranking,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Card {
    id: String,
    revision: i32,
    state: String,
    total: Option<String>,
    total_exact: Option<String>,
    effective_max: String,
    index_percent: Option<String>,
    rank: Option<i32>,
    missing_count: i32,
    content_hash: String,
    agency: AgencyName,
    grade: Option<Grade>,
    pillars: Vec<Pillar>,
    lines: Vec<Line>,
}

#[derive(Clone, FromRow, Serialize)]
#[serde(rename_all = "camelCase")]
struct Line {
    code: String,
    parent_code: Option<String>,
    level: String,
    name_vi: String,
    state: Option<String>,
    points: Option<String>,
    points_exact: Option<String>,
    max_points: String,
    effective_max: String,
    rule: Option<String>,
    #[serde(skip)]
    index_percent: Option<String>,
}

#[derive(Serialize)]
struct Ranking {
    nodes: Vec<Place>,
}

#[derive(Serialize)]
struct Place {
    rank: Option<i32>,
    scorecard: Ranked,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Ranked {
    index_percent: Option<String>,
    agency: RankedAgency,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RankedAgency {
    code: String,
    name_vi: String,
}

const CARD: &str = "
SELECT s.id::text, s.revision, s.state, s.total_print, s.total, s.effective_max_print, s.index_print, e.rank,
       s.missing_count, s.content_hash, s.grade_code, s.grade_vi,
       a.code AS agency_code, a.name_vi AS agency_vi, a.name_en AS agency_en
FROM scorecard s
JOIN agency a ON a.id = s.agency_id
LEFT JOIN ranking r ON r.period_id = s.period_id AND r.block_id = s.block_id AND r.current
LEFT JOIN ranking_entry e ON e.ranking_id = r.id AND e.scorecard_id = s.id
WHERE s.agency_id = (SELECT id FROM agency WHERE code = $1)
    AND s.period_id = (SELECT id FROM period WHERE code = '2022-H1') AND s.current";

const LINES: &str = "
SELECT code, parent_code, level, name_vi, state, points_print AS points, points AS points_exact,
       max_print AS max_points, effective_max_print AS effective_max, rule_kind AS rule,
       index_print AS index_percent
FROM scorecard_line WHERE scorecard_id = $1::uuid ORDER BY position";

const TOP_TEN: &str = "
SELECT e.rank, s.index_print, a.code, a.name_vi
FROM ranking_entry e
JOIN scorecard s ON s.id = e.scorecard_id
JOIN agency a ON a.id = s.agency_id
WHERE e.ranking_id = (
    SELECT id FROM ranking
    WHERE current AND period_id = (SELECT id FROM period WHERE code = '2022-H1')
        AND block_id = (SELECT id FROM block WHERE code = 'DEPARTMENTS')
)
ORDER BY e.position LIMIT 10";

pub async fn page(State(pool): State<PgPool>, Path(agency): Path<String>) -> impl IntoResponse {
    let mut connection = pool.acquire().await.expect("a connection");
    let row = sqlx::query(CARD).bind(agency).fetch_one(&mut *connection).await.expect("a card");
    let id: String = row.get("id");
    let lines: Vec<Line> =
        sqlx::query_as(LINES).bind(&id).fetch_all(&mut *connection).await.expect("its lines");
    let places = sqlx::query(TOP_TEN).fetch_all(&mut *connection).await.expect("the ranking");
    drop(connection);

    let pillar = |line: &Line| Pillar {
        code: line.code.clone(),
        name_vi: line.name_vi.clone(),
        points: line.points.clone(),
        effective_max: line.effective_max.clone(),
        index_percent: line.index_percent.clone(),
    };
    let scorecard = Card {
        id: format!("Scorecard:{id}"),
        revision: row.get("revision"),
        state: row.get("state"),
        total: row.get("total_print"),
        total_exact: row.get("total"),
        effective_max: row.get("effective_max_print"),
        index_percent: row.get("index_print"),
        rank: row.get("rank"),
        missing_count: row.get("missing_count"),
        content_hash: row.get("content_hash"),
        agency: AgencyName::from_row(&row).expect("an agency"),
        grade: grade(&row),
        pillars: lines.iter().filter(|line| line.level == "PILLAR").map(pillar).collect(),
        lines,
    };
    let place = |row: &PgRow| Place {
        rank: row.get("rank"),
        scorecard: Ranked {
            index_percent: row.get("index_print"),
            agency: RankedAgency { code: row.get("code"), name_vi: row.get("name_vi") },
        },
    };
    let ranking = Ranking { nodes: places.iter().map(place).collect() };
    json(Page { scorecard: Some(scorecard), ranking })
}
