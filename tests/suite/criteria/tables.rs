//! Sets as tables: CSV and XLSX.

use proptest::prelude::*;
use reform_worker::criteria::{Format, check, table_csv};
use rust_xlsxwriter::{Formula, Workbook};
use scoring::{SetVersion, canonical_json};

use super::given::{canonical, catalogue, refused, sample, short};
use crate::scoring::properties::arbitrary::world;

/// A table of the sample's measures with every way to write a rule that officers use.
const TABLE: &str = include_str!("../../../worker/sample/criteria-set.department.sample.csv");

#[test]
fn a_set_that_was_written_as_a_table_is_read_again_to_the_same_bytes() {
    let table = table_csv(&sample());
    assert_eq!(canonical(&table, Format::Csv), canonical_json(&sample()), "{table}");
}

#[test]
fn what_follows_what_is_a_column_of_a_table() {
    let mut document = sample();
    document.version = 2;
    document.follows = Some(SetVersion { code: "PAR-DEPT-SAMPLE".to_owned(), version: 1 });
    document.pillars[0].follows = vec!["I".to_owned()];
    document.pillars[0].children[0].children[0].follows = vec!["1.1.1".to_owned(), "1.1.2".to_owned()];
    let table = table_csv(&document);
    assert!(table.contains("PAR-DEPT-SAMPLE v1") && table.contains("1.1.1 + 1.1.2"), "{table}");
    assert_eq!(canonical(&table, Format::Csv), canonical_json(&document));
    let spoilt = refused(&table.replace("SAMPLE v1", "SAMPLE"), Format::Csv);
    assert!(spoilt.iter().any(|problem| problem.starts_with("follows.version | 2:follows")), "{spoilt:?}");
}

#[test]
fn a_table_as_officers_write_it_is_the_sample_set() {
    let mut written = sample();
    let read = super::given::checked(TABLE, Format::Csv).unwrap_or_else(|problems| panic!("{problems:#?}"));
    let mut read = read.document().clone();
    fn plain(criteria: &mut [scoring::Criterion]) {
        for criterion in criteria {
            criterion.wording_vi = None;
            criterion.name_en = criterion.name_vi.clone();
            plain(&mut criterion.children);
        }
    }
    plain(&mut read.pillars);
    plain(&mut written.pillars);
    assert_eq!(canonical_json(&read), canonical_json(&written));
}

/// Rows as an XLSX file; what reads as a number is a number there.
fn workbook(csv: &str) -> Vec<u8> {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(csv.as_bytes());
    for (row, record) in (0..).zip(reader.records()) {
        for (column, cell) in (0..).zip(&record.expect("a record")) {
            match cell.replace(',', ".").parse::<f64>() {
                Ok(number) => sheet.write_number(row, column, number).expect("written"),
                Err(_) => sheet.write_string(row, column, cell).expect("written"),
            };
        }
    }
    workbook.save_to_buffer().expect("a workbook")
}

#[test]
fn a_workbook_is_the_table_that_it_shows() {
    let read = check(&workbook(TABLE), Format::Xlsx, &catalogue());
    let read = read.unwrap_or_else(|problems| panic!("{problems:#?}"));
    assert_eq!(canonical_json(read.document()), canonical(TABLE, Format::Csv));
}

#[test]
fn a_table_with_semicolons_and_a_mark_is_read() {
    let mut reader =
        csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(TABLE.as_bytes());
    let mut writer = csv::WriterBuilder::new().delimiter(b';').flexible(true).from_writer(Vec::new());
    for record in reader.records() {
        writer.write_record(&record.expect("a record")).expect("written");
    }
    let text = String::from_utf8(writer.into_inner().expect("bytes")).expect("a text");
    assert_eq!(canonical(&format!("\u{feff}{text}"), Format::Csv), canonical(TABLE, Format::Csv));
}

const HEADER: &str = "level,code,parent,name_vi,pillar,max_points,version,print_scale,not_applicable,from,rule,measure,numerator,denominator,zero_denominator,bands,target,award";

