//! Headers as offices write them.

use reform_worker::files::{Choices, Column, Layout};

use super::given::{lines, lines_of};

#[test]
fn a_header_is_known_by_code_and_by_the_words_of_offices() {
    let rows = ["H1,1,x", "2: H1|1|x"];
    for header in [
        "code,received,note",
        "Mã hồ sơ,Ngày tiếp nhận,Ghi chú",
        "MÃ HỒ SƠ *,Ngày tiếp nhận (dd/mm/yyyy),ghi chú:",
        // In decomposed letters, as some systems write them.
        "Ma\u{303} ho\u{302}\u{300} so\u{31b},\"Ngày\ntiếp  nhận\",note",
    ] {
        assert_eq!(lines("a.csv", format!("{header}\n{}\n", rows[0])), [rows[1]], "{header}");
    }
}

#[test]
fn a_header_may_stand_below_titles_and_above_a_row_that_numbers_columns() {
    let text = "UBND tỉnh,,\nDANH SÁCH HỒ SƠ,,\n,,\nMã hồ sơ,Ngày tiếp nhận,Ghi chú\n(1),(2),(3)\nH1,1,x\nTổng số: 1,,\n";
    assert_eq!(lines("a.csv", text), ["6: H1|1|x"]);
}

#[test]
fn everything_that_is_wrong_with_a_header_is_told_at_once() {
    let text = "code,Mã hồ sơ,stranger\n1,2,3\n";
    let expected =
        ["DUPLICATE_COLUMN 1:B Mã hồ sơ", "UNKNOWN_COLUMN 1:C stranger", "MISSING_COLUMN 1:received"];
    assert_eq!(lines("a.csv", text), expected);
}

const fn column(code: &'static str, headers: &'static [&'static str]) -> Column {
    Column { code, headers, required: true }
}

/// A part of the official table.
static TABLE: Layout = Layout {
    columns: &[
        column("field", &["Lĩnh vực giải quyết"]),
        column("received_total", &["Số hồ sơ tiếp nhận > Tổng số"]),
        column("received_online", &["Số hồ sơ tiếp nhận > Trong kỳ > Trực tuyến"]),
        column("received_direct", &["Số hồ sơ tiếp nhận > Trong kỳ > Trực tiếp, dịch vụ bưu chính"]),
        column("carried_over", &["Số hồ sơ tiếp nhận > Từ kỳ trước"]),
        column("early", &["Số hồ sơ đã giải quyết > Trước hạn"]),
        column("overdue", &["Số hồ sơ đã giải quyết > Quá hạn"]),
    ],
    ignored: &["STT"],
    header_rows: 3,
    totals: &["tổng cộng"],
};

#[test]
fn a_header_of_merged_cells_is_read_by_its_levels_and_totals_are_left_out() {
    let text = "\
Biểu số II.06a,,,,,,,
STT,Lĩnh vực giải quyết,Số hồ sơ tiếp nhận,,,,Số hồ sơ đã giải quyết,
,,Tổng số,Trong kỳ,,Từ kỳ trước,Trước hạn,Quá hạn
,,,Trực tuyến,\"Trực tiếp, dịch vụ bưu chính\",,,
(1),(2),(3)=(4)+(5)+(6),(4),(5),(6),(7),(8)
1,Đất đai,10,4,5,1,6,0
2,Hộ tịch,3,3,0,0,3,0
Tổng cộng,,13,7,5,1,9,0
";
    let expected = ["6: Đất đai|10|4|5|1|6|0", "7: Hộ tịch|3|3|0|0|3|0"];
    assert_eq!(lines_of("a.csv", text, &TABLE, Choices::default()), expected);
}
