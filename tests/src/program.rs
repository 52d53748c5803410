//! The real program, as cargo built it beside the tests.

use std::process::Command;

use reform_worker::database::Location;

use crate::Store;

/// A command of `reform-api` over a store.
///
/// # Panics
/// When the program was not built.
pub fn program(store: &Store) -> Command {
    let test = std::env::current_exe().expect("this test's path");
    let directory = test.parent().and_then(std::path::Path::parent).expect("target/<profile>");
    let program = directory.join("reform-api");
    assert!(program.exists(), "{} is missing: cargo build --workspace --bins", program.display());
    let mut command = Command::new(program);
    match store.location() {
        Location::Embedded(directory) => command.arg("--data-dir").arg(directory),
        Location::Url(url) => command.args(["--database-url", url]),
    };
    command.env_remove("DATABASE_URL");
    command
}
