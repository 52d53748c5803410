//! `config`: the options that are in force, and where each comes from.

use reform_worker::configuration::InForce;

use super::oidc;
use crate::report::say;

/// Prints them as a file that says the same, without secrets.
pub(super) fn print(in_force: &[InForce]) -> anyhow::Result<()> {
    for option in in_force {
        say(&option.line())?;
    }
    let set = if std::env::var_os(oidc::SECRET).is_some() { "set (***)" } else { "not set" };
    say(&format!("# {} is {set}  # environment", oidc::SECRET))
}
