//! What makes a criteria set senseless. Everything that is wrong is found at once, and each complaint names
//! the criterion and the rule.
//!
//! Source: a real template declares 100 points and sums to 99.55; sets are refused unless every level adds up.

use std::collections::BTreeSet;

use crate::criteria::{
    Adjustment, Catalogue, CriteriaSetDocument, Criterion, GradeBand, NotApplicablePolicy,
};
use crate::fault::{Defect, Fault, Part};
use crate::follows::{followed, following};
use crate::validate_rule::rule_faults;
use crate::{Exact, Level};

/// More criteria than any set has; one with more is not looked at further.
const MOST_CRITERIA: usize = 1000;
/// The longest code, in characters.
const LONGEST_CODE: usize = 60;
/// The longest name, in characters.
const LONGEST_NAME: usize = 1000;
/// The longest wording of a rule, in characters.
const LONGEST_WORDING: usize = 4000;
/// No number of a set is beyond this.
const LARGEST_NUMBER: i64 = 1_000_000;
/// The longest text of a number: nobody prints more digits.
const LONGEST_NUMBER: usize = 40;

/// A criterion with its place in the document.
pub(crate) struct Place<'a> {
    pub(crate) criterion: &'a Criterion,
    pub(crate) level: Level,
    pub(crate) path: String,
}

/// Every criterion of `document` in reading order: the tree, then bonus, then deduction.
pub(crate) fn places(document: &CriteriaSetDocument) -> Vec<Place<'_>> {
    fn walk<'a>(criteria: &'a [Criterion], depth: usize, above: &str, places: &mut Vec<Place<'a>>) {
        for (at, criterion) in criteria.iter().enumerate() {
            let path = format!("{above}[{at}]");
            let below = format!("{path}.children");
            places.push(Place { criterion, level: Level::at_depth(depth), path });
            walk(&criterion.children, depth + 1, &below, places);
        }
    }
    let mut places = Vec::new();
    walk(&document.pillars, 0, "pillars", &mut places);
    let outside =
        [("bonus", Level::Bonus, &document.bonus), ("deduction", Level::Deduction, &document.deduction)];
    for (name, level, adjustment) in outside {
        for (at, criterion) in adjustment.iter().flat_map(|adjustment| &adjustment.leaves).enumerate() {
            places.push(Place { criterion, level, path: format!("{name}.leaves[{at}]") });
        }
    }
    places
}

impl Place<'_> {
    pub(crate) fn defect(&self, fault: Fault) -> Defect {
        Defect {
            path: format!("{}.{}", self.path, fault.path()),
            criterion: self.criterion.code.clone(),
            rule: self.criterion.rule.as_ref().map(crate::rule::Rule::kind),
            fault,
        }
    }
}

/// Every defect of `document`, in reading order.
pub(crate) fn validate(document: &CriteriaSetDocument, catalogue: &Catalogue) -> Vec<Defect> {
    let of_set = |above: &str, fault: Fault| Defect {
        path: format!("{above}{}", fault.path()),
        criterion: document.code.clone(),
        rule: None,
        fault,
    };
    let places = places(document);
    if places.len() > MOST_CRITERIA {
        return vec![of_set("", Fault::TooMany)];
    }
    let mut defects: Vec<_> = set_faults(document).into_iter().map(|fault| of_set("", fault)).collect();
    for (above, adjustment) in [("bonus.", &document.bonus), ("deduction.", &document.deduction)] {
        let faults = adjustment.iter().flat_map(cap_faults);
        defects.extend(faults.map(|fault| of_set(above, fault)));
    }
    for place in &places {
        let faults = match place.level {
            Level::Bonus | Level::Deduction => adjustment_leaf_faults(place.criterion, catalogue),
            level => node_faults(place.criterion, level, catalogue),
        };
        defects.extend(faults.into_iter().map(|fault| place.defect(fault)));
    }
    let mut seen = BTreeSet::new();
    let again = places.iter().filter(|place| !seen.insert(place.criterion.code.as_str()));
    defects.extend(again.map(|place| place.defect(Fault::DuplicateCode)));
    defects.extend(following(document, &places));
    defects
}

fn set_faults(document: &CriteriaSetDocument) -> Vec<Fault> {
    let mut faults = Vec::new();
    faults.extend(texts([
        (Part::Code, &document.code, LONGEST_CODE),
        (Part::NameVi, &document.name_vi, LONGEST_NAME),
        (Part::NameEn, &document.name_en, LONGEST_NAME),
    ]));
    faults.extend(positive(Part::Maximum, &document.max_points));
    faults.extend(sum_fault(&document.pillars, &document.max_points));
    if document.print_scale > 6 {
        faults.push(Fault::PrintScale);
    }
    if let (Some(first), Some(last)) = (document.first_year, document.last_year)
        && first > last
    {
        faults.push(Fault::Years { first, last });
    }
    let blocks = document.blocks.iter().map(String::as_str);
    faults.extend(duplicates(&Part::Blocks, blocks));
    let kinds = document.agency_kinds.iter().map(|kind| kind.as_str());
    faults.extend(duplicates(&Part::AgencyKinds, kinds));
    faults.extend(followed(document));
    faults.extend(grade_faults(&document.grades));
    faults
}

