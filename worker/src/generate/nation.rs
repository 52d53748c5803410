//! Which agencies there are, in which blocks, and which procedures.

use entity::procedure::ProcedureLevel;
use scoring::AgencyKind;

use super::Size;
use super::dice::Dice;

/// Agencies of a province: more are another province.
const OF_A_PROVINCE: u32 = 150;
/// Departments among them.
const DEPARTMENTS: u32 = 18;

/// What departments settle, and how long it takes at most, in working days.
const PROVINCE_PROCEDURES: [(&str, &str, u32); 12] = [
    ("Cấp phiếu lý lịch tư pháp", "Criminal record certificate", 10),
    ("Đổi giấy phép lái xe", "Exchange of a driving licence", 5),
    ("Đăng ký thành lập doanh nghiệp", "Registration of an enterprise", 3),
    ("Cấp giấy chứng nhận quyền sử dụng đất", "Certificate of land use rights", 30),
    ("Cấp giấy phép xây dựng", "Construction permit", 20),
    ("Cấp giấy phép lao động cho người nước ngoài", "Work permit for a foreigner", 5),
    ("Cấp chứng chỉ hành nghề dược", "Certificate of pharmacy practice", 20),
    ("Thẩm định báo cáo đánh giá tác động môi trường", "Appraisal of an environmental impact report", 30),
    ("Cấp giấy phép hoạt động bưu chính", "Licence for postal services", 20),
    ("Công nhận giáo viên dạy giỏi", "Recognition of a teacher of merit", 15),
    ("Cấp giấy phép bán lẻ rượu", "Licence to retail alcohol", 10),
    ("Cấp phép tổ chức hội thảo quốc tế", "Permit for an international conference", 15),
];

/// What communes settle.
const COMMUNE_PROCEDURES: [(&str, &str, u32); 8] = [
    ("Chứng thực bản sao từ bản chính", "Certified copy of an original", 1),
    ("Đăng ký khai sinh", "Registration of a birth", 1),
    ("Đăng ký kết hôn", "Registration of a marriage", 2),
    ("Cấp giấy xác nhận tình trạng hôn nhân", "Certificate of marital status", 3),
    ("Đăng ký khai tử", "Registration of a death", 1),
    ("Đăng ký thường trú", "Registration of residence", 7),
    ("Trợ cấp xã hội hằng tháng", "Monthly social allowance", 22),
    ("Đăng ký hộ kinh doanh", "Registration of a household business", 3),
];

/// A made-up agency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Agency {
    /// Its code, such as `T01_S03` or `T01_X007`.
    pub code: String,
    /// Vietnamese name.
    pub name_vi: String,
    /// English name.
    pub name_en: String,
    /// Its kind.
    pub kind: AgencyKind,
    /// The code of its ranking block.
    pub block: String,
    /// How well it works: so many things of a thousand are done as they should be.
    pub(super) quality: u32,
    /// How many of a thousand dossiers come in online.
    pub(super) online: u32,
    /// Its share of the dossiers, against those of the others.
    pub(super) weight: u64,
}

/// A made-up procedure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Procedure {
    pub(super) code: String,
    pub(super) name_vi: &'static str,
    pub(super) name_en: &'static str,
    pub(super) level: ProcedureLevel,
    pub(super) working_days: u32,
}

/// A ranking block: its code and names.
pub(super) type Block = (String, String, String);

/// Agencies, blocks and procedures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Nation {
    /// Its size.
    pub size: Size,
    /// The agencies, by province.
    pub agencies: Vec<Agency>,
    pub(super) blocks: Vec<Block>,
    pub(super) procedures: Vec<Procedure>,
}

