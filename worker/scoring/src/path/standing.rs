//! How each leaf of a card stands: whether it may gain, what it waits for, or why no step changes it.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::ladder::Watched;
use super::reach::Bar;
use super::{Ground, PathStep};
use crate::criteria::CriteriaSet;
use crate::reason::Because;
use crate::rule::{MeasureCode, Rule};
use crate::scorecard::{Leaf, Line, Scorecard};
use crate::{Exact, Level, LineState, RuleKind};

/// A leaf that keeps a card from having a total.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unsettled {
    /// The leaf's code.
    pub line: String,
    /// MISSING or PENDING_APPRAISAL.
    pub state: LineState,
    /// The measures that are to be reported, or reported as the rule allows; empty where the leaf waits for an appraiser
    /// or for the parent agency.
    pub measures: Vec<MeasureCode>,
    /// Whether the agency's own appraiser is to give points.
    pub is_appraised: bool,
}

/// A leaf that no step changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unchangeable {
    /// The leaf's code.
    pub line: String,
    /// Why.
    pub why: Why,
}

/// Why no step changes a leaf.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Why {
    /// It has all the points that it can have.
    FullPoints,
    /// The period is over.
    PeriodClosed,
    /// What would gain was due on a day that has passed.
    DeadlineMissed {
        /// The measure.
        measure: MeasureCode,
        /// The day, where it is known.
        due_on: Option<NaiveDate>,
    },
    /// The measure stays as it is once it is known.
    Fixed {
        /// The measure.
        measure: MeasureCode,
    },
    /// Only less of the measure would gain, and what has happened stays.
    OnlyGrows {
        /// The measure.
        measure: MeasureCode,
    },
    /// It is the parent agency's own result.
    Inherited {
        /// The parent's code.
        agency: Option<String>,
    },
    /// An appraiser decides, and it was not asked for that.
    Appraiser,
    /// It does not apply, the agency is exempt, or it is not yet due.
    State(LineState),
    /// All of it is done already, or there is nothing to count, or a cap keeps what would be gained.
    NothingToGain,
}

crate::coded_enum! {
    /// The same as a code.
    pub enum WhyKind {
        /// It has all the points that it can have.
        FullPoints = "FULL_POINTS",
        /// The period is over.
        PeriodClosed = "PERIOD_CLOSED",
        /// What would gain was due on a day that has passed.
        DeadlineMissed = "DEADLINE_MISSED",
        /// The measure stays as it is once it is known.
        Fixed = "FIXED",
        /// Only less of the measure would gain, and what has happened stays.
        OnlyGrows = "ONLY_GROWS",
        /// It is the parent agency's own result.
        Inherited = "INHERITED",
        /// An appraiser decides, and it was not asked for that.
        Appraiser = "APPRAISER",
        /// It does not apply.
        NotApplicable = "NOT_APPLICABLE",
        /// The agency is exempt.
        Exempt = "EXEMPT",
        /// It is not yet due.
        NotYetDue = "NOT_YET_DUE",
        /// All of it is done already, or there is nothing to count, or a cap keeps what would be gained.
        NothingToGain = "NOTHING_TO_GAIN",
    }
}

impl Why {
    /// Its code.
    pub fn kind(&self) -> WhyKind {
        match self {
            Self::FullPoints => WhyKind::FullPoints,
            Self::PeriodClosed => WhyKind::PeriodClosed,
            Self::DeadlineMissed { .. } => WhyKind::DeadlineMissed,
            Self::Fixed { .. } => WhyKind::Fixed,
            Self::OnlyGrows { .. } => WhyKind::OnlyGrows,
            Self::Inherited { .. } => WhyKind::Inherited,
            Self::Appraiser => WhyKind::Appraiser,
            Self::State(LineState::NotApplicable) => WhyKind::NotApplicable,
            Self::State(LineState::Exempt) => WhyKind::Exempt,
            Self::State(LineState::NotYetDue) => WhyKind::NotYetDue,
            Self::State(_) | Self::NothingToGain => WhyKind::NothingToGain,
        }
    }
}

