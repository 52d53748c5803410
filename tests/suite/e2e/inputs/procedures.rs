//! The state of procedures at agencies: handed in, corrected, and counted where no listing was reported.

use entity::{agency_procedure, listing};
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use serde_json::{Value, json};
use tests::{App, make, on_both};

use super::{H1, conflict, conflicts, imported, uploaded};
use crate::e2e::live::{quick, until_followed};
use crate::e2e::policy::personas::token;

const PATH: &str = "/imports/procedures";
const ACCEPT: [(&str, &str); 2] = [H1, ("mode", "ACCEPT_VALID")];
const HEADER: [&str; 10] = [
    "Mã cơ quan",
    "Mã TTHC",
    "Quyết định công bố",
    "Ngày công bố",
    "Quy trình nội bộ",
    "Ngày phê duyệt quy trình nội bộ",
    "Niêm yết tại Bộ phận Một cửa",
    "Niêm yết trên trang thông tin điện tử",
    "Niêm yết tại Trung tâm Phục vụ hành chính công",
    "Tính đến ngày",
];
const STATE: &str =
    "procedure { code nameVi } publishingDecision publishedOn internalProcess processApprovedOn
    oneStopUnit agencyWebsite provincialServiceCentre source asOf version recordedBy note";

/// A batch of rows of STC.
fn batch(rows: &str) -> String {
    format!(r#"period: "2022-H1", agency: "STC", mode: ALL_OR_NOTHING, dryRun: false, rows: [{rows}]"#)
}

/// The procedures of an agency as GraphQL gives them.
async fn states(app: &App, agency: &str) -> Vec<Value> {
    let query =
        format!(r#"{{ agencyProcedures(agency: "{agency}", period: "2022-H1") {{ nodes {{ {STATE} }} }} }}"#);
    app.ask(&query).await["agencyProcedures"]["nodes"].as_array().cloned().expect("procedures")
}

/// The inputs of the leaf for public listing on STC's card.
const INPUTS: &str = "id lines { code points inputs { measure exact source asOf recordsValue recordsDiffer
    one: records(first: 1) { nodes { __typename } pageInfo { hasNextPage } }
    records { totalCount nodes { __typename version decides newest note
        ... on ListingRecord { channel listed required }
        ... on AgencyProcedureRecord { countedAt state { procedure { code } agencyWebsite recordedBy } } } } } }";

/// What the leaf says: its points, and of each number of it the value and records.
fn listed(card: &Value) -> (Value, [Value; 2]) {
    let lines = card["lines"].as_array().expect("lines");
    let line = lines.iter().find(|line| line["code"] == "3.1.1").expect("the leaf");
    let of = |measure: &str| {
        let inputs = line["inputs"].as_array().expect("inputs");
        let input = inputs.iter().find(|input| input["measure"] == measure).expect("the measure");
        assert_eq!(
            (&input["recordsDiffer"], &input["recordsValue"]),
            (&json!(false), &input["exact"]),
            "{input}"
        );
        input.clone()
    };
    (line["points"].clone(), ["procedures_listed", "procedures_in_authority"].map(of))
}

/// Of each record where it was counted and of which procedure, or of which listing it is, and whether it decides.
fn told(input: &Value) -> Vec<(String, String, bool)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let records = input["records"]["nodes"].as_array().expect("records");
    assert_eq!(input["records"]["totalCount"], records.len());
    records
        .iter()
        .map(|record| {
            let (of, at) = match record["__typename"].as_str() {
                Some("AgencyProcedureRecord") => {
                    (&record["state"]["procedure"]["code"], &record["countedAt"])
                }
                _ => (&record["__typename"], &record["channel"]),
            };
            (text(of), text(at), record["decides"] == true)
        })
        .collect()
}

fn record(of: &str, at: &str, decides: bool) -> (String, String, bool) {
    (of.to_owned(), at.to_owned(), decides)
}

