//! Marking cards as behind the data: the one thing that every change of data does besides.

use chrono::{DateTime, Utc};
use entity::{AgencyId, BlockId, PeriodId, agency, period, period_closing, stale_card};
use scoring::province_day;
use sea_orm::sea_query::ExprTrait;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter,
    QuerySelect, QueryTrait, Select,
};

use super::close::is_open;
use crate::database::announce_builds;

/// How many marks one statement sets.
const AT_A_TIME: usize = 1_000;

/// Marks the cards of `agencies` in `period` as behind the data, in the transaction that changes the data.
/// `why` says what was changed, in Vietnamese and English. Nothing is marked in a closed period. The caller says
/// so after the commit with [`Signals::builds_changed`](crate::Signals::builds_changed); without it the card
/// follows a second later.
///
/// # Errors
/// When the database fails.
pub async fn mark<C: ConnectionTrait>(
    connection: &C,
    agencies: impl IntoIterator<Item = AgencyId>,
    period: PeriodId,
    why: &str,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    if !is_open(connection, period).await? {
        return Ok(());
    }
    set(connection, agencies, period, why, now).await
}

/// The same in every open period: for a change of the registry, which every period may see.
///
/// # Errors
/// When the database fails.
pub async fn mark_in_open_periods<C: ConnectionTrait>(
    connection: &C,
    agencies: &[AgencyId],
    why: &str,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    for period in open_periods().all(connection).await? {
        set(connection, agencies.iter().copied(), period.id, why, now).await?;
    }
    Ok(())
}

/// The same in every open period that has begun: for a change of what is counted by days. Of a period that is yet
/// to begin, nothing is counted.
///
/// # Errors
/// When the database fails.
pub async fn mark_in_begun_periods<C: ConnectionTrait>(
    connection: &C,
    agencies: impl IntoIterator<Item = AgencyId> + Clone,
    why: &str,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    let begun = open_periods().filter(period::Column::StartsOn.lte(province_day(now)));
    for period in begun.all(connection).await? {
        set(connection, agencies.clone(), period.id, why, now).await?;
    }
    Ok(())
}

fn open_periods() -> Select<period::Entity> {
    let closed = period_closing::Entity::find().select_only().column(period_closing::Column::PeriodId);
    period::in_order().filter(period::Column::Id.not_in_subquery(closed.into_query()))
}

/// The same for all agencies of a ranking block: for a change of what scores it.
///
/// # Errors
/// When the database fails.
pub async fn mark_block<C: ConnectionTrait>(
    connection: &C,
    block: BlockId,
    period: PeriodId,
    why: &str,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    let Some(of) = period::Entity::find_by_id(period).one(connection).await? else { return Ok(()) };
    let agencies = agency::valid_in(of.starts_on, of.ends_before)
        .filter(agency::block_at_end(of.ends_before).eq(block))
        .all(connection)
        .await?;
    mark(connection, agencies.into_iter().map(|agency| agency.id), period, why, now).await
}

async fn set<C: ConnectionTrait>(
    connection: &C,
    agencies: impl IntoIterator<Item = AgencyId>,
    period_id: PeriodId,
    why: &str,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    // In one order, so that two who mark the same do not wait for each other.
    let mut agencies: Vec<_> = agencies.into_iter().collect();
    agencies.sort_unstable();
    agencies.dedup();
    for agencies in agencies.chunks(AT_A_TIME) {
        let marks = agencies.iter().map(|agency| {
            let mark = stale_card::Model {
                period_id,
                agency_id: *agency,
                first_marked_at: now,
                marked_at: now,
                why: why.to_owned(),
            };
            mark.into_active_model().reset_all()
        });
        stale_card::Entity::insert_many(marks)
            .on_conflict(stale_card::marked_again())
            .exec_without_returning(connection)
            .await?;
    }
    announce_builds(connection).await
}
