//! Why a leaf has the points that it has, in a sentence as an officer would say it, in Vietnamese and English.
//! It is written from the stored reason, so it says what was evaluated and nothing else.

use crate::facts::{NotSummed, Succeeded};
use crate::reason::{Because, Input, RatioUsed, Reason, Step, TermStep};
use crate::rule::{Band, ZeroDenominator};
use crate::{Exact, LineState};

/// The decimals up to which a percentage is said.
const PERCENT_SCALE: u32 = 2;
/// The decimals up to which any other number is said.
const SCALE: u32 = 4;

/// In which language something is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// Vietnamese: decimal comma, days as `31/12/2022`.
    Vietnamese,
    /// English: decimal point, days as `2022-12-31`.
    English,
}

use Language::{English, Vietnamese};

/// What the sentence on a leaf is made from.
pub struct Saying<'a> {
    /// The leaf's reason.
    pub reason: &'a Reason,
    /// Its inputs.
    pub inputs: &'a [Input],
    /// Its points as they are printed; `None` where it has none.
    pub points: Option<&'a str>,
    /// The name of a measure in the language that is asked for; `None`: there is none, and its code is said.
    pub name: &'a dyn Fn(&str, Language) -> Option<String>,
}

impl Saying<'_> {
    /// The sentence, without a full stop.
    pub fn sentence(&self, language: Language) -> String {
        let sentence = match (&self.reason.because, &self.reason.step) {
            (Some(because), _) => self.because(because, language),
            (None, Some(step)) => self.scored(step, language),
            (None, None) => String::new(),
        };
        let mut letters = sentence.chars();
        letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
    }

    fn scored(&self, step: &Step, language: Language) -> String {
        let how = self.how(step, language);
        let points = self.points(language);
        let formula = self.reason.formula.as_deref().map(|formula| match language {
            Vietnamese => number(&formula.replace(", ", "; "), language),
            English => formula.to_owned(),
        });
        // A formula that is a single number is the points themselves.
        match formula.filter(|formula| formula.contains(' ')) {
            Some(formula) => format!("{how}: {formula} = {points}"),
            None => format!("{how}: {points}"),
        }
    }

    /// `5,54 điểm`.
    fn points(&self, language: Language) -> String {
        let points = number(self.points.unwrap_or("–"), language);
        match language {
            Vietnamese => format!("{points} điểm"),
            English if points == "1" || points == "1.00" => format!("{points} point"),
            English => format!("{points} points"),
        }
    }

    fn how(&self, step: &Step, language: Language) -> String {
        let say = |vi: String, en: String| if language == Vietnamese { vi } else { en };
        let brief = |exact: &Exact| number(&exact.brief(SCALE), language);
        let first = || self.inputs.first().map(|input| self.name_of(&input.measure, language));
        let what = |otherwise: &str| first().unwrap_or_else(|| otherwise.to_owned());
        match step {
            Step::Flag { set: true } => {
                say(format!("{} – có", what("đạt")), format!("{} – yes", what("met")))
            }
            Step::Flag { set: false } => {
                say(format!("{} – không", what("đạt")), format!("{} – no", what("met")))
            }
            Step::Tier { tier } => say(tier.name_vi.clone(), tier.name_en.clone()),
            Step::ZeroDenominator { policy: ZeroDenominator::Full } => say(
                "không phát sinh, được tính đủ điểm".to_owned(),
                "nothing to count, full points".to_owned(),
            ),
            Step::ZeroDenominator { .. } => say("không phát sinh".to_owned(), "nothing to count".to_owned()),
            Step::Band { ratio, .. } | Step::Linear { ratio, .. } => self.how_far(step, ratio, language),
            Step::Scale { value, from, to } => {
                let (what, value, from, to) = (first(), brief(value), brief(from), brief(to));
                let what = what.map(|what| format!("{what} ")).unwrap_or_default();
                say(
                    format!("{what}{value} trên thang {from}–{to}"),
                    format!("{what}{value} on the scale {from}–{to}"),
                )
            }
            Step::Counted { count, unit_points } => {
                let (count, unit) = (brief(count), brief(unit_points));
                say(
                    format!("{}: {count}, mỗi lần {unit} điểm", what("số lần")),
                    format!("{}: {count}, {unit} each", what("count")),
                )
            }
            Step::Deducted { count, unit_points, .. } => {
                let (count, unit) = (brief(count), brief(unit_points));
                say(
                    format!("{}: {count}, mỗi lần trừ {unit} điểm", what("số lần")),
                    format!("{}: {count}, {unit} off each", what("count")),
                )
            }
            Step::Share { share } => {
                let share = percent(share, language);
                say(format!("{} {share}", what("khảo sát")), format!("{} {share}", what("survey")))
            }
            Step::Appraised { note, appraised_by, as_of, .. } => say(
                format!("{appraised_by} thẩm định ngày {}: {note}", as_of.format("%d/%m/%Y")),
                format!("appraised by {appraised_by} on {as_of}: {note}"),
            ),
            Step::Sum { terms } => terms_said(terms, language),
            Step::Inherited { agency, points, max_points } => {
                let (points, max) = (brief(points), brief(max_points));
                say(
                    format!("theo kết quả của {agency}, {points}/{max} điểm"),
                    format!("as the result of {agency}, {points}/{max} points"),
                )
            }
        }
    }

    /// The ratio, and what it is measured against.
    fn how_far(&self, step: &Step, ratio: &RatioUsed, language: Language) -> String {
        let ratio = self.ratio(ratio, language);
        let say = |vi: &str, en: &str, limit: String| {
            format!("{ratio}, {} {limit}", if language == Vietnamese { vi } else { en })
        };
        match step {
            Step::Band { band, .. } => say("bậc", "band", interval(band, language)),
            Step::Linear { floor: Some(floor), below_floor: true, .. } => {
                say("dưới mức sàn", "below the floor of", percent(floor, language))
            }
            Step::Linear { target, .. } => say("mục tiêu", "target", percent(target, language)),
            _ => ratio,
        }
    }

    /// `12/13 (hồ sơ đúng hạn / hồ sơ đã giải quyết) = 92,31 %`. The measures are named where there is one above
    /// and one below the line.
    fn ratio(&self, ratio: &RatioUsed, language: Language) -> String {
        let names = match self.inputs {
            [above, below] => {
                let [above, below] = [above, below].map(|input| self.name_of(&input.measure, language));
                format!(" ({above} / {below})")
            }
            _ => String::new(),
        };
        let [above, below] =
            [&ratio.numerator, &ratio.denominator].map(|sum| number(&sum.brief(SCALE), language));
        format!("{above}/{below}{names} = {}", percent(&ratio.value, language))
    }

    /// For want of which agencies' counts the measures are not known, in brackets; nothing where no agency changed.
    fn not_summed(&self, measures: &[String], language: Language) -> String {
        let of = |input: &Input| match &input.succession {
            Some(Succeeded::NotKnown { agency, why }) if measures.contains(&input.measure) => {
                Some(match (why, language) {
                    (NotSummed::Unreported, Vietnamese) => format!("{agency} chưa báo cáo"),
                    (NotSummed::Unreported, English) => format!("{agency} did not report"),
                    (NotSummed::Indivisible, Vietnamese) => format!("số liệu của {agency} không chia được"),
                    (NotSummed::Indivisible, English) => format!("the count of {agency} cannot be divided"),
                    (NotSummed::Fractional, Vietnamese) => format!("phần của {agency} không phải số nguyên"),
                    (NotSummed::Fractional, English) => format!("the share of {agency} is no whole number"),
                })
            }
            _ => None,
        };
        let mut why: Vec<_> = self.inputs.iter().filter_map(of).collect();
        why.dedup();
        if why.is_empty() { String::new() } else { format!(" ({})", why.join("; ")) }
    }

    fn because(&self, because: &Because, language: Language) -> String {
        let say = |vi: String, en: String| if language == Vietnamese { vi } else { en };
        let named = |measures: &[String]| {
            measures.iter().map(|code| self.name_of(code, language)).collect::<Vec<_>>().join(", ")
        };
        let why = match because {
            Because::TagsAbsent { tags } => say(
                format!("không áp dụng: cơ quan không có {}", tags.join(", ")),
                format!("does not apply: the agency has no {}", tags.join(", ")),
            ),
            Because::NothingToCount {} => say(
                "không áp dụng: không phát sinh".to_owned(),
                "does not apply: nothing to count".to_owned(),
            ),
            Because::DueAtYearEnd {} => say(
                "chưa đến hạn: được chấm vào cuối năm".to_owned(),
                "not yet due: scored at the end of the year".to_owned(),
            ),
            Because::Exempted { reason } => say(format!("được miễn: {reason}"), format!("exempt: {reason}")),
            Because::NotReported { measures } => say(
                format!("chưa có số liệu: {}{}", named(measures), self.not_summed(measures, language)),
                format!("not reported: {}{}", named(measures), self.not_summed(measures, language)),
            ),
            Because::Invalid { measure, value, allowed } => {
                let name = self.name_of(measure, language);
                say(
                    format!("số liệu không hợp lệ: {name} = {value} (được phép: {})", in_vietnamese(allowed)),
                    format!("not valid: {name} = {value} (allowed: {allowed})"),
                )
            }
            Because::NotAppraised {} => say("chờ thẩm định".to_owned(), "waiting to be appraised".to_owned()),
            Because::AppraisalInvalid { rule } => say(
                format!("chờ thẩm định lại: {}", in_vietnamese(rule)),
                format!("waiting to be appraised again: {rule}"),
            ),
            Because::ParentUnknown {} => say(
                "cơ quan cấp trên chưa có kết quả".to_owned(),
                "the parent agency has no result".to_owned(),
            ),
            Because::ParentState { agency, state } => say(
                format!("theo {agency}: {}", state_said(*state, Vietnamese)),
                format!("as {agency}: {}", state_said(*state, English)),
            ),
        };
        match self.points {
            // What does not apply may be awarded in full.
            Some(_) => {
                let points = self.points(language);
                say(format!("{why}; được tính đủ {points}"), format!("{why}; awarded in full, {points}"))
            }
            None => why,
        }
    }

    fn name_of(&self, code: &str, language: Language) -> String {
        (self.name)(code, language).unwrap_or_else(|| code.to_owned())
    }
}

