//! The sample's criteria set and catalogue, and complaints in short.

use reform_worker::criteria::{Format, Problem, check};
use scoring::{Catalogue, CriteriaSet, CriteriaSetDocument, Unit, canonical_json};
use serde::Deserialize;

pub const SAMPLE: &str = include_str!("../../../worker/sample/criteria-set.department.sample.yaml");
const MEASURES: &str = include_str!("../../../worker/sample/measures.yaml");

#[derive(Deserialize)]
struct Measure {
    code: String,
    unit: Unit,
}

pub fn catalogue() -> Catalogue {
    let measures: Vec<Measure> = serde_saphyr::from_str(MEASURES).expect("the catalogue");
    measures.into_iter().map(|measure| (measure.code, measure.unit)).collect()
}

pub fn sample() -> CriteriaSetDocument {
    serde_saphyr::from_str(SAMPLE).expect("the sample")
}

pub fn checked(text: &str, format: Format) -> Result<CriteriaSet, Vec<Problem>> {
    check(text.as_bytes(), format, &catalogue())
}

/// A set that is sound, by its canonical JSON.
pub fn canonical(text: &str, format: Format) -> String {
    let set = checked(text, format).unwrap_or_else(|problems| panic!("{problems:#?}"));
    canonical_json(set.document())
}

/// What a text is refused for: `path | row:column | criterion | why`.
pub fn refused(text: &str, format: Format) -> Vec<String> {
    let problems = checked(text, format).err().unwrap_or_default();
    problems.iter().map(short).collect()
}

pub fn short(problem: &Problem) -> String {
    let place = problem.place.as_ref().map(|place| format!("{}:{}", place.row, place.column));
    let criterion = problem.criterion.as_deref().unwrap_or("-");
    assert!(!problem.vi.is_ascii(), "{}", problem.vi);
    format!("{} | {} | {criterion} | {}", problem.path, place.as_deref().unwrap_or("-"), problem.en)
}
