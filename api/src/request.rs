//! Asking for a build with its audit event, in one transaction: the same for GraphQL and the terminal.

use async_graphql::ID;
use chrono::{DateTime, Utc};
use reform_worker::audit::{Actor, Entry, action, record};
use reform_worker::build::{Request, RequestError, Requested, request};
use reform_worker::database::begin_write;
use sea_orm::DatabaseConnection;
use serde_json::json;

use crate::graphql::NodeId;

/// Asks for a build and puts on record that `by` did.
///
/// # Errors
/// As [`request`]; nothing is recorded then.
pub(crate) async fn request_build(
    database: &DatabaseConnection,
    by: &Actor,
    asked: &Request<'_>,
    now: DateTime<Utc>,
) -> Result<Requested, RequestError> {
    let transaction = begin_write(database).await?;
    let requested = request(&transaction, asked, now).await?;
    let entry = Entry::done(by, action::REQUEST_BUILD).to(ID::from(NodeId::Build(requested.id)).0);
    let entry = entry.leaving(json!({
        "period": asked.period,
        "agencies": asked.agencies,
        "blocks": asked.blocks,
        "reason": asked.reason,
        "already_queued": requested.already_queued,
    }));
    record(&transaction, entry, now).await?;
    transaction.commit().await?;
    Ok(requested)
}
