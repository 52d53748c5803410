//! What can still change, and how far: the levers of a card. And what bars the others.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::Ground;
use super::bounds::{Bounds, Counts, counted};
use super::course::{ClosedLevel, Course, Nature, wholes_of};
use super::ladder::{View, Watched, climb};
use super::lever::{Lever, Moved, overlays};
use crate::Exact;
use crate::facts::{FactValue, Facts};
use crate::rule::{MeasureCode, Rule};

/// Why a measure that would gain points if it changed does not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Bar {
    /// It is fixed once it is known.
    Fixed,
    /// It would have to fall, or be taken back, and does not.
    OnlyGrows,
    /// The level's day has passed.
    Missed { due_on: Option<NaiveDate> },
}

/// The levers of a card.
pub(super) struct Reach<'a> {
    ground: &'a Ground<'a>,
    facts: &'a Facts,
    watched: &'a [Watched<'a>],
    bounds: Bounds,
    pub(super) levers: Vec<Lever>,
    pub(super) bars: BTreeMap<MeasureCode, Bar>,
    /// The measures that were tried, and whether they can be moved.
    tried: BTreeMap<MeasureCode, bool>,
}

impl<'a> Reach<'a> {
    /// What `watched` leaves can gain by, from `facts`.
    pub(super) fn new(ground: &'a Ground<'a>, facts: &'a Facts, watched: &'a [Watched<'a>]) -> Self {
        let mut bounds = Bounds::default();
        for leaf in watched {
            bounds.add_rule(leaf.rule, facts);
        }
        for (part, nature) in ground.natures {
            for whole in &nature.part_of {
                bounds.add_part(part, whole, facts);
            }
        }
        let mut reach = Self {
            ground,
            facts,
            watched,
            bounds,
            levers: Vec::new(),
            bars: BTreeMap::new(),
            tried: BTreeMap::new(),
        };
        for leaf in watched {
            match leaf.rule {
                Rule::Manual {} if ground.appraisal => reach.appraisal(*leaf),
                _ if ground.closed => {}
                rule => reach.rule(rule),
            }
        }
        reach
    }

    fn rule(&mut self, rule: &Rule) {
        match rule {
            Rule::Boolean { measure } => self.flag(measure),
            Rule::Tiered { measure, .. } => self.level(measure),
            Rule::LinearScale { measure, from, to } => self.amount(measure, &Exact::one(), [to, from]),
            Rule::Survey { measure } => {
                let hundredth = Exact::ratio(&Exact::one(), &Exact::hundred()).unwrap_or_else(Exact::one);
                self.amount(measure, &hundredth, [&Exact::one(), &Exact::zero()]);
            }
            Rule::CountCapped { measure, .. } | Rule::CountDeduct { measure, .. } => {
                self.count(measure);
            }
            // One of several that are summed is enough; together they could be more than the whole.
            Rule::RatioBanded { ratio, .. } | Rule::RatioLinear { ratio, .. } => {
                let _ = ratio.numerator.iter().any(|measure| self.count(measure));
            }
            Rule::Composite { terms } => terms.iter().for_each(|term| self.rule(&term.rule)),
            Rule::Manual {} | Rule::Inherited {} => {}
        }
    }

    fn nature(&self, measure: &MeasureCode) -> Nature {
        self.ground.natures.get(measure).cloned().unwrap_or_default()
    }

    /// Whether the measure was not tried before.
    fn is_new(&mut self, measure: &MeasureCode) -> bool {
        self.tried.insert(measure.clone(), false).is_none()
    }

    fn add(&mut self, lever: Lever) {
        if let Some(measure) = lever.moved.measure() {
            self.tried.insert(measure.clone(), true);
        }
        self.levers.push(lever);
    }

    fn flag(&mut self, measure: &MeasureCode) {
        let Some(FactValue::Flag(set)) = self.facts.values.get(measure).map(|fact| &fact.value) else {
            return;
        };
        let to = !set;
        if !self.is_new(measure) {
            return;
        }
        let lever = self.climbed(Lever::new(Moved::Flag { measure: measure.clone(), to }), 1);
        if lever.ladder.is_empty() {
            return;
        }
        match self.nature(measure).course {
            Course::Fixed => _ = self.bars.insert(measure.clone(), Bar::Fixed),
            Course::Grows if !to => _ = self.bars.insert(measure.clone(), Bar::OnlyGrows),
            Course::Grows | Course::Varies => self.add(lever),
        }
    }

    fn level(&mut self, measure: &MeasureCode) {
        let Some(FactValue::Level(from)) = self.facts.values.get(measure).map(|fact| &fact.value) else {
            return;
        };
        let from = from.clone();
        if !self.is_new(measure) {
            return;
        }
        let nature = self.nature(measure);
        let better = self.better_levels(measure, &from);
        let missed = better.iter().find_map(|level| match nature.closed_levels.get(level) {
            Some(ClosedLevel::Missed { due_on }) => Some(*due_on),
            _ => None,
        });
        if let Some(due_on) = missed {
            self.bars.insert(measure.clone(), Bar::Missed { due_on });
        }
        let open = |level: &String| !nature.closed_levels.contains_key(level);
        let levels: Vec<_> = better.into_iter().filter(open).collect();
        let most = i64::try_from(levels.len()).unwrap_or_default();
        if most == 0 {
            return;
        }
        if nature.course == Course::Fixed {
            self.bars.insert(measure.clone(), Bar::Fixed);
            return;
        }
        let mut lever = Lever::new(Moved::Level { measure: measure.clone(), from, levels });
        lever.ladder = (1..=most).collect();
        self.add(lever);
    }

    /// The levels that give more than `from`, the least of them first; of equals one.
    fn better_levels(&self, measure: &MeasureCode, from: &str) -> Vec<String> {
        let mut named: Vec<&str> = Vec::new();
        for leaf in self.watched {
            levels_of(leaf.rule, measure, &mut named);
        }
        let view = View::of_measures(self.watched, [measure].into_iter(), self.facts);
        let worth = |level: &str| {
            let levels = vec![level.to_owned()];
            let lever = Lever::new(Moved::Level { measure: measure.clone(), from: from.to_owned(), levels });
            view.look(&overlays([(&lever, 1)])).worth().clone()
        };
        let mut best = worth(from);
        let mut levels: Vec<_> = named.into_iter().map(|level| (worth(level), level)).collect();
        levels.sort();
        let mut better = Vec::new();
        for (worth, level) in levels {
            // A closed level hides no open one that is worth the same.
            let closed = self.nature(measure).closed_levels.contains_key(level);
            if worth > best {
                better.push(level.to_owned());
                if !closed {
                    best = worth;
                }
            }
        }
        better
    }

    fn amount(&mut self, measure: &MeasureCode, unit: &Exact, ends: [&Exact; 2]) {
        let Some(FactValue::Number(from)) = self.facts.values.get(measure).map(|fact| &fact.value) else {
            return;
        };
        let from = from.clone();
        if !self.is_new(measure) {
            return;
        }
        for to in ends {
            let moved = Moved::Amount {
                measure: measure.clone(),
                from: from.clone(),
                to: to.clone(),
                unit: unit.clone(),
            };
            let lever = self.climbed(Lever::new(moved), units_between(&from, to, unit));
            if lever.ladder.is_empty() {
                continue;
            }
            match self.nature(measure).course {
                Course::Fixed => _ = self.bars.insert(measure.clone(), Bar::Fixed),
                Course::Grows | Course::Varies => self.add(lever),
            }
            return;
        }
    }

    /// Whether the count can be moved.
    fn count(&mut self, measure: &MeasureCode) -> bool {
        if counted(measure, self.facts).is_none() {
            return false;
        }
        if !self.is_new(measure) {
            return self.tried.get(measure).copied().unwrap_or_default();
        }
        let course = self.nature(measure).course;
        for falls in [false, true] {
            let mut lever = Lever::new(Moved::Count { measure: measure.clone(), falls });
            lever.counts = self.counts(measure, falls);
            let most = self.bounds.most(&lever.counts, falls);
            let lever = self.climbed(lever, most);
            let Some(furthest) = lever.ladder.last().copied() else { continue };
            match course {
                Course::Fixed => _ = self.bars.insert(measure.clone(), Bar::Fixed),
                Course::Grows if falls => _ = self.bars.insert(measure.clone(), Bar::OnlyGrows),
                Course::Grows | Course::Varies => {
                    self.bounds.take(&lever.counts, falls, furthest);
                    self.add(lever);
                    return true;
                }
            }
        }
        false
    }

    /// The measure and those of which it is a part that move with it, as far as they are known: what is fixed stays,
    /// and of what only grows there are not fewer because a part of it falls.
    fn counts(&self, measure: &MeasureCode, falls: bool) -> Counts {
        let moves = |code: &MeasureCode| match self.nature(code).course {
            Course::Fixed => false,
            Course::Grows => !falls,
            Course::Varies => true,
        };
        let wholes = wholes_of(measure, |code| {
            let nature = self.ground.natures.get(code).filter(|_| code == measure || moves(code));
            nature.map(|nature| &nature.part_of)
        });
        let moved = wholes.into_iter().filter(|whole| moves(whole)).chain([measure.clone()]);
        let known =
            |measure: MeasureCode| Some((measure.clone(), Exact::from(counted(&measure, self.facts)?)));
        moved.filter_map(known).collect()
    }

    fn appraisal(&mut self, leaf: Watched<'_>) {
        let given = self.ground.facts.appraisals.get(leaf.code);
        let valid = |points: &&Exact| !points.is_negative() && *points <= leaf.max;
        let noted = given.filter(|given| !given.note.trim().is_empty());
        let from = noted.map(|given| &given.points).filter(valid).cloned();
        let to = if leaf.takes { Exact::zero() } else { leaf.max.clone() };
        let start = from.clone().unwrap_or_else(Exact::zero);
        let units = units_between(&start, &to, &Exact::one());
        let owed = i64::from(from.is_none());
        let mut lever = Lever::new(Moved::Appraisal { criterion: leaf.code.to_owned(), from, to });
        let view = View::of(vec![leaf], self.ground.facts);
        lever.ladder = climb(units + owed, |at| view.look(&overlays([(&lever, at)])));
        if lever.is_owed() {
            lever.ladder.insert(0, 1);
        }
        if !lever.ladder.is_empty() {
            self.add(lever);
        }
    }

    /// The lever with its ladder of at most `most` units.
    fn climbed(&self, mut lever: Lever, most: i64) -> Lever {
        let own = lever.moved.measure().into_iter();
        let view = View::of_measures(self.watched, lever.counts.keys().chain(own), self.facts);
        lever.ladder = climb(most, |at| view.look(&overlays([(&lever, at)])));
        lever
    }
}

/// The levels that a rule names for a measure.
fn levels_of<'a>(rule: &'a Rule, measure: &MeasureCode, levels: &mut Vec<&'a str>) {
    match rule {
        Rule::Tiered { measure: read, tiers } if read == measure => {
            levels.extend(tiers.iter().map(|tier| tier.level.as_str()));
        }
        Rule::Composite { terms } => terms.iter().for_each(|term| levels_of(&term.rule, measure, levels)),
        _ => {}
    }
}

/// How many units lead from one number to another; the last may be a part of one.
fn units_between(from: &Exact, to: &Exact, unit: &Exact) -> i64 {
    let way = if from <= to { to.clone() - from } else { from.clone() - to };
    let units = Exact::ratio(&way, unit).unwrap_or_else(Exact::zero);
    let whole = units.sort_key(0).unwrap_or_default();
    if units.is_whole() { whole } else { whole.saturating_add(1) }
}
