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
    }
}
