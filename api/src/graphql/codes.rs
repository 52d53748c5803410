//! The closed lists of codes as GraphQL enums, in the words of the glossary.

use super::plain::{Answer, Plan};

macro_rules! codes {
    ($($(#[$meta:meta])* $name:ident from $remote:ty { $($(#[$variant_meta:meta])* $variant:ident,)+ })+) => {$(
        $(#[$meta])*
        #[derive(async_graphql::Enum, Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum $name {
            $($(#[$variant_meta])* $variant,)+
        }

        impl From<$remote> for $name {
            fn from(code: $remote) -> Self {
                match code {
                    $(<$remote>::$variant => Self::$variant,)+
                }
            }
        }

        impl From<$name> for $remote {
            fn from(code: $name) -> Self {
                match code {
                    $($name::$variant => <$remote>::$variant,)+
                }
            }
        }

        impl $name {
            /// The code as the data model has it.
            pub(crate) fn remote(self) -> $remote {
                match self {
                    $(Self::$variant => <$remote>::$variant,)+
                }
            }

            fn code(self) -> &'static str {
                self.remote().as_str()
            }
        }

        impl Answer for $name {
            fn answer(&self, _: &Plan) -> async_graphql::Value {
                async_graphql::Value::String(self.code().to_owned())
            }
        }

        #[cfg(test)]
        impl $name {
            /// The GraphQL names and the stored codes, which must be the same.
            fn names_and_codes() -> Vec<(&'static str, &'static str)> {
                use async_graphql::resolver_utils::EnumType;
                Self::items().iter().map(|item| (item.name, item.value.code())).collect()
            }
        }
    )+

        #[cfg(test)]
        mod tests {
            #[test]
            fn every_enum_value_is_named_as_its_code() {
                $(for (name, code) in super::$name::names_and_codes() {
                    assert_eq!(name, code, "{}", stringify!($name));
                })+
            }
        }
    };
}

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
    /// Where procedures are listed.
    ListingChannel from entity::listing::Channel {
        /// At the one-stop unit (Bộ phận Một cửa).
        OneStopUnit,
        /// On the agency's website.
        AgencyWebsite,
        /// At the provincial service centre.
        ProvincialServiceCentre,
    }
    /// How far a document has come.
    DocumentState from entity::document::State {
        /// Issued, and by its due date.
        IssuedOnTime,
        /// Issued; nothing is known of a due date.
        Issued,
        /// Issued after its due date.
        IssuedLate,
        /// Approved by the competent level.
        Approved,
        /// Submitted to the competent level.
        Submitted,
        /// Drafted and advised for issue by another.
        Advised,
        /// Made; it needs no issue.
        Made,
        /// Not issued.
        NotIssued,
    }
    /// Where a build stands.
    BuildState from entity::build::State {
        /// Waits to be taken up.
        Queued,
        /// Is being compiled.
        Running,
        /// Every part was compiled.
        Succeeded,
        /// Some parts failed.
        Partial,
        /// Every part failed.
        Failed,
        /// Was cancelled.
        Cancelled,
    }
    /// Where a part of a build stands.
    PartState from entity::build_part::State {
        /// Waits for a worker.
        Waiting,
        /// Is being compiled.
        Running,
        /// Was compiled.
        Succeeded,
        /// Was given up.
        Failed,
        /// Was cancelled.
        Cancelled,
    }
    /// What set a build off.
    BuildTrigger from entity::build::Trigger {
        /// The schedule.
        Schedule,
        /// An administrator.
        Administrator,
        /// A change of data.
        DataChange,
        /// An assessment campaign.
        Campaign,
    }
    /// What becomes of a schedule's ticks that no worker was there for.
    CatchUp from entity::schedule::CatchUp {
        /// Each fires, oldest first.
        All,
        /// The latest fires.
        Latest,
        /// None fires.
        Skip,
    }
    /// Whether a finding is good or bad.
    FindingKind from entity::finding::Kind {
        /// Kết quả đạt được.
        Achievement,
        /// Hạn chế.
        Limitation,
    }
    /// What a finding is about.
    FindingSubject from entity::finding::Subject {
        /// An official document.
        Document,
        /// A measured thing.
        Measure,
    }
    /// Whether an account may be used.
    AccountState from entity::account::State {
        /// It may.
        Active,
        /// It may not: it cannot sign in, and its sessions and tokens have ended.
        Disabled,
    }
    /// What an account may be.
    Role from entity::role_grant::Role {
        /// Sees to accounts, data and builds (quản trị viên).
        Administrator,
        /// Appraises what agencies report (người thẩm định).
        Appraiser,
        /// Visits agencies and records what was found (thành viên đoàn kiểm tra).
        Inspector,
        /// Reports for an agency (cán bộ nhập liệu của cơ quan).
        AgencyEditor,
        /// Approves what an agency reports (lãnh đạo cơ quan).
        AgencyLeader,
        /// Reads (người xem).
        Viewer,
    }
    /// What a token is good for, within the roles of its account.
    TokenScope from entity::token::Scope {
        /// Reading.
        Read,
        /// Asking for builds.
        Build,
        /// Everything else that its account may do.
        Administer,
    }
    /// Why an inspection took place.
    InspectionKind from entity::inspection::Kind {
        /// By the annual plan.
        Planned,
        /// Unannounced.
        Unannounced,
        /// To look again.
        ReInspection,
    }
    /// Whether a recommendation was followed.
    RecommendationState from entity::recommendation::State {
        /// Not yet.
        Open,
        /// Yes.
        Done,
    }
    /// How whoever acted was recognised.
    AuditVia from entity::audit_event::Via {
        /// By a session.
        Session,
        /// By a token.
        Token,
        /// By access to the server's terminal.
        Terminal,
        /// The worker acted, unasked.
        Worker,
        /// Not at all.
        Nobody,
    }
    /// What came of an action.
    AuditOutcome from entity::audit_event::Outcome {
        /// It was done.
        Done,
        /// It was refused: not allowed, or against a rule.
        Refused,
        /// It was allowed and went wrong.
        Failed,
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
    /// How a dossier came in.
    DossierChannel from scoring::DossierChannel {
        /// At the counter (trực tiếp).
        Counter,
        /// Online, every step of it (trực tuyến toàn trình).
        OnlineFull,
        /// Online in part (trực tuyến một phần).
        OnlinePartial,
        /// By the public postal service (bưu chính công ích).
        Postal,
        /// Online, with the public postal service for papers or the result.
        OnlinePostal,
    }
    /// Which level of government settles a procedure.
    ProcedureLevel from entity::procedure::ProcedureLevel {
        /// The province's agencies.
        Province,
        /// The communes.
        Commune,
    }
    /// How a version of a dossier ended.
    DossierVersionEnd from entity::dossier_version::EndedAs {
        /// A newer version took its place.
        Replaced,
        /// The dossier was removed.
        Removed,
    }
    /// What is imported.
    ImportKind from entity::import::Kind {
        /// Dossiers.
        Dossiers,
        /// Official tables of dossier statistics.
        DossierTables,
        /// Observations.
        Observations,
        /// Documents and plans.
        Documents,
        /// Public listings.
        Listings,
        /// The state of procedures at agencies.
        Procedures,
    }
    /// What becomes of an official table that breaks an identity.
    WhenBroken from reform_worker::inputs::WhenBroken {
        /// It is refused.
        Refuse,
        /// It is stored with the identities that it breaks, which show wherever its numbers are used.
        Flag,
    }
    /// What becomes of the valid rows of an import when others are refused.
    ImportMode from entity::import::Mode {
        /// Nothing is stored unless every row is valid.
        AllOrNothing,
        /// The valid rows are stored.
        AcceptValid,
    }
    /// How far an import has come. Only of a `DONE` one, and not of a dry run, is anything stored.
    ImportState from entity::import::State {
        /// It is under way, or waits for its turn.
        Running,
        /// It came to its end.
        Done,
        /// Rows were refused, and so nothing was stored.
        Refused,
        /// It was cancelled.
        Cancelled,
        /// It could not be read to its end, or the database failed.
        Failed,
        /// Its process ended before it did.
        Interrupted,
    }
    /// Whether a criteria set may be used.
    CriteriaSetState from entity::criteria_set::State {
        /// May still change; scores nothing.
        Draft,
        /// Frozen and in use.
        Active,
        /// No longer used.
        Retired,
    }
    /// How a criteria set is written.
    CriteriaSetFormat from reform_worker::criteria::Format {
        /// A YAML document.
        Yaml,
        /// A JSON document; what is exported is one, in its canonical form.
        Json,
        /// A table with one row a criterion, UTF-8.
        Csv,
        /// The same table, as the first sheet of a workbook.
        Xlsx,
    }
    /// How the criteria sets of two cards belong together.
    SetRelation from reform_worker::compare::SetRelation {
        /// They are one.
        Same,
        /// One follows the other, over however many versions, and says what takes whose place.
        Declared,
        /// Neither says what of it takes the place of what.
        Undeclared,
    }
    /// How what is compared stands in the two criteria sets.
    MappingKind from scoring::MappingKind {
        /// One for one, with the same maximum.
        Same,
        /// One for one, with another maximum.
        Rescaled,
        /// Several take the place of one.
        Split,
        /// One takes the place of several.
        Merged,
        /// Several take the place of several.
        Regrouped,
        /// It takes no place of anything.
        New,
        /// Nothing takes its place.
        Dropped,
    }
    /// What is different between two criteria sets.
    SetChangeKind from scoring::SetChangeKind {
        /// Something that the set says of itself: a name, the years, the grades, a cap.
        Set,
        /// A criterion that only the later set has.
        Added,
        /// A criterion that only the earlier set has.
        Removed,
        /// It stands elsewhere, or under another number.
        Moved,
        /// Another name.
        Renamed,
        /// Another maximum.
        Rescaled,
        /// Another rule, or the same kind with other parameters.
        Rule,
        /// To whom it applies, and what not being applicable means.
        Applicability,
        /// When it falls due.
        Due,
        /// What it takes the place of in an earlier set.
        Follows,
    }
}
