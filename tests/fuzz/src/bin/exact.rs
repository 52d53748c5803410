//! Exact numbers: what is read is written so that it is read again as the same.

#![no_main]

use fuzz::text;
use libfuzzer_sys::fuzz_target;
use scoring::Exact;

fuzz_target!(|data: &[u8]| {
    let Some(Ok(number)) = text(data).map(str::parse::<Exact>) else {
        return;
    };
    assert_eq!(number.to_string().parse::<Exact>().as_ref(), Ok(&number));
    for scale in 0..=8 {
        let printed = number.print(scale);
        // A longer decimal may have a fraction too long to be read.
        assert!(printed.parse::<Exact>().is_ok() || printed.len() > 100, "{printed}");
        let brief = number.brief(scale);
        assert!(brief.len() > 200 || brief.parse::<Exact>().as_ref() == Ok(&number), "{brief}");
        number.sort_key(scale);
    }
});
