//! Lines of a scorecard, with what they were scored from and why.

use chrono::NaiveDate;

use super::reason::LineReason;
use crate::graphql::codes::{Level, LineState, RuleKind, Source};
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
        reason: Option<LineReason> | cost::REASON,
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
    }
}
