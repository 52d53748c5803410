//! What this process counts of its requests, for Prometheus. Every label comes from a list of ours: a route of the
//! router, an operation of the policy. What a client sent is never one.

use std::sync::OnceLock;
use std::time::Duration;

use axum::http::{Method, StatusCode};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use reform_worker::metrics::Metrics;

/// Seconds in which requests are counted.
const SECONDS: [f64; 10] = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0];

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Request {
    method: &'static str,
    route: String,
    status: u16,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Route {
    route: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Operation {
    operation: &'static str,
    outcome: &'static str,
}

/// How an operation went that was executed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It was answered; what a payload's `errors` say is an answer.
    Answered,
    /// It ended with an error.
    Failed,
    /// It took too long, or nobody waits for it any more.
    Cut,
}

impl Outcome {
    /// The word for it.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Answered => "answered",
            Self::Failed => "failed",
            Self::Cut => "cut",
        }
    }
}

/// The method, if it is one that we answer; clients may send any.
pub(super) fn known(method: &Method) -> Option<&'static str> {
    match *method {
        Method::GET => Some("GET"),
        Method::HEAD => Some("HEAD"),
        Method::POST => Some("POST"),
        Method::OPTIONS => Some("OPTIONS"),
        _ => None,
    }
}

/// The counters.
pub(crate) struct Counted {
    requests: Family<Request, Counter>,
    request_seconds: Family<Route, Histogram, fn() -> Histogram>,
    operations: Family<Operation, Counter>,
    operation_seconds: Family<Operation, Histogram, fn() -> Histogram>,
}

impl Counted {
    /// Those of this process.
    pub(crate) fn of_process() -> &'static Self {
        static COUNTED: OnceLock<Counted> = OnceLock::new();
        COUNTED.get_or_init(Self::registered)
    }

    /// Counts a request by the route that it took; none: a path that is not there.
    pub(super) fn request(&self, method: &Method, route: Option<&str>, status: StatusCode, took: Duration) {
        let method = known(method).unwrap_or("other");
        let route = route.unwrap_or("other").to_owned();
        self.request_seconds.get_or_create(&Route { route: route.clone() }).observe(took.as_secs_f64());
        self.requests.get_or_create(&Request { method, route, status: status.as_u16() }).inc();
    }

    /// Counts an operation of the policy, for instance `Query.scorecards`, that was executed. Of a document with
    /// several each is counted, and each took the whole time: they are executed together.
    pub(crate) fn executed(&self, operation: &'static str, outcome: Outcome, took: Duration) {
        let labels = Operation { operation, outcome: outcome.word() };
        self.operations.get_or_create(&labels).inc();
        self.operation_seconds.get_or_create(&labels).observe(took.as_secs_f64());
    }

    /// Counts an operation that is not for whoever asked.
    pub(crate) fn refused(&self, operation: &'static str) {
        self.operations.get_or_create(&Operation { operation, outcome: "refused" }).inc();
    }

    fn registered() -> Self {
        let counted = Self {
            requests: Family::default(),
            request_seconds: Family::new_with_constructor(|| Histogram::new(SECONDS)),
            operations: Family::default(),
            operation_seconds: Family::new_with_constructor(|| Histogram::new(SECONDS)),
        };
        Metrics::of_process().register(|registry| {
            registry.register("http_requests", "HTTP requests by route", counted.requests.clone());
            let seconds = "Time until an answer began, in seconds";
            registry.register("http_request_seconds", seconds, counted.request_seconds.clone());
            let operations = "GraphQL operations by root field; of a subscription each answer";
            registry.register("graphql_operations", operations, counted.operations.clone());
            let seconds = "Time in which operations were executed, by root field, in seconds";
            registry.register("graphql_operation_seconds", seconds, counted.operation_seconds.clone());
        });
        counted
    }
}
