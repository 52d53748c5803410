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

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use entity::{AgencyId, ScorecardId, agency, measure, period, scorecard};
use scoring::{BrokenIdentity, Exact, Fact, FactValue, NotSummed, Source, Succeeded, SummedPart, Unit};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, JoinType, QueryFilter, QuerySelect, RelationTrait,
};

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
        let contributions = agencies.filter(|_| any).filter_map(of).collect();
        Self { period, successions, contributions }
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

/// How one measure of one agency is counted.
struct Counting<'a> {
    lines: &'a Lines,
    inputs: &'a Inputs,
    own: AgencyId,
    measure: &'a measure::Model,
    made_of: &'a Contributions,
    /// Where the agency's own number is found.
    own_place: Option<Place>,
    /// Where a predecessor's number is looked for: where the agency's own is, before anywhere else.
    places: Vec<Place>,
}

impl<'a> Counting<'a> {
    fn new(
        lines: &'a Lines,
        inputs: &'a Inputs,
        (own, measure): (AgencyId, &'a measure::Model),
        made_of: &'a Contributions,
        places: &[Place],
    ) -> Self {
        let key = measure.key.as_deref().unwrap_or_default();
        let dossiers = || made_of.dossiers.iter().filter(|of| of.agency == own).map(span);
        let is_found = |place: &Place| match place {
            Place::Dossiers => dossiers().any(|span| inputs.in_dossiers(span, key).is_some()),
            Place::Table => inputs.in_table(own, key).is_some(),
            Place::Elsewhere => inputs.elsewhere(own, measure).is_some(),
        };
        let own_place = places.iter().copied().find(is_found);
        let others = places.iter().copied().filter(|place| Some(*place) != own_place);
        let places = own_place.into_iter().chain(others).collect();
        Self { lines, inputs, own, measure, made_of, own_place, places }
    }

    fn counted(&self) -> Vec<Counted<'a>> {
        let contributions = match self.own_place {
            Some(Place::Dossiers) => &self.made_of.dossiers,
            _ => &self.made_of.rows,
        };
        let own = contributions.iter().filter(|of| of.agency == self.own);
        let ends_before = own.map(|of| of.before).max().unwrap_or(self.lines.period.1);
        contributions.iter().filter_map(|of| self.of_one(of, ends_before)).collect()
    }

    /// What one contributes; `None` where it is not asked. `ends_before`: the end of the agency's own.
    fn of_one(&self, whole: &Contribution, ends_before: NaiveDate) -> Option<Counted<'a>> {
        let agency = self.lines.successions.agency(whole.agency)?;
        // A row says nothing of what came after.
        let row_before = agency.valid_to.map_or(whole.before, |valid_to| valid_to.min(whole.before));
        let row = Contribution { before: row_before, ..whole.clone() };
        let (starts_on, _) = self.lines.period;
        for place in &self.places {
            let of = if *place == Place::Dossiers { whole } else { &row };
            if of.from >= of.before {
                continue;
            }
            let (fact, found) = match asked(self.measure, of.from <= starts_on, of.before == ends_before) {
                Asked::Nothing => return None,
                Asked::Itself => {
                    let key = self.measure.key.as_deref().unwrap_or_default();
                    let found = self.read(*place, of, key);
                    (found.as_ref().map(|found| found.fact(self.measure)), found)
                }
                Asked::Column(key) => {
                    let found = self.column(*place, of, key);
                    (found.as_ref().map(|found| found.fact(self.measure)), found)
                }
                Asked::Less(all, part) => {
                    let found = self.column(*place, of, all);
                    let fact = |found: &Found<'_>| found.fact(self.measure);
                    let part = self.column(*place, of, part).as_ref().map(fact);
                    (less(found.as_ref().map(fact), part), found)
                }
            };
            if fact.is_some() {
                let left = self.lines.is_past(agency.id) && fact.as_ref().is_some_and(is_zero);
                return (!left).then(|| Counted { agency, of: of.clone(), place: Some(*place), fact, found });
            }
        }
        let asked_of_row = asked(self.measure, row.from <= starts_on, row.before == ends_before);
        let expected = !self.lines.is_past(agency.id) && asked_of_row != Asked::Nothing;
        expected.then_some(Counted { agency, of: row, place: None, fact: None, found: None })
    }

    fn read(&self, place: Place, of: &Contribution, key: &str) -> Option<Found<'a>> {
        match place {
            Place::Elsewhere => self.inputs.elsewhere(of.agency, self.measure),
            _ => self.column(place, of, key),
        }
    }

    fn column(&self, place: Place, of: &Contribution, key: &str) -> Option<Found<'a>> {
        match place {
            Place::Table => self.inputs.in_table(of.agency, key),
            Place::Dossiers => self.inputs.in_dossiers(span(of), key),
            Place::Elsewhere => None,
        }
    }
}

fn is_zero(fact: &Fact) -> bool {
    matches!(&fact.value, FactValue::Number(number) if number.is_zero())
}

/// One count less another.
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

/// What is asked of one agency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asked {
    /// The measure itself.
    Itself,
    /// Another column of the dossier table.
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

/// What is asked of an agency that counts from the period's start or not, and to the end or not.
fn asked(measure: &measure::Model, at_start: bool, at_end: bool) -> Asked {
    use measure::Gathering::{DossierTable, Dossiers};
    if !matches!(measure.gathering, DossierTable | Dossiers) {
        return Asked::Itself;
    }
    match measure.key.as_deref().unwrap_or_default() {
        "carried_over" if !at_start => Asked::Nothing,
        "pending_total" | "pending_in_time" | "pending_overdue" if !at_end => Asked::Nothing,
        "overdue_total" if !at_end => Asked::Column("resolved_overdue"),
        "received_total" if !at_start => Asked::Less("received_total", "carried_over"),
        _ => Asked::Itself,
    }
}

/// One agency's count, as far as it is known.
struct Counted<'a> {
    /// The agency.
    agency: &'a agency::Model,
    /// What of it counts.
    of: Contribution,
    /// Where it is found.
    place: Option<Place>,
    /// What is told there.
    fact: Option<Fact>,
    /// What it was taken from.
    found: Option<Found<'a>>,
}

/// The sum, and how it came about or for want of whose count there is none.
type Known = (Option<Fact>, Option<Succeeded>);

/// The sum of the counts of a period, or for want of whose count there is none. A report that is no number is
/// given as it is: the rule that reads it refuses it by name.
fn sum(counted: &[Counted<'_>], (starts_on, ends_before): (NaiveDate, NaiveDate)) -> Known {
    let mut parts = Vec::new();
    for one in counted {
        let not_known = |why| (None, Some(Succeeded::NotKnown { agency: one.agency.code.clone(), why }));
        let Some(fact) = &one.fact else { return not_known(NotSummed::Unreported) };
        let FactValue::Number(value) = &fact.value else { return (Some(fact.clone()), None) };
        let Contribution { from, before, share, .. } = one.of.clone();
        let row_from = one.agency.valid_from.max(starts_on);
        let row_before = one.agency.valid_to.unwrap_or(ends_before).min(ends_before);
        let is_whole = one.place == Some(Place::Dossiers) || (from, before) == (row_from, row_before);
        let Some(share) = share.filter(|_| is_whole) else { return not_known(NotSummed::Indivisible) };
        if !(&share * value).is_whole() {
            return not_known(NotSummed::Fractional);
        }
        parts.push(SummedPart {
            agency: one.agency.code.clone(),
            from,
            before,
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
