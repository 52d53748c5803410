//! Observations, documents and listings.

use entity::{document, listing, observation};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder};
use serde_json::json;
use tests::{App, make, on_both};

use super::{H1, conflict, conflicts, imported, uploaded};
use crate::e2e::policy::personas::token;

const ACCEPT: [(&str, &str); 2] = [H1, ("mode", "ACCEPT_VALID")];

/// The newest state of a document of an agency.
async fn state(app: &App, agency: &str, code: &str) -> (i32, document::State) {
    let agency = make::agency(&app.database, agency).await.id;
    let rows = document::latest_for(make::period(&app.database, make::HALF_YEAR).await)
        .filter(document::Column::AgencyId.eq(agency))
        .filter(document::Column::Code.eq(code));
    let row = rows.one(&app.database).await.expect("documents are read").expect("the document");
    (row.version, row.state)
}

on_both! {
    async fn an_observation_must_be_in_the_unit_of_its_measure(kind) {
        let app = App::sample(kind).await;
        let text = "agency,measure,value,as_of,source,note\n\
                    STC,plan_tasks,1.024,30/06/2022,Đơn vị báo cáo,theo báo cáo quý II\n\
                    STC,satisfaction_share,\"0,925\",30/06/2022,SURVEY,\n\
                    STC,reports_complete_on_time,có,30/06/2022,,\n\
                    STC,subunits,\"2,5\",30/06/2022,,\n\
                    STC,staff_survey_share,85,30/06/2022,,\n\
                    STC,reports_content_sufficient,đủ,30/06/2022,,\n\
                    STC,no_such,1,30/06/2022,,\n\
                    STC,plan_tasks_done,,,DOSSIERS,\n\
                    STC,plan_tasks,7,30/06/2022,,\n\
                    ABC,plan_tasks,-7,30/06/2022,,\n\
                    STC,annual_plan_issue,SOON,30/06/2022,,\n\
                    STC,annual_plan_issue,ISSUED_LATE,30/06/2022,,\n";
        let path = "/imports/observations";
        let (id, ended) = uploaded(&app, app.as_administrator(), path, &ACCEPT, ("a.csv", text.as_bytes())).await;
        let expected = [
            conflict(5, "value", "INVALID_COUNT"),
            conflict(6, "value", "NOT_A_SHARE"),
            conflict(7, "value", "NOT_A_FLAG"),
            conflict(8, "measure", "UNKNOWN_MEASURE"),
            conflict(9, "source", "UNKNOWN_SOURCE"),
            conflict(9, "as_of", "MISSING_VALUE"),
            conflict(9, "value", "MISSING_VALUE"),
            conflict(10, "agency", "DUPLICATE_ROW"),
            conflict(11, "agency", "UNKNOWN_AGENCY"),
            conflict(11, "value", "NEGATIVE_COUNT"),
            conflict(12, "value", "UNKNOWN_LEVEL"),
        ];
        assert_eq!(conflicts(&app, &id).await, expected);
        assert_eq!(ended[0], "DONE");
        assert_eq!((&ended[3], &ended[4]), (&json!(0), &json!(8)));
        let stc = make::agency(&app.database, "STC").await.id;
        let told = async |measure: &str| {
            let rows = observation::latest_for(make::period(&app.database, make::HALF_YEAR).await)
                .filter(observation::Column::AgencyId.eq(stc))
                .filter(observation::Column::MeasureCode.eq(measure));
            let row = rows.one(&app.database).await.expect("read").expect("the observation");
            (row.value, row.source.as_str(), row.note)
        };
        assert_eq!(told("plan_tasks").await, ("1024".to_owned(), "AGENCY_REPORT", Some("theo báo cáo quý II".to_owned())));
        assert_eq!(told("satisfaction_share").await, ("37/40".to_owned(), "SURVEY", None));
        assert_eq!(told("reports_complete_on_time").await.0, "true");
        let (_, again) = uploaded(&app, app.as_administrator(), path, &ACCEPT, ("a.csv", text.as_bytes())).await;
        assert_eq!(again, json!(["DONE", 0, 0, 4, 8]));
    }

    async fn only_an_administrator_verifies_and_it_holds_while_the_value_does(kind) {
        let app = App::sample(kind).await;
        let editor = token(&app, "chi", Some(("AGENCY_EDITOR", Some(&["STC"]))), "READ, ADMINISTER").await;
        let head = r#"period: "2022-H1", agency: "STC", mode: ALL_OR_NOTHING, dryRun: false"#;
        let row = |value: u32, more: &str| {
            format!(r#"{head}, rows: [{{ measure: "plan_tasks", value: "{value}", asOf: "2022-06-30" {more} }}]"#)
        };
        let query = format!(
            "mutation {{ importObservations(input: {{ {} }}) {{ import {{ id state }} }} }}",
            row(41, ", verified: true")
        );
        let refused = app.as_token(&editor).ask(&query).await["importObservations"]["import"].clone();
        assert_eq!(refused["state"], "REFUSED");
        assert_eq!(conflicts(&app, &refused["id"]).await, [conflict(1, "verified", "NOT_YOURS_TO_VERIFY")]);
        let verified = async |input: &str| {
            let counts = imported(&app, "importObservations", input).await.0;
            assert_eq!(counts[0], "DONE");
            let stc = make::agency(&app.database, "STC").await.id;
            let newest = observation::Entity::find()
                .filter(observation::Column::AgencyId.eq(stc))
                .filter(observation::Column::MeasureCode.eq("plan_tasks"))
                .order_by_desc(observation::Column::Version)
                .one(&app.database)
                .await;
            (newest.expect("read").expect("the observation").verified, counts[3].clone())
        };
        assert_eq!(verified(&row(41, "")).await, (false, json!(0)));
        assert_eq!(verified(&row(41, ", verified: true")).await, (true, json!(0)));
        assert_eq!(verified(&row(41, "")).await, (true, json!(1)));
        assert_eq!(verified(&row(42, "")).await, (false, json!(0)));
    }

    async fn the_state_of_a_document_follows_from_its_days(kind) {
        let app = App::sample(kind).await;
        let head = "agency,code,pillar,name_vi,name_en,state,issued_on,due_on,as_of\n";
        let rows = "STC,DIGITAL_PLAN,DIGITAL_GOVERNMENT,Kế hoạch chuyển đổi số,Digital plan,,15/01/2022,31/01/2022,30/06/2022\n\
                    KKT,DIGITAL_PLAN,,,,,01/02/2022,31/01/2022,30/06/2022\n\
                    SNV,NEW_PLAN,DIGITAL_GOVERNMENT,Kế hoạch mới,New plan,,,31/01/2022,30/06/2022\n\
                    SNGV,NEW_PLAN,DIGITAL_GOVERNMENT,Kế hoạch mới,New plan,đã trình,,31/01/2022,30/06/2022\n\
                    STP,NEW_PLAN,DIGITAL_GOVERNMENT,Kế hoạch mới,New plan,ISSUED_ON_TIME,01/02/2022,31/01/2022,30/06/2022\n\
                    STTTT,OTHER_PLAN,,,,,15/01/2022,,30/06/2022\n\
                    SKHDT,NEW_PLAN,DIGITAL_GOVERNMENT,Kế hoạch mới,New plan,XONG,01/01/2100,,30/06/2022\n";
        let path = "/imports/documents";
        let first = format!("{head}{}", rows.lines().next().expect("a row"));
        let (_, ended) = uploaded(&app, app.as_administrator(), path, &ACCEPT, ("a.csv", first.as_bytes())).await;
        assert_eq!(ended, json!(["DONE", 1, 0, 0, 0]));
        let text = format!("{head}{rows}");
        let (id, ended) = uploaded(&app, app.as_administrator(), path, &ACCEPT, ("a.csv", text.as_bytes())).await;
        let expected = [
            conflict(6, "state", "STATE_DISAGREES"),
            conflict(7, "pillar", "MISSING_VALUE"),
            conflict(7, "name_vi", "MISSING_VALUE"),
            conflict(7, "name_en", "MISSING_VALUE"),
            conflict(8, "issued_on", "IN_FUTURE"),
            conflict(8, "state", "UNKNOWN_STATE"),
        ];
        assert_eq!(conflicts(&app, &id).await, expected);
        assert_eq!(ended, json!(["DONE", 3, 0, 1, 3]));
        assert_eq!(state(&app, "STC", "DIGITAL_PLAN").await, (1, document::State::IssuedOnTime));
        assert_eq!(state(&app, "KKT", "DIGITAL_PLAN").await, (1, document::State::IssuedLate));
        assert_eq!(state(&app, "SNV", "NEW_PLAN").await, (1, document::State::NotIssued));
        assert_eq!(state(&app, "SNGV", "NEW_PLAN").await, (1, document::State::Submitted));
        let issued = r#"period: "2022-H1", mode: ALL_OR_NOTHING, dryRun: false, rows: [
            { agency: "SNV", code: "NEW_PLAN", issuedOn: "2022-02-10", dueOn: "2022-01-31", asOf: "2022-06-30" }]"#;
        assert_eq!(imported(&app, "importDocuments", issued).await, (json!(["DONE", 0, 1, 0, 0]), vec![]));
        assert_eq!(state(&app, "SNV", "NEW_PLAN").await, (2, document::State::IssuedLate));
    }

    async fn a_listing_is_of_a_channel_and_lists_no_more_than_it_must(kind) {
        let app = App::sample(kind).await;
        let before = listing::Entity::find().count(&app.database).await.expect("counted");
        let text = "Mã cơ quan;Kênh niêm yết;Số TTHC đã niêm yết;Số TTHC phải niêm yết;Tính đến ngày\n\
                    STC;Bộ phận một cửa;1.020;1.100;30/06/2022\n\
                    STC;AGENCY_WEBSITE;12;11;30/06/2022\n\
                    STC;bảng tin;1;;30/06/2022\n";
        let path = "/imports/listings";
        let (id, ended) = uploaded(&app, app.as_administrator(), path, &ACCEPT, ("a.csv", text.as_bytes())).await;
        let expected = [
            conflict(3, "listed", "MORE_THAN_REQUIRED"),
            conflict(4, "channel", "UNKNOWN_CHANNEL"),
            conflict(4, "required", "MISSING_VALUE"),
        ];
        assert_eq!(conflicts(&app, &id).await, expected);
        assert_eq!((&ended[0], &ended[4]), (&json!("DONE"), &json!(2)));
        assert_eq!(listing::Entity::find().count(&app.database).await.expect("counted"), before + 1);
        let same = r#"period: "2022-H1", agency: "STC", mode: ALL_OR_NOTHING, dryRun: false, rows: [
            { channel: ONE_STOP_UNIT, listed: 1020, required: 1100, asOf: "2022-06-30" }]"#;
        assert_eq!(imported(&app, "importListings", same).await, (json!(["DONE", 0, 0, 1, 0]), vec![]));
    }
}
