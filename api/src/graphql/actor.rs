//! The viewer as the audit log knows him, and putting on record what he was refused.

use async_graphql::Context;
use entity::audit_event;
use reform_worker::audit::{Actor, Entry, Refusals};

use super::data;
use super::problem::Problem;
use super::viewer::viewer;
use crate::people::{Via, Viewer};

/// A viewer, as an actor.
pub(crate) fn actor_of(viewer: &Viewer) -> Actor {
    let signed_in = viewer.signed_in.as_ref();
    Actor {
        id: signed_in.map(|signed_in| signed_in.account.to_string()),
        name: viewer.name().to_owned(),
        via: match signed_in.map(|signed_in| &signed_in.via) {
            None => audit_event::Via::Nobody,
            Some(Via::Session { .. }) => audit_event::Via::Session,
            Some(Via::Token { .. }) => audit_event::Via::Token,
        },
        from_address: Some(viewer.from.to_string()),
        request_id: Some(viewer.request_id.to_string()),
    }
}

/// The viewer of the request, as an actor.
pub(crate) fn actor(ctx: &Context<'_>) -> Result<Actor, Problem> {
    viewer(ctx).map(actor_of)
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
