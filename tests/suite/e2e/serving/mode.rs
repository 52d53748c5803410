//! Development and production.

use reform_api::server::{Mode, Settings};
use tests::{App, Kind, Socket, Store};

use super::super::process::{Running, on, run};
use super::{ask, get};

fn production() -> Settings {
    Settings { mode: Mode::Production, ..Settings::default() }
}

#[tokio::test(flavor = "multi_thread")]
async fn production_tells_nothing_about_the_schema_and_has_no_page_to_try_it_on() {
    let app = App::sample(Kind::Sqlite).await;
    let (shut, open) = (app.serve(production()).await, app.serve(Settings::default()).await);
    let rows = [
        "{ __schema { queryType { name } } }",
        "{ blocks { code } x: __type(name: \"Agency\") { name } }",
        "{ ... { ... F } } fragment F on Query { __schema { queryType { name } } }",
        "query A { __typename } query B { __schema { queryType { name } } }",
    ];
    for query in rows {
        assert_eq!(ask(shut, &[], query).await.code(), "INTROSPECTION_DISABLED", "{query}");
        assert_ne!(ask(open, &[], query).await.code(), "INTROSPECTION_DISABLED", "{query}");
    }
    let mut socket = Socket::ready(shut).await;
    socket.subscribe("1", rows[0]).await;
    assert_eq!(socket.hear().await["payload"][0]["extensions"]["code"], "INTROSPECTION_DISABLED");
    assert_eq!(ask(shut, &[], "{ __typename blocks { __typename } }").await.code(), "");
    for path in ["/", "/graphiql"] {
        assert_eq!(get(shut, path).await.status, "404", "{path}");
        assert_ne!(get(open, path).await.status, "404", "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_opens_it_to_others_chooses_for_whom() {
    let store = Store::sample(Kind::Sqlite).await;
    for listen in ["0.0.0.0:0", "[::]:0"] {
        let output = run(&mut on("reform-api", &store), &["--listen", listen]);
        let error = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{error}");
        assert!(error.contains("--mode production") && error.contains(" / "), "{error}");
        assert_eq!(error.lines().count(), 1, "{error}");
    }
    let server = Running::serve(&store, &["--mode", "production", "--listen", "0.0.0.0:0"]);
    let (_, address) = server.until_served();
    assert_eq!(get(address, "/graphiql").await.status, "404");
    assert_eq!(
        ask(address, &[], "{ __schema { queryType { name } } }").await.code(),
        "INTROSPECTION_DISABLED"
    );
}
