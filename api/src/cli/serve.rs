//! `serve`: GraphQL and, unless another process does it, the worker.

use anyhow::Context;
use entity::{build, period};
use reform_worker::sample::FIRST_PERIOD;
use reform_worker::{Signals, Worker};
use sea_orm::DatabaseConnection;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::administrator::first_access;
use super::wait::wait_for;
use super::{Bench, Role, Serving};
use crate::imports::Imports;
use crate::people::People;
use crate::server::{Mode, Replica};
use crate::{graphql, report, server};

pub(super) async fn serve(
    bench: &Bench<'_>,
    serving: &Serving,
    settings: server::Settings,
    replica: Option<DatabaseConnection>,
) -> anyhow::Result<()> {
    let traces = serving.traces.open("reform-api")?;
    let ended = until_told(bench, serving, settings, replica).await;
    traces.close().await;
    ended
}

async fn until_told(
    bench: &Bench<'_>,
    serving: &Serving,
    settings: server::Settings,
    replica: Option<DatabaseConnection>,
) -> anyhow::Result<()> {
    let Bench { database, clock, told } = *bench;
    let replica = replica.map(|replica| Replica::watched(database.clone(), replica, told));
    let settings = server::Settings { replica, ..settings };
    let listener = TcpListener::bind(serving.listen).await.with_context(|| {
        let at = serving.listen;
        format!("không mở được cổng {at} / cannot listen on {at}; choose another with --listen")
    })?;
    let address = listener.local_addr()?;
    let ended = CancellationToken::new();
    serving.metrics.open(database, clock, &ended).await?;
    let signals = Signals::default();
    let worker = match serving.role {
        Role::All => Some(Worker::start(database, clock, &signals, serving.worker.settings())),
        Role::Api => {
            signals.listen_to_others(database, told);
            None
        }
    };
    let people = People::new(database.clone(), clock.clone()).known_to(settings.provider.as_ref());
    let imports = Imports::new(database.clone(), clock.clone(), signals.clone());
    let schema =
        graphql::schema(database.clone(), clock.clone(), signals.clone(), people.clone(), imports.clone());
    let base_url = serving.base_url(address);
    first_access(&people, &base_url).await?;
    let where_to = match settings.mode {
        Mode::Development => format!("GraphiQL: {base_url}/graphiql"),
        Mode::Production => format!("GraphQL: {base_url}/graphql"),
    };
    let routes = server::router(schema, database.clone(), people.clone(), imports.clone(), settings.clone());

    let announce = announce(database, &signals, where_to);
    let announcing = tokio::spawn(announce);
    let pruned = people.clone();
    let pruning = tokio::spawn(async move { pruned.keep_pruning().await });
    server::serve(listener, routes, settings, told.clone().cancelled_owned()).await;
    imports.close().await;
    announcing.abort();
    pruning.abort();
    people.close().await;
    if let Some(worker) = worker {
        worker.stop().await;
    }
    ended.cancel();
    Ok(())
}

/// Prints the scorecards of the first period as soon as no build of it is open, and where to go.
fn announce(
    database: &DatabaseConnection,
    signals: &Signals,
    where_to: String,
) -> impl Future<Output = ()> + Send + use<> {
    let (database, signals) = (database.clone(), signals.clone());
    async move {
        if let Err(error) = first_scores(&database, &signals).await {
            tracing::warn!(%error, "the scorecards could not be printed");
        }
        if let Err(error) = report::say(&where_to) {
            tracing::warn!(%error, "standard output cannot be written to");
        }
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
