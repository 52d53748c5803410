//! The first start makes one administrator and tells once how to get in; the terminal is the way back in.

use std::process::{Command, Stdio};
use std::time::Duration;

use entity::{account, role_grant, sign_in_link, token};
use sea_orm::{EntityTrait, PaginatorTrait};
use tests::{App, Kind, Store, on_both};
use tokio::io::{AsyncBufReadExt, BufReader};

use super::super::process::on;
use super::{REQUEST_BUILD, name_of};

fn command(store: &Store) -> Command {
    let mut command = on("reform-api", store);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// What the server prints until it says where it is.
async fn start_and_read(store: &Store, kind: Kind) -> String {
    // On SQLite nothing else would compile.
    let role = if kind == Kind::Postgres { "api" } else { "all" };
    let mut command = tokio::process::Command::from(command(store));
    command.args(["--listen", "127.0.0.1:0", "--role", role]).kill_on_drop(true);
    let mut server = command.spawn().expect("the server starts");
    let mut lines = BufReader::new(server.stdout.take().expect("its output")).lines();
    let read = async {
        let mut printed = String::new();
        while let Some(line) = lines.next_line().await.expect("a line") {
            printed += &format!("{line}\n");
            if line.starts_with("GraphiQL:") {
                break;
            }
        }
        printed
    };
    let printed = tokio::time::timeout(Duration::from_secs(60), read).await.expect("in time");
    server.kill().await.expect("it ends");
    printed
}

fn terminal(store: &Store, way: &[&str]) -> (bool, String) {
    let output = command(store).arg("administrator").args(way).output().expect("the command runs");
    let text = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8(text).expect("text").trim().to_owned())
}

async fn counts(app: &App) -> [u64; 4] {
    [
        account::Entity::find().count(&app.database).await.expect("accounts"),
        role_grant::Entity::find().count(&app.database).await.expect("grants"),
        sign_in_link::Entity::find().count(&app.database).await.expect("links"),
        token::Entity::find().count(&app.database).await.expect("tokens"),
    ]
}

on_both! {
    async fn the_first_start_tells_once_how_to_get_in(kind) {
        let app = App::without_accounts(Store::sample(kind).await).await;
        app.drain().await;
        let store = app.store.same();
        let (found, text) = terminal(&store, &["link"]);
        assert!(!found && text.contains("no active administrator"), "{text}");
        let first = start_and_read(&store, kind).await;
        let link = first.split("/sign-in?link=").nth(1).and_then(|rest| rest.lines().next()).expect("a link");
        let token = first.split("rfm_").nth(1).and_then(|rest| rest.lines().next()).expect("a token");
        let browser = app.as_public().open_link(link).await.expect("the link holds");
        assert_eq!(name_of(&browser).await, "administrator");
        app.as_token(&format!("rfm_{token}")).ask(REQUEST_BUILD).await;
        app.drain().await;
        let second = start_and_read(&store, kind).await;
        assert!(!second.contains("sign-in") && !second.contains("rfm_"), "{second}");
        assert_eq!(counts(&app).await, [1, 1, 1, 1]);

        let (made, text) = terminal(&store, &["link"]);
        assert!(made, "{text}");
        let link = text.strip_prefix("http://127.0.0.1:8080/sign-in?link=").expect("a link");
        app.as_public().open_link(link).await.expect("the link holds");
        let (made, token) = terminal(&store, &["token", "--name", "ADMINISTRATOR"]);
        assert!(made, "{token}");
        assert_eq!(name_of(&app.as_token(&token)).await, "administrator");
        assert!(!terminal(&store, &["token", "--name", "nobody"]).0);
    }

    async fn of_processes_that_start_at_once_one_makes_the_administrator(kind) {
        let app = App::without_accounts(Store::sample(kind).await).await;
        let mut processes = Vec::new();
        for _ in 0..4 {
            processes.push(App::beside(&app).await);
        }
        let starts = processes.iter().chain([&app]).map(|process| process.people.make_first_administrator());
        let told = futures_util::future::join_all(starts).await;
        let told = told.into_iter().map(|first| first.expect("it starts"));
        assert_eq!(told.flatten().count(), 1);
        assert_eq!(counts(&app).await, [1, 1, 1, 1]);
    }
}
