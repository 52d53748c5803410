//! `GET /imports/{id}/refused`: the rows that an import refused, as a CSV file with the reasons beside them.

use async_graphql::ID;
use axum::Extension;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use entity::import;
use reform_worker::imports::refused_csv;
use sea_orm::EntityTrait;

use super::super::client::Client;
use super::super::{Refusal, Shared};
use super::{admitted, internal};
use crate::graphql::NodeId;
use crate::policy::sight_of;

/// Hands the file out, to whoever sees the import.
pub(in super::super) async fn refused(
    State(shared): State<Shared>,
    Extension(client): Extension<Client>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    handed_out(&shared, client, &headers, id).await.unwrap_or_else(Refusal::into_response)
}

async fn handed_out(
    shared: &Shared,
    client: Client,
    headers: &HeaderMap,
    id: String,
) -> Result<Response, Refusal> {
    let viewer = admitted(shared, headers, client, ("Query", "importConflicts")).await?;
    let Ok(NodeId::Import(id)) = NodeId::read("id", &ID(id)) else { return Err(unknown()) };
    let sight = sight_of(&viewer, &shared.database, shared.imports.clock()).await;
    let sight = sight.map_err(|error| internal(&error))?;
    let found = sight.of_imports(import::Entity::find_by_id(id)).one(&shared.database).await;
    let import = found.map_err(|error| internal(&error))?.ok_or_else(unknown)?;
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"refused.csv\""),
        (header::CACHE_CONTROL, "no-store"),
    ];
    Ok((headers, Body::from_stream(refused_csv(&shared.database, &import))).into_response())
}

fn unknown() -> Refusal {
    let message = "Không có lần nhập này. / There is no such import.";
    Refusal::new(StatusCode::NOT_FOUND, "NOT_FOUND", message)
}
