//! A criteria set as JSON, the stored form: read, checked, scored.

#![no_main]

use std::sync::LazyLock;

use fuzz::{catalogue, check_set, facts, text};
use libfuzzer_sys::fuzz_target;
use scoring::{Catalogue, Facts};

static KNOWN: LazyLock<(Catalogue, Facts)> = LazyLock::new(|| {
    let catalogue = catalogue();
    let facts = facts(&catalogue);
    (catalogue, facts)
});

fuzz_target!(|data: &[u8]| {
    if let Some(Ok(document)) = text(data).map(serde_json::from_str) {
        check_set(document, &KNOWN.0, &KNOWN.1);
    }
});
