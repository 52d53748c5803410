//! A criteria set as officers keep it: a table, one criterion a row. It becomes the same tree as a document, each
//! value with the row and column of its cell.
//!
//! The first row names the columns, in any order. The column `level` says what a row is: SET (one, the first),
//! GRADE, PILLAR, CRITERION, SUB_CRITERION, BONUS, DEDUCTION; below a leaf TIER and TERM. `parent` names the code
//! above. A rule's parameters stand in columns of their own; README and the criteria template show them.

mod cell;
mod write;

use std::collections::{BTreeMap, BTreeSet};

use super::problem::Problem;
use super::raw::{Place, Raw, Value};

pub(super) use write::write;

/// The columns that a table may have; `rule_text_vi` is the decision's own wording.
pub(super) const COLUMNS: [&str; 34] = [
    "code",
    "level",
    "parent",
    "name_vi",
    "name_en",
    "pillar",
    "max_points",
    "cap",
    "rule",
    "rule_text_vi",
    "measure",
    "numerator",
    "denominator",
    "zero_denominator",
    "better",
    "bands",
    "award",
    "target",
    "floor",
    "from",
    "to",
    "unit_points",
    "due",
    "not_applicable",
    "applies_only_to",
    "version",
    "sample",
    "print_scale",
    "agency_kinds",
    "blocks",
    "first_year",
    "last_year",
    "bonus_cap",
    "deduction_cap",
];

/// A row of a table with its number in the file, from 1.
pub(super) struct Row {
    pub(super) number: u32,
    pub(super) cells: Vec<String>,
}

/// What a row says, by column.
struct Line {
    number: u32,
    cells: BTreeMap<&'static str, String>,
}

impl Line {
    fn place(&self, column: &str) -> Place {
        Place { row: self.number, column: column.to_owned() }
    }

    fn text(&self, column: &'static str) -> Option<&str> {
        self.cells.get(column).map(String::as_str)
    }

    /// The cell as a text under a key of the document.
    fn entry(&self, column: &'static str, key: &str) -> Option<(String, Raw)> {
        let text = self.text(column)?;
        Some((key.to_owned(), Raw::text(text, &self.place(column))))
    }

    fn list(&self, column: &'static str) -> Option<(String, Raw)> {
        let text = self.text(column)?;
        let place = self.place(column);
        let items = text.split(['+', ',', ';']).map(str::trim).filter(|item| !item.is_empty());
        Some((column.to_owned(), Raw::list(items.map(|item| Raw::text(item, &place)).collect(), &place)))
    }
}

/// The tree that `rows` mean, and what is wrong with cells and with how rows stand to each other.
pub(super) fn tree(rows: Vec<Row>) -> Result<(Raw, Vec<Problem>), Vec<Problem>> {
    let mut rows = rows.into_iter();
    let header = rows.next().ok_or_else(|| vec![Problem::of_whole("bảng trống", "the table is empty")])?;
    let columns = columns(&header)?;
    let lines: Vec<_> = rows.map(|row| line(&columns, row)).filter(|line| !line.cells.is_empty()).collect();
    let mut tree =
        Tree { lines: &lines, problems: Vec::new(), below: BTreeMap::new(), again: BTreeSet::new() };
    let raw = tree.document();
    Ok((raw, tree.problems))
}

/// The columns of a table by the places of their cells.
fn columns(header: &Row) -> Result<Vec<Option<&'static str>>, Vec<Problem>> {
    let mut problems = Vec::new();
    let mut seen = BTreeSet::new();
    let mut columns = Vec::new();
    for (at, cell) in header.cells.iter().enumerate() {
        let name = cell.trim().to_lowercase();
        let known = COLUMNS.into_iter().find(|column| *column == name);
        let place = || Place { row: header.number, column: (at + 1).to_string() };
        match known {
            Some(column) if !seen.insert(column) => problems.push(Problem::of_cell(
                place(),
                format!("cột `{column}` xuất hiện hai lần"),
                format!("the column `{column}` stands twice"),
            )),
            None if !name.is_empty() => problems.push(Problem::of_cell(
                place(),
                format!("không có cột `{}`; các cột là {}", short(cell), COLUMNS.join(", ")),
                format!("there is no column `{}`; the columns are {}", short(cell), COLUMNS.join(", ")),
            )),
            _ => {}
        }
        columns.push(known);
    }
    for column in ["code", "level", "name_vi", "max_points", "rule"] {
        if !seen.contains(column) {
            let (vi, en) = (format!("thiếu cột `{column}`"), format!("the column `{column}` is missing"));
            problems.push(Problem::of_cell(Place { row: header.number, column: column.to_owned() }, vi, en));
        }
    }
    if problems.is_empty() { Ok(columns) } else { Err(problems) }
}

fn short(text: &str) -> String {
    text.chars().take(60).collect()
}

fn line(columns: &[Option<&'static str>], row: Row) -> Line {
    let cells = columns.iter().zip(row.cells).filter_map(|(column, cell)| {
        let text = cell.trim();
        (!text.is_empty()).then(|| Some(((*column)?, text.to_owned()))).flatten()
    });
    Line { number: row.number, cells: cells.collect() }
}

struct Tree<'a> {
    lines: &'a [Line],
    problems: Vec<Problem>,
    /// The rows below a code, in their order.
    below: BTreeMap<&'a str, Vec<&'a Line>>,
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
    fn complain(&mut self, line: &Line, column: &str, vi: String, en: String) {
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

    fn document(&mut self) -> Raw {
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
        entries
    }

    fn grade(&mut self, line: &Line) -> Raw {
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

    fn criterion(&mut self, line: &'a Line) -> Raw {
        let mut entries: Vec<_> = ["code", "name_vi", "pillar", "due", "not_applicable"]
            .into_iter()
            .filter_map(|column| line.entry(column, column))
            .collect();
        entries.extend(named_in_english(line));
        entries.extend(line.entry("rule_text_vi", "wording_vi"));
        entries.extend(line.entry("max_points", "max_points").map(number));
        entries.extend(line.list("applies_only_to"));
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

/// The English name; where there is none the Vietnamese stands for it.
fn named_in_english(line: &Line) -> Option<(String, Raw)> {
    line.entry("name_en", "name_en").or_else(|| line.entry("name_vi", "name_en"))
}

/// A cell that holds a number: whole, decimal (by comma or point) or a fraction.
fn number((key, raw): (String, Raw)) -> (String, Raw) {
    let text = cell::decimal(&raw.as_text().unwrap_or_default());
    let value = text.parse().map_or_else(|_| Value::Text(text), Value::Whole);
    (key, Raw { value, place: raw.place })
}

/// A cell that may hold a share as a percentage.
fn share((key, raw): (String, Raw)) -> (String, Raw) {
    let text = raw.as_text().unwrap_or_default();
    (key, Raw::text(cell::share(&text).unwrap_or(text), &raw.place))
}

fn flag((key, raw): (String, Raw)) -> (String, Raw) {
    let value = match raw.as_text().as_deref() {
        Some("true" | "TRUE" | "có") => Value::Flag(true),
        Some("false" | "FALSE" | "không") => Value::Flag(false),
        _ => raw.value,
    };
    (key, Raw { value, place: raw.place })
}
