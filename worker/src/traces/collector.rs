//! Sending to the collector over HTTP: bounded in time and size, without following redirects, over TLS by the
//! certificates that the system trusts. The exporter asks from a thread of its own, which knows no runtime; the
//! process's own does the work.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::http::Uri;
use http_body_util::{BodyExt, Full, Limited};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use opentelemetry_http::{Bytes, HttpClient, HttpError, Request, Response};
use rustls::crypto::ring::default_provider;
use rustls::{ClientConfig, RootCertStore};
use tokio::runtime::Handle;

/// The largest answer, in bytes.
const MOST: usize = 64 * 1024;

/// The collector.
#[derive(Debug)]
pub(super) struct Collector {
    client: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
    runtime: Handle,
    within: Duration,
    /// Whether it took what it was last sent.
    takes: AtomicBool,
}

impl Collector {
    /// At an address, which must answer `within` a time. Must be called in the runtime that is to do the work.
    pub(super) fn new(at: &Uri, within: Duration) -> io::Result<Self> {
        let connector = HttpsConnectorBuilder::new();
        let connector = if at.scheme_str() == Some("https") {
            connector.with_provider_and_native_roots(default_provider())?.https_only()
        } else {
            connector.with_tls_config(trusting_nobody()?).https_or_http()
        };
        let client = Client::builder(TokioExecutor::new()).build(connector.enable_http1().build());
        Ok(Self { client, runtime: Handle::current(), within, takes: AtomicBool::new(true) })
    }

    /// Says so in the log when the collector begins or ceases to take what it is sent, and not each time.
    fn took(&self, answer: &Result<Response<Bytes>, HttpError>) {
        let takes = answer.as_ref().is_ok_and(|answer| answer.status().is_success());
        if self.takes.swap(takes, Ordering::Relaxed) == takes {
            return;
        }
        match answer {
            Ok(answer) if takes => {
                tracing::info!(status = %answer.status(), "the collector takes traces again")
            }
            Ok(answer) => {
                tracing::warn!(status = %answer.status(), "the collector does not take traces; they are lost");
            }
            Err(error) => tracing::warn!(%error, "the collector does not answer; traces are lost"),
        }
    }
}

impl HttpClient for Collector {
    fn send_bytes<'c, 'f>(
        &'c self,
        request: Request<Bytes>,
    ) -> Pin<Box<dyn Future<Output = Result<Response<Bytes>, HttpError>> + Send + 'f>>
    where
        'c: 'f,
        Self: 'f,
    {
        let (within, asked) = (self.within, ask(self.client.clone(), request));
        let asked = self.runtime.spawn(async move { tokio::time::timeout(within, asked).await });
        Box::pin(async move {
            // Not within the time; or the process is at its end, and its runtime with it.
            let answer = match asked.await {
                Ok(Ok(answer)) => answer,
                Ok(Err(late)) => Err(late.into()),
                Err(ended) => Err(ended.into()),
            };
            self.took(&answer);
            answer
        })
    }
}

async fn ask(
    client: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
    request: Request<Bytes>,
) -> Result<Response<Bytes>, HttpError> {
    let answer = client.request(request.map(Full::new)).await?;
    let (head, body) = answer.into_parts();
    let body = Limited::new(body, MOST).collect().await?;
    Ok(Response::from_parts(head, body.to_bytes()))
}

/// For a collector that is asked over plain HTTP, on a machine that may have no certificates.
fn trusting_nobody() -> io::Result<ClientConfig> {
    let config = ClientConfig::builder_with_provider(Arc::new(default_provider()));
    let config = config.with_safe_default_protocol_versions().map_err(io::Error::other)?;
    Ok(config.with_root_certificates(RootCertStore::empty()).with_no_client_auth())
}
