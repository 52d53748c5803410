//! A change in a sentence, as an officer would say it.

use super::figures::{Change, Parts};
use super::mapping::MappingKind;
use super::{CardChange, LineChange};
use crate::sentence::number;
use crate::{Exact, Language};

use Language::{English, Vietnamese};

impl LineChange {
    /// The sentence, without a full stop; numbers have `scale` decimals.
    pub fn sentence(&self, language: Language, scale: u32) -> String {
        let say = |vi: &str, en: &str| if language == Vietnamese { vi.to_owned() } else { en.to_owned() };
        let points = |points: &Option<Exact>| {
            let number =
                points.as_ref().map_or_else(|| "–".to_owned(), |points| shown(points, scale, language));
            format!("{number} {}", say("điểm", "points"))
        };
        match self.kind {
            MappingKind::New if self.points.whole.is_some() => {
                format!("{}: {}", say("Tiêu chí mới", "A new criterion"), points(&self.points.after))
            }
            MappingKind::Dropped if self.points.whole.is_some() => {
                let dropped = say("Tiêu chí đã bỏ, trước đây", "No longer a criterion; it brought");
                format!("{dropped} {}", points(&self.points.before))
            }
            _ => {
                let sentence = moved(&self.points, language, scale);
                match (&self.effective_max.before, &self.effective_max.after) {
                    (Some(before), Some(after)) if before != after => {
                        let (before, after) = (shown(before, scale, language), shown(after, scale, language));
                        let max = say("điểm tối đa được tính từ", "what counts of the maximum goes from");
                        format!("{sentence}; {max} {before} {} {after}", say("thành", "to"))
                    }
                    _ => sentence,
                }
            }
        }
    }
}

impl CardChange {
    /// The sentence on the total, without a full stop.
    pub fn sentence(&self, language: Language, scale: u32) -> String {
        moved(&self.total, language, scale)
    }
}

fn moved(change: &Change, language: Language, scale: u32) -> String {
    let say = |vi: &str, en: &str| if language == Vietnamese { vi.to_owned() } else { en.to_owned() };
    let number = |number: &Exact| shown(number, scale, language);
    let (Some(before), Some(after)) = (&change.before, &change.after) else {
        return match (&change.before, &change.after) {
            (None, None) => {
                say("Không so sánh được: cả hai chưa có điểm", "Not comparable: neither has points")
            }
            (None, _) => say(
                "Không so sánh được: trước đó chưa có điểm",
                "Not comparable: there were no points before",
            ),
            _ => say("Không so sánh được: nay chưa có điểm", "Not comparable: there are no points now"),
        };
    };
    let parts = change.parts.as_ref().map(|parts| causes(parts, language, scale)).unwrap_or_default();
    let difference = after.clone() - before;
    if difference.is_zero() {
        return format!(
            "{}: {} {}{parts}",
            say("Không đổi", "Unchanged"),
            number(after),
            say("điểm", "points")
        );
    }
    let up = !difference.is_negative();
    let size = if up { difference } else { Exact::zero() - &difference };
    let verb = if up { say("Tăng", "Up") } else { say("Giảm", "Down") };
    let towards = if up { say("lên", "to") } else { say("xuống", "to") };
    format!(
        "{verb} {} {}, {} {} {towards} {}{parts}",
        number(&size),
        say("điểm", "points"),
        say("từ", "from"),
        number(before),
        number(after)
    )
}

/// ` (số liệu +0,46; thẩm định −0,50)`: the causes that did something.
fn causes(parts: &Parts, language: Language, scale: u32) -> String {
    let named = [
        ("số liệu", "data", &parts.data),
        ("bộ tiêu chí", "criteria", &parts.criteria),
        ("đối tượng áp dụng", "applicability", &parts.applicability),
        ("thẩm định", "appraisal", &parts.appraisal),
        ("phiên bản tính điểm", "engine", &parts.engine),
    ];
    let did = named.into_iter().filter(|(_, _, part)| !part.is_zero());
    let said = did.map(|(vi, en, part)| {
        let name = if language == English { en } else { vi };
        let (sign, size) = match part.is_negative() {
            true => ("−", Exact::zero() - part),
            false => ("+", part.clone()),
        };
        format!("{name} {sign}{}", shown(&size, scale, language))
    });
    let said: Vec<_> = said.collect();
    if said.is_empty() { String::new() } else { format!(" ({})", said.join("; ")) }
}

/// A number rounded to read; one that would read as nothing is told exactly.
fn shown(exact: &Exact, scale: u32, language: Language) -> String {
    let printed = exact.print(scale);
    let vanishes = !exact.is_zero() && printed.parse::<Exact>().is_ok_and(|printed| printed.is_zero());
    number(&if vanishes { exact.to_string() } else { printed }, language)
}
