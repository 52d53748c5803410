//! The steps of a change of the registry, and why one cannot be.

use chrono::NaiveDate;
use entity::succession::Kind;
use scoring::{AgencyKind, Source};

/// One step. Steps are taken in their order; a later one may name what an earlier one registers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// A ranking block is registered.
    RegisterBlock(NewBlock),
    /// An agency is registered.
    Register(NewAgency),
    /// An agency succeeds another. Where that ends by it, it is closed.
    Succeed(Succeed),
    /// An agency ends without a successor.
    Close {
        /// Its code.
        agency: String,
        /// The first day on which it no longer exists.
        on: NaiveDate,
    },
    /// An agency is ranked in another block.
    Place {
        /// Its code.
        agency: String,
        /// The block's code.
        block: String,
        /// From which day on.
        from: NaiveDate,
    },
}

/// A ranking block that is registered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewBlock {
    /// Its code.
    pub code: String,
    /// Vietnamese name.
    pub name_vi: String,
    /// English name.
    pub name_en: String,
}

/// An agency that is registered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewAgency {
    /// Its code, which no other agency has or had.
    pub code: String,
    /// Vietnamese name; others may have the same.
    pub name_vi: String,
    /// English name.
    pub name_en: String,
    /// What it is.
    pub kind: AgencyKind,
    /// The code of its ranking block.
    pub block: String,
    /// The code of the agency directly above it.
    pub parent: Option<String>,
    /// The first day of its existence.
    pub valid_from: NaiveDate,
    /// Applicability tags.
    pub tags: Vec<String>,
    /// Where the entry comes from.
    pub source: Source,
}

/// One agency that succeeds another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Succeed {
    /// How.
    pub kind: Kind,
    /// The predecessor's code.
    pub from: String,
    /// The successor's code.
    pub to: String,
    /// What part of the predecessor's counts goes over, as whoever asks wrote it; `None`: not declared.
    pub share: Option<String>,
    /// The first day on which it holds.
    pub effective_on: NaiveDate,
    /// The decision's number.
    pub decision_number: String,
    /// The day of the decision.
    pub decided_on: NaiveDate,
}

/// A step that cannot be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// Its place among the steps, from 0.
    pub step: usize,
    /// What of it is to blame.
    pub field: &'static str,
    /// The rule that it breaks.
    pub rule: Rule,
}

/// The rules of the registry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rule {
    /// No agency has the code.
    UnknownAgency(String),
    /// No block has the code.
    UnknownBlock(String),
    /// The code is taken.
    CodeTaken(String),
    /// A code has 1 to 40 letters of A–Z, digits, `_` and `-`.
    InvalidCode,
    /// A text is empty or too long.
    InvalidText,
    /// A day is not of the years 1900 to 2199.
    InvalidDay(NaiveDate),
    /// The agency does not exist then.
    NotValid {
        /// The agency's code.
        agency: String,
        /// When.
        on: NaiveDate,
        /// The first day of its existence.
        valid_from: NaiveDate,
        /// The day after the last.
        valid_to: Option<NaiveDate>,
    },
    /// An agency does not succeed itself, nor stand above itself.
    Itself(String),
    /// A share is an exact number from 0 to 1.
    InvalidShare(String),
    /// By a merger or a renaming all goes over.
    ShareNotWhole,
    /// More goes over than there is.
    SharesExceedOne(String),
    /// Who is renamed or merged succeeds to one agency, and who is only renamed has no other predecessor.
    NotAlone(String),
    /// It is recorded already.
    Twice,
    /// The agency is in that block already, or was placed later.
    NotLater,
}

