//! What is wrong, in English.

use super::{Fault, Part, brief, cut, short};
use crate::Language;

impl Fault {
    pub(super) fn in_english(&self) -> String {
        let said = |part: &Part| part.said(Language::English);
        match self {
            Self::Sum { sum, whole } => {
                format!("the parts add up to {}, the whole is {}", brief(sum), brief(whole))
            }
            Self::NotPositive { what, value } => {
                format!("{} must be above 0, not {}", said(what), brief(value))
            }
            Self::Absurd { what, value } => format!("{} cannot be {}", said(what), short(value)),
            Self::DuplicateCode => "the code stands more than once".to_owned(),
            Self::Empty(what) => format!("{} is empty", said(what)),
            Self::TooLong(what) => format!("{} is too long", said(what)),
            Self::RuleOrParts => "a criterion has either a rule or parts, never both or neither".to_owned(),
            Self::RuleOnPillar => "points sit on criteria and sub-criteria, not on a pillar".to_owned(),
            Self::TooDeep => "a sub-criterion has no parts".to_owned(),
            Self::TooMany => "a set has at most 1000 criteria".to_owned(),
            Self::LeafOnly(what) => format!("only a leaf may say {}", said(what)),
            Self::PillarCode => "every pillar, and nothing else, names its pillar code".to_owned(),
            Self::AwardOutsideTree => {
                "points are never given outside the tree for what does not apply".to_owned()
            }
            Self::UnknownMeasure(code) => format!("the measure `{}` is not in the catalogue", cut(code)),
            Self::WrongUnit { measure, found, expected } => {
                format!("the measure `{measure}` has the unit {found}, the rule reads {expected}")
            }
            Self::Nothing(what) => format!("the rule names no {}", said(what)),
            Self::BandEnds(n) => format!("band {} has contradictory ends", n + 1),
            Self::Gap(cut) => format!("no band covers {}", cut.said(Language::English)),
            Self::Overlap(cut) => format!("two bands cover {}", cut.said(Language::English)),
            Self::Backwards(n) => format!("a better ratio gives fewer points in band {}", n + 1),
            Self::OutOfRange { what, points, max } => {
                format!("{} gives {} points, outside 0 to {}", said(what), brief(points), brief(max))
            }
            Self::UnboundedRatio(what) => {
                format!("{} multiplies by a ratio that is not bounded by 100 %", said(what))
            }
            Self::Unreachable { what, best, max } => {
                let (what, best, max) = (said(what), brief(best), brief(max));
                format!("full points cannot be reached: the {what} bring at most {best} of {max}")
            }
            Self::DuplicateLevel(_, code) => format!("`{}` stands more than once", cut(code)),
            Self::NoLength => "the scale has no length".to_owned(),
            Self::Target(at) => {
                format!("the target must lie above 0 and at most at 1, not at {}", brief(at))
            }
            Self::LinearFloor(at) => {
                format!("the floor must lie between 0 and the target, not at {}", brief(at))
            }
            Self::InTerm(n, fault) => format!("term {}: {}", n + 1, fault.in_english()),
            Self::TermKind(kind) => format!("a term cannot be {kind}"),
            Self::TermNotApplicable => {
                "a term scores ZERO or FULL when there is nothing to count; whether the \
                 leaf applies is said by its tags"
                    .to_owned()
            }
            Self::Grades => "grades go from the best down to 0 %, each lower than the one before".to_owned(),
            Self::PrintScale => "print_scale is 0 to 6".to_owned(),
            Self::Years { first, last } => format!("the years {first} to {last} end before they begin"),
            Self::Follows(why) => why.said(Language::English),
        }
    }
}
