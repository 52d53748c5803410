//! A file of dossiers in any format: read to its end, whatever it holds. The first byte says what it is called and how
//! it is read.

#![no_main]

use std::io::Cursor;

use libfuzzer_sys::fuzz_target;
use reform_worker::dossiers::{DossierFile, Read};
use reform_worker::files::{Choices, cell};

const NAMES: [&str; 4] = ["a.csv", "a.ndjson", "a.xlsx", "a"];

fuzz_target!(|data: &[u8]| {
    let Some((first, file)) = data.split_first() else { return };
    if let Ok(text) = std::str::from_utf8(file) {
        cell::serial(text);
        if let Ok(count) = cell::count(text) {
            assert!(cell::number(&count.to_string()).is_ok(), "a count is a number: {text}");
        }
    }
    let name = NAMES[usize::from(first % 4)];
    let choices = Choices { ignore_unknown_columns: first & 4 != 0 };
    let Ok(rows) = DossierFile::of(Cursor::new(file.to_vec()), name, first & 8 != 0, choices) else { return };
    let mut last = 0;
    for row in rows {
        let number = match row {
            Ok(Read::Row(row)) => Some(row.row),
            Ok(Read::Refused(conflict)) => conflict.row,
            Err(_) => None,
        };
        if name == "a.csv" {
            let number = number.unwrap_or(i32::MAX);
            assert!(number > last || number == i32::MAX, "rows are numbered in their order");
            last = number;
        }
    }
});
