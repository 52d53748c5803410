//! The agencies that report dossiers: of those, and of no other, a period in
//! which nothing counts is known to be zero.

use sea_orm::entity::prelude::*;

use crate::ids::AgencyId;

/// An agency that reports dossiers.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "dossier_reporter")]
pub struct Model {
    /// The agency.
    #[sea_orm(primary_key, auto_increment = false)]
    pub agency_id: AgencyId,
    /// The day on which its dossiers last changed.
    pub as_of: Date,
}

impl ActiveModelBehavior for ActiveModel {}
