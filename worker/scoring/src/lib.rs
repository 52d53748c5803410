//! The heart of Reform Scorecard: from a criteria set and facts to a scorecard with its reasons.
//!
//! Pure: no async, no database, no clock, no randomness, no floats. [`score()`] is the one evaluator; the
//! worker, simulations and verifications all call it. Numbers are [`Exact`] rationals and are rounded only
//! to be printed.
//!
//! To change … a kind of rule: `rule`, `evaluate`, `validate_rule`; how lines add up: `score`; what a set
//! must satisfy: `validate`, and how that is said: `fault`; how a reason is said: `sentence`; ranks: `ranking`; what a dossier table must satisfy: `dossiers`.

mod canonical;
mod criteria;
mod dossiers;
mod evaluate;
mod exact;
mod fact_change;
mod facts;
mod fault;
mod kind;
mod overlay;
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
pub use criteria::{
    Adjustment, Catalogue, CriteriaSet, CriteriaSetDocument, Criterion, GradeBand, Node, NotApplicablePolicy,
};
pub use dossiers::{BrokenIdentity, DossierTable};
pub use exact::{Exact, NotExact};
pub use fact_change::{FactChange, FactKind, fact_changes};
pub use facts::{
    AgencySnapshot, Appraisal, Fact, FactValue, Facts, InheritedResult, NotSummed, Succeeded, SummedPart,
};
pub use fault::{Cut, Defect, Defects, Fault, Part};
pub use kind::*;
pub use overlay::Overlay;
pub use period::{Due, NotAPeriod, Period, PeriodCode};
pub use ranking::{Place, rank};
pub use reason::{Because, Input, RatioUsed, Reason, Step, TermStep};
pub use rule::{Award, Band, Better, MeasureCode, Ratio, Rule, Term, Tier, ZeroDenominator};
#[cfg(feature = "schema")]
pub use schema::criteria_set_schema;
pub use score::{ENGINE_VERSION, content_hash, content_hash_by, score};
pub use scorecard::{Leaf, Line, Scorecard};
pub use sentence::{Language, Saying};
pub use set_diff::{SetChange, SetChangeKind, set_diff};

/// The JSON Schema (2020-12) of a criteria set's document, as it is published.
pub const CRITERIA_SET_SCHEMA: &str = include_str!("../criteria-set.schema.json");
