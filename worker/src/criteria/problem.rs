//! What is wrong with a criteria set that was handed in: its place, and why, in Vietnamese and English.

use scoring::{Defect, Language};

use super::misfit::Misfit;
use super::raw::{Place, Raw};

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The place in the document: `pillars[0].children[1].rule.bands[2]`; empty where the whole is to blame.
    pub path: String,
    /// The place in the file, where there is one.
    pub place: Option<Place>,
    /// The criterion's code; the set's own where no single criterion is to blame; `None` where it is not known.
    pub criterion: Option<String>,
    /// The kind of the criterion's rule, where it is known.
    pub rule: Option<String>,
    /// What is wrong, in Vietnamese.
    pub vi: String,
    /// What is wrong, in English.
    pub en: String,
}

impl Problem {
    /// Something is wrong with the whole.
    pub fn of_whole(vi: impl Into<String>, en: impl Into<String>) -> Self {
        let (vi, en) = (vi.into(), en.into());
        Self { path: String::new(), place: None, criterion: None, rule: None, vi, en }
    }

    /// Something is wrong with a cell of a table.
    pub(super) fn of_cell(place: Place, vi: impl Into<String>, en: impl Into<String>) -> Self {
        Self { place: Some(place), ..Self::of_whole(vi, en) }
    }

    /// What stands at `path` is not what it should be.
    pub(super) fn of_misfit(raw: &Raw, path: &str, node: &Raw, misfit: &Misfit) -> Self {
        let below = misfit.path();
        let joint = if below.is_empty() || path.is_empty() || below.starts_with('[') { "" } else { "." };
        let path = format!("{path}{joint}{below}");
        let rule = node.under("rule").and_then(|rule| rule.under("kind"));
        Self {
            place: Some(raw.place_of(&path).clone()),
            path,
            criterion: node.under("code").and_then(Raw::as_text),
            rule: rule.and_then(Raw::as_text),
            vi: misfit.in_vietnamese(),
            en: misfit.in_english(),
        }
    }

    /// What a set is refused for, at its place in what was read.
    pub(super) fn of_defect(raw: &Raw, defect: Defect) -> Self {
        Self {
            place: Some(raw.place_of(&defect.path).clone()),
            path: defect.path,
            criterion: Some(defect.criterion),
            rule: defect.rule.map(|rule| rule.to_string()),
            vi: defect.fault.said(Language::Vietnamese),
            en: defect.fault.said(Language::English),
        }
    }

    /// What a set is refused for that is known only beside what is stored.
    pub(super) fn of_stored(defect: Defect) -> Self {
        Self {
            path: defect.path,
            criterion: Some(defect.criterion),
            rule: defect.rule.map(|rule| rule.to_string()),
            ..Self::of_whole(defect.fault.said(Language::Vietnamese), defect.fault.said(Language::English))
        }
    }

    /// `dòng 12, cột target: 1.1.2 (RATIO_LINEAR): …`, in a language, for a terminal.
    pub fn said(&self, language: Language) -> String {
        let (row, column, why) = match language {
            Language::Vietnamese => ("dòng", "cột", &self.vi),
            Language::English => ("row", "column", &self.en),
        };
        let place =
            self.place.as_ref().map(|place| format!("{row} {}, {column} {}: ", place.row, place.column));
        let owner = match (&self.criterion, &self.rule) {
            (Some(criterion), Some(rule)) => format!("{criterion} ({rule}): "),
            (Some(criterion), None) => format!("{criterion}: "),
            _ => String::new(),
        };
        format!("{}{owner}{why}", place.unwrap_or_default())
    }
}
