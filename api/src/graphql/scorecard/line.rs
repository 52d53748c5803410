//! Lines of a scorecard, with what they were scored from and why.

use chrono::NaiveDate;
use scoring::{Because, Exact, Reason, Succeeded};
use serde_json::Value;

use crate::graphql::codes::{Level, LineState, NotSummed, RuleKind, Source};
use crate::graphql::cost;
use crate::graphql::plain::plain_object;

plain_object! {
    /// A line of a scorecard: a pillar, a criterion, or a leaf with its reason.
    pub(crate) struct ScorecardLine {
        /// The number that the criteria set prints: `III`, `3.2`, `3.2.1`.
        code: String,
        /// The code of the line above; null for a pillar, bonus or deduction.
        parent_code: Option<String>,
        /// How deep it stands.
        level: Level,
        /// Vietnamese name.
        name_vi: String,
        /// English name.
        name_en: String,
        /// A leaf's state; null for pillars and criteria with parts.
        state: Option<LineState>,
        /// Points, printed; null where there are none, or where a leaf below is not settled.
        points: Option<String>,
        /// Points, exact.
        points_exact: Option<String>,
        /// Maximum points, printed.
        max_points: String,
        /// Maximum points, exact.
        max_points_exact: String,
        /// What could be reached, printed.
        effective_max: String,
        /// What could be reached, exact.
        effective_max_exact: String,
        /// Points of what could be reached, in percent, printed; null when nothing applies.
        index_percent: Option<String>,
        /// The same, exact.
        index_percent_exact: Option<String>,
        /// A leaf's kind of rule.
        rule: Option<RuleKind>,
        /// What the rule asked for, and what was known of it; empty but for leaves.
        inputs: Vec<LineInput> => cost::INPUTS,
        /// Why the leaf has the points that it has; null but for leaves.
        reason: Option<LineReason>,
    }
}

plain_object! {
    /// One input of a leaf.
    pub(crate) struct LineInput {
        /// The measure's code.
        measure: String,
        /// Vietnamese name of the measure.
        name_vi: String,
        /// English name of the measure.
        name_en: String,
        /// The value: an exact number, `true` or `false`, or a level's code. Null: not reported.
        value: Option<String>,
        /// Where the value comes from.
        source: Option<Source>,
        /// The day for which it holds.
        as_of: Option<NaiveDate>,
        /// Whose counts were summed, the agency's own first; empty where no agency changed in the period.
        summed: Vec<SummedInput> => cost::SUMMED,
        /// For want of whose count there is no sum; null where there is one.
        not_summed: Option<NotSummedInput>,
    }
}

plain_object! {
    /// What one agency gave to a sum over a change of agencies.
    pub(crate) struct SummedInput {
        /// The agency's code.
        agency: String,
        /// The first day that counts.
        from: NaiveDate,
        /// The day after the last.
        ends_before: NaiveDate,
        /// The share of its count that goes over, exact.
        share: String,
        /// Its whole count, exact.
        value: String,
        /// Where that comes from.
        source: Source,
        /// The day for which it holds.
        as_of: NaiveDate,
    }
}

plain_object! {
    /// Why the counts of an agency and its predecessors have no sum.
    pub(crate) struct NotSummedInput {
        /// The code of the agency whose count it is for want of.
        agency: String,
        /// Why.
        why: NotSummed,
    }
}

/// What was summed, or why not.
pub(super) fn succession(succeeded: Option<Succeeded>) -> (Vec<SummedInput>, Option<NotSummedInput>) {
    match succeeded {
        None => (Vec::new(), None),
        Some(Succeeded::NotKnown { agency, why }) => {
            (Vec::new(), Some(NotSummedInput { agency, why: why.into() }))
        }
        Some(Succeeded::Summed { parts }) => {
            let summed = parts.into_iter().map(|part| SummedInput {
                agency: part.agency,
                from: part.from,
                ends_before: part.before,
                share: part.share.to_string(),
                value: part.value.to_string(),
                source: part.source.into(),
                as_of: part.as_of,
            });
            (summed.collect(), None)
        }
    }
}

plain_object! {
    /// Why a leaf has the points that it has, from the evaluation itself.
    pub(crate) struct LineReason {
        /// All of it in a Vietnamese sentence, as an officer would say it.
        sentence_vi: String,
        /// The same in English.
        sentence_en: String,
        /// Why it has none of its own: `NOT_REPORTED`, `TAGS_ABSENT`, `NOTHING_TO_COUNT`, …; null when
        /// scored.
        because: Option<String>,
        /// What that is about: measures that were not reported, tags that are absent, a reason on record.
        about: Vec<String>,
        /// What the evaluator did, for instance `BAND` or `LINEAR`.
        step: Option<String>,
        /// The band or tier that was hit, for instance `80 % ≤ x < 95 %`.
        band: Option<String>,
        /// The arithmetic with its numbers, for instance `6 × 12/13`.
        formula: Option<String>,
        /// The ratio that was formed, exact; null when none was.
        ratio_exact: Option<String>,
        /// The ratio in percent, printed with four decimals.
        ratio_percent: Option<String>,
    }
}

impl LineReason {
    /// The reason with what is said of it: in Vietnamese, in English.
    pub(super) fn new(reason: Reason, [sentence_vi, sentence_en]: [String; 2]) -> Self {
        let ratio = reason.step.as_ref().and_then(scoring::Step::ratio).map(|ratio| &ratio.value);
        Self {
            sentence_vi,
            sentence_en,
            because: reason.because.as_ref().and_then(|because| tag(because, "because")),
            about: reason.because.as_ref().map(about).unwrap_or_default(),
            step: reason.step.as_ref().and_then(|step| tag(step, "step")),
            ratio_exact: ratio.map(Exact::to_string),
            ratio_percent: ratio.map(|ratio| (ratio * &Exact::hundred()).print(4)),
            band: reason.band,
            formula: reason.formula,
        }
    }
}

/// The code by which a tagged value is stored.
fn tag<T: serde::Serialize>(tagged: &T, tag: &str) -> Option<String> {
    match serde_json::to_value(tagged).ok()?.get_mut(tag)?.take() {
        Value::String(code) => Some(code),
        _ => None,
    }
}

fn about(because: &Because) -> Vec<String> {
    match because {
        Because::TagsAbsent { tags } => tags.clone(),
        Because::NotReported { measures } => measures.clone(),
        Because::Exempted { reason } => vec![reason.clone()],
        Because::AppraisalInvalid { rule } => vec![rule.clone()],
        Because::Invalid { measure, value, allowed } => {
            vec![measure.clone(), value.clone(), allowed.clone()]
        }
        Because::ParentState { agency, state } => vec![agency.clone(), state.to_string()],
        Because::NothingToCount {}
        | Because::DueAtYearEnd {}
        | Because::NotAppraised {}
        | Because::ParentUnknown {} => Vec::new(),
    }
}
