//! Instants as offices write them: `05/01/2022`, `5/1/2022 14:30`, `2022-01-05`, `2022-01-05T14:30:00+07:00`.
//!
//! A day without a time is the midnight with which it begins in the province; a time without an offset is the
//! province's. Read by hand: a file has millions.

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};
use scoring::province_midnight;

/// The years in which a dossier may stand.
const YEARS: std::ops::RangeInclusive<u32> = 1990..=2199;

/// The instant that a text means; `None` where it means none, such as 31/02.
pub(crate) fn read(text: &str) -> Option<DateTime<Utc>> {
    let mut rest = text.as_bytes();
    let day = day(&mut rest)?;
    if rest.is_empty() {
        return Some(province_midnight(day));
    }
    rest = rest.strip_prefix(b"T").or_else(|| rest.strip_prefix(b" "))?;
    let time = time(&mut rest)?;
    let local = province_midnight(day) + (time - NaiveTime::MIN);
    match rest {
        [] => Some(local),
        // An offset: from the province's time to UTC's, and then to the offset's.
        [b'Z'] => Some(local + TimeDelta::hours(7)),
        [sign @ (b'+' | b'-'), offset @ ..] => {
            let minutes = self::offset(offset)?;
            let minutes = if *sign == b'-' { -minutes } else { minutes };
            Some(local + TimeDelta::hours(7) - TimeDelta::minutes(minutes))
        }
        _ => None,
    }
}

fn day(rest: &mut &[u8]) -> Option<NaiveDate> {
    let (first, digits) = number(rest, 4)?;
    let mark = *rest.first().filter(|mark| matches!(mark, b'/' | b'-'))?;
    *rest = &rest[1..];
    let (month, _) = number(rest, 2)?;
    *rest = rest.strip_prefix(&[mark])?;
    let (last, last_digits) = number(rest, 4)?;
    let (year, day) = match (mark, digits, last_digits) {
        (b'-', 4, 1..=2) => (first, last),
        (b'/' | b'-', 1..=2, 4) => (last, first),
        _ => return None,
    };
    YEARS.contains(&year).then_some(())?;
    NaiveDate::from_ymd_opt(year.cast_signed(), month, day)
}

fn time(rest: &mut &[u8]) -> Option<NaiveTime> {
    let (hour, _) = number(rest, 2)?;
    *rest = rest.strip_prefix(b":")?;
    let (minute, _) = number(rest, 2)?;
    let Some(after) = rest.strip_prefix(b":") else {
        return NaiveTime::from_hms_opt(hour, minute, 0);
    };
    *rest = after;
    let (second, _) = number(rest, 2)?;
    let Some(after) = rest.strip_prefix(b".") else {
        return NaiveTime::from_hms_opt(hour, minute, second);
    };
    // Every database keeps microseconds; what is finer is dropped.
    let digits = after.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if !(1..=9).contains(&digits) {
        return None;
    }
    let fraction = after[..digits].iter().chain(std::iter::repeat(&b'0')).take(6);
    let micros = fraction.fold(0, |micros, digit| micros * 10 + u32::from(digit - b'0'));
    *rest = &after[digits..];
    NaiveTime::from_hms_micro_opt(hour, minute, second, micros)
}

/// `07:00` or `0700`, in minutes.
fn offset(mut text: &[u8]) -> Option<i64> {
    let (hours, minutes) = match text.len() {
        5 => {
            let (hours, 2) = number(&mut text, 2)? else { return None };
            text = text.strip_prefix(b":")?;
            (hours, number(&mut text, 2)?)
        }
        4 => {
            let (both, 4) = number(&mut text, 4)? else { return None };
            (both / 100, (both % 100, 2))
        }
        _ => return None,
    };
    let (minutes, 2) = minutes else { return None };
    (hours <= 14 && minutes < 60).then(|| i64::from(hours * 60 + minutes))
}

/// The number at the front, of at most so many digits, and how many there were.
fn number(rest: &mut &[u8], most: usize) -> Option<(u32, usize)> {
    let digits = rest.iter().take(most + 1).take_while(|byte| byte.is_ascii_digit()).count();
    if !(1..=most).contains(&digits) {
        return None;
    }
    let value = rest[..digits].iter().fold(0, |value, digit| value * 10 + u32::from(digit - b'0'));
    *rest = &rest[digits..];
    Some((value, digits))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_read_as_they_are_written() {
        for (text, utc) in [
            ("05/01/2022", "2022-01-04T17:00:00Z"),
            ("5/1/2022", "2022-01-04T17:00:00Z"),
            ("05-01-2022", "2022-01-04T17:00:00Z"),
            ("2022-01-05", "2022-01-04T17:00:00Z"),
            ("5/1/2022 7:30", "2022-01-05T00:30:00Z"),
            ("2022-01-05T14:30:15", "2022-01-05T07:30:15Z"),
            ("2022-01-05 14:30:15.1234567", "2022-01-05T07:30:15.123456Z"),
            ("2022-01-05T14:30:00Z", "2022-01-05T14:30:00Z"),
            ("2022-01-05T14:30:00+07:00", "2022-01-05T07:30:00Z"),
            ("2022-01-05T14:30:00-0330", "2022-01-05T18:00:00Z"),
            ("29/02/2024", "2024-02-28T17:00:00Z"),
        ] {
            assert_eq!(read(text), Some(utc.parse().expect("an instant")), "{text}");
        }
    }

    #[test]
    fn what_is_no_instant_is_not_read() {
        for text in [
            "",
            "31/02/2022",
            "29/02/2022",
            "2022-13-01",
            "00/01/2022",
            "1/1/22",
            "01/01/1899",
            "2022/01/05",
            "2022-01-05T",
            "2022-01-05T25:00",
            "2022-01-05T10:00:00+99:00",
            "2022-01-05T10:00:00+7",
            "44562",
            "05/01-2022",
            "2022-01-05x",
            "０５/01/2022",
            "2022-01-05T10:00:00.",
            "99999999999999999999/1/2022",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
