//! The closed list of rule kinds, as data. What a rule says stands here; what it gives for given facts
//! stands in `evaluate`; what makes a rule senseless stands in `validate`.
//!
//! Source of the kinds: the scoring forms of the national PAR index, index 766 and provincial sets.

use serde::{Deserialize, Serialize};

use crate::{Exact, RuleKind};

/// The code of a measure in the catalogue, for instance `dossiers_resolved_total`.
pub type MeasureCode = String;

/// How a leaf turns facts into points.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "SCREAMING_SNAKE_CASE", deny_unknown_fields)]
pub enum Rule {
    /// Full points when the flag is set, none otherwise.
    Boolean {
        /// A FLAG measure.
        measure: MeasureCode,
    },
    /// Named levels, each with its award.
    Tiered {
        /// A LEVEL measure.
        measure: MeasureCode,
        /// The levels, best first.
        tiers: Vec<Tier>,
    },
    /// Intervals of a ratio, each with its award.
    RatioBanded {
        /// The ratio.
        ratio: Ratio,
        /// Which direction of the ratio is the better one.
        #[serde(default)]
        better: Better,
        /// Lowest first; together they cover every ratio from 0 up, without gap or overlap.
        bands: Vec<Band>,
    },
    /// `maximum × min(1, ratio / target)`, nothing below the floor.
    RatioLinear {
        /// The ratio.
        ratio: Ratio,
        /// The ratio at which full points are reached, above 0 and at most 1.
        target: Exact,
        /// A ratio below this gives no points; absent: no floor.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        floor: Option<Exact>,
    },
    /// Another index rescaled: `maximum × (value − from) / (to − from)`.
    LinearScale {
        /// A POINTS measure.
        measure: MeasureCode,
        /// The value that gives no points.
        from: Exact,
        /// The value that gives full points.
        to: Exact,
    },
    /// `min(maximum, count × unit_points)`.
    CountCapped {
        /// A COUNT measure.
        measure: MeasureCode,
        /// Points each.
        unit_points: Exact,
    },
    /// `max(floor, maximum − count × unit_points)`.
    CountDeduct {
        /// A COUNT measure.
        measure: MeasureCode,
        /// Points lost each.
        unit_points: Exact,
        /// The points that remain however many are counted.
        #[serde(default = "Exact::zero")]
        floor: Exact,
    },
    /// `maximum × share` of a survey.
    Survey {
        /// A SHARE measure, 0 to 1.
        measure: MeasureCode,
    },
    /// Points that an appraiser gives, with a note that says why.
    Manual {},
    /// The sum of terms, each with its own cap, at most the maximum.
    Composite {
        /// The terms.
        terms: Vec<Term>,
    },
    /// The parent agency's own result for the same leaf, as a share of its maximum.
    Inherited {},
}

impl Rule {
    /// Which kind this rule is.
    pub fn kind(&self) -> RuleKind {
        match self {
            Self::Boolean { .. } => RuleKind::Boolean,
            Self::Tiered { .. } => RuleKind::Tiered,
            Self::RatioBanded { .. } => RuleKind::RatioBanded,
            Self::RatioLinear { .. } => RuleKind::RatioLinear,
            Self::LinearScale { .. } => RuleKind::LinearScale,
            Self::CountCapped { .. } => RuleKind::CountCapped,
            Self::CountDeduct { .. } => RuleKind::CountDeduct,
            Self::Survey { .. } => RuleKind::Survey,
            Self::Manual {} => RuleKind::Manual,
            Self::Composite { .. } => RuleKind::Composite,
            Self::Inherited {} => RuleKind::Inherited,
        }
    }

    /// The measures that this rule reads, in the order in which it names them.
    pub fn measures(&self) -> Vec<&MeasureCode> {
        match self {
            Self::Boolean { measure }
            | Self::Tiered { measure, .. }
            | Self::LinearScale { measure, .. }
            | Self::CountCapped { measure, .. }
            | Self::CountDeduct { measure, .. }
            | Self::Survey { measure } => vec![measure],
            Self::RatioBanded { ratio, .. } | Self::RatioLinear { ratio, .. } => {
                ratio.numerator.iter().chain(&ratio.denominator).collect()
            }
            Self::Composite { terms } => terms.iter().flat_map(|term| term.rule.measures()).collect(),
            Self::Manual {} | Self::Inherited {} => Vec::new(),
        }
    }
}

/// A ratio of two sums of COUNT measures. A rule names its measures; there is no "the" on-time rate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Ratio {
    /// Summed above the line.
    pub numerator: Vec<MeasureCode>,
    /// Summed below the line.
    pub denominator: Vec<MeasureCode>,
    /// What a denominator of zero means.
    pub zero_denominator: ZeroDenominator,
}

