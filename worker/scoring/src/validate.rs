//! What makes a criteria set senseless. Everything that is wrong is found at once, and each complaint names
//! the criterion and the rule.
//!
//! Source: a real template declares 100 points and sums to 99.55; sets are refused unless every level adds up.

use std::collections::BTreeSet;
use std::fmt;

use crate::criteria::{
    Adjustment, Catalogue, CriteriaSetDocument, Criterion, GradeBand, Node, NotApplicablePolicy, nodes,
};
use crate::validate_rule::rule_faults;
use crate::{Exact, Level, RuleKind, Unit};

/// One thing that is wrong with a criteria set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Defect {
    /// The criterion's code; the set's own code where no single criterion is to blame.
    pub criterion: String,
    /// The kind of the criterion's rule, if it has one.
    pub rule: Option<RuleKind>,
    /// What is wrong.
    pub fault: Fault,
}

/// All defects of a criteria set.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct Defects(pub Vec<Defect>);

/// What can be wrong.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// A sum that does not add up.
    #[error("the parts add up to {sum}, the whole is {whole}")]
    Sum {
        /// What the parts add up to.
        sum: Exact,
        /// What is declared.
        whole: Exact,
    },
    /// A maximum, cap or unit that must be above zero is not.
    #[error("{what} must be above 0, not {value}")]
    NotPositive {
        /// Which number.
        what: &'static str,
        /// Its value.
        value: Exact,
    },
    /// The same code twice.
    #[error("the code stands more than once")]
    DuplicateCode,
    /// A code or name is empty.
    #[error("{0} is empty")]
    Empty(&'static str),
    /// A node has both children and a rule, or neither.
    #[error("a criterion has either a rule or parts, never both or neither")]
    RuleOrParts,
    /// A rule on a pillar, or a tree deeper than sub-criteria.
    #[error("points sit on criteria and sub-criteria, not on {0}")]
    WrongDepth(&'static str),
    /// Something that only a leaf may have.
    #[error("only a leaf may say {0}")]
    LeafOnly(&'static str),
    /// A measure that the catalogue does not have.
    #[error("the measure `{0}` is not in the catalogue")]
    UnknownMeasure(String),
    /// A measure in another unit than the rule reads.
    #[error("the measure `{measure}` has the unit {found}, the rule reads {expected}")]
    WrongUnit {
        /// The measure.
        measure: String,
        /// Its unit in the catalogue.
        found: Unit,
        /// The unit that the rule needs.
        expected: Unit,
    },
    /// A list that needs entries has none.
    #[error("the rule names no {0}")]
    Nothing(&'static str),
    /// A band with two lower or two upper ends, or with no room between them.
    #[error("band {0} has contradictory ends")]
    BandEnds(usize),
    /// A ratio that no band covers.
    #[error("no band covers {0}")]
    Gap(String),
    /// A ratio that two bands cover.
    #[error("two bands cover {0}")]
    Overlap(String),
    /// A better ratio that gives fewer points.
    #[error("a better ratio gives fewer points in band {0}")]
    Backwards(usize),
    /// Points that can leave the range 0 to maximum.
    #[error("{what} gives {points} points, outside 0 to {max}")]
    OutOfRange {
        /// Which part of the rule.
        what: String,
        /// What it gives.
        points: Exact,
        /// The maximum.
        max: Exact,
    },
    /// `MAX_TIMES_RATIO` where no ratio is bounded by 1.
    #[error("{0} multiplies by a ratio that is not bounded by 100 %")]
    UnboundedRatio(String),
    /// Full points that nobody can reach.
    #[error("full points cannot be reached: {0}")]
    Unreachable(String),
    /// The same tier or grade twice, or the same measure twice on one side of a ratio.
    #[error("`{0}` stands more than once")]
    DuplicateLevel(String),
    /// A target, floor or scale without sense.
    #[error("{0}")]
    Senseless(String),
    /// A term of a kind that cannot be one.
    #[error("a term cannot be {0}")]
    TermKind(RuleKind),
    /// A term whose ratio may be not applicable.
    #[error(
        "a term scores ZERO or FULL when there is nothing to count; whether the leaf applies is said by its tags"
    )]
    TermNotApplicable,
    /// Grades out of order or with a hole at the bottom.
    #[error("grades go from the best down to 0 %, each lower than the one before")]
    Grades,
    /// More digits than are printed anywhere.
    #[error("print_scale is 0 to 6")]
    PrintScale,
}

impl fmt::Display for Defects {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, Defect { criterion, rule, fault }) in self.0.iter().enumerate() {
            let separator = if index > 0 { "; " } else { "" };
            match rule {
                Some(rule) => write!(f, "{separator}{criterion} ({rule}): {fault}")?,
                None => write!(f, "{separator}{criterion}: {fault}")?,
            }
        }
        Ok(())
    }
}

