//! A set of ninety leaves of every measured kind, and what agencies report for it: the same for the same numbers.

use std::fmt::Write;

use chrono::NaiveDate;
use scoring::{
    AgencyKind, AgencySnapshot, Catalogue, CriteriaSet, CriteriaSetDocument, Fact, FactValue, Facts, Source,
    Unit,
};

/// Leaves of the set.
pub const LEAVES: usize = 90;
/// Leaves of a pillar.
const OF_A_PILLAR: usize = 10;

/// The kinds of rule, in turn: unit and number of its measures, and the rule. `A`, `B` and `C` are its measures.
const KINDS: [(Unit, usize, &str); 9] = [
    (Unit::Flag, 1, r#"{"kind":"BOOLEAN","measure":"A"}"#),
    (
        Unit::Level,
        1,
        r#"{"kind":"TIERED","measure":"A","tiers":[
            {"level":"ON_TIME","name_vi":"Kịp thời","name_en":"In time","award":{"POINTS":1}},
            {"level":"LATE","name_vi":"Chậm","name_en":"Late","award":{"POINTS":"0.5"}},
            {"level":"NONE","name_vi":"Không","name_en":"None","award":{"POINTS":0}}]}"#,
    ),
    (
        Unit::Count,
        2,
        r#"{"kind":"RATIO_BANDED","ratio":{"numerator":["A"],"denominator":["B"],"zero_denominator":"ZERO"},"bands":[
            {"below":"0.8","award":{"POINTS":0}},{"from":"0.8","below":"0.95","award":"MAX_TIMES_RATIO"},
            {"from":"0.95","award":{"POINTS":1}}]}"#,
    ),
    (
        Unit::Count,
        2,
        r#"{"kind":"RATIO_LINEAR","target":"0.9","floor":"0.1",
            "ratio":{"numerator":["A"],"denominator":["B"],"zero_denominator":"ZERO"}}"#,
    ),
    (Unit::Points, 1, r#"{"kind":"LINEAR_SCALE","measure":"A","from":0,"to":60}"#),
    (Unit::Count, 1, r#"{"kind":"COUNT_CAPPED","measure":"A","unit_points":"0.05"}"#),
    (Unit::Count, 1, r#"{"kind":"COUNT_DEDUCT","measure":"A","unit_points":"0.02"}"#),
    (Unit::Share, 1, r#"{"kind":"SURVEY","measure":"A"}"#),
    (
        Unit::Count,
        3,
        r#"{"kind":"COMPOSITE","terms":[
            {"name_vi":"Một","name_en":"One","max_points":"0.6","rule":{"kind":"RATIO_LINEAR","target":1,
             "ratio":{"numerator":["A"],"denominator":["B"],"zero_denominator":"ZERO"}}},
            {"name_vi":"Hai","name_en":"Two","max_points":"0.4","rule":{"kind":"RATIO_LINEAR","target":1,
             "ratio":{"numerator":["C"],"denominator":["B"],"zero_denominator":"ZERO"}}}]}"#,
    ),
];

/// A measure of the set, by the leaf that names it and its letter there.
pub struct Measure {
    /// Its code.
    pub code: String,
    /// Its unit.
    pub unit: Unit,
    leaf: usize,
    letter: usize,
}

/// The measures that the set names.
pub fn measures() -> Vec<Measure> {
    let of_leaf = |leaf: usize| {
        let (unit, count, _) = KINDS[leaf % KINDS.len()];
        (0..count).map(move |letter| Measure { code: code(leaf, letter), unit, leaf, letter })
    };
    (0..LEAVES).flat_map(of_leaf).collect()
}

fn code(leaf: usize, letter: usize) -> String {
    format!("bench_{leaf}_{letter}")
}

/// The set's document, as JSON.
pub fn document() -> String {
    let mut pillars = Vec::new();
    for pillar in 0..LEAVES / OF_A_PILLAR {
        let leaves = (0..OF_A_PILLAR).map(|place| {
            let leaf = pillar * OF_A_PILLAR + place;
            let (.., rule) = KINDS[leaf % KINDS.len()];
            let rule = ["\"A\"", "\"B\"", "\"C\""]
                .into_iter()
                .enumerate()
                .fold(rule.to_owned(), |rule, (letter, name)| rule.replace(name, &format!("{:?}", code(leaf, letter))));
            format!(
                r#"{{"code":"{pillar}.{place}","name_vi":"Tiêu chí {leaf}","name_en":"Criterion {leaf}","max_points":1,"rule":{rule}}}"#
            )
        });
        let leaves = leaves.collect::<Vec<_>>().join(",");
        pillars.push(format!(
            r#"{{"code":"P{pillar}","name_vi":"Lĩnh vực {pillar}","name_en":"Pillar {pillar}","pillar":"STEERING",
                "max_points":{OF_A_PILLAR},"children":[{leaves}]}}"#
        ));
    }
    let mut text = String::new();
    write!(
        text,
        r#"{{"code":"BENCH","version":1,"name_vi":"Bộ đo tốc độ","name_en":"Speed","sample":true,"max_points":{LEAVES},
            "print_scale":2,"not_applicable":"EXCLUDE_FROM_MAX","grades":[
            {{"code":"GOOD","name_vi":"Tốt","name_en":"Good","from_percent":80}},
            {{"code":"OTHER","name_vi":"Khác","name_en":"Other","from_percent":0}}],"pillars":[{}]}}"#,
        pillars.join(",")
    )
    .ok();
    text
}

