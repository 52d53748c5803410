//! The load: connections that ask one request after the other.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use axum::body::{Body, Bytes};
use axum::http::{HeaderValue, Request, StatusCode, header};
use http_body_util::BodyExt;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

/// A request, to be sent many times: its path and, if it is a POST, its JSON body.
#[derive(Clone, Debug)]
pub struct Ask {
    pub path: String,
    pub body: Option<Bytes>,
}

/// The requests of a page to one server, taken in turn.
#[derive(Clone, Debug)]
pub struct Load {
    address: SocketAddr,
    asks: Arc<Vec<Ask>>,
    authorization: Option<HeaderValue>,
    next: Arc<AtomicUsize>,
}

impl Load {
    pub fn new(address: SocketAddr, asks: Vec<Ask>) -> Self {
        Self { address, asks: Arc::new(asks), authorization: None, next: Arc::default() }
    }

    /// The same, by somebody who shows this.
    pub fn authorized(self, authorization: &str) -> Self {
        let authorization = HeaderValue::from_str(authorization).expect("a header");
        Self { authorization: Some(authorization), ..self }
    }

    /// One answer.
    pub async fn once(&self, number: usize) -> Bytes {
        let mut connection = self.connect().await;
        self.send(&mut connection, number).await
    }

    /// Asks over `connections` for `time`; the answers a second.
    pub async fn run(&self, connections: usize, time: Duration) -> f64 {
        let started = Instant::now();
        let mut running = tokio::task::JoinSet::new();
        for _ in 0..connections {
            let load = self.clone();
            running.spawn(async move {
                let mut connection = load.connect().await;
                let mut answers = 0_u32;
                while started.elapsed() < time {
                    let number = load.next.fetch_add(1, Ordering::Relaxed);
                    load.send(&mut connection, number).await;
                    answers += 1;
                }
                answers
            });
        }
        let answers: u32 = running.join_all().await.into_iter().sum();
        f64::from(answers) / started.elapsed().as_secs_f64()
    }

    async fn connect(&self) -> SendRequest<Body> {
        let stream = TcpStream::connect(self.address).await.expect("the server listens");
        stream.set_nodelay(true).expect("a socket option");
        let (sender, connection) = handshake(TokioIo::new(stream)).await.expect("an HTTP connection");
        tokio::spawn(connection);
        sender
    }

    async fn send(&self, connection: &mut SendRequest<Body>, number: usize) -> Bytes {
        let ask = &self.asks[number % self.asks.len()];
        let method = if ask.body.is_some() { "POST" } else { "GET" };
        let request = Request::builder().method(method).uri(&ask.path).header(header::HOST, "localhost");
        let request = request.header(header::CONTENT_TYPE, "application/json");
        let request = self.authorization.iter().fold(request, |request, authorization| {
            request.header(header::AUTHORIZATION, authorization.clone())
        });
        let body = ask.body.clone().map_or_else(Body::empty, Body::from);
        connection.ready().await.expect("the connection stays open");
        let answer = connection.send_request(request.body(body).expect("a request")).await;
        let answer = answer.expect("an answer");
        assert_eq!(answer.status(), StatusCode::OK);
        answer.into_body().collect().await.expect("the whole answer").to_bytes()
    }
}
