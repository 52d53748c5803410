//! From a criteria set and facts to a scorecard. The same function scores for the worker, for a
//! simulation and for a verification.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::canonical::{canonical_json, sha256_hex};
use crate::criteria::{Adjustment, CriteriaSet, Criterion, NotApplicablePolicy};
use crate::evaluate::{Evaluated, Unscored, evaluate, inputs};
use crate::facts::Facts;
use crate::reason::Because;
use crate::rule::Rule;
use crate::scorecard::{Leaf, Line, Scorecard};
use crate::{CardState, Exact, Level, LineState, Period, PeriodKind};

/// The version of the evaluator. It changes whenever the same facts could give another card.
pub const ENGINE_VERSION: &str = "1";

/// The hash that identifies a card: SHA-256 over canonical JSON of engine version, set fingerprint, period
/// and facts (with the agency's snapshot), in hex. Equal hashes mean equal cards.
pub fn content_hash(set: &CriteriaSet, period: &Period, facts: &Facts) -> String {
    content_hash_by(ENGINE_VERSION, set, period, facts)
}

/// The same for a card that another version of the evaluator scored.
pub fn content_hash_by(engine: &str, set: &CriteriaSet, period: &Period, facts: &Facts) -> String {
    #[derive(Serialize)]
    struct Content<'a> {
        engine: &'a str,
        set: &'a str,
        period: &'a Period,
        facts: &'a Facts,
    }
    sha256_hex(&canonical_json(&Content { engine, set: set.fingerprint(), period, facts }))
}

/// Scores one agency: every line with its state and reason, the sums, the index and the grade.
pub fn score(set: &CriteriaSet, period: PeriodKind, facts: &Facts) -> Scorecard {
    score_over(set, period, facts, &BTreeMap::new())
}

/// The same, where a leaf that is not settled is as it stands among `settled`, if it stands there.
pub(crate) fn score_over(
    set: &CriteriaSet,
    period: PeriodKind,
    facts: &Facts,
    settled: &BTreeMap<&str, &Line>,
) -> Scorecard {
    let document = set.document();
    let mut scoring = Scoring { period, facts, policy: document.not_applicable, settled, lines: Vec::new() };
    let tree = scoring.add_all(&document.pillars, 0, None);
    let bonus = scoring.add_adjustment(document.bonus.as_ref(), Level::Bonus);
    let deduction = scoring.add_adjustment(document.deduction.as_ref(), Level::Deduction);

    let settled = tree.settled && bonus.settled && deduction.settled;
    let when_settled = |points: Exact| settled.then_some(points);
    let total = (tree.points.clone() + &bonus.points - &deduction.points).max(Exact::zero());
    let index_percent = when_settled(total.clone()).and_then(|total| percent(&total, &tree.effective_max));
    Scorecard {
        state: if settled { CardState::Final } else { CardState::Incomplete },
        lines: scoring.lines,
        grade: index_percent.as_ref().and_then(|index| set.grade(index)).cloned(),
        index_percent,
        total: when_settled(total),
        points: when_settled(tree.points),
        bonus: when_settled(bonus.points),
        deduction: when_settled(deduction.points),
        effective_max: tree.effective_max,
    }
}

/// `points / effective_max × 100`; `None` when nothing applies.
fn percent(points: &Exact, effective_max: &Exact) -> Option<Exact> {
    Exact::ratio(&(points * &Exact::hundred()), effective_max)
}

struct Scoring<'a> {
    period: PeriodKind,
    facts: &'a Facts,
    policy: NotApplicablePolicy,
    settled: &'a BTreeMap<&'a str, &'a Line>,
    lines: Vec<Line>,
}

/// What a part of the tree adds up to.
struct Subtotal {
    points: Exact,
    effective_max: Exact,
    settled: bool,
}

impl Subtotal {
    fn nothing() -> Self {
        Self { points: Exact::zero(), effective_max: Exact::zero(), settled: true }
    }

    fn plus(self, other: &Self) -> Self {
        Self {
            points: self.points + &other.points,
            effective_max: self.effective_max + &other.effective_max,
            settled: self.settled && other.settled,
        }
    }
}

