//! `reform-api import dossiers FILE`.

use std::process::Output;
use std::time::Duration;

use entity::{dossier, import};
use sea_orm::{EntityTrait, PaginatorTrait};
use tests::{Store, on_both};

use super::{file, long_file};
use crate::e2e::process::{Running, on, run};

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("UTF-8")
}

/// What it printed last, and how it ended.
fn told(output: &Output) -> (String, i32) {
    let line = text(&output.stdout).lines().last().unwrap_or_default().to_owned();
    (line, output.status.code().unwrap_or(-1))
}

on_both! {
    async fn a_file_is_imported_and_counted_and_what_is_refused_is_written_to_a_file(kind) {
        let store = Store::sample(kind).await;
        let folder = tempfile::tempdir().expect("a folder");
        let path = |name: &str| folder.path().join(name).display().to_string();
        let csv = file(&[("STC", "A1", "10/01/2022", ""), ("STC", "A2", "31/02/2022", "")]);
        std::fs::write(path("hoso.csv"), &csv).expect("written");
        let import = |arguments: &[&str]| {
            let file = path("hoso.csv");
            let all: Vec<_> = ["import", "dossiers", &file].into_iter().chain(arguments.iter().copied()).collect();
            run(&mut on("reform-api", &store), &all)
        };
        let counted = |added: u32, unchanged: u32, refused: u32| {
            format!("{added} thêm / added, 0 đổi / changed, {unchanged} không đổi / unchanged, {refused} bị từ chối / refused")
        };
        let refused = path("refused.csv");
        let output = import(&["--refused", &refused]);
        assert_eq!(told(&output), (counted(1, 0, 1), 1), "{output:?}");
        let error = text(&output.stderr);
        assert!(error.lines().count() == 1 && error.contains("nothing was stored"), "{error}");
        let written = std::fs::read_to_string(&refused).expect("the refused rows");
        assert!(written.contains("A2") && written.contains("due `31/02/2022`") && written.lines().count() == 2, "{written}");
        let dry = import(&["--mode", "accept-valid", "--dry-run"]);
        assert_eq!(told(&dry), (format!("thử, không ghi / dry run: {}", counted(1, 0, 1)), 0));
        assert_eq!(told(&import(&["--mode", "accept-valid"])), (counted(1, 0, 1), 0));
        assert_eq!(told(&import(&["--mode", "accept-valid"])), (counted(0, 1, 1), 0));
        let database = store.connect().await;
        assert_eq!(dossier::Entity::find().count(&database).await.expect("counted"), 1);
        std::fs::write(path("hoso.csv"), b"M\xb7 h\xe5 s\xac\n").expect("written");
        let output = import(&[]);
        assert_eq!(output.status.code(), Some(1));
        assert!(text(&output.stderr).contains("CSV UTF-8"), "{output:?}");
        assert_eq!(import(&["--agency", "NONE"]).status.code(), Some(1));
    }

    async fn ctrl_c_in_the_middle_leaves_nothing_half_done(kind) {
        let store = Store::sample(kind).await;
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("hoso.csv");
        std::fs::write(&path, long_file(200_000)).expect("written");
        let path = path.display().to_string();
        let database = store.connect().await;
        let mut running = Running::start(on("reform-api", &store).args(["import", "dossiers", &path]));
        let begun = async {
            while import::Entity::find().count(&database).await.expect("counted") == 0 {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(60), begun).await.expect("it begins");
        running.signal("INT");
        assert_eq!(running.ended().code(), Some(1));
        let record = import::Entity::find().one(&database).await.expect("read").expect("the record");
        assert_eq!(record.state, import::State::Cancelled);
        assert_eq!(dossier::Entity::find().count(&database).await.expect("counted"), 0);
    }
}
