//! The real programs from the terminal: what they print, how they end, and what they say when something is
//! wrong.

use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use entity::{build, scorecard};
use reform_worker::database::Location;
use sea_orm::{ConnectionTrait, DatabaseConnection, EntityTrait, PaginatorTrait};
use tests::{Kind, Postgres, Store, on_both};

use super::process::{Running, on, post, program, run, token};

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("UTF-8")
}

/// The one line that a person reads, in both languages, when something is wrong.
fn refusal(what: &str, output: &Output) -> String {
    let error = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{what}: {error}");
    assert_eq!(text(&output.stdout), "", "{what}");
    assert_eq!(error.lines().count(), 1, "{what}: {error}");
    assert!(error.starts_with("reform-") && error.contains(" / "), "{what}: {error}");
    for internal in ["panicked", "Query Error", "src/", "SELECT"] {
        assert!(!error.contains(internal), "{what}: {error}");
    }
    error
}

async fn builds_and_cards(database: &DatabaseConnection) -> (u64, u64) {
    let builds = build::Entity::find().count(database).await.expect("builds");
    (builds, scorecard::Entity::find().count(database).await.expect("cards"))
}

fn ranks(lines: &[String]) -> Vec<&str> {
    let rows = lines.iter().filter(|line| line.contains('('));
    rows.filter_map(|line| line.strip_prefix('│')?.split_whitespace().next()).collect()
}

fn line<'a>(lines: &'a [String], part: &str) -> &'a str {
    lines.iter().find(|line| line.contains(part)).unwrap_or_else(|| panic!("no {part} in {lines:?}"))
}

/// Vietnamese letters are one character each here, and one column wide.
fn assert_aligned(lines: &[&str]) {
    let widths: Vec<_> = lines.iter().map(|line| line.chars().count()).collect();
    assert!(widths.windows(2).all(|pair| pair[0] == pair[1]), "{widths:?}\n{}", lines.join("\n"));
}

fn stop(process: &mut Running, signal: &str) {
    process.signal(signal);
    assert_eq!(process.ended().code(), Some(0), "{signal}");
}

