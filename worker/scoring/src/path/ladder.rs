//! The positions of a lever at which its leaves gain points: the smallest change that does, the edges of bands,
//! the ends of stretches along which each unit brings the same.
//!
//! What a position gives is always what `evaluate` says; only where to look is decided here.

use crate::evaluate::{Evaluated, evaluate};
use crate::facts::Facts;
use crate::overlay::Overlay;
use crate::reason::Step;
use crate::rule::{Band, MeasureCode, Rule};
use crate::{Exact, LineState};

/// A leaf that may gain.
#[derive(Clone, Copy, Debug)]
pub(super) struct Watched<'a> {
    pub(super) code: &'a str,
    pub(super) max: &'a Exact,
    pub(super) rule: &'a Rule,
    /// Whether its points are taken off.
    pub(super) takes: bool,
}

/// The leaves that read what a lever moves, and what they read.
pub(super) struct View<'a> {
    leaves: Vec<Watched<'a>>,
    facts: Facts,
}

/// What the leaves are at one position.
pub(super) struct Seen {
    /// Their points, those that are taken off as negative ones.
    worth: Exact,
    /// By which part of its rule each was scored.
    regimes: Vec<Regime>,
}

/// The part of a rule that applied. Along one lever each part is one stretch of positions.
#[derive(Debug, PartialEq)]
enum Regime {
    Unscored(LineState),
    Band(Box<Band>),
    /// Whether the ratio is below the floor, and whether it has reached the target.
    Linear(bool, bool),
    NothingToCount,
    Terms(Vec<(Regime, bool)>, bool),
    /// Whether the cap or floor of a count has been reached.
    Counted(bool),
    Plain,
}

impl<'a> View<'a> {
    /// The leaves among `watched` that read one of `measures`.
    pub(super) fn of_measures<'m>(
        watched: &[Watched<'a>],
        measures: impl Iterator<Item = &'m MeasureCode> + Clone,
        facts: &Facts,
    ) -> Self {
        let reads = |leaf: &&Watched<'_>| {
            let read = leaf.rule.measures();
            measures.clone().any(|measure| read.contains(&measure))
        };
        Self::of(watched.iter().filter(reads).copied().collect(), facts)
    }

    /// These leaves.
    pub(super) fn of(leaves: Vec<Watched<'a>>, facts: &Facts) -> Self {
        let read = leaves.iter().flat_map(|leaf| leaf.rule.measures());
        let known = read.filter_map(|measure| facts.values.get_key_value(measure));
        let values = known.map(|(measure, fact)| (measure.clone(), fact.clone())).collect();
        let facts = Facts {
            agency: facts.agency.clone(),
            values,
            appraisals: facts.appraisals.clone(),
            tags: Default::default(),
            exemptions: Default::default(),
            inherited: Default::default(),
            succession: Default::default(),
            beside: Default::default(),
            broken: Default::default(),
        };
        Self { leaves, facts }
    }

    /// The leaves with `overlays` laid over what they read.
    pub(super) fn look(&self, overlays: &[Overlay]) -> Seen {
        let mut facts = self.facts.clone();
        for overlay in overlays {
            facts.overlay(overlay, Default::default());
        }
        let mut seen = Seen { worth: Exact::zero(), regimes: Vec::new() };
        for leaf in &self.leaves {
            let evaluated = evaluate(leaf.rule, leaf.code, leaf.max, &facts);
            seen.regimes.push(regime(&evaluated, leaf.max));
            let points = evaluated.map_or_else(|_| Exact::zero(), |(points, _)| points);
            seen.worth = if leaf.takes { seen.worth - &points } else { seen.worth + &points };
        }
        seen
    }
}

impl Seen {
    pub(super) fn worth(&self) -> &Exact {
        &self.worth
    }
}

fn regime(evaluated: &Evaluated, max: &Exact) -> Regime {
    match evaluated {
        Ok((points, step)) => of_step(step, points, max),
        Err(unscored) => Regime::Unscored(unscored.state),
    }
}

