//! A client: one connection, one request after the other, and what came of them.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::http::{Request, header};
use http_body_util::BodyExt;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpStream;

use super::mix;

/// What came of requests.
#[derive(Debug, Default)]
pub struct Tally {
    /// How long each answer took, in microseconds.
    took: Vec<u64>,
    /// How many answers had a status and a first error's code.
    answers: BTreeMap<(u16, String), u64>,
    /// How often a connection broke or could not be made.
    broken: u64,
}

impl Tally {
    /// Adds another's.
    pub fn add(&mut self, other: Self) {
        self.took.extend(other.took);
        for (answer, count) in other.answers {
            *self.answers.entry(answer).or_default() += count;
        }
        self.broken += other.broken;
    }

    /// Whether anything was our own fault.
    pub fn has_faults(&self) -> bool {
        let fault = |(status, code): &(u16, String)| *status >= 500 || code == "INTERNAL";
        self.broken > 0 || self.took.is_empty() || self.answers.keys().any(fault)
    }

    /// Prints the figures.
    pub fn print(&mut self, time: Duration) {
        self.took.sort_unstable();
        let percentile = |percent: usize| {
            let at = (self.took.len() * percent / 100).min(self.took.len().saturating_sub(1));
            self.took.get(at).map_or(0.0, |took| *took as f64 / 1000.0)
        };
        let rate = self.took.len() as f64 / time.as_secs_f64();
        println!("{} answers, {rate:.0} /s", self.took.len());
        println!(
            "p50 {:.1} ms, p99 {:.1} ms, slowest {:.1} ms",
            percentile(50),
            percentile(99),
            percentile(100)
        );
        for ((status, code), count) in &self.answers {
            println!("{status} {code}: {count}");
        }
        println!("broken connections: {}", self.broken);
    }
}

/// Asks one request after the other for some time.
pub async fn ask_on(address: SocketAddr, token: Option<String>, first: usize, time: Duration) -> Tally {
    let started = Instant::now();
    let mut tally = Tally::default();
    let mut connection = None;
    let mut number = first;
    while started.elapsed() < time {
        let open = match connection.take() {
            Some(open) => Some(open),
            None => connect(address).await,
        };
        let Some(mut open) = open else {
            tally.broken += 1;
            tokio::time::sleep(Duration::from_millis(100)).await;
            continue;
        };
        let asked = Instant::now();
        match ask(&mut open, token.as_deref(), mix::body(token.is_some(), number)).await {
            Some(answer) => {
                tally.took.push(u64::try_from(asked.elapsed().as_micros()).unwrap_or(u64::MAX));
                *tally.answers.entry(answer).or_default() += 1;
                connection = Some(open);
            }
            None => tally.broken += 1,
        }
        number += 1;
    }
    tally
}

async fn connect(address: SocketAddr) -> Option<SendRequest<Body>> {
    let stream = TcpStream::connect(address).await.ok()?;
    stream.set_nodelay(true).ok()?;
    let (sender, connection) = handshake(TokioIo::new(stream)).await.ok()?;
    tokio::spawn(connection);
    Some(sender)
}

/// The status and the first error's code of an answer; none when the connection broke.
async fn ask(connection: &mut SendRequest<Body>, token: Option<&str>, body: String) -> Option<(u16, String)> {
    let mut request = Request::post("/graphql").header(header::HOST, "localhost");
    request = request.header(header::CONTENT_TYPE, "application/json");
    if let Some(token) = token {
        request = request.header(header::AUTHORIZATION, token);
    }
    connection.ready().await.ok()?;
    let answer = connection.send_request(request.body(Body::from(body)).ok()?).await.ok()?;
    let status = answer.status().as_u16();
    let body = answer.into_body().collect().await.ok()?.to_bytes();
    let json: Value = serde_json::from_slice(&body).unwrap_or_default();
    let code = match (json["errors"][0]["extensions"]["code"].as_str(), json["data"].is_object()) {
        (Some(code), _) => code,
        (None, true) => "OK",
        (None, false) => "NO ANSWER",
    };
    Some((status, code.to_owned()))
}
