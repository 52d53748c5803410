//! What the database knows of the queue, read when somebody asks.

use std::fmt::Error;

use chrono::{DateTime, Utc};
use entity::{build, build_part};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::{encode_eof, encode_registry};
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;
use sea_orm::{ColumnTrait, DatabaseConnection, DbErr, EntityTrait, PaginatorTrait, QueryFilter};

use super::Metrics;

/// How far builds or parts have come.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct InState {
    state: &'static str,
}

/// What is waiting and running.
struct Depth {
    builds_queued: u64,
    builds_running: u64,
    parts_waiting: u64,
    parts_running: u64,
    oldest_queued: Option<DateTime<Utc>>,
    oldest_unfinished: Option<DateTime<Utc>>,
}

impl Depth {
    async fn load(database: &DatabaseConnection) -> Result<Self, DbErr> {
        let parts = |state| build_part::Entity::find().filter(build_part::Column::State.eq(state));
        let oldest = |row: Option<build::Model>| row.map(|row| row.requested_at);
        Ok(Self {
            builds_queued: build::queued().count(database).await?,
            builds_running: build::running().count(database).await?,
            parts_waiting: parts(build_part::State::Waiting).count(database).await?,
            parts_running: parts(build_part::State::Running).count(database).await?,
            oldest_queued: oldest(build::queued().one(database).await?),
            oldest_unfinished: oldest(build::unfinished().one(database).await?),
        })
    }

    fn register(&self, registry: &mut Registry, now: DateTime<Utc>) {
        let builds = Family::<InState, Gauge>::default();
        let parts = Family::<InState, Gauge>::default();
        let count = |family: &Family<InState, Gauge>, state, count: u64| {
            family.get_or_create(&InState { state }).set(i64::try_from(count).unwrap_or(i64::MAX));
        };
        count(&builds, "queued", self.builds_queued);
        count(&builds, "running", self.builds_running);
        count(&parts, "waiting", self.parts_waiting);
        count(&parts, "running", self.parts_running);
        registry.register("builds", "Builds that have not ended", builds);
        registry.register("parts", "Parts of builds that have not ended: the queue's depth", parts);
        let age = |since: Option<DateTime<Utc>>| {
            let gauge: Gauge = Gauge::default();
            gauge.set(since.map_or(0, |since| (now - since).num_seconds().max(0)));
            gauge
        };
        let queued = "Age of the oldest build that nobody has taken up; 0 when there is none";
        registry.register("oldest_queued_build_seconds", queued, age(self.oldest_queued));
        let unfinished = "Age of the oldest build that has not ended; 0 when there is none";
        registry.register("oldest_unfinished_build_seconds", unfinished, age(self.oldest_unfinished));
    }
}

/// Everything that is to be told, in the OpenMetrics text format. Where the database does not answer, that is told,
/// and what it knows is left out.
pub(super) async fn tell(
    metrics: &Metrics,
    database: &DatabaseConnection,
    now: DateTime<Utc>,
    within: std::time::Duration,
) -> Result<String, Error> {
    let depth = tokio::time::timeout(within, Depth::load(database)).await;
    let mut gauges = Registry::with_prefix("reform");
    let up: Gauge = Gauge::default();
    if let Ok(Ok(depth)) = depth {
        up.set(1);
        depth.register(&mut gauges, now);
    }
    gauges.register("database_up", "Whether the database answers", up);
    let mut text = String::new();
    encode_registry(&mut text, &metrics.registry())?;
    encode_registry(&mut text, &gauges)?;
    encode_eof(&mut text)?;
    Ok(text)
}
