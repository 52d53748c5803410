//! Global ids, cursors and codes as arguments of GraphQL fields. The first byte says which field.

#![no_main]

use fuzz::Door;
use libfuzzer_sys::fuzz_target;

thread_local! {
    static DOOR: Door = Door::open();
}

fuzz_target!(|data: &[u8]| DOOR.with(|door| door.try_argument(data)));
