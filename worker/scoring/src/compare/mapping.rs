//! What of one criteria set is compared with what of another. Only what a set declares counts: equal codes or names
//! in two sets say nothing.

use std::collections::{BTreeMap, BTreeSet};

use crate::criteria::{CriteriaSetDocument, Criterion};
use crate::follows::is_same_kind;
use crate::validate::{Place, places};
use crate::{Level, coded_enum};

/// Which criteria of a later set take the place of which of an earlier one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mapping {
    pairs: BTreeSet<(String, String)>,
}

impl Mapping {
    /// Everything in a set takes its own place.
    pub fn of_itself(document: &CriteriaSetDocument) -> Self {
        let codes = places(document).into_iter().map(|place| place.criterion.code.clone());
        Self { pairs: codes.map(|code| (code.clone(), code)).collect() }
    }

    /// What a set declares of the one that it follows; `None`: it follows none.
    pub fn declared(later: &CriteriaSetDocument) -> Option<Self> {
        later.follows.as_ref()?;
        let pairs = places(later).into_iter().flat_map(|place| {
            let Criterion { code, follows, .. } = place.criterion;
            follows.iter().map(move |earlier| (earlier.clone(), code.clone()))
        });
        Some(Self { pairs: pairs.collect() })
    }

    /// From the set before this one to the set after `next`.
    #[must_use]
    pub fn then(&self, next: &Self) -> Self {
        let mut of: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (earlier, later) in &next.pairs {
            of.entry(earlier).or_default().push(later);
        }
        let pairs = self.pairs.iter().flat_map(|(first, second)| {
            let third = of.get(second.as_str()).into_iter().flatten();
            third.map(move |third| (first.clone(), (*third).to_owned()))
        });
        Self { pairs: pairs.collect() }
    }

    /// From the later set to the earlier.
    #[must_use]
    pub fn reversed(&self) -> Self {
        Self { pairs: self.pairs.iter().map(|(earlier, later)| (later.clone(), earlier.clone())).collect() }
    }
}

coded_enum! {
    /// How what is compared stands in the two sets.
    pub enum MappingKind {
        /// One for one, with the same maximum.
        Same = "SAME",
        /// One for one, with another maximum.
        Rescaled = "RESCALED",
        /// Several take the place of one.
        Split = "SPLIT",
        /// One takes the place of several.
        Merged = "MERGED",
        /// Several take the place of several.
        Regrouped = "REGROUPED",
        /// It takes no place of anything.
        New = "NEW",
        /// Nothing takes its place.
        Dropped = "DROPPED",
    }
}

/// What is compared as one: never a part with a whole.
pub(super) struct Group<'a> {
    pub(super) before: Vec<Place<'a>>,
    pub(super) after: Vec<Place<'a>>,
}

impl Group<'_> {
    pub(super) fn kind(&self) -> MappingKind {
        match (self.before.as_slice(), self.after.as_slice()) {
            (_, []) => MappingKind::Dropped,
            ([], _) => MappingKind::New,
            ([one], [other]) if one.criterion.max_points == other.criterion.max_points => MappingKind::Same,
            ([_], [_]) => MappingKind::Rescaled,
            ([_], _) => MappingKind::Split,
            (_, [_]) => MappingKind::Merged,
            _ => MappingKind::Regrouped,
        }
    }

    pub(super) fn level(&self) -> Level {
        let first = self.after.first().or(self.before.first());
        first.map_or(Level::Criterion, |place| place.level)
    }

    /// Whether it is made of leaves alone.
    pub(super) fn is_of_leaves(&self) -> bool {
        self.before.iter().chain(&self.after).all(|place| place.criterion.rule.is_some())
    }
}

/// What is compared with what, in the reading order of `after`; what it no longer has comes last. Without a mapping
/// those pillars are compared that have the same pillar code, and nothing else.
pub(super) fn groups<'a>(
    before: &'a CriteriaSetDocument,
    after: &'a CriteriaSetDocument,
    mapping: Option<&Mapping>,
) -> Vec<Group<'a>> {
    let (before, after) = (places(before), places(after));
    let mut links = links(&before, &after, mapping);
    if mapping.is_none() {
        links.later.retain(|_, earlier| !earlier.is_empty());
        links.earlier.retain(|_, later| !later.is_empty());
    }
    let mut groups = Vec::new();
    for place in &after {
        groups.extend(links.take(1, &place.criterion.code));
    }
    for place in &before {
        groups.extend(links.take(0, &place.criterion.code));
    }
    let whole = |[earlier, later]: [BTreeSet<&'a str>; 2]| Group {
        before: topmost(&before, &earlier),
        after: topmost(&after, &later),
    };
    groups.into_iter().map(whole).collect()
}

