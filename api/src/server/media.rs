//! Which media types come and go: GraphQL over HTTP's choice between `application/graphql-response+json`,
//! whose status says what became of the request, and `application/json`, for clients of old.

use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use mime::Mime;

use super::Refusal;

/// The media type of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Media {
    /// `application/graphql-response+json`.
    GraphQLResponse,
    /// `application/json`.
    Json,
}

/// How much a client likes a media type: its weight, then whether it named the type itself.
type Liking = (u16, bool);

impl Media {
    /// The media type that a request accepts best. Who names none, or takes any, gets `application/json`.
    pub(super) fn accepted(headers: &HeaderMap) -> Result<Self, Refusal> {
        let values = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
        let named: Vec<_> = values
            .flat_map(|value| value.split(','))
            .map(str::trim)
            .filter(|range| !range.is_empty())
            .collect();
        if named.is_empty() {
            return Ok(Self::Json);
        }
        let ranges: Vec<Mime> = named.iter().filter_map(|range| range.parse().ok()).collect();
        let modern = liking(&ranges, "graphql-response+json");
        let json = liking(&ranges, "json");
        match (modern, json) {
            (None, None) => {
                let message = "Accept `application/graphql-response+json` or `application/json`.";
                Err(Refusal::new(StatusCode::NOT_ACCEPTABLE, "NOT_ACCEPTABLE", message))
            }
            // Of two that are named and liked alike, the modern one.
            (Some((weight, true)), json) if json.is_none_or(|(other, _)| weight >= other) => {
                Ok(Self::GraphQLResponse)
            }
            (modern, json) if modern > json => Ok(Self::GraphQLResponse),
            _ => Ok(Self::Json),
        }
    }

    pub(super) fn header(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::GraphQLResponse => "application/graphql-response+json; charset=utf-8",
            Self::Json => "application/json; charset=utf-8",
        })
    }
}

/// How much the ranges like `application/<subtype>`, by the range that fits it best; `None`: not at all.
fn liking(ranges: &[Mime], subtype: &str) -> Option<Liking> {
    let fit = |range: &Mime| match (range.type_().as_str(), range.essence_str().split_once('/')) {
        ("application", Some((_, named))) if named == subtype => Some(3),
        ("application", Some((_, "*"))) => Some(2),
        ("*", _) => Some(1),
        _ => None,
    };
    let best = ranges.iter().filter_map(|range| Some((fit(range)?, range))).max_by_key(|(fit, _)| *fit);
    let (fit, range) = best?;
    let weight = range.get_param("q").map_or(Ok(1.0), |weight| weight.as_str().parse::<f32>()).ok()?;
    // Weights have at most three digits.
    let weight = (weight.clamp(0.0, 1.0) * 1000.0).round() as u16;
    (weight > 0).then_some((weight, fit == 3))
}

/// Whether a body is JSON in UTF-8. A browser sends this type to another site only after asking that site,
/// which nothing of ours allows.
pub(super) fn expect_json(headers: &HeaderMap) -> Result<(), Refusal> {
    let refused = |message| {
        Err(Refusal::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "UNSUPPORTED_MEDIA_TYPE", message)
            .with(HeaderName::from_static("accept-post"), "application/json"))
    };
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let content_type = content_type.and_then(|value| value.parse::<Mime>().ok());
    let Some(content_type) = content_type.filter(|media| media.essence_str() == "application/json") else {
        return refused("Send the request with `Content-Type: application/json`.");
    };
    if content_type.get_param(mime::CHARSET).is_some_and(|charset| charset != mime::UTF_8) {
        return refused("JSON is written in UTF-8; send the request with `charset=utf-8` or none.");
    }
    if headers.get(header::CONTENT_ENCODING).is_some_and(|encoding| encoding != "identity") {
        return refused("Send the request without `Content-Encoding`.");
    }
    Ok(())
}
