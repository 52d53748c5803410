//! The floor: what a handler written by hand for exactly these pages can do.

mod page;
mod rank;

use axum::Router;
use axum::http::header;
use axum::response::IntoResponse;
use axum::routing::get;
use sea_orm::DatabaseConnection;
use serde::Serialize;
use sqlx::postgres::PgRow;
use sqlx::prelude::{FromRow, Row};

pub fn router(database: DatabaseConnection) -> Router {
    let pool = database.get_postgres_connection_pool().clone();
    Router::new()
        .route("/page/{agency}", get(page::page))
        .route("/rank/{offset}", get(rank::rank))
        .with_state(pool)
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
