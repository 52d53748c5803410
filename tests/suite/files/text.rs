//! CSV and NDJSON.

use reform_worker::files::Choices;

use super::given::{LAYOUT, lines, lines_of};

#[test]
fn a_csv_is_read_whatever_separates_its_cells_and_ends_its_lines() {
    let expected = ["2: H1|05/01/2022|một, \"hai\"", "3: H2|06/01/2022|"];
    for (separator, end, mark) in
        [(',', "\n", ""), (';', "\r\n", "\u{feff}"), ('\t', "\r\n", "\u{feff}"), (';', "\r", "")]
    {
        let text = [
            format!("code{separator}received{separator}note"),
            format!("H1{separator}05/01/2022{separator}\"một, \"\"hai\"\"\""),
            format!("H2{separator}06/01/2022{separator}"),
        ];
        let bytes = format!("{mark}{}{end}", text.join(end));
        assert_eq!(lines("a.csv", bytes), expected, "{separator:?} {end:?}");
    }
}

#[test]
fn rows_are_numbered_as_a_spreadsheet_numbers_them() {
    let text = "code,received,note\nH1,1,\"một\r\nhai\nba\"\n\nH2,2,\n,,\nH3,3,x\n";
    assert_eq!(lines("a.csv", text), ["2: H1|1|một\r\nhai\nba", "4: H2|2|", "6: H3|3|x"]);
}

#[test]
fn a_row_of_another_length_than_the_header_is_refused() {
    let long = format!("H3,3,x{}", ",y".repeat(29));
    let text = format!("code,received,note\nH1,1\nH2,2,x,,,\n{long}\nH4,4,\"a\"\n");
    let expected = ["2! RAGGED_ROW 2:", "3: H2|2|x", "4! RAGGED_ROW 4:", "5: H4|4|a"];
    assert_eq!(lines("a.csv", text), expected);
}

#[test]
fn a_file_with_many_columns_is_read_when_the_unknown_ones_are_to_be_ignored() {
    let header: Vec<_> = (0..30).map(|at| format!("c{at}")).collect();
    let text = format!("{},code,received\n{}H1,1\n", header.join(","), "x,".repeat(30));
    assert_eq!(lines("a.csv", text.clone()).len(), 30);
    let ignoring = Choices { ignore_unknown_columns: true };
    assert_eq!(lines_of("a.csv", text, &LAYOUT, ignoring), ["2: H1|1|"]);
}

#[test]
fn what_is_not_utf8_is_refused_with_advice() {
    let utf16: Vec<u8> = "\u{feff}code,received\nH1,1\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let unmarked: Vec<u8> = "code,received\nH1,1\n".encode_utf16().flat_map(u16::to_be_bytes).collect();
    let windows_1258 = b"code,received,note\nH1,1,x\nH2,2,B\xf4\n".to_vec();
    // TCVN3: `Mã hồ sơ`.
    let tcvn3 = b"M\xb7 h\xe5 s\xac,received\nH1,1\n".to_vec();
    let rows = [(utf16, ":"), (unmarked, ":"), (windows_1258, "3:"), (tcvn3, "1:")];
    for (bytes, place) in rows {
        let told = lines("a.csv", bytes);
        assert_eq!(told.last().map(String::as_str), Some(format!("NOT_UTF8 {place}").as_str()), "{told:?}");
    }
    // The same letters, saved as UTF-8 from a font of TCVN3.
    assert_eq!(
        lines("a.csv", "M· hå s¬,received\nH1,1\n"),
        ["OLD_FONT 1:A M· hå s¬", "MISSING_COLUMN 1:code"]
    );
}

#[test]
fn a_csv_that_was_cut_off_within_a_cell_is_refused_at_its_end() {
    let text = "code,received,note\nH1,1,x\nH2,2,\"mộ";
    let told = lines("a.csv", text);
    assert_eq!(told.last().map(String::as_str), Some("TRUNCATED_FILE 4:"), "{told:?}");
    assert_eq!(lines("a.csv", "code,received,note\nH1,1,x\nH2,2"), ["2: H1|1|x", "3! RAGGED_ROW 3:"]);
}

#[test]
fn a_quote_that_is_never_closed_does_not_take_the_file_into_memory() {
    let text = format!("code,received,note\nH1,1,x\nH2,2,\"{}", "x,y\n".repeat(500_000));
    assert_eq!(lines("a.csv", text), ["ROW_TOO_LARGE 3:"]);
}

#[test]
fn an_empty_file_is_refused_and_one_with_a_header_has_no_rows() {
    for empty in ["", "\u{feff}", " \r\n\n"] {
        assert_eq!(lines("a.csv", empty), ["EMPTY_FILE :"]);
    }
    assert_eq!(lines("a.csv", "code,received"), [""; 0]);
    assert_eq!(lines("a.csv", ",,\n,,\n"), ["EMPTY_FILE :"]);
    assert_eq!(lines("a.csv", "H1,1,x\nH2,2,y\n"), ["NO_HEADER 1:"]);
}

#[test]
fn ndjson_is_read_by_the_codes_of_columns() {
    let text = "\u{feff}{\"code\":\"H1\",\"received\":\"1\",\"note\":\"một\"}\r\n\n\
                {\"received\":2,\"code\":\"H2\",\"note\":null,\"reasons\":[1]}\n\
                {\"code\":\"H3\",\"received\":true}";
    assert_eq!(lines("a.ndjson", text), ["1: H1|1|một", "3: H2|2|", "4: H3|true|"]);
}

#[test]
fn a_line_of_ndjson_that_is_no_row_is_refused_by_itself() {
    let deep = format!("{{\"code\":{}", "[".repeat(100_000));
    let text = format!(
        "{{\"code\":\"H1\",\"received\":\"1\"}}\n[1]\n{deep}\n{{\"code\":\"H2\",\"code\":\"H3\",\"received\":{{}}}}\n\
         {{\"code\":\"H4\",\"stranger\":1}}\n{{\"code\":\"H5\",\"rec"
    );
    assert_eq!(
        lines("a.ndjson", text),
        [
            "1: H1|1|",
            "2! INVALID_JSON 2:code",
            "3! INVALID_JSON 3:code",
            "4! DUPLICATE_COLUMN 4:code H3; INVALID_VALUE 4:received {}",
            "5! UNKNOWN_COLUMN 5:stranger",
            "6! INVALID_JSON 6:code",
        ]
    );
}

#[test]
fn a_file_is_what_it_holds_and_not_what_its_name_says() {
    assert_eq!(lines("a.xlsx", "code,received\nH1,1\n"), ["MISNAMED_FILE :"]);
    assert_eq!(lines("a.csv", b"PK\x03\x04".to_vec()), ["MISNAMED_FILE :"]);
    assert_eq!(lines("a.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".to_vec()), ["OLD_EXCEL_FILE :"]);
    assert_eq!(lines("a.csv", "<html><table><tr><td>code</td></tr></table>"), ["NOT_A_TABLE :"]);
    assert_eq!(lines("a", "code,received\nH1,1\n"), ["2: H1|1|"]);
    assert_eq!(lines("a", "{\"code\":\"H1\"}\n"), ["1: H1||"]);
}
