//! Builders: a measure catalogue, facts from one line of text, criteria from a rule in YAML.
//!
//! Sets are built around the one thing that a test is about; everything else is the plainest that is valid.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use scoring::{
    AgencyKind, AgencySnapshot, Appraisal, Catalogue, CriteriaSet, CriteriaSetDocument, Criterion, Exact,
    Fact, FactValue, Facts, GradeBand, InheritedResult, Line, LineState, NotApplicablePolicy, Period,
    PeriodCode, PeriodKind, Rule, Scorecard, Source, Unit,
};

/// The measures that tests name.
const MEASURES: [(Unit, &[&str]); 5] = [
    (Unit::Count, &["done", "asked", "early", "on_time", "overdue", "received", "pending", "late"]),
    (Unit::Share, &["satisfied"]),
    (Unit::Points, &["index61", "index62"]),
    (Unit::Level, &["plan"]),
    (Unit::Flag, &["issued"]),
];

pub fn catalogue() -> Catalogue {
    let units = MEASURES.iter();
    units.flat_map(|(unit, codes)| codes.iter().map(|code| ((*code).to_owned(), *unit))).collect()
}

pub fn exact(text: &str) -> Exact {
    text.parse().unwrap_or_else(|error| panic!("{error}"))
}

pub fn rule(yaml: &str) -> Rule {
    serde_saphyr::from_str(yaml).unwrap_or_else(|error| panic!("{error}\n{yaml}"))
}

/// A ratio rule's text: `done` of `asked`, with what a denominator of zero means.
pub fn linear(zero_denominator: &str) -> String {
    format!(
        "{{kind: RATIO_LINEAR, target: 1,
           ratio: {{numerator: [done], denominator: [asked], zero_denominator: {zero_denominator}}}}}"
    )
}

/// A rule that any test can satisfy with `issued=true`.
pub const BOOLEAN: &str = "{kind: BOOLEAN, measure: issued}";
/// A rule without a measure.
pub const MANUAL: &str = "{kind: MANUAL}";

pub fn leaf(code: &str, max_points: &str, rule_yaml: &str) -> Criterion {
    Criterion { rule: Some(rule(rule_yaml)), ..bare(code, exact(max_points)) }
}

/// A criterion whose maximum is the sum of its parts.
pub fn group(code: &str, children: Vec<Criterion>) -> Criterion {
    let sum = children.iter().map(|child| &child.max_points).sum();
    Criterion { children, ..bare(code, sum) }
}

pub fn pillar(code: &str, children: Vec<Criterion>) -> Criterion {
    Criterion { pillar: Some("STEERING".to_owned()), ..group(code, children) }
}

fn bare(code: &str, max_points: Exact) -> Criterion {
    Criterion {
        code: code.to_owned(),
        name_vi: format!("Tiêu chí {code}"),
        name_en: format!("Criterion {code}"),
        pillar: None,
        max_points,
        rule: None,
        wording_vi: None,
        applies_only_to: Vec::new(),
        due: scoring::Due::EveryPeriod,
        not_applicable: None,
        follows: Vec::new(),
        children: Vec::new(),
    }
}

/// What else a leaf can say.
pub trait Saying {
    fn only_for(self, tag: &str) -> Self;
    fn due_at_year_end(self) -> Self;
    fn when_not_applicable(self, policy: NotApplicablePolicy) -> Self;
}

impl Saying for Criterion {
    fn only_for(mut self, tag: &str) -> Self {
        self.applies_only_to.push(tag.to_owned());
        self
    }

    fn due_at_year_end(self) -> Self {
        Self { due: scoring::Due::YearEnd, ..self }
    }

    fn when_not_applicable(self, policy: NotApplicablePolicy) -> Self {
        Self { not_applicable: Some(policy), ..self }
    }
}

pub fn document(pillars: Vec<Criterion>) -> CriteriaSetDocument {
    CriteriaSetDocument {
        code: "SET".to_owned(),
        version: 1,
        name_vi: "Bộ tiêu chí".to_owned(),
        name_en: "Criteria set".to_owned(),
        sample: true,
        agency_kinds: Vec::new(),
        blocks: Vec::new(),
        first_year: None,
        last_year: None,
        follows: None,
        max_points: pillars.iter().map(|pillar| &pillar.max_points).sum(),
        print_scale: 2,
        not_applicable: NotApplicablePolicy::ExcludeFromMax,
        grades: [("EXCELLENT", 90), ("GOOD", 80), ("FAIR", 70), ("AVERAGE", 50), ("WEAK", 0)]
            .map(|(code, from)| grade(code, from))
            .into(),
        pillars,
        bonus: None,
        deduction: None,
    }
}

