//! Fifty cards in the order of their index, with their pillars, in two statements.

use std::collections::HashMap;

use axum::extract::{Path, State};
use axum::response::IntoResponse;
use serde::Serialize;
use sqlx::PgPool;
use sqlx::postgres::PgRow;
use sqlx::prelude::{FromRow, Row};

use super::{AgencyName, Grade, Pillar, grade, json};

#[derive(Serialize)]
struct Rank {
    scorecards: Scorecards,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Scorecards {
    page_info: PageInfo,
    nodes: Vec<Card>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PageInfo {
    has_next_page: bool,
    end_cursor: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Card {
    id: String,
    state: String,
    total: Option<String>,
    index_percent: Option<String>,
    rank: Option<i32>,
    agency: AgencyName,
    grade: Option<Grade>,
    pillars: Vec<Pillar>,
}

const CARDS: &str = "
SELECT s.id::text, s.state, s.total_print, s.index_print, e.rank, s.grade_code, s.grade_vi,
       a.code AS agency_code, a.name_vi AS agency_vi, a.name_en AS agency_en
FROM scorecard s
JOIN agency a ON a.id = s.agency_id
LEFT JOIN ranking r ON r.period_id = s.period_id AND r.block_id = s.block_id AND r.current
LEFT JOIN ranking_entry e ON e.ranking_id = r.id AND e.scorecard_id = s.id
WHERE s.period_id = (SELECT id FROM period WHERE code = '2022-H1')
    AND s.block_id = (SELECT id FROM block WHERE code = 'DEPARTMENTS') AND s.current
ORDER BY s.index_sort DESC NULLS LAST, a.code LIMIT 51 OFFSET $1";

const PILLARS: &str = "
SELECT scorecard_id::text, code, name_vi, points_print AS points, effective_max_print AS effective_max,
       index_print AS index_percent
FROM scorecard_line WHERE scorecard_id = ANY($1::uuid[]) AND level = 'PILLAR'
ORDER BY scorecard_id, position";

pub async fn rank(State(pool): State<PgPool>, Path(offset): Path<i64>) -> impl IntoResponse {
    let mut connection = pool.acquire().await.expect("a connection");
    let mut rows = sqlx::query(CARDS).bind(offset).fetch_all(&mut *connection).await.expect("cards");
    let has_next_page = rows.len() > 50;
    rows.truncate(50);
    let ids: Vec<String> = rows.iter().map(|row| row.get("id")).collect();
    let lines = sqlx::query(PILLARS).bind(&ids).fetch_all(&mut *connection).await.expect("pillars");
    drop(connection);

    let mut pillars: HashMap<String, Vec<Pillar>> = HashMap::with_capacity(ids.len());
    for line in &lines {
        let pillar = Pillar::from_row(line).expect("a pillar");
        pillars.entry(line.get("scorecard_id")).or_default().push(pillar);
    }
    let card = |row: &PgRow| {
        let id: String = row.get("id");
        Card {
            state: row.get("state"),
            total: row.get("total_print"),
            index_percent: row.get("index_print"),
            rank: row.get("rank"),
            agency: AgencyName::from_row(row).expect("an agency"),
            grade: grade(row),
            pillars: pillars.remove(&id).unwrap_or_default(),
            id: format!("Scorecard:{id}"),
        }
    };
    let end = offset + i64::try_from(rows.len()).expect("a small page");
    let page_info = PageInfo { has_next_page, end_cursor: Some(format!("c{end}")) };
    let nodes = rows.iter().map(card).collect();
    json(Rank { scorecards: Scorecards { page_info, nodes } })
}
