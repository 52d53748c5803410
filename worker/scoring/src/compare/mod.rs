//! Two scorecards compared: what changed in every line, and what of it is due to data, criteria, applicability,
//! appraisal or the engine.
//!
//! The parts of a change add up to it exactly, because they are the steps of one way from the one card to the other
//! (`stages`). What a line brings is its points; a line that is out of the maximum (NOT_APPLICABLE, EXEMPT,
//! NOT_YET_DUE) brings none, and the change of what counts of the maximum is told beside. A line that is MISSING or
//! PENDING_APPRAISAL has no number: neither its change nor that of anything above it is told. A criterion that is new or
//! dropped is counted from or to nothing, so that leaves add up to the whole there too.

mod figures;
mod mapping;
mod rank;
mod said;
mod stages;

use self::figures::STAGES;
use self::mapping::{Group, groups};
use self::stages::stages;
use crate::criteria::CriteriaSet;
use crate::facts::Facts;
use crate::{Exact, Level, PeriodKind};

pub use self::figures::{Change, Figure, Figures, Parts};
pub use self::mapping::{Mapping, MappingKind};
pub use self::rank::{RankChange, rank_change};

/// One of the two cards.
#[derive(Clone, Copy, Debug)]
pub struct Side<'a> {
    /// The set that it was scored by.
    pub set: &'a CriteriaSet,
    /// The kind of its period.
    pub period: PeriodKind,
    /// The facts that it was scored from.
    pub facts: &'a Facts,
    /// Its figures as they are stored.
    pub stored: &'a Figures,
}

/// What changed from one card to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comparison {
    /// The card as a whole.
    pub card: CardChange,
    /// The lines that can be compared, in the later card's reading order; what it no longer has comes last. Without a
    /// mapping between two sets only pillars of the same pillar code are.
    pub lines: Vec<LineChange>,
}

/// What changed of the card as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CardChange {
    /// Points of the tree.
    pub points: Change,
    /// Bonus points.
    pub bonus: Change,
    /// Points off.
    pub deduction: Change,
    /// What they come to.
    pub total: Change,
    /// What could be reached.
    pub effective_max: Change,
    /// The index, in percentage points.
    pub index_percent: Change,
}

/// What changed in a line, or in several that take one another's place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineChange {
    /// How it stands in the two sets.
    pub kind: MappingKind,
    /// How deep it stands.
    pub level: Level,
    /// The codes in the earlier set.
    pub before: Vec<String>,
    /// The codes in the later set.
    pub after: Vec<String>,
    /// Points.
    pub points: Change,
    /// What counts of the maximum.
    pub effective_max: Change,
}

impl Comparison {
    /// Whether what is stored of either is otherwise than this evaluator scores it.
    pub fn engine_differs(&self) -> bool {
        let card = &self.card;
        let of_card = [
            &card.points,
            &card.bonus,
            &card.deduction,
            &card.total,
            &card.effective_max,
            &card.index_percent,
        ];
        let of_lines = self.lines.iter().flat_map(|line| [&line.points, &line.effective_max]);
        let mut changes = of_card.into_iter().chain(of_lines);
        changes.any(|change| change.parts.as_ref().is_some_and(|parts| !parts.engine.is_zero()))
    }

    /// The same without causes, for whoever may not see what this evaluator makes of another's card.
    #[must_use]
    pub fn without_causes(mut self) -> Self {
        let card = &mut self.card;
        let of_card = [
            &mut card.points,
            &mut card.bonus,
            &mut card.deduction,
            &mut card.total,
            &mut card.effective_max,
            &mut card.index_percent,
        ];
        let of_lines = self.lines.iter_mut().flat_map(|line| [&mut line.points, &mut line.effective_max]);
        of_card.into_iter().chain(of_lines).for_each(|change| change.parts = None);
        self
    }
}

impl LineChange {
    /// Whether anything is otherwise: points, what counts of the maximum, or the line itself.
    pub fn is_changed(&self) -> bool {
        let still = |change: &Change| {
            change.before == change.after && change.parts.as_ref().is_none_or(Parts::are_nothing)
        };
        self.kind != MappingKind::Same || !still(&self.points) || !still(&self.effective_max)
    }
}

/// Compares card `b` with card `a`; `mapping` says what of b's set takes the place of what of a's. Of the same set no
/// mapping is needed.
pub fn compare(a: &Side<'_>, b: &Side<'_>, mapping: Option<&Mapping>) -> Comparison {
    let itself = (a.set.fingerprint() == b.set.fingerprint()).then(|| Mapping::of_itself(a.set.document()));
    let groups = groups(a.set.document(), b.set.document(), itself.as_ref().or(mapping));
    let stages = stages(a, b, &groups);
    let of_card = |number: fn(&Figures) -> Option<Exact>| Change::through(stages.each_ref().map(number));
    let card = CardChange {
        points: of_card(|card| card.points.clone()),
        bonus: of_card(|card| card.bonus.clone()),
        deduction: of_card(|card| card.deduction.clone()),
        total: of_card(|card| card.total.clone()),
        effective_max: of_card(|card| Some(card.effective_max.clone())),
        index_percent: of_card(|card| card.index_percent.clone()),
    };
    Comparison { card, lines: groups.iter().map(|group| of_line(group, &stages)).collect() }
}

fn of_line(group: &Group<'_>, stages: &[Figures; STAGES]) -> LineChange {
    let codes = |places: &[crate::validate::Place<'_>]| -> Vec<String> {
        places.iter().map(|place| place.criterion.code.clone()).collect()
    };
    let (before, after) = (codes(&group.before), codes(&group.after));
    let through = |number: &dyn Fn(&Figure) -> Option<Exact>| {
        // The last two stages are cards of the later set.
        let numbers: [Option<Exact>; STAGES] = std::array::from_fn(|stage| {
            let codes = if stage < STAGES - 2 { &before } else { &after };
            let numbers = codes.iter().map(|code| stages[stage].lines.get(code).and_then(number));
            let numbers: Option<Vec<Exact>> = numbers.collect();
            numbers.map(|numbers| numbers.iter().sum())
        });
        let change = Change::through(numbers);
        Change {
            before: change.before.filter(|_| !before.is_empty()),
            after: change.after.filter(|_| !after.is_empty()),
            ..change
        }
    };
    LineChange {
        kind: group.kind(),
        level: group.level(),
        points: through(&Figure::counted),
        effective_max: through(&|figure| Some(figure.effective_max.clone())),
        before,
        after,
    }
}
