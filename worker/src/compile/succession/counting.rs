//! How one measure of one agency is counted over a change of agencies: what is asked of each, and the sum.

use chrono::NaiveDate;
use entity::{AgencyId, agency, measure};
use scoring::{Exact, Fact, FactValue, NotSummed, Source, Succeeded, SummedPart, Unit};

use super::{Contributions, Lines, span};
use crate::compile::gather::{Found, Inputs, Place};
use crate::registry::Contribution;

/// How one measure of one agency is counted.
pub(super) struct Counting<'a> {
    lines: &'a Lines,
    inputs: &'a Inputs,
    own: AgencyId,
    measure: &'a measure::Model,
    made_of: &'a Contributions,
    /// Where the agency's own number is found.
    pub(super) own_place: Option<Place>,
    /// Where a predecessor's number is looked for: where the agency's own is, before anywhere else.
    places: Vec<Place>,
}

impl<'a> Counting<'a> {
    pub(super) fn new(
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

    pub(super) fn counted(&self) -> Vec<Counted<'a>> {
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
pub(super) enum Asked {
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
pub(super) fn is_summed(measure: &measure::Model) -> bool {
    measure.unit == Unit::Count && measure.gathering != measure::Gathering::Listing
}

/// What is asked of an agency that counts from the period's start or not, and to the end or not.
pub(super) fn asked(measure: &measure::Model, at_start: bool, at_end: bool) -> Asked {
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
pub(super) struct Counted<'a> {
    /// The agency.
    pub(super) agency: &'a agency::Model,
    /// What of it counts.
    of: Contribution,
    /// Where it is found.
    place: Option<Place>,
    /// What is told there.
    fact: Option<Fact>,
    /// What it was taken from.
    pub(super) found: Option<Found<'a>>,
}

/// The sum, and how it came about or for want of whose count there is none.
pub(super) type Known = (Option<Fact>, Option<Succeeded>);

/// The sum of the counts of a period, or for want of whose count there is none. A report that is no number is
/// given as it is: the rule that reads it refuses it by name.
pub(super) fn sum(counted: &[Counted<'_>], (starts_on, ends_before): (NaiveDate, NaiveDate)) -> Known {
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