impl Rule {
    /// The rule's code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::UnknownAgency(_) => "UNKNOWN_AGENCY",
            Self::UnknownBlock(_) => "UNKNOWN_BLOCK",
            Self::CodeTaken(_) => "CODE_TAKEN",
            Self::InvalidCode => "INVALID_CODE",
            Self::InvalidText => "INVALID_TEXT",
            Self::InvalidDay(_) => "INVALID_DAY",
            Self::NotValid { .. } => "AGENCY_NOT_VALID",
            Self::Itself(_) => "SAME_AGENCY",
            Self::InvalidShare(_) => "INVALID_SHARE",
            Self::ShareNotWhole => "SHARE_NOT_WHOLE",
            Self::SharesExceedOne(_) => "SHARES_EXCEED_ONE",
            Self::NotAlone(_) => "NOT_ALONE",
            Self::Twice => "RECORDED_ALREADY",
            Self::NotLater => "NOT_LATER",
        }
    }

    /// What is wrong, in Vietnamese.
    pub fn in_vietnamese(&self) -> String {
        match self {
            Self::UnknownAgency(code) => format!("Không có cơ quan `{}`.", short(code)),
            Self::UnknownBlock(code) => format!("Không có khối `{}`.", short(code)),
            Self::CodeTaken(code) => format!("Mã `{}` đã được dùng.", short(code)),
            Self::InvalidCode => "Mã gồm 1 đến 40 ký tự A–Z, 0–9, `_`, `-`.".to_owned(),
            Self::InvalidText => "Phải có từ 1 đến 200 ký tự.".to_owned(),
            Self::InvalidDay(day) => format!("Ngày {day} phải thuộc các năm 1900 đến 2199."),
            Self::NotValid { agency, on, valid_from, valid_to } => {
                let until = valid_to.map(|day| format!(" đến trước {day}")).unwrap_or_default();
                format!("Cơ quan `{agency}` tồn tại từ {valid_from}{until}, không tồn tại vào {on}.")
            }
            Self::Itself(code) => format!("`{}` không thể kế thừa hoặc trực thuộc chính nó.", short(code)),
            Self::InvalidShare(share) => {
                format!("`{}` không phải là số từ 0 đến 1; để trống nếu không chia được.", short(share))
            }
            Self::ShareNotWhole => {
                "Hợp nhất, đổi tên thì chuyển toàn bộ: tỷ lệ là 1 hoặc để trống.".to_owned()
            }
            Self::SharesExceedOne(code) => format!("Các phần của `{code}` cộng lại lớn hơn 1."),
            Self::NotAlone(code) => format!(
                "`{code}` được hợp nhất hoặc đổi tên thì chỉ có một cơ quan kế thừa; đổi tên thì chỉ kế thừa một cơ quan."
            ),
            Self::Twice => "Việc kế thừa này đã được ghi.".to_owned(),
            Self::NotLater => "Cơ quan đã ở khối này, hoặc đã được xếp khối từ ngày muộn hơn.".to_owned(),
        }
    }

    /// What is wrong, in English.
    pub fn in_english(&self) -> String {
        match self {
            Self::UnknownAgency(code) => format!("There is no agency `{}`.", short(code)),
            Self::UnknownBlock(code) => format!("There is no block `{}`.", short(code)),
            Self::CodeTaken(code) => format!("The code `{}` is taken.", short(code)),
            Self::InvalidCode => "A code has 1 to 40 characters of A–Z, 0–9, `_` and `-`.".to_owned(),
            Self::InvalidText => "It must have 1 to 200 characters.".to_owned(),
            Self::InvalidDay(day) => format!("The day {day} must be of the years 1900 to 2199."),
            Self::NotValid { agency, on, valid_from, valid_to } => {
                let until = valid_to.map(|day| format!(" until before {day}")).unwrap_or_default();
                format!("The agency `{agency}` exists from {valid_from}{until}, not on {on}.")
            }
            Self::Itself(code) => format!("`{}` cannot succeed itself or be above itself.", short(code)),
            Self::InvalidShare(share) => {
                format!(
                    "`{}` is no number from 0 to 1; leave it out where nothing can be divided.",
                    short(share)
                )
            }
            Self::ShareNotWhole => {
                "By a merger or renaming all goes over: the share is 1 or left out.".to_owned()
            }
            Self::SharesExceedOne(code) => format!("The shares of `{code}` are more than 1 together."),
            Self::NotAlone(code) => format!(
                "`{code}` is merged or renamed, so it has one successor; who is renamed is the only predecessor."
            ),
            Self::Twice => "This succession is recorded already.".to_owned(),
            Self::NotLater => "The agency is in that block already, or was placed later.".to_owned(),
        }
    }
}

/// The first characters of what was written, for repeating it.
fn short(text: &str) -> String {
    let mut short: String = text.chars().take(40).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}
