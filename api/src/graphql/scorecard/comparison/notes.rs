//! What cannot be compared, and what to know when comparing.

use std::collections::BTreeSet;

use reform_worker::compare::{Card, Compared, SetRelation};
use scoring::LineState;

use super::ComparisonNote;

pub(super) fn notes(compared: &Compared, engine_differs: bool, withheld: bool) -> Vec<ComparisonNote> {
    let (before, after) = (&compared.before, &compared.after);
    let mut notes = Vec::new();
    if compared.relation == SetRelation::Undeclared {
        notes.push(note(
            "SETS_NOT_RELATED",
            Vec::new(),
            "Hai bộ tiêu chí không ghi kế thừa nhau: không so sánh được từng tiêu chí, chỉ so sánh tổng điểm, chỉ số, \
             xếp loại và các lĩnh vực cùng mã.",
            "Neither criteria set says what of it takes the place of what in the other: lines cannot be compared, only \
             totals, indexes, grades and pillars of the same code.",
        ));
        let apart = pillars_apart(compared);
        if !apart.is_empty() {
            notes.push(note(
                "PILLARS_NOT_RELATED",
                apart,
                "Các lĩnh vực này chỉ có ở một trong hai bộ tiêu chí.",
                "Only one of the two criteria sets has these pillars.",
            ));
        }
    }
    if compared.comparison.card.total.whole.is_none() {
        notes.push(note(
            "NO_TOTAL",
            Vec::new(),
            "Có bảng điểm chưa hoàn chỉnh nên không so sánh được tổng điểm và chỉ số.",
            "One of the cards is incomplete, so totals and indexes cannot be compared.",
        ));
    }
    let open = open_lines(before).chain(open_lines(after)).collect::<BTreeSet<_>>();
    if !open.is_empty() {
        notes.push(note(
            "LINES_WITHOUT_POINTS",
            open.into_iter().map(str::to_owned).collect(),
            "Các tiêu chí này chưa có số liệu hoặc chờ thẩm định ở một trong hai bảng điểm: không so sánh được điểm.",
            "These lines are not reported or not appraised in one of the cards: their points cannot be compared.",
        ));
    }
    if before.period != after.period {
        notes.push(note(
            "OTHER_KIND_OF_PERIOD",
            Vec::new(),
            "Một bảng điểm là tạm tính 6 tháng: tiêu chí chưa đến hạn không nằm trong điểm tối đa.",
            "One of the cards is a provisional half-year's: lines that are not yet due are out of its maximum.",
        ));
    }
    if before.grades != after.grades {
        notes.push(note(
            "OTHER_GRADES",
            Vec::new(),
            "Hai bộ tiêu chí xếp loại theo các mức khác nhau.",
            "The two criteria sets have different grades.",
        ));
    }
    if engine_differs {
        notes.push(note(
            "ENGINE_DIFFERS",
            Vec::new(),
            "Điểm đã lưu khác với điểm mà phiên bản tính điểm hiện nay tính ra; xem verifyScorecard.",
            "What is stored is otherwise than the present evaluator scores it; see verifyScorecard.",
        ));
    }
    if withheld {
        notes.push(note(
            "CAUSES_WITHHELD",
            Vec::new(),
            "Nguyên nhân thay đổi chỉ hiển thị cho người được xem toàn tỉnh.",
            "The causes are for those who see the whole province.",
        ));
    }
    notes
}

fn note(code: &str, about: Vec<String>, vi: &str, en: &str) -> ComparisonNote {
    ComparisonNote { code: code.to_owned(), about, message_vi: vi.to_owned(), message_en: en.to_owned() }
}

/// The leaves that wait for something.
fn open_lines(card: &Card) -> impl Iterator<Item = &str> {
    let open = card.lines.iter().filter(|line| !line.state.is_none_or(LineState::is_settled));
    open.map(|line| line.code.as_str())
}

/// The pillars that stand in no compared line.
fn pillars_apart(compared: &Compared) -> Vec<String> {
    let lines = &compared.comparison.lines;
    let before =
        compared.before.pillars.iter().filter(|code| !lines.iter().any(|line| line.before.contains(code)));
    let after =
        compared.after.pillars.iter().filter(|code| !lines.iter().any(|line| line.after.contains(code)));
    before.chain(after).cloned().collect()
}
