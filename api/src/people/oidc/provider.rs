//! The provider: who it is, and what it told of itself when it was first needed. That is kept for an hour, so
//! that a key which it withdraws is not believed for long, and asked for again when a token is signed by a key
//! that we do not know, though not more often than once a minute.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use openidconnect::core::{CoreAuthenticationFlow, CoreClientAuthMethod, CoreProviderMetadata};
use openidconnect::url::{Host, Url};
use openidconnect::{
    AuthType, AuthorizationCode, ClientId, ClientSecret, IssuerUrl, PkceCodeChallenge, RedirectUrl,
    TokenResponse,
};
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::Mutex;

use super::check::{Client, IdToken, NotGood, subject_of};
use super::http::Http;
use super::journey::Journey;

/// How long is kept what the provider told of itself.
const KEPT: TimeDelta = TimeDelta::hours(1);
/// How often unknown keys make us ask again.
const AGAIN: TimeDelta = TimeDelta::minutes(1);

/// An OpenID Connect provider by which people may sign in. Clones share what it told of itself.
#[derive(Clone)]
pub struct Provider(Arc<Inner>);

struct Inner {
    issuer: IssuerUrl,
    client_id: ClientId,
    client_secret: ClientSecret,
    redirect: RedirectUrl,
    http: Http,
    told: Mutex<Told>,
}

#[derive(Default)]
struct Told {
    client: Option<(Arc<Client>, DateTime<Utc>)>,
    asked_again_at: Option<DateTime<Utc>>,
}

/// Why nobody is known by the provider's word. For the log, never for a client.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unproved {
    /// The provider does not answer as a provider does.
    #[error("the provider: {0}")]
    Provider(String),
    /// Its answer proves nothing.
    #[error("refused: {0}")]
    Refused(String),
}

impl Provider {
    /// The provider `issuer` (https, or http on this machine), to which we are a client with a secret.
    /// `public_url` is our own site as browsers see it: a scheme and a host.
    ///
    /// # Errors
    /// With a sentence that names what is wrong.
    pub fn new(
        issuer: &str,
        client_id: &str,
        client_secret: &SecretString,
        public_url: &str,
    ) -> Result<Self, String> {
        let (issuer_url, over_http) = checked_url("--oidc-issuer", issuer)?;
        if issuer_url.query().is_some() || issuer_url.fragment().is_some() {
            return Err(format!("--oidc-issuer `{issuer}`: it has neither `?` nor `#`"));
        }
        let (site, _) = checked_url("--public-url", public_url)?;
        if !["", "/"].contains(&site.path()) || site.query().is_some() || site.fragment().is_some() {
            return Err(format!(
                "--public-url `{public_url}`: write only http(s)://host or http(s)://host:port"
            ));
        }
        if client_id.trim().is_empty() || client_secret.expose_secret().is_empty() {
            return Err("--oidc-client-id and OIDC_CLIENT_SECRET must not be empty".to_owned());
        }
        let redirect = format!("{}/sign-in/oidc/callback", site.origin().ascii_serialization());
        let http = Http::new(over_http).map_err(|error| format!("no trusted certificates: {error}"))?;
        Ok(Self(Arc::new(Inner {
            issuer: IssuerUrl::new(issuer.to_owned()).map_err(|error| error.to_string())?,
            client_id: ClientId::new(client_id.to_owned()),
            client_secret: ClientSecret::new(client_secret.expose_secret().to_owned()),
            redirect: RedirectUrl::new(redirect).map_err(|error| error.to_string())?,
            http,
            told: Mutex::default(),
        })))
    }

    /// The same, which must answer each request within another time than 5 s.
    pub fn answering_within(self, within: Duration) -> Self {
        match Arc::try_unwrap(self.0) {
            Ok(mut inner) => {
                inner.http.within = within;
                Self(Arc::new(inner))
            }
            Err(shared) => Self(shared),
        }
    }

    /// Who it is.
    pub fn issuer(&self) -> &str {
        self.0.issuer.as_str()
    }

    /// How long a page may wait for all that it asks the provider.
    pub(super) fn page_within(&self) -> Duration {
        self.0.http.within * 2
    }

    /// Where a browser goes to prove who its person is.
    pub(super) async fn door(&self, journey: &Journey, now: DateTime<Utc>) -> Result<Url, Unproved> {
        let client = self.client(now).await?;
        let (state, nonce) = (journey.state(), journey.nonce());
        let flow = CoreAuthenticationFlow::AuthorizationCode;
        let request = client.authorize_url(flow, move || state, move || nonce);
        let challenge = PkceCodeChallenge::from_code_verifier_sha256(&journey.verifier());
        Ok(request.set_pkce_challenge(challenge).url().0)
    }

