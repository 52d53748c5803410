//! The execution of operations, over HTTP or WebSocket: so many at a time, each for so long.

use std::sync::Arc;
use std::time::Duration;

use async_graphql::parser::types::{DocumentOperations, OperationType};
use async_graphql::{Request, Response};
use axum::http::StatusCode;
use futures_util::stream::{self, BoxStream, StreamExt};
use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::crowd::{Crowd, Who, too_many_at_once};
use super::{Mode, Refusal, Settings};
use crate::graphql::Schema;

/// Executes operations within the limits.
#[derive(Clone)]
pub(super) struct Operations {
    schema: Schema,
    within: Duration,
    executing: Arc<Semaphore>,
    subscribed: Arc<Semaphore>,
    crowd: Crowd,
    mode: Mode,
}

impl Operations {
    pub(super) fn new(schema: Schema, crowd: Crowd, settings: &Settings) -> Self {
        let Settings { limits, mode, .. } = settings;
        let executing = Arc::new(Semaphore::new(limits.operations));
        let subscribed = Arc::new(Semaphore::new(limits.subscriptions));
        Self { schema, within: limits.operation_within, executing, subscribed, crowd, mode: *mode }
    }

    /// Executes a query or a mutation. One that takes too long is dropped where it waits: a mutation whose
    /// transaction is not committed by then has had no effect.
    pub(super) async fn execute(&self, who: Who, request: Request) -> Result<Response, Refusal> {
        let _own = self.crowd.operations.take(who).ok_or_else(too_many_at_once)?;
        let Ok(_place) = self.executing.try_acquire() else {
            return Err(overloaded());
        };
        timeout(self.within, self.schema.execute(request.data(self.mode))).await.map_err(|_| {
            let message =
                "Yêu cầu mất quá nhiều thời gian; hãy thử lại. / The request took too long; try again.";
            Refusal::new(StatusCode::GATEWAY_TIMEOUT, "TIMEOUT", message)
        })
    }

    /// Executes any operation: a query and a mutation give one response, a subscription gives many.
    pub(super) fn stream(&self, who: Who, mut request: Request) -> BoxStream<'static, Response> {
        if kind_of(&mut request) != Some(OperationType::Subscription) {
            let operations = self.clone();
            let response =
                async move { operations.execute(who, request).await.unwrap_or_else(Refusal::into_graphql) };
            return stream::once(response).boxed();
        }
        let Some(own) = self.crowd.subscriptions.take(who) else {
            return stream::once(async { too_many_at_once().into_graphql() }).boxed();
        };
        let Ok(place) = self.subscribed.clone().try_acquire_owned() else {
            return stream::once(async { overloaded().into_graphql() }).boxed();
        };
        let holding_place = move |response| {
            let _held = (&place, &own);
            response
        };
        self.schema.execute_stream(request.data(self.mode)).map(holding_place).boxed()
    }
}

fn overloaded() -> Refusal {
    let message = "Hệ thống đang quá tải; hãy thử lại sau. / The system is overloaded; try again later.";
    Refusal::new(StatusCode::SERVICE_UNAVAILABLE, "OVERLOADED", message).retry_after(1)
}

/// What the request's operation is. Nothing for a document that does not parse or does not have the
/// operation: its execution says so.
pub(super) fn kind_of(request: &mut Request) -> Option<OperationType> {
    let name = request.operation_name.clone();
    let document = request.parsed_query().ok()?;
    let operation = match (&document.operations, name) {
        (DocumentOperations::Single(operation), None) => Some(operation),
        (DocumentOperations::Single(_), Some(_)) => None,
        (DocumentOperations::Multiple(operations), Some(name)) => operations.get(name.as_str()),
        (DocumentOperations::Multiple(operations), None) => operations.values().next(),
    };
    operation.map(|operation| operation.node.ty)
}
