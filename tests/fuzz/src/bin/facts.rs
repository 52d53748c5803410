//! The facts of a card, as they are stored with it: read, and scored again by the sample's set.

#![no_main]

use std::sync::LazyLock;

use fuzz::{check_score, sample_set};
use libfuzzer_sys::fuzz_target;
use scoring::{CriteriaSet, Facts, canonical_json};

static SET: LazyLock<CriteriaSet> = LazyLock::new(sample_set);

fuzz_target!(|data: &[u8]| {
    if let Ok(facts) = serde_json::from_slice::<Facts>(data) {
        let again: Facts = serde_json::from_str(&canonical_json(&facts)).expect("what was written is read");
        assert_eq!(again, facts);
        check_score(&SET, &facts);
    }
});