async fn card(app: &App) -> Value {
    until_followed(app).await;
    app.ask(&format!(r#"{{ scorecard(agency: "STC", period: "2022-H1") {{ {INPUTS} }} }}"#)).await["scorecard"].clone()
}

async fn define(app: &App, code: &str, name: &str, level: &str) -> Value {
    let query = format!(
        r#"mutation {{ defineProcedure(input: {{ code: "{code}", nameVi: "{name}", nameEn: "{name}", level: {level} }}) {{
            code unchanged errors {{ code field messageVi messageEn }} }} }}"#
    );
    app.ask(&query).await["defineProcedure"].clone()
}

on_both! {
    async fn six_who_define_the_same_procedure_at_once_have_it_defined(kind) {
        let app = App::sample(kind).await;
        let each = (0..6).map(|_| define(&app, "9.000001", "Thử", "PROVINCE"));
        for answer in futures_util::future::join_all(each).await {
            assert_eq!((&answer["code"], &answer["errors"]), (&json!("9.000001"), &json!([])), "{answer}");
        }
    }

    async fn a_batch_of_procedures_is_stored_and_corrected_by_new_versions(kind) {
        let app = App::sample(kind).await;
        let first = r#"{ procedure: "X.000002", publishingDecision: "12/QĐ-UBND", publishedOn: "2022-02-01",
                internalProcess: "34/QĐ-UBND", processApprovedOn: "2022-03-01", oneStopUnit: true, agencyWebsite: false,
                asOf: "2022-06-30", note: "theo báo cáo quý II" },
            { procedure: "X.000001", publishingDecision: "12/QĐ-UBND", asOf: "2022-06-30" }"#;
        assert_eq!(imported(&app, "importProcedures", &batch(first)).await, (json!(["DONE", 2, 0, 0, 0]), vec![]));
        assert_eq!(imported(&app, "importProcedures", &batch(first)).await, (json!(["DONE", 0, 0, 2, 0]), vec![]));
        let known = states(&app, "STC").await;
        assert_eq!(known.len(), 2);
        assert_eq!(known[0]["procedure"]["code"], "X.000001");
        assert_eq!((&known[0]["publishedOn"], &known[0]["oneStopUnit"]), (&Value::Null, &Value::Null));
        let state = json!({
            "procedure": { "code": "X.000002", "nameVi": "Cấp giấy phép kinh doanh" },
            "publishingDecision": "12/QĐ-UBND", "publishedOn": "2022-02-01",
            "internalProcess": "34/QĐ-UBND", "processApprovedOn": "2022-03-01",
            "oneStopUnit": true, "agencyWebsite": false, "provincialServiceCentre": null,
            "source": "AGENCY_REPORT", "asOf": "2022-06-30", "version": 1, "recordedBy": "administrator",
            "note": "theo báo cáo quý II",
        });
        assert_eq!(known[1], state);

        let second = first.replace("agencyWebsite: false", "agencyWebsite: true, provincialServiceCentre: false");
        assert_eq!(imported(&app, "importProcedures", &batch(&second)).await.0, json!(["DONE", 0, 1, 1, 0]));
        let known = states(&app, "STC").await;
        let flags = ["agencyWebsite", "provincialServiceCentre", "version"].map(|field| known[1][field].clone());
        assert_eq!(flags, [json!(true), json!(false), json!(2)]);
        assert_eq!(agency_procedure::Entity::find().count(&app.database).await.expect("counted"), 3, "the old one stays");

        let page = app
            .ask(r#"{ agencyProcedures(agency: "STC", period: "2022-H1", first: 1) { totalCount nodes { version }
                pageInfo { hasNextPage endCursor } } }"#)
            .await["agencyProcedures"]
            .clone();
        assert_eq!((&page["totalCount"], &page["pageInfo"]["hasNextPage"]), (&json!(2), &json!(true)));
        let next = format!(
            r#"{{ agencyProcedures(agency: "STC", period: "2022-H1", first: 1, after: {}) {{ nodes {{ version }}
                pageInfo {{ hasNextPage }} }} }}"#,
            page["pageInfo"]["endCursor"]
        );
        let next = app.ask(&next).await["agencyProcedures"].clone();
        assert_eq!(next, json!({ "nodes": [{ "version": 2 }], "pageInfo": { "hasNextPage": false } }));

        let editor = token(&app, "chi", Some(("AGENCY_EDITOR", Some(&["KKT"]))), "READ, ADMINISTER").await;
        let read = r#"{ agencyProcedures(agency: "STC", period: "2022-H1") { totalCount } }"#;
        assert_eq!(app.as_token(&editor).refusal(read).await, "FORBIDDEN");
        let log = app.ask("{ auditEvents(first: 20) { nodes { action outcome } } }").await;
        let events = log["auditEvents"]["nodes"].as_array().expect("events");
        let done = json!({ "action": "IMPORT_PROCEDURES", "outcome": "DONE" });
        assert_eq!(events.iter().filter(|event| **event == done).count(), 2, "{log}");
    }

    async fn every_row_that_is_wrong_is_refused_with_everything_that_is_wrong_with_it(kind) {
        let app = App::sample(kind).await;
        let rows = "STC;X.000001;12/QĐ-UBND;01/02/2022;;;x;không;không phải niêm yết;30/06/2022\n\
                    STC;X.000009;;;;;;;;30/06/2022\n\
                    STC;X.000002;;01/02/2022;;01/03/2022;;;;30/06/2022\n\
                    STC;X.000002;12/QĐ-UBND;01/07/2022;34/QĐ-UBND;31/12/2022;có;;;30/06/2022\n\
                    STC;X.000001;;;;;;;;30/06/2022\n\
                    XYZ;;12;31/02/2022;;;;;có thể;\n\
                    KKT;X.000001;12/QĐ-UBND;;;;có;chưa;;30/06/2022\n";
        let text = format!("{}\n{rows}", HEADER.join(";"));
        let (id, ended) = uploaded(&app, app.as_administrator(), PATH, &ACCEPT, ("a.csv", text.as_bytes())).await;
        let expected = [
            conflict(3, "procedure", "UNKNOWN_PROCEDURE"),
            conflict(4, "published_on", "DAY_WITHOUT_DECISION"),
            conflict(4, "process_approved_on", "DAY_WITHOUT_DECISION"),
            conflict(5, "published_on", "AFTER_AS_OF"),
            conflict(5, "process_approved_on", "AFTER_AS_OF"),
            conflict(6, "agency", "DUPLICATE_ROW"),
            conflict(7, "agency", "UNKNOWN_AGENCY"),
            conflict(7, "as_of", "MISSING_VALUE"),
            conflict(7, "procedure", "MISSING_VALUE"),
            conflict(7, "published_on", "NOT_A_DATE"),
            conflict(7, "provincial_service_centre", "NOT_A_FLAG"),
        ];
        assert_eq!(conflicts(&app, &id).await, expected);
        assert_eq!(ended, json!(["DONE", 2, 0, 0, 5]));
        let known = states(&app, "STC").await;
        let flags = ["oneStopUnit", "agencyWebsite", "provincialServiceCentre"].map(|field| known[0][field].clone());
        assert_eq!((known.len(), flags), (1, [json!(true), json!(false), Value::Null]));
        // A column that is left out would say something of every procedure.
        let text = "Mã cơ quan;Mã TTHC;Tính đến ngày\nSTC;X.000001;30/06/2022\n";
        let answer = app.as_administrator().upload_to(PATH, &ACCEPT, ("a.csv", text.as_bytes())).await;
        assert_eq!((answer.status.as_u16(), &answer.json["errors"][0]["extensions"]["code"]), (422, &json!("MISSING_COLUMN")));
    }

    async fn a_workbook_says_the_same(kind) {
        let app = App::sample(kind).await;
        let mut workbook = Workbook::new();
        let sheet = workbook.add_worksheet();
        for (column, name) in (0..).zip(HEADER) {
            sheet.write_string(0, column, name).expect("written");
        }
        let day = Format::new().set_num_format("dd/mm/yyyy");
        for (column, text) in [(0, "STC"), (1, "X.000002"), (2, "12/QĐ-UBND"), (6, "Có"), (7, "Chưa")] {
            sheet.write_string(1, column, text).expect("written");
        }
        for (column, (month, date)) in [(3, (2, 1)), (9, (6, 30))] {
            let at = ExcelDateTime::from_ymd(2022, month, date).expect("a day");
            sheet.write_datetime_with_format(1, column, at, &day).expect("written");
        }
        let bytes = workbook.save_to_buffer().expect("a workbook");
        let (_, ended) = uploaded(&app, app.as_administrator(), PATH, &ACCEPT, ("a.xlsx", &bytes)).await;
        assert_eq!(ended, json!(["DONE", 1, 0, 0, 0]));
        let same = r#"{ procedure: "X.000002", publishingDecision: "12/QĐ-UBND", publishedOn: "2022-02-01",
            oneStopUnit: true, agencyWebsite: false, asOf: "2022-06-30" }"#;
        assert_eq!(imported(&app, "importProcedures", &batch(same)).await.0, json!(["DONE", 0, 0, 1, 0]));
    }

    async fn where_no_listing_is_reported_the_procedures_are_counted(kind) {
        let app = App::compiled(kind).await;
        let worker = quick(&app);
        let stc = make::agency(&app.database, "STC").await.id;
        let gone = listing::Entity::delete_many().filter(listing::Column::AgencyId.eq(stc)).exec(&app.database).await;
        assert_eq!(gone.expect("the listings are taken away").rows_affected, 3);
        let rows = r#"{ procedure: "X.000001", oneStopUnit: true, agencyWebsite: true, provincialServiceCentre: true,
                asOf: "2022-06-29", note: "đã kiểm tra" },
            { procedure: "X.000002", oneStopUnit: true, agencyWebsite: false, asOf: "2022-06-30" },
            { procedure: "X.000003", provincialServiceCentre: true, asOf: "2022-06-28" }"#;
        assert_eq!(imported(&app, "importProcedures", &batch(rows)).await.0, json!(["DONE", 3, 0, 0, 0]));

        // One of the two that must be on the website is.
        let counted = card(&app).await;
        let (points, [on_list, required]) = listed(&counted);
        assert_eq!((&on_list["exact"], &required["exact"], points), (&json!("1"), &json!("2"), json!("1.00")));
        assert_eq!((&on_list["source"], &on_list["asOf"]), (&json!("AGENCY_REPORT"), &json!("2022-06-30")));
        assert_eq!(told(&on_list), [record("X.000001", "AGENCY_WEBSITE", true)]);
        let both = [record("X.000001", "AGENCY_WEBSITE", true), record("X.000002", "AGENCY_WEBSITE", true)];
        assert_eq!(told(&required), both);
        assert_eq!(required["one"], json!({ "nodes": [{ "__typename": "AgencyProcedureRecord" }], "pageInfo": { "hasNextPage": true } }));
        let first = &required["records"]["nodes"][0];
        assert_eq!((&first["note"], &first["newest"], &first["version"]), (&json!("đã kiểm tra"), &json!(true), &json!(1)));

        // What is reported of a channel as a whole stands.
        let website = r#"{ channel: AGENCY_WEBSITE, listed: 5, required: 5, asOf: "2022-06-30" }"#;
        assert_eq!(imported(&app, "importListings", &batch(website)).await.0, json!(["DONE", 1, 0, 0, 0]));
        let (points, [on_list, required]) = listed(&card(&app).await);
        assert_eq!((&on_list["exact"], &required["exact"], points), (&json!("5"), &json!("5"), json!("2.00")));
        assert_eq!(told(&on_list), [record("ListingRecord", "AGENCY_WEBSITE", true)]);

        // Of the others, procedures are still counted.
        let row = r#"{ procedure: "X.000002", oneStopUnit: false, agencyWebsite: false, asOf: "2022-06-30" }"#;
        assert_eq!(imported(&app, "importProcedures", &batch(row)).await.0, json!(["DONE", 0, 1, 0, 0]));
        let (points, [on_list, required]) = listed(&card(&app).await);
        assert_eq!((&on_list["exact"], &required["exact"], points), (&json!("1"), &json!("2"), json!("1.00")));
        let website = record("ListingRecord", "AGENCY_WEBSITE", false);
        assert_eq!(told(&on_list), [website.clone(), record("X.000001", "ONE_STOP_UNIT", true)]);
        let both = [website, record("X.000001", "ONE_STOP_UNIT", true), record("X.000002", "ONE_STOP_UNIT", true)];
        assert_eq!(told(&required), both);
        assert_eq!(required["records"]["nodes"][2]["version"], 2);
        worker.stop().await;

        // The first card still leads to what it was compiled from.
        let query = format!("{{ node(id: {}) {{ ... on Scorecard {{ {INPUTS} }} }} }}", counted["id"]);
        let (_, [_, before]) = listed(&app.ask(&query).await["node"]);
        let versions = before["records"]["nodes"].as_array().expect("records").iter();
        let versions: Vec<_> = versions.map(|record| (record["version"].clone(), record["newest"].clone())).collect();
        assert_eq!(versions, [(json!(1), json!(true)), (json!(1), json!(false))]);

        // The public sees what was counted, and not who recorded it.
        let publish = r#"mutation { publishRanking(input: { period: "2022-H1", block: "DEPARTMENTS" }) { errors { code } } }"#;
        assert_eq!(app.ask(publish).await["publishRanking"]["errors"], json!([]));
        let query = format!(r#"{{ scorecard(agency: "STC", period: "2022-H1") {{ {INPUTS} }} }}"#);
        let (_, [public, _]) = listed(&app.as_public().ask(&query).await["scorecard"]);
        let [own, public] = [&on_list, &public].map(|input| input["records"]["nodes"][1].clone());
        assert_eq!((&own["note"], &own["state"]["recordedBy"]), (&json!("đã kiểm tra"), &json!("administrator")));
        assert_eq!((&public["note"], &public["state"]["recordedBy"]), (&Value::Null, &Value::Null));
        assert_eq!(public["state"]["procedure"], own["state"]["procedure"]);
    }

    async fn a_procedure_is_defined_and_renamed_by_an_administrator(kind) {
        let app = App::sample(kind).await;
        let row = r#"{ procedure: "1.004203", oneStopUnit: true, asOf: "2022-06-30" }"#;
        let (counts, found) = imported(&app, "importProcedures", &batch(row)).await;
        assert_eq!((&counts[0], found), (&json!("REFUSED"), vec![conflict(1, "procedure", "UNKNOWN_PROCEDURE")]));
        let done = |unchanged: bool| json!({ "code": "1.004203", "unchanged": unchanged, "errors": [] });
        assert_eq!(define(&app, "1.004203", "Thủ tục mới", "PROVINCE").await, done(false));
        assert_eq!(define(&app, "1.004203", "Thủ tục mới", "PROVINCE").await, done(true));
        assert_eq!(imported(&app, "importProcedures", &batch(row)).await.0, json!(["DONE", 1, 0, 0, 0]));
        assert_eq!(define(&app, "1.004203", "Tên khác", "COMMUNE").await, done(false));
        assert_eq!(states(&app, "STC").await[0]["procedure"], json!({ "code": "1.004203", "nameVi": "Tên khác" }));

        let refused = define(&app, "mã 1", " ", "PROVINCE").await;
        let errors: Vec<_> =
            refused["errors"].as_array().expect("errors").iter().map(|error| (&error["code"], &error["field"])).collect();
        let invalid = |code, field| (json!(code), json!(field));
        let expected = [invalid("INVALID_CODE", "code"), invalid("INVALID_NAME", "nameVi"), invalid("INVALID_NAME", "nameEn")];
        assert_eq!(errors, expected.iter().map(|(code, field)| (code, field)).collect::<Vec<_>>());
        assert_eq!(refused["code"], Value::Null);
        let log = app.ask("{ auditEvents(first: 20) { nodes { action outcome before after } } }").await;
        let events = log["auditEvents"]["nodes"].as_array().expect("events").iter();
        let events: Vec<_> = events.filter(|event| event["action"] == "DEFINE_PROCEDURE").collect();
        let outcomes: Vec<_> = events.iter().map(|event| &event["outcome"]).collect();
        assert_eq!(outcomes, ["REFUSED", "DONE", "DONE"], "{log}");
        assert!(events[1].to_string().contains("Tên khác") && events[1]["before"].to_string().contains("Thủ tục mới"), "{log}");
        assert_eq!(events[2]["before"], Value::Null);
    }
}
