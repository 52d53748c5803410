//! The execution of what was let through, and its count, however it ends. It names the schema's own root fields, never
//! a client's operation or alias.

use std::sync::Arc;

use async_graphql::Response;
use tokio::time::Instant;

use super::operations::Operation;
use crate::server::counted::{Counted, Outcome};

/// What was let through.
pub(super) struct Admitted {
    /// Its root fields, in their order; none: only introspection.
    pub(super) operations: Vec<&'static Operation>,
}

/// An execution, until it is dropped. Of a subscription each answer is one.
pub(super) struct Execution {
    admitted: Arc<Admitted>,
    began: Instant,
    outcome: Outcome,
}

impl Execution {
    /// Begins it.
    pub(super) fn begin(admitted: Arc<Admitted>) -> Self {
        Self { admitted, began: Instant::now(), outcome: Outcome::Cut }
    }

    /// Executes it.
    pub(super) async fn of(mut self, work: impl Future<Output = Response>) -> Response {
        let response = work.await;
        self.outcome = if response.errors.is_empty() { Outcome::Answered } else { Outcome::Failed };
        response
    }
}

impl Drop for Execution {
    fn drop(&mut self) {
        for operation in &self.admitted.operations {
            Counted::of_process().executed(operation.name, self.outcome, self.began.elapsed());
        }
    }
}
