//! A collector of traces, such as others run, which keeps what it is sent.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue};
use prost::Message;
use tokio::net::TcpListener;

/// How long it may take until something is told.
const PATIENCE: Duration = Duration::from_secs(60);

/// A span, with what is said of its process.
#[derive(Clone, Debug)]
pub struct Told {
    pub process: BTreeMap<String, String>,
    pub name: String,
    pub trace: String,
    pub id: String,
    /// Empty: it began the trace.
    pub parent: String,
    pub failed: bool,
    pub attributes: BTreeMap<String, String>,
}

impl Told {
    /// An attribute.
    pub fn says(&self, name: &str) -> &str {
        self.attributes.get(name).unwrap_or_else(|| panic!("no {name} in {self:?}"))
    }
}

/// A collector on this machine.
#[derive(Clone, Default)]
pub struct Collector {
    bodies: Arc<Mutex<Vec<(HeaderMap, Bytes)>>>,
}

impl Collector {
    /// Opens one.
    pub async fn open() -> (Self, SocketAddr) {
        let collector = Self::default();
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let routes = Router::new().route("/v1/traces", post(take)).with_state(collector.clone());
        tokio::spawn(async move { axum::serve(listener, routes).await });
        (collector, address)
    }

    /// Everything that it was sent, as bytes and headers.
    pub fn bodies(&self) -> Vec<(HeaderMap, Bytes)> {
        self.bodies.lock().expect("nobody panicked").clone()
    }

    /// The spans that it was sent.
    pub fn spans(&self) -> Vec<Told> {
        let mut spans = Vec::new();
        for (_, body) in self.bodies() {
            let request = ExportTraceServiceRequest::decode(body).expect("what OTLP says");
            for resource in request.resource_spans {
                let process = texts(&resource.resource.expect("a process").attributes);
                for span in resource.scope_spans.into_iter().flat_map(|scope| scope.spans) {
                    spans.push(Told {
                        process: process.clone(),
                        trace: hex(&span.trace_id),
                        id: hex(&span.span_id),
                        parent: hex(&span.parent_span_id),
                        failed: span.status.is_some_and(|status| status.code == 2),
                        attributes: texts(&span.attributes),
                        name: span.name,
                    });
                }
            }
        }
        spans
    }

    /// Waits until it has been sent so many spans of that name, and gives them.
    pub async fn until(&self, name: &str, count: usize) -> Vec<Told> {
        let began = Instant::now();
        loop {
            let spans: Vec<_> = self.spans().into_iter().filter(|span| span.name == name).collect();
            if spans.len() >= count {
                return spans;
            }
            assert!(began.elapsed() < PATIENCE, "no {count} of {name} in {:?}", self.spans());
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

async fn take(State(collector): State<Collector>, headers: HeaderMap, body: Bytes) -> StatusCode {
    collector.bodies.lock().expect("nobody panicked").push((headers, body));
    StatusCode::OK
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn texts(attributes: &[KeyValue]) -> BTreeMap<String, String> {
    let text = |value: &Option<AnyValue>| match value.as_ref().and_then(|value| value.value.as_ref()) {
        Some(Value::StringValue(text)) => text.clone(),
        Some(Value::IntValue(number)) => number.to_string(),
        other => panic!("neither a text nor a whole number: {other:?}"),
    };
    attributes.iter().map(|attribute| (attribute.key.clone(), text(&attribute.value))).collect()
}
