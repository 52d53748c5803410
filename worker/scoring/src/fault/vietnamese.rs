//! What is wrong, in Vietnamese.

use super::{Fault, Part, brief, cut, short};
use crate::{Exact, Language};

impl Fault {
    pub(super) fn in_vietnamese(&self) -> String {
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
            Self::Follows(why) => why.said(Language::Vietnamese),
        }
    }
}
