//! Where spans are sent to, as options of whichever program sends them.

use std::sync::Arc;
use std::time::Duration;

use axum::http::Uri;
use clap::Args;
use opentelemetry::KeyValue;
use opentelemetry::trace::TracerProvider;
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{BatchConfigBuilder, BatchSpanProcessor, Sampler, SdkTracerProvider};

use super::TRACER;
use super::collector::Collector;

/// The environment variable of headers that the collector asks for, `name=value,…`, of which it may be a secret who
/// we are. The exporter reads it by itself.
pub const HEADERS: &str = "OTEL_EXPORTER_OTLP_HEADERS";

/// How long sending a batch may take, trying again included.
const WITHIN: Duration = Duration::from_secs(3);
/// How long the process waits at its end for what has not been sent.
const AT_THE_END: Duration = Duration::from_secs(3);
/// How often what has ended is sent.
const EVERY: Duration = Duration::from_secs(2);
/// Spans in a batch.
const BATCH: usize = 512;
/// Spans that wait to be sent; what comes beyond is dropped.
const WAITING: usize = 4096;

/// Where spans are sent to, and how many.
#[derive(Clone, Debug, Args)]
pub struct TracesOptions {
    /// Send OpenTelemetry traces to this collector, by OTLP over HTTP, for instance `http://127.0.0.1:4318`;
    /// /v1/traces is added to it. Headers that it asks for are in the environment variable
    /// `OTEL_EXPORTER_OTLP_HEADERS`.
    #[arg(long, env = "OTLP_ENDPOINT", value_name = "URL", value_parser = endpoint)]
    otlp_endpoint: Option<Uri>,
    /// How many of the traces that begin here are sent, from 0 to 1. What a client began is sent if the client's own
    /// part of it is.
    #[arg(long, env = "OTLP_RATIO", default_value = "1", value_name = "RATIO", value_parser = ratio)]
    otlp_ratio: f64,
}

/// Traces cannot be sent.
#[derive(Debug, thiserror::Error)]
#[error("không gửi được dấu vết tới / traces cannot be sent to {to} (--otlp-endpoint): {cause}")]
pub struct TracesError {
    to: Uri,
    cause: String,
}

/// Sends the spans of this process; nothing where nobody asked for them.
#[derive(Debug)]
#[must_use = "what has not been sent is lost unless it is closed"]
pub struct Traces(Option<SdkTracerProvider>);

impl TracesOptions {
    /// Sends the spans of this process from now on, as those of `service`.
    ///
    /// # Errors
    /// When the system has no certificates to know the collector by.
    pub fn open(&self, service: &'static str) -> Result<Traces, TracesError> {
        let Some(to) = &self.otlp_endpoint else { return Ok(Traces(None)) };
        let failed = |cause: String| TracesError { to: to.clone(), cause };
        let collector = Collector::new(to, WITHIN).map_err(|error| failed(error.to_string()))?;
        let exporter = SpanExporter::builder()
            .with_http()
            .with_protocol(Protocol::HttpBinary)
            .with_endpoint(format!("{}/v1/traces", to.to_string().trim_end_matches('/')))
            .with_timeout(WITHIN)
            .with_shared_http_client(Arc::new(collector))
            .build()
            .map_err(|error| failed(error.to_string()))?;
        let batches = BatchConfigBuilder::default()
            .with_max_queue_size(WAITING)
            .with_max_export_batch_size(BATCH)
            .with_scheduled_delay(EVERY)
            .build();
        let resource = Resource::builder_empty().with_attributes([
            KeyValue::new("service.name", service),
            KeyValue::new("service.version", env!("CARGO_PKG_VERSION")),
            KeyValue::new("service.instance.id", uuid::Uuid::now_v7().to_string()),
        ]);
        let provider = SdkTracerProvider::builder()
            .with_span_processor(BatchSpanProcessor::builder(exporter).with_batch_config(batches).build())
            .with_sampler(Sampler::ParentBased(Box::new(Sampler::TraceIdRatioBased(self.otlp_ratio))))
            .with_resource(resource.build())
            .build();
        TRACER.get_or_init(|| provider.tracer(service));
        Ok(Traces(Some(provider)))
    }
}

impl Traces {
    /// Sends what has not been sent, which takes a few seconds at most; what the collector does not take by then is
    /// lost.
    pub async fn close(self) {
        let Some(provider) = self.0 else { return };
        let closing = tokio::task::spawn_blocking(move || provider.shutdown_with_timeout(AT_THE_END));
        if !matches!(closing.await, Ok(Ok(()))) {
            tracing::warn!("the last traces were not sent");
        }
    }
}

/// A place on the network and no more: no name, password or key, which would be seen in lists of processes.
fn endpoint(text: &str) -> Result<Uri, &'static str> {
    let wrong = "cần http://… hoặc https://…, không kèm mật khẩu hay tham số / write http://… or https://…, \
                 without a password or parameters";
    let uri: Uri = text.parse().map_err(|_| wrong)?;
    let known = matches!(uri.scheme_str(), Some("http" | "https"));
    let plain = uri.query().is_none() && !text.contains(['@', '#']);
    let somewhere = uri.host().is_some_and(|host| !host.is_empty());
    if known && plain && somewhere { Ok(uri) } else { Err(wrong) }
}

fn ratio(text: &str) -> Result<f64, &'static str> {
    let wrong = "cần một số từ 0 đến 1 / write a number from 0 to 1";
    let ratio: f64 = text.parse().map_err(|_| wrong)?;
    if (0.0..=1.0).contains(&ratio) { Ok(ratio) } else { Err(wrong) }
}
