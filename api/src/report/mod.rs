//! What the terminal prints: the table of a period's scorecards, the explanation of one, and the way to a target.

mod explain;
mod path;
mod scores;

use std::io::{ErrorKind, Write};

use anyhow::Context;

pub(crate) use self::explain::print_explanation;
pub(crate) use self::path::print_way;
pub(crate) use self::scores::print_scores;

/// Prints a text and ends its line. A reader who has heard enough (`| head -1`) is no error.
pub(crate) fn say(text: &str) -> anyhow::Result<()> {
    let mut output = std::io::stdout().lock();
    match writeln!(output, "{text}").and_then(|()| output.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        said => said.context("không in ra được / standard output cannot be written to"),
    }
}

/// There is no such period.
pub(crate) fn no_period(code: &str) -> anyhow::Error {
    anyhow::anyhow!("không có kỳ / there is no period `{code}`")
}

/// There is no such agency.
pub(crate) fn no_agency(code: &str) -> anyhow::Error {
    anyhow::anyhow!("không có cơ quan / there is no agency `{code}`")
}
