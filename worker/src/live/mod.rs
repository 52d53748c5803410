//! Live cards: the cards of open periods follow the data.
//!
//! Whoever changes data marks the agencies whose cards it may change, by [`mark()`], in the transaction of the
//! change; a mark that is forgotten leaves a card behind until the next full build, and `reform-api shadow` names
//! it. When nothing of an agency changed for a short time, or the first change is some time old, the worker asks
//! for a build of the marked agencies, of those below them, who may take over results, and of their successors. A mark is deleted in the
//! transaction that asks for the build, and the build reads later, so no change is lost.
//!
//! A period is open until it is closed ([`close()`]), which is recorded as a row of its own. The cards of a closed
//! period follow no data; a person may still ask for a build.

mod close;
mod mark;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use entity::{
    AgencyId, BlockId, PeriodId, agency, agency_edge, block, build, criteria_use, period, ranking, scorecard,
    stale_card, succession,
};
use sea_orm::sea_query::{LockBehavior, LockType};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbErr, EntityTrait, QueryFilter,
    QuerySelect,
};
use tokio_util::sync::CancellationToken;

pub use self::close::{CloseError, close, reopen};
pub use self::mark::{mark, mark_block, mark_in_begun_periods, mark_in_open_periods};
use crate::audit::Actor;
use crate::build::{Request, RequestError, request};
use crate::database::begin_write;
use crate::{Clock, Signals};

/// How often is looked where nobody says that something changed, and how often where marks ripen.
const LOOK: Duration = Duration::from_secs(1);
const LOOK_SOON: Duration = Duration::from_millis(100);

/// How many agencies one build names.
const MOST_AGENCIES: usize = 500;

/// How many of the changes a build's reason names.
const MOST_REASONS: usize = 3;

/// How soon cards follow the data.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pace {
    /// So long nothing must have changed.
    pub(crate) quiet: Duration,
    /// But no change waits longer than this.
    pub(crate) at_most: Duration,
}

/// Has the marked cards compiled, until `shutdown`.
pub(crate) async fn run(
    database: DatabaseConnection,
    clock: Clock,
    signals: Signals,
    pace: Pace,
    shutdown: CancellationToken,
) {
    let mut woken = signals.listen();
    loop {
        let asked = async {
            let asked = request_ripe(&database, pace, clock.now()).await?;
            let waiting = stale_card::Entity::find().one(&database).await?.is_some();
            Ok::<_, RequestError>((asked, waiting))
        };
        let pause = match asked.await {
            Ok((asked, waiting)) => {
                if asked > 0 {
                    signals.builds_changed();
                }
                if waiting { LOOK_SOON } else { LOOK }
            }
            Err(error) => {
                tracing::warn!(%error, "the cards that are behind could not be looked at");
                LOOK
            }
        };
        tokio::select! {
            () = shutdown.cancelled() => return,
            _ = woken.changed() => {}
            () = tokio::time::sleep(pause) => {}
        }
    }
}

/// Asks for builds of the cards whose time has come. Returns how many builds.
async fn request_ripe(
    database: &DatabaseConnection,
    pace: Pace,
    now: DateTime<Utc>,
) -> Result<usize, RequestError> {
    let span = |duration| TimeDelta::from_std(duration).unwrap_or(TimeDelta::MAX);
    let ripe = stale_card::ripe_at(now, span(pace.quiet), span(pace.at_most));
    if ripe.clone().one(database).await?.is_none() {
        return Ok(0);
    }
    let transaction = begin_write(database).await?;
    // A mark whose row is locked is just being made anew, or taken by another worker.
    let marks = ripe.lock_with_behavior(LockType::Update, LockBehavior::SkipLocked).all(&transaction).await?;
    let mut of_period: BTreeMap<PeriodId, Vec<stale_card::Model>> = BTreeMap::new();
    for mark in marks {
        of_period.entry(mark.period_id).or_default().push(mark);
    }
    let mut asked = 0;
    for (period, marks) in of_period {
        asked += request_marked(&transaction, period, &marks, now).await?;
    }
    transaction.commit().await?;
    Ok(asked)
}

