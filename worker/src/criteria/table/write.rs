//! A criteria set as a table: what a table is read from, so that officers begin with a set that there is.

use std::collections::BTreeMap;

use scoring::{Adjustment, Award, Band, CriteriaSetDocument, Criterion, Exact, Ratio, Rule, Tier};
use serde_json::Value as Json;

use super::COLUMNS;

/// Decimals up to which a number is written as one; beyond, as a fraction.
const SCALE: u32 = 12;

type Cells = BTreeMap<&'static str, String>;

/// The rows of `document`, the names of the columns first.
pub(in super::super) fn write(document: &CriteriaSetDocument) -> Vec<Vec<String>> {
    let mut rows = vec![set(document)];
    for grade in &document.grades {
        rows.push(Cells::from([
            ("level", "GRADE".to_owned()),
            ("code", grade.code.clone()),
            ("name_vi", grade.name_vi.clone()),
            ("name_en", grade.name_en.clone()),
            ("from", format!("{}%", number(&grade.from_percent))),
        ]));
    }
    let mut codes = Codes(0);
    for pillar in &document.pillars {
        criterion(pillar, "PILLAR", None, &mut codes, &mut rows);
    }
    for (level, adjustment) in [("BONUS", &document.bonus), ("DEDUCTION", &document.deduction)] {
        for leaf in adjustment.iter().flat_map(|adjustment| &adjustment.leaves) {
            criterion(leaf, level, None, &mut codes, &mut rows);
        }
    }
    let cells = |row: Cells| COLUMNS.map(|column| row.get(column).cloned().unwrap_or_default()).into();
    let header = COLUMNS.map(str::to_owned).into();
    std::iter::once(header).chain(rows.into_iter().map(cells)).collect()
}

/// Codes for terms, by which their tiers name them.
struct Codes(usize);

fn set(document: &CriteriaSetDocument) -> Cells {
    let mut cells = Cells::from([
        ("level", "SET".to_owned()),
        ("code", document.code.clone()),
        ("name_vi", document.name_vi.clone()),
        ("name_en", document.name_en.clone()),
        ("max_points", number(&document.max_points)),
        ("version", document.version.to_string()),
        ("sample", document.sample.to_string()),
        ("print_scale", document.print_scale.to_string()),
        ("not_applicable", code(&document.not_applicable)),
        ("agency_kinds", list(document.agency_kinds.iter().map(|kind| kind.as_str()))),
        ("blocks", list(document.blocks.iter().map(String::as_str))),
    ]);
    let years = [("first_year", document.first_year), ("last_year", document.last_year)];
    cells.extend(years.into_iter().filter_map(|(column, year)| Some((column, year?.to_string()))));
    let follows = document.follows.as_ref();
    cells.extend(follows.map(|set| ("follows", format!("{} v{}", set.code, set.version))));
    let cap = |adjustment: &Option<Adjustment>| Some(number(&adjustment.as_ref()?.cap));
    let caps = [("bonus_cap", cap(&document.bonus)), ("deduction_cap", cap(&document.deduction))];
    cells.extend(caps.into_iter().filter_map(|(column, cap)| Some((column, cap?))));
    cells
}

fn criterion(
    criterion: &Criterion,
    level: &str,
    parent: Option<&str>,
    codes: &mut Codes,
    rows: &mut Vec<Cells>,
) {
    let mut cells = Cells::from([
        ("level", level.to_owned()),
        ("code", criterion.code.clone()),
        ("parent", parent.unwrap_or_default().to_owned()),
        ("name_vi", criterion.name_vi.clone()),
        ("name_en", criterion.name_en.clone()),
        ("pillar", criterion.pillar.clone().unwrap_or_default()),
        ("max_points", number(&criterion.max_points)),
        ("rule_text_vi", criterion.wording_vi.clone().unwrap_or_default()),
        ("applies_only_to", list(criterion.applies_only_to.iter().map(String::as_str))),
        ("follows", list(criterion.follows.iter().map(String::as_str))),
    ]);
    if criterion.due != scoring::Due::EveryPeriod {
        cells.insert("due", code(&criterion.due));
    }
    cells.extend(criterion.not_applicable.map(|policy| ("not_applicable", code(&policy))));
    let mut below = Vec::new();
    if let Some(rule) = &criterion.rule {
        self::rule(rule, &criterion.code, codes, &mut cells, &mut below);
    }
    rows.push(cells);
    rows.extend(below);
    for child in &criterion.children {
        let level = if level == "PILLAR" { "CRITERION" } else { "SUB_CRITERION" };
        self::criterion(child, level, Some(&criterion.code), codes, rows);
    }
}

