//! XLSX.

use std::io::{Cursor, Write};

use reform_worker::files::Choices;
use rust_xlsxwriter::{ExcelDateTime, Format, Formula, Workbook};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use super::given::{LAYOUT, lines, lines_of};

fn saved(mut workbook: Workbook) -> Vec<u8> {
    workbook.save_to_buffer().expect("a workbook")
}

fn headed() -> Workbook {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    for (column, name) in (0..).zip(["Mã hồ sơ", "Ngày tiếp nhận", "Ghi chú"]) {
        sheet.write_string(0, column, name).expect("written");
    }
    workbook
}

#[test]
fn a_workbook_is_read_as_it_shows() {
    let mut workbook = headed();
    let sheet = workbook.worksheet_from_index(0).expect("the sheet");
    let day = Format::new().set_num_format("dd/mm/yyyy");
    let minute = Format::new().set_num_format("dd/mm/yyyy hh:mm");
    let at = ExcelDateTime::from_ymd(2022, 7, 5).expect("a day");
    sheet.write_string(1, 0, "H1").expect("written");
    sheet.write_datetime_with_format(1, 1, &at, &day).expect("written");
    sheet.write_boolean(1, 2, true).expect("written");
    sheet.write_number(3, 0, 1_234_567.0).expect("written");
    let at = at.and_hms(8, 30, 0).expect("a time");
    sheet.write_datetime_with_format(3, 1, &at, &minute).expect("written");
    sheet.write_number(4, 0, 0.1).expect("written");
    sheet.write_number(4, 1, 44_747.354_166_666_7).expect("written");
    assert_eq!(
        lines("a.xlsx", saved(workbook)),
        ["2: H1|2022-07-05|true", "4: 1234567|2022-07-05T08:30:00|", "5: 0.1|44747.3541666667|"]
    );
}

#[test]
fn a_formula_is_refused_and_so_is_a_number_that_lost_digits() {
    let mut workbook = headed();
    let sheet = workbook.worksheet_from_index(0).expect("the sheet");
    sheet.write_formula(1, 0, Formula::new("=A9").set_result("H1")).expect("written");
    sheet.write_string(1, 1, "1").expect("written");
    sheet.write_number(2, 0, 12_345_678_901_234_567.0).expect("written");
    sheet.write_string(2, 1, "2").expect("written");
    sheet.write_formula(3, 2, Formula::new("=1/0").set_result("#DIV/0!")).expect("written");
    sheet.write_string(4, 0, "H4").expect("written");
    // In a column that is not read a formula does no harm.
    sheet.write_string(0, 3, "Số ngày").expect("written");
    sheet.write_formula(4, 3, Formula::new("=1+1").set_result("2")).expect("written");
    assert_eq!(
        lines_of("a.xlsx", saved(workbook), &LAYOUT, Choices { ignore_unknown_columns: true }),
        [
            "2! FORMULA 2:Mã hồ sơ H1",
            "3! LOST_DIGITS 3:Mã hồ sơ 12345678901234568",
            "4! FORMULA 4:Ghi chú #DIV/0!; FORMULA 4:Ghi chú #DIV/0!",
            "5: H4||",
        ]
    );
}

/// The archive with one part written anew.
fn with_part(archive: &[u8], name: &str, content: impl Fn(&mut dyn Write)) -> Vec<u8> {
    let mut old = ZipArchive::new(Cursor::new(archive)).expect("an archive");
    let mut new = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    for index in 0..old.len() {
        let part = old.by_index_raw(index).expect("a part");
        if part.name().expect("a name") != name {
            new.raw_copy_file(part).expect("copied");
        }
    }
    new.start_file(name, options).expect("begun");
    content(&mut new);
    new.finish().expect("ended").into_inner()
}

fn with_text(archive: &[u8], name: &str, text: &str) -> Vec<u8> {
    with_part(archive, name, |part| part.write_all(text.as_bytes()).expect("written"))
}

const SHEET: &str = "xl/worksheets/sheet1.xml";
const TEXTS: &str = "xl/sharedStrings.xml";
const SHEET_HEAD: &str =
    "<worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><sheetData>";

#[test]
fn a_zip_bomb_is_refused_before_it_is_in_memory() {
    let whole = saved(headed());
    let bomb = with_part(&whole, SHEET, |part| {
        part.write_all(SHEET_HEAD.as_bytes()).expect("written");
        let rows = "<row><c><v>1</v></c></row>".repeat(10_000);
        for _ in 0..100 {
            part.write_all(rows.as_bytes()).expect("written");
        }
    });
    assert!(bomb.len() < 300 * 1024, "{}", bomb.len());
    let one_cell = format!("{SHEET_HEAD}<row><c t=\"inlineStr\"><is><t>{}", "x".repeat(300_000));
    let runs =
        format!("{SHEET_HEAD}<row><c t=\"inlineStr\"><is>{}", "<r><rPr/><t>xxxxxxxx</t></r>".repeat(20_000));
    let attribute = format!("{SHEET_HEAD}<row a=\"{}", "><c ".repeat(100_000));
    let declared = "<sst count=\"1\" uniqueCount=\"99999999999\"><si><t>x</t></si></sst>";
    for (archive, code) in [
        (bomb, "TOO_LARGE :"),
        (with_text(&whole, SHEET, &one_cell), "TOO_LARGE :"),
        (with_text(&whole, SHEET, &runs), "TOO_LARGE :"),
        (with_text(&whole, SHEET, &attribute), "BROKEN_XLSX :"),
        (with_text(&whole, TEXTS, declared), "TOO_LARGE :"),
        (with_text(&whole, SHEET, "<!DOCTYPE a [<!ENTITY b \"c\">]><worksheet/>"), "BROKEN_XLSX :"),
        (with_text(&whole, SHEET, &format!("{SHEET_HEAD}<row a=\"<c \">")), "BROKEN_XLSX :"),
    ] {
        assert_eq!(lines("a.xlsx", archive), [code]);
    }
}

#[test]
fn a_workbook_that_was_cut_off_or_holds_nothing_is_refused() {
    let whole = saved(headed());
    for end in [whole.len() / 4, whole.len() / 2, whole.len() - 1] {
        assert_eq!(lines("a.xlsx", &whole[..end]), ["BROKEN_XLSX :"], "{end} of {}", whole.len());
    }
    assert_eq!(lines("a.xlsx", whole), [""; 0]);
    let mut empty = Workbook::new();
    empty.add_worksheet();
    assert_eq!(lines("a.xlsx", saved(empty)), ["EMPTY_FILE :"]);
    let broken_sheet =
        with_text(&saved(headed()), SHEET, &format!("{SHEET_HEAD}<row><c r=\"A1\"><v>1</v></c>"));
    assert_eq!(lines("a.xlsx", broken_sheet), ["BROKEN_XLSX :"]);
}

#[test]
fn a_cell_at_the_far_end_of_the_sheet_is_refused() {
    let mut workbook = headed();
    let sheet = workbook.worksheet_from_index(0).expect("the sheet");
    sheet.write_string(1_048_575, 16_383, "x").expect("written");
    assert_eq!(lines("a.xlsx", saved(workbook)), ["ROW_TOO_LARGE 1048576:"]);
}
