//! What stands in a cell, as officers write it: `0,5`, `50 %`, `≥95%: 6; 80–<95%: 6×tỷ lệ; <80%: 0`.

use scoring::Exact;

use super::super::raw::{Place, Raw};

/// A complaint in Vietnamese and English.
type Complaint = (String, String);

/// A number with a decimal comma as one with a point; anything else as it is.
pub(super) fn decimal(text: &str) -> String {
    text.trim().replace(',', ".")
}

/// A share, `50 %` or `0,5`; `None` when it is no number.
pub(super) fn share(text: &str) -> Option<String> {
    match text.trim().strip_suffix('%') {
        Some(percent) => Some(hundredth(&decimal(percent).parse().ok()?)),
        None => decimal(text).parse::<Exact>().ok().map(|number| number.to_string()),
    }
}

fn hundredth(percent: &Exact) -> String {
    Exact::ratio(percent, &Exact::hundred()).unwrap_or_else(Exact::zero).to_string()
}

/// What a tier or band gives: points (`1,5`), a share of the maximum (`50 %`), or the maximum times the ratio
/// (`6×tỷ lệ`, `×`).
pub(super) fn award(text: &str, max: Option<&str>, place: &Place) -> Result<Raw, Complaint> {
    let unclear = || {
        (
            format!("không hiểu điểm `{text}`; viết 1,5 hoặc 50 % hoặc ×tỷ lệ"),
            format!("the points `{text}` are not clear; write 1.5 or 50 % or ×ratio"),
        )
    };
    let award = |key: &str, number: &str| {
        let number: Exact = decimal(number).parse().map_err(|_| unclear())?;
        Ok(Raw::map(vec![(key.to_owned(), Raw::text(number.to_string(), place))], place))
    };
    let text = text.trim();
    if let Some((times, ratio)) = text.split_once(['×', '*']) {
        let named = matches!(ratio.trim().to_lowercase().as_str(), "" | "tỷ lệ" | "tỉ lệ" | "ratio");
        let times = times.trim();
        let of_max = times.is_empty()
            || max.is_some_and(|max| decimal(max).parse::<Exact>().ok() == decimal(times).parse().ok());
        return match named && of_max {
            true => Ok(Raw::text("MAX_TIMES_RATIO", place)),
            false if named => Err((
                format!("`{times}` nhân với tỷ lệ phải là điểm tối đa"),
                format!("what is multiplied by the ratio is the maximum, not `{times}`"),
            )),
            false => Err(unclear()),
        };
    }
    match text.strip_suffix('%') {
        Some(percent) => award("PERCENT_OF_MAX", percent),
        None => award("POINTS", text),
    }
}

/// A band: where it begins and ends, each with whether the value itself belongs to it.
struct Interval {
    lower: Option<(Exact, bool)>,
    upper: Option<(Exact, bool)>,
}

/// The bands of a ratio, lowest first, however they are ordered in the cell.
pub(super) fn bands(text: &str, max: Option<&str>, place: &Place) -> Result<Raw, Complaint> {
    let mut bands = Vec::new();
    for part in text.split(';').map(str::trim).filter(|part| !part.is_empty()) {
        let unclear = || {
            (
                format!("không hiểu bậc `{part}`; viết ví dụ 80–<95%: 6×tỷ lệ"),
                format!("the band `{part}` is not clear; write for instance 80–<95%: 6×ratio"),
            )
        };
        let (interval, points) = part.split_once(':').ok_or_else(unclear)?;
        let interval = parse_interval(interval).ok_or_else(unclear)?;
        bands.push((interval, award(points, max, place)?));
    }
    bands.sort_by(|(a, _), (b, _)| {
        let start =
            |interval: &Interval| interval.lower.as_ref().map(|(at, inclusive)| (at.clone(), !inclusive));
        start(a).cmp(&start(b))
    });
    let bands = bands.into_iter().map(|(Interval { lower, upper }, award)| {
        let end = |end: Option<(Exact, bool)>, inclusive: &str, exclusive: &str| {
            let (at, includes) = end?;
            let key = if includes { inclusive } else { exclusive };
            Some((key.to_owned(), Raw::text(at.to_string(), place)))
        };
        let ends = [end(lower, "from", "above"), end(upper, "to", "below")];
        let entries = ends.into_iter().flatten().chain([("award".to_owned(), award)]);
        Raw::map(entries.collect(), place)
    });
    Ok(Raw::list(bands.collect(), place))
}

/// `≥95%`, `80–<95%`, `>70–90%`, `<70%`, `100%`, `0,5–0,7`; an empty text covers everything.
fn parse_interval(text: &str) -> Option<Interval> {
    let text: String = text.chars().filter(|letter| !letter.is_whitespace()).collect();
    let text = text.replace(">=", "≥").replace("<=", "≤");
    let percent = text.contains('%');
    let number = |text: &str| {
        let number: Exact = decimal(&text.replace('%', "")).parse().ok()?;
        if percent { Exact::ratio(&number, &Exact::hundred()) } else { Some(number) }
    };
    let text = text.as_str();
    if text.is_empty() || text == "≥0%" || text == "≥0" {
        return Some(Interval { lower: None, upper: None });
    }
    if let Some((low, high)) = text.split_once(['–', '-']) {
        let (low, includes_low) = match low.strip_prefix('>') {
            Some(low) => (low, false),
            None => (low.strip_prefix('≥').unwrap_or(low), true),
        };
        let (high, includes_high) = match high.strip_prefix('<') {
            Some(high) => (high, false),
            None => (high.strip_prefix('≤').unwrap_or(high), true),
        };
        let (low, high) = (number(low)?, number(high)?);
        return Some(Interval { lower: Some((low, includes_low)), upper: Some((high, includes_high)) });
    }
    let mut letters = text.chars();
    let sign = letters.next()?;
    let rest = letters.as_str();
    let (lower, upper) = match sign {
        '≥' => (Some((number(rest)?, true)), None),
        '>' => (Some((number(rest)?, false)), None),
        '≤' => (None, Some((number(rest)?, true))),
        '<' => (None, Some((number(rest)?, false))),
        // A single value, such as 100 %.
        _ => {
            let at = number(text)?;
            (Some((at.clone(), true)), Some((at, true)))
        }
    };
    Some(Interval { lower, upper })
}
