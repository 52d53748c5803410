//! Asking the provider over HTTP: bounded in time and size, without following redirects, over TLS by the
//! certificates that the system trusts (`SSL_CERT_FILE` names others).

use std::pin::Pin;
use std::time::Duration;

use axum::body::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use openidconnect::{AsyncHttpClient, HttpRequest, HttpResponse};
use rustls::crypto::ring::default_provider;

/// The largest answer, in bytes.
const MOST: usize = 1024 * 1024;
/// How long one answer may take.
const WITHIN: Duration = Duration::from_secs(5);

/// Why there is no answer. For the log, never for a client.
#[derive(Debug, thiserror::Error)]
pub(super) enum HttpError {
    #[error("no answer within {0:?}")]
    TooSlow(Duration),
    #[error("no connection")]
    Connection(#[from] hyper_util::client::legacy::Error),
    #[error("a broken answer: {0}")]
    Body(Box<dyn std::error::Error + Send + Sync>),
}

/// What asks.
pub(super) struct Http {
    client: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
    pub(super) within: Duration,
}

impl Http {
    /// Over TLS only, unless the provider is on this machine.
    pub(super) fn new(this_machine: bool) -> std::io::Result<Self> {
        let connector = HttpsConnectorBuilder::new().with_provider_and_native_roots(default_provider())?;
        let connector = if this_machine { connector.https_or_http() } else { connector.https_only() };
        let connector = connector.enable_http1().build();
        // People sign in rarely: a connection that is kept would mostly be a closed one.
        let client = Client::builder(TokioExecutor::new()).pool_max_idle_per_host(0).build(connector);
        Ok(Self { client, within: WITHIN })
    }

    async fn ask(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let answer = self.client.request(request.map(|body| Full::new(Bytes::from(body)))).await?;
        let (head, body) = answer.into_parts();
        let body = Limited::new(body, MOST).collect().await.map_err(HttpError::Body)?;
        Ok(HttpResponse::from_parts(head, body.to_bytes().into()))
    }
}

impl<'c> AsyncHttpClient<'c> for Http {
    type Error = HttpError;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, HttpError>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(async move {
            let answer = tokio::time::timeout(self.within, self.ask(request)).await;
            answer.map_err(|_| HttpError::TooSlow(self.within))?
        })
    }
}
