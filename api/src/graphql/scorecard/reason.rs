//! Why a leaf has the points that it has: a type for each kind of rule, with the exact parts of its arithmetic.

use chrono::NaiveDate;
use scoring::{Award as Given, Band, Because, Exact, RatioUsed, Reason, Step, TermStep, Tier};
use serde_json::Value;

use crate::graphql::codes::{AwardKind, LineState, ZeroDenominator};
use crate::graphql::cost;
use crate::graphql::plain::{plain_interface, plain_object};

/// Decimals up to which a number is printed as one.
const SCALE: u32 = 4;

plain_object! {
    /// What every reason says.
    pub(crate) struct Said {
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

plain_interface! {
    /// Why a leaf has the points that it has, from the evaluation itself: a type for each kind of rule, and one for
    /// leaves without points of their own.
    pub(crate) enum LineReason of Said {
        BooleanReason,
        TieredReason,
        RatioBandedReason,
        RatioLinearReason,
        LinearScaleReason,
        CountCappedReason,
        CountDeductReason,
        SurveyReason,
        ManualReason,
        CompositeReason,
        InheritedReason,
        NothingToCountReason,
        UnscoredReason,
    }
}

plain_object! {
    /// A number of the arithmetic.
    pub(crate) struct Number {
        /// Exact, as a whole number or a fraction (`72/13`); only this may be computed with.
        exact: String,
        /// As a decimal, rounded to four decimals, to be read.
        printed: String,
    }
}

plain_object! {
    /// A ratio as it was formed.
    pub(crate) struct ReasonRatio {
        /// The sum above the line.
        numerator: Number,
        /// The sum below the line, not zero.
        denominator: Number,
        /// Their quotient.
        value: Number,
        /// The quotient in percent, rounded to four decimals.
        percent: String,
    }
}

plain_object! {
    /// An end of a band.
    pub(crate) struct BandEnd {
        /// Where it lies, as a ratio.
        at: Number,
        /// The same in percent, rounded to four decimals.
        percent: String,
        /// Whether a ratio that lies exactly there is in the band.
        inclusive: bool,
    }
}

plain_object! {
    /// What a tier or band gives.
    pub(crate) struct Award {
        /// Points, a percentage of the maximum, or the maximum times the ratio.
        kind: AwardKind,
        /// So many points or percent; null for MAX_TIMES_RATIO.
        amount: Option<Number>,
    }
}

plain_object! {
    /// BOOLEAN: full points or none.
    pub(crate) struct BooleanReason of Said {
        /// Whether the flag was set.
        set: bool,
    }
}

plain_object! {
    /// TIERED: the level that was reached.
    pub(crate) struct TieredReason of Said {
        /// The level's code.
        tier: String,
        /// The level in Vietnamese.
        tier_vi: String,
        /// The level in English.
        tier_en: String,
        /// What it gives.
        award: Award,
    }
}

plain_object! {
    /// RATIO_BANDED: the band in which the ratio lies.
    pub(crate) struct RatioBandedReason of Said {
        /// The ratio; null when there was nothing to count.
        ratio: Option<ReasonRatio>,
        /// The band's lower end; null: none, or nothing to count.
        lower: Option<BandEnd>,
        /// The band's upper end; null: none, or nothing to count.
        upper: Option<BandEnd>,
        /// What the band gives; null when there was nothing to count.
        award: Option<Award>,
        /// What the rule says of a denominator of zero, where there was nothing to count; else null.
        zero_denominator: Option<ZeroDenominator>,
    }
}

plain_object! {
    /// RATIO_LINEAR: points in proportion to the ratio.
    pub(crate) struct RatioLinearReason of Said {
        /// The ratio; null when there was nothing to count.
        ratio: Option<ReasonRatio>,
        /// The ratio at which full points are reached; null when there was nothing to count.
        target: Option<Number>,
        /// The ratio below which there are no points; null: none, or nothing to count.
        floor: Option<Number>,
        /// Whether the ratio is below the floor.
        below_floor: bool,
        /// What the rule says of a denominator of zero, where there was nothing to count; else null.
        zero_denominator: Option<ZeroDenominator>,
    }
}

plain_object! {
    /// LINEAR_SCALE: another index rescaled.
    pub(crate) struct LinearScaleReason of Said {
        /// The other index.
        value: Number,
        /// Its value at no points.
        from: Number,
        /// Its value at full points.
        to: Number,
    }
}

plain_object! {
    /// COUNT_CAPPED: so many points each, at most the maximum.
    pub(crate) struct CountCappedReason of Said {
        /// How many.
        count: Number,
        /// Points each.
        unit_points: Number,
    }
}

plain_object! {
    /// COUNT_DEDUCT: so many points off each.
    pub(crate) struct CountDeductReason of Said {
        /// How many.
        count: Number,
        /// Points lost each.
        unit_points: Number,
        /// The points that remain at least.
        least: Number,
    }
}

plain_object! {
    /// SURVEY: points in proportion to a survey's share.
    pub(crate) struct SurveyReason of Said {
        /// The share, 0 to 1.
        share: Number,
        /// The share in percent, rounded to four decimals.
        percent: String,
    }
}

plain_object! {
    /// MANUAL: appraised points.
    pub(crate) struct ManualReason of Said {
        /// The points that the appraiser gave.
        appraised: Number,
        /// The appraiser's note.
        note: String,
        /// The appraiser.
        appraised_by: String,
        /// When.
        appraised_on: NaiveDate,
    }
}

plain_object! {
    /// COMPOSITE: a sum.
    pub(crate) struct CompositeReason of Said {
        /// Its terms.
        terms: Vec<ReasonTerm> => cost::TERMS,
    }
}

plain_object! {
    /// A term of a COMPOSITE line.
    pub(crate) struct ReasonTerm {
        /// Vietnamese label.
        name_vi: String,
        /// English label.
        name_en: String,
        /// What counted: the term's points, at most `limit`.
        points: Number,
        /// The most that counts.
        limit: Number,
        /// The points at full achievement.
        max_points: Number,
        /// How the term came about. Measures are not named in its sentences: they stand on the line.
        reason: LineReason,
    }
}

plain_object! {
    /// INHERITED: the parent agency's own result for the same leaf.
    pub(crate) struct InheritedReason of Said {
        /// The parent's code.
        parent: String,
        /// The parent's points.
        parent_points: Number,
        /// The parent's maximum.
        parent_max: Number,
    }
}

plain_object! {
    /// A term of a sum whose ratio had a denominator of zero.
    pub(crate) struct NothingToCountReason of Said {
        /// What the rule says of that: no points, or full points.
        zero_denominator: ZeroDenominator,
    }
}

plain_object! {
    /// A leaf without points of its own.
    pub(crate) struct UnscoredReason of Said {
        /// The leaf's state.
        state: LineState,
        /// MISSING: the measures that were not reported, or whose value cannot be right.
        measures: Vec<String>,
        /// MISSING: the value that cannot be right; null where it is another reason.
        invalid_value: Option<String>,
        /// What the rule allows instead, in the evaluator's English words; null with `invalidValue`.
        allowed: Option<String>,
        /// NOT_APPLICABLE: the tags that the agency lacks.
        tags: Vec<String>,
        /// EXEMPT: the reason on record.
        exemption: Option<String>,
        /// The parent agency whose state the leaf takes over.
        parent: Option<String>,
        /// That state.
        parent_state: Option<LineState>,
    }
}

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
pub(super) type Say<'a> = &'a dyn Fn(&Reason, &TermStep) -> [String; 2];

impl LineReason {
    /// The reason of a leaf in a state with what is said of it, in Vietnamese and English; `rule` is the kind of the
    /// leaf's rule, `None` for a term.
    pub(super) fn new(
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
