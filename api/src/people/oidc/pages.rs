//! The two pages: one leads to the provider, the other is where the provider sends the browser back.

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{AppendHeaders, IntoResponse, Redirect, Response};
use axum::routing::get;
use axum::{Extension, Router};
use entity::account;
use reform_worker::audit::{Actor, Entry, action};
use sea_orm::DbErr;
use serde::Deserialize;
use tokio::time::timeout;

use super::journey::Journey;
use super::provider::{Provider, Unproved};
use crate::graphql::actor::actor_of;
use crate::people::People;
use crate::people::cookie::Way;
use crate::people::record::proved;
use crate::people::refusal::Fault;
use crate::people::session::{OpenedBy, OpenedSession};
use crate::people::sign_in_page::{AFTER, SIGNED_IN, page, private};
use crate::people::viewer::Viewer;
use crate::server::{Client, Mode};

/// The longest part of a reason that the log has.
const LONGEST_REASON: usize = 500;

/// The pages; none without a provider.
pub(crate) fn routes(people: &People, provider: Option<Provider>, mode: Mode) -> Router {
    let Some(provider) = provider else { return Router::new() };
    Router::new()
        .route("/sign-in/oidc", get(leave))
        .route("/sign-in/oidc/callback", get(come_back))
        .with_state(Pages { people: people.clone(), provider, mode })
}

#[derive(Clone)]
struct Pages {
    people: People,
    provider: Provider,
    mode: Mode,
}

/// What the provider sends back.
#[derive(Deserialize)]
struct Answer {
    code: Option<String>,
    state: Option<String>,
    error: Option<String>,
    /// RFC 9207.
    iss: Option<String>,
}

/// Why nobody is signed in. What it holds is for the log.
#[derive(Debug)]
enum Turned {
    Refused(String),
    TooMany,
    NoProvider(String),
    Fault(Fault),
}

impl<E: Into<Fault>> From<E> for Turned {
    fn from(fault: E) -> Self {
        Self::Fault(fault.into())
    }
}

impl From<Unproved> for Turned {
    fn from(unproved: Unproved) -> Self {
        match unproved {
            Unproved::Provider(reason) => Self::NoProvider(reason),
            Unproved::Refused(reason) => Self::Refused(reason),
        }
    }
}

async fn leave(
    State(pages): State<Pages>,
    Extension(client): Extension<Client>,
    headers: HeaderMap,
) -> Response {
    let way = Way::of(&headers, &client);
    match pages.leave().await {
        Ok((journey, door)) => {
            let cookie = [(header::SET_COOKIE, journey.cookie(way))];
            (cookie, private(), Redirect::to(&door)).into_response()
        }
        Err(turned) => turned.told(&client),
    }
}

async fn come_back(
    State(pages): State<Pages>,
    Extension(client): Extension<Client>,
    headers: HeaderMap,
    answer: Result<Query<Answer>, QueryRejection>,
) -> Response {
    let way = Way::of(&headers, &client);
    // However it ends, the way there has been used.
    let ended = (header::SET_COOKIE, Journey::no_cookie(way));
    match pages.come_back(way, &headers, &client, answer).await {
        Ok(session) => {
            let cookies = AppendHeaders([(header::SET_COOKIE, way.set(&session.secret)), ended]);
            match pages.mode {
                Mode::Development => (cookies, private(), Redirect::to(AFTER)).into_response(),
                Mode::Production => (cookies, page(StatusCode::OK, SIGNED_IN)).into_response(),
            }
        }
        Err(turned) => {
            if matches!(turned, Turned::Refused(_) | Turned::TooMany) {
                let refused = Entry::refused(&asking(&client), action::SIGN_IN, "OIDC_REFUSED");
                pages.people.refuse(refused).await;
            }
            (AppendHeaders([ended]), turned.told(&client)).into_response()
        }
    }
}

/// Whoever asks, before it is known who he is.
fn asking(client: &Client) -> Actor {
    actor_of(&Viewer { signed_in: None, from: client.address, request_id: client.request_id })
}

