//! Two groups of the 766 index as a province printed them, scored by real sets: progress of handling
//! dossiers, and online payment.

use scoring::{Catalogue, CriteriaSet, Exact, Line, Step, Unit, ZeroDenominator};

use super::csv::{Row, read};
use crate::scoring::given::{card, document, exact, facts, leaf, line, pillar};

pub(crate) const PROGRESS: &str = include_str!("../../../data/published/progress-2026-phu-tho.csv");
pub(crate) const PAYMENT: &str = include_str!("../../../data/published/payment-2026-phu-tho.csv");

/// 20 × on_time / received; nothing received gives nothing.
const PROGRESS_RULE: &str = "{kind: RATIO_LINEAR, target: 1,
    ratio: {numerator: [on_time], denominator: [received], zero_denominator: ZERO}}";

/// 6A + min(2, 2.5B) + 2.5C.
const PAYMENT_RULE: &str = "
kind: COMPOSITE
terms:
  - name_vi: Hồ sơ thanh toán trực tuyến
    name_en: Dossiers paid online
    max_points: 6
    rule: {kind: RATIO_LINEAR, target: 1,
           ratio: {numerator: [paid_ok], denominator: [with_fee_duty], zero_denominator: ZERO}}
  - name_vi: Thủ tục có giao dịch thanh toán thành công
    name_en: Procedures paid successfully
    max_points: '2.5'
    cap: 2
    rule: {kind: RATIO_LINEAR, target: 1,
           ratio: {numerator: [procedures_paid_successfully], denominator: [fee_procedures],
                   zero_denominator: ZERO}}
  - name_vi: Thủ tục thanh toán được trên Cổng
    name_en: Procedures payable on the portal
    max_points: '2.5'
    rule: {kind: RATIO_LINEAR, target: 1,
           ratio: {numerator: [procedures_payable_on_portal], denominator: [fee_procedures],
                   zero_denominator: ZERO}}";

/// The line that `rule`, worth `max` points, gives for the counts that stand in `columns` of `row`.
fn scored(row: &Row, columns: &[&str], max: &str, rule: &str) -> Line {
    let catalogue: Catalogue = columns.iter().map(|column| ((*column).to_owned(), Unit::Count)).collect();
    let document = document(vec![pillar("I", vec![leaf("1.1", max, rule)])]);
    let set = CriteriaSet::new(document, &catalogue).unwrap_or_else(|defects| panic!("{defects}"));
    line(&card(&set, &facts(&row.pairs(columns))), "1.1").clone()
}

fn points(line: &Line) -> &Exact {
    line.points.as_ref().unwrap_or_else(|| panic!("no points: {line:?}"))
}

/// Whether `number` prints as the table prints it: to hundredths, without superfluous digits.
fn prints_as(number: &Exact, printed: &Exact) -> bool {
    exact(&number.print(2)) == *printed
}

fn progress() -> Vec<Row> {
    let rows = read(PROGRESS);
    assert_eq!(rows.len(), 8);
    rows
}

#[test]
fn progress_is_scored_as_it_was_printed() {
    for row in progress() {
        let line = scored(&row, &["received", "on_time"], "20", PROGRESS_RULE);
        let printed = row.number("score_of_20");
        let (least, most) = (printed.clone() - &exact("0.015"), printed.clone() + &exact("0.015"));
        assert!((least..=most).contains(points(&line)), "{row:?} scores {}", points(&line));
        // Closer than was asked for: to the last printed digit.
        assert!(prints_as(points(&line), &printed), "{row:?} scores {}", points(&line));
    }
}

#[test]
fn progress_prints_the_ratio_that_was_formed() {
    for row in progress() {
        assert_eq!(row.number("received"), row.number("on_time") + &row.number("overdue"), "{row:?}");
        let line = scored(&row, &["received", "on_time"], "20", PROGRESS_RULE);
        let step = line.leaf.as_ref().and_then(|leaf| leaf.step.as_ref()).expect("scored");
        let printed = row.number("ratio_percent");
        match step.ratio() {
            Some(ratio) => assert!(prints_as(&(&ratio.value * &Exact::hundred()), &printed), "{row:?}"),
            None => {
                assert_eq!(*step, Step::ZeroDenominator { policy: ZeroDenominator::Zero }, "{row:?}");
                assert_eq!((row.text("received"), row.text("ratio_percent")), ("0", "0"));
            }
        }
    }
}

#[test]
fn one_agency_received_nothing_and_the_others_formed_a_ratio() {
    let (nothing, some): (Vec<_>, Vec<_>) =
        progress().into_iter().partition(|row| row.text("received") == "0");
    assert_eq!((nothing.len(), some.len()), (1, 7));
    assert_eq!(nothing[0].text("agency"), "Thanh tra tỉnh");
}

#[test]
fn online_payment_is_scored_as_it_was_printed() {
    let rows = read(PAYMENT);
    assert_eq!(rows.len(), 3);
    let columns = [
        "paid_ok",
        "with_fee_duty",
        "procedures_paid_successfully",
        "procedures_payable_on_portal",
        "fee_procedures",
    ];
    let points: Vec<_> = rows
        .iter()
        .map(|row| {
            let line = scored(row, &columns, "10", PAYMENT_RULE);
            assert!(prints_as(points(&line), &row.number("score_of_10")), "{row:?} scores {}", points(&line));
            points(&line).to_string()
        })
        .collect();
    // 6 + 2.5 × 2/3, unrounded; 6 + 2, because 2.5 × 12/13 is capped; and nothing.
    assert_eq!(points, ["23/3", "8", "0"]);
}
