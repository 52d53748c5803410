//! Official tables as offices fill them in.

use entity::{dossier_table, stale_card};
use rust_xlsxwriter::{Format, Formula, Workbook, Worksheet};
use sea_orm::{ColumnTrait, DatabaseConnection, EntityTrait, PaginatorTrait, QueryFilter};
use serde_json::json;
use tests::{App, make, on_both};

use super::{H1, conflict, conflicts, uploaded};

const TABLES: &str = "/imports/tables";

/// The counts of form II.06a of two agencies; the third row is their sum.
const ROWS: [[f64; 11]; 3] = [
    [1234.0, 1000.0, 200.0, 34.0, 1200.0, 700.0, 450.0, 50.0, 34.0, 30.0, 4.0],
    [13.0, 5.0, 8.0, 0.0, 13.0, 12.0, 0.0, 1.0, 0.0, 0.0, 0.0],
    [1247.0, 1005.0, 208.0, 34.0, 1213.0, 712.0, 450.0, 51.0, 34.0, 30.0, 4.0],
];

fn merged(sheet: &mut Worksheet, (row, first, last): (u32, u16, u16), text: &str) {
    if first == last {
        sheet.write_string(row, first, text).expect("written");
    } else {
        sheet.merge_range(row, first, row, last, text, &Format::new()).expect("merged");
    }
}

/// A workbook of form II.06a: three rows of headers, a row that numbers the columns, a section, a total that is a formula,
/// notes and signatures below.
fn workbook(total: f64) -> Vec<u8> {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    merged(sheet, (0, 0, 12), "Biểu số II.06a/VPCP/KSTT");
    for (place, text) in [
        ((2, 0, 0), "STT"),
        ((2, 1, 1), "Cơ quan, đơn vị"),
        ((2, 2, 5), "Số lượng hồ sơ tiếp nhận"),
        ((2, 6, 9), "Số lượng hồ sơ đã giải quyết"),
        ((2, 10, 12), "Số lượng hồ sơ đang giải quyết"),
        ((3, 2, 2), "Tổng số"),
        ((3, 3, 4), "Trong kỳ"),
        ((3, 5, 5), "Từ kỳ trước"),
        ((3, 6, 6), "Tổng số"),
        ((3, 7, 7), "Trước hạn"),
        ((3, 8, 8), "Đúng hạn"),
        ((3, 9, 9), "Quá hạn"),
        ((3, 10, 10), "Tổng số"),
        ((3, 11, 11), "Trong hạn"),
        ((3, 12, 12), "Quá hạn"),
        ((4, 3, 3), "Trực tuyến"),
        ((4, 4, 4), "Trực tiếp, dịch vụ bưu chính"),
    ] {
        merged(sheet, place, text);
    }
    for column in 0..13 {
        sheet.write_string(5, column, format!("({})", column + 1)).expect("written");
    }
    sheet.write_string(6, 0, "I").expect("written");
    sheet.write_string(6, 1, "Cơ quan cấp tỉnh").expect("written");
    for (row, agency, counts) in [(7, "SỞ TÀI CHÍNH", ROWS[0]), (9, "KKT", ROWS[1])] {
        sheet.write_string(row, 1, agency).expect("written");
        for (column, count) in (2..).zip(counts) {
            sheet.write_number(row, column, count).expect("written");
        }
    }
    // A number as an office writes it.
    sheet.write_string(7, 2, "1.234").expect("written");
    merged(sheet, (10, 0, 1), "Tổng cộng");
    for (column, count) in (2..).zip(ROWS[2]) {
        let count = if column == 2 { total } else { count };
        let formula = Formula::new("=SUM(C8:C10)").set_result(count.to_string());
        sheet.write_formula(10, column, formula).expect("written");
    }
    sheet.write_string(12, 0, "Ghi chú: số liệu đến ngày 30/6.").expect("written");
    sheet.write_string(13, 10, "THỦ TRƯỞNG ĐƠN VỊ").expect("written");
    workbook.save_to_buffer().expect("a workbook")
}

/// The same rows as CSV, with columns by code.
fn csv() -> String {
    let mut text = "agency,received_total,received_online,received_direct_or_postal,carried_over,resolved_total,\
                    resolved_early,resolved_on_time,resolved_overdue,pending_total,pending_in_time,pending_overdue\n"
        .to_owned();
    for (agency, counts) in ["STC", "KKT"].into_iter().zip(ROWS) {
        let counts: Vec<_> = counts.iter().map(ToString::to_string).collect();
        text.push_str(&format!("{agency},{}\n", counts.join(",")));
    }
    text
}

