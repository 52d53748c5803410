//! GraphQL documents: parsed, measured, validated and, where they pass, answered.

#![no_main]

use fuzz::Door;
use libfuzzer_sys::fuzz_target;

thread_local! {
    static DOOR: Door = Door::open();
}

fuzz_target!(|data: &[u8]| DOOR.with(|door| door.try_document(data)));