impl Scoring<'_> {
    fn add_all(&mut self, criteria: &[Criterion], depth: usize, parent: Option<&str>) -> Subtotal {
        let level = Level::at_depth(depth);
        criteria.iter().fold(Subtotal::nothing(), |sum, criterion| {
            let subtotal = match &criterion.rule {
                Some(rule) => self.add_leaf(criterion, rule, level, parent),
                None => self.add_group(criterion, depth, parent),
            };
            sum.plus(&subtotal)
        })
    }

    fn add_group(&mut self, criterion: &Criterion, depth: usize, parent: Option<&str>) -> Subtotal {
        // The group's line stands above its children's, whose sum it shows.
        let position = self.lines.len();
        self.lines.push(line(criterion, Level::at_depth(depth), parent));
        let subtotal = self.add_all(&criterion.children, depth + 1, Some(&criterion.code));
        let group = &mut self.lines[position];
        group.effective_max = subtotal.effective_max.clone();
        // Where nothing applies there are no points; none is not zero.
        if subtotal.settled && !subtotal.effective_max.is_zero() {
            group.points = Some(subtotal.points.clone());
            group.index_percent = percent(&subtotal.points, &subtotal.effective_max);
        }
        subtotal
    }

    fn add_adjustment(&mut self, adjustment: Option<&Adjustment>, level: Level) -> Subtotal {
        let Some(adjustment) = adjustment else {
            return Subtotal::nothing();
        };
        let mut sum = Subtotal::nothing();
        for criterion in &adjustment.leaves {
            if let Some(rule) = &criterion.rule {
                sum = sum.plus(&self.add_leaf(criterion, rule, level, None));
            }
        }
        Subtotal { points: sum.points.min(adjustment.cap.clone()), ..sum }
    }

    fn add_leaf(
        &mut self,
        criterion: &Criterion,
        rule: &Rule,
        level: Level,
        parent: Option<&str>,
    ) -> Subtotal {
        let outcome = self.outcome(criterion, rule);
        let policy = self.policy_for(criterion, level);
        let (state, points, because, step) = match outcome {
            Ok((points, step)) => (LineState::Scored, Some(points), None, Some(step)),
            Err(Unscored { state, because }) => {
                let awarded = state == LineState::NotApplicable && policy == NotApplicablePolicy::AwardFull;
                (state, awarded.then(|| criterion.max_points.clone()), Some(because), None)
            }
        };
        let settled = state.is_settled();
        if !settled && let Some(line) = self.settled.get(criterion.code.as_str()) {
            self.lines.push((*line).clone());
            let points = line.points.clone().unwrap_or_else(Exact::zero);
            return Subtotal { points, effective_max: line.effective_max.clone(), settled: true };
        }
        let counts = points.is_some() || !settled;
        let effective_max = if counts { criterion.max_points.clone() } else { Exact::zero() };

        let inputs = inputs(rule, self.facts);
        let mut line = line(criterion, level, parent);
        line.index_percent = points.as_ref().and_then(|points| percent(points, &effective_max));
        line.points = points.clone();
        line.effective_max = effective_max.clone();
        line.leaf = Some(Leaf { state, rule: rule.kind(), inputs, because, step });
        self.lines.push(line);
        Subtotal { points: points.unwrap_or_else(Exact::zero), effective_max, settled }
    }

    /// Points for what does not apply are given in the tree only: nobody earns a bonus, or suffers a
    /// deduction, for what does not concern him.
    fn policy_for(&self, criterion: &Criterion, level: Level) -> NotApplicablePolicy {
        match level {
            Level::Bonus | Level::Deduction => NotApplicablePolicy::ExcludeFromMax,
            _ => criterion.not_applicable.unwrap_or(self.policy),
        }
    }

    /// Exempt, not applicable, not yet due, else what the rule gives.
    fn outcome(&self, criterion: &Criterion, rule: &Rule) -> Evaluated {
        let unscored = |state, because| Err(Unscored { state, because });
        if let Some(reason) = self.facts.exemptions.get(&criterion.code) {
            return unscored(LineState::Exempt, Because::Exempted { reason: reason.clone() });
        }
        let absent = criterion.applies_only_to.iter().filter(|tag| !self.facts.tags.contains(*tag));
        let tags: Vec<_> = absent.cloned().collect();
        if !tags.is_empty() {
            return unscored(LineState::NotApplicable, Because::TagsAbsent { tags });
        }
        if !criterion.due.is_due_in(self.period) {
            return unscored(LineState::NotYetDue, Because::DueAtYearEnd {});
        }
        evaluate(rule, &criterion.code, &criterion.max_points, self.facts)
    }
}

fn line(criterion: &Criterion, level: Level, parent: Option<&str>) -> Line {
    Line {
        code: criterion.code.clone(),
        parent: parent.map(str::to_owned),
        level,
        name_vi: criterion.name_vi.clone(),
        name_en: criterion.name_en.clone(),
        max_points: criterion.max_points.clone(),
        effective_max: Exact::zero(),
        points: None,
        index_percent: None,
        leaf: None,
    }
}
