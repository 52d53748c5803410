//! What can be wrong with a criteria set, and how it is said to an officer in Vietnamese and English.
//! `validate` and `validate_rule` find it; every complaint leads to its place in the document.

mod english;
mod part;
mod vietnamese;

use std::fmt;

use crate::follows::Unfollowed;
use crate::{Exact, Language, RuleKind, Unit};

pub use part::Part;

/// One thing that is wrong with a criteria set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Defect {
    /// Where it stands in the document: `pillars[0].children[1].rule.bands[2]`.
    pub path: String,
    /// The criterion's code; the set's own code where no single criterion is to blame.
    pub criterion: String,
    /// The kind of the criterion's rule, if it has one.
    pub rule: Option<RuleKind>,
    /// What is wrong.
    pub fault: Fault,
}

impl Defect {
    /// `1.1.2 (RATIO_BANDED): no band covers ratios from 7/10`, in a language.
    pub fn said(&self, language: Language) -> String {
        let Self { criterion, rule, fault, .. } = self;
        let fault = fault.said(language);
        match rule {
            Some(rule) => format!("{criterion} ({rule}): {fault}"),
            None => format!("{criterion}: {fault}"),
        }
    }
}

/// All defects of a criteria set.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct Defects(pub Vec<Defect>);

impl fmt::Display for Defects {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let said: Vec<_> = self.0.iter().map(|defect| defect.said(Language::English)).collect();
        f.write_str(&said.join("; "))
    }
}

/// A place on the line of ratios: a value, or just above it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cut {
    /// The ratio.
    pub at: Exact,
    /// Whether the value itself is left out.
    pub above: bool,
}

