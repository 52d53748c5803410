//! What is said of a line in each language: a row per kind of rule and outcome.

use scoring::{Language, LineState, NotApplicablePolicy, Scorecard};

use super::given::{Knowing, Saying, card, facts, leaf, line, set_of};

fn name(code: &str, language: Language) -> Option<String> {
    let (vi, en) = match code {
        "on_time" => ("hồ sơ đúng hạn", "dossiers on time"),
        "received" => ("hồ sơ đã giải quyết", "dossiers resolved"),
        "issued" => ("kế hoạch đã ban hành", "plan issued"),
        "late" => ("báo cáo chậm", "late reports"),
        "satisfied" => ("mức độ hài lòng", "satisfaction"),
        "index61" => ("chỉ số 61", "index 61"),
        _ => return None,
    };
    Some(if language == Language::Vietnamese { vi } else { en }.to_owned())
}

fn said(card: &Scorecard) -> [String; 2] {
    let line = line(card, "1.1");
    let leaf = line.leaf.as_ref().expect("a leaf");
    let points = line.points.as_ref().map(|points| points.print(2));
    let reason = leaf.reason(&line.max_points);
    let saying =
        scoring::Saying { reason: &reason, inputs: &leaf.inputs, points: points.as_deref(), name: &name };
    [saying.sentence(Language::Vietnamese), saying.sentence(Language::English)]
}

/// Each row: facts, what is said in Vietnamese, what is said in English.
fn table(max_points: &str, rule: &str, rows: &[(&str, &str, &str)]) {
    let set = set_of(leaf("1.1", max_points, rule));
    for (known, vi, en) in rows {
        assert_eq!(said(&card(&set, &facts(known))), [*vi, *en], "{known}");
    }
}

#[test]
fn a_band_is_said_with_the_ratio_and_the_arithmetic() {
    let rule = "
kind: RATIO_BANDED
ratio: {numerator: [on_time], denominator: [received], zero_denominator: ZERO}
bands:
  - {below: '0.8', award: {POINTS: 0}}
  - {from: '0.8', below: '0.95', award: MAX_TIMES_RATIO}
  - {from: '0.95', award: {PERCENT_OF_MAX: 100}}";
    table(
        "6",
        rule,
        &[
            (
                "on_time=12 received=13",
                "12/13 (hồ sơ đúng hạn / hồ sơ đã giải quyết) = 92,31 %, bậc 80–<95 %: 6 × 12/13 = 5,54 điểm",
                "12/13 (dossiers on time / dossiers resolved) = 92.31 %, band 80–<95 %: 6 × 12/13 = 5.54 points",
            ),
            (
                "on_time=1 received=2",
                "1/2 (hồ sơ đúng hạn / hồ sơ đã giải quyết) = 50 %, bậc <80 %: 0,00 điểm",
                "1/2 (dossiers on time / dossiers resolved) = 50 %, band <80 %: 0.00 points",
            ),
            (
                "on_time=20 received=20",
                "20/20 (hồ sơ đúng hạn / hồ sơ đã giải quyết) = 100 %, bậc ≥95 %: 6 × 100 % = 6,00 điểm",
                "20/20 (dossiers on time / dossiers resolved) = 100 %, band ≥95 %: 6 × 100 % = 6.00 points",
            ),
            ("on_time=0 received=0", "Không phát sinh: 0,00 điểm", "Nothing to count: 0.00 points"),
            ("received=3", "Chưa có số liệu: hồ sơ đúng hạn", "Not reported: dossiers on time"),
            (
                "on_time=-1 received=3",
                "Số liệu không hợp lệ: hồ sơ đúng hạn = -1 (được phép: số nguyên từ 0 trở lên)",
                "Not valid: dossiers on time = -1 (allowed: a whole number, 0 or more)",
            ),
        ],
    );
}

#[test]
fn each_form_of_a_band_is_said() {
    let rule = "
kind: RATIO_BANDED
ratio: {numerator: [late], denominator: [received], zero_denominator: FULL}
better: LOWER
bands:
  - {to: '0.1', award: {POINTS: 2}}
  - {above: '0.1', to: '0.3', award: {POINTS: '1.5'}}
  - {above: '0.3', award: {POINTS: 0}}";
    let [zero, some, many] = [
        ("late=1 received=10", "≤10 %", "2,00"),
        ("late=3 received=10", ">10–30 %", "1,50"),
        ("late=4 received=10", ">30 %", "0,00"),
    ]
    .map(|(known, band, points)| (said(&card(&set_of(leaf("1.1", "2", rule)), &facts(known))), band, points));
    for ([vi, en], band, points) in [zero, some, many] {
        assert!(vi.ends_with(&format!(", bậc {band}: {points} điểm")), "{vi}");
        assert!(en.ends_with(&format!(", band {band}: {} points", points.replace(',', "."))), "{en}");
    }
    table(
        "2",
        rule,
        &[(
            "late=0 received=0",
            "Không phát sinh, được tính đủ điểm: 2,00 điểm",
            "Nothing to count, full points: 2.00 points",
        )],
    );
}

