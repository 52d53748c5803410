//! What the fuzz targets share. A target is a file in `src/bin`, its seeds are the files in
//! `corpus/<target>`; `.ci/fuzz` builds and runs them all. A target takes any bytes and fails by panicking.

#[cfg(feature = "api")]
mod door;

#[cfg(feature = "api")]
pub use door::Door;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use scoring::{
    AgencyKind, AgencySnapshot, Catalogue, CriteriaSet, CriteriaSetDocument, Exact, Fact, FactValue, Facts,
    PeriodKind, Source, Unit, canonical_json, score,
};

/// The input as text, unless it is none.
pub fn text(data: &[u8]) -> Option<&str> {
    std::str::from_utf8(data).ok()
}

/// The measures of the sample province, with their units.
fn catalogue() -> Catalogue {
    let measures = include_str!("../../../worker/sample/measures.yaml");
    let measures: Vec<serde_json::Value> = serde_saphyr::from_str(measures).expect("the sample's measures");
    let text = |measure: &serde_json::Value, key: &str| measure[key].as_str().expect("a text").to_owned();
    let unit = |code: String| code.parse::<Unit>().expect("a unit");
    measures.iter().map(|measure| (text(measure, "code"), unit(text(measure, "unit")))).collect()
}

/// The sample's criteria set.
pub fn sample_set() -> CriteriaSet {
    let set = include_str!("../../../worker/sample/criteria-set.department.sample.yaml");
    let set: CriteriaSetDocument = serde_saphyr::from_str(set).expect("the sample's set");
    CriteriaSet::new(set, &catalogue()).expect("the sample's set is valid")
}

/// Facts that know every measure of the catalogue.
fn facts(catalogue: &Catalogue) -> Facts {
    let value = |unit: &Unit| match unit {
        Unit::Count => FactValue::Number(Exact::from(7)),
        Unit::Share | Unit::Points => FactValue::Number("3/7".parse().expect("a number")),
        Unit::Level => FactValue::Level("ON_TIME".to_owned()),
        Unit::Flag => FactValue::Flag(true),
    };
    let as_of = serde_json::from_str("\"2022-06-30\"").expect("a date");
    let fact = |unit: &Unit| Fact { value: value(unit), source: Source::Illustrative, as_of };
    Facts {
        agency: AgencySnapshot {
            id: "1".to_owned(),
            code: "A".to_owned(),
            name_vi: "A".to_owned(),
            name_en: "A".to_owned(),
            kind: AgencyKind::Department,
            block: "DEPARTMENTS".to_owned(),
        },
        tags: ["HAS_TTHC", "HAS_SUBUNITS"].map(str::to_owned).into(),
        values: catalogue.iter().map(|(code, unit)| (code.clone(), fact(unit))).collect(),
        appraisals: BTreeMap::new(),
        exemptions: BTreeMap::new(),
        inherited: BTreeMap::new(),
        succession: BTreeMap::new(),
        beside: BTreeMap::new(),
        broken: BTreeMap::new(),
    }
}

/// The catalogue and facts that know all of it, made once for all inputs.
static KNOWN: LazyLock<(Catalogue, Facts)> = LazyLock::new(|| {
    let catalogue = catalogue();
    let facts = facts(&catalogue);
    (catalogue, facts)
});

/// Checks a document and scores it: nothing panics, and what was read is what is written.
pub fn check_set(document: CriteriaSetDocument) {
    let (catalogue, known) = &*KNOWN;
    let written = canonical_json(&document);
    let again: CriteriaSetDocument = serde_json::from_str(&written).expect("what was written is read");
    assert_eq!(again, document);
    let Ok(set) = CriteriaSet::new(document, catalogue) else {
        return;
    };
    let nothing = Facts { values: BTreeMap::new(), ..known.clone() };
    for facts in [known, &nothing] {
        check_score(&set, facts);
    }
}

/// Scores facts in both kinds of period, and prints everything as the worker does.
pub fn check_score(set: &CriteriaSet, facts: &Facts) {
    for period in [PeriodKind::H1, PeriodKind::FullYear] {
        let card = score(set, period, facts);
        let scale = set.document().print_scale;
        for line in &card.lines {
            let numbers = [Some(&line.max_points), Some(&line.effective_max), line.points.as_ref()];
            for number in numbers.into_iter().flatten() {
                number.print(scale);
                number.sort_key(6);
            }
        }
        assert_eq!(card, score(set, period, facts), "the same facts give the same card");
    }
}