    /// Who the person is that the provider sent back with a code: its subject.
    pub(super) async fn subject(
        &self,
        journey: &Journey,
        code: String,
        now: DateTime<Utc>,
    ) -> Result<String, Unproved> {
        let client = self.client(now).await?;
        let token = self.id_token(&client, journey, code).await?;
        let mut proved = subject_of(&client, &token, &journey.nonce(), now);
        if let Err(NotGood::UnknownKey) = proved
            && let Some(newer) = self.newer(&client, now).await?
        {
            proved = subject_of(&newer, &token, &journey.nonce(), now);
        }
        proved.map_err(|error| Unproved::Refused(error.to_string()))
    }

    async fn id_token(&self, client: &Client, journey: &Journey, code: String) -> Result<IdToken, Unproved> {
        use openidconnect::RequestTokenError as Failed;
        let request = client.exchange_code(AuthorizationCode::new(code));
        let request = request.map_err(|error| Unproved::Provider(error.to_string()))?;
        let answer = request.set_pkce_verifier(journey.verifier()).request_async(&self.0.http).await;
        let answer = answer.map_err(|error| match &error {
            Failed::ServerResponse(_) => Unproved::Refused(with_causes(&error)),
            _ => Unproved::Provider(with_causes(&error)),
        })?;
        answer.id_token().cloned().ok_or_else(|| Unproved::Provider("no ID token in its answer".to_owned()))
    }

    /// What the provider told of itself, asked for when it is not known or too old.
    async fn client(&self, now: DateTime<Utc>) -> Result<Arc<Client>, Unproved> {
        let mut told = self.0.told.lock().await;
        match &told.client {
            Some((client, at)) if (now - *at).abs() < KEPT => Ok(client.clone()),
            _ => self.ask(&mut told, now).await,
        }
    }

    /// What the provider tells of itself now; none when it was asked again less than a minute ago.
    async fn newer(&self, than: &Arc<Client>, now: DateTime<Utc>) -> Result<Option<Arc<Client>>, Unproved> {
        let mut told = self.0.told.lock().await;
        match &told.client {
            Some((client, _)) if !Arc::ptr_eq(client, than) => return Ok(Some(client.clone())),
            _ => {}
        }
        if told.asked_again_at.is_some_and(|at| (now - at).abs() < AGAIN) {
            return Ok(None);
        }
        told.asked_again_at = Some(now);
        self.ask(&mut told, now).await.map(Some)
    }

    async fn ask(&self, told: &mut Told, now: DateTime<Utc>) -> Result<Arc<Client>, Unproved> {
        let Inner { issuer, client_id, client_secret, redirect, http, .. } = &*self.0;
        let metadata = CoreProviderMetadata::discover_async(issuer.clone(), http).await;
        let metadata = metadata.map_err(|error| Unproved::Provider(with_causes(&error)))?;
        let door = metadata.authorization_endpoint().url();
        if door.scheme() != "https" && door.scheme() != issuer.url().scheme() {
            return Err(Unproved::Provider(format!("its authorization endpoint is {door}")));
        }
        let ways = metadata.token_endpoint_auth_methods_supported().cloned().unwrap_or_default();
        let only_in_body = ways.contains(&CoreClientAuthMethod::ClientSecretPost)
            && !ways.contains(&CoreClientAuthMethod::ClientSecretBasic);
        let client = Client::from_provider_metadata(metadata, client_id.clone(), Some(client_secret.clone()))
            .set_redirect_uri(redirect.clone())
            .set_auth_type(if only_in_body { AuthType::RequestBody } else { AuthType::BasicAuth });
        let client = Arc::new(client);
        told.client = Some((client.clone(), now));
        Ok(client)
    }
}

impl fmt::Debug for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Provider({})", self.issuer())
    }
}

/// A URL over https, or over http on this machine; whether it is the latter.
fn checked_url(option: &str, text: &str) -> Result<(Url, bool), String> {
    let url = Url::parse(text).map_err(|error| format!("{option} `{text}`: {error}"))?;
    let this_machine = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    let over_http = url.scheme() == "http" && this_machine;
    let named = url.has_host() && url.username().is_empty() && url.password().is_none();
    if (url.scheme() == "https" || over_http) && named {
        return Ok((url, over_http));
    }
    Err(format!("{option} `{text}`: it must be https, or http on this machine, and name nobody"))
}

fn with_causes(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    causes.fold(error.to_string(), |told, cause| format!("{told}: {cause}"))
}
