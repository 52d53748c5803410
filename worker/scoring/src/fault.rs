//! What can be wrong with a criteria set, and how it is said to an officer in Vietnamese and English.
//! `validate` and `validate_rule` find it; every complaint leads to its place in the document.

use std::fmt;

use crate::{Exact, Language, RuleKind, Unit};

/// One thing that is wrong with a criteria set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Defect {
    /// Where it stands in the document: `pillars[0].children[1].rule.bands[2]`.
    pub path: String,
    /// The criterion's code; the set's own code where no single criterion is to blame.
    pub criterion: String,
    /// The kind of the criterion's rule, if it has one.
    pub rule: Option<RuleKind>,
    /// What is wrong.
    pub fault: Fault,
}

impl Defect {
    /// `1.1.2 (RATIO_BANDED): no band covers ratios from 7/10`, in a language.
    pub fn said(&self, language: Language) -> String {
        let Self { criterion, rule, fault, .. } = self;
        let fault = fault.said(language);
        match rule {
            Some(rule) => format!("{criterion} ({rule}): {fault}"),
            None => format!("{criterion}: {fault}"),
        }
    }
}

/// All defects of a criteria set.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct Defects(pub Vec<Defect>);

impl fmt::Display for Defects {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let said: Vec<_> = self.0.iter().map(|defect| defect.said(Language::English)).collect();
        f.write_str(&said.join("; "))
    }
}

/// A place on the line of ratios: a value, or just above it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cut {
    /// The ratio.
    pub at: Exact,
    /// Whether the value itself is left out.
    pub above: bool,
}

/// What can be wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// A sum that does not add up.
    Sum {
        /// What the parts add up to.
        sum: Exact,
        /// What is declared.
        whole: Exact,
    },
    /// A maximum, cap or unit that must be above zero is not.
    NotPositive {
        /// Which number.
        what: Part,
        /// Its value.
        value: Exact,
    },
    /// A number beyond what any set means.
    Absurd {
        /// Which number.
        what: Part,
        /// Its value.
        value: Exact,
    },
    /// The same code twice.
    DuplicateCode,
    /// A code or name is empty.
    Empty(Part),
    /// A text is longer than any that is printed.
    TooLong(Part),
    /// A node has both children and a rule, or neither.
    RuleOrParts,
    /// A rule on a pillar.
    RuleOnPillar,
    /// A tree deeper than sub-criteria.
    TooDeep,
    /// More criteria than any set has.
    TooMany,
    /// Something that only a leaf may have.
    LeafOnly(Part),
    /// A pillar without its pillar code, or something else with one.
    PillarCode,
    /// Full points for what does not apply, outside the tree.
    AwardOutsideTree,
    /// A measure that the catalogue does not have.
    UnknownMeasure(String),
    /// A measure in another unit than the rule reads.
    WrongUnit {
        /// The measure.
        measure: String,
        /// Its unit in the catalogue.
        found: Unit,
        /// The unit that the rule needs.
        expected: Unit,
    },
    /// A list that needs entries has none.
    Nothing(Part),
    /// A band with two lower or two upper ends, or with no room between them.
    BandEnds(usize),
    /// A ratio that no band covers.
    Gap(Cut),
    /// A ratio that two bands cover.
    Overlap(Cut),
    /// A better ratio that gives fewer points.
    Backwards(usize),
    /// Points that can leave the range 0 to maximum.
    OutOfRange {
        /// Which part of the rule.
        what: Part,
        /// What it gives.
        points: Exact,
        /// The maximum.
        max: Exact,
    },
    /// `MAX_TIMES_RATIO` where no ratio is bounded by 1.
    UnboundedRatio(Part),
    /// Full points that nobody can reach.
    Unreachable {
        /// What gives the points: tiers, bands or terms.
        what: Part,
        /// The most that it gives.
        best: Exact,
        /// The maximum.
        max: Exact,
    },
    /// The same tier or grade twice, or the same measure twice on one side of a ratio.
    DuplicateLevel(Part, String),
    /// A scale whose ends are the same.
    NoLength,
    /// A target that is not above 0 and at most 1.
    Target(Exact),
    /// A floor that is not between 0 and the target.
    LinearFloor(Exact),
    /// Something that is wrong with a term, by the term's place from 0.
    InTerm(usize, Box<Fault>),
    /// A term of a kind that cannot be one.
    TermKind(RuleKind),
    /// A term whose ratio may be not applicable.
    TermNotApplicable,
    /// Grades out of order or with a hole at the bottom.
    Grades,
    /// More digits than are printed anywhere.
    PrintScale,
    /// The years for which the set is valid end before they begin.
    Years {
        /// The first year.
        first: i32,
        /// The last year.
        last: i32,
    },
}