fn of_step(step: &Step, points: &Exact, max: &Exact) -> Regime {
    match step {
        Step::Band { band, .. } => Regime::Band(Box::new(band.clone())),
        Step::Linear { ratio, target, below_floor, .. } => {
            Regime::Linear(*below_floor, ratio.value >= *target)
        }
        Step::ZeroDenominator { .. } => Regime::NothingToCount,
        Step::Counted { .. } => Regime::Counted(points == max),
        Step::Deducted { floor, .. } => Regime::Counted(points == floor),
        Step::Sum { terms } => {
            let term = |term: &crate::reason::TermStep| {
                (of_step(&term.step, &term.points, &term.max_points), term.points == term.limit)
            };
            Regime::Terms(terms.iter().map(term).collect(), points == max)
        }
        Step::Flag { .. }
        | Step::Tier { .. }
        | Step::Scale { .. }
        | Step::Share { .. }
        | Step::Appraised { .. }
        | Step::Inherited { .. } => Regime::Plain,
    }
}

/// The most stretches that are followed.
const MOST_STRETCHES: usize = 100;

/// The positions from 1 to `most` worth stopping at, each better than all before it.
pub(super) fn climb(most: i64, look: impl Fn(i64) -> Seen) -> Vec<i64> {
    let start = look(0);
    let mut best = start.worth().clone();
    let mut ladder: Vec<Stop> = Vec::new();
    let (begins, places) = places_to_look(most, &look);
    for at in places {
        let seen = look(at);
        if *seen.worth() > best {
            best = seen.worth().clone();
            ladder.push(Stop { at, worth: best.clone(), begins: begins.contains(&at) });
        }
    }
    without_needless_stops(ladder)
}

/// Where a lever may stop.
struct Stop {
    at: i64,
    worth: Exact,
    /// Whether a stretch begins there.
    begins: bool,
}

/// Where stretches begin; and these places with the step after each, its end, and the powers of ten within.
fn places_to_look(most: i64, look: &impl Fn(i64) -> Seen) -> (Vec<i64>, Vec<i64>) {
    let (mut begins, mut places) = (Vec::new(), Vec::new());
    let mut begin = 0;
    for _ in 0..MOST_STRETCHES {
        if begin > most {
            break;
        }
        let end = end_of_stretch(begin, most, look);
        begins.push(begin);
        places.extend([begin, (begin + 1).min(end), end]);
        let powers = std::iter::successors(Some(10_i64), |power| power.checked_mul(10));
        places.extend(powers.take_while(|power| *power <= end).filter(|power| *power >= begin));
        begin = end + 1;
    }
    places.retain(|place| (1..=most).contains(place));
    places.sort_unstable();
    places.dedup();
    (begins, places)
}

/// The last position that is scored by the same parts of the rules as `begin`.
fn end_of_stretch(begin: i64, most: i64, look: &impl Fn(i64) -> Seen) -> i64 {
    let regimes = look(begin).regimes;
    let (mut same, mut other) = (begin, most + 1);
    while other - same > 1 {
        let middle = same + (other - same) / 2;
        if look(middle).regimes == regimes { same = middle } else { other = middle }
    }
    same
}

/// The first stop, those where a stretch begins, and those behind which a unit gains less.
fn without_needless_stops(ladder: Vec<Stop>) -> Vec<i64> {
    let mut kept: Vec<Stop> = Vec::new();
    for stop in ladder {
        while let [.., before, last] = kept.as_slice()
            && !last.begins
            && slope(before, last) <= slope(last, &stop)
        {
            kept.pop();
        }
        kept.push(stop);
    }
    kept.into_iter().map(|stop| stop.at).collect()
}

fn slope(from: &Stop, to: &Stop) -> Option<Exact> {
    Exact::ratio(&(to.worth.clone() - &from.worth), &Exact::from(to.at - from.at))
}
