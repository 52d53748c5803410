//! From the one card to the other in a fixed order, one cause a step, each step scored by the one evaluator.
//!
//! | step | from | to |
//! | --- | --- | --- |
//! | engine | the card as it is stored | its facts scored again by its set |
//! | applicability | | with the other's tags, exemptions and kind of period |
//! | appraisal | | with the other's appraisals |
//! | data | | with the other's values and inherited results |
//! | criteria | | the other's facts scored by the other's set |
//! | engine | | the other card as it is stored |
//!
//! Another order would put part of a change down to another cause where two causes act on the same line; no order is
//! the true one, so it is one and the same for every comparison. This one first settles what is scored at all, then
//! by whom, then from what; the old set measures all of that, so that what is put down to the criteria is what the
//! new set makes of the very facts by which it scored.
//!
//! What only one of the two knows is taken from that one wherever nothing of the other depends on it: a line that
//! becomes due is not first without data. A leaf that is still not settled in between stands as it stood a step before.

use std::collections::{BTreeMap, BTreeSet};

use super::Side;
use super::figures::{Figures, STAGES};
use super::mapping::Group;
use crate::facts::{Appraisal, Facts, InheritedResult};
use crate::rule::Rule;
use crate::score::{score, score_over};
use crate::{Exact, Line, Scorecard};

pub(super) fn stages(a: &Side<'_>, b: &Side<'_>, groups: &[Group<'_>]) -> [Figures; STAGES] {
    let same_set = a.set.fingerprint() == b.set.fingerprint();
    let again = score(a.set, a.period, a.facts);
    let carried = Carried::new(a.facts, b.facts, groups);

    let mut facts = Facts { tags: b.facts.tags.clone(), exemptions: carried.exemptions, ..a.facts.clone() };
    let open = Open::new(a, &again);
    fill(&mut facts.values, &b.facts.values, &open.measures);
    fill(&mut facts.appraisals, &carried.appraisals, &open.leaves);
    fill(&mut facts.inherited, &carried.inherited, &open.leaves);
    let applied = score_over(a.set, b.period, &facts, &settled(&again));

    facts.appraisals.extend(carried.appraisals);
    let appraised = score_over(a.set, b.period, &facts, &settled(&applied));

    let (known, by_other) = if same_set {
        let by_other = score(b.set, b.period, b.facts);
        (by_other.clone(), by_other)
    } else {
        facts.values.extend(b.facts.values.clone());
        facts.inherited.extend(carried.inherited);
        let known = score_over(a.set, b.period, &facts, &settled(&appraised));
        (known, score(b.set, b.period, b.facts))
    };
    [
        a.stored.clone(),
        (&again).into(),
        (&applied).into(),
        (&appraised).into(),
        (&known).into(),
        (&by_other).into(),
        b.stored.clone(),
    ]
}

/// The leaves that stand as they are.
fn settled(card: &Scorecard) -> BTreeMap<&str, &Line> {
    let leaves =
        card.lines.iter().filter(|line| line.leaf.as_ref().is_some_and(|leaf| leaf.state.is_settled()));
    leaves.map(|line| (line.code.as_str(), line)).collect()
}

/// The leaves of a card that wait for something, and the measures that they read: what is told of them is data.
struct Open<'a> {
    leaves: BTreeSet<&'a str>,
    measures: BTreeSet<&'a str>,
}

impl<'a> Open<'a> {
    fn new(side: &Side<'a>, card: &Scorecard) -> Self {
        let open =
            card.lines.iter().filter(|line| line.leaf.as_ref().is_some_and(|leaf| !leaf.state.is_settled()));
        let leaves: Vec<_> = open.filter_map(|line| side.set.leaf(&line.code)).collect();
        let measures = leaves.iter().filter_map(|leaf| leaf.rule.as_ref()).flat_map(Rule::measures);
        Self {
            measures: measures.map(String::as_str).collect(),
            leaves: leaves.iter().map(|leaf| leaf.code.as_str()).collect(),
        }
    }
}

/// Adds what is not known, but for what is `open`.
fn fill<T: Clone>(known: &mut BTreeMap<String, T>, more: &BTreeMap<String, T>, open: &BTreeSet<&str>) {
    for (key, value) in more.iter().filter(|(key, _)| !open.contains(key.as_str())) {
        known.entry(key.clone()).or_insert_with(|| value.clone());
    }
}

/// What the other's facts say of its leaves, said of the leaves whose place those take. Where several take the place of
/// several, each has the share of points that all of them have together, and what holds for all holds for each. Of a
/// leaf without a counterpart nothing is said: it keeps what is known of it.
struct Carried {
    exemptions: BTreeMap<String, String>,
    appraisals: BTreeMap<String, Appraisal>,
    inherited: BTreeMap<String, InheritedResult>,
}

impl Carried {
    fn new(before: &Facts, after: &Facts, groups: &[Group<'_>]) -> Self {
        let mut carried = Self {
            exemptions: before.exemptions.clone(),
            appraisals: BTreeMap::new(),
            inherited: BTreeMap::new(),
        };
        let pairs = groups.iter().filter(|group| !group.before.is_empty() && !group.after.is_empty());
        for group in pairs.filter(|group| group.is_of_leaves()) {
            carried.carry(after, group);
        }
        carried
    }

    fn carry(&mut self, after: &Facts, group: &Group<'_>) {
        let exempt = all(group, &after.exemptions).map(|reasons| reasons[0].clone());
        let appraisal = all(group, &after.appraisals).and_then(|given| {
            let max: Exact = group.after.iter().map(|place| &place.criterion.max_points).sum();
            let share = Exact::ratio(&given.iter().map(|given| &given.points).sum(), &max)?;
            Some((share, given[0].clone()))
        });
        let inherited = all(group, &after.inherited).and_then(|results| together(&results));
        for place in &group.before {
            let (code, max) = (&place.criterion.code, &place.criterion.max_points);
            match &exempt {
                Some(reason) => _ = self.exemptions.insert(code.clone(), reason.clone()),
                None => _ = self.exemptions.remove(code),
            }
            if let Some((share, given)) = &appraisal {
                let points = max * share;
                self.appraisals.insert(code.clone(), Appraisal { points, ..given.clone() });
            }
            if let Some(result) = &inherited {
                self.inherited.insert(code.clone(), result.clone());
            }
        }
    }
}

/// What is said of every later leaf of a group; `None` where something is not.
fn all<'f, T>(group: &Group<'_>, said: &'f BTreeMap<String, T>) -> Option<Vec<&'f T>> {
    group.after.iter().map(|place| said.get(&place.criterion.code)).collect()
}

/// Results in one: of one state, with the points and the maxima of all.
fn together(results: &[&InheritedResult]) -> Option<InheritedResult> {
    let first = *results.first()?;
    if results.iter().any(|result| result.state != first.state) {
        return None;
    }
    let points: Option<Vec<_>> = results.iter().map(|result| result.points.as_ref()).collect();
    Some(InheritedResult {
        points: points.map(|points| points.into_iter().sum()),
        max_points: results.iter().map(|result| &result.max_points).sum(),
        ..first.clone()
    })
}
