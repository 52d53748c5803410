//! How rows stand to each other: each below its parent, and all of them below the set.

use std::collections::{BTreeMap, BTreeSet};

use super::super::problem::Problem;
use super::super::raw::{Place, Raw};
use super::line::{Line, flag, named_in_english, number};
use super::short;

pub(super) struct Tree<'a> {
    lines: &'a [Line],
    problems: Vec<Problem>,
    /// The rows below a code, in their order.
    pub(super) below: BTreeMap<&'a str, Vec<&'a Line>>,
    /// The rows whose code stands above them already.
    again: BTreeSet<u32>,
}

/// The levels of rows that stand in the tree, with the level that must be above.
const LEVELS: [(&str, &[&str]); 8] = [
    ("PILLAR", &[]),
    ("CRITERION", &["PILLAR"]),
    ("SUB_CRITERION", &["CRITERION"]),
    ("BONUS", &[]),
    ("DEDUCTION", &[]),
    ("TERM", &["CRITERION", "SUB_CRITERION", "BONUS", "DEDUCTION"]),
    ("TIER", &["CRITERION", "SUB_CRITERION", "BONUS", "DEDUCTION", "TERM"]),
    ("GRADE", &[]),
];

impl<'a> Tree<'a> {
    pub(super) fn over(lines: &'a [Line]) -> Self {
        Self { lines, problems: Vec::new(), below: BTreeMap::new(), again: BTreeSet::new() }
    }

    /// The document that the rows mean, and what is wrong with them.
    pub(super) fn document(mut self) -> (Raw, Vec<Problem>) {
        (self.whole(), self.problems)
    }

    pub(super) fn complain(&mut self, line: &Line, column: &str, vi: String, en: String) {
        let criterion = line.text("code").map(str::to_owned);
        let problem = Problem::of_cell(line.place(column), vi, en);
        self.problems.push(Problem { criterion, rule: line.text("rule").map(str::to_owned), ..problem });
    }

    /// Puts each row below its parent, and tells of those that stand below nothing.
    fn arrange(&mut self) {
        let levels = self.levels();
        for line in self.lines {
            let level = line.text("level").unwrap_or_default();
            if level == "SET" || self.again.contains(&line.number) {
                continue;
            }
            let Some((_, above)) = LEVELS.iter().find(|(name, _)| *name == level) else {
                let known = LEVELS.map(|(name, _)| name).join(", ");
                let vi = format!("cấp `{}` không phải là SET, {known}", short(level));
                let en = format!("the level `{}` is none of SET, {known}", short(level));
                self.complain(line, "level", vi, en);
                continue;
            };
            if let Err((vi, en)) = self.put(line, level, above, &levels) {
                self.complain(line, "parent", vi, en);
            }
        }
    }

    /// The level of each code that others may stand below. A code that stands twice is told, and its second row left
    /// out: so no row can stand below itself.
    fn levels(&mut self) -> BTreeMap<&'a str, &'a str> {
        let mut levels = BTreeMap::new();
        for line in self.lines {
            let (Some(code), Some(level)) = (line.text("code"), line.text("level")) else { continue };
            if matches!(level, "SET" | "GRADE" | "TIER") {
                continue;
            }
            if levels.contains_key(code) {
                self.again.insert(line.number);
                let vi = format!("mã `{}` bị trùng", short(code));
                self.complain(line, "code", vi, format!("the code `{}` stands more than once", short(code)));
            } else {
                levels.insert(code, level);
            }
        }
        levels
    }