/// The set.
pub fn set() -> CriteriaSet {
    let document: CriteriaSetDocument = serde_json::from_str(&document()).expect("a document");
    let catalogue: Catalogue = measures().into_iter().map(|measure| (measure.code, measure.unit)).collect();
    CriteriaSet::new(document, &catalogue).expect("a sound set")
}

/// What an agency reports of a measure, as an observation's text.
pub fn reported(agency: usize, measure: &Measure) -> String {
    let Measure { leaf, letter, unit, .. } = *measure;
    let spread = agency * 7919 + leaf * 104_729;
    let whole = 20 + spread % 41;
    match (unit, letter) {
        (Unit::Flag, _) => (!spread.is_multiple_of(3)).to_string(),
        (Unit::Level, _) => ["ON_TIME", "LATE", "NONE"][spread % 3].to_owned(),
        (Unit::Count, 1) => whole.to_string(),
        (Unit::Count, _) => (whole - (spread / 41 + letter) % 20).to_string(),
        (Unit::Points, _) => format!("{}.{}", spread % 60, spread % 10),
        (Unit::Share, _) => format!("0.{:02}", spread % 100),
    }
}

/// The code of an agency.
pub fn agency(number: usize) -> String {
    format!("B{number:05}")
}

/// What is known of an agency.
pub fn facts(number: usize, measures: &[Measure]) -> Facts {
    let as_of = NaiveDate::from_ymd_opt(2022, 6, 30).expect("a day");
    let fact = |measure: &Measure| {
        let text = reported(number, measure);
        let value = match measure.unit {
            Unit::Flag => FactValue::Flag(text == "true"),
            Unit::Level => FactValue::Level(text),
            Unit::Count | Unit::Points | Unit::Share => FactValue::Number(text.parse().expect("a number")),
        };
        (measure.code.clone(), Fact { value, source: Source::AgencyReport, as_of })
    };
    Facts {
        agency: AgencySnapshot {
            id: number.to_string(),
            code: agency(number),
            name_vi: format!("Xã {number}"),
            name_en: format!("Commune {number}"),
            kind: AgencyKind::PeoplesCommittee,
            block: "BENCH".to_owned(),
        },
        tags: Default::default(),
        values: measures.iter().map(fact).collect(),
        appraisals: Default::default(),
        exemptions: Default::default(),
        inherited: Default::default(),
        succession: Default::default(),
        beside: Default::default(),
        broken: Default::default(),
    }
}
