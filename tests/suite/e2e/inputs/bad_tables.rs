//! Tables that are not as they should be: every refusal names row, column and rule.

use entity::dossier_table;
use rust_xlsxwriter::{Formula, Workbook};
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::json;
use tests::{App, make, on_both};

use super::{H1, conflict, conflicts, uploaded};

const TABLES: &str = "/imports/tables";
const ACCEPT: [(&str, &str); 2] = [H1, ("mode", "ACCEPT_VALID")];

on_both! {
    async fn every_row_that_is_wrong_is_refused_with_everything_that_is_wrong_with_it(kind) {
        let app = App::sample(kind).await;
        make::change_agency(&app.database, "SNV", |agency| agency.valid_from = make::day(2022, 7, 1)).await;
        // CRLF, a line break within quotes, and a row of 32 cells.
        let wide = vec!["1"; 32].join(",");
        let text = format!(
            "agency,received_total,resolved_total,as_of,source,note\r\n\
             STC,1.234,,,,\"hai\r\ndòng\"\r\n\
             XYZ,10,,,,\r\n\
             KKT,-5,1.5,31/02/2022,TIN ĐỒN,\r\n\
             SNV,10,,,,\r\n\
             STC,11,,,,\r\n\
             {wide}\r\n\
             SNGV,,,,,\r\n\
             ,10,,,,\r\n\
             STTTT,99.999.999.999.999,,01/01/2100,,\r\n\
             STP,\"1.234,5\",-,31/12/2021,,\r\n"
        );
        let (id, ended) = uploaded(&app, app.as_administrator(), TABLES, &ACCEPT, ("a.csv", text.as_bytes())).await;
        let expected = [
            conflict(3, "agency", "UNKNOWN_AGENCY"),
            conflict(4, "source", "UNKNOWN_SOURCE"),
            conflict(4, "as_of", "NOT_A_DATE"),
            conflict(4, "received_total", "NEGATIVE_COUNT"),
            conflict(4, "resolved_total", "INVALID_COUNT"),
            conflict(5, "agency", "OUTSIDE_VALIDITY"),
            conflict(6, "agency", "DUPLICATE_ROW"),
            conflict(7, "", "RAGGED_ROW"),
            conflict(8, "received_total", "EMPTY_TABLE"),
            conflict(9, "agency", "MISSING_VALUE"),
            conflict(10, "as_of", "IN_FUTURE"),
            conflict(10, "received_total", "COUNT_TOO_LARGE"),
            conflict(11, "as_of", "BEFORE_PERIOD"),
            conflict(11, "received_total", "INVALID_COUNT"),
            conflict(11, "resolved_total", "INVALID_COUNT"),
        ];
        assert_eq!(conflicts(&app, &id).await, expected);
        assert_eq!(ended, json!(["DONE", 0, 1, 0, 9]));
        let refused = app.as_administrator().get(&format!("/imports/{}/refused", id.as_str().expect("an id"))).await;
        assert!(refused.text.starts_with("\u{feff}no,agency,received_total,"), "{}", refused.text);
        assert!(refused.text.contains(",KKT,-5,"), "{}", refused.text);
        // What was refused may be sent again as it is: columns of reasons are not looked at.
        let (_, again) =
            uploaded(&app, app.as_administrator(), TABLES, &ACCEPT, ("refused.csv", refused.text.as_bytes())).await;
        assert_eq!(again, json!(["DONE", 0, 1, 0, 8]), "the duplicate is none any more");
    }

    async fn a_formula_is_refused_but_in_a_total(kind) {
        let app = App::sample(kind).await;
        let mut workbook = Workbook::new();
        let sheet = workbook.add_worksheet();
        for (column, name) in (0..).zip(["Đơn vị", "received_total"]) {
            sheet.write_string(0, column, name).expect("written");
        }
        sheet.write_string(1, 0, "STC").expect("written");
        sheet.write_formula(1, 1, Formula::new("=5+5").set_result("10")).expect("written");
        sheet.write_string(2, 0, "KKT").expect("written");
        sheet.write_number(2, 1, 13.0).expect("written");
        let bytes = workbook.save_to_buffer().expect("a workbook");
        let (id, ended) = uploaded(&app, app.as_administrator(), TABLES, &ACCEPT, ("a.xlsx", &bytes)).await;
        assert_eq!(conflicts(&app, &id).await, [conflict(2, "received_total", "FORMULA")]);
        assert_eq!(ended, json!(["DONE", 0, 1, 0, 1]));
    }

    async fn a_file_that_is_none_is_refused_as_a_whole_with_advice(kind) {
        let app = App::sample(kind).await;
        let stored = dossier_table::Entity::find().count(&app.database).await.expect("counted");
        let windows_1258 = b"\xd0\xec\xe2n v\xf2,received_total\nSTC,1\n";
        for (bytes, fields, status, code) in [
            (&windows_1258[..], &[H1][..], 422, "NOT_UTF8"),
            (b"agency,received_total\nSTC,1\n\"x", &[H1], 422, "TRUNCATED_FILE"),
            (b"agency,t\xe1\xbb\x95ng\nSTC,1\n", &[H1], 422, "UNKNOWN_COLUMN"),
            (b"received_total\n1\n", &[H1], 422, "MISSING_COLUMN"),
            (b"agency,received_total\nSTC,1\n", &[], 400, "UNKNOWN_PERIOD"),
            (b"agency,received_total\nSTC,1\n", &[("period", "1999-H1")], 400, "UNKNOWN_PERIOD"),
            (b"agency,received_total\nSTC,1\n", &[H1, ("whenBroken", "MEND")], 400, "BAD_REQUEST"),
        ] {
            let answer = app.as_administrator().upload_to(TABLES, fields, ("a.csv", bytes)).await;
            assert_eq!(answer.status, status, "{answer:?}");
            assert_eq!(answer.json["errors"][0]["extensions"]["code"], code, "{answer:?}");
        }
        assert_eq!(dossier_table::Entity::find().count(&app.database).await.expect("counted"), stored);
    }
}
