//! The pure scoring core, from the outside: what a rule gives, what a set may say, what a card adds up to,
//! and that figures which public bodies printed come out again.

pub mod compare;
mod counters;
mod dossiers;
mod given;
mod line_states;
mod path;
pub mod properties;
pub mod published;
mod ranking;
mod roll_up;
mod rule_tables;
mod sentences;
mod set_diff;
mod validation;
mod worked_checks;
