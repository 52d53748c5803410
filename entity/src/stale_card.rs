//! Cards that are behind the data: marked in the transaction of each change, compiled soon after.

use chrono::TimeDelta;
use sea_orm::QueryOrder;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Condition, OnConflict};

use crate::ids::{AgencyId, PeriodId};

/// An agency whose data of a period changed since a build of its card was asked for.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "stale_card")]
pub struct Model {
    /// The period.
    #[sea_orm(primary_key, auto_increment = false)]
    pub period_id: PeriodId,
    /// The agency.
    #[sea_orm(primary_key, auto_increment = false)]
    pub agency_id: AgencyId,
    /// When the first of the changes was made.
    pub first_marked_at: DateTimeUtc,
    /// When the last of them was made.
    pub marked_at: DateTimeUtc,
    /// What the last of them was, in words.
    pub why: String,
}

impl ActiveModelBehavior for ActiveModel {}

/// For an insert: of a card that is marked already only the last change is noted.
#[must_use]
pub fn marked_again() -> OnConflict {
    OnConflict::columns([Column::PeriodId, Column::AgencyId])
        .update_columns([Column::MarkedAt, Column::Why])
        .to_owned()
}

/// The marks whose time has come at `now`: nothing changed for `quiet`, or the first change is `at_most` old.
/// A mark of the future was made before the clock was put back; its time has come too.
#[must_use]
pub fn ripe_at(now: DateTimeUtc, quiet: TimeDelta, at_most: TimeDelta) -> Select<Entity> {
    let ripe = Condition::any()
        .add(Column::MarkedAt.lte(now - quiet))
        .add(Column::FirstMarkedAt.lte(now - at_most))
        .add(Column::MarkedAt.gt(now + quiet));
    Entity::find().filter(ripe).order_by_asc(Column::PeriodId).order_by_asc(Column::AgencyId)
}
