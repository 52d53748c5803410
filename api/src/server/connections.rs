//! The connections: how many there are, how long they may take, how they end. axum's own loop bounds none of
//! it, so that a few hundred half-sent requests would hold it for ever.

use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio_io_timeout::TimeoutStream;
use tower::ServiceExt;

use super::crowd::{Place, Places};
use super::tls::Tls;
use super::{Limits, Settings};

/// How many files the process keeps for all else: the database above all.
const OTHER_FILES: usize = 200;
/// How long accepting rests when the system has no more connections to give.
const REST: Duration = Duration::from_millis(100);

/// Marks the requests that came over a connection of ours that speaks TLS.
#[derive(Clone, Copy, Debug)]
pub(super) struct OverTls;

/// What a WebSocket keeps of the connection that it came over.
#[derive(Clone, Debug)]
pub(super) struct Connection {
    /// The connection's place: it is free when the last holder is gone.
    _place: Arc<(OwnedSemaphorePermit, Option<Place<IpAddr>>)>,
    /// Becomes true when the server stops.
    stopping: watch::Receiver<bool>,
}

impl Connection {
    /// Returns when the server stops.
    pub(super) async fn stopped(&mut self) {
        // An error means that the server is gone, which is the same.
        self.stopping.wait_for(|stopping| *stopping).await.ok();
    }
}

/// Serves the routes until `stop`, then lets what is open end in the limits' time.
pub async fn serve(
    listener: TcpListener,
    routes: Router,
    settings: Settings,
    stop: impl Future<Output = ()>,
) {
    let Settings { limits, proxies, tls, .. } = settings;
    let most = with_files(limits.connections);
    let places = Arc::new(Semaphore::new(most));
    let own_places = Places::new(limits.connections_per_caller);
    let (tell, stopping) = watch::channel(false);
    let http = protocol(&limits);
    let keep_up = tls.clone().map(|tls| tokio::spawn(async move { tls.keep_up().await }));
    let server = Arc::new(Server { http, routes, tls, limits });
    tokio::pin!(stop);
    loop {
        let accepted = tokio::select! {
            accepted = accept(&listener, &places) => accepted,
            () = &mut stop => break,
        };
        let Some((stream, peer, place)) = accepted else { break };
        let address = peer.ip().to_canonical();
        let own = own_places.take(address);
        if own.is_none() && !proxies.trust(address) {
            tracing::debug!(from = %address, "one caller has too many connections; the last was closed");
            continue;
        }
        let connection = Connection { _place: Arc::new((place, own)), stopping: stopping.clone() };
        tokio::spawn(server.clone().meet(stream, peer, connection));
    }
    drop(listener);
    if let Some(keep_up) = keep_up {
        keep_up.abort();
    }
    tell.send(true).ok();
    let all = u32::try_from(most).unwrap_or(u32::MAX);
    if tokio::time::timeout(server.limits.stop_within, places.acquire_many(all)).await.is_err() {
        tracing::info!("connections were left open at the end");
    }
}

/// So many connections, or as many as the system gives us files for when it is asked for more.
fn with_files(connections: usize) -> usize {
    let wanted = connections.saturating_add(OTHER_FILES);
    let files = rlimit::increase_nofile_limit(wanted as u64).map(usize::try_from);
    let Ok(Ok(files)) = files else { return connections };
    let most = files.saturating_sub(OTHER_FILES).clamp(1, connections);
    if most < connections {
        tracing::warn!(most, connections, "fewer connections than wanted: raise the limit of open files");
    }
    most
}

fn protocol(limits: &Limits) -> http1::Builder {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(limits.head_within).max_header_size(limits.head_bytes);
    http
}

/// The next connection, when there is a place for it.
async fn accept(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
) -> Option<(TcpStream, SocketAddr, OwnedSemaphorePermit)> {
    let place = places.clone().acquire_owned().await.ok()?;
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => return Some((stream, peer, place)),
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(REST).await;
            }
        }
    }
}

/// What every connection is served with.
struct Server {
    http: http1::Builder,
    routes: Router,
    tls: Option<Arc<Tls>>,
    limits: Limits,
}

impl Server {
    /// Serves a connection, after the handshake if there is one, which must be done as soon as a head.
    async fn meet(self: Arc<Self>, stream: TcpStream, peer: SocketAddr, mut connection: Connection) {
        stream.set_nodelay(true).ok();
        let mut stream = TimeoutStream::new(stream);
        stream.set_write_timeout(Some(self.limits.taken_within));
        let stream = Box::pin(stream);
        let Some(tls) = &self.tls else {
            return self.serve_one(stream, peer, None, connection).await;
        };
        let handshake = tokio::time::timeout(self.limits.head_within, tls.acceptor().accept(stream));
        let met = tokio::select! {
            met = handshake => met,
            () = connection.stopped() => return,
        };
        match met {
            Ok(Ok(stream)) => self.serve_one(stream, peer, Some(OverTls), connection).await,
            Ok(Err(error)) => tracing::debug!(%error, "a handshake failed"),
            Err(_) => tracing::debug!("a handshake took too long"),
        }
    }

    async fn serve_one<S>(
        &self,
        stream: S,
        peer: SocketAddr,
        tls: Option<OverTls>,
        mut connection: Connection,
    ) where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let held = connection.clone();
        let service = service_fn(|request: Request<Incoming>| {
            let mut request = request.map(Body::new);
            request.extensions_mut().insert(ConnectInfo(peer));
            request.extensions_mut().insert(held.clone());
            if let Some(tls) = tls {
                request.extensions_mut().insert(tls);
            }
            let routes = self.routes.clone();
            async move {
                Ok::<_, Infallible>(routes.oneshot(request).await.unwrap_or_else(|never| match never {}))
            }
        });
        let served = self.http.serve_connection(TokioIo::new(stream), service).with_upgrades();
        tokio::pin!(served);
        let ended = tokio::select! {
            ended = served.as_mut() => ended,
            () = connection.stopped() => {
                served.as_mut().graceful_shutdown();
                served.await
            }
        };
        if let Err(error) = ended {
            tracing::debug!(%error, "a connection ended badly");
        }
    }
}
