//! The floor: what a handler written by hand for exactly these pages can do.

use axum::Router;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::IntoResponse;
use axum::routing::get;
use sea_orm::DatabaseConnection;
use serde::Serialize;
use sqlx::PgPool;
use sqlx::postgres::PgRow;
use sqlx::prelude::{FromRow, Row};

pub fn router(database: DatabaseConnection) -> Router {
    let pool = database.get_postgres_connection_pool().clone();
    Router::new().route("/page/{agency}", get(page)).route("/rank/{offset}", get(rank)).with_state(pool)
}

#[derive(Serialize)]
struct Answer<T> {
    data: T,
}

fn json<T: Serialize>(data: T) -> impl IntoResponse {
    let body = serde_json::to_vec(&Answer { data }).expect("JSON");
    ([(header::CONTENT_TYPE, "application/json")], body)
}

#[derive(FromRow, Serialize)]
#[serde(rename_all = "camelCase")]
struct Pillar {
    code: String,
    name_vi: String,
    points: Option<String>,
    effective_max: String,
    index_percent: Option<String>,
}

#[derive(FromRow, Serialize)]
#[serde(rename_all = "camelCase")]
struct AgencyName {
    #[sqlx(rename = "agency_code")]
    code: String,
    #[sqlx(rename = "agency_vi")]
    name_vi: String,
    #[sqlx(rename = "agency_en")]
    name_en: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Grade {
    code: String,
    name_vi: String,
}

fn grade(row: &PgRow) -> Option<Grade> {
    let (code, name_vi): (Option<String>, Option<String>) = (row.get("grade_code"), row.get("grade_vi"));
    code.zip(name_vi).map(|(code, name_vi)| Grade { code, name_vi })
}

mod page_rows {
    use super::{AgencyName, FromRow, Grade, Pillar, Serialize};

    #[derive(Serialize)]
    pub struct Page {
        pub scorecard: Option<Card>,
        pub ranking: Ranking,
    }

    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    pub struct Card {
        pub id: String,
        pub revision: i32,
        pub state: String,
        pub total: Option<String>,
        pub total_exact: Option<String>,
        pub effective_max: String,
        pub index_percent: Option<String>,
        pub rank: Option<i32>,
        pub missing_count: i32,
        pub content_hash: String,
        pub agency: AgencyName,
        pub grade: Option<Grade>,
        pub pillars: Vec<Pillar>,
        pub lines: Vec<Line>,
    }

    #[derive(Clone, FromRow, Serialize)]
    #[serde(rename_all = "camelCase")]
    pub struct Line {
        pub code: String,
        pub parent_code: Option<String>,
        pub level: String,
        pub name_vi: String,
        pub state: Option<String>,
        pub points: Option<String>,
        pub points_exact: Option<String>,
        pub max_points: String,
        pub effective_max: String,
        pub rule: Option<String>,
        #[serde(skip)]
        pub index_percent: Option<String>,
    }

    #[derive(Serialize)]
    pub struct Ranking {
        pub nodes: Vec<Place>,
    }

    #[derive(Serialize)]
    pub struct Place {
        pub rank: Option<i32>,
        pub scorecard: Ranked,
    }

    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    pub struct Ranked {
        pub index_percent: Option<String>,
        pub agency: RankedAgency,
    }

    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    pub struct RankedAgency {
        pub code: String,
        pub name_vi: String,
    }
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

async fn page(State(pool): State<PgPool>, Path(agency): Path<String>) -> impl IntoResponse {
    use page_rows::{Card, Line, Page, Place, Ranked, RankedAgency, Ranking};

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

mod rank_rows {
    use super::{AgencyName, Grade, Pillar, Serialize};

    #[derive(Serialize)]
    pub struct Rank {
        pub scorecards: Scorecards,
    }

    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    pub struct Scorecards {
        pub page_info: PageInfo,
        pub nodes: Vec<Card>,
    }

    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    pub struct PageInfo {
        pub has_next_page: bool,
        pub end_cursor: Option<String>,
    }

    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    pub struct Card {
        pub id: String,
        pub state: String,
        pub total: Option<String>,
        pub index_percent: Option<String>,
        pub rank: Option<i32>,
        pub agency: AgencyName,
        pub grade: Option<Grade>,
        pub pillars: Vec<Pillar>,
    }
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

async fn rank(State(pool): State<PgPool>, Path(offset): Path<i64>) -> impl IntoResponse {
    use rank_rows::{Card, PageInfo, Rank, Scorecards};
    use std::collections::HashMap;

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
