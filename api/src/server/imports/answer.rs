//! What is answered to an upload: the import that was begun, or everything that is wrong with the file.

use axum::Json;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use entity::ImportId;
use reform_worker::files::Problem;
use serde_json::{Value, json};

/// The import with this id will be done. What becomes of it, `importProgress` and `import` tell.
pub(super) fn begun(id: ImportId, sha256: &str) -> Response {
    let body = json!({ "id": format!("Import:{id}"), "sha256": sha256 });
    (StatusCode::ACCEPTED, [(header::CACHE_CONTROL, "no-store")], Json(body)).into_response()
}

/// Nothing was imported, for these reasons.
pub(super) fn wrong(problems: &[Problem]) -> Response {
    let errors: Vec<Value> = problems.iter().map(error).collect();
    let body = json!({ "errors": errors });
    (StatusCode::UNPROCESSABLE_ENTITY, [(header::CACHE_CONTROL, "no-store")], Json(body)).into_response()
}

fn error(problem: &Problem) -> Value {
    let (vi, en) = problem.said();
    json!({
        "message": format!("{vi} / {en}"),
        "extensions": {
            "code": problem.code,
            "row": problem.row,
            "column": problem.column,
            "value": problem.value,
            "messageVi": problem.vi,
            "messageEn": problem.en,
        },
    })
}
