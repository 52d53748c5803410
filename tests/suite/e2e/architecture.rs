//! The house keeps its plan: who may know whom, the checked-in schema, a word for every field.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace").to_owned()
}

/// The dependencies of each of our crates, tests' own included.
fn dependencies(of: &str) -> BTreeSet<String> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--format-version", "1", "--offline"])
        .current_dir(root())
        .output()
        .expect("cargo tells");
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let packages = metadata["packages"].as_array().expect("packages");
    let package = packages.iter().find(|package| package["name"] == of).expect("the crate");
    let dependencies = package["dependencies"].as_array().expect("dependencies");
    dependencies.iter().map(|dependency| dependency["name"].as_str().expect("a name").to_owned()).collect()
}

const OURS: [&str; 6] = ["entity", "migration", "reform-api", "reform-worker", "scoring", "tests"];

#[test]
fn crates_know_only_whom_they_may() {
    let allowed: [(&str, &[&str]); 5] = [
        ("scoring", &[]),
        ("migration", &[]),
        ("entity", &["scoring"]),
        ("reform-worker", &["entity", "migration", "scoring"]),
        ("reform-api", &["entity", "reform-worker", "scoring"]),
    ];
    for (name, allowed) in allowed {
        let known = dependencies(name);
        let ours: Vec<_> = OURS.iter().filter(|ours| known.contains(**ours)).copied().collect();
        assert_eq!(ours, allowed, "{name}");
    }
}

#[test]
fn the_core_is_pure() {
    let allowed = [
        "chrono",
        "num-bigint",
        "num-rational",
        "num-traits",
        "proptest",
        // Only to see that the published JSON Schema is that of the types.
        "schemars",
        "sea-orm",
        "serde",
        "serde_json",
        "sha2",
        "thiserror",
    ];
    let known = dependencies("scoring");
    assert!(known.iter().all(|name| allowed.contains(&name.as_str())), "{known:?}");
    for (path, text) in sources("worker/scoring/src") {
        for word in ["async fn", "Utc::now", "SystemTime", "f64", "f32", "thread_rng"] {
            assert!(!text.contains(word), "{word} in {}", path.display());
        }
    }
}

#[test]
fn the_queue_is_named_in_one_file() {
    for crate_source in ["api/src", "entity/src", "worker/src", "worker/scoring/src"] {
        for (path, text) in sources(crate_source) {
            let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
            let named = code.filter(|line| line.contains("apalis")).count() > 0;
            assert_eq!(named, path.ends_with("worker/src/queue.rs"), "{}", path.display());
        }
    }
    for name in ["reform-api", "entity", "scoring"] {
        assert!(dependencies(name).iter().all(|dependency| !dependency.starts_with("apalis")), "{name}");
    }
}

fn sources(below: &str) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut places = vec![root().join(below)];
    while let Some(place) = places.pop() {
        for entry in std::fs::read_dir(&place).expect("a directory").flatten() {
            let path = entry.path();
            if path.is_dir() {
                places.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push((path.clone(), std::fs::read_to_string(&path).expect("a source file")));
            }
        }
    }
    assert!(!found.is_empty(), "{below}");
    found
}

#[test]
fn the_checked_in_schema_is_the_schema() {
    let path = root().join("api/schema.graphql");
    let now = reform_api::graphql::sdl();
    if std::env::var_os("UPDATE_SCHEMA").is_some() {
        std::fs::write(&path, &now).expect("the schema is written");
    }
    let checked_in = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        checked_in == now,
        "api/schema.graphql is out of date: UPDATE_SCHEMA=1 cargo test -p tests schema"
    );
}

/// A line that declares a type, field, enum value or argument needs a description above it.
#[test]
fn every_part_of_the_schema_is_documented() {
    let sdl = reform_api::graphql::sdl();
    let mut previous = "";
    let mut undocumented = Vec::new();
    let mut within_text = false;
    for line in sdl.lines() {
        let trimmed = line.trim();
        let quotes = trimmed.matches("\"\"\"").count();
        if quotes == 1 {
            within_text = !within_text;
        }
        let declares =
            !within_text && quotes == 0 && !trimmed.is_empty() && !trimmed.starts_with(['}', ')', '#']);
        if declares && !previous.ends_with("\"\"\"") && !exempt(trimmed) {
            undocumented.push(trimmed.to_owned());
        }
        if !trimmed.is_empty() {
            previous = trimmed;
        }
    }
    assert!(undocumented.is_empty(), "{undocumented:#?}");
}

/// What the language or the library itself declares.
fn exempt(line: &str) -> bool {
    let declared = [
        "directive @",
        "schema {",
        "query: ",
        "mutation: ",
        "subscription: ",
        "scalar ",
        "edges: ",
        "node: ",
        "nodes: ",
    ];
    let connections = line.starts_with("type ") && (line.contains("Connection ") || line.contains("Edge "));
    connections || line.starts_with("id: ID!") || declared.iter().any(|start| line.starts_with(start))
}
