//! Counts over a change of agencies: an agency's own and its predecessors'.
//!
//! What is reported as one row for an agency and a period tells what the agency did in that part of the period in which
//! it existed. Dossiers are counted for any days; they stay with the agency that received them, and a successor that
//! reports dossiers is told those of its predecessors to the end of its own days, also where they ended before the
//! period. So, for a measure whose unit is a count:
//! - what flows (received, resolved, any observed count) is summed: the agency's own and its predecessors';
//! - what was there at the start (`carried_over`) is that of those who count from the start: what a successor
//!   carried over from its predecessor is no more than that;
//! - what is there at the end (`pending_*`) is that of those who count to the end: of rows the agency's own, for what a
//!   predecessor left pending its successor carried over. So `received_total` of one that began later is taken less
//!   what it carried over, and `overdue_total` of one that ended earlier is what it resolved overdue.
//!
//! Of each agency counts the source that the measure's gathering names, or else the other, as for an agency that never
//! changed; beside the sum stands that of the other source, where all of them speak by it.
//!
//! A declared share of a count that is no whole number, a part that nobody declared, a row over more days than go
//! over, or a predecessor that did not report make the sum not known, and the card says for want of whose count.
//! Levels, flags, shares, points and listings are never summed: the agency's own holds; an agency that is another
//! only by name goes on with what it had under the earlier one.

mod counting;

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use entity::{AgencyId, ScorecardId, agency, measure, period, scorecard};
use scoring::{BrokenIdentity, Exact, Fact, Succeeded};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, JoinType, QueryFilter, QuerySelect, RelationTrait,
};

use self::counting::{Asked, Counting, asked, is_summed, sum};
use super::gather::{Found, Inputs, Place};
use crate::dossiers::{CountedPart, Span};
use crate::registry::{Contribution, Successions};

/// What is known of a measure of an agency.
#[derive(Default)]
pub(crate) struct Told<'a> {
    /// The value that counts; `None`: it is not known.
    pub(crate) fact: Option<Fact>,
    /// How it came about over a change of agencies; `None`: no agency changed.
    pub(crate) succeeded: Option<Succeeded>,
    /// What a second source says, which does not count.
    pub(crate) beside: Option<Fact>,
    /// What it was taken from, and whose that is.
    pub(crate) found: Vec<(AgencyId, Found<'a>)>,
}

impl Told<'_> {
    /// The identities that the official tables break from which the value was taken.
    pub(crate) fn broken(&self) -> Vec<BrokenIdentity> {
        let tables = self.found.iter().filter(|_| self.fact.is_some()).filter_map(|(_, found)| match found {
            Found::Table(table, _) => Some(&table.broken.0),
            _ => None,
        });
        let mut broken = Vec::new();
        for identity in tables.flatten() {
            if !broken.contains(identity) {
                broken.push(identity.clone());
            }
        }
        broken
    }
}

/// Whose counts the counts of some agencies are made of in a period, where that is not each one's own alone.
#[derive(Default)]
pub(crate) struct Lines {
    period: (NaiveDate, NaiveDate),
    own: Vec<AgencyId>,
    successions: Arc<Successions>,
    contributions: HashMap<AgencyId, Contributions>,
}

/// What the counts of an agency are made of.
struct Contributions {
    /// Where they are reported as rows.
    rows: Vec<Contribution>,
    /// Where they are counted over dossiers.
    dossiers: Vec<Contribution>,
}

impl Lines {
    pub(super) async fn load<C: ConnectionTrait>(
        connection: &C,
        period: &period::Model,
        agencies: &[agency::Model],
    ) -> Result<Self, DbErr> {
        let ids = || agencies.iter().map(|agency| agency.id);
        let successions = Successions::load(connection, ids(), period.ends_before).await?;
        Ok(Self::new((period.starts_on, period.ends_before), Arc::new(successions), ids()))
    }

