//! How it serves strangers: modes, proxies, TLS, what one caller may take, which documents are executed.

mod callers;
mod documents;
mod log;
mod mode;
mod proxies;
mod tls;

use std::net::SocketAddr;

use serde_json::{Value, json};
use tests::http;

/// An answer as it came.
pub struct Heard {
    pub status: String,
    pub head: String,
    pub json: Value,
}

impl Heard {
    fn read(answer: &str) -> Self {
        let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_else(|| panic!("{answer}"));
        let json = serde_json::from_str(body).unwrap_or_default();
        Self { status: head[9..12].to_owned(), head: head.to_ascii_lowercase(), json }
    }

    /// The first error's code; empty without one.
    pub fn code(&self) -> &str {
        self.json["errors"][0]["extensions"]["code"].as_str().unwrap_or_default()
    }

    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        let lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.filter(|(other, _)| *other == name).map(|(_, value)| value).next()
    }
}

/// The text of a request with more headers, and a body if it has one.
pub fn request(method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> String {
    let more: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let length = body.len();
    format!(
        "{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{more}\
         Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
    )
}

pub async fn get(address: SocketAddr, path: &str) -> Heard {
    Heard::read(&http(address, &request("GET", path, &[], "")).await)
}

pub async fn send(address: SocketAddr, headers: &[(&str, &str)], body: &Value) -> Heard {
    Heard::read(&http(address, &request("POST", "/graphql", headers, &body.to_string())).await)
}

pub async fn ask(address: SocketAddr, headers: &[(&str, &str)], query: &str) -> Heard {
    send(address, headers, &json!({ "query": query })).await
}