/// Every defect of `document`, in reading order.
pub(crate) fn validate(document: &CriteriaSetDocument, catalogue: &Catalogue) -> Vec<Defect> {
    let mut defects = Vec::new();
    let mut report = |faults: Vec<Fault>| {
        let about_set = |fault| Defect { criterion: document.code.clone(), rule: None, fault };
        defects.extend(faults.into_iter().map(about_set));
    };
    report(set_faults(document));
    for node in nodes(&document.pillars) {
        defects.extend(about(node.criterion, node_faults(node, catalogue)));
    }
    for adjustment in [&document.bonus, &document.deduction].into_iter().flatten() {
        for leaf in &adjustment.leaves {
            defects.extend(about(leaf, adjustment_leaf_faults(leaf, catalogue)));
        }
    }
    defects.extend(duplicate_codes(document));
    defects
}

fn about(criterion: &Criterion, faults: Vec<Fault>) -> impl Iterator<Item = Defect> {
    let (code, rule) = (criterion.code.clone(), criterion.rule.as_ref().map(crate::rule::Rule::kind));
    faults.into_iter().map(move |fault| Defect { criterion: code.clone(), rule, fault })
}

fn set_faults(document: &CriteriaSetDocument) -> Vec<Fault> {
    let mut faults = Vec::new();
    faults.extend(empty([
        ("the set's code", &document.code),
        ("the set's Vietnamese name", &document.name_vi),
        ("the set's English name", &document.name_en),
    ]));
    faults.extend(sum_fault(&document.pillars, &document.max_points));
    if document.print_scale > 6 {
        faults.push(Fault::PrintScale);
    }
    faults.extend(grade_faults(&document.grades));
    for adjustment in [&document.bonus, &document.deduction].into_iter().flatten() {
        faults.extend(cap_faults(adjustment));
    }
    faults
}

fn cap_faults(adjustment: &Adjustment) -> Vec<Fault> {
    let mut faults = Vec::from_iter(positive("the cap", &adjustment.cap));
    if adjustment.leaves.is_empty() {
        faults.push(Fault::Nothing("leaves under its cap"));
    }
    faults
}

fn grade_faults(grades: &[GradeBand]) -> Vec<Fault> {
    let falling = grades.windows(2).all(|pair| pair[0].from_percent > pair[1].from_percent);
    let to_the_bottom = grades.last().is_some_and(|last| last.from_percent.is_zero());
    let mut faults = Vec::new();
    if !falling || !to_the_bottom {
        faults.push(Fault::Grades);
    }
    faults.extend(duplicates(grades.iter().map(|grade| grade.code.as_str())));
    for GradeBand { code, name_vi, name_en, .. } in grades {
        let texts = [
            ("a grade's code", code),
            ("a grade's Vietnamese name", name_vi),
            ("a grade's English name", name_en),
        ];
        faults.extend(empty(texts));
    }
    faults
}

