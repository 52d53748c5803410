//! A GraphQL request as its client wrote it: the parameters `query`, `operationName`, `variables` and
//! `extensions`, as JSON or in a query string. Each has its type; a wrong one is refused by its name.

use std::collections::HashMap;

use async_graphql::{Request, Variables};
use axum::extract::Query;
use axum::http::{StatusCode, Uri};
use serde_json::{Map, Value};

use super::Refusal;
use super::persisted::Persisted;

/// The request in a JSON body.
pub(super) fn in_body(body: &[u8], persisted: &Persisted) -> Result<Request, Refusal> {
    match serde_json::from_slice(body) {
        Ok(Value::Object(parameters)) => request(parameters, persisted),
        Ok(Value::Array(_)) => {
            let message = "Batches are not supported: send one request at a time.";
            Err(Refusal::new(StatusCode::BAD_REQUEST, "BATCH_NOT_SUPPORTED", message))
        }
        _ => Err(Refusal::bad_request("The body must be one JSON object with `query`.")),
    }
}

/// The request in a URL: `variables` and `extensions` are JSON, and absent when they are empty.
pub(super) fn in_url(uri: &Uri, persisted: &Persisted) -> Result<Request, Refusal> {
    let Ok(Query(given)) = Query::<HashMap<String, String>>::try_from_uri(uri) else {
        return Err(Refusal::bad_request("The query string is not form-urlencoded."));
    };
    let mut parameters = Map::new();
    for (name, text) in given {
        let value = match name.as_str() {
            "variables" | "extensions" if text.is_empty() => Value::Null,
            "variables" | "extensions" => serde_json::from_str(&text)
                .map_err(|_| Refusal::bad_request(format!("`{name}` must be a JSON object.")))?,
            _ => Value::String(text),
        };
        parameters.insert(name, value);
    }
    request(parameters, persisted)
}

/// The request in an object's fields; other fields are left alone.
pub(super) fn request(mut parameters: Map<String, Value>, persisted: &Persisted) -> Result<Request, Refusal> {
    let mut take = |name: &str| parameters.remove(name).unwrap_or_default();
    let query = match take("query") {
        Value::Null => None,
        Value::String(query) => Some(query),
        _ => return Err(Refusal::bad_request("`query` must be a string.")),
    };
    let extensions = match take("extensions") {
        Value::Null => Map::new(),
        Value::Object(extensions) => extensions,
        _ => return Err(Refusal::bad_request("`extensions` must be an object or null.")),
    };
    let query = persisted.document(query, &extensions)?;
    let mut request = Request::new(query);
    request.operation_name = match take("operationName") {
        Value::Null => None,
        Value::String(name) => Some(name),
        _ => return Err(Refusal::bad_request("`operationName` must be a string or null.")),
    };
    request.variables = match take("variables") {
        Value::Null => Variables::default(),
        object @ Value::Object(_) => serde_json::from_value(object)
            .map_err(|_| Refusal::bad_request("`variables` holds a name that GraphQL does not know."))?,
        _ => return Err(Refusal::bad_request("`variables` must be an object or null.")),
    };
    Ok(request)
}
