//! What every answer tells a browser that it may do with it: as little as possible.

use axum::http::{HeaderName, HeaderValue, header};
use axum::response::Response;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use sha2::{Digest, Sha256};

/// Guess no types, tell nobody where we are, show us in no frame, let no other site use our answers.
const GUARDS: [(HeaderName, HeaderValue); 4] = [
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    (HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin")),
];
/// What an answer that is no page may load: nothing.
const NOTHING: HeaderValue = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");

/// Adds the guards to an answer that does not say otherwise itself: a page whose form must tell where it comes
/// from cannot be without a referrer, for browsers then send no origin either.
pub(super) async fn guard(mut answer: Response) -> Response {
    let headers = answer.headers_mut();
    for (name, value) in GUARDS {
        headers.entry(name).or_insert(value);
    }
    headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(NOTHING);
    answer
}

/// What the page to try the API on may load: its editor, itself, and the scripts that it holds.
pub(super) fn page_policy(page: &str) -> String {
    let scripts = page.split("<script>").skip(1).filter_map(|rest| rest.split_once("</script>"));
    let hashes =
        scripts.map(|(script, _)| format!(" 'sha256-{}'", BASE64_STANDARD.encode(Sha256::digest(script))));
    let hashes: String = hashes.collect();
    format!(
        "default-src 'none'; script-src https://unpkg.com{hashes}; \
         style-src https://unpkg.com 'unsafe-inline'; font-src data:; img-src 'self' data: https://graphql.org; \
         connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
}