/// Those of `texts` that say nothing.
pub(crate) fn empty<const N: usize>(texts: [(&'static str, &String); N]) -> impl Iterator<Item = Fault> {
    let blank = texts.into_iter().filter(|(_, text)| text.trim().is_empty());
    blank.map(|(what, _)| Fault::Empty(what))
}

pub(crate) fn duplicates<'a>(codes: impl Iterator<Item = &'a str>) -> Vec<Fault> {
    let mut seen = BTreeSet::new();
    let again = codes.filter(|code| !seen.insert(*code));
    again.map(|code| Fault::DuplicateLevel(code.to_owned())).collect()
}

fn sum_fault(parts: &[Criterion], whole: &Exact) -> Option<Fault> {
    let sum: Exact = parts.iter().map(|part| &part.max_points).sum();
    (sum != *whole).then(|| Fault::Sum { sum, whole: whole.clone() })
}

pub(crate) fn positive(what: &'static str, value: &Exact) -> Option<Fault> {
    let above_zero = !value.is_zero() && !value.is_negative();
    (!above_zero).then(|| Fault::NotPositive { what, value: value.clone() })
}

fn node_faults(node: Node<'_>, catalogue: &Catalogue) -> Vec<Fault> {
    let criterion = node.criterion;
    let mut faults = naming_faults(criterion);
    match (&criterion.rule, criterion.children.is_empty()) {
        (Some(rule), true) => faults.extend(rule_faults(rule, &criterion.max_points, catalogue)),
        (None, false) => {
            faults.extend(sum_fault(&criterion.children, &criterion.max_points));
            faults.extend(leaf_only_faults(criterion));
        }
        _ => faults.push(Fault::RuleOrParts),
    }
    if node.level == Level::Pillar && criterion.rule.is_some() {
        faults.push(Fault::WrongDepth("a pillar"));
    }
    if node.level == Level::SubCriterion && !criterion.children.is_empty() {
        faults.push(Fault::WrongDepth("parts of a sub-criterion"));
    }
    faults.extend(pillar_code_fault(criterion, node.level == Level::Pillar));
    faults
}

fn pillar_code_fault(criterion: &Criterion, is_pillar: bool) -> Option<Fault> {
    match &criterion.pillar {
        Some(code) if is_pillar => code.trim().is_empty().then_some(Fault::Empty("the pillar code")),
        None if !is_pillar => None,
        _ => Some(Fault::Senseless("every pillar, and nothing else, names its pillar code".to_owned())),
    }
}

fn adjustment_leaf_faults(leaf: &Criterion, catalogue: &Catalogue) -> Vec<Fault> {
    let mut faults = naming_faults(leaf);
    faults.extend(pillar_code_fault(leaf, false));
    if leaf.not_applicable == Some(NotApplicablePolicy::AwardFull) {
        let nobody = "points are never given outside the tree for what does not apply";
        faults.push(Fault::Senseless(nobody.to_owned()));
    }
    match &leaf.rule {
        Some(rule) if leaf.children.is_empty() => {
            faults.extend(rule_faults(rule, &leaf.max_points, catalogue));
        }
        _ => faults.push(Fault::RuleOrParts),
    }
    faults
}

fn naming_faults(criterion: &Criterion) -> Vec<Fault> {
    let mut faults = Vec::from_iter(empty([
        ("the code", &criterion.code),
        ("the Vietnamese name", &criterion.name_vi),
        ("the English name", &criterion.name_en),
    ]));
    faults.extend(criterion.applies_only_to.iter().flat_map(|tag| empty([("an applicability tag", tag)])));
    faults.extend(positive("the maximum", &criterion.max_points));
    faults
}

fn leaf_only_faults(group: &Criterion) -> Vec<Fault> {
    let said = [
        ("to whom it applies", !group.applies_only_to.is_empty()),
        ("when it falls due", group.due != crate::Due::EveryPeriod),
        ("what not being applicable means", group.not_applicable.is_some()),
    ];
    said.into_iter().filter(|(_, said)| *said).map(|(what, _)| Fault::LeafOnly(what)).collect()
}

fn duplicate_codes(document: &CriteriaSetDocument) -> Vec<Defect> {
    let adjustments = [&document.bonus, &document.deduction].into_iter().flatten();
    let outside = adjustments.flat_map(|adjustment| &adjustment.leaves);
    let mut seen = BTreeSet::new();
    nodes(&document.pillars)
        .into_iter()
        .map(|node| node.criterion)
        .chain(outside)
        .filter(|criterion| !seen.insert(criterion.code.as_str()))
        .flat_map(|criterion| about(criterion, vec![Fault::DuplicateCode]))
        .collect()
}
