//! The real programs, as a person starts them at a terminal.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use reform_worker::database::Location;
use serde_json::{Value, json};
use tests::Store;

/// How long a program may take for anything.
const PATIENCE: Duration = Duration::from_secs(60);

/// The binary that cargo built beside this test.
pub fn binary(name: &str) -> PathBuf {
    let test = std::env::current_exe().expect("this test's path");
    let directory = test.parent().and_then(std::path::Path::parent).expect("target/<profile>");
    let binary = directory.join(name);
    assert!(binary.exists(), "{} is missing: cargo build --workspace --bins", binary.display());
    binary
}

/// A program with nothing of this process's environment that could change what it does.
pub fn program(name: &str) -> Command {
    let mut command = Command::new(binary(name));
    let variables = [
        "DATABASE_URL",
        "DATA_DIR",
        "LISTEN",
        "ROLE",
        "RUST_LOG",
        "MODE",
        "ALLOW_ORIGIN",
        "TRUSTED_PROXY",
        "PROXY_HEADER",
        "TLS_CERT",
        "TLS_KEY",
        "REQUESTS_PER_SECOND",
        "REQUEST_BURST",
        "ALLOWED_QUERIES",
        "METRICS_LISTEN",
        "READ_DATABASE_URL",
        "REFORM_CONFIG",
        "OTLP_ENDPOINT",
        "OTLP_RATIO",
        "OTEL_EXPORTER_OTLP_HEADERS",
    ];
    for variable in variables {
        command.env_remove(variable);
    }
    command.stdin(Stdio::null());
    command
}

/// A program on a store.
pub fn on(name: &str, store: &Store) -> Command {
    let mut command = program(name);
    match store.location() {
        Location::Embedded(directory) => command.arg("--data-dir").arg(directory),
        Location::Url(url) => command.args(["--database-url", url]),
    };
    command
}

/// Runs a program to its end.
pub fn run(command: &mut Command, arguments: &[&str]) -> Output {
    command.args(arguments).output().expect("the process runs")
}

/// A program that runs until it is told to stop. It is killed with the value.
pub struct Running {
    child: Child,
    said: Receiver<String>,
}

impl Running {
    /// Starts it.
    pub fn start(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().expect("the process starts");
        let output = BufReader::new(child.stdout.take().expect("its output"));
        let (say, said) = channel();
        std::thread::spawn(move || output.lines().map_while(Result::ok).all(|line| say.send(line).is_ok()));
        Self { child, said }
    }

    /// Starts `reform-api` on any free port of this machine, unless the arguments say otherwise.
    pub fn serve(store: &Store, arguments: &[&str]) -> Self {
        Self::start(on("reform-api", store).env("LISTEN", "127.0.0.1:0").args(arguments))
    }

    /// What it prints until it says where it is, and its address.
    pub fn until_served(&self) -> (Vec<String>, SocketAddr) {
        let mut lines = Vec::new();
        loop {
            let line = self.said.recv_timeout(PATIENCE);
            let line = line.unwrap_or_else(|error| panic!("{error} after {lines:?}"));
            let url = line.strip_prefix("GraphiQL: ").or_else(|| line.strip_prefix("GraphQL: "));
            let rest = url.and_then(|url| url.split_once("://"));
            if let Some((address, _)) = rest.and_then(|(_, rest)| rest.split_once('/')) {
                return (lines, address.parse().expect("an address"));
            }
            lines.push(line);
        }
    }

    /// Its process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Waits until it catches Ctrl-C and SIGTERM: before that, not a line of it has run.
    pub fn until_it_listens_to_signals(&self) {
        let status = format!("/proc/{}/status", self.child.id());
        let started = Instant::now();
        while started.elapsed() < PATIENCE {
            let status = std::fs::read_to_string(&status).expect("its status");
            let caught = status.lines().find_map(|line| line.strip_prefix("SigCgt:"));
            let caught = u64::from_str_radix(caught.expect("signals").trim(), 16).expect("a mask");
            if caught & 1 << 1 != 0 && caught & 1 << 14 != 0 {
                return;
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        panic!("it catches no signals");
    }

    /// Sends it a signal, by name.
    pub fn signal(&self, signal: &str) {
        let pid = self.child.id().to_string();
        let sent = Command::new("kill").args([&format!("-{signal}"), &pid]).status().expect("kill runs");
        assert!(sent.success());
    }

    /// Waits until it has ended.
    pub fn ended(&mut self) -> ExitStatus {
        let started = Instant::now();
        while started.elapsed() < PATIENCE {
            if let Some(status) = self.child.try_wait().expect("its status") {
                return status;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        panic!("it does not end");
    }

    /// kill -9.
    pub fn kill(&mut self) {
        self.child.kill().expect("kill -9");
        self.child.wait().expect("it is gone");
    }

    /// What it has said on standard error, when it was started with that piped and has ended.
    pub fn errors(&mut self) -> String {
        let mut text = String::new();
        let errors = self.child.stderr.as_mut().expect("standard error is piped");
        errors.read_to_string(&mut text).expect("text");
        text
    }

    /// Everything that it has printed since it was last asked, when it has ended.
    pub fn rest(&self) -> Vec<String> {
        self.said.iter().collect()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// The token that a first start prints.
pub fn token(lines: &[String]) -> String {
    let token = lines.iter().find_map(|line| line.split_once(": rfm_"));
    format!("rfm_{}", token.unwrap_or_else(|| panic!("no token in {lines:?}")).1)
}

/// Posts a GraphQL document over plain HTTP, with a token.
pub fn post(address: SocketAddr, token: &str, query: &str) -> Value {
    let body = json!({ "query": query }).to_string();
    let mut stream = TcpStream::connect(address).expect("it listens");
    stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
    let length = body.len();
    let request = format!(
        "POST /graphql HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\nAuthorization: Bearer {token}\r\n\
         Content-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    );
    stream.write_all(request.as_bytes()).expect("it is sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    let (head, body) = answer.split_once("\r\n\r\n").expect("a head and a body");
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    serde_json::from_str(body).expect("JSON")
}
