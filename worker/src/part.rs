//! The one job there is: compile a part. It holds ids, reads the world anew, and takes a part that is gone,
//! done or somebody else's as done.

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use entity::{BuildId, BuildPartId, build};
use futures_util::FutureExt;
use sea_orm::{DatabaseConnection, DbErr, EntityTrait};
use serde::{Deserialize, Serialize};
use tokio::time::Instant;

use crate::build::{Claim, claim, fail, let_go, settle};
use crate::compile::{PartDone, PartError, compile};
use crate::metrics::{Metrics, outcome};
use crate::traces::Span;
use crate::{Clock, Signals};

/// After this time an attempt is broken off; no block takes nearly as long.
const MOST_TIME: Duration = Duration::from_secs(600);

/// Compile this part in this attempt. What travels through the queue; its form never changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct CompilePart {
    pub(crate) part: BuildPartId,
    pub(crate) attempt: i32,
}

/// What a job needs.
#[derive(Clone, Debug)]
pub(crate) struct Workplace {
    pub(crate) database: DatabaseConnection,
    pub(crate) clock: Clock,
    pub(crate) signals: Signals,
    /// How long a claim holds before its first statement must have come.
    pub(crate) lease: Duration,
}

impl CompilePart {
    /// Claims, compiles, and ends the build if this was its last part.
    ///
    /// # Errors
    /// Only when the claim itself cannot be made or a failure cannot be put on record; the relay then
    /// finds the part again.
    pub(crate) async fn run(self, at: &Workplace) -> Result<(), DbErr> {
        let claimed_by = uuid::Uuid::now_v7().to_string();
        let claimed =
            claim(&at.database, self.part, self.attempt, claimed_by, at.lease, at.clock.now()).await?;
        let Some(claim) = claimed else {
            tracing::debug!(part = %self.part, attempt = self.attempt, "nothing to do: not waiting any more");
            return Ok(());
        };
        at.signals.builds_changed();
        let began = Instant::now();
        let span = Span::within(|| "compile part".into());
        let result = span.around(guarded(at, &claim)).await;
        Metrics::of_process().part_ended(&result, began.elapsed());
        tell(&span, &claim, &result);
        drop(span);
        match result {
            Ok(done) => tracing::info!(
                build = %claim.build, part = %claim.part, attempt = claim.attempt,
                written = done.written, unchanged = done.unchanged, "part compiled"
            ),
            Err(PartError::ClaimLost) => {
                tracing::warn!(part = %claim.part, attempt = claim.attempt, "the claim was lost; nothing written");
                return Ok(());
            }
            Err(PartError::CalledOff) => {
                tracing::info!(build = %claim.build, part = %claim.part, "called off; nothing written");
                let_go(&at.database, &claim, at.clock.now()).await?;
            }
            Err(error) => {
                tracing::error!(part = %claim.part, attempt = claim.attempt, %error, "attempt failed");
                let after = fail(&at.database, &claim, &error, at.clock.now()).await?;
                Metrics::of_process().attempt_ended(after);
            }
        }
        settle(&at.database, claim.build, at.clock.now()).await?;
        at.signals.builds_changed();
        Ok(())
    }
}

/// What the attempt's span says of it; of the period, block and agencies `compile` says more when it knows them.
fn tell(span: &Span, claim: &Claim, result: &Result<PartDone, PartError>) {
    span.say("reform.build", || claim.build.to_string());
    span.say("reform.part", || claim.part.to_string());
    span.say("reform.attempt", || i64::from(claim.attempt));
    span.say("reform.outcome", || outcome(result));
    match result {
        Ok(done) => {
            span.say("reform.cards_written", || i64::from(done.written));
            span.say("reform.cards_unchanged", || i64::from(done.unchanged));
        }
        Err(PartError::Retry(_) | PartError::GiveUp(_)) => span.fail(),
        Err(PartError::CalledOff | PartError::ClaimLost) => {}
    }
}

/// How often is looked whether a build was called off, where nobody says so.
const LOOK: Duration = Duration::from_millis(300);

/// Returns when the build is called off.
async fn called_off(at: &Workplace, build: BuildId) {
    let mut changed = at.signals.listen();
    loop {
        if at.signals.is_called_off(build) {
            return;
        }
        // What the database has to say of it, the compiling hears too.
        let row = build::Entity::find_by_id(build).one(&at.database).await.ok().flatten();
        if row.is_some_and(|row| row.cancelled_at.is_some()) {
            return;
        }
        tokio::select! {
            _ = changed.changed() => {}
            () = tokio::time::sleep(LOOK) => {}
        }
    }
}

/// Compiles with a time limit, until the build is called off; a panic is a failure like any other, only one that is not tried again.
async fn guarded(at: &Workplace, claim: &Claim) -> Result<PartDone, PartError> {
    let compiled = AssertUnwindSafe(compile(&at.database, claim, at.clock.now())).catch_unwind();
    let compiled = async {
        tokio::select! {
            compiled = compiled => compiled,
            () = called_off(at, claim.build) => Ok(Err(PartError::CalledOff)),
        }
    };
    match tokio::time::timeout(MOST_TIME, compiled).await {
        Ok(Ok(result)) => result,
        Ok(Err(_panic)) => Err(PartError::GiveUp("compiling panicked; the log has the details".to_owned())),
        Err(_elapsed) => {
            Err(PartError::Retry(DbErr::Custom(format!("not finished within {} s", MOST_TIME.as_secs()))))
        }
    }
}
