//! Goal seek: what an agency can still change, what each change gains, and which changes together reach an index.
//!
//! What may be tried is decided here (which inputs can still move, how far, where to stop); what it gives is always
//! what [`score`](crate::score()) says, alone and together. A grade is reached from its lower bound, a rank from the
//! index of whoever holds it: both are an index to reach.
//!
//! To change … what an input may do: `course`; what can be moved, and how far: `reach`, `bounds`; where a change is
//! worth stopping at: `ladder`; how a path is found: `search`; what is said of what cannot change: `standing`; how a
//! step is said: `sentence`.

mod bounds;
mod course;
mod ladder;
mod lever;
mod reach;
mod search;
mod sentence;
mod standing;

use std::collections::BTreeMap;

use chrono::NaiveDate;

pub use self::course::{ClosedLevel, Course, Nature, PartFault, part_faults};
pub use self::lever::{By, Moved};
pub use self::sentence::StepSaying;
pub use self::standing::{Unchangeable, Unsettled, Why, WhyKind};

use self::lever::{Lever, overlays};
use self::reach::Reach;
use self::search::{Field, State};
use crate::criteria::CriteriaSet;
use crate::facts::{FactValue, Facts};
use crate::overlay::Overlay;
use crate::rule::MeasureCode;
use crate::score::score;
use crate::{Exact, PeriodKind, Scorecard};

/// Where the way begins.
#[derive(Clone, Copy, Debug)]
pub struct Ground<'a> {
    /// What scores.
    pub set: &'a CriteriaSet,
    /// In which kind of period.
    pub period: PeriodKind,
    /// What is known of the agency.
    pub facts: &'a Facts,
    /// What is known of the measures; of one that is not here, [`Nature::default`].
    pub natures: &'a BTreeMap<MeasureCode, Nature>,
    /// The day as of which it is asked.
    pub day: NaiveDate,
    /// Whether the period is over on that day: nothing of it changes any more, but for what appraisers decide.
    pub closed: bool,
    /// Whether appraisers' decisions are among the steps.
    pub appraisal: bool,
}

crate::coded_enum! {
    /// What came of looking for a path.
    pub enum PathOutcome {
        /// The card is there already.
        AlreadyReached = "ALREADY_REACHED",
        /// The path leads there.
        Reached = "REACHED",
        /// None does.
        NotReachable = "NOT_REACHABLE",
        /// The card has no total, so no index is reached; what is missing is listed.
        IncompleteCard = "INCOMPLETE_CARD",
    }
}

/// What can be changed, and the way to the target.
#[derive(Clone, Debug)]
pub struct PathToTarget {
    /// The present card.
    pub card: Scorecard,
    /// What came of it.
    pub outcome: PathOutcome,
    /// Every step, best gain a unit first; a later step of the same input never stands before an earlier one.
    pub steps: Vec<PathStep>,
    /// The numbers of the steps that reach the target, in order; no fewer of them from the first do.
    pub path: Vec<usize>,
    /// The card when the steps of the path are taken; present when REACHED.
    pub reached: Option<Scorecard>,
    /// The best index that was found; `None` while there is none.
    pub best_index: Option<Exact>,
    /// The leaves that keep the card from having a total.
    pub unsettled: Vec<Unsettled>,
    /// The leaves that no step changes, and why.
    pub unchangeable: Vec<Unchangeable>,
    levers: Vec<Lever>,
}

/// One step: an input from one value to another.
#[derive(Clone, Debug)]
pub struct PathStep {
    /// 1, 2, …
    pub number: usize,
    /// The code of the line that gains most.
    pub line: String,
    /// Every line that changes, and by how many points.
    pub effects: Vec<(String, Exact)>,
    /// What is moved.
    pub moved: Moved,
    /// Whose step it is.
    pub by: By,
    /// The value before it; `None`: nobody appraised the leaf.
    pub from: Option<FactValue>,
    /// The value after it.
    pub to: FactValue,
    /// How many units: things, levels, percentage points of a share, points of another index or of an appraisal.
    pub units: Exact,
    /// By how much it raises the total, with the earlier steps of the same input and no others.
    pub gain: Exact,
    lever: usize,
    at: i64,
}

impl PathStep {
    /// What each unit gains.
    pub fn gain_per_unit(&self) -> Exact {
        Exact::ratio(&self.gain, &self.units).unwrap_or_else(Exact::zero)
    }
}

impl PathToTarget {
    /// What is laid over the facts when these steps are taken, by their numbers.
    pub fn overlays(&self, numbers: &[usize]) -> Vec<Overlay> {
        let mut state: State = vec![0; self.levers.len()];
        for step in self.steps.iter().filter(|step| numbers.contains(&step.number)) {
            state[step.lever] = state[step.lever].max(step.at);
        }
        overlays(self.levers.iter().zip(state))
    }
}

/// What can still be changed from `ground`, and how the index `target`, in percent, is reached by it.
pub fn path_to_target(ground: &Ground<'_>, target: &Exact) -> PathToTarget {
    let card = score(ground.set, ground.period, ground.facts);
    let unsettled = standing::unsettled(&card);
    let base = settled(ground, &card);
    let base_card = score(ground.set, ground.period, &base);
    let watched = standing::watched(ground.set, &base_card);
    let reach = Reach::new(ground, &base, &watched);
    let field = Field { ground, base: &base, levers: &reach.levers, target };

    let waits = |leaf: &Unsettled| !(leaf.is_appraised && ground.appraisal);
    let outcome = match &card.index_percent {
        Some(index) if index >= target => PathOutcome::AlreadyReached,
        _ if unsettled.iter().any(waits) => PathOutcome::IncompleteCard,
        _ => PathOutcome::NotReachable,
    };
    let found = match outcome {
        PathOutcome::NotReachable => field.search(),
        _ => search::Found::default(),
    };
    let (steps, path) = field.steps(found.path.as_ref());
    let outcome = if found.path.is_some() { PathOutcome::Reached } else { outcome };
    let mut unchangeable = standing::unchangeable(ground, &base_card, &reach.bars, &steps);
    unchangeable.retain(|leaf| unsettled.iter().all(|other| other.line != leaf.line));
    PathToTarget {
        reached: found.path.as_ref().map(|state| field.card(state)),
        best_index: found.best.or_else(|| card.index_percent.clone()),
        levers: reach.levers,
        card,
        outcome,
        steps,
        path,
        unsettled,
        unchangeable,
    }
}

/// The facts from which gains are measured. A leaf that is not settled is left out of the sum, so that the others'
/// gains are known all the same; one that is to be appraised counts from 0 points.
fn settled(ground: &Ground<'_>, card: &Scorecard) -> Facts {
    let mut facts = ground.facts.clone();
    for leaf in standing::unsettled(card) {
        let overlay = match leaf.is_appraised && ground.appraisal {
            true => Overlay::Appraisal { criterion: leaf.line, points: Some(Exact::zero()) },
            false => Overlay::Exemption { criterion: leaf.line, reason: Some("–".to_owned()) },
        };
        facts.overlay(&overlay, ground.day);
    }
    facts
}
