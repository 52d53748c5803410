//! The page behind a one-time link. Opening it changes nothing, so that the preview of a link does not use
//! it up; its button does.

use axum::extract::{Form, Query, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::get;
use axum::{Extension, Router, body::Body};
use serde::Deserialize;

use super::People;
use super::cookie::Way;
use super::refusal::Fault;
use super::secret::{Purpose, Secret};
use super::viewer::Viewer;
use crate::graphql::actor::actor_of;
use crate::server::{Client, Mode, is_same_origin};

/// Where who has signed in goes, where that page is.
pub(super) const AFTER: &str = "/graphiql";
/// What is told elsewhere.
pub(super) const SIGNED_IN: &str = "<p>Đã đăng nhập. / You are signed in.</p>";

/// What the link, and the page's form, carry.
#[derive(Deserialize)]
struct Shown {
    #[serde(default)]
    link: String,
}

impl Shown {
    fn secret(&self) -> Option<Secret> {
        Secret::read(Purpose::Link, &self.link)
    }
}

/// The page's routes.
pub(crate) fn routes(people: People, mode: Mode) -> Router {
    Router::new().route("/sign-in", get(ask).post(sign_in)).layer(Extension(mode)).with_state(people)
}

async fn ask(Query(shown): Query<Shown>) -> Response {
    match shown.secret() {
        Some(link) => page(StatusCode::OK, &form(&link)),
        None => refused(),
    }
}

async fn sign_in(
    State(people): State<People>,
    Extension(client): Extension<Client>,
    Extension(mode): Extension<Mode>,
    headers: HeaderMap,
    Form(shown): Form<Shown>,
) -> Response {
    let viewer = Viewer { signed_in: None, from: client.address, request_id: client.request_id };
    let link = shown.secret().filter(|_| is_same_origin(&headers, &client));
    match open(&people, &viewer, link.as_ref(), &headers, &client).await {
        Ok(Some(cookie)) if mode == Mode::Development => {
            (cookie, private(), Redirect::to(AFTER)).into_response()
        }
        Ok(Some(cookie)) => (cookie, page(StatusCode::OK, SIGNED_IN)).into_response(),
        Ok(None) => refused(),
        Err(fault) => {
            tracing::error!(%fault, "a link could not be used");
            page(
                StatusCode::INTERNAL_SERVER_ERROR,
                "<p>Lỗi hệ thống; hãy thử lại. / Internal error; try again.</p>",
            )
        }
    }
}

type SetCookie = [(HeaderName, String); 1];

async fn open(
    people: &People,
    viewer: &Viewer,
    link: Option<&Secret>,
    headers: &HeaderMap,
    client: &Client,
) -> Result<Option<SetCookie>, Fault> {
    let way = Way::of(headers, client);
    let replaces = people.shown_session(headers, way).await?;
    let session = people.sign_in_by_link(&actor_of(viewer), link, replaces).await?;
    Ok(session.map(|session| [(header::SET_COOKIE, way.set(&session.secret))]))
}

/// The link is 64 hexadecimal digits: nothing in it needs escaping.
fn form(link: &Secret) -> String {
    format!(
        r#"<form method="post" action="/sign-in"><input type="hidden" name="link" value="{}">
<button>Đăng nhập / Sign in</button></form>"#,
        link.expose()
    )
}

fn refused() -> Response {
    let text = "<p>Liên kết không còn hiệu lực. Hãy xin liên kết mới. / \
                This link no longer holds. Ask for a new one.</p>";
    page(StatusCode::FORBIDDEN, text)
}

/// A page of signing in.
pub(super) fn page(status: StatusCode, content: &str) -> Response<Body> {
    let html = format!(
        r#"<!doctype html><html lang="vi"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Bảng điểm cải cách</title><h1>Bảng điểm cải cách / Reform Scorecard</h1>{content}</html>"#
    );
    (status, private(), Html(html)).into_response()
}

/// Nobody keeps the page, frames it, runs scripts in it or learns the link from it. Its own form still says
/// where it comes from.
pub(super) fn private() -> [(HeaderName, HeaderValue); 3] {
    let policy = "default-src 'none'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";
    [
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy)),
        (header::REFERRER_POLICY, HeaderValue::from_static("same-origin")),
    ]
}