/// The leaves that keep the card from having a total.
pub(super) fn unsettled(card: &Scorecard) -> Vec<Unsettled> {
    let waits = |(line, leaf): (&Line, &Leaf)| {
        let measures = match &leaf.because {
            Some(Because::NotReported { measures }) => measures.clone(),
            Some(Because::Invalid { measure, .. }) => vec![measure.clone()],
            _ => Vec::new(),
        };
        let is_appraised = leaf.rule == RuleKind::Manual;
        let waits = matches!(leaf.state, LineState::Missing | LineState::PendingAppraisal);
        waits.then(|| Unsettled { line: line.code.clone(), state: leaf.state, measures, is_appraised })
    };
    leaves(card).filter_map(waits).collect()
}

/// The leaves that may gain.
pub(super) fn watched<'a>(set: &'a CriteriaSet, card: &Scorecard) -> Vec<Watched<'a>> {
    let watched = |(line, leaf): (&Line, &Leaf)| {
        let criterion = set.leaf(&line.code)?;
        let applies = leaf.state == LineState::Scored || leaf.because == Some(Because::NothingToCount {});
        applies.then_some(Watched {
            code: &criterion.code,
            max: &criterion.max_points,
            rule: criterion.rule.as_ref()?,
            takes: line.level == Level::Deduction,
        })
    };
    leaves(card).filter_map(watched).collect()
}

fn leaves(card: &Scorecard) -> impl Iterator<Item = (&Line, &Leaf)> {
    card.lines.iter().filter_map(|line| Some((line, line.leaf.as_ref()?)))
}

/// The leaves of `card` that none of `steps` changes, and why.
pub(super) fn unchangeable(
    ground: &Ground<'_>,
    card: &Scorecard,
    bars: &BTreeMap<MeasureCode, Bar>,
    steps: &[PathStep],
) -> Vec<Unchangeable> {
    let is_changed = |code: &str| {
        steps.iter().any(|step| step.line == code || step.effects.iter().any(|(line, _)| line == code))
    };
    leaves(card)
        .filter(|(line, _)| !is_changed(&line.code))
        .map(|(line, leaf)| {
            let rule = ground.set.leaf(&line.code).and_then(|leaf| leaf.rule.as_ref());
            Unchangeable { line: line.code.clone(), why: why(ground, line, leaf, rule, bars) }
        })
        .collect()
}

fn why(
    ground: &Ground<'_>,
    line: &Line,
    leaf: &Leaf,
    rule: Option<&Rule>,
    bars: &BTreeMap<MeasureCode, Bar>,
) -> Why {
    let best = if line.level == Level::Deduction { Exact::zero() } else { line.max_points.clone() };
    if leaf.rule == RuleKind::Inherited {
        let agency = ground.facts.inherited.get(&line.code).map(|parent| parent.agency.clone());
        return Why::Inherited { agency };
    }
    match leaf.state {
        LineState::Scored if line.points.as_ref() == Some(&best) => return Why::FullPoints,
        LineState::Scored => {}
        LineState::NotApplicable if leaf.because == Some(Because::NothingToCount {}) => {}
        state => return Why::State(state),
    }
    if leaf.rule == RuleKind::Manual {
        return if ground.appraisal { Why::NothingToGain } else { Why::Appraiser };
    }
    if ground.closed {
        return Why::PeriodClosed;
    }
    let measures = rule.map(Rule::measures).unwrap_or_default();
    let barred = measures.into_iter().find_map(|measure| bars.get_key_value(measure));
    let Some((measure, bar)) = barred else { return Why::NothingToGain };
    let measure = measure.clone();
    match bar {
        Bar::Fixed => Why::Fixed { measure },
        Bar::OnlyGrows => Why::OnlyGrows { measure },
        Bar::Missed { due_on } => Why::DeadlineMissed { measure, due_on: *due_on },
    }
}