/// A small sound table; `more` stands below it.
fn small(more: &str) -> String {
    format!(
        "{HEADER}\n\
         SET,S,,Bộ,,3,1,2,EXCLUDE_FROM_MAX\n\
         GRADE,GOOD,,Tốt,,,,,,80%\n\
         GRADE,WEAK,,Yếu,,,,,,0\n\
         PILLAR,I,,Chỉ đạo,STEERING,3\n\
         CRITERION,1.1,I,Kế hoạch,,1,,,,,BOOLEAN,reports_complete_on_time\n\
         CRITERION,1.2,I,Tỷ lệ,,2,,,,,RATIO_BANDED,,plan_tasks_done,plan_tasks,ZERO,≥95%: 2; 80–<95%: 2×tỷ lệ; <80%: 0\n\
         {more}"
    )
}

#[test]
fn every_complaint_about_a_table_names_the_row_and_the_column() {
    assert_eq!(refused(&small(""), Format::Csv), Vec::<String>::new());
    for (from, to, why) in [
        (
            "I,Kế hoạch,,1,",
            "I,Kế hoạch,,một,",
            "pillars[0].children[0].max_points | 6:max_points | 1.1 | a whole number, or a decimal or fraction in quotes (\"2.5\", \"72/13\") is needed, not `một`",
        ),
        (
            "I,Kế hoạch,,1,",
            "I,Kế hoạch,,\"0,55\",",
            "pillars[0].max_points | 5:max_points | I | the parts add up to 2.55, the whole is 3",
        ),
        (
            "reports_complete_on_time",
            "reports",
            "pillars[0].children[0].rule | 6:rule | 1.1 | the measure `reports` is not in the catalogue",
        ),
        (
            "≥95%: 2; 80–<95%",
            "≥95%: 2; 80.5–<95%",
            "pillars[0].children[1].rule.bands | 7:bands | 1.2 | no band covers ratios from 0.8",
        ),
        (
            "≥95%: 2;",
            "gần hết: 2;",
            " | 7:bands | 1.2 | the band `gần hết: 2` is not clear; write for instance 80–<95%: 6×ratio",
        ),
        ("2×tỷ lệ", "3×tỷ lệ", " | 7:bands | 1.2 | what is multiplied by the ratio is the maximum, not `3`"),
        (
            "RATIO_BANDED",
            "BANDS",
            "pillars[0].children[1].rule.kind | 7:rule | 1.2 | `BANDS` is none of BOOLEAN, TIERED, RATIO_BANDED, RATIO_LINEAR, LINEAR_SCALE, COUNT_CAPPED, COUNT_DEDUCT, SURVEY, MANUAL, COMPOSITE, INHERITED",
        ),
        ("CRITERION,1.2,I,", "CRITERION,1.1,I,", " | 7:code | 1.1 | the code `1.1` stands more than once"),
        ("version,print_scale", "version,print scale", " | 1:8 | - | there is no column `print scale`;"),
        (
            "EXCLUDE_FROM_MAX",
            "NEVER",
            "not_applicable | 2:not_applicable | S | `NEVER` is none of EXCLUDE_FROM_MAX, AWARD_FULL",
        ),
    ] {
        let text = small("");
        assert!(text.contains(from), "{from}");
        let found = refused(&text.replacen(from, to, 1), Format::Csv);
        assert!(found.iter().any(|problem| problem.starts_with(why)), "{to}: {found:#?}");
    }
    let orphan = small("CRITERION,1.3,IX,Lạc,,1,,,,,BOOLEAN,reports_complete_on_time");
    assert_eq!(refused(&orphan, Format::Csv), [" | 8:parent | 1.3 | no row has the code `IX`"]);
    let grade = small("LEVEL,1.3,IX,Lạc");
    assert!(
        refused(&grade, Format::Csv)[0].starts_with(" | 8:level | 1.3 | the level `LEVEL` is none of SET,")
    );
}

