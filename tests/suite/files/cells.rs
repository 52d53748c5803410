//! What cells mean.

use reform_worker::files::cell::{count, number, serial};
use scoring::Exact;

#[test]
fn a_number_is_read_as_vietnamese_offices_write_it_and_not_where_it_may_mean_two() {
    let read = |text: &str| number(text).map_err(|problem| problem.code);
    for (text, expected) in [
        ("1.234,5", "1234.5"),
        ("1234,5", "1234.5"),
        ("1234.5", "1234.5"),
        ("-0,25", "-0.25"),
        ("0,125", "0.125"),
        ("1.234.567", "1234567"),
        ("1,234,567", "1234567"),
        ("12.345.678,9", "12345678.9"),
        (" 7 ", "7"),
        // One and a bit, or more than a thousand?
        ("1.234", "INVALID_NUMBER"),
        ("1,234", "INVALID_NUMBER"),
        ("1,234.5", "INVALID_NUMBER"),
        ("1.23.456", "INVALID_NUMBER"),
        ("12 345", "INVALID_NUMBER"),
        ("1e5", "INVALID_NUMBER"),
        ("½", "INVALID_NUMBER"),
        ("", "INVALID_NUMBER"),
    ] {
        let expected = expected.parse::<Exact>().map_err(|_| expected);
        assert_eq!(read(text), expected, "{text}");
    }
}

#[test]
fn a_count_is_whole_and_not_negative() {
    let read =
        |text: &str| count(text).map_or_else(|problem| problem.code.to_owned(), |count| count.to_string());
    for (text, expected) in [
        ("0", "0"),
        ("1.234", "1234"),
        ("1.234.567", "1234567"),
        ("12,0", "12"),
        ("-1", "NEGATIVE_COUNT"),
        ("1,5", "INVALID_COUNT"),
        ("1,234", "INVALID_COUNT"),
        ("99999999999999999999999", "INVALID_COUNT"),
        ("mười", "INVALID_COUNT"),
    ] {
        assert_eq!(read(text), expected, "{text}");
    }
}

#[test]
fn a_date_that_a_spreadsheet_shows_as_a_number_is_read() {
    for (text, expected) in [
        ("44747", Some("2022-07-05")),
        ("44747.3541666667", Some("2022-07-05T08:30:00")),
        ("44747,5", Some("2022-07-05T12:00:00")),
        ("2022", None),
        ("447470", None),
        ("05/07/2022", None),
        ("4474x", None),
        ("44747.", None),
    ] {
        assert_eq!(serial(text).as_deref(), expected, "{text}");
    }
}
