//! Watching a build.

use std::time::Duration;

use async_graphql::{Context, ID, Subscription};
use entity::BuildId;
use futures_util::Stream;
use reform_worker::Signals;
use sea_orm::DatabaseConnection;

use super::super::plain::Whole;
use super::super::problem::Problem;
use super::super::{data, database};
use super::{Build, build_by_id, known_build};

/// A subscription looks at its build this often, whether or not it is woken.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

#[derive(Default)]
pub(crate) struct BuildSubscription;

#[Subscription]
impl BuildSubscription {
    /// The build as it is now, again whenever it moves on, and for the last time when it has ended.
    async fn build_progress(
        &self,
        ctx: &Context<'_>,
        id: ID,
    ) -> Result<impl Stream<Item = Result<Whole<Build>, Problem>> + use<>, Problem> {
        let database = database(ctx)?.clone();
        let mut changed = data::<Signals>(ctx)?.listen();
        changed.mark_changed();
        let (id, _) = known_build(&database, &id).await?;
        let watch = Watch { database, changed, id, last: None, ended: false };
        Ok(futures_util::stream::unfold(watch, Watch::next))
    }
}

struct Watch {
    database: DatabaseConnection,
    changed: tokio::sync::watch::Receiver<u64>,
    id: BuildId,
    last: Option<String>,
    ended: bool,
}

impl Watch {
    /// Waits until the build differs from what was last sent.
    async fn next(mut self) -> Option<(Result<Whole<Build>, Problem>, Self)> {
        if self.ended {
            return None;
        }
        loop {
            tokio::select! {
                _ = self.changed.changed() => {}
                () = tokio::time::sleep(LOOK_AGAIN) => {}
            }
            let build = match build_by_id(&self.database, self.id).await {
                Ok(build) => build?,
                Err(problem) => {
                    self.ended = true;
                    return Some((Err(problem), self));
                }
            };
            let seen = format!("{build:?}");
            if self.last.as_ref() != Some(&seen) {
                self.last = Some(seen);
                self.ended = build.ended_at.is_some();
                return Some((Ok(Whole(build)), self));
            }
        }
    }
}