/// What a ratio rule gives when there was nothing to count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ZeroDenominator {
    /// No points.
    Zero,
    /// Full points.
    Full,
    /// The leaf does not apply.
    NotApplicable,
}

impl ZeroDenominator {
    /// The code by which it is written.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Zero => "ZERO",
            Self::Full => "FULL",
            Self::NotApplicable => "NOT_APPLICABLE",
        }
    }
}

/// Which direction of a ratio is the better one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Better {
    /// A higher ratio never gives fewer points.
    #[default]
    Higher,
    /// A lower ratio never gives fewer points (for instance a share of overdue dossiers).
    Lower,
}

/// One named level of a TIERED rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Tier {
    /// The level's code, for instance `ON_TIME`.
    pub level: String,
    /// Vietnamese label.
    pub name_vi: String,
    /// English label.
    pub name_en: String,
    /// What the level gives: POINTS or PERCENT_OF_MAX.
    pub award: Award,
}

/// What a tier or band gives.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Award {
    /// Fixed points.
    Points(Exact),
    /// A percentage of the leaf's maximum, 0 to 100.
    PercentOfMax(Exact),
    /// The maximum times the ratio itself (bands only).
    MaxTimesRatio,
}

crate::coded_enum! {
    /// In what a tier or band is given.
    pub enum AwardKind {
        /// Points.
        Points = "POINTS",
        /// Percent of the maximum.
        PercentOfMax = "PERCENT_OF_MAX",
        /// The maximum times the ratio.
        MaxTimesRatio = "MAX_TIMES_RATIO",
    }
}

impl Award {
    /// Points, percent, or the maximum times the ratio.
    pub fn kind(&self) -> AwardKind {
        match self {
            Self::Points(_) => AwardKind::Points,
            Self::PercentOfMax(_) => AwardKind::PercentOfMax,
            Self::MaxTimesRatio => AwardKind::MaxTimesRatio,
        }
    }

    /// The points that this awards for a leaf of `max` points at `ratio`.
    pub(crate) fn points(&self, max: &Exact, ratio: &Exact) -> Exact {
        match self {
            Self::Points(points) => points.clone(),
            Self::PercentOfMax(percent) => {
                Exact::ratio(&(max * percent), &Exact::hundred()).unwrap_or_else(Exact::zero)
            }
            Self::MaxTimesRatio => max * ratio,
        }
    }
}

/// An interval of a ratio. Each end is inclusive (`from`, `to`) or exclusive (`above`, `below`), so that
/// a set can say `>90 %`, `70–90 %` and `<70 %` as its decision prints them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Band {
    /// Inclusive lower end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Exact>,
    /// Exclusive lower end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub above: Option<Exact>,
    /// Inclusive upper end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Exact>,
    /// Exclusive upper end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub below: Option<Exact>,
    /// What the band gives.
    pub award: Award,
}

impl Band {
    /// Whether `ratio` lies in the band.
    pub fn contains(&self, ratio: &Exact) -> bool {
        self.from.as_ref().is_none_or(|from| ratio >= from)
            && self.above.as_ref().is_none_or(|above| ratio > above)
            && self.to.as_ref().is_none_or(|to| ratio <= to)
            && self.below.as_ref().is_none_or(|below| ratio < below)
    }

    /// The band as a reader would write it: `80 % ≤ x < 95 %`.
    pub fn text(&self) -> String {
        let percent = |end: &Exact| format!("{} %", (end * &Exact::hundred()).brief(6));
        let lower = match (&self.from, &self.above) {
            (Some(from), _) => format!("{} ≤ ", percent(from)),
            (None, Some(above)) => format!("{} < ", percent(above)),
            (None, None) => String::new(),
        };
        let upper = match (&self.to, &self.below) {
            (Some(to), _) => format!(" ≤ {}", percent(to)),
            (None, Some(below)) => format!(" < {}", percent(below)),
            (None, None) => String::new(),
        };
        format!("{lower}x{upper}")
    }
}

/// One term of a COMPOSITE rule: a rule of its own with its own maximum and cap.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Term {
    /// Vietnamese label.
    pub name_vi: String,
    /// English label.
    pub name_en: String,
    /// The points at full achievement, the maximum against which the term's rule is evaluated.
    pub max_points: Exact,
    /// At most these points count; absent: `max_points`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cap: Option<Exact>,
    /// How the term is scored; any kind but MANUAL, COMPOSITE and INHERITED.
    pub rule: Rule,
}

impl Term {
    /// The most points that the term can bring.
    pub fn limit(&self) -> &Exact {
        self.cap.as_ref().unwrap_or(&self.max_points)
    }
}
