//! Criteria sets as data: the document that officers write, and the validated set that scores.
//!
//! A [`CriteriaSet`] exists only when its document passed every check of `validate`, so the evaluator
//! never meets a gap between bands or a sum that does not add up.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::canonical::{canonical_json, sha256_hex};
use crate::fault::Defects;
use crate::rule::{MeasureCode, Rule};
use crate::validate::validate;
use crate::{AgencyKind, Due, Exact, Level, RuleKind, Unit};

/// The measures that a set may name, and their units.
pub type Catalogue = BTreeMap<MeasureCode, Unit>;

/// A criteria set as it is written, stored and exchanged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CriteriaSetDocument {
    /// The set's code, the same through its versions.
    pub code: String,
    /// 1, 2, …
    pub version: u32,
    /// Vietnamese name.
    pub name_vi: String,
    /// English name.
    pub name_en: String,
    /// Whether this is sample data that no public body issued.
    #[serde(default)]
    pub sample: bool,
    /// The kinds of agency that it is for; none named: all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub agency_kinds: Vec<AgencyKind>,
    /// The codes of the ranking blocks that it is for; none named: all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub blocks: Vec<String>,
    /// The first year whose periods it may score; absent: any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_year: Option<i32>,
    /// The last year whose periods it may score; absent: any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_year: Option<i32>,
    /// The earlier set that it follows; absent: it says of no set what became of its criteria.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub follows: Option<SetVersion>,
    /// What the pillars must add up to.
    pub max_points: Exact,
    /// Digits after the point when points and percentages are printed, 0 to 6.
    pub print_scale: u32,
    /// What a leaf that does not apply does to its card, unless the leaf says otherwise.
    pub not_applicable: NotApplicablePolicy,
    /// The grades, best first, each with its inclusive lower bound.
    pub grades: Vec<GradeBand>,
    /// The tree: pillars, their criteria, their sub-criteria.
    pub pillars: Vec<Criterion>,
    /// Points above the tree's own, with a cap.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bonus: Option<Adjustment>,
    /// Points off, with a cap.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deduction: Option<Adjustment>,
}

/// A version of a criteria set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SetVersion {
    /// The set's code.
    pub code: String,
    /// Its version.
    pub version: u32,
}

impl SetVersion {
    /// Whether it is that of `document`.
    pub fn is(&self, document: &CriteriaSetDocument) -> bool {
        (&self.code, self.version) == (&document.code, document.version)
    }
}

/// A pillar, criterion or sub-criterion. It has either children or a rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Criterion {
    /// The number that the decision prints: `III`, `3.2`, `3.2.1`.
    pub code: String,
    /// Vietnamese name.
    pub name_vi: String,
    /// English name.
    pub name_en: String,
    /// A pillar's code in the open list of pillars, for instance `PUBLIC_FINANCE`; pillars only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pillar: Option<String>,
    /// Maximum points.
    pub max_points: Exact,
    /// Leaves only: how points come about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<Rule>,
    /// The rule in the decision's own Vietnamese wording, to be read; nothing is computed from it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wording_vi: Option<String>,
    /// Leaves only: applicability tags, all of which an agency must carry, else NOT_APPLICABLE.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub applies_only_to: Vec<String>,
    /// Leaves only: when the leaf falls due.
    #[serde(default, skip_serializing_if = "is_every_period")]
    pub due: Due,
    /// Leaves only: overrides the set's policy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_applicable: Option<NotApplicablePolicy>,
    /// The codes of what it takes the place of in the set that is followed; none named: it is new.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub follows: Vec<String>,
    /// What it is made of.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub children: Vec<Criterion>,
}

fn is_every_period(due: &Due) -> bool {
    *due == Due::EveryPeriod
}

/// Points outside the tree: a bonus or a deduction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Adjustment {
    /// At most these points count.
    pub cap: Exact,
    /// What is counted; leaves only.
    pub leaves: Vec<Criterion>,
}

/// What a leaf that does not apply does to its card.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum NotApplicablePolicy {
    /// It leaves the maximum.
    ExcludeFromMax,
    /// It gives full points.
    AwardFull,
}