fn cap_faults(adjustment: &Adjustment) -> Vec<Fault> {
    let mut faults = Vec::from_iter(positive(Part::Cap, &adjustment.cap));
    if adjustment.leaves.is_empty() {
        faults.push(Fault::Nothing(Part::Leaves));
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
    let mut seen = BTreeSet::new();
    for (at, GradeBand { code, name_vi, name_en, from_percent }) in grades.iter().enumerate() {
        faults.extend(texts([
            (Part::GradeCode(at), code, LONGEST_CODE),
            (Part::GradeNameVi(at), name_vi, LONGEST_NAME),
            (Part::GradeNameEn(at), name_en, LONGEST_NAME),
        ]));
        faults.extend(absurd(Part::Grade(at), from_percent));
        if !seen.insert(code) {
            faults.push(Fault::DuplicateLevel(Part::Grade(at), code.clone()));
        }
    }
    faults
}

/// Those of `texts` that say nothing, or more than the given number of characters.
fn texts<const N: usize>(texts: [(Part, &String, usize); N]) -> impl Iterator<Item = Fault> {
    texts.into_iter().filter_map(|(part, text, longest)| match text.trim().is_empty() {
        true => Some(Fault::Empty(part)),
        false => (text.chars().count() > longest).then_some(Fault::TooLong(part)),
    })
}

/// The faults of names that a rule gives.
pub(crate) fn names<const N: usize>(names: [(Part, &String); N]) -> impl Iterator<Item = Fault> {
    texts(names.map(|(part, name)| (part, name, LONGEST_NAME)))
}

pub(crate) fn duplicates<'a>(part: &Part, codes: impl Iterator<Item = &'a str>) -> Vec<Fault> {
    let mut seen = BTreeSet::new();
    let again = codes.filter(|code| !seen.insert(*code));
    again.map(|code| Fault::DuplicateLevel(part.clone(), code.to_owned())).collect()
}

fn sum_fault(parts: &[Criterion], whole: &Exact) -> Option<Fault> {
    let sum: Exact = parts.iter().map(|part| &part.max_points).sum();
    (sum != *whole).then(|| Fault::Sum { sum, whole: whole.clone() })
}

pub(crate) fn positive(what: Part, value: &Exact) -> Option<Fault> {
    let above_zero = !value.is_zero() && !value.is_negative();
    if above_zero {
        return absurd(what, value);
    }
    Some(Fault::NotPositive { what, value: value.clone() })
}

/// Whether a number is beyond what a decision prints.
pub(crate) fn absurd(what: Part, value: &Exact) -> Option<Fault> {
    let largest = Exact::from(LARGEST_NUMBER);
    let beyond = *value > largest || *value < Exact::zero() - &largest;
    let absurd = beyond || value.to_string().len() > LONGEST_NUMBER;
    absurd.then(|| Fault::Absurd { what, value: value.clone() })
}

fn node_faults(criterion: &Criterion, level: Level, catalogue: &Catalogue) -> Vec<Fault> {
    let mut faults = naming_faults(criterion);
    match (&criterion.rule, criterion.children.is_empty()) {
        (Some(rule), true) => faults.extend(rule_faults(rule, &criterion.max_points, catalogue)),
        (None, false) => {
            faults.extend(sum_fault(&criterion.children, &criterion.max_points));
            faults.extend(leaf_only_faults(criterion));
        }
        _ => faults.push(Fault::RuleOrParts),
    }
    if level == Level::Pillar && criterion.rule.is_some() {
        faults.push(Fault::RuleOnPillar);
    }
    if level == Level::SubCriterion && !criterion.children.is_empty() {
        faults.push(Fault::TooDeep);
    }
    faults.extend(pillar_code_fault(criterion, level == Level::Pillar));
    faults
}

fn pillar_code_fault(criterion: &Criterion, is_pillar: bool) -> Option<Fault> {
    match &criterion.pillar {
        Some(code) if is_pillar => texts([(Part::PillarCode, code, LONGEST_CODE)]).next(),
        None if !is_pillar => None,
        _ => Some(Fault::PillarCode),
    }
}

fn adjustment_leaf_faults(leaf: &Criterion, catalogue: &Catalogue) -> Vec<Fault> {
    let mut faults = naming_faults(leaf);
    faults.extend(pillar_code_fault(leaf, false));
    if leaf.not_applicable == Some(NotApplicablePolicy::AwardFull) {
        faults.push(Fault::AwardOutsideTree);
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
    let mut faults = Vec::from_iter(texts([
        (Part::Code, &criterion.code, LONGEST_CODE),
        (Part::NameVi, &criterion.name_vi, LONGEST_NAME),
        (Part::NameEn, &criterion.name_en, LONGEST_NAME),
    ]));
    let tags = criterion.applies_only_to.iter();
    faults.extend(tags.flat_map(|tag| texts([(Part::Tags, tag, LONGEST_CODE)])));
    let wording = criterion.wording_vi.iter();
    faults.extend(wording.flat_map(|wording| texts([(Part::Wording, wording, LONGEST_WORDING)])));
    let follows = criterion.follows.iter();
    faults.extend(follows.flat_map(|code| texts([(Part::Follows, code, LONGEST_CODE)])));
    faults.extend(duplicates(&Part::Follows, criterion.follows.iter().map(String::as_str)));
    faults.extend(positive(Part::Maximum, &criterion.max_points));
    faults
}

fn leaf_only_faults(group: &Criterion) -> Vec<Fault> {
    let said = [
        (Part::Tags, !group.applies_only_to.is_empty()),
        (Part::Due, group.due != crate::Due::EveryPeriod),
        (Part::NotApplicable, group.not_applicable.is_some()),
    ];
    said.into_iter().filter(|(_, said)| *said).map(|(what, _)| Fault::LeafOnly(what)).collect()
}
