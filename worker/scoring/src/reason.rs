//! Why a line has the points that it has. The evaluator writes the reason while it evaluates; there is no
//! second tracer that could drift from the score.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::dossiers::BrokenIdentity;
use crate::facts::{Fact, FactValue, Facts, Succeeded};
use crate::rule::{Award, Band, MeasureCode, Tier, ZeroDenominator};
use crate::{Exact, LineState, Source};

/// The digits after the point up to which a formula shows a number as a decimal.
const FORMULA_SCALE: u32 = 4;

/// One input of a line: what the rule asked for and what was known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// The measure's code.
    pub measure: MeasureCode,
    /// The value; `None` when it was not reported.
    pub value: Option<FactValue>,
    /// Where the value comes from.
    pub source: Option<Source>,
    /// The day for which it holds.
    pub as_of: Option<NaiveDate>,
    /// How it came about over a change of agencies; `None` where none changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub succession: Option<Succeeded>,
    /// What a second source says of the measure, which does not count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub beside: Option<Fact>,
    /// The identities that the official tables break from which the value was taken.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub broken: Vec<BrokenIdentity>,
}

impl Input {
    pub(crate) fn new(measure: &MeasureCode, facts: &Facts) -> Self {
        let fact = facts.values.get(measure);
        Self {
            measure: measure.clone(),
            value: fact.map(|fact| fact.value.clone()),
            source: fact.map(|fact| fact.source),
            as_of: fact.map(|fact| fact.as_of),
            succession: facts.succession.get(measure).cloned(),
            beside: facts.beside.get(measure).cloned(),
            broken: facts.broken.get(measure).cloned().unwrap_or_default(),
        }
    }
}

/// Why a line has no points of its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "because", rename_all = "SCREAMING_SNAKE_CASE", deny_unknown_fields)]
pub enum Because {
    /// NOT_APPLICABLE: the agency lacks these applicability tags.
    TagsAbsent {
        /// The tags.
        tags: Vec<String>,
    },
    /// NOT_APPLICABLE: there was nothing to count and the rule says that the leaf then does not apply.
    NothingToCount {},
    /// NOT_YET_DUE: the leaf falls due at year end.
    DueAtYearEnd {},
    /// EXEMPT, for this reason.
    Exempted {
        /// The reason on record.
        reason: String,
    },
    /// MISSING: these measures were not reported.
    NotReported {
        /// The measures.
        measures: Vec<MeasureCode>,
    },
    /// MISSING: a reported value cannot be right.
    Invalid {
        /// The measure.
        measure: MeasureCode,
        /// The value as reported.
        value: String,
        /// What the rule allows.
        allowed: String,
    },
    /// PENDING_APPRAISAL: no appraiser has given points yet.
    NotAppraised {},
    /// PENDING_APPRAISAL: the appraisal on record breaks a rule.
    AppraisalInvalid {
        /// Which rule.
        rule: String,
    },
    /// MISSING: the parent agency has no result for this leaf, or one that cannot be right.
    ParentUnknown {},
    /// The parent agency's line has this state, and the leaf takes it over.
    ParentState {
        /// The parent's code.
        agency: String,
        /// The state.
        state: LineState,
    },
}

/// A ratio as it was formed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RatioUsed {
    /// The sum above the line.
    pub numerator: Exact,
    /// The sum below the line, not zero.
    pub denominator: Exact,
    /// Their quotient, unrounded.
    pub value: Exact,
}

/// What the evaluator did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "SCREAMING_SNAKE_CASE", deny_unknown_fields)]
pub enum Step {
    /// BOOLEAN.
    Flag {
        /// Whether the flag was set.
        set: bool,
    },
    /// TIERED: the tier that was hit.
    Tier {
        /// The tier.
        tier: Tier,
    },
    /// A ratio rule with a denominator of zero.
    ZeroDenominator {
        /// The policy that applied: ZERO or FULL.
        policy: ZeroDenominator,
    },
    /// RATIO_BANDED: the band that was hit.
    Band {
        /// The ratio.
        ratio: RatioUsed,
        /// The band.
        band: Band,
    },
    /// RATIO_LINEAR.
    Linear {
        /// The ratio.
        ratio: RatioUsed,
        /// The ratio at which full points are reached.
        target: Exact,
        /// The floor, if the rule has one.
        floor: Option<Exact>,
        /// Whether the ratio was below the floor.
        below_floor: bool,
    },
    /// LINEAR_SCALE.
    Scale {
        /// The other index.
        value: Exact,
        /// Its value at no points.
        from: Exact,
        /// Its value at full points.
        to: Exact,
    },
    /// COUNT_CAPPED.
    Counted {
        /// How many.
        count: Exact,
        /// Points each.
        unit_points: Exact,
    },
    /// COUNT_DEDUCT.
    Deducted {
        /// How many.
        count: Exact,
        /// Points lost each.
        unit_points: Exact,
        /// What remains at least.
        floor: Exact,
    },
    /// SURVEY.
    Share {
        /// The share, 0 to 1.
        share: Exact,
    },
    /// MANUAL.
    Appraised {
        /// The points that the appraiser gave.
        points: Exact,
        /// The appraiser's note.
        note: String,
        /// The appraiser.
        appraised_by: String,
        /// When.
        as_of: NaiveDate,
    },
    /// COMPOSITE.
    Sum {
        /// The terms.
        terms: Vec<TermStep>,
    },
    /// INHERITED.
    Inherited {
        /// The parent's code.
        agency: String,
        /// The parent's points.
        points: Exact,
        /// The parent's maximum.
        max_points: Exact,
    },
}