fn terms_said(terms: &[TermStep], language: Language) -> String {
    let said = terms.iter().map(|term| {
        let name = if language == Vietnamese { &term.name_vi } else { &term.name_en };
        format!("{name} {}", number(&term.points.brief(SCALE), language))
    });
    let said = said.collect::<Vec<_>>().join("; ");
    if language == Vietnamese { format!("cộng {said}") } else { format!("the sum of {said}") }
}

pub(crate) fn state_said(state: LineState, language: Language) -> &'static str {
    match (state, language) {
        (LineState::Scored, Vietnamese) => "đã chấm",
        (LineState::Scored, English) => "scored",
        (LineState::NotApplicable, Vietnamese) => "không áp dụng",
        (LineState::NotApplicable, English) => "does not apply",
        (LineState::Exempt, Vietnamese) => "được miễn",
        (LineState::Exempt, English) => "exempt",
        (LineState::NotYetDue, Vietnamese) => "chưa đến hạn",
        (LineState::NotYetDue, English) => "not yet due",
        (LineState::Missing, Vietnamese) => "chưa có số liệu",
        (LineState::Missing, English) => "not reported",
        (LineState::PendingAppraisal, Vietnamese) => "chờ thẩm định",
        (LineState::PendingAppraisal, English) => "waiting to be appraised",
    }
}

