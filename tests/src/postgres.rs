//! One PostgreSQL server for the whole test process, on loopback, with a data directory of its own.
//!
//! It is started by the first test that needs it and stops with the process, however that ends: a shell
//! waits on a pipe that only this process holds, and stops the server when the pipe closes.

use std::net::TcpListener;
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::thread::sleep;
use std::time::Duration;

use tempfile::TempDir;

/// Stops the server and removes its data when standard input closes.
const GUARD: &str = r#""$1/postgres" -D "$2/data" -p "$3" -k "$2" -c listen_addresses=127.0.0.1 -c fsync=off \
-c full_page_writes=off -c max_connections=300 >"$2/log" 2>&1 & server=$!
read -r _; kill -INT $server; wait $server; rm -rf "$2""#;

/// A running server.
#[derive(Debug)]
pub struct Postgres {
    port: u16,
    _guard: Child,
}

impl Postgres {
    /// The test process's server.
    ///
    /// # Panics
    /// When PostgreSQL's server programs are not installed, or the server does not start: a test that
    /// needs it never passes without it.
    pub fn server() -> &'static Self {
        static SERVER: OnceLock<Postgres> = OnceLock::new();
        SERVER.get_or_init(Self::start)
    }

    /// The URL of one of its databases.
    pub fn url(&self, database: &str) -> String {
        format!("postgres://postgres@127.0.0.1:{}/{database}", self.port)
    }

    fn start() -> Self {
        let programs = programs();
        let root = TempDir::with_prefix("reform-pg-").expect("a temporary directory").keep();
        let user = server_user();
        if let Some((uid, gid)) = user {
            chown(&root, Some(uid), Some(gid)).expect("the data directory changes hands");
        }
        std::fs::set_permissions(&root, std::fs::Permissions::from_mode(0o700)).expect("permissions");
        let mut initdb = Command::new(programs.join("initdb"));
        initdb.args(["-U", "postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync", "-D"]);
        initdb.arg(root.join("data")).current_dir(&root).stdout(Stdio::null());
        let made = as_user(&mut initdb, user).status().expect("initdb runs");
        assert!(made.success(), "initdb failed");

        let port = free_port();
        let mut guard = Command::new("sh");
        guard.args(["-c", GUARD, "guard"]).arg(&programs).arg(&root).arg(port.to_string());
        guard.current_dir(&root).stdin(Stdio::piped());
        let guard = as_user(&mut guard, user).spawn().expect("a shell starts the server");
        let server = Self { port, _guard: guard };
        server.wait(&programs, &root);
        server
    }

    fn wait(&self, programs: &Path, root: &Path) {
        let port = self.port.to_string();
        for _ in 0..300 {
            let mut ready = Command::new(programs.join("pg_isready"));
            ready.args(["-q", "-h", "127.0.0.1", "-p", &port, "-U", "postgres"]);
            if ready.status().is_ok_and(|status| status.success()) {
                return;
            }
            sleep(Duration::from_millis(100));
        }
        let log = std::fs::read_to_string(root.join("log")).unwrap_or_default();
        panic!("PostgreSQL did not start:\n{log}");
    }
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

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("an address").port()
}