/// A grade and the index from which it is given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct GradeBand {
    /// For instance `EXCELLENT`.
    pub code: String,
    /// Vietnamese name.
    pub name_vi: String,
    /// English name.
    pub name_en: String,
    /// Inclusive lower bound of the index in percent: exactly 80 is the grade that begins at 80.
    pub from_percent: Exact,
}

impl CriteriaSetDocument {
    /// Whether a rule names the measure.
    pub fn names(&self, measure: &str) -> bool {
        let mut rules = self.leaves().filter_map(|leaf| leaf.rule.as_ref());
        rules.any(|rule| rule.measures().into_iter().any(|named| named == measure))
    }

    /// Everything that has a rule: in the tree, then bonus, then deduction.
    pub fn leaves(&self) -> impl Iterator<Item = &Criterion> {
        let adjustments = [&self.bonus, &self.deduction].into_iter().flatten();
        let outside = adjustments.flat_map(|adjustment| &adjustment.leaves);
        let inside = nodes(&self.pillars).into_iter().map(|node| node.criterion);
        inside.chain(outside).filter(|criterion| criterion.rule.is_some())
    }
}

/// A criteria set that passed every check, with its fingerprint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CriteriaSet {
    document: CriteriaSetDocument,
    fingerprint: String,
}

impl CriteriaSet {
    /// Checks `document` against `catalogue`.
    ///
    /// # Errors
    /// Every defect at once, each with its criterion and rule.
    pub fn new(document: CriteriaSetDocument, catalogue: &Catalogue) -> Result<Self, Defects> {
        let defects = validate(&document, catalogue);
        if !defects.is_empty() {
            return Err(Defects(defects));
        }
        let fingerprint = sha256_hex(&canonical_json(&document));
        Ok(Self { document, fingerprint })
    }

    /// The document.
    pub fn document(&self) -> &CriteriaSetDocument {
        &self.document
    }

    /// SHA-256 over the canonical document, in hex.
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    /// The tree in reading order, each node with its level and its parent's code.
    pub fn nodes(&self) -> Vec<Node<'_>> {
        nodes(&self.document.pillars)
    }

    /// The codes of the leaves that take over the parent agency's result.
    pub fn inherited_leaves(&self) -> BTreeSet<&str> {
        let inherits =
            |leaf: &&Criterion| leaf.rule.as_ref().is_some_and(|rule| rule.kind() == RuleKind::Inherited);
        self.leaves().filter(inherits).map(|leaf| leaf.code.as_str()).collect()
    }

    /// The measures that the set names, each once, in alphabetical order.
    pub fn measures(&self) -> Vec<&MeasureCode> {
        let rules = self.leaves().filter_map(|leaf| leaf.rule.as_ref());
        let mut measures: Vec<_> = rules.flat_map(Rule::measures).collect();
        measures.sort();
        measures.dedup();
        measures
    }

    /// The leaf with a code, in the tree or outside of it.
    pub fn leaf(&self, code: &str) -> Option<&Criterion> {
        self.leaves().find(|leaf| leaf.code == code)
    }

    /// Everything that has a rule: in the tree, then bonus, then deduction.
    pub(crate) fn leaves(&self) -> impl Iterator<Item = &Criterion> {
        self.document.leaves()
    }

    /// The grade of an index in percent.
    pub fn grade(&self, index_percent: &Exact) -> Option<&GradeBand> {
        self.document.grades.iter().find(|grade| *index_percent >= grade.from_percent)
    }
}

/// A place in the tree.
#[derive(Clone, Copy, Debug)]
pub struct Node<'a> {
    /// What stands there.
    pub criterion: &'a Criterion,
    /// How deep.
    pub level: Level,
    /// Below which code; `None` for a pillar.
    pub parent: Option<&'a str>,
}

pub(crate) fn nodes(pillars: &[Criterion]) -> Vec<Node<'_>> {
    fn walk<'a>(criteria: &'a [Criterion], depth: usize, parent: Option<&'a str>, out: &mut Vec<Node<'a>>) {
        for criterion in criteria {
            out.push(Node { criterion, level: Level::at_depth(depth), parent });
            walk(&criterion.children, depth + 1, Some(&criterion.code), out);
        }
    }
    let mut out = Vec::new();
    walk(pillars, 0, None, &mut out);
    out
}
