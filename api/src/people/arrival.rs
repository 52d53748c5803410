//! A request arrives: its headers and its address make the [`Viewer`], once, for HTTP and for the WebSocket.
//!
//! A token speaks louder than a cookie, and a token that does not hold turns the request away: a program is
//! never answered as the public without knowing. A cookie that no longer holds is as no cookie.

use axum::http::{HeaderMap, header};
use entity::SessionId;
use sea_orm::DbErr;

use super::People;
use super::cookie::Way;
use super::secret::{Purpose, Secret, hashed};
use super::session::OpenedSession;
use super::viewer::Viewer;
use crate::server::{Client, is_same_origin};

/// The header in which a mutation of a session repeats the session's CSRF token.
const CSRF_HEADER: &str = "x-csrf-token";

/// Who a request comes from.
#[derive(Clone, Debug)]
pub struct Arrival {
    /// Who asks.
    pub viewer: Viewer,
    /// How he may be answered.
    pub browser: Browser,
}

/// What is to be known of the browser behind a request, if there is one.
#[derive(Clone, Debug)]
pub struct Browser {
    way: Way,
    may_mutate: bool,
    csrf_token: Option<Secret>,
    takes_cookies: bool,
}

/// Why a request is turned away.
#[derive(Debug)]
pub enum TurnedAway {
    /// Its token is unknown, expired, revoked or not one at all.
    BadToken,
    /// Our own fault.
    Fault(DbErr),
}

impl From<DbErr> for TurnedAway {
    fn from(error: DbErr) -> Self {
        Self::Fault(error)
    }
}

impl TurnedAway {
    /// What the client hears: a code and a message.
    pub fn told(&self) -> (&'static str, &'static str) {
        match self {
            Self::BadToken => (
                "UNAUTHENTICATED",
                "Mã truy cập không đúng, đã hết hạn hoặc đã bị thu hồi. / \
                 The token or session is unknown, expired or revoked.",
            ),
            Self::Fault(error) => {
                tracing::error!(%error, "it could not be looked up who asks");
                ("INTERNAL", "Lỗi hệ thống; hãy thử lại. / Internal error; try again.")
            }
        }
    }
}

impl Browser {
    fn new(way: Way, may_mutate: bool, csrf_token: Option<Secret>) -> Self {
        Self { way, may_mutate, csrf_token, takes_cookies: true }
    }

    /// The same at the other end of a WebSocket, over which no cookie can be set.
    pub fn over_socket(self) -> Self {
        Self { takes_cookies: false, ..self }
    }

    /// Whether the answer can set a cookie.
    pub fn takes_cookies(&self) -> bool {
        self.takes_cookies
    }

    /// Whether this request may change anything: a session's must repeat the session's CSRF token and come
    /// from our own pages.
    pub fn may_mutate(&self) -> bool {
        self.may_mutate
    }

    /// What a mutation of the session must repeat; none without a session.
    pub fn csrf_token(&self) -> Option<&Secret> {
        self.csrf_token.as_ref()
    }

    /// The `Set-Cookie` that gives the browser a session.
    pub fn cookie_of(&self, session: &OpenedSession) -> String {
        self.way.set(&session.secret)
    }

    /// The `Set-Cookie` that takes the session from the browser.
    pub fn no_cookie(&self) -> String {
        self.way.clear()
    }
}

impl People {
    /// Who a request of this client with these headers comes from.
    ///
    /// # Errors
    /// When it shows a token that does not hold, or the database fails.
    pub async fn arrive(&self, headers: &HeaderMap, client: &Client) -> Result<Arrival, TurnedAway> {
        let (from, request_id) = (client.address, client.request_id);
        let viewer = |signed_in| Viewer { signed_in, from, request_id };
        let way = Way::of(headers, client);
        if let Some(authorization) = headers.get(header::AUTHORIZATION) {
            let secret = authorization.to_str().ok().and_then(bearer).ok_or(TurnedAway::BadToken)?;
            let signed_in = self.known_token(&secret).await?.ok_or(TurnedAway::BadToken)?;
            let browser = Browser::new(way, true, None);
            return Ok(Arrival { viewer: viewer(Some(signed_in)), browser });
        }
        let session = match way.secret(headers) {
            Some(secret) => self.known_session(&secret).await?,
            None => None,
        };
        let Some(session) = session else {
            let browser = Browser::new(way, is_same_origin(headers, client), None);
            return Ok(Arrival { viewer: viewer(None), browser });
        };
        let csrf_token = Secret::read(Purpose::Session, &session.csrf_token);
        let may_mutate = is_same_origin(headers, client) && repeats(headers, csrf_token.as_ref());
        let browser = Browser::new(way, may_mutate, csrf_token);
        Ok(Arrival { viewer: viewer(Some(session.signed_in)), browser })
    }

    /// The session that a browser shows, if it holds: the one that a new one replaces.
    pub(crate) async fn shown_session(
        &self,
        headers: &HeaderMap,
        way: Way,
    ) -> Result<Option<SessionId>, DbErr> {
        let Some(secret) = way.secret(headers) else { return Ok(None) };
        let session = self.known_session(&secret).await?;
        Ok(session.and_then(|session| session.signed_in.session()))
    }
}

/// The token of `Authorization: Bearer …`.
fn bearer(authorization: &str) -> Option<Secret> {
    let (scheme, token) = authorization.split_once(' ')?;
    let token = token.trim();
    scheme.eq_ignore_ascii_case("bearer").then(|| Secret::read(Purpose::Token, token))?
}

/// Whether the header repeats the CSRF token; hashes are compared, so that the time taken tells nothing.
fn repeats(headers: &HeaderMap, csrf_token: Option<&Secret>) -> bool {
    let shown = headers.get(CSRF_HEADER).and_then(|shown| shown.to_str().ok());
    shown.zip(csrf_token).is_some_and(|(shown, csrf_token)| hashed(shown) == csrf_token.hash())
}
