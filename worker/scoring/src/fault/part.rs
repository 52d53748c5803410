//! The parts of a set, a criterion or a rule: where each stands, and what it is called in both languages.

use crate::Language;

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
    /// What a criterion takes the place of.
    Follows,
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
    pub(super) fn path(&self) -> String {
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
            Self::Follows => "follows",
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
    pub(super) fn said(&self, language: Language) -> String {
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
            Self::Follows => ("mã tiêu chí được kế thừa", "the code of what it follows"),
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
