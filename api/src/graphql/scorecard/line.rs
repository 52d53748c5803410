//! Lines of a scorecard, with what they were scored from and why.

use async_graphql::ComplexObject;
use chrono::NaiveDate;
use scoring::Succeeded;

use super::half_year::HalfYearLine;
use super::reason::LineReason;
use super::records::InputRecord;
use crate::graphql::codes::{Level, LineState, NotSummed, RuleKind, Source, Unit};
use crate::graphql::cost;
use crate::graphql::paging::{Held, Page, Window};
use crate::graphql::plain::plain_object;
use crate::graphql::problem::Problem;

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
        /// On a full-year card: the same line on the half-year card of the year; null where that has no such line, or
        /// where there is no such card that the viewer sees.
        half_year: Option<HalfYearLine>,
    }
}

plain_object! {
    /// One input of a leaf.
    #[graphql(complex)]
    pub(crate) struct LineInput {
        /// The measure's code.
        measure: String,
        /// Vietnamese name of the measure.
        name_vi: String,
        /// English name of the measure.
        name_en: String,
        /// The unit of the measure; null when it is no longer in the catalogue.
        unit: Option<Unit>,
        /// The value to be read: a decimal, rounded to four decimals where it is none, `true` or `false`, or a level's
        /// code. Null: not reported.
        value: Option<String>,
        /// The same, exact: a whole number or a fraction (`72/13`).
        exact: Option<String>,
        /// Where the value comes from.
        source: Option<Source>,
        /// The day for which it holds.
        as_of: Option<NaiveDate>,
        /// Whose counts were summed, the agency's own first; empty where the count is its own alone.
        summed: Vec<SummedInput> => cost::SUMMED,
        /// For want of whose count there is no sum; null where there is one.
        not_summed: Option<NotSummedInput>,
        /// The value that the records give, exact; null when none do. Of a number counted over dossiers it is null where
        /// the viewer does not see the own inputs of all whose dossiers they are, and of a sum of dossiers and tables.
        records_value: Option<String>,
        /// Whether the records give another value than the one that was scored: then something was recorded while the
        /// card was compiled, or was changed since though records are only ever added. Null where there is no stored
        /// card, and of a number counted over dossiers where `recordsValue` is.
        records_differ: Option<bool>,
        /// What a second source says of the same measure, which does not count: the dossiers beside the official
        /// table, or the table beside the dossiers. The measure's gathering says which of the two counts. Null where
        /// only one is known.
        beside: Option<BesideInput>,
        /// The identities that the official tables break from which the value was taken: whoever accepted such a table
        /// chose to, and nothing was repaired. Empty where none is broken, or no table was used.
        broken_identities: Vec<BrokenIdentity> => cost::BROKEN,
    } beside {
        records: Held<InputRecord>,
    }
}

plain_object! {
    /// An identity that an official table of dossier statistics breaks.
    pub(crate) struct BrokenIdentity {
        /// The identity in the names of its columns: `received_total = resolved_total + pending_total`, or between two
        /// periods `carried_over = pending_total of 2024-FY`.
        identity: String,
        /// What the table says on the left.
        total: i64,
        /// What stands on the right.
        parts: i64,
    }
}

impl From<&scoring::BrokenIdentity> for BrokenIdentity {
    fn from(broken: &scoring::BrokenIdentity) -> Self {
        let count = |count: i128| i64::try_from(count).unwrap_or(i64::MAX);
        Self { identity: broken.identity.clone(), total: count(broken.total), parts: count(broken.parts) }
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
    /// What a source says of a measure of which another source counts.
    pub(crate) struct BesideInput {
        /// The value: an exact number.
        value: String,
        /// Where it comes from.
        source: Source,
        /// The day for which it holds.
        as_of: NaiveDate,
        /// By how much the value that counts exceeds this one, an exact number; null where either is no number.
        difference: Option<String>,
    }
}

#[ComplexObject]
impl LineInput {
    /// The records from which the value was taken, as they were known when the card was compiled: of a number that was
    /// counted over dossiers those dossiers, by agency and code, and of a listing that was counted over procedures those
    /// procedures, by code. Empty where there is no stored card; dossiers are told
    /// to those who see the agency's own inputs.
    #[graphql(complexity = "cost::page(first, child_complexity)")]
    async fn records(
        &self,
        #[graphql(desc = "Page size, 1 to 200; 20 when not given.")] first: Option<i32>,
        #[graphql(desc = "Begin after this cursor.")] after: Option<String>,
    ) -> Result<Page<InputRecord>, Problem> {
        Ok(self.records.page(Window::new(first, after.as_deref())?))
    }
}