#[test]
fn a_linear_ratio_is_said_with_its_target_or_floor() {
    let rule = "{kind: RATIO_LINEAR, target: '0.9', floor: '0.5',
        ratio: {numerator: [early, on_time], denominator: [received], zero_denominator: FULL}}";
    table(
        "3",
        rule,
        &[
            (
                "early=1 on_time=2 received=4",
                "3/4 = 75 %, mục tiêu 90 %: 3 × min(1; (3/4) / 0,9) = 2,50 điểm",
                "3/4 = 75 %, target 90 %: 3 × min(1, (3/4) / 0.9) = 2.50 points",
            ),
            (
                "early=0 on_time=1 received=3",
                "1/3 = 33,33 %, dưới mức sàn 50 %: 0,00 điểm",
                "1/3 = 33.33 %, below the floor of 50 %: 0.00 points",
            ),
            (
                "early=0 on_time=0 received=0",
                "Không phát sinh, được tính đủ điểm: 3,00 điểm",
                "Nothing to count, full points: 3.00 points",
            ),
        ],
    );
}

#[test]
fn what_reads_one_measure_names_it() {
    table(
        "2",
        "{kind: BOOLEAN, measure: issued}",
        &[
            ("issued=true", "Kế hoạch đã ban hành – có: 2,00 điểm", "Plan issued – yes: 2.00 points"),
            ("issued=false", "Kế hoạch đã ban hành – không: 0,00 điểm", "Plan issued – no: 0.00 points"),
            ("", "Chưa có số liệu: kế hoạch đã ban hành", "Not reported: plan issued"),
            (
                "issued=1",
                "Số liệu không hợp lệ: kế hoạch đã ban hành = 1 (được phép: có (true) hoặc không (false))",
                "Not valid: plan issued = 1 (allowed: true or false)",
            ),
        ],
    );
    table(
        "2",
        "{kind: TIERED, measure: plan, tiers: [
            {level: ON_TIME, name_vi: Kịp thời, name_en: On time, award: {PERCENT_OF_MAX: 100}},
            {level: LATE, name_vi: Chậm, name_en: Late, award: {POINTS: '0.5'}}]}",
        &[
            ("plan=ON_TIME", "Kịp thời: 2 × 100 % = 2,00 điểm", "On time: 2 × 100 % = 2.00 points"),
            ("plan=LATE", "Chậm: 0,50 điểm", "Late: 0.50 points"),
        ],
    );
    table(
        "4",
        "{kind: LINEAR_SCALE, measure: index61, from: 0, to: 18}",
        &[(
            "index61=15.3",
            "Chỉ số 61 15,3 trên thang 0–18: 4 × (15,3 − 0) / (18 − 0) = 3,40 điểm",
            "Index 61 15.3 on the scale 0–18: 4 × (15.3 − 0) / (18 − 0) = 3.40 points",
        )],
    );
    table(
        "2",
        "{kind: COUNT_CAPPED, measure: late, unit_points: '0.5'}",
        &[(
            "late=3",
            "Báo cáo chậm: 3, mỗi lần 0,5 điểm: min(2; 3 × 0,5) = 1,50 điểm",
            "Late reports: 3, 0.5 each: min(2, 3 × 0.5) = 1.50 points",
        )],
    );
    table(
        "2",
        "{kind: COUNT_DEDUCT, measure: late, unit_points: '0.5'}",
        &[(
            "late=3",
            "Báo cáo chậm: 3, mỗi lần trừ 0,5 điểm: max(0; 2 − 3 × 0,5) = 0,50 điểm",
            "Late reports: 3, 0.5 off each: max(0, 2 − 3 × 0.5) = 0.50 points",
        )],
    );
    table(
        "10",
        "{kind: SURVEY, measure: satisfied}",
        &[
            (
                "satisfied=0.855",
                "Mức độ hài lòng 85,5 %: 10 × 0,855 = 8,55 điểm",
                "Satisfaction 85.5 %: 10 × 0.855 = 8.55 points",
            ),
            (
                "satisfied=85.5",
                "Số liệu không hợp lệ: mức độ hài lòng = 171/2 (được phép: 0 đến 1)",
                "Not valid: satisfaction = 171/2 (allowed: 0 to 1)",
            ),
            (
                "satisfied=many",
                "Số liệu không hợp lệ: mức độ hài lòng = many (được phép: một số)",
                "Not valid: satisfaction = many (allowed: a number)",
            ),
        ],
    );
}

