//! Period codes: one text for one meaning.

#![no_main]

use fuzz::text;
use libfuzzer_sys::fuzz_target;
use scoring::PeriodCode;

fuzz_target!(|data: &[u8]| {
    if let Some(Ok(code)) = text(data).map(str::parse::<PeriodCode>) {
        assert_eq!(Some(code.to_string().as_str()), text(data));
    }
});