    fn put(
        &mut self,
        line: &'a Line,
        level: &str,
        above: &[&str],
        levels: &BTreeMap<&str, &str>,
    ) -> Result<(), (String, String)> {
        let Some(parent) = line.text("parent") else {
            return match above.is_empty() {
                true => Ok(()),
                false => Err((
                    format!("dòng cấp {level} phải ghi mã cấp trên"),
                    format!("a row of level {level} names the code above it"),
                )),
            };
        };
        let named = short(parent);
        match levels.get(parent) {
            _ if above.is_empty() => Err((
                format!("dòng cấp {level} không nằm dưới `{named}`"),
                format!("a row of level {level} stands below nothing, not below `{named}`"),
            )),
            None => Err((
                format!("không có dòng nào mang mã `{named}`"),
                format!("no row has the code `{named}`"),
            )),
            // Where rows lead back to themselves, one of them stands below a level that cannot be above.
            Some(found) if !above.contains(found) => Err((
                format!("dòng cấp {level} phải nằm dưới {}, `{named}` là {found}", above.join(" / ")),
                format!("a row of level {level} stands below {}, `{named}` is {found}", above.join(" / ")),
            )),
            Some(_) => {
                self.below.entry(parent).or_default().push(line);
                Ok(())
            }
        }
    }

    fn of_level(&self, level: &str) -> Vec<&'a Line> {
        let of_level = |line: &&Line| line.text("level") == Some(level) && !self.again.contains(&line.number);
        self.lines.iter().filter(of_level).collect()
    }

    fn whole(&mut self) -> Raw {
        self.arrange();
        let sets = self.of_level("SET");
        let place = Place { row: sets.first().map_or(1, |line| line.number), column: "code".to_owned() };
        let mut entries = Vec::new();
        match sets.as_slice() {
            [] => self.problems.push(Problem::of_whole(
                "thiếu dòng cấp SET (mã, phiên bản, tên của bộ tiêu chí)",
                "there is no row of level SET (code, version, names of the set)",
            )),
            [set, more @ ..] => {
                entries = self.frame(set);
                for line in more {
                    let (vi, en) = ("chỉ được có một dòng cấp SET", "there is one row of level SET");
                    self.complain(line, "level", vi.to_owned(), en.to_owned());
                }
            }
        }
        let grades = self.of_level("GRADE").into_iter().map(|line| self.grade(line)).collect();
        entries.push(("grades".to_owned(), Raw::list(grades, &place)));
        let pillars = self.of_level("PILLAR").into_iter().map(|line| self.criterion(line)).collect();
        entries.push(("pillars".to_owned(), Raw::list(pillars, &place)));
        for (key, level, cap) in
            [("bonus", "BONUS", "bonus_cap"), ("deduction", "DEDUCTION", "deduction_cap")]
        {
            let leaves: Vec<_> = self.of_level(level).into_iter().map(|line| self.criterion(line)).collect();
            let cap = sets.first().and_then(|set| set.entry(cap, "cap"));
            if cap.is_some() || !leaves.is_empty() {
                let leaves = ("leaves".to_owned(), Raw::list(leaves, &place));
                let adjustment = cap.into_iter().map(number).chain([leaves]).collect();
                entries.push((key.to_owned(), Raw::map(adjustment, &place)));
            }
        }
        Raw::map(entries, &place)
    }

    /// What the row SET says.
    fn frame(&mut self, set: &Line) -> Vec<(String, Raw)> {
        let texts = ["code", "name_vi", "not_applicable"].map(|column| set.entry(column, column));
        let numbers = ["max_points", "version", "print_scale", "first_year", "last_year"]
            .map(|column| set.entry(column, column));
        let lists = ["agency_kinds", "blocks"].map(|column| set.list(column));
        let mut entries: Vec<_> = texts.into_iter().chain(lists).flatten().collect();
        entries.extend(numbers.into_iter().flatten().map(number));
        entries.extend(named_in_english(set));
        entries.extend(set.entry("sample", "sample").map(flag));
        entries.extend(set.text("follows").map(|text| {
            let place = set.place("follows");
            let (code, version) = text.rsplit_once(" v").unwrap_or((text, ""));
            let version = number(("version".to_owned(), Raw::text(version, &place)));
            let code = ("code".to_owned(), Raw::text(code.trim(), &place));
            ("follows".to_owned(), Raw::map(vec![code, version], &place))
        }));
        entries
    }
}
