//! What is known now and was not, or was known otherwise.

use std::collections::{BTreeMap, BTreeSet};

use crate::facts::{AgencySnapshot, Fact, Facts, Succeeded, SummedPart};
use crate::{Exact, coded_enum};

coded_enum! {
    /// What of an agency's facts changed.
    pub enum FactKind {
        /// The agency itself: its name, kind or block.
        Agency = "AGENCY",
        /// An applicability tag.
        Tag = "TAG",
        /// A measure's value.
        Value = "VALUE",
        /// An appraiser's points.
        Appraisal = "APPRAISAL",
        /// An exemption.
        Exemption = "EXEMPTION",
        /// What the parent agency hands down.
        Inherited = "INHERITED",
    }
}

/// One fact that changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FactChange {
    /// What it is.
    pub kind: FactKind,
    /// Which: the measure's, tag's or leaf's code, or the name of what is said of the agency.
    pub key: String,
    /// What was known before; `None`: nothing.
    pub before: Option<String>,
    /// What is known after; `None`: nothing.
    pub after: Option<String>,
}

/// What changed from `before` to `after`, by kind and key.
pub fn fact_changes(before: &Facts, after: &Facts) -> Vec<FactChange> {
    let values = |facts: &Facts| {
        let said = |fact: &Fact| format!("{} ({}, {})", fact.value, fact.source.as_str(), fact.as_of);
        let mut values = texts(&facts.values, said);
        for (measure, succeeded) in &facts.succession {
            let said = values.entry(measure.clone()).or_insert_with(|| "–".to_owned());
            said.push_str(&succession(succeeded));
        }
        for (measure, beside) in &facts.beside {
            values.entry(measure.clone()).or_default().push_str(&format!(" / {}", said(beside)));
        }
        for (measure, broken) in &facts.broken {
            let broken: Vec<_> = broken.iter().map(ToString::to_string).collect();
            values.entry(measure.clone()).or_default().push_str(&format!(" ! {}", broken.join("; ")));
        }
        values
    };
    let appraisals = |facts: &Facts| {
        texts(&facts.appraisals, |given| {
            format!("{} ({}, {}: {})", given.points, given.appraised_by, given.as_of, given.note)
        })
    };
    let inherited = |facts: &Facts| {
        texts(&facts.inherited, |result| {
            let points = result.points.as_ref().map(Exact::to_string).unwrap_or_default();
            format!("{} {points}/{} ({})", result.state, result.max_points, result.agency)
        })
    };
    let tags = |tags: &BTreeSet<String>| tags.iter().map(|tag| (tag.clone(), String::new())).collect();
    [
        changes(FactKind::Agency, agency(&before.agency), agency(&after.agency)),
        changes(FactKind::Tag, tags(&before.tags), tags(&after.tags)),
        changes(FactKind::Value, values(before), values(after)),
        changes(FactKind::Appraisal, appraisals(before), appraisals(after)),
        changes(FactKind::Exemption, before.exemptions.clone(), after.exemptions.clone()),
        changes(FactKind::Inherited, inherited(before), inherited(after)),
    ]
    .concat()
}

/// ` = A 12 + B 1/2 × 8`, or for want of whose count there is none.
fn succession(succeeded: &Succeeded) -> String {
    match succeeded {
        Succeeded::NotKnown { agency, why } => format!(" ({agency}: {why})"),
        Succeeded::Summed { parts } => {
            let part = |part: &SummedPart| match part.share == Exact::one() {
                true => format!("{} {}", part.agency, part.value),
                false => format!("{} {} × {}", part.agency, part.share, part.value),
            };
            format!(" = {}", parts.iter().map(part).collect::<Vec<_>>().join(" + "))
        }
    }
}

type Texts = BTreeMap<String, String>;

fn texts<T>(facts: &BTreeMap<String, T>, text: impl Fn(&T) -> String) -> Texts {
    facts.iter().map(|(key, fact)| (key.clone(), text(fact))).collect()
}

fn agency(agency: &AgencySnapshot) -> Texts {
    let AgencySnapshot { id, code, name_vi, name_en, kind, block } = agency;
    let said = [
        ("id", id),
        ("code", code),
        ("nameVi", name_vi),
        ("nameEn", name_en),
        ("kind", &kind.to_string()),
        ("block", block),
    ];
    said.into_iter().map(|(name, said)| (name.to_owned(), said.clone())).collect()
}

fn changes(kind: FactKind, before: Texts, mut after: Texts) -> Vec<FactChange> {
    let mut changes = Vec::new();
    for (key, before) in before {
        let after = after.remove(&key);
        if after.as_ref() != Some(&before) {
            changes.push(FactChange { kind, key, before: Some(before), after });
        }
    }
    let new =
        after.into_iter().map(|(key, after)| FactChange { kind, key, before: None, after: Some(after) });
    changes.extend(new);
    changes.sort_by(|a, b| a.key.cmp(&b.key));
    changes
}
