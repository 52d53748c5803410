//! The agencies of a block that are scored together in a period, and what is known of them.

use std::collections::HashMap;

use chrono::NaiveDate;
use entity::{AgencyId, agency, block, period};
use scoring::{Facts, Overlay, PeriodCode};
use sea_orm::ConnectionTrait;

use super::gather::Inputs;
use super::{Criteria, PartError, inherit};

/// Agencies of one block in one period.
pub(crate) struct Cohort {
    pub(crate) period: period::Model,
    pub(super) code: PeriodCode,
    pub(crate) block: block::Model,
    pub(crate) agencies: Vec<agency::Model>,
}

/// What is laid over the facts of agencies; nothing, unless something is simulated.
#[derive(Default)]
pub(crate) struct Overlays {
    pub(crate) of_agencies: HashMap<AgencyId, Vec<Overlay>>,
    pub(crate) as_of: NaiveDate,
}

impl Overlays {
    /// Lays over the facts of an agency what there is for it.
    pub(super) fn lay_over(&self, agency: AgencyId, facts: &mut Facts) {
        for overlay in self.of_agencies.get(&agency).into_iter().flatten() {
            facts.overlay(overlay, self.as_of);
        }
    }
}

impl Cohort {
    /// These agencies, as they stood in the block in the period.
    pub(crate) fn new(
        period: period::Model,
        block: block::Model,
        agencies: Vec<agency::Model>,
    ) -> Result<Self, PartError> {
        let code = period.code.parse().map_err(|error| PartError::GiveUp(format!("{error}")))?;
        Ok(Self { period, code, block, agencies })
    }

    /// The period as the scoring core knows it.
    pub(crate) fn scored_period(&self) -> scoring::Period {
        let period::Model { starts_on, ends_before, .. } = self.period;
        scoring::Period { code: self.code, starts_on, ends_before }
    }

    /// The facts of the agencies as they are known now, in their order, with what is laid over them.
    pub(crate) async fn facts<C: ConnectionTrait>(
        &self,
        connection: &C,
        criteria: &Criteria,
        overlays: &Overlays,
    ) -> Result<Vec<Facts>, PartError> {
        let inputs = Inputs::load(connection, &self.period, &self.agencies).await?;
        let mut handed_down = inherit::handed_down(connection, self, criteria, overlays).await?;
        let facts = |agency: &agency::Model| {
            let mut facts = inputs.facts_of(agency, &self.block.code, &criteria.set, &criteria.measures);
            overlays.lay_over(agency.id, &mut facts);
            facts.inherited = handed_down.remove(&agency.id).unwrap_or_default();
            facts
        };
        Ok(self.agencies.iter().map(facts).collect())
    }
}