    /// Those of the agencies of stored cards, by the successions that were on record when each was compiled: a query, and
    /// those of [`Successions::load`].
    pub(crate) async fn of_cards<C: ConnectionTrait>(
        connection: &C,
        cards: &[ScorecardId],
    ) -> Result<HashMap<ScorecardId, Self>, DbErr> {
        type Row = (ScorecardId, AgencyId, DateTime<Utc>, NaiveDate, NaiveDate);
        let rows: Vec<Row> = scorecard::Entity::find()
            .filter(scorecard::Column::Id.is_in(cards.iter().copied()))
            .join(JoinType::InnerJoin, scorecard::Relation::Period.def())
            .select_only()
            .columns([scorecard::Column::Id, scorecard::Column::AgencyId])
            .column(scorecard::Column::CompiledAt)
            .columns([period::Column::StartsOn, period::Column::EndsBefore])
            .into_tuple()
            .all(connection)
            .await?;
        let Some(before) = rows.iter().map(|row| row.4).max() else { return Ok(HashMap::new()) };
        let successions = Successions::load(connection, rows.iter().map(|row| row.1), before).await?;
        let mut known: HashMap<_, Arc<Successions>> = HashMap::new();
        let of_card = |(card, agency, compiled_at, starts_on, ends_before)| {
            let known =
                known.entry(compiled_at).or_insert_with(|| Arc::new(successions.known_at(compiled_at)));
            (card, Self::new((starts_on, ends_before), Arc::clone(known), std::iter::once(agency)))
        };
        Ok(rows.into_iter().map(of_card).collect())
    }

    /// Those of `agencies` in a period, by the successions that lead to them.
    pub(crate) fn new(
        period: (NaiveDate, NaiveDate),
        successions: Arc<Successions>,
        agencies: impl Iterator<Item = AgencyId>,
    ) -> Self {
        let (from, before) = period;
        let of = |agency: AgencyId| {
            let rows = successions.contributions(agency, from, before);
            let dossiers = successions.dossier_contributions(agency, from, before);
            let whole = |of: &Contribution| (of.from, of.before) == period;
            let changed = !alone(&rows, agency) || !alone(&dossiers, agency) || !dossiers.iter().all(whole);
            changed.then_some((agency, Contributions { rows, dossiers }))
        };
        let any = !successions.is_empty();
        let own: Vec<AgencyId> = agencies.collect();
        let contributions = own.iter().copied().filter(|_| any).filter_map(of).collect();
        Self { period, own, successions, contributions }
    }

    /// The agencies whose reports are needed beside the agencies' own.
    pub(crate) fn others(&self) -> impl Iterator<Item = AgencyId> {
        self.contributions.values().flat_map(|made_of| &made_of.rows).map(|of| of.agency)
    }

    /// The days of which the dossiers of `agencies` and their predecessors are counted.
    pub(super) fn spans(&self, agencies: impl Iterator<Item = AgencyId>) -> BTreeSet<Span> {
        let of = |agency| match self.contributions.get(&agency) {
            Some(made_of) => made_of.rows.iter().chain(&made_of.dossiers).map(span).collect(),
            None => vec![self.whole(agency)],
        };
        agencies.flat_map(of).collect()
    }

    /// Of whose dossiers a number was counted, on which days, and what was asked of them: where a sum was formed, of its
    /// `parts` that were counted so, each by code, first day and the day after the last; else of the agency's own.
    pub(crate) fn counted_dossiers(
        &self,
        agency: AgencyId,
        measure: &measure::Model,
        parts: &[(&str, NaiveDate, NaiveDate)],
    ) -> Vec<CountedPart> {
        let key = measure.key.as_deref().unwrap_or_default();
        let Some(made_of) = self.contributions.get(&agency).filter(|_| is_summed(measure)) else {
            return vec![CountedPart { span: self.whole(agency), key: key.to_owned() }];
        };
        let own = made_of.dossiers.iter().filter(|of| of.agency == agency);
        let ends_before = own.map(|of| of.before).max().unwrap_or(self.period.1);
        let counted = |span: &Span| {
            let code = self.code_of(span.agency);
            let is_part = |part: &&(&str, NaiveDate, NaiveDate)| {
                Some(part.0) == code && (part.1, part.2) == (span.from, span.before)
            };
            if parts.is_empty() { span.agency == agency } else { parts.iter().find(is_part).is_some() }
        };
        let spans: BTreeSet<Span> = made_of.dossiers.iter().chain(&made_of.rows).map(span).collect();
        let part = |span: Span| {
            let key = match asked(measure, span.from <= self.period.0, span.before == ends_before) {
                Asked::Nothing => return None,
                Asked::Itself => key,
                Asked::Column(key) => key,
                // Received in all less what was carried over.
                Asked::Less(..) => "received_new",
            };
            Some(CountedPart { span, key: key.to_owned() })
        };
        spans.into_iter().filter(counted).filter_map(part).collect()
    }