/// A part of a set, a criterion or a rule that a fault is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// A code.
    Code,
    /// A Vietnamese name.
    NameVi,
    /// An English name.
    NameEn,
    /// A pillar's code in the open list of pillars.
    PillarCode,
    /// The applicability tags.
    Tags,
    /// When a leaf falls due.
    Due,
    /// What not being applicable means.
    NotApplicable,
    /// The decision's own wording.
    Wording,
    /// The maximum points.
    Maximum,
    /// The cap of a bonus or deduction.
    Cap,
    /// The leaves of a bonus or deduction.
    Leaves,
    /// A grade, by its place from 0.
    Grade(usize),
    /// A grade's code.
    GradeCode(usize),
    /// A grade's Vietnamese name.
    GradeNameVi(usize),
    /// A grade's English name.
    GradeNameEn(usize),
    /// The blocks for which a set is.
    Blocks,
    /// The kinds of agency for which a set is.
    AgencyKinds,
    /// The measure that a rule reads.
    Measure,
    /// What is above the line of a ratio.
    Numerator,
    /// What is below the line of a ratio.
    Denominator,
    /// The points for each that is counted.
    UnitPoints,
    /// The points that remain whatever is counted.
    Floor,
    /// The value of a scale that gives no points.
    ScaleFrom,
    /// The value of a scale that gives full points.
    ScaleTo,
    /// The tiers.
    Tiers,
    /// A tier, by its place from 0.
    Tier(usize),
    /// A tier's level.
    TierLevel(usize),
    /// A tier's Vietnamese name.
    TierNameVi(usize),
    /// A tier's English name.
    TierNameEn(usize),
    /// The bands.
    Bands,
    /// A band, by its place from 0.
    Band(usize),
    /// The terms.
    Terms,
}

impl Part {
    /// Where it stands below its criterion, or below the set.
    fn path(&self) -> String {
        let fixed = match self {
            Self::Code => "code",
            Self::NameVi => "name_vi",
            Self::NameEn => "name_en",
            Self::PillarCode => "pillar",
            Self::Tags => "applies_only_to",
            Self::Due => "due",
            Self::NotApplicable => "not_applicable",
            Self::Wording => "wording_vi",
            Self::Maximum => "max_points",
            Self::Cap => "cap",
            Self::Leaves => "leaves",
            Self::Blocks => "blocks",
            Self::AgencyKinds => "agency_kinds",
            Self::Measure => "rule.measure",
            Self::Numerator => "rule.ratio.numerator",
            Self::Denominator => "rule.ratio.denominator",
            Self::UnitPoints => "rule.unit_points",
            Self::Floor => "rule.floor",
            Self::ScaleFrom => "rule.from",
            Self::ScaleTo => "rule.to",
            Self::Tiers => "rule.tiers",
            Self::Bands => "rule.bands",
            Self::Terms => "rule.terms",
            Self::Grade(n) => return format!("grades[{n}]"),
            Self::GradeCode(n) => return format!("grades[{n}].code"),
            Self::GradeNameVi(n) => return format!("grades[{n}].name_vi"),
            Self::GradeNameEn(n) => return format!("grades[{n}].name_en"),
            Self::Tier(n) => return format!("rule.tiers[{n}]"),
            Self::TierLevel(n) => return format!("rule.tiers[{n}].level"),
            Self::TierNameVi(n) => return format!("rule.tiers[{n}].name_vi"),
            Self::TierNameEn(n) => return format!("rule.tiers[{n}].name_en"),
            Self::Band(n) => return format!("rule.bands[{n}]"),
        };
        fixed.to_owned()
    }