on_both! {
    async fn the_first_start_prints_the_scores_and_serves_and_the_second_does_nothing_twice(kind) {
        let store = Store::empty(kind).await;
        let mut first = Running::serve(&store, &[]);
        let (lines, address) = first.until_served();
        assert!(lines[0].contains("Sample province loaded"), "{lines:?}");
        assert!(line(&lines, "(KKT)").contains("99.52"));
        assert!(line(&lines, "(SNGV)").contains("INCOMPLETE: 6 MISSING"));
        assert_eq!(ranks(&lines), ["1", "2", "3", "3", "5", "6", "7", "8", "–", "–", "1", "2"]);
        let table: Vec<_> = lines.iter().map(String::as_str).filter(|line| line.starts_with(['│', '┌', '└'])).collect();
        assert_aligned(&table);
        let asked = r#"{ scorecard(agency: "KKT", period: "2022-H1") { indexPercent } }"#;
        let token = token(&lines);
        assert_eq!(post(address, &token, asked)["data"]["scorecard"]["indexPercent"], "99.52");
        stop(&mut first, "TERM");
        let mut second = Running::serve(&store, &[]);
        let (again, address) = second.until_served();
        assert!(!again.iter().any(|line| line.contains("loaded")), "{again:?}");
        // The second start says what the first did, but for the loading and the ways in.
        assert_eq!(again[..], lines[lines.len() - again.len()..]);
        assert!(!again.iter().any(|line| line.contains("rfm_") || line.contains("sign-in")), "{again:?}");
        assert_eq!(post(address, &token, asked)["data"]["scorecard"]["indexPercent"], "99.52");
        stop(&mut second, "INT");
        let database = store.connect().await;
        assert_eq!(builds_and_cards(&database).await, (1, 12));
        database.close().await.expect("it closes");
    }

    async fn told_to_stop_at_any_moment_it_ends_well(kind) {
        let store = Store::empty(kind).await;
        for (number, after_ms) in [0, 20, 60, 120, 250, 400, 700].into_iter().enumerate() {
            let mut process = Running::serve(&store, &[]);
            process.until_it_listens_to_signals();
            tokio::time::sleep(Duration::from_millis(after_ms)).await;
            stop(&mut process, if number % 2 == 0 { "TERM" } else { "INT" });
        }
        let mut process = Running::serve(&store, &[]);
        let (lines, _) = process.until_served();
        stop(&mut process, "TERM");
        assert!(line(&lines, "(KKT)").contains("99.52"));
        assert_eq!(process.rest(), [""; 0]);
        let database = store.connect().await;
        assert_eq!(builds_and_cards(&database).await, (1, 12));
        database.close().await.expect("it closes");
    }

    async fn one_agency_is_compiled_and_explained(kind) {
        let store = Store::sample(kind).await;
        let explained = run(&mut on("reform-api", &store), &["explain", "2022-H1", "KKT", "3.2"]);
        assert!(explained.status.success(), "{}", text(&explained.stderr));
        let said = text(&explained.stdout);
        let lines: Vec<_> = said.lines().map(str::to_owned).collect();
        let on_time = line(&lines, "3.2.1 ");
        for part in ["5.54 / 6.00", "SCORED", "80 % ≤ x < 95 %", "6 × 12/13"] {
            assert!(on_time.contains(part), "{part} in {on_time}");
        }
        assert!(line(&lines, "dossiers_resolved_in_time").contains("12  [INSPECTION_REPORT, 2022-07-05]"));
        assert!(line(&lines, "dossiers_resolved_total").contains("13  ["));
        assert!(!said.contains("3.1.1"), "{said}");
        assert_aligned(&said.lines().skip(3).collect::<Vec<_>>());

        let compiled = run(&mut on("reform-api", &store), &["compile", "2022-H1", "--agency", "KKT"]);
        assert!(compiled.status.success(), "{}", text(&compiled.stderr));
        let said = text(&compiled.stdout);
        assert!(said.starts_with("2022-H1: SUCCEEDED – 0 thẻ mới / cards written, 1 không đổi / unchanged"), "{said}");
        assert!(said.contains("99.52"), "{said}");

        // Beside the full year stands the half-year.
        let year = run(&mut on("reform-api", &store), &["compile", "2022-FY", "--agency", "KKT"]);
        assert!(year.status.success(), "{}", text(&year.stderr));
        let explained = run(&mut on("reform-api", &store), &["explain", "2022-FY", "KKT", "3.2"]);
        let said = text(&explained.stdout);
        let lines: Vec<_> = said.lines().map(str::to_owned).collect();
        assert!(line(&lines, "Half-year").contains("6 tháng"), "{said}");
        assert!(line(&lines, "3.2.1 ").contains("MISSING") && line(&lines, "3.2.1 ").contains("5.54 / 6.00"), "{said}");
        assert_aligned(&said.lines().skip(3).collect::<Vec<_>>());
    }

    async fn the_way_to_a_target_is_printed_step_by_step(kind) {
        let store = Store::sample(kind).await;
        let asked = ["path", "2022-H1", "STC", "--index", "95", "--as-of", "2022-06-15"];
        let output = run(&mut on("reform-api", &store), &asked);
        assert!(output.status.success(), "{}", text(&output.stderr));
        let lines: Vec<_> = text(&output.stdout).lines().map(str::to_owned).collect();
        assert_eq!(lines[1], "REACHED – 92.76 %, Xuất sắc / Excellent; mục tiêu / target 95.00 %, Xuất sắc / Excellent");
        assert!(lines[2].starts_with("*  1. 1.1.2   Thêm 2 nhiệm vụ trong kế hoạch CCHC đã hoàn thành (15 → 17): +1,00 điểm / 2 more tasks"), "{}", lines[2]);
        assert!(line(&lines, "bằng các bước 1, 2").contains("with steps 1, 2"));
        assert!(line(&lines, "1.1.1 ").ends_with("Đã đạt điểm cao nhất / It has its best points already"));
        let over = run(&mut on("reform-api", &store), &["path", "2022-H1", "STC", "--rank", "1", "--as-of", "2022-07-01"]);
        assert!(text(&over.stdout).contains("Không đạt được; cao nhất / cannot be reached; the best is 92.76 %"));
    }

    async fn what_does_not_exist_is_one_clear_line_and_changes_nothing(kind) {
        let store = Store::sample(kind).await;
        assert!(run(&mut on("reform-api", &store), &["compile", "2022-H1"]).status.success());
        let database = store.connect().await;
        let before = builds_and_cards(&database).await;
        let long = "X".repeat(50);
        for (arguments, named) in [
            (vec!["compile", "2031-H1"], "2031-H1"),
            (vec!["compile", "nonsense"], "nonsense"),
            (vec!["compile", "2022-H1", "--agency", "NOPE"], "NOPE"),
            (vec!["compile", "2022-H1", "--agency", "KKT", "--agency", "' OR 1=1 --"], "' OR 1=1 --"),
            (vec!["explain", "2031-H1", "KKT"], "2031-H1"),
            (vec!["explain", "2022-H1", &long], "XXX"),
            (vec!["explain", "2022-H1", "KKT", "9.9.9"], "9.9.9"),
            (vec!["explain", "2022-FY", "KKT"], "compile 2022-FY"),
            (vec!["path", "2022-H1", "NOPE", "--rank", "1"], "NOPE"),
            (vec!["path", "2022-H1", "KKT", "--grade", "SUPERB"], "SUPERB"),
        ] {
            let output = run(&mut on("reform-api", &store), &arguments);
            assert!(refusal(named, &output).contains(named), "{arguments:?}");
        }
        assert_eq!(builds_and_cards(&database).await, before);
        database.close().await.expect("it closes");
    }

    async fn a_reader_who_has_heard_enough_is_no_error(kind) {
        let store = Store::sample(kind).await;
        for arguments in [vec!["compile", "2022-H1"], vec!["explain", "2022-H1", "KKT"], vec!["--help"]] {
            let mut command = on("reform-api", &store);
            command.args(&arguments).stdout(Stdio::piped()).stderr(Stdio::piped());
            let mut process = command.spawn().expect("it starts");
            drop(process.stdout.take());
            let output = process.wait_with_output().expect("it ends");
            assert_eq!((output.status.code(), text(&output.stderr)), (Some(0), String::new()), "{arguments:?}");
        }
    }

    async fn a_database_of_others_is_left_as_it_is(kind) {
        let store = Store::empty(kind).await;
        let database = store.connect().await;
        database.execute_unprepared("CREATE TABLE theirs (id INTEGER)").await.expect("a table");
        database.close().await.expect("it closes");
        for name in ["reform-api", "reform-worker"] {
            let error = refusal(name, &run(&mut on(name, &store), &[]));
            assert!(error.contains("another application"), "{error}");
        }
        let database = store.connect().await;
        database.execute_unprepared("SELECT id FROM theirs").await.expect("theirs is there");
        database.execute_unprepared("SELECT id FROM agency").await.expect_err("ours is not");
        // A migrator like ours, of another application.
        database.execute_unprepared("CREATE TABLE seaql_migrations (version VARCHAR(255) PRIMARY KEY, applied_at BIGINT NOT NULL)").await.expect("a table");
        database.execute_unprepared("INSERT INTO seaql_migrations VALUES ('m20200101_000001_cake', 1)").await.expect("a row");
        database.close().await.expect("it closes");
        assert!(refusal("a migrator", &run(&mut on("reform-api", &store), &[])).contains("another application"));
    }

    async fn a_database_of_a_newer_version_is_left_as_it_is(kind) {
        let store = Store::sample(kind).await;
        let database = store.connect().await;
        database.execute_unprepared("INSERT INTO seaql_migrations VALUES ('m20991231_000001_later', 1)").await.expect("a row");
        database.close().await.expect("it closes");
        for name in ["reform-api", "reform-worker"] {
            assert!(refusal(name, &run(&mut on(name, &store), &[])).contains("newer version"));
        }
    }

    async fn a_worker_beside_the_server_compiles_too(kind) {
        let store = Store::sample(kind).await;
        let mut worker = Running::start(on("reform-worker", &store).env("RUST_LOG", "warn"));
        let arguments: &[&str] = if kind == Kind::Postgres { &["--role", "api"] } else { &[] };
        let mut server = Running::serve(&store, arguments);
        let (lines, address) = server.until_served();
        assert!(line(&lines, "(KKT)").contains("99.52"));
        let token = token(&lines);
        let asked = post(address, &token, r#"mutation { requestBuild(input: { period: "2022-FY", reason: "x" }) {
            build { id } errors { code } } }"#);
        let build = &asked["data"]["requestBuild"]["build"]["id"];
        let started = Instant::now();
        loop {
            let answer = post(address, &token, &format!("{{ build(id: {build}) {{ state cardsWritten }} }}"));
            if answer["data"]["build"]["state"] == "SUCCEEDED" {
                break;
            }
            assert!(started.elapsed() < Duration::from_secs(30), "{answer}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        stop(&mut server, "TERM");
        stop(&mut worker, "INT");
        assert_eq!(worker.rest(), [""; 0], "standard output stays empty");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_data_directory_may_have_any_name() {
    let root = tempfile::TempDir::new().expect("a temporary directory");
    for name in ["năm 2022?", "100%", "%41", "a#b", "sqlite:x", "a&mode=ro"] {
        let directory = root.path().join(name);
        let output = run(
            program("reform-api").arg("--data-dir").arg(&directory),
            &["explain", "2022-H1", "KKT", "3.2"],
        );
        assert!(output.status.success(), "{name}: {}", text(&output.stderr));
        assert!(directory.join("reform.sqlite3").exists(), "{name}");
    }
    assert_eq!(std::fs::read_dir(root.path()).expect("it").count(), 6, "nothing was made beside them");
}

#[test]
fn a_database_that_cannot_be_opened_is_told_soon_and_without_its_password() {
    let root = tempfile::TempDir::new().expect("a temporary directory");
    let broken = root.path().join("broken.db");
    std::fs::write(&broken, "this is no database, however long one looks at it").expect("a file");
    let server = Postgres::server().url("nowhere").replace("postgres@", "postgres:geheim@");
    let silent = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let silent = silent.local_addr().expect("an address").to_string();
    let rows: [(String, &str); 9] = [
        ("postgres://u:geheim@127.0.0.1:1/x".to_owned(), "127.0.0.1:1"),
        (format!("postgres://u:geheim@{silent}/x"), &silent),
        ("postgres://u:geheim@/heim:99999999/x".to_owned(), "postgres://user"),
        ("postgres://u:ge/heim@localhost/x".to_owned(), "postgres://user"),
        ("mysql://u:geheim@localhost/x".to_owned(), "must begin with"),
        ("geheim".to_owned(), "must begin with"),
        ("sqlite::memory:".to_owned(), "must begin with"),
        (format!("sqlite:{}", broken.display()), "broken.db"),
        (server, "nowhere"),
    ];
    for (url, named) in rows {
        for name in ["reform-api", "reform-worker"] {
            let started = Instant::now();
            let output = run(&mut program(name), &["--database-url", &url]);
            assert!(started.elapsed() < Duration::from_secs(8), "{named} took {:?}", started.elapsed());
            let error = refusal(&url, &output);
            assert!(error.contains(named) && !error.contains("heim"), "{url}: {error}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_would_compile_beside_the_role_api_on_sqlite() {
    let store = Store::empty(Kind::Sqlite).await;
    let Location::Embedded(directory) = store.location() else { panic!("a directory") };
    let by_url = format!("sqlite:{}/x.db", directory.display());
    for command in [&mut on("reform-api", &store), program("reform-api").args(["--database-url", &by_url])] {
        assert!(refusal("role", &run(command, &["--role", "api"])).contains("PostgreSQL"));
    }
    assert_eq!(std::fs::read_dir(directory).expect("it").count(), 0, "nothing was made");
}

#[test]
fn every_option_is_explained() {
    for (name, arguments) in [
        ("reform-api", vec!["--help"]),
        ("reform-api", vec!["compile", "--help"]),
        ("reform-api", vec!["explain", "--help"]),
        ("reform-worker", vec!["--help"]),
    ] {
        let output = run(&mut program(name), &arguments);
        let help = text(&output.stdout);
        let mut lines = help.lines().peekable();
        while let Some(line) = lines.next() {
            let option = line.trim_start();
            if option.starts_with("--") || option.starts_with('<') {
                let beside = option.split_once("  ").is_some_and(|(_, about)| !about.trim().is_empty());
                let below = lines.peek().is_some_and(|about| about.starts_with("          "));
                assert!(beside || below, "{name} {arguments:?}: {option}");
            }
        }
    }
    let unknown = Command::output(program("reform-api").arg("--nonsense")).expect("it runs");
    assert_eq!(unknown.status.code(), Some(2));
}
