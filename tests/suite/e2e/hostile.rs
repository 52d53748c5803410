//! Slow, greedy and silent clients: each is bounded, and honest ones are served meanwhile. Nothing here
//! depends on the database.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use reform_api::server::Limits;
use serde_json::json;
use tests::{App, Kind, Socket, http};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::{sleep, timeout};

/// How long what is to be closed may still be open.
const PATIENCE: Duration = Duration::from_secs(15);

fn request(connection: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "POST /graphql HTTP/1.1\r\nHost: localhost\r\nConnection: {connection}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
    )
}

/// An honest client is answered, soon.
async fn assert_served(address: SocketAddr) {
    let begun = Instant::now();
    let answer = http(address, &request("close", r#"{"query":"{ blocks { code } }"}"#)).await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
}

/// Connections that say something and then wait.
async fn saying(address: SocketAddr, count: usize, said: &str) -> Vec<TcpStream> {
    let connect = async || {
        let mut stream = TcpStream::connect(address).await.expect("a connection");
        stream.write_all(said.as_bytes()).await.expect("it is sent");
        stream
    };
    join_all((0..count).map(|_| connect())).await
}

/// What comes until the server closes.
async fn until_closed(stream: &mut TcpStream) -> String {
    let mut heard = Vec::new();
    // A reset closes as well as an end.
    timeout(PATIENCE, stream.read_to_end(&mut heard)).await.expect("it is closed in time").ok();
    String::from_utf8_lossy(&heard).into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn half_sent_requests_are_closed_and_honest_clients_served_meanwhile() {
    let app = App::sample(Kind::Sqlite).await;
    let within = Duration::from_secs(2);
    let address = app.serve(Limits { head_within: within, body_within: within, ..Limits::default() }).await;
    let whole = request("close", r#"{"query":"{ __typename }"}"#);
    let begun = Instant::now();
    let mut silent = saying(address, 100, "").await;
    let mut heads = saying(address, 100, &whole[..40]).await;
    let mut bodies = saying(address, 100, &whole[..whole.len() - 5]).await;
    let mut trickle = TcpStream::connect(address).await.expect("a connection");
    let trickling = async {
        for byte in whole.bytes() {
            if trickle.write_all(&[byte]).await.is_err() || trickle.try_read(&mut [0]).is_ok() {
                return true;
            }
            sleep(Duration::from_millis(100)).await;
        }
        false
    };
    let serving = async {
        while begun.elapsed() < within {
            assert_served(address).await;
        }
    };
    let (trickle_was_closed, ()) = tokio::join!(trickling, serving);
    assert!(trickle_was_closed, "a byte now and then does not hold a connection");
    for stream in silent.iter_mut().chain(&mut heads) {
        assert_eq!(until_closed(stream).await, "");
    }
    for stream in &mut bodies {
        let answer = until_closed(stream).await;
        assert!(answer.starts_with("HTTP/1.1 408") && answer.contains("REQUEST_TIMEOUT"), "{answer}");
    }
    assert_served(address).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_idle_connection_is_closed_and_a_large_head_refused() {
    let app = App::sample(Kind::Sqlite).await;
    let limits = Limits { head_within: Duration::from_secs(1), head_bytes: 2_000, ..Limits::default() };
    let address = app.serve(limits).await;
    let kept = request("keep-alive", r#"{"query":"{ __typename }"}"#);
    let mut idle = saying(address, 1, &kept.repeat(2)).await;
    let answers = until_closed(&mut idle[0]).await;
    assert_eq!(answers.matches("HTTP/1.1 200").count(), 2, "{answers}");
    let head =
        format!("GET /health/live HTTP/1.1\r\nHost: localhost\r\nX-Long: {}\r\n\r\n", "x".repeat(3_000));
    assert!(http(address, &head).await.starts_with("HTTP/1.1 431"));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_finds_no_place_waits_for_one() {
    let app = App::sample(Kind::Sqlite).await;
    let limits =
        Limits { connections: 5, sockets: 2, head_within: Duration::from_secs(1), ..Limits::default() };
    let address = app.serve(limits).await;
    let held = saying(address, 5, "").await;
    let begun = Instant::now();
    assert_served(address).await;
    assert!(begun.elapsed() > Duration::from_millis(500), "there was a place at once");
    drop(held);
    let sockets = [Socket::ready(address).await, Socket::ready(address).await];
    assert_eq!(Socket::try_open(address, &[]).await.err().map(|status| status.as_u16()), Some(503));
    assert_served(address).await;
    drop(sockets);
    let opened = async {
        while Socket::try_open(address, &[]).await.is_err() {
            sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(PATIENCE, opened).await.expect("a place is free again");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_does_not_take_its_answers_is_closed() {
    let app = App::sample(Kind::Sqlite).await;
    let address = app.serve(Limits { taken_within: Duration::from_secs(1), ..Limits::default() }).await;
    // A thousand answers of 30 kB are more than the system keeps for a connection.
    let large = r#"{"query":"{ __schema { types { name description fields { name description args { name description } } } } }"}"#;
    let asked = request("keep-alive", large).repeat(1000);
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.set_recv_buffer_size(8 * 1024).expect("a small buffer");
    let mut greedy = socket.connect(address).await.expect("a connection");
    timeout(Duration::from_secs(4), greedy.write_all(asked.as_bytes())).await.ok();
    sleep(Duration::from_secs(4)).await;
    let mut heard = Vec::new();
    timeout(PATIENCE, greedy.read_to_end(&mut heard)).await.expect("it is closed").ok();
    let answers = String::from_utf8_lossy(&heard).matches("HTTP/1.1 200").count();
    assert!(
        answers < 1000,
        "all {answers} answers were sent to a client that took none, {} bytes",
        heard.len()
    );
    assert_served(address).await;
}

/// The memory that this process, which is server and clients, holds.
fn resident_kilobytes() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux tells");
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).expect("the resident memory");
    line.split_whitespace().nth(1).and_then(|number| number.parse().ok()).expect("a number")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_idle_sockets_live_and_are_cheap() {
    let app = App::sample(Kind::Sqlite).await;
    let limits = Limits { ping_every: Duration::from_secs(3600), ..Limits::default() };
    let (stop, stopped) = tokio::sync::oneshot::channel();
    let (address, served) = app.serve_until(limits, async { stopped.await.unwrap_or_default() }).await;
    let before = resident_kilobytes();
    let mut sockets = Vec::new();
    for _ in 0..10 {
        sockets.extend(join_all((0..100).map(|_| Socket::ready(address))).await);
    }
    let each = resident_kilobytes().saturating_sub(before) / 1000;
    println!("{each} kB a socket, both ends");
    assert!(each < 100, "{each} kB a socket, both ends");
    assert_served(address).await;
    for socket in &mut sockets {
        socket.say(json!({"type": "ping"})).await;
    }
    for socket in &mut sockets {
        assert_eq!(socket.hear().await["type"], "pong");
    }
    stop.send(()).expect("it runs");
    for socket in &mut sockets {
        assert_eq!(socket.closed().await, Some(1001));
    }
    timeout(PATIENCE, served).await.expect("it stops").expect("it stops well");
}

#[tokio::test(flavor = "multi_thread")]
async fn stopping_answers_what_was_asked_and_waits_for_nobody_else() {
    let app = App::sample(Kind::Sqlite).await;
    let limits = Limits { stop_within: Duration::from_secs(3), ..Limits::default() };
    let (stop, stopped) = tokio::sync::oneshot::channel();
    let (address, served) = app.serve_until(limits, async { stopped.await.unwrap_or_default() }).await;
    let whole = request("keep-alive", r#"{"query":"{ __typename }"}"#);
    let (begun, rest) = whole.split_at(whole.len() - 5);
    let mut asking = saying(address, 1, begun).await;
    let mut idle = saying(address, 1, "").await;
    let mut silent = Socket::ready(address).await;
    sleep(Duration::from_millis(200)).await;
    stop.send(()).expect("it runs");
    assert_eq!(until_closed(&mut idle[0]).await, "");
    asking[0].write_all(rest.as_bytes()).await.expect("it is sent");
    let answer = until_closed(&mut asking[0]).await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    timeout(PATIENCE, served).await.expect("it stops").expect("it stops well");
    assert_eq!(silent.closed().await, Some(1001));
    assert!(TcpStream::connect(address).await.is_err(), "nobody listens");
}