    /// What it is called.
    fn said(&self, language: Language) -> String {
        let (vi, en) = match self {
            Self::Code => ("mã số", "the code"),
            Self::NameVi => ("tên tiếng Việt", "the Vietnamese name"),
            Self::NameEn => ("tên tiếng Anh", "the English name"),
            Self::PillarCode => ("mã lĩnh vực", "the pillar code"),
            Self::Tags => ("đối tượng áp dụng", "to whom it applies"),
            Self::Due => ("thời hạn chấm", "when it falls due"),
            Self::NotApplicable => ("cách tính khi không áp dụng", "what not being applicable means"),
            Self::Wording => ("nguyên văn quy định", "the decision's wording"),
            Self::Maximum => ("điểm tối đa", "the maximum"),
            Self::Cap => ("mức trần", "the cap"),
            Self::Leaves => ("tiêu chí dưới mức trần", "leaves under its cap"),
            Self::Blocks => ("khối", "blocks"),
            Self::AgencyKinds => ("loại cơ quan", "agency kinds"),
            Self::Measure => ("chỉ tiêu số liệu", "the measure"),
            Self::Numerator => ("tử số", "numerator"),
            Self::Denominator => ("mẫu số", "denominator"),
            Self::UnitPoints => ("điểm mỗi đơn vị", "unit_points"),
            Self::Floor => ("mức sàn", "the floor"),
            Self::ScaleFrom => ("đầu thang", "the scale's beginning"),
            Self::ScaleTo => ("cuối thang", "the scale's end"),
            Self::Tiers => ("các mức", "tiers"),
            Self::Bands => ("các bậc", "bands"),
            Self::Terms => ("các thành phần", "terms"),
            Self::Grade(n) => return numbered("xếp loại", "grade", *n, language),
            Self::GradeCode(n) => return numbered("mã của xếp loại", "the code of grade", *n, language),
            Self::GradeNameVi(n) => {
                return numbered("tên tiếng Việt của xếp loại", "the Vietnamese name of grade", *n, language);
            }
            Self::GradeNameEn(n) => {
                return numbered("tên tiếng Anh của xếp loại", "the English name of grade", *n, language);
            }
            Self::Tier(n) => return numbered("mức", "tier", *n, language),
            Self::TierLevel(n) => return numbered("mã của mức", "the level of tier", *n, language),
            Self::TierNameVi(n) => {
                return numbered("tên tiếng Việt của mức", "the Vietnamese name of tier", *n, language);
            }
            Self::TierNameEn(n) => {
                return numbered("tên tiếng Anh của mức", "the English name of tier", *n, language);
            }
            Self::Band(n) => return numbered("bậc", "band", *n, language),
        };
        if language == Language::Vietnamese { vi } else { en }.to_owned()
    }
}

/// `bậc 2`, `band 2`: people count from 1.
fn numbered(vi: &str, en: &str, place: usize, language: Language) -> String {
    format!("{} {}", if language == Language::Vietnamese { vi } else { en }, place + 1)
}

impl Cut {
    fn said(&self, language: Language) -> String {
        let at = self.at.brief(6);
        match (language, self.above) {
            (Language::Vietnamese, true) => format!("tỷ lệ trên {}", at.replace('.', ",")),
            (Language::Vietnamese, false) => format!("tỷ lệ từ {}", at.replace('.', ",")),
            (Language::English, true) => format!("ratios above {at}"),
            (Language::English, false) => format!("ratios from {at}"),
        }
    }
}

impl Fault {
    /// Where it stands below its criterion, or below the set.
    pub(crate) fn path(&self) -> String {
        match self {
            Self::Sum { .. } => Part::Maximum.path(),
            Self::NotPositive { what, .. }
            | Self::Absurd { what, .. }
            | Self::Empty(what)
            | Self::TooLong(what)
            | Self::LeafOnly(what)
            | Self::Nothing(what)
            | Self::OutOfRange { what, .. }
            | Self::UnboundedRatio(what)
            | Self::Unreachable { what, .. }
            | Self::DuplicateLevel(what, _) => what.path(),
            Self::DuplicateCode => Part::Code.path(),
            Self::RuleOrParts | Self::RuleOnPillar => "rule".to_owned(),
            Self::TooDeep => "children".to_owned(),
            Self::TooMany => "pillars".to_owned(),
            Self::PillarCode => Part::PillarCode.path(),
            Self::AwardOutsideTree => Part::NotApplicable.path(),
            Self::UnknownMeasure(_) | Self::WrongUnit { .. } => "rule".to_owned(),
            Self::BandEnds(n) | Self::Backwards(n) => Part::Band(*n).path(),
            Self::Gap(_) | Self::Overlap(_) => Part::Bands.path(),
            Self::NoLength => Part::ScaleTo.path(),
            Self::Target(_) => "rule.target".to_owned(),
            Self::LinearFloor(_) => Part::Floor.path(),
            Self::InTerm(n, fault) => format!("rule.terms[{n}].{}", fault.path()),
            Self::TermKind(_) => "rule.kind".to_owned(),
            Self::TermNotApplicable => "rule.ratio.zero_denominator".to_owned(),
            Self::Grades => "grades".to_owned(),
            Self::PrintScale => "print_scale".to_owned(),
            Self::Years { .. } => "first_year".to_owned(),
        }
    }

