//! Counts over a change of agencies, where they are reported as one row for an agency and a period.
//!
//! A row tells what its agency did in that part of the period in which it existed. So, for a measure whose unit
//! is a count:
//! - what flows (received, resolved, any observed count) is summed: the agency's own and its predecessors';
//! - what was there at the start (`carried_over`) is that of those who existed at the start: what a successor
//!   carried over from its predecessor is no more than that;
//! - what is there at the end (`pending_*`) is the agency's own: what a predecessor left pending, its successor
//!   carried over. So `received_total` of one that began later is taken less what it carried over, and
//!   `overdue_total` of a predecessor is what it resolved overdue.
//!
//! A declared share of a count that is no whole number, a part that nobody declared, a row over more days than go
//! over, or a predecessor that did not report make the sum not known, and the card says for want of whose count.
//! Levels, flags, shares, points and listings are never summed: the agency's own holds; an agency that is another
//! only by name goes on with what it had under the earlier one.

use std::collections::HashMap;

use chrono::NaiveDate;
use entity::{AgencyId, agency, measure, period};
use scoring::{Exact, Fact, FactValue, NotSummed, Source, Succeeded, SummedPart, Unit};
use sea_orm::{ConnectionTrait, DbErr};

use super::gather::Inputs;
use crate::registry::{Contribution, Successions};

/// A fact, and how it came about over a change of agencies; `None` and `None`: not known, and no agency changed.
pub(super) type Known = (Option<Fact>, Option<Succeeded>);

/// Whose rows the counts of some agencies are made of, where that is not each one's own alone.
#[derive(Default)]
pub(super) struct Lines {
    period: (NaiveDate, NaiveDate),
    successions: Successions,
    contributions: HashMap<AgencyId, Vec<Contribution>>,
}

impl Lines {
    pub(super) async fn load<C: ConnectionTrait>(
        connection: &C,
        period: &period::Model,
        agencies: &[agency::Model],
    ) -> Result<Self, DbErr> {
        let period = (period.starts_on, period.ends_before);
        let successions = Successions::load(connection, period.0, period.1).await?;
        let of = |agency: &agency::Model| {
            let contributions = successions.contributions(agency.id, period.0, period.1);
            let alone =
                contributions.iter().all(|of| of.agency == agency.id && of.share == Some(Exact::one()));
            (!alone).then_some((agency.id, contributions))
        };
        let changed = !successions.is_empty();
        let contributions = agencies.iter().filter(|_| changed).filter_map(of).collect();
        Ok(Self { period, successions, contributions })
    }

    /// The agencies whose rows are needed beside the agencies' own.
    pub(super) fn others(&self) -> impl Iterator<Item = AgencyId> {
        self.contributions.values().flatten().map(|of| of.agency)
    }

    /// The agency under its earlier names.
    pub(super) fn earlier_names(&self, agency: AgencyId) -> impl Iterator<Item = &agency::Model> {
        let contributions = self.contributions.get(&agency).into_iter().flatten().rev();
        contributions.filter(|of| of.renamed).filter_map(|of| self.successions.agency(of.agency))
    }

    /// What is known of a measure of `agency`.
    pub(super) fn known(&self, inputs: &Inputs, agency: &agency::Model, measure: &measure::Model) -> Known {
        let Some(contributions) = self.contributions.get(&agency.id) else {
            return (inputs.found(agency.id, measure).map(|found| found.fact(measure)), None);
        };
        if !is_summed(measure) {
            let earlier = || {
                self.earlier_names(agency.id)
                    .find_map(|earlier| inputs.found(earlier.id, measure).map(|found| found.fact(measure)))
            };
            return (
                inputs.found(agency.id, measure).map(|found| found.fact(measure)).or_else(earlier),
                None,
            );
        }
        let counted = contributions.iter().filter_map(|contribution| {
            let own = contribution.agency == agency.id;
            let one = if own { agency } else { self.successions.agency(contribution.agency)? };
            let in_table = |key| inputs.in_table(one.id, key).map(|found| found.fact(measure));
            let fact = match asked(measure, own, one.valid_from <= self.period.0) {
                Asked::Itself => inputs.found(one.id, measure).map(|found| found.fact(measure)),
                Asked::Column(column) => in_table(column),
                Asked::Less(all, part) => less(in_table(all), in_table(part)),
                Asked::Nothing => return None,
            };
            Some(Counted { agency: one, contribution, fact })
        });
        sum(&counted.collect::<Vec<_>>(), self.period)
    }
}

