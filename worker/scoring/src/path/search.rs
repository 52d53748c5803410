//! From levers to steps, and to the path: the cheapest gains first, then whatever is not needed is left out again.
//!
//! Levers may help or hinder each other (a cap, a count that two leaves read), so every choice is scored as a whole.

use std::collections::BTreeSet;

use super::lever::{Lever, Moved, overlays};
use super::{Ground, PathStep};
use crate::facts::Facts;
use crate::score::score;
use crate::{Exact, Scorecard};

/// Where each lever stands.
pub(super) type State = Vec<i64>;

/// What can be moved, and where to.
pub(super) struct Field<'a> {
    pub(super) ground: &'a Ground<'a>,
    pub(super) base: &'a Facts,
    pub(super) levers: &'a [Lever],
    pub(super) target: &'a Exact,
}

/// What the search found.
#[derive(Default)]
pub(super) struct Found {
    /// Where the levers stand when the target is reached, none further than it must be.
    pub(super) path: Option<State>,
    /// The best index that was seen.
    pub(super) best: Option<Exact>,
}

/// A move of one lever, and what it brings a unit.
struct Jump {
    lever: usize,
    to: i64,
    rate: Exact,
}

impl Field<'_> {
    /// The card when the levers stand so.
    pub(super) fn card(&self, state: &State) -> Scorecard {
        let mut facts = self.base.clone();
        for overlay in overlays(self.levers.iter().zip(state.iter().copied())) {
            facts.overlay(&overlay, self.ground.day);
        }
        score(self.ground.set, self.ground.period, &facts)
    }

    fn index(&self, state: &State) -> Option<Exact> {
        self.card(state).index_percent
    }

    /// Whether the card of that state has a total and its index is the target's or more.
    fn reaches(&self, state: &State) -> bool {
        let appraised = self.levers.iter().zip(state).all(|(lever, at)| !lever.is_owed() || *at > 0);
        appraised && self.index(state).is_some_and(|index| index >= *self.target)
    }

    /// The start: nothing is moved but what a card needs to have a total.
    fn start(&self) -> State {
        self.levers.iter().map(|lever| i64::from(lever.is_owed())).collect()
    }

    /// Everything is moved as far as it goes.
    fn furthest(&self) -> State {
        self.levers.iter().map(|lever| lever.ladder.last().copied().unwrap_or_default()).collect()
    }

    pub(super) fn search(&self) -> Found {
        let climbed = self.climb();
        let furthest = self.furthest();
        let best = self.index(&climbed).max(self.index(&furthest));
        let reaching = [climbed, furthest].into_iter().find(|state| self.reaches(state));
        Found { path: reaching.map(|state| self.shortest(state)), best }
    }

    /// Takes the jump that brings most a unit until the target is reached or none brings anything.
    fn climb(&self) -> State {
        let mut state = self.start();
        let mut waiting: Vec<Jump> = self.jumps(&state).collect();
        let mut index = self.index(&state);
        loop {
            if index.as_ref().is_some_and(|index| index >= self.target) {
                return state;
            }
            waiting.sort_by(|a, b| (&a.rate, b.lever).cmp(&(&b.rate, a.lever)));
            let Some(best) = waiting.pop() else {
                // What brought nothing before may do so by now.
                waiting = self.jumps(&state).collect();
                if waiting.is_empty() {
                    return state;
                }
                continue;
            };
            // Others were moved since it was measured.
            let Some(now) = self.jump(&state, best.lever) else { continue };
            if waiting.last().is_some_and(|next| next.rate > now.rate) {
                waiting.push(now);
                continue;
            }
            state[now.lever] = now.to;
            index = self.index(&state);
            waiting.extend(self.jump(&state, now.lever));
        }
    }

    fn jumps<'s>(&'s self, state: &'s State) -> impl Iterator<Item = Jump> + 's {
        (0..self.levers.len()).filter_map(|lever| self.jump(state, lever))
    }

    /// The jump of a lever that brings most a unit; `None`: no jump brings anything.
    fn jump(&self, state: &State, lever: usize) -> Option<Jump> {
        let before = self.index(state);
        let at = state[lever];
        let ladder = self.levers[lever].ladder.iter().copied();
        let jumps = ladder.filter(|to| *to > at).filter_map(|to| {
            let mut moved = state.clone();
            moved[lever] = to;
            let gain = match (self.index(&moved), &before) {
                (Some(after), Some(before)) => after - before,
                // From no index to any.
                (Some(after), None) => after + &Exact::one(),
                (None, _) => return None,
            };
            let rate = Exact::ratio(&gain, &Exact::from(to - at))?;
            (rate > Exact::zero()).then_some(Jump { lever, to, rate })
        });
        // Of equal ones the shortest.
        jumps.reduce(|best, other| if other.rate > best.rate { other } else { best })
    }

    /// The least of a state that reaches the target: no lever stands further than it must, and no fewer of the steps
    /// from the first reach it.
    fn shortest(&self, mut state: State) -> State {
        loop {
            self.lower(&mut state);
            let (steps, path) = self.steps(Some(&state));
            let mut prefix: State = vec![0; self.levers.len()];
            let shorter = path.iter().take(path.len().saturating_sub(1)).any(|number| {
                let step = &steps[number - 1];
                prefix[step.lever] = step.at;
                self.reaches(&prefix)
            });
            if !shorter {
                return state;
            }
            state = prefix;
        }
    }

    /// Lowers each lever as far as the target allows, those first that bring least a unit.
    fn lower(&self, state: &mut State) {
        let start = self.start();
        let rate = |lever: usize| {
            let mut without = state.clone();
            without[lever] = start[lever];
            let gain = self.index(state).unwrap_or_else(Exact::zero)
                - &self.index(&without).unwrap_or_else(Exact::zero);
            Exact::ratio(&gain, &Exact::from((state[lever] - start[lever]).max(1)))
        };
        let mut order: Vec<_> =
            (0..self.levers.len()).filter(|lever| state[*lever] > start[*lever]).collect();
        order.sort_by_cached_key(|lever| rate(*lever));
        for lever in order {
            let stops = std::iter::once(start[lever]).chain(self.levers[lever].ladder.iter().copied());
            let lower: Vec<_> = stops.filter(|stop| *stop >= start[lever] && *stop < state[lever]).collect();
            let enough = lower.into_iter().find(|stop| self.reaches(&with(state, lever, *stop)));
            state[lever] = enough.unwrap_or(state[lever]);
            self.cut(state, lever);
        }
    }

    /// Cuts what a lever goes beyond the last stop it needs to the fewest units.
    fn cut(&self, state: &mut State, lever: usize) {
        let at = state[lever];
        let stops = self.levers[lever].ladder.iter().copied();
        let below = stops.filter(|stop| *stop < at).max().unwrap_or_default();
        if !self.levers[lever].is_divisible() || at == 0 {
            return;
        }
        let (mut short, mut enough) = (below, at);
        while enough - short > 1 {
            let middle = short + (enough - short) / 2;
            if self.reaches(&with(state, lever, middle)) { enough = middle } else { short = middle }
        }
        state[lever] = enough;
    }

    /// Every step, numbered, and the numbers of those that lead to `path`.
    pub(super) fn steps(&self, path: Option<&State>) -> (Vec<PathStep>, Vec<usize>) {
        let nowhere = vec![0; self.levers.len()];
        let path = path.unwrap_or(&nowhere);
        let mut ladders: Vec<Vec<PathStep>> =
            (0..self.levers.len()).map(|lever| self.steps_of(lever, path[lever])).collect();
        for ladder in &mut ladders {
            ladder.reverse();
        }
        let mut steps: Vec<PathStep> = Vec::new();
        loop {
            // The first step of each input that is left; of these the best, of equals that of the first leaf.
            let heads =
                ladders.iter().enumerate().filter_map(|(lever, ladder)| Some((lever, ladder.last()?)));
            let best =
                heads.reduce(
                    |best, other| {
                        if other.1.gain_per_unit() > best.1.gain_per_unit() { other } else { best }
                    },
                );
            let Some((lever, _)) = best else { break };
            steps.extend(ladders[lever].pop().map(|step| PathStep { number: steps.len() + 1, ..step }));
        }
        let taken = steps.iter().filter(|step| step.at <= path[step.lever]).map(|step| step.number).collect();
        (steps, taken)
    }

    /// The steps of one lever. What gains nothing by itself is no step of its own, unless the path needs it.
    fn steps_of(&self, lever: usize, needed: i64) -> Vec<PathStep> {
        let stops: BTreeSet<i64> = self.levers[lever].ladder.iter().copied().chain([needed]).collect();
        let nothing = vec![0; self.levers.len()];
        let (mut at, mut before) = (0, self.card(&nothing));
        let mut steps = Vec::new();
        for stop in stops.into_iter().filter(|stop| *stop > 0) {
            let after = self.card(&with(&nothing, lever, stop));
            let gains = after.index_percent > before.index_percent;
            let owed = self.levers[lever].is_owed() && stop == 1;
            if gains || owed || stop == needed {
                steps.extend(self.step(lever, (at, &before), (stop, &after)));
                (at, before) = (stop, after);
            }
        }
        steps
    }

    fn step(&self, lever: usize, before: (i64, &Scorecard), after: (i64, &Scorecard)) -> Option<PathStep> {
        let (place, lever) = (lever, &self.levers[lever]);
        let effects = effects(before.1, after.1);
        let most = effects.iter().reduce(|most, other| if other.1 > most.1 { other } else { most });
        let line = match &lever.moved {
            Moved::Appraisal { criterion, .. } => criterion.clone(),
            _ => most.map(|(line, _)| line.clone()).unwrap_or_default(),
        };
        let total = |card: &Scorecard| card.total.clone().unwrap_or_else(Exact::zero);
        let (from, to) = (lever.value(before.0), lever.value(after.0)?);
        Some(PathStep {
            number: 0,
            line,
            by: lever.moved.by(),
            units: lever.units(from.as_ref(), &to, after.0 - before.0),
            from,
            to,
            gain: total(after.1) - &total(before.1),
            effects,
            moved: lever.moved.clone(),
            lever: place,
            at: after.0,
        })
    }
}

fn with(state: &State, lever: usize, at: i64) -> State {
    let mut state = state.clone();
    state[lever] = at;
    state
}

/// The leaves whose points differ, and by how many; points taken off count as negative ones.
fn effects(before: &Scorecard, after: &Scorecard) -> Vec<(String, Exact)> {
    let pairs = before.lines.iter().zip(&after.lines).filter(|(line, _)| line.leaf.is_some());
    let difference = pairs.map(|(before, after)| {
        let points = |line: &crate::Line| line.points.clone().unwrap_or_else(Exact::zero);
        let more = points(after) - &points(before);
        let takes = after.level == crate::Level::Deduction;
        (after.code.clone(), if takes { Exact::zero() - &more } else { more })
    });
    difference.filter(|(_, more)| !more.is_zero()).collect()
}
