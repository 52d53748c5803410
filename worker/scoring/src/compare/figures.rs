//! What of a card is compared, and a change with the causes that it is put down to.

use std::collections::BTreeMap;

use crate::{Exact, Scorecard};

/// The figures of a card, stored or scored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Figures {
    /// The lines, by code.
    pub lines: BTreeMap<String, Figure>,
    /// Points of the tree.
    pub points: Option<Exact>,
    /// Bonus points.
    pub bonus: Option<Exact>,
    /// Points off.
    pub deduction: Option<Exact>,
    /// What they come to.
    pub total: Option<Exact>,
    /// What could be reached.
    pub effective_max: Exact,
    /// Total of what could be reached, in percent.
    pub index_percent: Option<Exact>,
}

/// The figures of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Figure {
    /// Its points.
    pub points: Option<Exact>,
    /// What could be reached.
    pub effective_max: Exact,
}

impl Figure {
    /// What the line brings: none of it counts where it is out of the maximum; `None` where it is not settled.
    pub(super) fn counted(&self) -> Option<Exact> {
        self.points.clone().or_else(|| self.effective_max.is_zero().then(Exact::zero))
    }
}

impl From<&Scorecard> for Figures {
    fn from(card: &Scorecard) -> Self {
        let figure = |line: &crate::Line| Figure {
            points: line.points.clone(),
            effective_max: line.effective_max.clone(),
        };
        Self {
            lines: card.lines.iter().map(|line| (line.code.clone(), figure(line))).collect(),
            points: card.points.clone(),
            bonus: card.bonus.clone(),
            deduction: card.deduction.clone(),
            total: card.total.clone(),
            effective_max: card.effective_max.clone(),
            index_percent: card.index_percent.clone(),
        }
    }
}

/// What a number was and is, and what it changed by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// What it was; `None`: there was none.
    pub before: Option<Exact>,
    /// What it is; `None`: there is none.
    pub after: Option<Exact>,
    /// What it changed by; `None` where one of the two is not settled.
    pub whole: Option<Exact>,
    /// The same, cause by cause; they add up to it exactly.
    pub parts: Option<Parts>,
}

/// A change put down to its causes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parts {
    /// What was reported or counted, and what the parent agency handed down.
    pub data: Exact,
    /// The criteria set: its maxima, rules, and what it has and does not have.
    pub criteria: Exact,
    /// Whether lines apply, are exempt, are due.
    pub applicability: Exact,
    /// What appraisers gave.
    pub appraisal: Exact,
    /// What is stored otherwise than this evaluator scores it.
    pub engine: Exact,
}

impl Parts {
    /// What they add up to.
    pub fn sum(&self) -> Exact {
        [&self.data, &self.criteria, &self.applicability, &self.appraisal, &self.engine].into_iter().sum()
    }

    /// Whether no cause did anything.
    pub fn are_nothing(&self) -> bool {
        let Self { data, criteria, applicability, appraisal, engine } = self;
        [data, criteria, applicability, appraisal, engine].into_iter().all(Exact::is_zero)
    }
}

/// How many cards lead from the one to the other, both counted.
pub(super) const STAGES: usize = 7;

impl Change {
    /// The change of a number through the stages. A stage that has none is passed over: what it would have changed
    /// falls to the next cause.
    pub(super) fn through(numbers: [Option<Exact>; STAGES]) -> Self {
        let (before, after) = (numbers[0].clone(), numbers[STAGES - 1].clone());
        let parts = before.clone().zip(after.clone()).map(|(mut last, _)| {
            let steps = numbers.into_iter().skip(1).map(|number| {
                let number = number.unwrap_or_else(|| last.clone());
                let step = number.clone() - &last;
                last = number;
                step
            });
            let steps: Vec<Exact> = steps.collect();
            let step = |at: usize| steps.get(at).cloned().unwrap_or_else(Exact::zero);
            Parts {
                engine: step(0) + &step(5),
                applicability: step(1),
                appraisal: step(2),
                data: step(3),
                criteria: step(4),
            }
        });
        let whole = before.as_ref().zip(after.clone()).map(|(before, after)| after - before);
        Self { before, after, whole, parts }
    }
}
