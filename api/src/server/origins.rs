//! Which other sites' pages may use the API from a browser: by default none.

use std::str::FromStr;
use std::time::Duration;

use axum::http::{HeaderMap, HeaderValue, Method, Uri, header};
use tower_http::cors::CorsLayer;

use super::Client;
use super::replica::POSITION;

/// How long a browser remembers what it may ask.
const REMEMBERED: Duration = Duration::from_secs(600);

/// A site whose pages may use the API: a scheme and a host, as browsers send it, for instance
/// `https://par.dongthap.gov.vn`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin(HeaderValue);

impl FromStr for Origin {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = || format!("`{text}` is not a site: write http(s)://host or http(s)://host:port");
        let uri: Uri = text.parse().map_err(|_| wrong())?;
        let written = uri.scheme_str().zip(uri.host()).map(|(scheme, host)| match uri.port() {
            Some(port) => format!("{scheme}://{host}:{port}"),
            None => format!("{scheme}://{host}"),
        });
        let of_the_web = matches!(uri.scheme_str(), Some("http" | "https"));
        // Browsers send it in small letters, without a path.
        if !of_the_web || written.as_deref() != Some(text) || text != text.to_ascii_lowercase() {
            return Err(wrong());
        }
        HeaderValue::from_str(text).map(Self).map_err(|_| wrong())
    }
}

/// What browsers are told when a page of another site wants to ask: which may, and how. Cookies stay at home.
pub(super) fn cross_origin(origins: &[Origin]) -> CorsLayer {
    CorsLayer::new()
        .allow_origin(origins.iter().map(|origin| origin.0.clone()).collect::<Vec<_>>())
        .allow_methods([Method::GET, Method::POST])
        .allow_headers([header::ACCEPT, header::AUTHORIZATION, header::CONTENT_TYPE, POSITION])
        .expose_headers([POSITION])
        .max_age(REMEMBERED)
}

/// Browsers let any page open a WebSocket anywhere and only say which page it is: it must be ours or one that
/// may. Programs send no origin.
pub(super) fn may_open_socket(headers: &HeaderMap, client: &Client, origins: &[Origin]) -> bool {
    let named = |origin: &HeaderValue| origins.iter().any(|allowed| allowed.0 == *origin);
    headers.get(header::ORIGIN).is_some_and(named) || is_same_origin(headers, client)
}

/// Whether a page of ours sent the request, or no page at all. Whoever can change what a network carries can put a
/// page under our name over http; where the request came over https, such a page is not ours.
pub(crate) fn is_same_origin(headers: &HeaderMap, client: &Client) -> bool {
    let Some(origin) = headers.get(header::ORIGIN) else {
        return true;
    };
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let origin = origin.to_str().ok().and_then(|origin| origin.split_once("://"));
    origin
        .zip(host)
        .is_some_and(|((scheme, origin), host)| origin == host && (scheme == "https" || !client.over_https))
}
