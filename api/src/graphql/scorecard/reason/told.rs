//! From the evaluator's reason to the type that GraphQL shows.

use scoring::{Award as Given, Band, Because, Exact, RatioUsed, Reason, Step, TermStep, Tier};
use serde_json::Value;

use super::*;
use crate::graphql::codes::{LineState, ZeroDenominator};

/// Decimals up to which a number is printed as one.
const SCALE: u32 = 4;

impl From<&Exact> for Number {
    fn from(number: &Exact) -> Self {
        let brief = number.brief(SCALE);
        Self {
            exact: number.to_string(),
            printed: if brief.contains('/') { number.print(SCALE) } else { brief },
        }
    }
}

impl From<&RatioUsed> for ReasonRatio {
    fn from(ratio: &RatioUsed) -> Self {
        Self {
            numerator: (&ratio.numerator).into(),
            denominator: (&ratio.denominator).into(),
            value: (&ratio.value).into(),
            percent: percent(&ratio.value),
        }
    }
}

impl From<&Given> for Award {
    fn from(award: &Given) -> Self {
        let amount = match award {
            Given::Points(amount) | Given::PercentOfMax(amount) => Some(amount.into()),
            Given::MaxTimesRatio => None,
        };
        Self { kind: award.kind().into(), amount }
    }
}

fn percent(ratio: &Exact) -> String {
    (ratio * &Exact::hundred()).print(SCALE)
}

fn ends(band: &Band) -> [Option<BandEnd>; 2] {
    let end = |inclusive: &Option<Exact>, exclusive: &Option<Exact>| {
        let at = inclusive.as_ref().or(exclusive.as_ref())?;
        Some(BandEnd { at: at.into(), percent: percent(at), inclusive: inclusive.is_some() })
    };
    [end(&band.from, &band.above), end(&band.to, &band.below)]
}

/// How what is said of a term is put: in Vietnamese, in English.
type Say<'a> = &'a dyn Fn(&Reason, &TermStep) -> [String; 2];

impl LineReason {
    /// The reason of a leaf in a state with what is said of it, in Vietnamese and English; `rule` is the kind of the
    /// leaf's rule, `None` for a term.
    pub(in crate::graphql::scorecard) fn new(
        reason: Reason,
        rule: Option<scoring::RuleKind>,
        state: LineState,
        sentences: [String; 2],
        say: Say<'_>,
    ) -> Self {
        let shared = Said::new(&reason, sentences);
        match reason.step {
            Some(step) => of_step(shared, step, rule, say),
            None => unscored(shared, state, reason.because.as_ref()).into(),
        }
    }
}

impl Said {
    fn new(reason: &Reason, [sentence_vi, sentence_en]: [String; 2]) -> Self {
        let ratio = reason.step.as_ref().and_then(Step::ratio).map(|ratio| &ratio.value);
        Self {
            sentence_vi,
            sentence_en,
            because: reason.because.as_ref().and_then(|because| tag(because, "because")),
            about: reason.because.as_ref().map(about).unwrap_or_default(),
            step: reason.step.as_ref().and_then(|step| tag(step, "step")),
            ratio_exact: ratio.map(Exact::to_string),
            ratio_percent: ratio.map(percent),
            band: reason.band.clone(),
            formula: reason.formula.clone(),
        }
    }
}

