//! The closed lists of codes that scoring, the database and the outside share.
//!
//! A code is written once, beside its variant: Rust code, stored columns and
//! JSON all read that one text, so that the three cannot drift. Lists that the
//! criteria sets may extend (pillars, measures, grades) are data and not here.

use thiserror::Error;

/// A text that is not one of the codes of a closed list.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{code}` is not a code of {what}")]
pub struct UnknownCode {
    /// The list that was asked, by its type's name.
    pub what: &'static str,
    /// The text that was given.
    pub code: String,
}

/// Defines an enum whose variants each have one code, a fixed text.
///
/// The enum gets `ALL`, `as_str`, `Display`, `FromStr` (failing with
/// [`UnknownCode`]) and serde by code. With this crate's feature `sea-orm` it
/// is also a TEXT column; a crate that calls the macro then needs `sea-orm`,
/// and in any case `serde`, among its own dependencies.
///
/// ```
/// scoring::coded_enum! {
///     /// How a visit was announced.
///     pub enum Notice {
///         /// By letter.
///         Letter = "LETTER",
///         /// Not at all.
///         Unannounced = "UNANNOUNCED",
///     }
/// }
/// assert_eq!("LETTER".parse(), Ok(Notice::Letter));
/// assert_eq!(Notice::Unannounced.to_string(), "UNANNOUNCED");
/// assert!("letter".parse::<Notice>().is_err());
/// ```
#[macro_export]
macro_rules! coded_enum {
    (
        $(#[$meta:meta])*
        $vis:vis enum $name:ident {
            $($(#[$variant_meta:meta])* $variant:ident = $code:literal,)+
        }
    ) => {
        $crate::__coded_column! {
            $(#[$meta])*
            #[derive(
                Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash,
                ::serde::Serialize, ::serde::Deserialize,
            )]
            $vis enum $name {
                $($(#[$variant_meta])* #[serde(rename = $code)] $variant,)+
            }
        }

        impl $name {
            /// Every value, in the order of declaration.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The code: what is stored and what JSON carries.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $code,)+
                }
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl ::std::str::FromStr for $name {
            type Err = $crate::UnknownCode;

            fn from_str(text: &str) -> ::std::result::Result<Self, Self::Err> {
                match text {
                    $($code => Ok(Self::$variant),)+
                    _ => Err($crate::UnknownCode {
                        what: stringify!($name),
                        code: text.to_owned(),
                    }),
                }
            }
        }
    };
}

/// The part of [`coded_enum!`] that depends on the feature. It is a macro of
/// its own because a `cfg` inside `coded_enum!` would ask the calling crate.
#[cfg(feature = "sea-orm")]
#[doc(hidden)]
#[macro_export]
macro_rules! __coded_column {
    ($($item:tt)*) => {
        #[derive(::sea_orm::DeriveValueType)]
        #[sea_orm(value_type = "String", column_type = "Text")]
        $($item)*
    };
}

/// Without the feature a coded enum is a plain value.
#[cfg(not(feature = "sea-orm"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __coded_column {
    ($($item:tt)*) => { $($item)* };
}

coded_enum! {
    /// What part of the year a period is.
    pub enum PeriodKind {
        /// The first half-year: provisional.
        H1 = "H1",
        /// The whole year: official and ranked.
        FullYear = "FULL_YEAR",
    }
}

coded_enum! {
    /// What an agency is.
    pub enum AgencyKind {
        /// A provincial department (*sở, ban, ngành*).
        Department = "DEPARTMENT",
        /// A management board (*ban quản lý*).
        ManagementBoard = "MANAGEMENT_BOARD",
        /// A People's Committee (*UBND*).
        PeoplesCommittee = "PEOPLES_COMMITTEE",
    }
}

coded_enum! {
    /// How deep a criterion stands in its set's tree.
    pub enum Level {
        /// A reform pillar (*lĩnh vực*), the root of a branch.
        Pillar = "PILLAR",
        /// A criterion (*tiêu chí*); it may itself be a leaf.
        Criterion = "CRITERION",
        /// A sub-criterion (*tiêu chí thành phần*).
        SubCriterion = "SUB_CRITERION",
        /// A leaf outside the tree that adds points.
        Bonus = "BONUS",
        /// A leaf outside the tree that takes points off.
        Deduction = "DEDUCTION",
    }
}

impl Level {
    /// The level of a node `depth` steps below the pillars.
    pub(crate) fn at_depth(depth: usize) -> Self {
        match depth {
            0 => Self::Pillar,
            1 => Self::Criterion,
            _ => Self::SubCriterion,
        }
    }
}

coded_enum! {
    /// The closed list of rule kinds.
    pub enum RuleKind {
        /// Full points or none.
        Boolean = "BOOLEAN",
        /// Named levels.
        Tiered = "TIERED",
        /// Intervals of a ratio.
        RatioBanded = "RATIO_BANDED",
        /// In proportion to a ratio, up to a target.
        RatioLinear = "RATIO_LINEAR",
        /// Another index rescaled.
        LinearScale = "LINEAR_SCALE",
        /// So many points each, capped.
        CountCapped = "COUNT_CAPPED",
        /// So many points off each, floored.
        CountDeduct = "COUNT_DEDUCT",
        /// In proportion to the share of a survey.
        Survey = "SURVEY",
        /// Appraised points with a note.
        Manual = "MANUAL",
        /// A sum of terms.
        Composite = "COMPOSITE",
        /// The parent agency's own result.
        Inherited = "INHERITED",
    }
}

coded_enum! {
    /// The unit in which a measure is reported.
    pub enum Unit {
        /// A whole number of things, 0 or more.
        Count = "COUNT",
        /// A share, 0 to 1.
        Share = "SHARE",
        /// Points of another index.
        Points = "POINTS",
        /// The code of a named level.
        Level = "LEVEL",
        /// Yes or no.
        Flag = "FLAG",
    }
}

coded_enum! {
    /// What became of a line of a scorecard. Only `SCORED` carries points that
    /// were earned; the rest say why there are none, and none of them is zero.
    pub enum LineState {
        /// The rule was applied to inputs that were there.
        Scored = "SCORED",
        /// The criterion does not concern the agency.
        NotApplicable = "NOT_APPLICABLE",
        /// The agency was let off by decision.
        Exempt = "EXEMPT",
        /// The criterion falls due after the period's end.
        NotYetDue = "NOT_YET_DUE",
        /// An input that the rule needs was not reported.
        Missing = "MISSING",
        /// The points await the appraisers.
        PendingAppraisal = "PENDING_APPRAISAL",
    }
}

impl LineState {
    /// Whether the line stands as it is: nothing is still to be reported or appraised.
    pub fn is_settled(self) -> bool {
        !matches!(self, Self::Missing | Self::PendingAppraisal)
    }
}

coded_enum! {
    /// Whether a scorecard has a total.
    pub enum CardState {
        /// Every line is settled: the card has a total and may be ranked.
        Final = "FINAL",
        /// A line is missing an input or awaits appraisal: no total, no rank.
        Incomplete = "INCOMPLETE",
    }
}

coded_enum! {
    /// Where a number or a statement comes from.
    pub enum Source {
        /// The report of an inspection.
        InspectionReport = "INSPECTION_REPORT",
        /// The agency's own report.
        AgencyReport = "AGENCY_REPORT",
        /// The official table of dossier statistics.
        DossierTable = "DOSSIER_TABLE",
        /// The dossiers themselves, counted.
        Dossiers = "DOSSIERS",
        /// The sociological survey.
        Survey = "SURVEY",
        /// A decision that was published.
        Decision = "DECISION",
        /// Made up to illustrate; never a fact.
        Illustrative = "ILLUSTRATIVE",
    }
}
