//! What stored scorecards were scored from: their facts, sets and periods, read once for all cards.

use std::collections::HashMap;

use entity::{CriteriaSetId, PeriodId, criteria_set, period, scorecard};
use scoring::{Catalogue, CriteriaSet, Facts, Period};
use sea_orm::{ConnectionTrait, DbErr, EntityTrait};

use crate::criteria::{CriteriaError, load_measures, read_set, units};

/// The sets and periods of cards.
pub(crate) struct Origins {
    catalogue: Catalogue,
    sets: HashMap<CriteriaSetId, Result<CriteriaSet, String>>,
    periods: HashMap<PeriodId, Period>,
}

/// What one card was scored from.
pub(crate) struct Origin<'a> {
    pub(crate) facts: Facts,
    pub(crate) set: &'a CriteriaSet,
    pub(crate) period: &'a Period,
}

/// A column of a card that can no longer be read. Why is for the log: whoever asks may be the public.
#[derive(Debug)]
pub(crate) struct Unreadable {
    pub(crate) column: &'static str,
}

impl Origins {
    /// Reads what all cards need.
    pub(crate) async fn load<C: ConnectionTrait>(connection: &C) -> Result<Self, DbErr> {
        let catalogue = units(&load_measures(connection).await?);
        let mut periods = HashMap::new();
        for row in period::Entity::find().all(connection).await? {
            if let Ok(code) = row.code.parse() {
                let period = Period { code, starts_on: row.starts_on, ends_before: row.ends_before };
                periods.insert(row.id, period);
            }
        }
        Ok(Self { catalogue, sets: HashMap::new(), periods })
    }

    /// Reads the sets of `cards`, each once.
    pub(crate) async fn add_sets<C: ConnectionTrait>(
        &mut self,
        connection: &C,
        cards: &[&scorecard::Model],
    ) -> Result<(), DbErr> {
        for card in cards {
            if !self.sets.contains_key(&card.criteria_set_id) {
                let set = self.read_set(connection, card.criteria_set_id).await?;
                self.sets.insert(card.criteria_set_id, set);
            }
        }
        Ok(())
    }

    async fn read_set<C: ConnectionTrait>(
        &self,
        connection: &C,
        id: CriteriaSetId,
    ) -> Result<Result<CriteriaSet, String>, DbErr> {
        let Some(row) = criteria_set::Entity::find_by_id(id).one(connection).await? else {
            return Ok(Err("the criteria set is gone".to_owned()));
        };
        match read_set(&row, &self.catalogue) {
            Ok(set) => Ok(Ok(set)),
            Err(CriteriaError::Database(error)) => Err(error),
            Err(damaged) => Ok(Err(damaged.to_string())),
        }
    }

    /// What the card was scored from, as far as it can still be read.
    pub(crate) fn of(&self, card: &scorecard::Model) -> Result<Origin<'_>, Unreadable> {
        let unreadable = |column: &'static str, why: &str| {
            tracing::warn!(card = %card.id, column, why, "a scorecard's origin cannot be read");
            Unreadable { column }
        };
        let set = match self.sets.get(&card.criteria_set_id) {
            Some(Ok(set)) => set,
            Some(Err(why)) => return Err(unreadable("criteria_set_id", why)),
            None => return Err(unreadable("criteria_set_id", "unknown")),
        };
        let period = self.periods.get(&card.period_id);
        let period = period.ok_or_else(|| unreadable("period_id", "no period"))?;
        let facts = serde_json::from_str(&card.facts);
        let facts = facts.map_err(|error| unreadable("facts", &error.to_string()))?;
        Ok(Origin { facts, set, period })
    }
}