#[test]
fn a_sum_names_its_terms() {
    table(
        "3",
        "{kind: COMPOSITE, terms: [
            {name_vi: Kế hoạch, name_en: Plan, max_points: 1, rule: {kind: BOOLEAN, measure: issued}},
            {name_vi: Hài lòng, name_en: Satisfaction, max_points: 2, rule: {kind: SURVEY, measure: satisfied}}]}",
        &[(
            "issued=true satisfied=0.75",
            "Cộng Kế hoạch 1; Hài lòng 1,5: 1 + 2 × 0,75 = 2,50 điểm",
            "The sum of Plan 1; Satisfaction 1.5: 1 + 2 × 0.75 = 2.50 points",
        ),
        ("issued=true", "Chưa có số liệu: mức độ hài lòng", "Not reported: satisfaction"),
        (
            "",
            "Chưa có số liệu: kế hoạch đã ban hành, mức độ hài lòng",
            "Not reported: plan issued, satisfaction",
        )],
    );
}

#[test]
fn an_appraisal_and_what_is_taken_over_are_said() {
    let manual = set_of(leaf("1.1", "5", "{kind: MANUAL}"));
    assert_eq!(
        said(&card(&manual, &facts("").appraised("1.1", "3.5", "Thiếu 1.5 báo cáo"))),
        [
            "Appraiser thẩm định ngày 30/06/2022: Thiếu 1.5 báo cáo: 3,50 điểm",
            "Appraised by appraiser on 2022-06-30: Thiếu 1.5 báo cáo: 3.50 points",
        ]
    );
    assert_eq!(said(&card(&manual, &facts(""))), ["Chờ thẩm định", "Waiting to be appraised"]);
    let invalid = card(&manual, &facts("").appraised("1.1", "6", "x"));
    assert_eq!(
        said(&invalid),
        ["Chờ thẩm định lại: điểm từ 0 đến 5", "Waiting to be appraised again: points lie between 0 and 5"]
    );
    assert_eq!(
        said(&card(&manual, &facts("").appraised("1.1", "3", " ")))[0],
        "Chờ thẩm định lại: phải có ghi chú"
    );
    let inherited = set_of(leaf("1.1", "3", "{kind: INHERITED}"));
    let scored = facts("").inherited("1.1", LineState::Scored, Some("4.5"), "5");
    assert_eq!(
        said(&card(&inherited, &scored)),
        [
            "Theo kết quả của UBND, 4,5/5 điểm: 3 × (4,5) / 5 = 2,70 điểm",
            "As the result of UBND, 4.5/5 points: 3 × (4.5) / 5 = 2.70 points",
        ]
    );
    for (state, vi, en) in [
        (LineState::Exempt, "được miễn", "exempt"),
        (LineState::NotApplicable, "không áp dụng", "does not apply"),
        (LineState::NotYetDue, "chưa đến hạn", "not yet due"),
        (LineState::Missing, "chưa có số liệu", "not reported"),
        (LineState::PendingAppraisal, "chờ thẩm định", "waiting to be appraised"),
    ] {
        let taken_over = card(&inherited, &facts("").inherited("1.1", state, None, "5"));
        assert_eq!(said(&taken_over), [format!("Theo UBND: {vi}"), format!("As UBND: {en}")]);
    }
    assert_eq!(
        said(&card(&inherited, &facts(""))),
        ["Cơ quan cấp trên chưa có kết quả", "The parent agency has no result"]
    );
}

#[test]
fn why_a_line_is_out_of_the_maximum_is_said() {
    let boolean = || leaf("1.1", "3", "{kind: BOOLEAN, measure: issued}");
    let tagged = set_of(boolean().only_for("HAS_TTHC"));
    assert_eq!(
        said(&card(&tagged, &facts(""))),
        ["Không áp dụng: cơ quan không có HAS_TTHC", "Does not apply: the agency has no HAS_TTHC"]
    );
    let full = boolean().only_for("HAS_TTHC").when_not_applicable(NotApplicablePolicy::AwardFull);
    assert_eq!(
        said(&card(&set_of(full), &facts(""))),
        [
            "Không áp dụng: cơ quan không có HAS_TTHC; được tính đủ 3,00 điểm",
            "Does not apply: the agency has no HAS_TTHC; awarded in full, 3.00 points",
        ]
    );
    assert_eq!(
        said(&card(&set_of(boolean()), &facts("").exempt("1.1", "mới thành lập"))),
        ["Được miễn: mới thành lập", "Exempt: mới thành lập"]
    );
    let later = scoring::score(&set_of(boolean().due_at_year_end()), scoring::PeriodKind::H1, &facts(""));
    assert_eq!(
        said(&later),
        ["Chưa đến hạn: được chấm vào cuối năm", "Not yet due: scored at the end of the year"]
    );
    let nothing = "{kind: RATIO_LINEAR, target: 1,
        ratio: {numerator: [on_time], denominator: [received], zero_denominator: NOT_APPLICABLE}}";
    assert_eq!(
        said(&card(&set_of(leaf("1.1", "3", nothing)), &facts("on_time=0 received=0"))),
        ["Không áp dụng: không phát sinh", "Does not apply: nothing to count"]
    );
}
