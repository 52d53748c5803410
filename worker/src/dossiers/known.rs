//! What rows name by its code: agencies and procedures, read once an import.

use std::collections::HashMap;

use chrono::NaiveDate;
use entity::{AgencyId, ProcedureId, agency, procedure};
use sea_orm::{ConnectionTrait, DbErr, EntityTrait, QuerySelect};

/// An agency and when it exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct KnownAgency {
    pub(super) id: AgencyId,
    pub(super) valid_from: NaiveDate,
    pub(super) valid_to: Option<NaiveDate>,
}

/// All agencies and procedures, by code.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Known {
    pub(super) agencies: HashMap<String, KnownAgency>,
    pub(super) procedures: HashMap<String, ProcedureId>,
}

impl Known {
    pub(super) async fn load<C: ConnectionTrait>(connection: &C) -> Result<Self, DbErr> {
        use agency::Column as Agency;
        let agencies: Vec<(String, AgencyId, NaiveDate, Option<NaiveDate>)> = agency::Entity::find()
            .select_only()
            .columns([Agency::Code, Agency::Id, Agency::ValidFrom, Agency::ValidTo])
            .into_tuple()
            .all(connection)
            .await?;
        let procedures: Vec<(String, ProcedureId)> = procedure::Entity::find()
            .select_only()
            .columns([procedure::Column::Code, procedure::Column::Id])
            .into_tuple()
            .all(connection)
            .await?;
        let agency = |(code, id, valid_from, valid_to)| (code, KnownAgency { id, valid_from, valid_to });
        Ok(Self {
            agencies: agencies.into_iter().map(agency).collect(),
            procedures: procedures.into_iter().collect(),
        })
    }
}
