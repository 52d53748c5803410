//! What a query costs: about one for every value that may be in its answer. The library adds up the fields;
//! a field that gives a list says here how many rows to expect, and a page says its `first`.
//!
//! Lists within a row have no page size, so the number of rows is that of a criteria set or inspection as
//! they are in practice; it need not be exact, only of the right size. A list of a few short words (`tags`,
//! `channels`) costs one, like any value.

use super::paging::{DEFAULT_FIRST, MOST_FIRST};

/// What a query may cost. A page of 200 cards without their lines, or of 20 cards with everything that
/// there is of each line, is below it; a page of 200 cards with everything is far above.
pub(crate) const MOST_COMPLEXITY: usize = 100_000;

/// Lines of a card.
pub(crate) const LINES: usize = 60;
/// Pillars of a criteria set.
pub(crate) const PILLARS: usize = 8;
/// Criteria below a pillar, and below a criterion.
pub(crate) const CHILDREN: usize = 4;
/// Inputs of a line.
pub(crate) const INPUTS: usize = 2;
/// Leaves that read a measure, over all active sets.
pub(crate) const READERS: usize = 10;
/// Terms of a sum.
pub(crate) const TERMS: usize = 3;
/// Values of a reason of the longest type.
pub(crate) const REASON: usize = 40;
/// Agencies of an inspection.
pub(crate) const INSPECTED: usize = 3;
/// Members of a delegation.
pub(crate) const MEMBERS: usize = 8;
/// Findings on an agency.
pub(crate) const FINDINGS: usize = 15;
/// Recommendations to an agency.
pub(crate) const RECOMMENDATIONS: usize = 6;
/// Identities that a table breaks: as a rule none.
pub(crate) const BROKEN: usize = 0;
/// Whose counts are summed: nobody's, but in the few periods in which agencies change.
pub(crate) const SUMMED: usize = 0;
/// Predecessors or successors of an agency.
pub(crate) const SUCCESSIONS: usize = 4;
/// Blocks in which an agency was, one after the other.
pub(crate) const MEMBERSHIPS: usize = 2;
/// Times that a recommendation was handed over.
pub(crate) const HANDOVERS: usize = 2;
/// Parts of a build; also the blocks and periods that there are.
pub(crate) const BLOCKS: usize = 10;
/// The codes that a build may name.
pub(crate) const AGENCIES: usize = 100;
/// The facts of a card are one text, as long as so many values.
pub(crate) const FACTS: usize = 100;

/// Scoring a stored card again, with all its lines.
pub(crate) const VERIFICATION: usize = 500;
/// The same for the cards of a build.
pub(crate) const BUILD_VERIFICATION: usize = 50_000;

/// Comparing two cards: each is scored several times.
pub(crate) const COMPARISON: usize = 2_000;

/// Lines on one side of a comparison; nearly always one.
pub(crate) const COMPARED: usize = 1;

/// Scoring a block.
pub(crate) const SIMULATION: usize = 5_000;

/// Former versions of a dossier.
pub(crate) const VERSIONS: usize = 5;

/// Importing a batch of dossiers.
pub(crate) const IMPORT: usize = 5_000;

/// No field costs more than this, so that sums do not overflow.
const MOST: usize = 1_000_000_000;

/// What a page costs: its rows times what is asked of each. A `first` that is out of bounds is not judged
/// here: the field itself refuses it, by name.
pub(crate) fn page(first: Option<i32>, child_complexity: usize) -> usize {
    let first = first.unwrap_or(DEFAULT_FIRST).clamp(0, MOST_FIRST);
    list(usize::try_from(first).unwrap_or_default(), child_complexity)
}

/// What a list costs: its rows times what is asked of each, or one for each of plain values.
pub(crate) fn list(rows: usize, child_complexity: usize) -> usize {
    rows.saturating_mul(child_complexity.max(1)).saturating_add(1).min(MOST)
}

/// What an object of an interface costs: what is asked of all types together, but no more than one can have.
pub(crate) fn one_of(most: usize, child_complexity: usize) -> usize {
    child_complexity.min(most).saturating_add(1)
}

#[cfg(test)]
mod tests {
    use super::{MOST, list, page};

    #[test]
    fn a_page_costs_its_rows() {
        assert_eq!(page(Some(200), 30), 6_001);
        assert_eq!(page(None, 3), 61);
        assert_eq!(page(Some(-5), 3), 1);
        assert_eq!(page(Some(i32::MAX), 1), 201);
        assert_eq!(page(Some(200), usize::MAX), MOST);
        assert_eq!(list(60, 0), 61);
    }
}
