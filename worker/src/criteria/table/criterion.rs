//! What the rows of grades, criteria, tiers and terms become in the document.

use super::super::raw::Raw;
use super::cell;
use super::line::{Line, named_in_english, number, share};
use super::tree::Tree;

impl<'a> Tree<'a> {
    pub(super) fn grade(&mut self, line: &Line) -> Raw {
        let mut entries: Vec<_> =
            ["code", "name_vi"].into_iter().filter_map(|column| line.entry(column, column)).collect();
        entries.extend(named_in_english(line));
        // A bound in percent may be written with its sign.
        entries.extend(line.entry("from", "from_percent").map(|(key, raw)| {
            let text = raw.as_text().unwrap_or_default();
            (key, Raw::text(cell::decimal(text.trim_end_matches(['%', ' '])), &raw.place))
        }));
        Raw::map(entries, &line.place("code"))
    }

    pub(super) fn criterion(&mut self, line: &'a Line) -> Raw {
        let mut entries: Vec<_> = ["code", "name_vi", "pillar", "due", "not_applicable"]
            .into_iter()
            .filter_map(|column| line.entry(column, column))
            .collect();
        entries.extend(named_in_english(line));
        entries.extend(line.entry("rule_text_vi", "wording_vi"));
        entries.extend(line.entry("max_points", "max_points").map(number));
        entries.extend(["applies_only_to", "follows"].into_iter().filter_map(|column| line.list(column)));
        let below = self.below.get(line.text("code").unwrap_or_default()).cloned().unwrap_or_default();
        if let Some(rule) = self.rule(line, &below) {
            entries.push(("rule".to_owned(), rule));
        }
        let children = below.into_iter().filter(|line| !matches!(line.text("level"), Some("TERM" | "TIER")));
        let children: Vec<_> = children.map(|line| self.criterion(line)).collect();
        if !children.is_empty() {
            entries.push(("children".to_owned(), Raw::list(children, &line.place("code"))));
        }
        Raw::map(entries, &line.place("code"))
    }

    /// The rule of a leaf or term: its kind with the parameters that stand in the row.
    fn rule(&mut self, line: &'a Line, below: &[&'a Line]) -> Option<Raw> {
        let (_, kind) = line.entry("rule", "kind")?;
        let place = kind.place.clone();
        let is_ratio = matches!(line.text("rule"), Some("RATIO_BANDED" | "RATIO_LINEAR"));
        let mut entries = vec![("kind".to_owned(), kind)];
        entries.extend(["measure", "better"].into_iter().filter_map(|column| line.entry(column, column)));
        for column in ["target", "floor", "from", "to", "unit_points"] {
            entries.extend(line.entry(column, column).map(|(key, raw)| share((key, raw))));
        }
        let sides: Vec<_> =
            ["numerator", "denominator"].into_iter().filter_map(|side| line.list(side)).collect();
        if is_ratio || !sides.is_empty() {
            let zero = line.entry("zero_denominator", "zero_denominator");
            let ratio = sides.into_iter().chain(zero).collect();
            entries.push(("ratio".to_owned(), Raw::map(ratio, &line.place("numerator"))));
        }
        if let Some(text) = line.text("bands") {
            let place = line.place("bands");
            match cell::bands(text, line.text("max_points"), &place) {
                Ok(bands) => entries.push(("bands".to_owned(), bands)),
                Err((vi, en)) => {
                    self.complain(line, "bands", vi, en);
                    entries.push(("bands".to_owned(), Raw::text(text, &place)));
                }
            }
        }
        let tiers = below.iter().filter(|line| line.text("level") == Some("TIER"));
        let tiers: Vec<_> = tiers.map(|line| self.tier(line)).collect();
        if !tiers.is_empty() || line.text("rule") == Some("TIERED") {
            entries.push(("tiers".to_owned(), Raw::list(tiers, &place)));
        }
        let terms = below.iter().filter(|line| line.text("level") == Some("TERM"));
        let terms: Vec<_> = terms.map(|line| self.term(line)).collect();
        if !terms.is_empty() || line.text("rule") == Some("COMPOSITE") {
            entries.push(("terms".to_owned(), Raw::list(terms, &place)));
        }
        Some(Raw::map(entries, &place))
    }

    fn tier(&mut self, line: &Line) -> Raw {
        let mut entries: Vec<_> = Vec::from_iter(line.entry("code", "level"));
        entries.extend(line.entry("name_vi", "name_vi"));
        entries.extend(named_in_english(line));
        let place = line.place("award");
        match line.text("award").map(|text| cell::award(text, None, &place)) {
            Some(Ok(award)) => entries.push(("award".to_owned(), award)),
            Some(Err((vi, en))) => self.complain(line, "award", vi, en),
            None => {}
        }
        Raw::map(entries, &line.place("code"))
    }

    fn term(&mut self, line: &'a Line) -> Raw {
        let mut entries: Vec<_> = Vec::from_iter(line.entry("name_vi", "name_vi"));
        entries.extend(named_in_english(line));
        for column in ["max_points", "cap"] {
            entries.extend(line.entry(column, column).map(number));
        }
        let below = self.below.get(line.text("code").unwrap_or_default()).cloned().unwrap_or_default();
        if let Some(rule) = self.rule(line, &below) {
            entries.push(("rule".to_owned(), rule));
        }
        Raw::map(entries, &line.place("rule"))
    }
}
