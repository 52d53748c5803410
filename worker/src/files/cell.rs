//! What cells mean that offices write in a way of their own: numbers with Vietnamese separators, and dates that a
//! spreadsheet shows as numbers. A text that may mean two things means nothing.

use chrono::{NaiveDate, NaiveTime, TimeDelta};
use scoring::Exact;

use super::problem::Problem;

/// A date that a spreadsheet shows as a number, for instance `44747.3541666667`, as ISO writes it: the days since
/// 30 December 1899, of which only those of five digits are taken for one (1927 to 2173). `None` for other texts.
#[must_use]
pub fn serial(text: &str) -> Option<String> {
    let (days, fraction) = text.split_once(['.', ',']).unwrap_or((text, "0"));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if days.len() != 5
        || days.starts_with('0')
        || !(1..=17).contains(&fraction.len())
        || !digits(days)
        || !digits(fraction)
    {
        return None;
    }
    let days: i64 = days.parse().ok()?;
    let scale = 10_i128.checked_pow(u32::try_from(fraction.len()).ok()?)?;
    let part: i128 = fraction.parse().ok()?;
    let seconds = (part * 86_400 + scale / 2) / scale;
    let start = NaiveDate::from_ymd_opt(1899, 12, 30)?.and_time(NaiveTime::MIN);
    let since = TimeDelta::days(days) + TimeDelta::seconds(i64::try_from(seconds).ok()?);
    let instant = start.checked_add_signed(since)?;
    let shape = if instant.time() == NaiveTime::MIN { "%Y-%m-%d" } else { "%Y-%m-%dT%H:%M:%S" };
    Some(instant.format(shape).to_string())
}

/// A number as Vietnamese offices write it (`1.234,5`, `1234,5`) or as programs do (`1234.5`). A single separator
/// with three digits behind it may mean either, and is refused but where `1.234` can only be grouped: see [`count`].
///
/// # Errors
/// When it is none, or may mean two.
pub fn number(text: &str) -> Result<Exact, Problem> {
    let text = text.trim();
    plain_number(text, false).ok_or_else(|| {
        Problem::of_file(
            "INVALID_NUMBER",
            "Không phải số rõ ràng; viết 1234,5 hoặc 1.234,5.",
            "This is no clear number; write 1234.5 or 1.234,5.",
        )
        .about(text)
    })
}

/// A count: a whole number from 0, digits grouped by points or not.
///
/// # Errors
/// When it is none, or negative.
pub fn count(text: &str) -> Result<u64, Problem> {
    let text = text.trim();
    let refused = |code, vi: &str, en: &str| Err(Problem::of_file(code, vi, en).about(text));
    match plain_number(text, true) {
        Some(number) if number < Exact::zero() => {
            refused("NEGATIVE_COUNT", "Số lượng không được âm.", "A count is not negative.")
        }
        Some(number) => match number.to_string().parse() {
            Ok(count) => Ok(count),
            Err(_) => refused("INVALID_COUNT", "Số lượng phải là số nguyên.", "A count is a whole number."),
        },
        None => refused("INVALID_COUNT", "Số lượng phải là số nguyên.", "A count is a whole number."),
    }
}

/// A decimal number; where `whole` is awaited, `1.234` is grouped.
fn plain_number(text: &str, whole: bool) -> Option<Exact> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", text),
    };
    if digits.len() > 40 || !digits.starts_with(|letter: char| letter.is_ascii_digit()) {
        return None;
    }
    let (points, commas) = (digits.matches('.').count(), digits.matches(',').count());
    let plain = match (points, commas) {
        (0, 0) => digits.to_owned(),
        (0, 1) if !looks_grouped(digits, ',') => digits.replace(',', "."),
        (1, 0) if !looks_grouped(digits, '.') => digits.to_owned(),
        (1.., 0) if (whole || points > 1) && grouped(digits, '.') => digits.replace('.', ""),
        (0, 2..) if grouped(digits, ',') => digits.replace(',', ""),
        (1.., 1) => {
            let (integer, fraction) = digits.split_once(',')?;
            if fraction.contains('.') || !grouped(integer, '.') {
                return None;
            }
            format!("{}.{fraction}", integer.replace('.', ""))
        }
        _ => return None,
    };
    format!("{sign}{plain}").parse().ok()
}

/// Whether a number with one separator may be grouped by it.
fn looks_grouped(digits: &str, separator: char) -> bool {
    grouped(digits, separator) && !digits.starts_with('0')
}

/// Whether the separator groups the digits by three.
fn grouped(digits: &str, separator: char) -> bool {
    let mut groups = digits.split(separator);
    let first = groups.next().is_some_and(|first| (1..=3).contains(&first.len()));
    first
        && groups.all(|group| group.len() == 3)
        && digits.chars().all(|letter| letter == separator || letter.is_ascii_digit())
}
