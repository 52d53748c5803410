//! Calling a build off.

use async_graphql::{Context, ID, InputObject, Object};
use entity::token::Scope;
use reform_worker::audit::action::CANCEL_BUILD;
use reform_worker::audit::{Entry, record};
use reform_worker::build::{Cancel, CancelError, cancel};
use reform_worker::database::begin_write;
use reform_worker::{Clock, Signals};
use serde_json::json;

use super::super::actor::{actor, record_refusal};
use super::super::id::NodeId;
use super::super::plain::{Whole, plain_object};
use super::super::problem::Problem;
use super::super::user_error::UserError;
use super::super::viewer::administrator;
use super::super::{data, database};
use super::{Build, build_by_id, reason_error};

/// Which build is to be called off, and why.
#[derive(Debug, InputObject)]
struct CancelBuildInput {
    /// The build.
    build: ID,
    /// Why, in your own words, 1 to 500 characters; it is kept with the build.
    reason: String,
}

plain_object! {
    /// What became of calling a build off.
    pub(crate) struct CancelBuildPayload {
        /// The build as it is now; null when it was refused.
        build: Option<Build>,
        /// Why it was refused; empty when it was not.
        errors: Vec<UserError>,
    }
}

fn not_cancelled(error: CancelError) -> Result<UserError, Problem> {
    match error {
        CancelError::Unknown => Ok(UserError::new(
            "UNKNOWN_BUILD",
            "build",
            "Không có lần lập này.".to_owned(),
            "There is no such build.".to_owned(),
        )),
        CancelError::Ended(state) => Ok(UserError::new(
            "ALREADY_ENDED",
            "build",
            format!("Lần lập đã kết thúc ({state})."),
            format!("The build has ended ({state})."),
        )),
        CancelError::Database(error) => Err(error.into()),
    }
}

#[derive(Default)]
pub(crate) struct BuildCancelMutation;

#[Object]
impl BuildCancelMutation {
    /// Calls a build off. What waits is closed at once, what is being compiled within a second; nothing of it is
    /// written, and cards that were written before stay. For administrators.
    async fn cancel_build(
        &self,
        ctx: &Context<'_>,
        input: CancelBuildInput,
    ) -> Result<Whole<CancelBuildPayload>, Problem> {
        let by = &administrator(ctx, Scope::Build)?.name;
        let NodeId::Build(id) = NodeId::read("build", &input.build)? else {
            let why = "`build` không phải là id của lần lập / is not a build's id";
            return Err(Problem::bad_input("build", why.to_owned()));
        };
        let refused = match reason_error(&input.reason) {
            Some(error) => error,
            None => match call_off(ctx, Cancel { build: id, reason: input.reason.trim(), by }).await? {
                Ok(()) => {
                    let build = build_by_id(database(ctx)?, id).await?;
                    return Ok(Whole(CancelBuildPayload { build, errors: Vec::new() }));
                }
                Err(error) => error,
            },
        };
        record_refusal(ctx, CANCEL_BUILD, refused.code.clone()).await?;
        Ok(Whole(CancelBuildPayload { build: None, errors: vec![refused] }))
    }
}

/// Calls a build off, with its record.
async fn call_off(ctx: &Context<'_>, asked: Cancel<'_>) -> Result<Result<(), UserError>, Problem> {
    let signals = data::<Signals>(ctx)?;
    let calling_off = signals.call_off(asked.build);
    let now = data::<Clock>(ctx)?.now();
    let transaction = begin_write(database(ctx)?).await?;
    let before = match cancel(&transaction, asked, now).await {
        Ok(before) => before,
        Err(error) => {
            transaction.rollback().await?;
            return not_cancelled(error).map(Err);
        }
    };
    let entry = Entry::done(&actor(ctx)?, CANCEL_BUILD).to(ID::from(NodeId::Build(asked.build)).0);
    let entry = entry.instead_of(json!({ "state": before.state })).leaving(json!({ "reason": asked.reason }));
    record(&transaction, entry, now).await?;
    transaction.commit().await?;
    drop(calling_off);
    signals.builds_changed();
    Ok(Ok(()))
}
