//! The execution of what was let through: its span and its count, however it ends. Both name the schema's own root
//! fields, never a client's operation, alias or variable.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;

use async_graphql::Response;
use async_graphql::parser::types::OperationType;
use reform_worker::traces::Span;
use tokio::time::Instant;

use super::operations::Operation;
use crate::server::counted::{Counted, Outcome};

/// What was let through.
pub(super) struct Admitted {
    pub(super) kind: OperationType,
    /// Its root fields, in their order; none: only introspection.
    pub(super) operations: Vec<&'static Operation>,
}

/// An execution, until it is dropped. Of a subscription each answer is one.
pub(super) struct Execution {
    admitted: Arc<Admitted>,
    span: Span,
    began: Instant,
    outcome: Outcome,
}

impl Execution {
    /// Begins it.
    pub(super) fn begin(admitted: Arc<Admitted>) -> Self {
        let kind = match admitted.kind {
            OperationType::Query => "query",
            OperationType::Mutation => "mutation",
            OperationType::Subscription => "subscription",
        };
        let first = admitted.operations.first().map_or(kind, |operation| operation.name);
        let span = Span::within(|| Cow::Borrowed(first));
        span.say("graphql.operation.type", || kind);
        span.say("reform.root_fields", || {
            let fields: BTreeSet<_> = admitted.operations.iter().map(|operation| operation.name).collect();
            fields.into_iter().collect::<Vec<_>>().join(" ")
        });
        Self { admitted, span, began: Instant::now(), outcome: Outcome::Cut }
    }

    /// Executes it.
    pub(super) async fn of(mut self, work: impl Future<Output = Response>) -> Response {
        let response = self.span.around(work).await;
        self.outcome = if response.errors.is_empty() { Outcome::Answered } else { Outcome::Failed };
        response
    }
}

impl Drop for Execution {
    fn drop(&mut self) {
        for operation in &self.admitted.operations {
            Counted::of_process().executed(operation.name, self.outcome, self.began.elapsed());
        }
        self.span.say("reform.outcome", || self.outcome.word());
        if self.outcome != Outcome::Answered {
            self.span.fail();
        }
    }
}
