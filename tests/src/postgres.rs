//! PostgreSQL servers on loopback, each with a data directory of its own: one for the whole test process, and one for
//! each test that stops it, fills it or copies it.
//!
//! A server stops with the process, however that ends: a shell waits on a pipe that only this process holds, and stops
//! the server when the pipe closes.

use std::io::Write;
use std::net::TcpListener;
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread::sleep;
use std::time::Duration;

use tempfile::TempDir;

/// Starts and kills the server as it is told, and starts it anew while a process of the killed one still holds its memory;
/// stops it and removes its data when standard input closes.
const GUARD: &str = r#"programs=$1 root=$2 port=$3; shift 3
start() {
    "$programs/postgres" -D "$root/data" -p "$port" -k "$root" -c listen_addresses=127.0.0.1 -c fsync=off \
        -c full_page_writes=off "$@" >>"$root/log" 2>&1 & server=$!
}
start "$@"
while read -r order; do
    case $order in
        kill) kill -KILL $server; wait $server ;;
        start) for try in 1 2 3 4 5 6 7 8; do start "$@"; sleep 1; kill -0 $server && break; done ;;
    esac
done
kill -INT $server; wait $server; rm -rf "$root""#;

/// What the server of all tests is started with.
const FOR_ALL: [&str; 2] = ["-c", "max_connections=300"];

/// A running server.
#[derive(Debug)]
pub struct Postgres {
    port: u16,
    root: PathBuf,
    guard: Child,
}

impl Postgres {
    /// The test process's server.
    ///
    /// # Panics
    /// When PostgreSQL's server programs are not installed, or the server does not start: a test that
    /// needs it never passes without it.
    pub fn server() -> &'static Self {
        static SERVER: OnceLock<Postgres> = OnceLock::new();
        SERVER.get_or_init(|| Self::own(&FOR_ALL))
    }

    /// The URL of one of its databases.
    pub fn url(&self, database: &str) -> String {
        format!("postgres://postgres@127.0.0.1:{}/{database}", self.port)
    }

    /// A server of one test, with more options. It goes with the value.
    ///
    /// # Panics
    /// As [`server`](Self::server).
    pub fn own(options: &[&str]) -> Self {
        let root = directory();
        let mut initdb = Command::new(programs().join("initdb"));
        initdb.args(["-U", "postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync", "-D"]);
        initdb.arg(root.join("data")).current_dir(&root).stdout(Stdio::null());
        let made = as_user(&mut initdb, server_user()).status().expect("initdb runs");
        assert!(made.success(), "initdb failed");
        Self::run(root, options)
    }

    /// A streaming replica of it, with more options; they must allow no fewer connections. It goes with the value.
    ///
    /// # Panics
    /// As [`server`](Self::server).
    pub fn replica(&self, options: &[&str]) -> Self {
        let root = directory();
        let mut copy = Command::new(programs().join("pg_basebackup"));
        copy.args(["-h", "127.0.0.1", "-p", &self.port.to_string(), "-U", "postgres"]);
        copy.args(["--write-recovery-conf", "--checkpoint=fast", "--no-sync", "-D"]).arg(root.join("data"));
        let copied = as_user(copy.current_dir(&root), server_user()).status().expect("pg_basebackup runs");
        assert!(copied.success(), "pg_basebackup failed");
        Self::run(root, options)
    }

    /// kill -9 of the server, all at once.
    pub fn kill(&mut self) {
        self.order("kill");
    }

    /// Starts it again, on the same port.
    pub fn start_again(&mut self) {
        self.order("start");
        self.wait();
    }

    fn order(&mut self, order: &str) {
        let orders = self.guard.stdin.as_mut().expect("its standard input is piped");
        writeln!(orders, "{order}").expect("the shell reads");
    }

    fn run(root: PathBuf, options: &[&str]) -> Self {
        let port = free_port();
        let mut guard = Command::new("sh");
        guard.args(["-c", GUARD, "guard"]).arg(programs()).arg(&root).arg(port.to_string()).args(options);
        guard.current_dir(&root).stdin(Stdio::piped());
        let guard = as_user(&mut guard, server_user()).spawn().expect("a shell starts the server");
        let server = Self { port, root, guard };
        server.wait();
        server
    }

    fn wait(&self) {
        let port = self.port.to_string();
        for _ in 0..300 {
            let mut ready = Command::new(programs().join("pg_isready"));
            ready.args(["-q", "-h", "127.0.0.1", "-p", &port, "-U", "postgres"]);
            if ready.status().is_ok_and(|status| status.success()) {
                return;
            }
            sleep(Duration::from_millis(100));
        }
        let log = std::fs::read_to_string(self.root.join("log")).unwrap_or_default();
        panic!("PostgreSQL did not start:\n{log}");
    }
}

/// A directory that the server's user may write to.
fn directory() -> PathBuf {
    let root = TempDir::with_prefix("reform-pg-").expect("a temporary directory").keep();
    if let Some((uid, gid)) = server_user() {
        chown(&root, Some(uid), Some(gid)).expect("the data directory changes hands");
    }
    std::fs::set_permissions(&root, std::fs::Permissions::from_mode(0o700)).expect("permissions");
    root
}

/// Where the server's programs are.
fn programs() -> PathBuf {
    let asked = Command::new("pg_config").arg("--bindir").output().ok();
    let asked = asked.map(|output| PathBuf::from(String::from_utf8_lossy(&output.stdout).trim()));
    let mut places = Vec::from_iter(asked);
    if let Ok(versions) = std::fs::read_dir("/usr/lib/postgresql") {
        places.extend(versions.flatten().map(|version| version.path().join("bin")));
    }
    places.extend(std::env::var_os("PATH").iter().flat_map(std::env::split_paths));
    let found = places.into_iter().find(|place| place.join("initdb").exists());
    found.expect("PostgreSQL's server programs (initdb, postgres) are needed: apt-get install postgresql")
}

/// The server refuses to run as root; then it runs as `postgres`.
fn server_user() -> Option<(u32, u32)> {
    let id = |arguments: &[&str]| -> Option<u32> {
        let output = Command::new("id").args(arguments).output().ok()?;
        String::from_utf8_lossy(&output.stdout).trim().parse().ok()
    };
    if id(&["-u"])? != 0 {
        return None;
    }
    Some(id(&["-u", "postgres"]).zip(id(&["-g", "postgres"])).expect("a user `postgres` to run the server"))
}

fn as_user(command: &mut Command, user: Option<(u32, u32)>) -> &mut Command {
    match user {
        Some((uid, gid)) => command.uid(uid).gid(gid),
        None => command,
    }
}

/// Ports that no system gives to whoever connects: a program that connects again and again to a server that is away
/// would now and then be given the server's own port, talk to itself, and keep the server from coming back.
const PORTS: std::ops::Range<u32> = 15_000..32_000;

/// A port of this machine that nobody listens on.
///
/// # Panics
/// When there is none.
pub fn free_port() -> u16 {
    static TRIED: AtomicU32 = AtomicU32::new(0);
    // Each process begins elsewhere, so that two do not find the same one free.
    let first = std::process::id().wrapping_mul(97);
    for _ in PORTS {
        let place = first.wrapping_add(TRIED.fetch_add(1, Ordering::Relaxed));
        let port = PORTS.start + place % (PORTS.end - PORTS.start);
        let port = u16::try_from(port).expect("a port");
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
    panic!("no port is free");
}