impl Nation {
    /// The nation of a size and seed.
    #[must_use]
    pub fn new(size: Size) -> Self {
        let mut agencies = Vec::new();
        let mut blocks: Vec<Block> = Vec::new();
        for number in 0..size.agencies {
            let agency = agency(&size, number);
            if blocks.last().is_none_or(|(code, ..)| *code != agency.block) {
                blocks.push(block(&agency, number / OF_A_PROVINCE + 1));
            }
            agencies.push(agency);
        }
        let of = |level, first: usize, procedures: &'static [(&str, &str, u32)]| {
            procedures.iter().enumerate().map(move |(at, (name_vi, name_en, working_days))| Procedure {
                code: format!("9.{:06}", first + at),
                name_vi,
                name_en,
                level,
                working_days: *working_days,
            })
        };
        let province = of(ProcedureLevel::Province, 1, &PROVINCE_PROCEDURES);
        let commune = of(ProcedureLevel::Commune, 101, &COMMUNE_PROCEDURES);
        Self { size, agencies, blocks, procedures: province.chain(commune).collect() }
    }

    /// The procedures that an agency settles.
    pub(super) fn settled_by(&self, agency: &Agency) -> &[Procedure] {
        let (province, commune) = self.procedures.split_at(PROVINCE_PROCEDURES.len());
        match agency.kind {
            AgencyKind::PeoplesCommittee => commune,
            _ => province,
        }
    }

    /// How many dossiers each agency has; together they are those of the size.
    pub(super) fn shares(&self) -> Vec<u64> {
        let whole: u128 = self.agencies.iter().map(|agency| u128::from(agency.weight)).sum();
        let (mut weight, mut given) = (0, 0);
        let share = |agency: &Agency| {
            weight += u128::from(agency.weight);
            let until = u128::from(self.size.dossiers) * weight / whole.max(1);
            let until = u64::try_from(until).unwrap_or(u64::MAX);
            let share = until - given;
            given = until;
            share
        };
        self.agencies.iter().map(share).collect()
    }
}

fn agency(size: &Size, number: u32) -> Agency {
    let (province, within) = (number / OF_A_PROVINCE + 1, number % OF_A_PROVINCE);
    // Of a handful of agencies some are communes as well.
    let departments = DEPARTMENTS.min(size.agencies.div_ceil(3));
    let mut dice = Dice::new(size.seed, u64::from(number) * 2);
    let is_department = within < departments;
    let (place, letter) = if is_department { (within + 1, 'S') } else { (within - departments + 1, 'X') };
    let width = if is_department { 2 } else { 3 };
    let code = format!("T{province:02}_{letter}{place:0width$}");
    let (name_vi, name_en, kind, block) = match is_department {
        true => (
            format!("Sở số {place}, tỉnh {province}"),
            format!("Department {place} of province {province}"),
            AgencyKind::Department,
            format!("T{province:02}_DEPARTMENTS"),
        ),
        false => (
            format!("UBND xã số {place}, tỉnh {province}"),
            format!("Commune {place} of province {province}"),
            AgencyKind::PeoplesCommittee,
            format!("T{province:02}_COMMUNES"),
        ),
    };
    let quality = 1_000 - dice.skewed(300);
    let online = dice.within(300, 950);
    let weight =
        u64::from(dice.within(20, 100)) * u64::from(dice.within(1, 6)) * if is_department { 3 } else { 1 };
    Agency { code, name_vi, name_en, kind, block, quality, online, weight }
}

fn block(of: &Agency, province: u32) -> Block {
    let (vi, en) = match of.kind {
        AgencyKind::PeoplesCommittee => ("Khối xã", "Communes"),
        _ => ("Khối sở, ban, ngành", "Departments"),
    };
    (of.block.clone(), format!("{vi}, tỉnh {province}"), format!("{en} of province {province}"))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn size(agencies: u32, dossiers: u64, seed: u64) -> Size {
        Size { agencies, dossiers, year: 2025, seed }
    }

    #[test]
    fn a_nation_has_as_many_agencies_and_dossiers_as_it_should() {
        for (agencies, dossiers) in [(1, 0), (2, 7), (150, 10_000), (151, 3), (4_100, 1_000_003)] {
            let nation = Nation::new(size(agencies, dossiers, 1));
            let codes: BTreeSet<_> = nation.agencies.iter().map(|agency| &agency.code).collect();
            assert_eq!(codes.len(), agencies as usize);
            assert_eq!(nation.shares().iter().sum::<u64>(), dossiers);
            let blocks: BTreeSet<_> = nation.agencies.iter().map(|agency| &agency.block).collect();
            assert_eq!(blocks.len(), nation.blocks.len());
        }
    }

    #[test]
    fn another_seed_makes_another_nation() {
        assert_eq!(Nation::new(size(150, 1, 1)), Nation::new(size(150, 1, 1)));
        let agencies = |seed| Nation::new(size(150, 1, seed)).agencies;
        assert_ne!(agencies(1), agencies(2));
    }
}
