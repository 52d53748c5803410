//! Files over HTTP: dossiers are uploaded, and what an import refused is downloaded. Whoever asks is known, limited
//! and refused as at `/graphql`.

mod answer;
mod form;
mod refused;
mod upload;

use axum::http::{HeaderMap, StatusCode};
use reform_worker::audit::Entry;

pub(super) use self::refused::refused;
pub(super) use self::upload::upload;
use super::caller::Caller;
use super::client::Client;
use super::crowd::Who;
use super::{Refusal, Shared};
use crate::graphql::actor::actor_of;
use crate::graphql::csrf::NO_CSRF_TOKEN;
use crate::people::{Arrival, Viewer};
use crate::policy::{Operation, Refused};

/// Whoever sent a request with these headers, if he may do what the operation of GraphQL does.
async fn admitted(
    shared: &Shared,
    headers: &HeaderMap,
    client: Client,
    (parent, field): (&str, &str),
) -> Result<Viewer, Refusal> {
    let Arrival { viewer, browser } = Caller::new(shared, headers, client).arrive().await?;
    if let who @ Who::Account(_) = Who::is(&viewer) {
        shared.crowd.admit(who)?;
    }
    if parent == "Mutation" && !browser.may_mutate() {
        return Err(Refusal::new(StatusCode::FORBIDDEN, "FORBIDDEN", NO_CSRF_TOKEN));
    }
    let operation = Operation::named(parent, field);
    let admitted = match operation {
        Some(operation) => operation.admits(&viewer, shared.settings.public_reads),
        None => Err(Refused::Forbidden),
    };
    if let Err(refused) = admitted {
        if let Some(operation) = operation {
            on_record(shared, &viewer, operation.action, refused.code()).await;
        }
        return Err(turned_away(refused));
    }
    Ok(viewer)
}

fn turned_away(refused: Refused) -> Refusal {
    match refused {
        Refused::Unauthenticated => {
            let message = "Hãy đăng nhập. / Sign in, or send a token.";
            Refusal::new(StatusCode::UNAUTHORIZED, refused.code(), message)
        }
        Refused::Forbidden => {
            let message = "Tài khoản hoặc mã truy cập không có quyền này. / Your account or token has no right to this.";
            Refusal::new(StatusCode::FORBIDDEN, refused.code(), message)
        }
    }
}

/// Puts on record what a viewer was refused. He hears of the refusal whether or not it could be recorded.
async fn on_record(shared: &Shared, viewer: &Viewer, action: &'static str, why: impl Into<String>) {
    let entry = Entry::refused(&actor_of(viewer), action, why);
    if let Err(error) = shared.people.refusals().refuse(entry).await {
        tracing::error!(%error, action, "a refusal could not be recorded");
    }
}

/// Our own fault; the details are in the log.
fn internal(error: &dyn std::fmt::Display) -> Refusal {
    tracing::error!(%error, "a request for a file failed");
    let message = "Lỗi hệ thống; hãy thử lại. / Internal error; try again.";
    Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, "INTERNAL", message)
}