impl Pages {
    async fn leave(&self) -> Result<(Journey, String), Turned> {
        let now = self.people.now();
        let journey = Journey::begin(now)?;
        let door = timeout(self.provider.page_within(), self.provider.door(&journey, now)).await;
        let door = door.map_err(|_| too_slow())??;
        Ok((journey, door.into()))
    }

    async fn come_back(
        &self,
        way: Way,
        headers: &HeaderMap,
        client: &Client,
        answer: Result<Query<Answer>, QueryRejection>,
    ) -> Result<OpenedSession, Turned> {
        let refused = |reason: &str| Turned::Refused(reason.to_owned());
        let Query(answer) = answer.map_err(|error| Turned::Refused(error.body_text()))?;
        let now = self.people.now();
        let state = answer.state.ok_or_else(|| refused("no state"))?;
        let journey = Journey::resume(way, headers, &state, now);
        let journey = journey.ok_or_else(|| refused("the state is not this browser's, or too old"))?;
        if let Some(error) = answer.error {
            return Err(Turned::Refused(format!("the provider says {error}")));
        }
        if answer.iss.is_some_and(|issuer| issuer != self.provider.issuer()) {
            return Err(refused("another issuer answers"));
        }
        let code = answer.code.ok_or_else(|| refused("no code"))?;
        if !self.people.rate.allows(client.address) {
            return Err(Turned::TooMany);
        }
        let subject = timeout(self.provider.page_within(), self.provider.subject(&journey, code, now)).await;
        let subject = subject.map_err(|_| too_slow())??;
        let bound = self.bound(&subject).await?;
        let bound = bound.ok_or_else(|| Turned::Refused(format!("no account is bound to {subject}")))?;
        if bound.state == account::State::Disabled {
            return Err(Turned::Refused(format!("the account {} is disabled", bound.name)));
        }
        let replaces = self.people.shown_session(headers, way).await?;
        let by = proved(&asking(client), &bound);
        Ok(self.people.open_session(&by, bound.id, OpenedBy::Provider, replaces).await?)
    }

    async fn bound(&self, subject: &str) -> Result<Option<account::Model>, DbErr> {
        account::bound_to(self.provider.issuer(), subject).one(&self.people.database).await
    }
}

impl Turned {
    /// What the log and the browser are told.
    fn told(self, client: &Client) -> Response {
        let client = client.address;
        let (status, text) = match self {
            Self::Refused(reason) => {
                let reason: String = reason.chars().take(LONGEST_REASON).collect();
                tracing::warn!(%client, ?reason, "a sign-in by OpenID Connect was refused");
                (
                    StatusCode::FORBIDDEN,
                    "<p>Không đăng nhập được. Hãy <a href=\"/sign-in/oidc\">thử lại</a> hoặc hỏi quản trị viên. / \
                     You were not signed in. <a href=\"/sign-in/oidc\">Try again</a> or ask an administrator.</p>",
                )
            }
            Self::TooMany => {
                tracing::warn!(%client, "too many sign-ins by OpenID Connect");
                (
                    StatusCode::TOO_MANY_REQUESTS,
                    "<p>Thử quá nhiều lần từ địa chỉ này; hãy đợi một phút. / \
                     Too many attempts from this address; wait a minute.</p>",
                )
            }
            Self::NoProvider(reason) => {
                let reason: String = reason.chars().take(LONGEST_REASON).collect();
                tracing::error!(?reason, "the OpenID Connect provider cannot be used");
                (
                    StatusCode::SERVICE_UNAVAILABLE,
                    "<p>Máy chủ đăng nhập không trả lời đúng; hãy thử lại sau. / \
                     The sign-in provider does not answer as it should; try again later.</p>",
                )
            }
            Self::Fault(fault) => {
                tracing::error!(%fault, "nobody could be signed in by OpenID Connect");
                (
                    StatusCode::INTERNAL_SERVER_ERROR,
                    "<p>Lỗi hệ thống; hãy thử lại. / Internal error; try again.</p>",
                )
            }
        };
        page(status, text)
    }
}

fn too_slow() -> Turned {
    Turned::NoProvider("it took too long".to_owned())
}
