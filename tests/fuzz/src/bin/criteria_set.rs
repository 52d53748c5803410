//! A criteria set as YAML: read, checked, scored.

#![no_main]

use fuzz::{check_set, text};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    if let Some(Ok(document)) = text(data).map(serde_saphyr::from_str) {
        check_set(document);
    }
});