#[test]
fn rows_that_lead_back_to_themselves_are_refused() {
    let round = small(
        "CRITERION,2.1,2.1.1,Vòng,,1,,,,,\nSUB_CRITERION,2.1.1,2.1,Vòng,,1,,,,,BOOLEAN,reports_complete_on_time\n\
         SUB_CRITERION,2.2,2.2,Vòng,,1,,,,,BOOLEAN,reports_complete_on_time",
    );
    assert_eq!(
        refused(&round, Format::Csv),
        [
            " | 8:parent | 2.1 | a row of level CRITERION stands below PILLAR, `2.1.1` is SUB_CRITERION",
            " | 10:parent | 2.2 | a row of level SUB_CRITERION stands below CRITERION, `2.2` is SUB_CRITERION",
        ]
    );
}

fn refused_file(bytes: &[u8], format: Format) -> Vec<String> {
    let problems = check(bytes, format, &catalogue()).err().unwrap_or_default();
    problems.iter().map(short).collect()
}

#[test]
fn files_that_are_not_what_they_say_are_refused() {
    let en = |bytes: &[u8], format| refused_file(bytes, format).concat();
    assert_eq!(refused("", Format::Csv), [" | - | - | the table is empty"]);
    let windows_1258 = en(b"level,code\nSET,B\xf4\n", Format::Csv);
    assert!(windows_1258.starts_with(" | 2: | - | The file is not UTF-8"), "{windows_1258}");
    let broken = " | - | - | The XLSX file was cut off or is broken";
    assert!(en(b"level,code", Format::Xlsx).starts_with(broken));
    assert_eq!(en(&vec![b' '; 384 * 1024 + 1], Format::Yaml), " | - | - | the file is larger than 384 KiB");
    // A workbook cut off in the middle.
    let whole = workbook(TABLE);
    assert!(en(&whole[..whole.len() / 2], Format::Xlsx).starts_with(broken));
    // A cell at the far end of the sheet.
    let mut far = Workbook::new();
    far.add_worksheet().write_string(1_048_575, 16_383, "x").expect("written");
    let far = far.save_to_buffer().expect("a workbook");
    assert!(en(&far, Format::Xlsx).starts_with(" | 1048576: | - | The row is longer than"));
    // A formula that failed.
    let mut failed = Workbook::new();
    let failing = Formula::new("=1/0").set_result("#DIV/0!");
    failed.add_worksheet().write_formula(2, 3, failing).expect("written");
    let failed = failed.save_to_buffer().expect("a workbook");
    let found = en(&failed, Format::Xlsx);
    assert!(found.starts_with(" | 3:4 | - | The formula in the cell fails"), "{found}");
}

const TOO_LARGE: &str =
    " | - | - | The XLSX file is too large or unpacks to too much; split it, or save it as CSV UTF-8.";

/// An archive of a megabyte that unpacks to a gigabyte.
#[test]
fn a_workbook_that_unpacks_without_end_is_refused() {
    use std::io::Write;
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options =
        zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
    archive.start_file("xl/worksheets/sheet1.xml", options).expect("begun");
    let zeros = vec![b'0'; 1024 * 1024];
    for _ in 0..100 {
        archive.write_all(&zeros).expect("written");
    }
    let bomb = archive.finish().expect("ended").into_inner();
    assert!(bomb.len() < 384 * 1024);
    assert_eq!(refused_file(&bomb, Format::Xlsx), [TOO_LARGE]);
}

proptest! {
    #[test]
    fn any_set_is_read_again_from_its_table_and_its_document(world in world()) {
        let canonical = canonical_json(&world.document);
        for (bytes, format) in [(table_csv(&world.document), Format::Csv), (canonical.clone(), Format::Json)] {
            let read = check(bytes.as_bytes(), format, &world.catalogue);
            let read = read.map_err(|problems| TestCaseError::fail(format!("{problems:#?}\n{bytes}")))?;
            prop_assert_eq!(canonical_json(read.document()), canonical.clone());
        }
    }
}
