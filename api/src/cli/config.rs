//! `config`: the options that are in force, and where each comes from.

use reform_worker::configuration::InForce;
use reform_worker::traces;

use super::oidc;
use crate::report::say;

/// Prints them as a file that says the same, without secrets.
pub(super) fn print(in_force: &[InForce]) -> anyhow::Result<()> {
    for option in in_force {
        say(&option.line())?;
    }
    for secret in [oidc::SECRET, traces::HEADERS] {
        let set = if std::env::var_os(secret).is_some() { "set (***)" } else { "not set" };
        say(&format!("# {secret} is {set}  # environment"))?;
    }
    Ok(())
}