    /// What is wrong, in a language.
    pub fn said(&self, language: Language) -> String {
        match language {
            Language::Vietnamese => self.in_vietnamese(),
            Language::English => self.in_english(),
        }
    }

    fn in_english(&self) -> String {
        let said = |part: &Part| part.said(Language::English);
        match self {
            Self::Sum { sum, whole } => {
                format!("the parts add up to {}, the whole is {}", brief(sum), brief(whole))
            }
            Self::NotPositive { what, value } => {
                format!("{} must be above 0, not {}", said(what), brief(value))
            }
            Self::Absurd { what, value } => format!("{} cannot be {}", said(what), short(value)),
            Self::DuplicateCode => "the code stands more than once".to_owned(),
            Self::Empty(what) => format!("{} is empty", said(what)),
            Self::TooLong(what) => format!("{} is too long", said(what)),
            Self::RuleOrParts => "a criterion has either a rule or parts, never both or neither".to_owned(),
            Self::RuleOnPillar => "points sit on criteria and sub-criteria, not on a pillar".to_owned(),
            Self::TooDeep => "a sub-criterion has no parts".to_owned(),
            Self::TooMany => "a set has at most 1000 criteria".to_owned(),
            Self::LeafOnly(what) => format!("only a leaf may say {}", said(what)),
            Self::PillarCode => "every pillar, and nothing else, names its pillar code".to_owned(),
            Self::AwardOutsideTree => {
                "points are never given outside the tree for what does not apply".to_owned()
            }
            Self::UnknownMeasure(code) => format!("the measure `{}` is not in the catalogue", cut(code)),
            Self::WrongUnit { measure, found, expected } => {
                format!("the measure `{measure}` has the unit {found}, the rule reads {expected}")
            }
            Self::Nothing(what) => format!("the rule names no {}", said(what)),
            Self::BandEnds(n) => format!("band {} has contradictory ends", n + 1),
            Self::Gap(cut) => format!("no band covers {}", cut.said(Language::English)),
            Self::Overlap(cut) => format!("two bands cover {}", cut.said(Language::English)),
            Self::Backwards(n) => format!("a better ratio gives fewer points in band {}", n + 1),
            Self::OutOfRange { what, points, max } => {
                format!("{} gives {} points, outside 0 to {}", said(what), brief(points), brief(max))
            }
            Self::UnboundedRatio(what) => {
                format!("{} multiplies by a ratio that is not bounded by 100 %", said(what))
            }
            Self::Unreachable { what, best, max } => {
                let (what, best, max) = (said(what), brief(best), brief(max));
                format!("full points cannot be reached: the {what} bring at most {best} of {max}")
            }
            Self::DuplicateLevel(_, code) => format!("`{}` stands more than once", cut(code)),
            Self::NoLength => "the scale has no length".to_owned(),
            Self::Target(at) => {
                format!("the target must lie above 0 and at most at 1, not at {}", brief(at))
            }
            Self::LinearFloor(at) => {
                format!("the floor must lie between 0 and the target, not at {}", brief(at))
            }
            Self::InTerm(n, fault) => format!("term {}: {}", n + 1, fault.in_english()),
            Self::TermKind(kind) => format!("a term cannot be {kind}"),
            Self::TermNotApplicable => {
                "a term scores ZERO or FULL when there is nothing to count; whether the \
                 leaf applies is said by its tags"
                    .to_owned()
            }
            Self::Grades => "grades go from the best down to 0 %, each lower than the one before".to_owned(),
            Self::PrintScale => "print_scale is 0 to 6".to_owned(),
            Self::Years { first, last } => format!("the years {first} to {last} end before they begin"),
        }
    }

