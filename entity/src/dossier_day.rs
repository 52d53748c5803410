//! The counters of dossiers by day: one row an agency and day on which a
//! dossier counts, see [`scoring::Counter`]. Days are those of the province.

use sea_orm::entity::prelude::*;

use crate::ids::AgencyId;

/// What is counted of an agency on a day.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "dossier_day")]
pub struct Model {
    /// The agency.
    #[sea_orm(primary_key, auto_increment = false)]
    pub agency_id: AgencyId,
    /// The day.
    #[sea_orm(primary_key, auto_increment = false)]
    pub day: Date,
    /// The day's month, as [`month_of`](crate::dossier_month::month_of) numbers it.
    pub month: i32,
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
