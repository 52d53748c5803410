//! The viewer as the audit log knows him, and putting on record what he was refused.

use async_graphql::Context;
use entity::audit_event::Via;
use reform_worker::audit::{Actor, Entry, Refusals};

use super::data;
use super::problem::Problem;
use super::viewer::viewer;

/// The id of the HTTP request, as it stands in logs and audit events. Whoever gives ids puts it into the
/// request's data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestId(pub String);

/// The viewer, as an actor.
pub(crate) fn actor(ctx: &Context<'_>) -> Result<Actor, Problem> {
    let viewer = viewer(ctx)?;
    Ok(Actor {
        id: None,
        name: viewer.name().to_owned(),
        via: Via::Nobody,
        from_address: Some(viewer.address().to_string()),
        request_id: ctx.data_opt::<RequestId>().map(|id| id.0.clone()),
    })
}

/// Puts on record that the viewer was refused an action, and why. He hears of the refusal whether or not it
/// could be recorded.
pub(crate) async fn record_refusal(
    ctx: &Context<'_>,
    action: &'static str,
    why: String,
) -> Result<(), Problem> {
    let entry = Entry::refused(&actor(ctx)?, action, why);
    if let Err(error) = data::<Refusals>(ctx)?.refuse(entry).await {
        tracing::error!(%error, action, "a refusal could not be recorded");
    }
    Ok(())
}
