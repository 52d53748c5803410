//! The port on which a process tells its metrics and its health: of a worker the only one, beside the API's own for
//! those who watch over the machines.

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use clap::Args;
use sea_orm::DatabaseConnection;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::{Metrics, scrape};
use crate::Clock;

/// How long the database may take to answer.
const WITHIN: Duration = Duration::from_secs(2);

/// What OpenMetrics texts are.
const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Where a process tells its metrics.
#[derive(Clone, Copy, Debug, Args)]
pub struct MetricsPort {
    /// Tell metrics for Prometheus at /metrics, and health at /health/live and /health/ready, on this address. Nobody
    /// has to sign in there: choose one that only those reach who watch over the machines.
    #[arg(long, env = "METRICS_LISTEN", value_name = "ADDRESS:PORT")]
    metrics_listen: Option<SocketAddr>,
}

/// The port cannot be had.
#[derive(Debug, thiserror::Error)]
#[error("không mở được cổng {at} / cannot listen on {at}; choose another with --metrics-listen")]
pub struct PortError {
    at: SocketAddr,
    #[source]
    cause: std::io::Error,
}

impl MetricsPort {
    /// Tells, where it is to be told, until `told`.
    ///
    /// # Errors
    /// When the port cannot be had.
    pub async fn open(
        self,
        database: &DatabaseConnection,
        clock: &Clock,
        told: &CancellationToken,
    ) -> Result<(), PortError> {
        let Some(at) = self.metrics_listen else { return Ok(()) };
        let listener = TcpListener::bind(at).await.map_err(|cause| PortError { at, cause })?;
        let routes = Router::new()
            .route("/metrics", get(metrics))
            .route("/health/live", get(|| async { "live\n" }))
            .route("/health/ready", get(ready))
            .with_state((database.clone(), clock.clone()));
        let stop = told.clone().cancelled_owned();
        tokio::spawn(async move {
            if let Err(error) = axum::serve(listener, routes).with_graceful_shutdown(stop).await {
                tracing::error!(%error, "metrics are told no longer");
            }
        });
        Ok(())
    }
}

async fn metrics(State((database, clock)): State<(DatabaseConnection, Clock)>) -> Response {
    match scrape::tell(Metrics::of_process(), &database, clock.now(), WITHIN).await {
        Ok(text) => ([(header::CONTENT_TYPE, OPEN_METRICS)], text).into_response(),
        Err(error) => {
            tracing::error!(%error, "the metrics could not be written");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// Ready when the database answers.
async fn ready(State((database, _)): State<(DatabaseConnection, Clock)>) -> Response {
    match tokio::time::timeout(WITHIN, database.ping()).await {
        Ok(Ok(())) => "ready\n".into_response(),
        _ => (StatusCode::SERVICE_UNAVAILABLE, "not ready\n").into_response(),
    }
}