fn of_step(shared: Said, step: Step, rule: Option<scoring::RuleKind>, say: Say<'_>) -> LineReason {
    match step {
        Step::Flag { set } => BooleanReason { shared, set }.into(),
        Step::Tier { tier: Tier { level: tier, name_vi: tier_vi, name_en: tier_en, award } } => {
            TieredReason { shared, tier, tier_vi, tier_en, award: (&award).into() }.into()
        }
        Step::ZeroDenominator { policy } => nothing_to_count(shared, policy.into(), rule),
        Step::Band { ratio, band } => {
            let ([lower, upper], award) = (ends(&band), Some((&band.award).into()));
            let ratio = Some((&ratio).into());
            RatioBandedReason { shared, ratio, lower, upper, award, zero_denominator: None }.into()
        }
        Step::Linear { ratio, target, floor, below_floor } => RatioLinearReason {
            shared,
            ratio: Some((&ratio).into()),
            target: Some((&target).into()),
            floor: floor.as_ref().map(Into::into),
            below_floor,
            zero_denominator: None,
        }
        .into(),
        Step::Scale { value, from, to } => {
            let [value, from, to] = [&value, &from, &to].map(Into::into);
            LinearScaleReason { shared, value, from, to }.into()
        }
        Step::Counted { count, unit_points } => {
            let [count, unit_points] = [&count, &unit_points].map(Into::into);
            CountCappedReason { shared, count, unit_points }.into()
        }
        Step::Deducted { count, unit_points, floor } => {
            let [count, unit_points, least] = [&count, &unit_points, &floor].map(Into::into);
            CountDeductReason { shared, count, unit_points, least }.into()
        }
        Step::Share { share } => {
            SurveyReason { shared, share: (&share).into(), percent: percent(&share) }.into()
        }
        Step::Appraised { points, note, appraised_by, as_of } => {
            let appraised = (&points).into();
            ManualReason { shared, appraised, note, appraised_by, appraised_on: as_of }.into()
        }
        Step::Sum { terms } => {
            let terms = terms.into_iter().map(|term| ReasonTerm::new(term, say)).collect();
            CompositeReason { shared, terms }.into()
        }
        Step::Inherited { agency: parent, points, max_points } => {
            let [parent_points, parent_max] = [&points, &max_points].map(Into::into);
            InheritedReason { shared, parent, parent_points, parent_max }.into()
        }
    }
}

/// Which of the two ratio rules it was is not in the step; the line knows its kind, a term does not.
fn nothing_to_count(shared: Said, policy: ZeroDenominator, rule: Option<scoring::RuleKind>) -> LineReason {
    let (ratio, zero_denominator) = (None, Some(policy));
    match rule {
        Some(scoring::RuleKind::RatioBanded) => {
            RatioBandedReason { shared, ratio, lower: None, upper: None, award: None, zero_denominator }
                .into()
        }
        Some(scoring::RuleKind::RatioLinear) => RatioLinearReason {
            shared,
            ratio,
            target: None,
            floor: None,
            below_floor: false,
            zero_denominator,
        }
        .into(),
        _ => NothingToCountReason { shared, zero_denominator: policy }.into(),
    }
}

impl ReasonTerm {
    fn new(term: TermStep, say: Say<'_>) -> Self {
        let reason = term.reason();
        let sentences = say(&reason, &term);
        Self {
            points: (&term.points).into(),
            limit: (&term.limit).into(),
            max_points: (&term.max_points).into(),
            reason: LineReason::new(reason, None, LineState::Scored, sentences, say),
            name_vi: term.name_vi,
            name_en: term.name_en,
        }
    }
}

fn unscored(shared: Said, state: LineState, because: Option<&Because>) -> UnscoredReason {
    let mut unscored = UnscoredReason {
        shared,
        state,
        measures: Vec::new(),
        invalid_value: None,
        allowed: None,
        tags: Vec::new(),
        exemption: None,
        parent: None,
        parent_state: None,
    };
    match because {
        Some(Because::TagsAbsent { tags }) => unscored.tags.clone_from(tags),
        Some(Because::NotReported { measures }) => unscored.measures.clone_from(measures),
        Some(Because::Exempted { reason }) => unscored.exemption = Some(reason.clone()),
        Some(Because::AppraisalInvalid { rule }) => unscored.allowed = Some(rule.clone()),
        Some(Because::Invalid { measure, value, allowed }) => {
            unscored.measures = vec![measure.clone()];
            unscored.invalid_value = Some(value.clone());
            unscored.allowed = Some(allowed.clone());
        }
        Some(Because::ParentState { agency, state }) => {
            unscored.parent = Some(agency.clone());
            unscored.parent_state = Some((*state).into());
        }
        Some(
            Because::NothingToCount {}
            | Because::DueAtYearEnd {}
            | Because::NotAppraised {}
            | Because::ParentUnknown {},
        )
        | None => {}
    }
    unscored
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
