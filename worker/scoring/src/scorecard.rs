//! The result of scoring one agency in one period.

use serde::{Deserialize, Serialize};

use crate::criteria::GradeBand;
use crate::facts::InheritedResult;
use crate::reason::{Because, Input, Reason, Step};
use crate::{CardState, Exact, Level, LineState, RuleKind, Source};

/// A scorecard: every line with its reason, and what they add up to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scorecard {
    /// FINAL, or INCOMPLETE while a line is MISSING or PENDING_APPRAISAL.
    pub state: CardState,
    /// The tree in reading order, then bonus leaves, then deduction leaves.
    pub lines: Vec<Line>,
    /// The sum of the tree's leaves; `None` while INCOMPLETE.
    pub points: Option<Exact>,
    /// What could be reached: the maximum less every leaf that is out of it.
    pub effective_max: Exact,
    /// Bonus points after the cap; `None` while INCOMPLETE.
    pub bonus: Option<Exact>,
    /// Points off after the cap; `None` while INCOMPLETE.
    pub deduction: Option<Exact>,
    /// `points + bonus − deduction`, at least 0; `None` while INCOMPLETE.
    pub total: Option<Exact>,
    /// `total / effective_max × 100`, unrounded; `None` while INCOMPLETE or when nothing applies.
    pub index_percent: Option<Exact>,
    /// The grade of the index.
    pub grade: Option<GradeBand>,
}

/// One line: a pillar, a criterion or a leaf.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// The number that the criteria set prints.
    pub code: String,
    /// The code of the line above.
    pub parent: Option<String>,
    /// Pillar, criterion, sub-criterion, bonus or deduction.
    pub level: Level,
    /// Vietnamese name.
    pub name_vi: String,
    /// English name.
    pub name_en: String,
    /// Maximum points.
    pub max_points: Exact,
    /// The maximum less every leaf below that is out of it.
    pub effective_max: Exact,
    /// The points; `None` when nothing applies or a leaf below is not settled.
    pub points: Option<Exact>,
    /// `points / effective_max × 100`; `None` when nothing applies or a leaf below is not settled.
    pub index_percent: Option<Exact>,
    /// What only a leaf has.
    pub leaf: Option<Leaf>,
}

/// What a leaf has beside its points.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leaf {
    /// The line's state.
    pub state: LineState,
    /// The kind of its rule.
    pub rule: RuleKind,
    /// What the rule asked for and what was known.
    pub inputs: Vec<Input>,
    /// Why there are no points of its own.
    pub because: Option<Because>,
    /// What the evaluator did.
    pub step: Option<Step>,
}

impl Leaf {
    /// The whole reason of a leaf of `max` points.
    pub fn reason(&self, max: &Exact) -> Reason {
        Reason {
            because: self.because.clone(),
            step: self.step.clone(),
            band: self.step.as_ref().and_then(Step::band),
            formula: self.step.as_ref().map(|step| step.formula(max)),
        }
    }

    /// Whether an input is made up to illustrate.
    pub fn is_illustrative(&self) -> bool {
        self.inputs.iter().any(|input| input.source == Some(Source::Illustrative))
    }
}

impl Scorecard {
    /// The leaves that are in `state`.
    pub fn leaves_in(&self, state: LineState) -> impl Iterator<Item = &Line> {
        self.lines.iter().filter(move |line| line.leaf.as_ref().is_some_and(|leaf| leaf.state == state))
    }

    /// What an agency below `parent_code` takes over from this card, by leaf.
    pub fn handed_down(&self, parent_code: &str) -> impl Iterator<Item = (String, InheritedResult)> {
        self.lines.iter().filter_map(move |line| {
            let leaf = line.leaf.as_ref()?;
            let result = InheritedResult {
                agency: parent_code.to_owned(),
                state: leaf.state,
                points: line.points.clone(),
                max_points: line.max_points.clone(),
            };
            Some((line.code.clone(), result))
        })
    }
}
