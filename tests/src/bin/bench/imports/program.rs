//! The real program: its time and its memory.

use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use reform_worker::database::Location;
use tests::Store;

/// What an import took.
pub struct Imported {
    /// From start to end of the process.
    pub seconds: f64,
    /// The most memory that it held at a time.
    pub peak_mib: f64,
}

fn program(store: &Store) -> Command {
    let own = std::env::current_exe().expect("this program's path");
    let path: PathBuf = own.with_file_name("reform-api");
    assert!(path.exists(), "{} is missing: cargo build --release --workspace --bins", path.display());
    let mut command = Command::new(path);
    match store.location() {
        Location::Embedded(directory) => command.arg("--data-dir").arg(directory),
        Location::Url(url) => command.args(["--database-url", url]),
    };
    command.stdin(Stdio::null()).stdout(Stdio::null());
    command
}

/// Makes up a nation in the store, and its dossiers in a file.
pub fn generate(store: &Store, (dossiers, agencies): (u64, u32), file: &Path) {
    let (dossiers, agencies) = (dossiers.to_string(), agencies.to_string());
    let mut command = program(store);
    command.args(["generate", "--agencies", &agencies, "--dossiers", &dossiers, "--csv"]).arg(file);
    assert!(command.status().expect("it runs").success());
}

/// Writes the first dossiers of a file to another, at most so many, each with a letter of apology where it had none and
/// none where it had one; how many.
pub fn change(file: &Path, to: &Path, most: usize) -> usize {
    let mut lines = BufReader::new(File::open(file).expect("it is there")).lines();
    let mut changed = BufWriter::new(File::create(to).expect("it is made"));
    let heading = lines.next().expect("a heading").expect("text");
    writeln!(changed, "{heading}").expect("written");
    let mut rows = 0;
    for line in lines.take(most) {
        let line = line.expect("text");
        let (others, letter) = line.rsplit_once(',').expect("cells");
        writeln!(changed, "{others},{}", if letter.is_empty() { "1" } else { "" }).expect("written");
        rows += 1;
    }
    changed.flush().expect("written");
    rows
}

/// Imports the file.
pub fn import(store: &Store, file: &Path) -> Imported {
    let begun = Instant::now();
    let mut running = program(store).args(["import", "dossiers"]).arg(file).spawn().expect("it starts");
    let status = format!("/proc/{}/status", running.id());
    let mut peak = 0.0;
    let ended = loop {
        // What the kernel keeps is the peak so far; the last look is at most so long before the end.
        peak = peak_mib(&status).unwrap_or(peak);
        match running.try_wait().expect("it is waited for") {
            Some(ended) => break ended,
            None => std::thread::sleep(Duration::from_millis(20)),
        }
    };
    assert!(ended.success(), "{ended}");
    Imported { seconds: begun.elapsed().as_secs_f64(), peak_mib: peak }
}

fn peak_mib(status: &str) -> Option<f64> {
    let text = std::fs::read_to_string(status).ok()?;
    let kib = text.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(kib.trim().trim_end_matches(" kB").trim().parse::<f64>().ok()? / 1024.0)
}
