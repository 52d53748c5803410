//! What the terminal prints: the table of a period's scorecards, and the explanation of one.

mod explain;
mod scores;

pub(crate) use self::explain::print_explanation;
pub(crate) use self::scores::print_scores;