/// What can be wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// A sum that does not add up.
    Sum {
        /// What the parts add up to.
        sum: Exact,
        /// What is declared.
        whole: Exact,
    },
    /// A maximum, cap or unit that must be above zero is not.
    NotPositive {
        /// Which number.
        what: Part,
        /// Its value.
        value: Exact,
    },
    /// A number beyond what any set means.
    Absurd {
        /// Which number.
        what: Part,
        /// Its value.
        value: Exact,
    },
    /// The same code twice.
    DuplicateCode,
    /// A code or name is empty.
    Empty(Part),
    /// A text is longer than any that is printed.
    TooLong(Part),
    /// A node has both children and a rule, or neither.
    RuleOrParts,
    /// A rule on a pillar.
    RuleOnPillar,
    /// A tree deeper than sub-criteria.
    TooDeep,
    /// More criteria than any set has.
    TooMany,
    /// Something that only a leaf may have.
    LeafOnly(Part),
    /// A pillar without its pillar code, or something else with one.
    PillarCode,
    /// Full points for what does not apply, outside the tree.
    AwardOutsideTree,
    /// A measure that the catalogue does not have.
    UnknownMeasure(String),
    /// A measure in another unit than the rule reads.
    WrongUnit {
        /// The measure.
        measure: String,
        /// Its unit in the catalogue.
        found: Unit,
        /// The unit that the rule needs.
        expected: Unit,
    },
    /// A list that needs entries has none.
    Nothing(Part),
    /// A band with two lower or two upper ends, or with no room between them.
    BandEnds(usize),
    /// A ratio that no band covers.
    Gap(Cut),
    /// A ratio that two bands cover.
    Overlap(Cut),
    /// A better ratio that gives fewer points.
    Backwards(usize),
    /// Points that can leave the range 0 to maximum.
    OutOfRange {
        /// Which part of the rule.
        what: Part,
        /// What it gives.
        points: Exact,
        /// The maximum.
        max: Exact,
    },
    /// `MAX_TIMES_RATIO` where no ratio is bounded by 1.
    UnboundedRatio(Part),
    /// Full points that nobody can reach.
    Unreachable {
        /// What gives the points: tiers, bands or terms.
        what: Part,
        /// The most that it gives.
        best: Exact,
        /// The maximum.
        max: Exact,
    },
    /// The same tier or grade twice, or the same measure twice on one side of a ratio.
    DuplicateLevel(Part, String),
    /// A scale whose ends are the same.
    NoLength,
    /// A target that is not above 0 and at most 1.
    Target(Exact),
    /// A floor that is not between 0 and the target.
    LinearFloor(Exact),
    /// Something that is wrong with a term, by the term's place from 0.
    InTerm(usize, Box<Fault>),
    /// A term of a kind that cannot be one.
    TermKind(RuleKind),
    /// A term whose ratio may be not applicable.
    TermNotApplicable,
    /// Grades out of order or with a hole at the bottom.
    Grades,
    /// More digits than are printed anywhere.
    PrintScale,
    /// The years for which the set is valid end before they begin.
    Years {
        /// The first year.
        first: i32,
        /// The last year.
        last: i32,
    },
    /// Something that cannot take the place of what it names in an earlier set.
    Follows(Unfollowed),
}
impl Cut {
    fn said(&self, language: Language) -> String {
        let at = self.at.brief(6);
        match (language, self.above) {
            (Language::Vietnamese, true) => format!("tỷ lệ trên {}", at.replace('.', ",")),
            (Language::Vietnamese, false) => format!("tỷ lệ từ {}", at.replace('.', ",")),
            (Language::English, true) => format!("ratios above {at}"),
            (Language::English, false) => format!("ratios from {at}"),
        }
    }
}
impl Fault {
    /// Where it stands below its criterion, or below the set.
    pub(crate) fn path(&self) -> String {
        match self {
            Self::Sum { .. } => Part::Maximum.path(),
            Self::NotPositive { what, .. }
            | Self::Absurd { what, .. }
            | Self::Empty(what)
            | Self::TooLong(what)
            | Self::LeafOnly(what)
            | Self::Nothing(what)
            | Self::OutOfRange { what, .. }
            | Self::UnboundedRatio(what)
            | Self::Unreachable { what, .. }
            | Self::DuplicateLevel(what, _) => what.path(),
            Self::DuplicateCode => Part::Code.path(),
            Self::RuleOrParts | Self::RuleOnPillar => "rule".to_owned(),
            Self::TooDeep => "children".to_owned(),
            Self::TooMany => "pillars".to_owned(),
            Self::PillarCode => Part::PillarCode.path(),
            Self::AwardOutsideTree => Part::NotApplicable.path(),
            Self::UnknownMeasure(_) | Self::WrongUnit { .. } => "rule".to_owned(),
            Self::BandEnds(n) | Self::Backwards(n) => Part::Band(*n).path(),
            Self::Gap(_) | Self::Overlap(_) => Part::Bands.path(),
            Self::NoLength => Part::ScaleTo.path(),
            Self::Target(_) => "rule.target".to_owned(),
            Self::LinearFloor(_) => Part::Floor.path(),
            Self::InTerm(n, fault) => format!("rule.terms[{n}].{}", fault.path()),
            Self::TermKind(_) => "rule.kind".to_owned(),
            Self::TermNotApplicable => "rule.ratio.zero_denominator".to_owned(),
            Self::Grades => "grades".to_owned(),
            Self::PrintScale => "print_scale".to_owned(),
            Self::Years { .. } => "first_year".to_owned(),
            Self::Follows(_) => Part::Follows.path(),
        }
    }

    /// What is wrong, in a language.
    pub fn said(&self, language: Language) -> String {
        match language {
            Language::Vietnamese => self.in_vietnamese(),
            Language::English => self.in_english(),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.said(Language::English))
    }
}
/// A number as it is read in a complaint.
fn brief(number: &Exact) -> String {
    number.brief(6)
}

/// A number that may be very long.
fn short(number: &Exact) -> String {
    cut(&brief(number))
}

/// The beginning of a text that may be very long.
pub(crate) fn cut(text: &str) -> String {
    const SHOWN: usize = 60;
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