/// One count of a table less another.
fn less(all: Option<Fact>, part: Option<Fact>) -> Option<Fact> {
    let (all, part) = (all?, part?);
    match (&all.value, &part.value) {
        (FactValue::Number(of_all), FactValue::Number(of_part)) => {
            let value = FactValue::Number(of_all.clone() - of_part);
            Some(Fact { value, ..all })
        }
        _ => None,
    }
}

/// What is asked of one agency's row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asked {
    /// The measure itself.
    Itself,
    /// Another column of its dossier table.
    Column(&'static str),
    /// One column less another.
    Less(&'static str, &'static str),
    /// Nothing: it is counted with another agency.
    Nothing,
}

/// Whether the counts of a measure are summed over a change of agencies.
fn is_summed(measure: &measure::Model) -> bool {
    measure.unit == Unit::Count && measure.gathering != measure::Gathering::Listing
}

/// What is asked of the row of an agency: `own` is that whose card it is, `at_start` says whether it existed when
/// the period began.
fn asked(measure: &measure::Model, own: bool, at_start: bool) -> Asked {
    if measure.gathering != measure::Gathering::DossierTable {
        return Asked::Itself;
    }
    match measure.key.as_deref().unwrap_or_default() {
        "carried_over" if !at_start => Asked::Nothing,
        "pending_total" | "pending_in_time" | "pending_overdue" if !own => Asked::Nothing,
        "overdue_total" if !own => Asked::Column("resolved_overdue"),
        "received_total" if !at_start => Asked::Less("received_total", "carried_over"),
        _ => Asked::Itself,
    }
}

/// One agency's count, as far as it is known.
struct Counted<'a> {
    /// The agency.
    agency: &'a agency::Model,
    /// What of it counts.
    contribution: &'a Contribution,
    /// What its row tells.
    fact: Option<Fact>,
}

/// The sum of the counts of a period, or for want of whose count there is none. A report that is no number is
/// given as it is: the rule that reads it refuses it by name.
fn sum(counted: &[Counted<'_>], (starts_on, ends_before): (NaiveDate, NaiveDate)) -> Known {
    let mut parts = Vec::new();
    for one in counted {
        let not_known = |why| (None, Some(Succeeded::NotKnown { agency: one.agency.code.clone(), why }));
        let Some(fact) = &one.fact else { return not_known(NotSummed::Unreported) };
        let FactValue::Number(value) = &fact.value else { return (Some(fact.clone()), None) };
        let Contribution { from, before, share, .. } = one.contribution;
        let row_from = one.agency.valid_from.max(starts_on);
        let row_before = one.agency.valid_to.unwrap_or(ends_before).min(ends_before);
        let Some(share) = share.clone().filter(|_| (*from, *before) == (row_from, row_before)) else {
            return not_known(NotSummed::Indivisible);
        };
        if !(&share * value).is_whole() {
            return not_known(NotSummed::Fractional);
        }
        parts.push(SummedPart {
            agency: one.agency.code.clone(),
            from: *from,
            before: *before,
            share,
            value: value.clone(),
            source: fact.source,
            as_of: fact.as_of,
        });
    }
    let Some((first, as_of)) = parts.first().zip(parts.iter().map(|part| part.as_of).max()) else {
        return (None, None);
    };
    let value = parts.iter().fold(Exact::zero(), |sum, part| sum + &(&part.share * &part.value));
    let illustrative = parts.iter().any(|part| part.source == Source::Illustrative);
    let source = if illustrative { Source::Illustrative } else { first.source };
    let fact = Fact { value: FactValue::Number(value), source, as_of };
    (Some(fact), Some(Succeeded::Summed { parts }))
}
