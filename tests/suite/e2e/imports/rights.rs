//! Who may upload and download.

use axum::http::StatusCode;
use serde_json::json;
use tests::{App, on_both};

use super::{ended, file};
use crate::e2e::policy::personas::token;

const PASSWORD: &str = "một mật khẩu đủ dài";

on_both! {
    async fn a_file_is_taken_from_whoever_reports_for_its_agency(kind) {
        let app = App::sample(kind).await;
        let csv = file(&[("", "A1", "10/01/2022", ""), ("KKT", "A2", "10/01/2022", "")]);
        let editor = token(&app, "chi", Some(("AGENCY_EDITOR", Some(&["STC"]))), "READ, ADMINISTER").await;
        let reader = token(&app, "minh", Some(("ADMINISTRATOR", None)), "READ").await;
        let viewer = token(&app, "binh", Some(("VIEWER", Some(&["STC"]))), "READ, ADMINISTER").await;
        let own: &[_] = &[("agency", "STC"), ("mode", "ACCEPT_VALID")];
        for (asker, fields, status) in [
            (app.as_public(), own, StatusCode::UNAUTHORIZED),
            (app.as_token("rfm_wrong"), own, StatusCode::UNAUTHORIZED),
            (app.as_token(&reader), own, StatusCode::FORBIDDEN),
            (app.as_token(&viewer), own, StatusCode::FORBIDDEN),
            (app.as_token(&editor), &[], StatusCode::FORBIDDEN),
            (app.as_token(&editor), &[("agency", "KKT")], StatusCode::FORBIDDEN),
            (app.as_token(&editor), &[("agency", "NONE")], StatusCode::FORBIDDEN),
            (app.as_administrator(), &[("agency", "NONE")], StatusCode::BAD_REQUEST),
        ] {
            let answer = asker.upload(fields, ("hoso.csv", csv.as_bytes())).await;
            assert_eq!(answer.status, status, "{fields:?} {answer:?}");
        }
        let answer = app.as_token(&editor).upload(own, ("hoso.csv", csv.as_bytes())).await;
        assert_eq!(ended(&app, &answer.json["id"]).await, json!(["DONE", 1, 0, 0, 1]));
        let path = format!("/imports/{}/refused", answer.json["id"].as_str().expect("an id"));
        let other = token(&app, "dung", Some(("AGENCY_EDITOR", Some(&["KKT"]))), "READ, ADMINISTER").await;
        for (asker, status) in [
            (app.as_public(), StatusCode::UNAUTHORIZED),
            (app.as_token(&other), StatusCode::NOT_FOUND),
            (app.as_token(&editor), StatusCode::OK),
            (app.as_token(&viewer), StatusCode::OK),
        ] {
            assert_eq!(asker.get(&path).await.status, status);
        }
    }

    async fn a_browser_must_prove_that_a_page_of_ours_sends_the_file(kind) {
        let app = App::sample(kind).await;
        app.person("lan", PASSWORD).await;
        let lan = app.sign_in("lan", PASSWORD).await;
        let csv = file(&[("STC", "A1", "10/01/2022", "")]);
        let upload = async |asker: tests::Asker<'_>| asker.upload(&[], ("hoso.csv", csv.as_bytes())).await;
        let without = upload(lan.clone().without("x-csrf-token")).await;
        assert_eq!((without.status, &without.json["errors"][0]["extensions"]["code"]), (StatusCode::FORBIDDEN, &json!("FORBIDDEN")));
        let elsewhere = upload(lan.clone().with("origin", "https://evil.example")).await;
        assert_eq!(elsewhere.status, StatusCode::FORBIDDEN);
        // With its proof she is told that she has no right to it.
        let told = upload(lan).await;
        assert!(told.json["errors"][0]["message"].as_str().expect("a message").contains("no right"), "{told:?}");
    }
}
