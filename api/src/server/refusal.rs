//! What a client hears when its request is not executed.

use async_graphql::{Response as GraphQLResponse, ServerError};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::Media;
use super::graphql::answer;

/// A request that is not executed: a status, and a GraphQL error with a code.
#[derive(Debug)]
pub(super) struct Refusal {
    status: StatusCode,
    code: &'static str,
    message: String,
    header: Option<(HeaderName, HeaderValue)>,
}

impl Refusal {
    pub(super) fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into(), header: None }
    }

    pub(super) fn bad_request(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "BAD_REQUEST", message)
    }

    /// Allows only these methods.
    pub(super) fn method_not_allowed(message: &str, allow: &'static str) -> Self {
        let refusal = Self::new(StatusCode::METHOD_NOT_ALLOWED, "METHOD_NOT_ALLOWED", message);
        refusal.with(header::ALLOW, allow)
    }

    pub(super) fn with(mut self, name: HeaderName, value: &'static str) -> Self {
        self.header = Some((name, HeaderValue::from_static(value)));
        self
    }

    /// Whether the fault is ours.
    pub(super) fn is_fault(&self) -> bool {
        self.status.is_server_error()
    }

    /// Try again after so many seconds.
    pub(super) fn retry_after(self, seconds: u64) -> Self {
        Self { header: Some((header::RETRY_AFTER, HeaderValue::from(seconds))), ..self }
    }

    /// The GraphQL errors, which are one.
    pub(super) fn errors(&self) -> Vec<ServerError> {
        let mut error = ServerError::new(self.message.clone(), None);
        error.extensions.get_or_insert_with(Default::default).set("code", self.code);
        vec![error]
    }

    /// The answer without HTTP.
    pub(super) fn into_graphql(self) -> GraphQLResponse {
        GraphQLResponse::from_errors(self.errors())
    }

    /// The answer in the media type that the client takes. In the modern one no refusal has the status 200.
    pub(super) fn into_answer(self, media: Media) -> Response {
        let status = match (media, self.status) {
            (Media::GraphQLResponse, StatusCode::OK) => StatusCode::BAD_REQUEST,
            (_, status) => status,
        };
        let mut answer = answer(media, status, GraphQLResponse::from_errors(self.errors()));
        if let Some((name, value)) = self.header {
            answer.headers_mut().insert(name, value);
        }
        answer
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        self.into_answer(Media::Json)
    }
}
