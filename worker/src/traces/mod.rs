//! What this process was at, as spans of OpenTelemetry, where `--otlp-endpoint` names a collector (`options`); where it
//! does not, nothing is measured, and no name or attribute is made up. Spans are the process's, as its metrics are, so
//! that nobody has to hand them on. Their names and attributes come from lists of ours or are ids: what a client sent
//! is in none, but the ids of its own trace. Sending (`collector`) has a thread of its own and keeps nobody waiting.

mod collector;
mod options;

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::OnceLock;

use opentelemetry::propagation::TextMapPropagator;
use opentelemetry::trace::{FutureExt, SpanKind, Status, TraceContextExt, Tracer};
use opentelemetry::{Context, KeyValue, Value};
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::SdkTracer;

pub use self::options::{HEADERS, Traces, TracesError, TracesOptions};

/// The header in which a request names the span that it belongs to (<https://www.w3.org/TR/trace-context/>).
pub const TRACEPARENT: &str = "traceparent";

/// Set once, when this process has somewhere to send spans to.
static TRACER: OnceLock<SdkTracer> = OnceLock::new();

/// Something that takes its time, from its beginning until it is dropped; nothing where no spans are sent.
#[derive(Clone, Debug, Default)]
pub struct Span(Option<Context>);

impl Span {
    /// Begins to answer a request, as a part of the client's span if it named one in its header [`TRACEPARENT`].
    pub fn of_request(name: impl FnOnce() -> Cow<'static, str>, traceparent: Option<&str>) -> Self {
        Self::begin(SpanKind::Server, name, || match traceparent {
            // Not `tracestate`: other systems' notes, which nobody here passes on.
            Some(parent) => {
                let header = HashMap::from([(TRACEPARENT.to_owned(), parent.to_owned())]);
                TraceContextPropagator::new().extract_with_context(&Context::new(), &header)
            }
            None => Context::new(),
        })
    }

    /// Begins a part of what is going on.
    pub fn within(name: impl FnOnce() -> Cow<'static, str>) -> Self {
        Self::begin(SpanKind::Internal, name, Context::current)
    }

    /// What is going on.
    pub fn current() -> Self {
        Self(TRACER.get().map(|_| Context::current()))
    }

    fn begin(
        kind: SpanKind,
        name: impl FnOnce() -> Cow<'static, str>,
        parent: impl FnOnce() -> Context,
    ) -> Self {
        Self(TRACER.get().map(|tracer| {
            let parent = parent();
            let span = tracer.span_builder(name()).with_kind(kind);
            parent.with_span(tracer.build_with_context(span, &parent))
        }))
    }

    /// Says something of it.
    pub fn say<V: Into<Value>>(&self, attribute: &'static str, value: impl FnOnce() -> V) {
        if let Some(context) = self.0.as_ref().filter(|context| context.span().is_recording()) {
            context.span().set_attribute(KeyValue::new(attribute, value()));
        }
    }

    /// Says that it went wrong. Why is in the log, where it is known who reads it.
    pub fn fail(&self) {
        if let Some(context) = &self.0 {
            context.span().set_status(Status::error(""));
        }
    }

    /// Does `work`, as what is going on.
    pub async fn around<W: Future>(&self, work: W) -> W::Output {
        match &self.0 {
            Some(context) => work.with_context(context.clone()).await,
            None => work.await,
        }
    }
}