/// Puts a rule's parameters into its row, and its tiers and terms below.
fn rule(rule: &Rule, owner: &str, codes: &mut Codes, cells: &mut Cells, below: &mut Vec<Cells>) {
    cells.insert("rule", rule.kind().to_string());
    match rule {
        Rule::Boolean { measure } | Rule::Survey { measure } => {
            cells.insert("measure", measure.clone());
        }
        Rule::Tiered { measure, tiers } => {
            cells.insert("measure", measure.clone());
            below.extend(tiers.iter().map(|tier| self::tier(tier, owner)));
        }
        Rule::RatioBanded { ratio, better, bands } => {
            self::ratio(ratio, cells);
            cells.insert("better", code(better));
            cells.insert("bands", bands.iter().map(band).collect::<Vec<_>>().join("; "));
        }
        Rule::RatioLinear { ratio, target, floor } => {
            self::ratio(ratio, cells);
            cells.insert("target", number(target));
            cells.extend(floor.as_ref().map(|floor| ("floor", number(floor))));
        }
        Rule::LinearScale { measure, from, to } => {
            cells.extend([("measure", measure.clone()), ("from", number(from)), ("to", number(to))]);
        }
        Rule::CountCapped { measure, unit_points } => {
            cells.extend([("measure", measure.clone()), ("unit_points", number(unit_points))]);
        }
        Rule::CountDeduct { measure, unit_points, floor } => {
            cells.extend([("measure", measure.clone()), ("unit_points", number(unit_points))]);
            cells.insert("floor", number(floor));
        }
        Rule::Composite { terms } => {
            for term in terms {
                codes.0 += 1;
                let code = format!("{owner}#{}", codes.0);
                let mut cells = Cells::from([
                    ("level", "TERM".to_owned()),
                    ("code", code.clone()),
                    ("parent", owner.to_owned()),
                    ("name_vi", term.name_vi.clone()),
                    ("name_en", term.name_en.clone()),
                    ("max_points", number(&term.max_points)),
                    ("cap", term.cap.as_ref().map(number).unwrap_or_default()),
                ]);
                let mut tiers = Vec::new();
                self::rule(&term.rule, &code, codes, &mut cells, &mut tiers);
                below.push(cells);
                below.extend(tiers);
            }
        }
        Rule::Manual {} | Rule::Inherited {} => {}
    }
}

fn ratio(ratio: &Ratio, cells: &mut Cells) {
    cells.extend([
        ("numerator", list(ratio.numerator.iter().map(String::as_str))),
        ("denominator", list(ratio.denominator.iter().map(String::as_str))),
        ("zero_denominator", code(&ratio.zero_denominator)),
    ]);
}

fn tier(tier: &Tier, owner: &str) -> Cells {
    Cells::from([
        ("level", "TIER".to_owned()),
        ("code", tier.level.clone()),
        ("parent", owner.to_owned()),
        ("name_vi", tier.name_vi.clone()),
        ("name_en", tier.name_en.clone()),
        ("award", award(&tier.award)),
    ])
}

fn award(award: &Award) -> String {
    match award {
        Award::Points(points) => number(points),
        Award::PercentOfMax(percent) => format!("{}%", number(percent)),
        Award::MaxTimesRatio => "×tỷ lệ".to_owned(),
    }
}

fn band(band: &Band) -> String {
    let percent = |end: &Exact| number(&(end * &Exact::hundred()));
    let lower = band.from.as_ref().map(|from| ("≥", percent(from)));
    let lower = lower.or_else(|| band.above.as_ref().map(|above| (">", percent(above))));
    let upper = band.to.as_ref().map(|to| ("≤", percent(to)));
    let upper = upper.or_else(|| band.below.as_ref().map(|below| ("<", percent(below))));
    let interval = match (lower, upper) {
        (Some((above, low)), Some((below, high))) => format!("{above}{low}–{below}{high}%"),
        (Some((sign, end)), None) | (None, Some((sign, end))) => format!("{sign}{end}%"),
        (None, None) => String::new(),
    };
    format!("{interval}: {}", award(&band.award))
}

fn list<'a>(items: impl Iterator<Item = &'a str>) -> String {
    items.collect::<Vec<_>>().join(" + ")
}

/// A number as officers write it: with a decimal comma where it is a decimal.
fn number(number: &Exact) -> String {
    number.brief(SCALE).replace('.', ",")
}

/// The code of one of a closed list.
fn code<T: serde::Serialize>(value: &T) -> String {
    match serde_json::to_value(value) {
        Ok(Json::String(code)) => code,
        _ => String::new(),
    }
}
