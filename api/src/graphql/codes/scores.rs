//! Codes of criteria, lines, cards and what explains them.

use super::codes;

codes! {
    /// Half-year or full year.
    PeriodKind from scoring::PeriodKind {
        /// The first half-year: provisional.
        H1,
        /// The whole year: official and ranked.
        FullYear,
    }
    /// What an agency is.
    AgencyKind from scoring::AgencyKind {
        /// Provincial department (sở, ban, ngành).
        Department,
        /// Management board (ban quản lý).
        ManagementBoard,
        /// People's Committee (UBND).
        PeoplesCommittee,
    }
    /// How deep a criterion stands in its set.
    Level from scoring::Level {
        /// Reform pillar (lĩnh vực).
        Pillar,
        /// Criterion (tiêu chí).
        Criterion,
        /// Sub-criterion (tiêu chí thành phần).
        SubCriterion,
        /// Leaf outside the tree that adds points.
        Bonus,
        /// Leaf outside the tree that takes points off.
        Deduction,
    }
    /// What became of a line. Only SCORED carries earned points; no other state is a zero.
    LineState from scoring::LineState {
        /// Scored from known inputs.
        Scored,
        /// Does not concern the agency.
        NotApplicable,
        /// Let off by decision.
        Exempt,
        /// Falls due only at year end.
        NotYetDue,
        /// An input is not known; the card has no total.
        Missing,
        /// An appraiser has yet to give points; the card has no total.
        PendingAppraisal,
    }
    /// Whether a card has a total.
    CardState from scoring::CardState {
        /// Every line is settled.
        Final,
        /// A line is MISSING or PENDING_APPRAISAL: no total, no grade, no rank.
        Incomplete,
    }
    /// Where a number comes from.
    Source from scoring::Source {
        /// The report of an inspection.
        InspectionReport,
        /// The agency's own report.
        AgencyReport,
        /// The official dossier statistics table.
        DossierTable,
        /// The dossiers themselves, counted.
        Dossiers,
        /// The sociological survey.
        Survey,
        /// A decision that was published.
        Decision,
        /// Made up to illustrate; never a fact.
        Illustrative,
    }
    /// How an agency succeeds another.
    SuccessionKind from entity::succession::Kind {
        /// The predecessor ends and goes over whole, alone or with others.
        Merge,
        /// The predecessor ends and a part of it goes over.
        Split,
        /// The predecessor ends and goes on under another name, alone.
        Rename,
        /// A function of the predecessor goes over; the predecessor goes on.
        FunctionTransfer,
    }
    /// Why the counts of an agency and its predecessors could not be summed.
    NotSummed from scoring::NotSummed {
        /// The agency did not report its count.
        Unreported,
        /// What of its count goes over is not declared, or is reported for more days than go over.
        Indivisible,
        /// The declared share of its count is no whole number.
        Fractional,
    }
    /// The kind of a rule.
    RuleKind from scoring::RuleKind {
        /// Full points or none.
        Boolean,
        /// Named levels.
        Tiered,
        /// Intervals of a ratio.
        RatioBanded,
        /// In proportion to a ratio, up to a target.
        RatioLinear,
        /// Another index rescaled.
        LinearScale,
        /// So many points each, capped.
        CountCapped,
        /// So many points off each, floored.
        CountDeduct,
        /// In proportion to a survey's share.
        Survey,
        /// Appraised points with a note.
        Manual,
        /// A sum of terms.
        Composite,
        /// The parent agency's own result.
        Inherited,
    }
    /// The unit of a measure's values.
    Unit from scoring::Unit {
        /// A whole number, 0 or more.
        Count,
        /// A share, 0 to 1, or an index.
        Share,
        /// Points.
        Points,
        /// True or false.
        Flag,
        /// A named level.
        Level,
    }
    /// Where the worker finds a measure's value. An observation of the measure serves where it finds nothing.
    Gathering from entity::measure::Gathering {
        /// A column of the official dossier table, or a sum of columns; the dossiers where there is no table.
        DossierTable,
        /// Counted over the dossiers; the official table where none were reported.
        Dossiers,
        /// The counts of the public listing; at a channel of which none was reported, those of the procedures.
        Listing,
        /// The state of a document.
        Document,
        /// How many findings of a kind the inspections of the period have.
        Finding,
        /// Only an observation.
        Observation,
    }
    /// What a ratio rule gives when there was nothing to count.
    ZeroDenominator from scoring::ZeroDenominator {
        /// No points.
        Zero,
        /// Full points.
        Full,
        /// The leaf does not apply.
        NotApplicable,
    }
    /// When a leaf falls due.
    Due from scoring::Due {
        /// In the half-year and in the full year.
        EveryPeriod,
        /// Only at year end: NOT_YET_DUE on a half-year card.
        YearEnd,
    }
    /// In what a tier or band is given.
    AwardKind from scoring::AwardKind {
        /// Points.
        Points,
        /// Percent of the maximum.
        PercentOfMax,
        /// The maximum times the ratio.
        MaxTimesRatio,
    }
    /// Whether a stored card is what its stored facts give.
    VerificationOutcome from reform_worker::verify::Outcome {
        /// Every stored figure is.
        Match,
        /// Some are not, though the same version of the evaluator wrote them.
        Different,
        /// Some are not, and another version of the evaluator wrote them.
        EngineChanged,
    }
    /// What came of looking for a path to a target.
    PathOutcome from scoring::PathOutcome {
        /// The card is there already.
        AlreadyReached,
        /// The path leads there.
        Reached,
        /// Nothing that can still change leads there.
        NotReachable,
        /// The card has no total, so it reaches no index; `unsettled` says what is missing.
        IncompleteCard,
    }
    /// In whose hand a step is.
    StepBy from scoring::By {
        /// The agency's own.
        Agency,
        /// An appraiser's.
        Appraiser,
        /// Those who are asked or who measure: a survey, another index.
        Others,
    }
    /// Why no step changes a line.
    WhyUnchangeable from scoring::WhyKind {
        /// It has all the points that it can have.
        FullPoints,
        /// The period is over.
        PeriodClosed,
        /// What would gain was due on a day that has passed.
        DeadlineMissed,
        /// The measure stays as it is once it is known.
        Fixed,
        /// Only less of the measure would gain, and what has happened stays.
        OnlyGrows,
        /// It is the parent agency's own result.
        Inherited,
        /// An appraiser decides, and it was not asked for that.
        Appraiser,
        /// It does not apply.
        NotApplicable,
        /// The agency is exempt.
        Exempt,
        /// It is not yet due.
        NotYetDue,
        /// All of it is done already, or there is nothing to count, or a cap keeps what would be gained.
        NothingToGain,
    }
    /// What of an agency's facts changed.
    FactKind from scoring::FactKind {
        /// The agency itself: its name, kind or block.
        Agency,
        /// An applicability tag.
        Tag,
        /// A measure's value.
        Value,
        /// An appraiser's points.
        Appraisal,
        /// An exemption.
        Exemption,
        /// What the parent agency hands down.
        Inherited,
    }
}
