//! Asking for a build.

use async_graphql::{Context, InputObject, Object};
use entity::build::Trigger;
use entity::token::Scope;
use reform_worker::audit::action::REQUEST_BUILD;
use reform_worker::build::{Request, RequestError};
use reform_worker::{Clock, Signals};

use super::super::actor::{actor, record_refusal};
use super::super::plain::{Whole, plain_object};
use super::super::problem::{LONGEST_CODE, Problem, cut};
use super::super::registry::outside_validity;
use super::super::user_error::UserError;
use super::super::viewer::administrator;
use super::super::{data, database};
use super::{Build, build_by_id};
use crate::request::request_build;

/// The longest reason that is kept.
const LONGEST_REASON: usize = 500;
/// The most agencies that one build may name.
const MOST_AGENCIES: usize = 500;

/// What is to be compiled, and why.
#[derive(Debug, InputObject)]
struct RequestBuildInput {
    /// The period's code, for instance `2022-H1`.
    period: String,
    /// Only these agencies, by code, at most 500; none or empty: every agency of the period.
    agencies: Option<Vec<String>>,
    /// Only the agencies of these ranking blocks, by code, at most 500; none or empty: of every block. Where
    /// agencies are named as well, only those that are in both.
    blocks: Option<Vec<String>>,
    /// Why, in your own words, 1 to 500 characters; it is kept with the build.
    reason: String,
}

plain_object! {
    /// What became of a request for a build.
    pub(crate) struct RequestBuildPayload {
        /// The build that will compile what was asked for; null when the request was refused.
        build: Option<Build>,
        /// Whether that build was already waiting when it was asked for.
        already_queued: bool,
        /// Why the request was refused; empty when it was not.
        errors: Vec<UserError>,
    }
}

/// That a reason is no reason, if it is none.
pub(crate) fn reason_error(reason: &str) -> Option<UserError> {
    let length = reason.trim().chars().count();
    (!(1..=LONGEST_REASON).contains(&length)).then(|| {
        UserError::new(
            "INVALID_REASON",
            "reason",
            format!("Lý do phải có từ 1 đến {LONGEST_REASON} ký tự."),
            format!("The reason must have 1 to {LONGEST_REASON} characters."),
        )
    })
}

fn input_errors(input: &RequestBuildInput) -> Vec<UserError> {
    let mut errors = Vec::new();
    errors.extend(reason_error(&input.reason));
    if input.blocks.as_ref().is_some_and(|blocks| blocks.len() > MOST_AGENCIES) {
        errors.push(UserError::new(
            "TOO_MANY_BLOCKS",
            "blocks",
            format!("Nhiều nhất {MOST_AGENCIES} khối; để trống để lập cho tất cả."),
            format!("At most {MOST_AGENCIES} blocks; leave it empty for all."),
        ));
    }
    if input.agencies.as_ref().is_some_and(|agencies| agencies.len() > MOST_AGENCIES) {
        errors.push(UserError::new(
            "TOO_MANY_AGENCIES",
            "agencies",
            format!("Nhiều nhất {MOST_AGENCIES} cơ quan; để trống để lập cho tất cả."),
            format!("At most {MOST_AGENCIES} agencies; leave it empty for all."),
        ));
    }
    errors
}

fn refusal(error: RequestError) -> Result<UserError, Problem> {
    let unknown = |error: &str, field: &str, noun_vi: &str, noun_en: &str, code: &str| {
        let code = cut(code, LONGEST_CODE);
        let message_vi = format!("Không có {noun_vi} `{code}`.");
        UserError::new(error, field, message_vi, format!("There is no {noun_en} `{code}`."))
    };
    match error {
        RequestError::UnknownPeriod(code) => Ok(unknown("UNKNOWN_PERIOD", "period", "kỳ", "period", &code)),
        RequestError::UnknownAgency(code) => {
            Ok(unknown("UNKNOWN_AGENCY", "agencies", "cơ quan", "agency", &code))
        }
        RequestError::OutsideValidity { agency, period, valid_from, valid_to } => {
            Ok(outside_validity("agencies", &agency, &period, (valid_from, valid_to)))
        }
        RequestError::UnknownBlock(code) => Ok(unknown("UNKNOWN_BLOCK", "blocks", "khối", "block", &code)),
        RequestError::Database(error) => Err(error.into()),
    }
}

/// The answer to a request that breaks rules; which ones goes on record.
async fn refused(ctx: &Context<'_>, errors: Vec<UserError>) -> Result<Whole<RequestBuildPayload>, Problem> {
    let codes: Vec<_> = errors.iter().map(|error| error.code.as_str()).collect();
    record_refusal(ctx, REQUEST_BUILD, codes.join(", ")).await?;
    Ok(Whole(RequestBuildPayload { build: None, already_queued: false, errors }))
}

#[derive(Default)]
pub(crate) struct BuildMutation;

#[Object]
impl BuildMutation {
    /// Asks for the scorecards of a period to be compiled. Answers at once; the worker compiles. Asking
    /// again while the same build still waits gives that build. For administrators.
    async fn request_build(
        &self,
        ctx: &Context<'_>,
        input: RequestBuildInput,
    ) -> Result<Whole<RequestBuildPayload>, Problem> {
        let administrator = administrator(ctx, Scope::Build)?;
        let errors = input_errors(&input);
        if !errors.is_empty() {
            return refused(ctx, errors).await;
        }
        let database = database(ctx)?;
        let asked = Request {
            period: &input.period,
            agencies: input.agencies.as_deref().unwrap_or_default(),
            blocks: input.blocks.as_deref().unwrap_or_default(),
            trigger: Trigger::Administrator,
            reason: input.reason.trim(),
            requested_by: &administrator.name,
        };
        let now = data::<Clock>(ctx)?.now();
        let requested = match request_build(database, &actor(ctx)?, &asked, now).await {
            Ok(requested) => requested,
            Err(error) => return refused(ctx, vec![refusal(error)?]).await,
        };
        data::<Signals>(ctx)?.builds_changed();
        let build = build_by_id(database, requested.id).await?;
        Ok(Whole(RequestBuildPayload { build, already_queued: requested.already_queued, errors: Vec::new() }))
    }
}