/// What is linked with what, by code, from both sides.
struct Links<'a> {
    earlier: BTreeMap<&'a str, Vec<&'a str>>,
    later: BTreeMap<&'a str, Vec<&'a str>>,
}

impl<'a> Links<'a> {
    /// Takes out whatever hangs together with a code; side 0 is the earlier set. `None` when it is taken already.
    fn take(&mut self, side: usize, code: &str) -> Option<[BTreeSet<&'a str>; 2]> {
        let mut taken = [BTreeSet::new(), BTreeSet::new()];
        let mut open = vec![(side, code.to_owned())];
        while let Some((side, code)) = open.pop() {
            let links = if side == 0 { &mut self.earlier } else { &mut self.later };
            let Some((code, linked)) = links.remove_entry(code.as_str()) else { continue };
            taken[side].insert(code);
            open.extend(linked.into_iter().map(|code| (1 - side, code.to_owned())));
        }
        taken.iter().any(|codes| !codes.is_empty()).then_some(taken)
    }
}

fn links<'a>(before: &[Place<'a>], after: &[Place<'a>], mapping: Option<&Mapping>) -> Links<'a> {
    let by_code = |places: &[Place<'a>]| -> BTreeMap<&'a str, Vec<&'a str>> {
        places.iter().map(|place| (place.criterion.code.as_str(), Vec::new())).collect()
    };
    let mut links = Links { earlier: by_code(before), later: by_code(after) };
    let find = |places: &[Place<'a>]| -> BTreeMap<&'a str, (&'a str, Level)> {
        let found = |place: &Place<'a>| (place.criterion.code.as_str(), place.level);
        places.iter().map(|place| (place.criterion.code.as_str(), found(place))).collect()
    };
    let (old, new) = (find(before), find(after));
    for (earlier, later) in mapping.into_iter().flat_map(|mapping| &mapping.pairs) {
        let found = old.get(earlier.as_str()).zip(new.get(later.as_str()));
        if let Some((earlier, later)) = found.filter(|(earlier, later)| is_same_kind(earlier.1, later.1)) {
            links.link(earlier.0, later.0);
        }
    }
    for (earlier, later) in same_pillars(before, after, &links) {
        links.link(earlier, later);
    }
    links
}

impl<'a> Links<'a> {
    fn link(&mut self, earlier: &'a str, later: &'a str) {
        self.earlier.entry(earlier).or_default().push(later);
        self.later.entry(later).or_default().push(earlier);
    }
}

/// The pillars of which nothing is declared and whose pillar code is that of one other: the list of pillar codes is
/// the same for all sets.
fn same_pillars<'a>(before: &[Place<'a>], after: &[Place<'a>], links: &Links<'_>) -> Vec<(&'a str, &'a str)> {
    let free = |places: &[Place<'a>], links: &BTreeMap<&str, Vec<&str>>| {
        let mut by_pillar: BTreeMap<&'a str, Vec<&'a str>> = BTreeMap::new();
        for place in places {
            let code = place.criterion.code.as_str();
            if let Some(pillar) = &place.criterion.pillar
                && links.get(code).is_some_and(Vec::is_empty)
            {
                by_pillar.entry(pillar).or_default().push(code);
            }
        }
        by_pillar
    };
    let mut later = free(after, &links.later);
    let pair = |(pillar, earlier): (&str, Vec<&'a str>)| match (
        earlier.as_slice(),
        later.remove(pillar)?.as_slice(),
    ) {
        ([earlier], [later]) => Some((*earlier, *later)),
        _ => None,
    };
    free(before, &links.earlier).into_iter().filter_map(pair).collect()
}

/// The places with these codes, in reading order, without those that stand below another of them.
fn topmost<'a>(places: &[Place<'a>], codes: &BTreeSet<&str>) -> Vec<Place<'a>> {
    let mut found: Vec<Place<'a>> = Vec::new();
    for place in places.iter().filter(|place| codes.contains(place.criterion.code.as_str())) {
        let below = found.iter().any(|above| place.path.starts_with(&format!("{}.", above.path)));
        if !below {
            found.push(Place { criterion: place.criterion, level: place.level, path: place.path.clone() });
        }
    }
    found
}
