//! How one criteria set differs from another, criterion by criterion, as an officer would list it.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::Value;

use crate::canonical::canonical_json;
use crate::coded_enum;
use crate::criteria::{CriteriaSetDocument, Criterion, nodes};

coded_enum! {
    /// What is different.
    pub enum SetChangeKind {
        /// Something that the set says of itself: a name, the years, the grades, a cap.
        Set = "SET",
        /// A criterion that only the later set has.
        Added = "ADDED",
        /// A criterion that only the earlier set has.
        Removed = "REMOVED",
        /// It stands elsewhere, or under another number.
        Moved = "MOVED",
        /// Another name.
        Renamed = "RENAMED",
        /// Another maximum.
        Rescaled = "RESCALED",
        /// Another rule, or the same kind with other parameters.
        Rule = "RULE",
        /// To whom it applies, and what not being applicable means.
        Applicability = "APPLICABILITY",
        /// When it falls due.
        Due = "DUE",
        /// What it takes the place of in a set that both follow, or that one of them follows.
        Follows = "FOLLOWS",
    }
}

/// One difference between two sets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetChange {
    /// What is different.
    pub kind: SetChangeKind,
    /// The criterion's code in the earlier set; `None`: it has none, or the set itself is different.
    pub code_before: Option<String>,
    /// The criterion's code in the later set; `None`: it has none, or the set itself is different.
    pub code_after: Option<String>,
    /// The criterion's Vietnamese name; of the set itself the field's name.
    pub name_vi: String,
    /// The criterion's English name; of the set itself the field's name.
    pub name_en: String,
    /// What there was: a number, a name, a code, or canonical JSON; `None`: nothing.
    pub before: Option<String>,
    /// What there is.
    pub after: Option<String>,
}

/// What is different in `after`, in reading order: of the set itself, then what is gone, then of each criterion.
///
/// A criterion is the same where `after` follows `before` and says so; else where its code and Vietnamese name are; else
/// where its name is, if no other has it; else where its code is.
pub fn set_diff(before: &CriteriaSetDocument, after: &CriteriaSetDocument) -> Vec<SetChange> {
    let (old, new) = (stands(before), stands(after));
    let follows = after.follows.as_ref().is_some_and(|set| set.is(before));
    let pairs = pairs(&old, &new, if follows { declared(&old, &new) } else { BTreeMap::new() });
    let paired: BTreeSet<_> = pairs.values().copied().collect();
    let mut changes = of_frame(before, after);
    let gone = old.iter().enumerate().filter(|(at, _)| !paired.contains(at));
    changes.extend(gone.map(|(_, old)| {
        let whole = Some(canonical_json(old.criterion));
        SetChange { code_before: code(old), before: whole, ..change(SetChangeKind::Removed, old) }
    }));
    for (at, new) in new.iter().enumerate() {
        match pairs.get(&at) {
            Some(paired) => {
                let told = of_criterion(&old[*paired], new);
                // What follows the other set differs from it in that; it is no news.
                changes
                    .extend(told.into_iter().filter(|told| !follows || told.kind != SetChangeKind::Follows));
            }
            None => {
                let whole = Some(canonical_json(new.criterion));
                changes.push(SetChange {
                    code_after: code(new),
                    after: whole,
                    ..change(SetChangeKind::Added, new)
                });
            }
        }
    }
    changes
}

/// A criterion and where it stands: below which code, or `bonus` or `deduction`.
struct Stand<'a> {
    criterion: &'a Criterion,
    below: Option<&'a str>,
}

fn stands(document: &CriteriaSetDocument) -> Vec<Stand<'_>> {
    let inside = nodes(&document.pillars);
    let inside = inside.into_iter().map(|node| Stand { criterion: node.criterion, below: node.parent });
    let outside = [("bonus", &document.bonus), ("deduction", &document.deduction)];
    let outside = outside.into_iter().flat_map(|(below, adjustment)| {
        let leaves = adjustment.iter().flat_map(|adjustment| &adjustment.leaves);
        leaves.map(move |criterion| Stand { criterion, below: Some(below) })
    });
    inside.chain(outside).collect()
}

/// Those that take one another's place and nothing else's, as `new` declares it.
fn declared(old: &[Stand<'_>], new: &[Stand<'_>]) -> BTreeMap<usize, usize> {
    let followers = |code: &String| new.iter().filter(|stand| stand.criterion.follows.contains(code)).count();
    let pair = |(at, stand): (usize, &Stand<'_>)| match stand.criterion.follows.as_slice() {
        [code] if followers(code) == 1 => {
            Some((at, old.iter().position(|stand| stand.criterion.code == *code)?))
        }
        _ => None,
    };
    new.iter().enumerate().filter_map(pair).collect()
}