pub fn grade(code: &str, from_percent: i64) -> GradeBand {
    GradeBand {
        code: code.to_owned(),
        name_vi: code.to_lowercase(),
        name_en: code.to_lowercase(),
        from_percent: from_percent.into(),
    }
}

pub fn set(document: CriteriaSetDocument) -> CriteriaSet {
    CriteriaSet::new(document, &catalogue()).unwrap_or_else(|defects| panic!("{defects}"))
}

/// The smallest set around one leaf with the code `1.1`.
pub fn set_of(leaf: Criterion) -> CriteriaSet {
    set(document(vec![pillar("I", vec![leaf])]))
}

/// Facts from `measure=value` pairs: `done=12 issued=true plan=ON_TIME`.
pub fn facts(pairs: &str) -> Facts {
    Facts {
        agency: AgencySnapshot {
            id: "0".to_owned(),
            code: "SNV".to_owned(),
            name_vi: "Sở Ngoại vụ".to_owned(),
            name_en: "Department of Foreign Affairs".to_owned(),
            kind: AgencyKind::Department,
            block: "DEPARTMENTS".to_owned(),
        },
        tags: BTreeSet::new(),
        values: pairs.split_whitespace().map(fact).collect(),
        appraisals: BTreeMap::new(),
        exemptions: BTreeMap::new(),
        inherited: BTreeMap::new(),
        succession: BTreeMap::new(),
        beside: BTreeMap::new(),
        broken: BTreeMap::new(),
    }
}

fn fact(pair: &str) -> (String, Fact) {
    let (measure, text) = pair.split_once('=').unwrap_or_else(|| panic!("`{pair}` is no pair"));
    let value = match (text.parse::<bool>(), text.parse::<Exact>()) {
        (Ok(flag), _) => FactValue::Flag(flag),
        (_, Ok(number)) => FactValue::Number(number),
        _ => FactValue::Level(text.to_owned()),
    };
    (measure.to_owned(), Fact { value, source: Source::AgencyReport, as_of: day() })
}

pub fn day() -> NaiveDate {
    NaiveDate::from_ymd_opt(2022, 6, 30).expect("a day")
}

/// What else can be known of an agency.
pub trait Knowing {
    fn tagged(self, tags: &str) -> Self;
    fn exempt(self, code: &str, reason: &str) -> Self;
    fn appraised(self, code: &str, points: &str, note: &str) -> Self;
    fn inherited(self, code: &str, state: LineState, points: Option<&str>, max_points: &str) -> Self;
}

impl Knowing for Facts {
    fn tagged(mut self, tags: &str) -> Self {
        self.tags.extend(tags.split_whitespace().map(str::to_owned));
        self
    }

    fn exempt(mut self, code: &str, reason: &str) -> Self {
        self.exemptions.insert(code.to_owned(), reason.to_owned());
        self
    }

    fn appraised(mut self, code: &str, points: &str, note: &str) -> Self {
        let (points, note, appraised_by) = (exact(points), note.to_owned(), "appraiser".to_owned());
        self.appraisals.insert(code.to_owned(), Appraisal { points, note, appraised_by, as_of: day() });
        self
    }

    fn inherited(mut self, code: &str, state: LineState, points: Option<&str>, max_points: &str) -> Self {
        let (points, max_points) = (points.map(exact), exact(max_points));
        let result = InheritedResult { agency: "UBND".to_owned(), state, points, max_points };
        self.inherited.insert(code.to_owned(), result);
        self
    }
}

pub fn half_year() -> Period {
    let date = |month| NaiveDate::from_ymd_opt(2022, month, 1).expect("a day");
    let code = PeriodCode { year: 2022, kind: PeriodKind::H1 };
    Period { code, starts_on: date(1), ends_before: date(7) }
}

/// The full-year card.
pub fn card(set: &CriteriaSet, facts: &Facts) -> Scorecard {
    scoring::score(set, PeriodKind::FullYear, facts)
}

pub fn line<'a>(card: &'a Scorecard, code: &str) -> &'a Line {
    let mut lines = card.lines.iter();
    lines.find(|line| line.code == code).unwrap_or_else(|| panic!("no line {code}"))
}

pub fn state(line: &Line) -> LineState {
    line.leaf.as_ref().unwrap_or_else(|| panic!("{} is no leaf", line.code)).state
}