/// The evaluator's own words on what is allowed; they are stored in English. What else there is are codes.
fn in_vietnamese(words: &str) -> String {
    match words {
        "true or false" => "có (true) hoặc không (false)".to_owned(),
        "a number" => "một số".to_owned(),
        "a whole number, 0 or more" => "số nguyên từ 0 trở lên".to_owned(),
        "a note is mandatory" => "phải có ghi chú".to_owned(),
        other => other
            .replace("points lie between 0 and", "điểm từ 0 đến")
            .replace(" to ", " đến ")
            .replace('.', ","),
    }
}

/// A band as it is said: `80–<95 %`, `≥95 %`, `>70–90 %`.
fn interval(band: &Band, language: Language) -> String {
    let end = |end: &Exact| number(&(end * &Exact::hundred()).brief(SCALE), language);
    let lower = band.from.as_ref().map(|from| ("", end(from)));
    let lower = lower.or_else(|| band.above.as_ref().map(|above| (">", end(above))));
    let upper = band.to.as_ref().map(|to| ("", end(to)));
    let upper = upper.or_else(|| band.below.as_ref().map(|below| ("<", end(below))));
    match (lower, upper) {
        (Some((above, lower)), Some((below, upper))) => format!("{above}{lower}–{below}{upper} %"),
        (Some(("", lower)), None) => format!("≥{lower} %"),
        (Some((above, lower)), None) => format!("{above}{lower} %"),
        (None, Some(("", upper))) => format!("≤{upper} %"),
        (None, Some((below, upper))) => format!("{below}{upper} %"),
        (None, None) => "0–100 %".to_owned(),
    }
}

/// A share in percent, rounded to read: `92,31 %`.
pub(crate) fn percent(share: &Exact, language: Language) -> String {
    let printed = (share * &Exact::hundred()).print(PERCENT_SCALE);
    let short = match printed.contains('.') {
        true => printed.trim_end_matches('0').trim_end_matches('.'),
        false => printed.as_str(),
    };
    format!("{} %", number(short, language))
}

/// A text with its decimal points as the language has them.
pub(crate) fn number(text: &str, language: Language) -> String {
    let points = if language == English { "." } else { "," };
    text.replace('.', points)
}
