//! Why a leaf has the points that it has: a type for each kind of rule, with the exact parts of its arithmetic.

mod told;

use crate::graphql::codes::{AwardKind, LineState, ZeroDenominator};
use crate::graphql::cost;
use crate::graphql::plain::{plain_interface, plain_object};
use chrono::NaiveDate;

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
