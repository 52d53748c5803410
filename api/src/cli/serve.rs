//! `serve`: GraphQL and, unless another process does it, the worker.

use std::net::SocketAddr;

use anyhow::Context;
use entity::{build, period};
use reform_worker::sample::FIRST_PERIOD;
use reform_worker::{Clock, Settings, Signals, Worker};
use sea_orm::DatabaseConnection;
use tokio::net::TcpListener;

use super::wait::wait_for;
use super::{Role, Serving};
use crate::{graphql, report, server};

pub(super) async fn serve(
    database: &DatabaseConnection,
    clock: &Clock,
    serving: &Serving,
) -> anyhow::Result<()> {
    let listener = TcpListener::bind(serving.listen)
        .await
        .with_context(|| format!("cannot listen on {}; choose another with --listen", serving.listen))?;
    let address = listener.local_addr()?;
    let signals = Signals::default();
    let worker = match serving.role {
        Role::All => Some(Worker::start(database, clock, &signals, Settings::default())),
        Role::Api => {
            signals.listen_to_others(database);
            None
        }
    };
    let schema = graphql::schema(database.clone(), clock.clone(), signals.clone());
    let settings = server::Settings::default();
    let limits = settings.limits.clone();
    let routes = server::router(schema, database.clone(), settings);

    let announce = announce(database, &signals, address);
    let announcing = tokio::spawn(announce);
    server::serve(listener, routes, limits, told_to_stop()).await;
    announcing.abort();
    if let Some(worker) = worker {
        worker.stop().await;
    }
    Ok(())
}

/// Prints the scorecards of the first period as soon as no build of it is open, and where to go.
fn announce(
    database: &DatabaseConnection,
    signals: &Signals,
    address: SocketAddr,
) -> impl Future<Output = ()> + Send + use<> {
    let (database, signals) = (database.clone(), signals.clone());
    async move {
        if let Err(error) = first_scores(&database, &signals).await {
            tracing::warn!(%error, "the scorecards could not be printed");
        }
        println!("GraphiQL: http://{address}/graphiql");
    }
}

async fn first_scores(database: &DatabaseConnection, signals: &Signals) -> anyhow::Result<()> {
    let Some(period) = period::with_code(FIRST_PERIOD).one(database).await? else {
        return Ok(());
    };
    for open in build::unfinished().all(database).await? {
        if open.period_id == period.id {
            wait_for(database, signals, open.id).await?;
        }
    }
    report::print_scores(database, &period).await
}

/// Returns at Ctrl-C or SIGTERM.
async fn told_to_stop() {
    let interrupt = async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    let terminate = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut terminate) => _ = terminate.recv().await,
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        () = interrupt => {}
        () = terminate => {}
    }
}