async fn versions(database: &DatabaseConnection, agency: &str) -> Vec<dossier_table::Model> {
    let agency = make::agency(database, agency).await.id;
    let rows = dossier_table::Entity::find().filter(dossier_table::Column::AgencyId.eq(agency));
    let mut rows = rows.all(database).await.expect("tables are read");
    rows.sort_by_key(|row| row.version);
    rows
}

on_both! {
    async fn a_workbook_as_offices_fill_it_in_is_stored_and_a_second_time_changes_nothing(kind) {
        let app = App::compiled(kind).await;
        let before = versions(&app.database, "STC").await;
        assert_eq!(before.len(), 1);
        let xlsx = workbook(1247.0);
        let file = ("II.06a.xlsx", xlsx.as_slice());
        let (id, ended) = uploaded(&app, app.as_administrator(), TABLES, &[H1], file).await;
        assert_eq!((conflicts(&app, &id).await, ended), (vec![], json!(["DONE", 0, 2, 0, 0])));
        let after = versions(&app.database, "STC").await;
        assert_eq!(after[..1], before, "the version before stays");
        let new = &after[1];
        assert_eq!((new.version, new.received_total, new.received_direct_or_postal), (2, Some(1234), Some(200)));
        assert_eq!((new.resolved_early_or_on_time, new.pending_overdue), (None, Some(4)));
        assert_eq!((new.as_of, new.recorded_by.as_str()), (make::day(2022, 6, 30), "administrator"));
        assert!(new.broken.0.is_empty());
        let marked = stale_card::Entity::find().count(&app.database).await.expect("marks are counted");
        assert_eq!(marked, 2);
        for file in [file, ("a.csv", csv().as_bytes())] {
            let (_, ended) = uploaded(&app, app.as_administrator(), TABLES, &[H1], file).await;
            assert_eq!(ended, json!(["DONE", 0, 0, 2, 0]));
        }
        assert_eq!(versions(&app.database, "STC").await, after);
        let query = format!("{{ import(id: {id}) {{ kind period fileName }} }}");
        let told = json!({ "kind": "DOSSIER_TABLES", "period": "2022-H1", "fileName": "II.06a.xlsx" });
        assert_eq!(app.ask(&query).await["import"], told);
    }

    async fn a_total_that_is_not_the_sum_of_its_rows_is_told_and_never_stored(kind) {
        let app = App::sample(kind).await;
        let xlsx = workbook(1248.0);
        let file = ("II.06a.xlsx", xlsx.as_slice());
        let (id, ended) = uploaded(&app, app.as_administrator(), TABLES, &[H1], file).await;
        assert_eq!(ended, json!(["REFUSED", 0, 2, 0, 1]));
        assert_eq!(conflicts(&app, &id).await, [conflict(11, "received_total", "TOTAL_DIFFERS")]);
        assert_eq!(versions(&app.database, "STC").await.len(), 1);
        let (_, ended) = uploaded(&app, app.as_administrator(), TABLES, &[H1, ("mode", "ACCEPT_VALID")], file).await;
        assert_eq!(ended, json!(["DONE", 0, 2, 0, 1]));
    }

    async fn totals_above_their_rows_and_of_parts_are_known_for_what_they_are(kind) {
        let app = App::sample(kind).await;
        let text = "STT,Đơn vị,received_total\n,TỔNG SỐ,60\n,Tổng khối sở,30\n1,STC,10\n2,SNV,20\n,Cộng khối ban,30\n3,KKT,30\n\
                    Người lập biểu\n";
        let fields = [H1, ("mode", "ACCEPT_VALID"), ("dryRun", "true")];
        let (id, ended) = uploaded(&app, app.as_administrator(), TABLES, &fields, ("a.csv", text.as_bytes())).await;
        assert_eq!((conflicts(&app, &id).await, ended), (vec![], json!(["DONE", 0, 3, 0, 0])));
        let wrong = text.replace("Tổng khối sở,30", "Tổng khối sở,31");
        let (id, _) = uploaded(&app, app.as_administrator(), TABLES, &fields, ("a.csv", wrong.as_bytes())).await;
        assert_eq!(conflicts(&app, &id).await, [conflict(3, "received_total", "TOTAL_DIFFERS")]);
    }
}
