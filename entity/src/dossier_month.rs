//! The counters of dossiers summed up: everything that counts before a month
//! begins. A row stands after every month in which something counts, so that
//! the facts of a period are the difference of two rows an agency, and of the
//! days at its edges where it does not begin or end with a month.

use chrono::Datelike;
use sea_orm::entity::prelude::*;

use crate::ids::AgencyId;

/// What counts of an agency before a month.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "dossier_month")]
pub struct Model {
    /// The month, as [`month_of`] numbers it.
    #[sea_orm(primary_key, auto_increment = false)]
    pub month: i32,
    /// The agency.
    #[sea_orm(primary_key, auto_increment = false)]
    pub agency_id: AgencyId,
    /// Received at the counter.
    pub received_counter: i64,
    /// Received online, every step of it.
    pub received_online_full: i64,
    /// Received online in part.
    pub received_online_partial: i64,
    /// Received by post.
    pub received_postal: i64,
    /// Received online with post.
    pub received_online_postal: i64,
    /// Ended before the due day.
    pub resolved_early: i64,
    /// Ended on the due day, or without one.
    pub resolved_on_time: i64,
    /// Ended after the due day.
    pub resolved_overdue: i64,
    /// Of those that ended: withdrawn.
    pub withdrawn: i64,
    /// Of those that ended overdue: with a letter of apology.
    pub apologised: i64,
    /// Fallen due.
    pub due: i64,
    /// Of those fallen due: ended as well.
    pub due_settled: i64,
}

impl ActiveModelBehavior for ActiveModel {}

/// The number of a day's month: months since the year 0.
#[must_use]
pub fn month_of(day: Date) -> i32 {
    day.year() * 12 + day.month0().cast_signed()
}