/// One term of a COMPOSITE line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TermStep {
    /// Vietnamese label.
    pub name_vi: String,
    /// English label.
    pub name_en: String,
    /// The term's maximum.
    pub max_points: Exact,
    /// The most that counts.
    pub limit: Exact,
    /// What counted: the term's points, at most `limit`.
    pub points: Exact,
    /// How the term came about.
    pub step: Step,
}

impl Step {
    /// The band or tier that was hit, as a reader would write it (`80 % ≤ x < 95 %`, `ON_TIME`).
    pub fn band(&self) -> Option<String> {
        match self {
            Self::Tier { tier } => Some(tier.level.clone()),
            Self::Band { band, .. } => Some(band.text()),
            Self::Linear { floor: Some(floor), below_floor: true, .. } => {
                Some(format!("x < {} %", brief(&(floor * &Exact::hundred()))))
            }
            Self::ZeroDenominator { policy: ZeroDenominator::Zero } => Some("x / 0 → 0".to_owned()),
            Self::ZeroDenominator { .. } => Some("x / 0 → max".to_owned()),
            _ => None,
        }
    }

    /// The ratio that the step formed, if it formed one.
    pub fn ratio(&self) -> Option<&RatioUsed> {
        match self {
            Self::Band { ratio, .. } | Self::Linear { ratio, .. } => Some(ratio),
            _ => None,
        }
    }

    /// The arithmetic with its numbers, for a leaf or term of `max` points: `6 × 12/13`.
    pub fn formula(&self, max: &Exact) -> String {
        match self {
            Self::Flag { set: true } | Self::ZeroDenominator { policy: ZeroDenominator::Full } => brief(max),
            Self::Flag { set: false } | Self::ZeroDenominator { .. } => "0".to_owned(),
            Self::Tier { tier } => award_formula(&tier.award, max, None),
            Self::Band { ratio, band } => award_formula(&band.award, max, Some(ratio)),
            Self::Linear { below_floor: true, .. } => "0".to_owned(),
            Self::Linear { ratio, target, .. } if *target == Exact::one() => {
                format!("{} × min(1, {})", brief(max), fraction(ratio))
            }
            Self::Linear { ratio, target, .. } => {
                format!("{} × min(1, ({}) / {})", brief(max), fraction(ratio), grouped(target))
            }
            Self::Scale { value, from, to } => format!(
                "{} × ({} − {}) / ({} − {})",
                brief(max),
                brief(value),
                brief(from),
                brief(to),
                brief(from)
            ),
            Self::Counted { count, unit_points } => {
                format!("min({}, {} × {})", brief(max), brief(count), brief(unit_points))
            }
            Self::Deducted { count, unit_points, floor } => {
                format!("max({}, {} − {} × {})", brief(floor), brief(max), brief(count), brief(unit_points))
            }
            Self::Share { share } => format!("{} × {}", brief(max), brief(share)),
            Self::Appraised { points, .. } => brief(points),
            Self::Sum { terms } => terms_formula(terms, max),
            Self::Inherited { points, max_points, .. } => {
                format!("{} × ({}) / {}", brief(max), brief(points), grouped(max_points))
            }
        }
    }
}

impl TermStep {
    /// The reason of the term, as if it were a leaf.
    pub fn reason(&self) -> Reason {
        Reason {
            because: None,
            step: Some(self.step.clone()),
            band: self.step.band(),
            formula: Some(self.step.formula(&self.max_points)),
        }
    }
}

fn brief(number: &Exact) -> String {
    number.brief(FORMULA_SCALE)
}

/// A number that stays one number below a division sign or before a percent sign: `0.5`, `(1/3)`.
fn grouped(number: &Exact) -> String {
    let brief = brief(number);
    if brief.contains('/') { format!("({brief})") } else { brief }
}

fn fraction(ratio: &RatioUsed) -> String {
    format!("{}/{}", brief(&ratio.numerator), brief(&ratio.denominator))
}

fn award_formula(award: &Award, max: &Exact, ratio: Option<&RatioUsed>) -> String {
    match (award, ratio) {
        (Award::Points(points), _) => brief(points),
        (Award::PercentOfMax(percent), _) => format!("{} × {} %", brief(max), grouped(percent)),
        (Award::MaxTimesRatio, Some(ratio)) => format!("{} × {}", brief(max), fraction(ratio)),
        (Award::MaxTimesRatio, None) => brief(max),
    }
}

fn terms_formula(terms: &[TermStep], max: &Exact) -> String {
    let term = |term: &TermStep| {
        let formula = term.step.formula(&term.max_points);
        if term.limit < term.max_points { format!("min({}, {formula})", brief(&term.limit)) } else { formula }
    };
    let sum = terms.iter().map(term).collect::<Vec<_>>().join(" + ");
    let most: Exact = terms.iter().map(|term| &term.limit).sum();
    if most > *max { format!("min({}, {sum})", brief(max)) } else { sum }
}

/// The whole reason of a leaf, as it is stored with the card and shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reason {
    /// Why there are no points of its own.
    pub because: Option<Because>,
    /// What the evaluator did.
    pub step: Option<Step>,
    /// The band or tier that was hit.
    pub band: Option<String>,
    /// The arithmetic with its numbers.
    pub formula: Option<String>,
}
