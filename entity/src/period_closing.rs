//! Closed periods: those whose cards no longer follow the data. A period is open unless it stands here.

use sea_orm::entity::prelude::*;

use crate::ids::PeriodId;

/// That a period is closed, and by whom.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "period_closing")]
pub struct Model {
    /// The period.
    #[sea_orm(primary_key, auto_increment = false)]
    pub period_id: PeriodId,
    /// When it was closed.
    pub closed_at: DateTimeUtc,
    /// Who closed it.
    pub closed_by: String,
    /// Why.
    pub reason: String,
    /// The period.
    #[sea_orm(belongs_to, from = "period_id", to = "id")]
    pub period: BelongsTo<super::period::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
