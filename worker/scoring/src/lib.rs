//! The heart of Reform Scorecard: from a criteria set and facts to a scorecard with its reasons.
//!
//! Pure: no async, no database, no clock, no randomness, no floats. [`score()`] is the one evaluator; the
//! worker, simulations and verifications all call it. Numbers are [`Exact`] rationals and are rounded only
//! to be printed.
//!
//! To change … a kind of rule: `rule`, `evaluate`, `validate_rule`; how lines add up: `score`; what a set
//! must satisfy: `validate`, and how that is said: `fault`; how a reason is said: `sentence`; what is compared
//! with what, and to which cause a change is put down: `compare`; ranks: `ranking`; how a target is reached: `path`;
//! what a dossier table must satisfy: `dossiers`; how a dossier is counted: `counters`.

mod canonical;
mod compare;
mod counters;
mod criteria;
mod dossiers;
mod evaluate;
mod exact;
mod fact_change;
mod facts;
mod fault;
mod follows;
mod kind;
mod overlay;
mod path;
mod period;
mod ranking;
mod reason;
mod rule;
#[cfg(feature = "schema")]
mod schema;
mod score;
mod scorecard;
mod sentence;
mod set_diff;
mod validate;
mod validate_rule;

pub use canonical::{canonical_json, sha256_hex};
pub use compare::{
    CardChange, Change, Comparison, Figure, Figures, LineChange, Mapping, MappingKind, Parts, RankChange,
    Side, compare, rank_change,
};
pub use counters::{
    CountedDossier, Counter, Counts, DossierChannel, DossierCounts, contribution, province_day,
    province_midnight,
};
pub use criteria::{
    Adjustment, Catalogue, CriteriaSet, CriteriaSetDocument, Criterion, GradeBand, Node, NotApplicablePolicy,
    SetVersion,
};
pub use dossiers::{BrokenIdentity, DossierTable};
pub use exact::{Exact, NotExact};
pub use fact_change::{FactChange, FactKind, fact_changes};
pub use facts::{
    AgencySnapshot, Appraisal, Fact, FactValue, Facts, InheritedResult, NotSummed, Succeeded, SummedPart,
};
pub use fault::{Cut, Defect, Defects, Fault, Part};
pub use follows::{Unfollowed, check_follows};
pub use kind::*;
pub use overlay::Overlay;
pub use path::{
    By, ClosedLevel, Course, Ground, Moved, Nature, PartFault, PathOutcome, PathStep, PathToTarget,
    StepSaying, Unchangeable, Unsettled, Why, WhyKind, part_faults, path_to_target,
};
pub use period::{Due, NotAPeriod, Period, PeriodCode};
pub use ranking::{Place, rank};
pub use reason::{Because, Input, RatioUsed, Reason, Step, TermStep};
pub use rule::{Award, AwardKind, Band, Better, MeasureCode, Ratio, Rule, Term, Tier, ZeroDenominator};
#[cfg(feature = "schema")]
pub use schema::criteria_set_schema;
pub use score::{ENGINE_VERSION, content_hash, content_hash_by, score};
pub use scorecard::{Leaf, Line, Scorecard};
pub use sentence::{Language, Saying};
pub use set_diff::{SetChange, SetChangeKind, set_diff};

/// The JSON Schema (2020-12) of a criteria set's document, as it is published.
pub const CRITERIA_SET_SCHEMA: &str = include_str!("../criteria-set.schema.json");
