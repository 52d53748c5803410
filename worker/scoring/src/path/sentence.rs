//! How a step, what bars one, and a path are said, in Vietnamese and English.

use super::{Moved, PathStep, Unsettled, Why};
use crate::criteria::CriteriaSet;
use crate::facts::FactValue;
use crate::rule::{MeasureCode, Rule, Tier};
use crate::sentence::{Language, number, percent, state_said};
use crate::{Exact, LineState};

use Language::{English, Vietnamese};

/// The decimals up to which a number that is not printed by the set's scale is said.
const SCALE: u32 = 4;

/// What sentences are made with.
#[derive(Clone, Copy)]
pub struct StepSaying<'a> {
    /// The set, for the names of its levels and its print scale.
    pub set: &'a CriteriaSet,
    /// The name of a measure; `None`: there is none, and its code is said.
    pub name: &'a dyn Fn(&str, Language) -> Option<String>,
}

impl StepSaying<'_> {
    /// `Thêm 11 hồ sơ giải quyết đúng hạn (12 → 23): +1,5 điểm`.
    pub fn step(&self, step: &PathStep, language: Language) -> String {
        let gain = self.points(&step.gain, language);
        format!("{}: {}{gain}", self.change(step, language), if step.gain.is_negative() { "" } else { "+" })
    }

    fn change(&self, step: &PathStep, language: Language) -> String {
        let said = |value: &FactValue| self.value(step, value, language);
        let (from, to) = (step.from.as_ref().map(said), said(&step.to));
        let between = format!("{} → {to}", from.as_deref().unwrap_or("–"));
        let units = number(&step.units.brief(SCALE), language);
        match (&step.moved, language) {
            (Moved::Count { measure, falls }, Vietnamese) => {
                let how = if *falls { "Bớt" } else { "Thêm" };
                format!("{how} {units} {} ({between})", self.thing(measure, language))
            }
            (Moved::Count { measure, falls }, English) => {
                let how = if *falls { "fewer" } else { "more" };
                let of = if step.units == Exact::one() { "of the " } else { "" };
                format!("{units} {how} {of}{} ({between})", self.thing(measure, language))
            }
            (Moved::Flag { measure, to: true }, Vietnamese) => {
                format!("Đạt “{}”", self.name_of(measure, language))
            }
            (Moved::Flag { measure, to: true }, English) => {
                format!("Meet “{}”", self.name_of(measure, language))
            }
            (Moved::Flag { measure, to: false }, Vietnamese) => {
                format!("Không còn “{}”", self.name_of(measure, language))
            }
            (Moved::Flag { measure, to: false }, English) => {
                format!("No longer “{}”", self.name_of(measure, language))
            }
            (Moved::Level { measure, .. }, _) => {
                format!("{}: “{}” → “{to}”", self.name_of(measure, language), from.unwrap_or_default())
            }
            (Moved::Amount { measure, .. }, _) => {
                format!("{}: {between}", self.name_of(measure, language))
            }
            (Moved::Appraisal { criterion, .. }, Vietnamese) => {
                format!("Điểm thẩm định tiêu chí {criterion}: {between}")
            }
            (Moved::Appraisal { criterion, .. }, English) => {
                format!("Appraised points of criterion {criterion}: {between}")
            }
        }
    }

    fn value(&self, step: &PathStep, value: &FactValue, language: Language) -> String {
        match (value, &step.moved) {
            (FactValue::Number(share), Moved::Amount { unit, .. }) if *unit < Exact::one() => {
                percent(share, language)
            }
            (FactValue::Number(value), _) => number(&value.brief(SCALE), language),
            (FactValue::Level(level), Moved::Level { measure, .. }) => {
                let tier = self.tier(measure, level);
                let name =
                    tier.map(|tier| if language == Vietnamese { &tier.name_vi } else { &tier.name_en });
                name.unwrap_or(level).clone()
            }
            (other, _) => other.to_string(),
        }
    }

    fn tier(&self, measure: &MeasureCode, level: &str) -> Option<&Tier> {
        fn find<'t>(rule: &'t Rule, measure: &MeasureCode, level: &str) -> Option<&'t Tier> {
            match rule {
                Rule::Tiered { measure: read, tiers } if read == measure => {
                    tiers.iter().find(|tier| tier.level == level)
                }
                Rule::Composite { terms } => terms.iter().find_map(|term| find(&term.rule, measure, level)),
                _ => None,
            }
        }
        self.set.leaves().filter_map(|leaf| leaf.rule.as_ref()).find_map(|rule| find(rule, measure, level))
    }

    /// The unit of a step: `hồ sơ giải quyết đúng hạn`; points where it is appraised.
    pub fn unit(&self, step: &PathStep, language: Language) -> String {
        let say = |vi: &str, en: &str| if language == Vietnamese { vi } else { en }.to_owned();
        match &step.moved {
            Moved::Count { measure, .. } => self.thing(measure, language),
            Moved::Flag { .. } => say("việc", "thing"),
            Moved::Level { .. } => say("mức", "level"),
            Moved::Amount { unit, .. } if *unit < Exact::one() => say("điểm phần trăm", "percentage point"),
            Moved::Amount { .. } | Moved::Appraisal { .. } => say("điểm", "point"),
        }
    }

    /// Why no step changes a leaf.
    pub fn why(&self, why: &Why, language: Language) -> String {
        let say = |vi: String, en: String| if language == Vietnamese { vi } else { en };
        let name = |measure: &MeasureCode| self.name_of(measure, language);
        match why {
            Why::FullPoints => say("Đã đạt điểm cao nhất".into(), "It has its best points already".into()),
            Why::PeriodClosed => say(
                "Kỳ đã kết thúc, kết quả trong kỳ không thay đổi được nữa".into(),
                "The period is over; nothing of it changes any more".into(),
            ),
            Why::DeadlineMissed { measure, due_on: Some(due_on) } => say(
                format!("{}: đã quá hạn ngày {}", name(measure), due_on.format("%d/%m/%Y")),
                format!("{}: it was due on {due_on}", name(measure)),
            ),
            Why::DeadlineMissed { measure, due_on: None } => say(
                format!("{}: đã quá hạn", name(measure)),
                format!("{}: its deadline was missed", name(measure)),
            ),
            Why::Fixed { measure } => say(
                format!("{}: đã chốt, không thay đổi được nữa", name(measure)),
                format!("{}: it is settled and does not change any more", name(measure)),
            ),
            Why::OnlyGrows { measure } => say(
                format!("{}: đã xảy ra thì không giảm được nữa", name(measure)),
                format!("{}: what has happened stays", name(measure)),
            ),
            Why::Inherited { agency } => {
                let parent = agency.as_deref();
                say(
                    format!("Theo kết quả của cơ quan cấp trên {}", parent.unwrap_or("–")),
                    format!("It is the result of the parent agency {}", parent.unwrap_or("–")),
                )
            }
            Why::Appraiser => say("Do thẩm định quyết định".into(), "An appraiser decides".into()),
            Why::State(state) => {
                say(first_upper(state_said(*state, Vietnamese)), first_upper(state_said(*state, English)))
            }
            Why::NothingToGain => {
                say("Không còn gì làm tăng điểm".into(), "Nothing that can still change gains points".into())
            }
        }
    }

    /// What a leaf waits for.
    pub fn unsettled(&self, leaf: &Unsettled, language: Language) -> String {
        let names = leaf.measures.iter().map(|measure| self.name_of(measure, language));
        let names = names.collect::<Vec<_>>().join("; ");
        match (leaf.state, language, names.is_empty()) {
            (LineState::Missing, Vietnamese, false) => format!("Báo cáo số liệu: {names}"),
            (LineState::Missing, English, false) => format!("Report: {names}"),
            (state, _, _) => first_upper(state_said(state, language)),
        }
    }

    /// `Đạt 71,2 % (Khá) bằng các bước 1, 3`.
    pub fn path(&self, numbers: &[usize], index: &Exact, language: Language) -> String {
        let numbers: Vec<_> = numbers.iter().map(ToString::to_string).collect();
        let index = number(&index.print(self.set.document().print_scale), language);
        match (language, numbers.as_slice()) {
            (Vietnamese, [one]) => format!("Đạt {index} % bằng bước {one}"),
            (English, [one]) => format!("{index} % with step {one}"),
            (Vietnamese, several) => format!("Đạt {index} % bằng các bước {}", several.join(", ")),
            (English, several) => format!("{index} % with steps {}", several.join(", ")),
        }
    }

    fn points(&self, points: &Exact, language: Language) -> String {
        let printed = number(&points.print(self.set.document().print_scale), language);
        match language {
            Vietnamese => format!("{printed} điểm"),
            English => format!("{printed} points"),
        }
    }

    fn name_of(&self, code: &str, language: Language) -> String {
        (self.name)(code, language).unwrap_or_else(|| code.to_owned())
    }

    /// The name of a count as what is counted: `Số hồ sơ …` is so many `hồ sơ …`.
    fn thing(&self, measure: &MeasureCode, language: Language) -> String {
        let name = self.name_of(measure, language);
        let counted = match language {
            Vietnamese => {
                ["Tổng số ", "Số lượng ", "Số "].iter().find_map(|before| name.strip_prefix(before))
            }
            English => ["Number of "].iter().find_map(|before| name.strip_prefix(before)),
        };
        counted.map_or_else(|| first_lower(&name), first_lower)
    }
}

/// An abbreviation keeps its capitals.
fn first_lower(text: &str) -> String {
    let mut letters = text.chars();
    match (letters.next(), letters.clone().next()) {
        (Some(first), Some(second)) if !second.is_uppercase() => {
            first.to_lowercase().chain(letters).collect()
        }
        _ => text.to_owned(),
    }
}

fn first_upper(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