async fn request_marked(
    transaction: &DatabaseTransaction,
    period: PeriodId,
    marks: &[stale_card::Model],
    now: DateTime<Utc>,
) -> Result<usize, RequestError> {
    let agencies: BTreeSet<AgencyId> = marks.iter().map(|mark| mark.agency_id).collect();
    stale_card::Entity::delete_many()
        .filter(stale_card::Column::PeriodId.eq(period))
        .filter(stale_card::Column::AgencyId.is_in(agencies.iter().copied()))
        .exec(transaction)
        .await?;
    let Some(period) = period::Entity::find_by_id(period).one(transaction).await? else { return Ok(0) };
    if !close::is_open(transaction, period.id).await? {
        return Ok(0);
    }
    let agencies = with_those_who_follow(transaction, &period, agencies).await?;
    let (codes, left) = scored(transaction, &period, &agencies).await?;
    let reason = reason(marks);
    let asks = codes.chunks(MOST_AGENCIES).map(|agencies| (agencies, &[][..]));
    let asks = asks.chain((!left.is_empty()).then_some((&[][..], &left[..])));
    let mut asked = 0;
    for (agencies, blocks) in asks {
        let wanted = Request {
            period: &period.code,
            agencies,
            blocks,
            trigger: build::Trigger::DataChange,
            reason: &reason,
            requested_by: &Actor::worker().name,
        };
        request(transaction, &wanted, now).await?;
        asked += 1;
    }
    Ok(asked)
}

/// The agencies, those below them at any time of the period (an INHERITED leaf takes over what the agency above has), and
/// their successors until its end, who sum what they counted.
async fn with_those_who_follow<C: ConnectionTrait>(
    connection: &C,
    period: &period::Model,
    mut agencies: BTreeSet<AgencyId>,
) -> Result<BTreeSet<AgencyId>, DbErr> {
    let edges = agency_edge::valid_in(period.starts_on, period.ends_before).all(connection).await?;
    let successions = succession::in_order().filter(succession::Column::EffectiveOn.lt(period.ends_before));
    let successions = successions.all(connection).await?;
    let below = edges.iter().map(|edge| (edge.parent_id, edge.child_id));
    let after = successions.iter().map(|row| (row.predecessor_id, row.successor_id));
    let follow: Vec<(AgencyId, AgencyId)> = below.chain(after).collect();
    // Each round adds a level; a ring adds nothing new.
    loop {
        let before = agencies.len();
        let next: Vec<_> =
            follow.iter().filter(|(one, _)| agencies.contains(one)).map(|(_, next)| *next).collect();
        agencies.extend(next);
        if agencies.len() == before {
            return Ok(agencies);
        }
    }
}

/// An agency that exists in a period, and its block at the period's end.
type Ranked = (AgencyId, String, BlockId);

/// The codes of those agencies whose blocks are scored in the period; no card can be behind in others. Of a block
/// that has no ranking yet, all agencies: ranked among a few, none would have the rank that a full build gives it.
/// And the codes of the blocks in which some of them still have a card, though they do not exist in the period.
async fn scored<C: ConnectionTrait>(
    connection: &C,
    period: &period::Model,
    agencies: &BTreeSet<AgencyId>,
) -> Result<(Vec<String>, Vec<String>), DbErr> {
    let uses = criteria_use::of_period(period.id).all(connection).await?;
    let scored: BTreeSet<BlockId> = uses.into_iter().map(|used| used.block_id).collect();
    let ranked = ranking::current_for(period.id).all(connection).await?;
    let ranked: BTreeSet<BlockId> = ranked.into_iter().map(|ranking| ranking.block_id).collect();
    let rows: Vec<Ranked> = agency::valid_in(period.starts_on, period.ends_before)
        .select_only()
        .columns([agency::Column::Id, agency::Column::Code])
        .expr_as(agency::block_at_end(period.ends_before), "block_then")
        .into_tuple()
        .all(connection)
        .await?;
    let marked = rows.iter().filter(|(id, ..)| agencies.contains(id));
    let begun: BTreeSet<BlockId> = marked.map(|(.., block)| *block).collect();
    let wanted = |(id, _, block): &Ranked| {
        let first = begun.contains(block) && !ranked.contains(block);
        scored.contains(block) && (first || agencies.contains(id))
    };
    let there: BTreeSet<AgencyId> = rows.iter().map(|(id, ..)| *id).collect();
    let gone: Vec<AgencyId> = agencies.difference(&there).copied().collect();
    let cards = scorecard::current_for(period.id).filter(scorecard::Column::AgencyId.is_in(gone));
    let left: BTreeSet<BlockId> =
        cards.all(connection).await?.into_iter().map(|card| card.block_id).collect();
    let left = block::Entity::find().filter(block::Column::Id.is_in(left)).all(connection).await?;
    let codes = rows.into_iter().filter(wanted).map(|(_, code, _)| code).collect();
    Ok((codes, left.into_iter().map(|block| block.code).collect()))
}

/// Why the build is asked for, from what changed.
fn reason(marks: &[stale_card::Model]) -> String {
    let whys: BTreeSet<&str> = marks.iter().map(|mark| mark.why.as_str()).collect();
    let more = if whys.len() > MOST_REASONS { "; …" } else { "" };
    let told: Vec<_> = whys.into_iter().take(MOST_REASONS).collect();
    format!("Dữ liệu thay đổi / Data changed: {}{more}", told.join("; "))
}
