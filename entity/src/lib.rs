//! The data model: one module per noun, with its row, its codes and its named
//! query scopes.
//!
//! A scope is a plain function that returns a `Select`: it says which rows and
//! in which order, does no I/O, and is narrowed or paged by the caller.
//!
//! Stored alike everywhere: ids are UUID v7 and typed per noun ([`ids`]); exact
//! numbers are text, canonical fractions such as `72/13` or `6`; closed lists
//! are coded enums stored as their code; `…_at` is an instant in UTC, `…_on` and
//! `…_before` are dates in the province's zone. An empty column means what its
//! documentation says, and never zero.
//!
//! - Registry: [`block`], [`agency`], [`agency_edge`], [`period`],
//!   [`period_closing`].
//! - Criteria: [`measure`], [`criteria_set`], [`criterion`],
//!   [`criteria_use`].
//! - Inputs: [`dossier_table`], [`listing`], [`document`], [`observation`],
//!   [`agency_procedure`]; [`procedure`], [`dossier`], [`dossier_version`], their counters
//!   [`dossier_day`], [`dossier_month`], [`dossier_reporter`]; [`import`],
//!   [`import_conflict`].
//! - Inspections: [`delegation`], [`member`], [`inspection`],
//!   [`inspected_agency`], [`finding`], [`recommendation`].
//! - Results: [`schedule`], [`build`], [`build_part`], [`scorecard`], [`scorecard_line`],
//!   [`ranking`], [`ranking_entry`], [`publication`], [`stale_card`].
//! - People: [`account`], [`role_grant`], [`session`], [`token`],
//!   [`sign_in_link`], [`audit_event`].

pub mod account;
pub mod agency;
pub mod agency_edge;
pub mod agency_procedure;
pub mod audit_event;
pub mod block;
mod broken;
pub mod build;
pub mod build_part;
mod codes;
pub mod criteria_set;
pub mod criteria_use;
pub mod criterion;
mod dated;
pub mod delegation;
pub mod document;
pub mod dossier;
pub mod dossier_day;
pub mod dossier_month;
pub mod dossier_reporter;
pub mod dossier_table;
pub mod dossier_version;
pub mod finding;
pub mod former_block;
pub mod handover;
mod hidden;
pub mod ids;
pub mod import;
pub mod import_conflict;
pub mod inspected_agency;
pub mod inspection;
pub mod listing;
pub mod measure;
pub mod member;
pub mod observation;
pub mod period;
pub mod period_closing;
pub mod procedure;
pub mod publication;
pub mod ranking;
pub mod ranking_entry;
pub mod recommendation;
pub mod role_grant;
pub mod schedule;
pub mod scorecard;
pub mod scorecard_line;
pub mod session;
pub mod sign_in_link;
pub mod stale_card;
pub mod succession;
pub mod token;
mod version;

pub use broken::BrokenIdentities;
pub use codes::Codes;
pub use hidden::Hidden;
pub use ids::*;
pub use version::{CardsWithOthers, Known};
