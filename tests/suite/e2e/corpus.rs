//! The fuzzer's seeds in the ordinary suite: every seed means what it should, and random changes of those
//! that go through the API's front door never meet a fault of ours. `.ci/fuzz` looks further.

#[path = "../../fuzz/src/door.rs"]
mod door;

use std::io::Cursor;
use std::path::Path;

use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::{Config, TestRunner};
use reform_worker::dossiers::DossierFile;
use reform_worker::files::Choices;
use scoring::{CriteriaSet, CriteriaSetDocument, Facts};

use self::door::Door;

/// How many changed seeds are tried of each target.
const CASES: u32 = 300;

fn seeds(target: &str) -> Vec<(String, Vec<u8>)> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target);
    let files = std::fs::read_dir(directory).expect("the corpus").flatten();
    let name = |path: &Path| path.display().to_string();
    let mut seeds: Vec<_> =
        files.map(|file| (name(&file.path()), std::fs::read(file.path()).expect("a seed"))).collect();
    seeds.sort();
    assert!(!seeds.is_empty(), "{target}");
    seeds
}

/// One change of an input: a stretch of it is replaced by a stretch of another, by bytes, or by nothing.
type Change = (Index, Index, Option<Index>, Vec<u8>);

fn change(input: &mut Vec<u8>, seeds: &[(String, Vec<u8>)], (from, to, other, bytes): &Change) {
    let (from, to) = (from.index(input.len() + 1), to.index(input.len() + 1));
    let stretch = from.min(to)..from.max(to).min(from.min(to) + 20);
    let replacement = other.map_or(bytes.as_slice(), |other| other.get(seeds).1.as_slice());
    let replacement: Vec<_> = replacement.iter().copied().take(200).collect();
    input.splice(stretch, replacement);
}

fn try_changed_seeds(target: &str, tried: impl Fn(&Door, &[u8])) {
    let (door, seeds) = (Door::open(), seeds(target));
    for (_, seed) in &seeds {
        tried(&door, seed);
    }
    let bytes = prop::collection::vec(prop_oneof![any::<u8>(), Just(b'{'), Just(b'"'), Just(b':')], 0..6);
    let changed = (any::<Index>(), any::<Index>(), prop::option::weighted(0.3, any::<Index>()), bytes);
    let inputs = (any::<Index>(), prop::collection::vec(changed, 1..5));
    let mut runner = TestRunner::new(Config { failure_persistence: None, ..Config::with_cases(CASES) });
    let outcome = runner.run(&inputs, |(seed, changes)| {
        let mut input = seed.get(&seeds).1.clone();
        for each in &changes {
            change(&mut input, &seeds, each);
        }
        tried(&door, &input);
        Ok(())
    });
    if let Err(failure) = outcome {
        panic!("{target}: {failure}");
    }
}

#[test]
fn no_argument_meets_a_fault_of_ours() {
    try_changed_seeds("argument", Door::try_argument);
}

#[test]
fn no_document_meets_a_fault_of_ours() {
    try_changed_seeds("document", Door::try_document);
}

#[test]
fn every_seed_of_a_criteria_set_is_valid() {
    #[derive(serde::Deserialize)]
    struct Measure {
        code: String,
        unit: scoring::Unit,
    }
    let measures = include_str!("../../../worker/sample/measures.yaml");
    let measures: Vec<Measure> = serde_saphyr::from_str(measures).expect("the sample's measures");
    let catalogue = measures.into_iter().map(|measure| (measure.code, measure.unit)).collect();
    for target in ["criteria_set", "criteria_set_json"] {
        for (name, seed) in seeds(target) {
            let text = String::from_utf8(seed).expect("text");
            let set: CriteriaSetDocument = serde_saphyr::from_str(&text).expect(&name);
            CriteriaSet::new(set, &catalogue).unwrap_or_else(|defects| panic!("{name}: {defects}"));
        }
    }
    for (name, seed) in seeds("facts") {
        serde_json::from_slice::<Facts>(&seed).expect(&name);
    }
}

#[test]
fn every_seed_of_a_file_has_rows() {
    for (name, seed) in seeds("rows") {
        let (first, file) = seed.split_first().expect("a first byte");
        let named = ["a.csv", "a.ndjson", "a.xlsx", "a"][usize::from(first % 4)];
        let choices = Choices { ignore_unknown_columns: first & 4 != 0 };
        let rows = DossierFile::of(Cursor::new(file.to_vec()), named, first & 8 != 0, choices);
        let rows = rows.unwrap_or_else(|problems| panic!("{name}: {problems:?}"));
        let rows: Result<Vec<_>, _> = rows.collect();
        assert!(!rows.expect("it is read to its end").is_empty(), "{name}");
    }
}
