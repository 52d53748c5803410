//! The agencies of a block that are scored together in a period, and what is known of them.

use entity::{agency, block, period};
use scoring::{Facts, PeriodCode};
use sea_orm::ConnectionTrait;

use super::gather::Inputs;
use super::{Criteria, PartError, inherit};

/// Agencies of one block in one period.
pub(crate) struct Cohort {
    pub(super) period: period::Model,
    pub(super) code: PeriodCode,
    pub(super) block: block::Model,
    pub(super) agencies: Vec<agency::Model>,
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

    /// The facts of the agencies as they are known now, in their order.
    pub(crate) async fn facts<C: ConnectionTrait>(
        &self,
        connection: &C,
        criteria: &Criteria,
    ) -> Result<Vec<Facts>, PartError> {
        let inputs = Inputs::load(connection, &self.period, &self.agencies).await?;
        let mut handed_down = inherit::handed_down(connection, self, criteria).await?;
        let facts = |agency: &agency::Model| {
            let mut facts = inputs.facts_of(agency, &self.block.code, &criteria.set, &criteria.measures);
            facts.inherited = handed_down.remove(&agency.id).unwrap_or_default();
            facts
        };
        Ok(self.agencies.iter().map(facts).collect())
    }
}
