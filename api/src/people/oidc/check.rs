//! Whether an ID token is good: OpenID Connect Core 1.0, 3.1.3.7. The crate checks the signature, the issuer,
//! the audience, the nonce and the expiry; what it leaves to us is here: which algorithms, the authorized
//! party, and the times by our own clock with a minute of grace.

use chrono::{DateTime, TimeDelta, Utc};
use openidconnect::core::{
    CoreAuthDisplay, CoreAuthPrompt, CoreErrorResponseType, CoreGenderClaim, CoreJsonWebKey,
    CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm, CoreRevocableToken,
    CoreRevocationErrorResponse, CoreTokenIntrospectionResponse, CoreTokenType,
};
use openidconnect::{
    AdditionalClaims, ClaimsVerificationError, EmptyExtraTokenFields, EndpointMaybeSet, EndpointNotSet,
    EndpointSet, IdTokenFields, Nonce, SignatureVerificationError, StandardErrorResponse,
    StandardTokenResponse,
};
use serde::{Deserialize, Serialize};

/// How far the provider's clock may be from ours.
const GRACE: TimeDelta = TimeDelta::seconds(60);

/// The algorithms: each with a public key. Whoever knows the client's secret, or nothing, signs nothing.
const ALGORITHMS: [CoreJwsSigningAlgorithm; 4] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EdDsa,
];

/// What an ID token may say beyond what the crate knows.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) struct MoreClaims {
    /// It counts for nothing before.
    #[serde(default, with = "chrono::serde::ts_seconds_option")]
    nbf: Option<DateTime<Utc>>,
}

impl AdditionalClaims for MoreClaims {}

type Fields = IdTokenFields<
    MoreClaims,
    EmptyExtraTokenFields,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJwsSigningAlgorithm,
>;

/// The crate's client, whose ID tokens have [`MoreClaims`].
pub(super) type Client = openidconnect::Client<
    MoreClaims,
    CoreAuthDisplay,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJsonWebKey,
    CoreAuthPrompt,
    StandardErrorResponse<CoreErrorResponseType>,
    StandardTokenResponse<Fields, CoreTokenType>,
    CoreTokenIntrospectionResponse,
    CoreRevocableToken,
    CoreRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// An ID token as the provider gives it.
pub(super) type IdToken = openidconnect::IdToken<
    MoreClaims,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJwsSigningAlgorithm,
>;

/// Why an ID token is not good. For the log, never for a client.
#[derive(Debug, thiserror::Error)]
pub(super) enum NotGood {
    /// No key that we know signed it; there may be newer ones.
    #[error("no key of the provider has that id and kind")]
    UnknownKey,
    /// It breaks a rule.
    #[error(transparent)]
    Claims(ClaimsVerificationError),
    /// It was made for another client.
    #[error("the authorized party is another")]
    OtherParty,
    /// It does not count yet.
    #[error("it counts from {0} on")]
    NotYet(DateTime<Utc>),
}

/// Who the person is to the provider, if the token is good.
pub(super) fn subject_of(
    client: &Client,
    token: &IdToken,
    nonce: &Nonce,
    now: DateTime<Utc>,
) -> Result<String, NotGood> {
    let issued_in_time = |issued_at: DateTime<Utc>| match issued_at > now + GRACE {
        true => Err(format!("issued at {issued_at}, which is yet to come")),
        false => Ok(()),
    };
    let verifier = client
        .id_token_verifier()
        .set_allowed_algs(ALGORITHMS)
        .set_time_fn(|| now - GRACE)
        .set_issue_time_verifier_fn(issued_in_time);
    let claims = token.claims(&verifier, nonce).map_err(|error| match error {
        ClaimsVerificationError::SignatureVerification(SignatureVerificationError::NoMatchingKey) => {
            NotGood::UnknownKey
        }
        ClaimsVerificationError::SignatureVerification(why) => {
            NotGood::Claims(ClaimsVerificationError::Other(why.to_string()))
        }
        error => NotGood::Claims(error),
    })?;
    if claims.authorized_party().is_some_and(|party| party.as_str() != client.client_id().as_str()) {
        return Err(NotGood::OtherParty);
    }
    match claims.additional_claims().nbf {
        Some(from) if from > now + GRACE => Err(NotGood::NotYet(from)),
        _ => Ok(claims.subject().to_string()),
    }
}