    fn in_vietnamese(&self) -> String {
        let said = |part: &Part| part.said(Language::Vietnamese);
        let brief = |number: &Exact| brief(number).replace('.', ",");
        match self {
            Self::Sum { sum, whole } => {
                format!("các phần cộng lại được {}, tổng ghi là {}", brief(sum), brief(whole))
            }
            Self::NotPositive { what, value } => format!("{} phải lớn hơn 0, không phải {}", said(what), brief(value)),
            Self::Absurd { what, value } => {
                format!("{} không thể là {}", said(what), short(value).replace('.', ","))
            }
            Self::DuplicateCode => "mã số bị trùng".to_owned(),
            Self::Empty(what) => format!("thiếu {}", said(what)),
            Self::TooLong(what) => format!("{} quá dài", said(what)),
            Self::RuleOrParts => {
                "mỗi tiêu chí hoặc có quy tắc chấm, hoặc có tiêu chí thành phần, không được có cả hai hay thiếu cả hai"
                    .to_owned()
            }
            Self::RuleOnPillar => {
                "điểm nằm ở tiêu chí và tiêu chí thành phần, không nằm ở lĩnh vực".to_owned()
            }
            Self::TooDeep => "tiêu chí thành phần không có cấp con".to_owned(),
            Self::TooMany => "bộ tiêu chí có nhiều nhất 1000 tiêu chí".to_owned(),
            Self::LeafOnly(what) => format!("chỉ tiêu chí không có cấp con mới được ghi {}", said(what)),
            Self::PillarCode => "mọi lĩnh vực, và chỉ lĩnh vực, phải ghi mã lĩnh vực".to_owned(),
            Self::AwardOutsideTree => {
                "điểm thưởng, điểm trừ không được tính khi tiêu chí không áp dụng".to_owned()
            }
            Self::UnknownMeasure(code) => format!("danh mục số liệu không có `{}`", cut(code)),
            Self::WrongUnit { measure, found, expected } => {
                format!("số liệu `{measure}` có đơn vị {found}, quy tắc cần {expected}")
            }
            Self::Nothing(what) => format!("quy tắc chưa ghi {}", said(what)),
            Self::BandEnds(n) => format!("hai đầu của bậc {} mâu thuẫn nhau", n + 1),
            Self::Gap(cut) => format!("không bậc nào chứa {}", cut.said(Language::Vietnamese)),
            Self::Overlap(cut) => format!("hai bậc cùng chứa {}", cut.said(Language::Vietnamese)),
            Self::Backwards(n) => format!("tỷ lệ tốt hơn lại được ít điểm hơn ở bậc {}", n + 1),
            Self::OutOfRange { what, points, max } => {
                format!("{} cho {} điểm, ngoài khoảng 0 đến {}", said(what), brief(points), brief(max))
            }
            Self::UnboundedRatio(what) => format!("{} nhân với tỷ lệ có thể vượt 100 %", said(what)),
            Self::Unreachable { what, best, max } => {
                let (what, best, max) = (said(what), brief(best), brief(max));
                format!("không thể đạt điểm tối đa: {what} cho nhiều nhất {best} trên {max}")
            }
            Self::DuplicateLevel(_, code) => format!("`{}` xuất hiện nhiều lần", cut(code)),
            Self::NoLength => "hai đầu thang điểm trùng nhau".to_owned(),
            Self::Target(at) => format!("mục tiêu phải lớn hơn 0 và không quá 1, không phải {}", brief(at)),
            Self::LinearFloor(at) => {
                format!("mức sàn phải nằm giữa 0 và mục tiêu, không phải {}", brief(at))
            }
            Self::InTerm(n, fault) => format!("thành phần {}: {}", n + 1, fault.in_vietnamese()),
            Self::TermKind(kind) => format!("thành phần không thể là {kind}"),
            Self::TermNotApplicable => "khi không phát sinh, thành phần phải là ZERO hoặc FULL; việc áp dụng do đối tượng áp dụng quy định".to_owned(),
            Self::Grades => {
                "các xếp loại phải ghi từ cao xuống thấp, xếp loại cuối bắt đầu từ 0 %".to_owned()
            }
            Self::PrintScale => "số chữ số thập phân (print_scale) từ 0 đến 6".to_owned(),
            Self::Years { first, last } => format!("năm cuối {last} trước năm đầu {first}"),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.said(Language::English))
    }
}

/// A number as it is read in a complaint.
fn brief(number: &Exact) -> String {
    number.brief(6)
}

/// A number that may be very long.
fn short(number: &Exact) -> String {
    cut(&brief(number))
}

/// The beginning of a text that may be very long.
fn cut(text: &str) -> String {
    const SHOWN: usize = 60;
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