    /// Whether a period lies within this one.
    pub(super) fn covers(&self, starts_on: NaiveDate, ends_before: NaiveDate) -> bool {
        self.period.0 <= starts_on && ends_before <= self.period.1
    }

    /// The agencies that cards are about and those whose reports are needed beside their own.
    pub(crate) fn everyone(&self) -> impl Iterator<Item = AgencyId> {
        self.own.iter().copied().chain(self.others())
    }

    /// The whole period of an agency.
    pub(super) fn whole(&self, agency: AgencyId) -> Span {
        Span { agency, from: self.period.0, before: self.period.1 }
    }

    /// Whether an agency had ended when the period began.
    pub(super) fn is_past(&self, agency: AgencyId) -> bool {
        let agency = self.successions.agency(agency);
        agency.and_then(|agency| agency.valid_to).is_some_and(|valid_to| valid_to <= self.period.0)
    }

    /// The code of an agency that changed.
    pub(super) fn code_of(&self, agency: AgencyId) -> Option<&str> {
        self.successions.agency(agency).map(|agency| agency.code.as_str())
    }

    /// The agency under its earlier names in the period, the last first.
    pub(super) fn earlier_names(&self, agency: AgencyId) -> impl Iterator<Item = AgencyId> {
        let made_of = self.contributions.get(&agency).map(|made_of| &made_of.rows);
        made_of.into_iter().flatten().rev().filter(|of| of.renamed).map(|of| of.agency)
    }

    /// What is known of a measure of `agency`.
    pub(super) fn told<'a>(
        &'a self,
        inputs: &'a Inputs,
        agency: AgencyId,
        measure: &'a measure::Model,
    ) -> Told<'a> {
        let made_of = self.contributions.get(&agency).filter(|_| is_summed(measure));
        let Some(made_of) = made_of else { return self.own(inputs, agency, measure) };
        let places = Place::of(measure.gathering);
        let counting = Counting::new(self, inputs, (agency, measure), made_of, places);
        let beside = match places {
            [first, second, _] if counting.own_place == Some(*first) => {
                let (second, other) = ([*second], (agency, measure));
                let counted = Counting::new(self, inputs, other, made_of, &second).counted();
                sum(&counted, self.period).0
            }
            _ => None,
        };
        let changed = !alone(&made_of.rows, agency);
        if !changed && counting.own_place != Some(Place::Dossiers) {
            return Told { beside, ..self.own(inputs, agency, measure) };
        }
        let counted = counting.counted();
        let (fact, succeeded) = sum(&counted, self.period);
        // Where nothing is left of those who ended before the period, no agency changed.
        let succeeded = succeeded.filter(|_| changed || counted.len() > 1);
        let found = counted.into_iter().filter_map(|one| Some((one.agency.id, one.found?))).collect();
        Told { fact, succeeded, beside, found }
    }

    /// What the agency itself reported, be it under an earlier name.
    fn own<'a>(&self, inputs: &'a Inputs, agency: AgencyId, measure: &measure::Model) -> Told<'a> {
        let mut names = std::iter::once(agency).chain(self.earlier_names(agency));
        let found = names.find_map(|agency| Some((agency, inputs.found(agency, measure)?)));
        Told {
            fact: found.as_ref().map(|(_, found)| found.fact(measure)),
            beside: inputs.beside(agency, measure).map(|found| found.fact(measure)),
            succeeded: None,
            found: found.into_iter().collect(),
        }
    }
}

/// Whether an agency's counts are its own and nobody else's.
fn alone(contributions: &[Contribution], agency: AgencyId) -> bool {
    contributions.iter().all(|of| of.agency == agency && of.share == Some(Exact::one()))
}

fn span(of: &Contribution) -> Span {
    Span { agency: of.agency, from: of.from, before: of.before }
}