/// The place among `old` of each of `new` that was there; `pairs` are known.
fn pairs(old: &[Stand<'_>], new: &[Stand<'_>], mut pairs: BTreeMap<usize, usize>) -> BTreeMap<usize, usize> {
    let mut taken: BTreeSet<_> = pairs.values().copied().collect();
    type Key<'a> = fn(&'a Stand<'_>) -> (Option<&'a str>, Option<&'a str>);
    let keys: [Key<'_>; 3] = [
        |stand| (Some(&stand.criterion.code), Some(&stand.criterion.name_vi)),
        |stand| (None, Some(&stand.criterion.name_vi)),
        |stand| (Some(&stand.criterion.code), None),
    ];
    for key in keys {
        let free = |at: usize, taken: &BTreeSet<usize>| !taken.contains(&at);
        let mut by_key: BTreeMap<_, Vec<usize>> = BTreeMap::new();
        for (at, stand) in old.iter().enumerate().filter(|(at, _)| free(*at, &taken)) {
            by_key.entry(key(stand)).or_default().push(at);
        }
        let mut wanting: BTreeMap<_, Vec<usize>> = BTreeMap::new();
        for (at, stand) in new.iter().enumerate().filter(|(at, _)| !pairs.contains_key(at)) {
            wanting.entry(key(stand)).or_default().push(at);
        }
        for (key, wanting) in wanting {
            // What two are called says of neither which it is.
            if let ([new], Some([old])) = (wanting.as_slice(), by_key.get(&key).map(Vec::as_slice)) {
                pairs.insert(*new, *old);
                taken.insert(*old);
            }
        }
    }
    pairs
}

fn code(stand: &Stand<'_>) -> Option<String> {
    Some(stand.criterion.code.clone())
}

fn change(kind: SetChangeKind, stand: &Stand<'_>) -> SetChange {
    SetChange {
        kind,
        code_before: None,
        code_after: None,
        name_vi: stand.criterion.name_vi.clone(),
        name_en: stand.criterion.name_en.clone(),
        before: None,
        after: None,
    }
}

fn of_criterion(old: &Stand<'_>, new: &Stand<'_>) -> Vec<SetChange> {
    let (a, b) = (old.criterion, new.criterion);
    let place = |stand: &Stand<'_>| {
        let below = stand.below.map(|below| format!("{below} › ")).unwrap_or_default();
        Some(format!("{below}{}", stand.criterion.code))
    };
    let name = |criterion: &Criterion| Some(format!("{} / {}", criterion.name_vi, criterion.name_en));
    let points = |criterion: &Criterion| Some(criterion.max_points.to_string());
    let rule = |criterion: &Criterion| criterion.rule.as_ref().map(canonical_json);
    let applies = |criterion: &Criterion| {
        let tags = &criterion.applies_only_to;
        let says = !tags.is_empty() || criterion.not_applicable.is_some();
        says.then(|| {
            canonical_json(&Applies { applies_only_to: tags, not_applicable: criterion.not_applicable })
        })
    };
    let follows = |criterion: &Criterion| {
        let follows = &criterion.follows;
        (!follows.is_empty()).then(|| follows.join(", "))
    };
    let due = |criterion: &Criterion| Some(canonical_json(&criterion.due).trim_matches('"').to_owned());
    let told = [
        (SetChangeKind::Moved, place(old), place(new)),
        (SetChangeKind::Renamed, name(a), name(b)),
        (SetChangeKind::Rescaled, points(a), points(b)),
        (SetChangeKind::Rule, rule(a), rule(b)),
        (SetChangeKind::Applicability, applies(a), applies(b)),
        (SetChangeKind::Due, due(a), due(b)),
        (SetChangeKind::Follows, follows(a), follows(b)),
    ];
    let different = told.into_iter().filter(|(_, before, after)| before != after);
    let told = different.map(|(kind, before, after)| SetChange {
        code_before: code(old),
        code_after: code(new),
        before,
        after,
        ..change(kind, new)
    });
    told.collect()
}

/// What a leaf says of whom it applies to.
#[derive(Serialize)]
struct Applies<'a> {
    applies_only_to: &'a [String],
    not_applicable: Option<crate::NotApplicablePolicy>,
}

/// What the sets say of themselves, field by field.
fn of_frame(before: &CriteriaSetDocument, after: &CriteriaSetDocument) -> Vec<SetChange> {
    let (mut before, mut after) = (frame(before), frame(after));
    let fields: BTreeSet<_> = before.keys().chain(after.keys()).cloned().collect();
    let changes = fields.into_iter().filter_map(|field| {
        let (before, after) = (before.remove(&field), after.remove(&field));
        (before != after).then(|| SetChange {
            kind: SetChangeKind::Set,
            code_before: None,
            code_after: None,
            name_vi: field.clone(),
            name_en: field,
            before,
            after,
        })
    });
    changes.collect()
}

fn frame(document: &CriteriaSetDocument) -> BTreeMap<String, String> {
    let Ok(Value::Object(fields)) = serde_json::to_value(document) else { return BTreeMap::new() };
    let text = |value: &Value| match value {
        Value::String(text) => text.clone(),
        other => canonical_json(other),
    };
    let fields = fields.iter().filter_map(|(field, value)| match field.as_str() {
        "pillars" => None,
        "bonus" | "deduction" => Some((format!("{field}.cap"), text(value.get("cap")?))),
        _ => Some((field.clone(), text(value))),
    });
    fields.collect()
}
