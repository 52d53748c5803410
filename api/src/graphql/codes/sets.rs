//! Codes of criteria sets and their comparison.

use super::codes;

codes! {
    /// Whether a criteria set may be used.
    CriteriaSetState from entity::criteria_set::State {
        /// May still change; scores nothing.
        Draft,
        /// Frozen and in use.
        Active,
        /// No longer used.
        Retired,
    }
    /// How a criteria set is written.
    CriteriaSetFormat from reform_worker::criteria::Format {
        /// A YAML document.
        Yaml,
        /// A JSON document; what is exported is one, in its canonical form.
        Json,
        /// A table with one row a criterion, UTF-8.
        Csv,
        /// The same table, as the first sheet of a workbook.
        Xlsx,
    }
    /// How the criteria sets of two cards belong together.
    SetRelation from reform_worker::compare::SetRelation {
        /// They are one.
        Same,
        /// One follows the other, over however many versions, and says what takes whose place.
        Declared,
        /// Neither says what of it takes the place of what.
        Undeclared,
    }
    /// How what is compared stands in the two criteria sets.
    MappingKind from scoring::MappingKind {
        /// One for one, with the same maximum.
        Same,
        /// One for one, with another maximum.
        Rescaled,
        /// Several take the place of one.
        Split,
        /// One takes the place of several.
        Merged,
        /// Several take the place of several.
        Regrouped,
        /// It takes no place of anything.
        New,
        /// Nothing takes its place.
        Dropped,
    }
    /// What is different between two criteria sets.
    SetChangeKind from scoring::SetChangeKind {
        /// Something that the set says of itself: a name, the years, the grades, a cap.
        Set,
        /// A criterion that only the later set has.
        Added,
        /// A criterion that only the earlier set has.
        Removed,
        /// It stands elsewhere, or under another number.
        Moved,
        /// Another name.
        Renamed,
        /// Another maximum.
        Rescaled,
        /// Another rule, or the same kind with other parameters.
        Rule,
        /// To whom it applies, and what not being applicable means.
        Applicability,
        /// When it falls due.
        Due,
        /// What it takes the place of in an earlier set.
        Follows,
    }
}
