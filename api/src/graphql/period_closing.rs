//! Closing periods: the cards of a closed period follow the data no longer.

use async_graphql::{Context, InputObject, Object};
use chrono::{DateTime, Utc};
use entity::token::Scope;
use entity::{period, period_closing};
use reform_worker::Clock;
use reform_worker::audit::action::{CLOSE_PERIOD, REOPEN_PERIOD};
use reform_worker::audit::{Entry, record};
use reform_worker::database::begin_write;
use reform_worker::live::{CloseError, close, reopen};
use sea_orm::{DatabaseTransaction, EntityTrait, QueryOrder};
use serde_json::json;

use super::actor::{actor, record_refusal};
use super::build::reason_error;
use super::cost;
use super::id::NodeId;
use super::plain::{Whole, plain_object};
use super::problem::{LONGEST_CODE, Problem, cut};
use super::registry::Period;
use super::user_error::UserError;
use super::viewer::administrator;
use super::{data, database};

plain_object! {
    /// That a period is closed (đóng kỳ): its cards follow the data no longer. A build can still be asked for.
    pub(crate) struct PeriodClosing {
        /// The period's code.
        period: String,
        /// When it was closed.
        closed_at: DateTime<Utc>,
        /// Who closed it.
        closed_by: String,
        /// Why.
        reason: String,
    }
}

#[derive(Default)]
pub(crate) struct PeriodClosingQuery;

#[Object]
impl PeriodClosingQuery {
    /// The periods that are closed, oldest first; the cards of all others follow the data.
    #[graphql(complexity = "cost::list(cost::BLOCKS, child_complexity)")]
    async fn closed_periods(&self, ctx: &Context<'_>) -> Result<Vec<Whole<PeriodClosing>>, Problem> {
        let closed = period_closing::Entity::find().find_also_related(period::Entity);
        let closed = closed.order_by_asc(period::Column::StartsOn).order_by_asc(period::Column::EndsBefore);
        let closed = closed.all(database(ctx)?).await?;
        let closed = closed.into_iter().filter_map(|(closing, period)| {
            Some(Whole(PeriodClosing {
                period: period?.code,
                closed_at: closing.closed_at,
                closed_by: closing.closed_by,
                reason: closing.reason,
            }))
        });
        Ok(closed.collect())
    }
}

/// Which period, and why.
#[derive(Debug, InputObject)]
struct ClosePeriodInput {
    /// The period's code, for instance `2022-H1`.
    period: String,
    /// Why, in your own words, 1 to 500 characters.
    reason: String,
}

/// Which period, and why.
#[derive(Debug, InputObject)]
struct ReopenPeriodInput {
    /// The period's code, for instance `2022-H1`.
    period: String,
    /// Why, in your own words, 1 to 500 characters.
    reason: String,
}

plain_object! {
    /// What became of closing or reopening a period.
    pub(crate) struct PeriodClosingPayload {
        /// The period; null when it was refused.
        period: Option<Period>,
        /// Why it was refused; empty when it was not.
        errors: Vec<UserError>,
    }
}

fn refusal(error: CloseError) -> Result<UserError, Problem> {
    match error {
        CloseError::UnknownPeriod(code) => {
            let code = cut(&code, LONGEST_CODE);
            let vi = format!("Không có kỳ `{code}`.");
            Ok(UserError::new("UNKNOWN_PERIOD", "period", vi, format!("There is no period `{code}`.")))
        }
        CloseError::AsItIs => Ok(UserError::new(
            "AS_IT_IS",
            "period",
            "Kỳ đã ở trạng thái này.".to_owned(),
            "The period is so already.".to_owned(),
        )),
        CloseError::Database(error) => Err(error.into()),
    }
}

/// Commits what was done with its record, or undoes it and puts the refusal on record.
async fn settled(
    ctx: &Context<'_>,
    transaction: DatabaseTransaction,
    action: &'static str,
    reason: &str,
    done: Result<period::Model, CloseError>,
) -> Result<Whole<PeriodClosingPayload>, Problem> {
    match done {
        Ok(period) => {
            let entry = Entry::done(&actor(ctx)?, action).leaving(json!({ "reason": reason }));
            let entry = entry.to(async_graphql::ID::from(NodeId::Period(period.id)).0);
            record(&transaction, entry, data::<Clock>(ctx)?.now()).await?;
            transaction.commit().await?;
            Ok(Whole(PeriodClosingPayload { period: Some(period.into()), errors: Vec::new() }))
        }
        Err(error) => {
            transaction.rollback().await?;
            refused(ctx, action, refusal(error)?).await
        }
    }
}

async fn refused(
    ctx: &Context<'_>,
    action: &'static str,
    error: UserError,
) -> Result<Whole<PeriodClosingPayload>, Problem> {
    record_refusal(ctx, action, error.code.clone()).await?;
    Ok(Whole(PeriodClosingPayload { period: None, errors: vec![error] }))
}

#[derive(Default)]
pub(crate) struct PeriodClosingMutation;

#[Object]
impl PeriodClosingMutation {
    /// Closes a period: its cards follow the data no longer. For administrators.
    async fn close_period(
        &self,
        ctx: &Context<'_>,
        input: ClosePeriodInput,
    ) -> Result<Whole<PeriodClosingPayload>, Problem> {
        let by = &administrator(ctx, Scope::Administer)?.name;
        if let Some(error) = reason_error(&input.reason) {
            return refused(ctx, CLOSE_PERIOD, error).await;
        }
        let reason = input.reason.trim();
        let transaction = begin_write(database(ctx)?).await?;
        let done = close(&transaction, &input.period, by, reason, data::<Clock>(ctx)?.now()).await;
        settled(ctx, transaction, CLOSE_PERIOD, reason, done).await
    }

    /// Opens a closed period again: its cards follow the data from now on. For what changed in between ask for a
    /// build. For administrators.
    async fn reopen_period(
        &self,
        ctx: &Context<'_>,
        input: ReopenPeriodInput,
    ) -> Result<Whole<PeriodClosingPayload>, Problem> {
        administrator(ctx, Scope::Administer)?;
        if let Some(error) = reason_error(&input.reason) {
            return refused(ctx, REOPEN_PERIOD, error).await;
        }
        let transaction = begin_write(database(ctx)?).await?;
        let done = reopen(&transaction, &input.period).await;
        settled(ctx, transaction, REOPEN_PERIOD, input.reason.trim(), done).await
    }
}
