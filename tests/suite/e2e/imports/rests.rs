//! PostgreSQL ends a transaction that says nothing for a while: that of an import is not ended, however long its rows
//! are in coming.

use std::time::Duration;

use entity::import::{self, Mode, State};
use futures_util::{StreamExt, stream};
use reform_api::server::Limits;
use reform_worker::database::begin_write;
use reform_worker::dossiers::{DossierRow, Read, Watch, import as import_rows};
use sea_orm::{ConnectionTrait, DatabaseConnection};
use serde_json::json;
use tests::{App, Kind, Store, form};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_util::sync::CancellationToken;

use super::transport::{head, told};
use super::{PROCEDURE, ended, long_file};
use crate::e2e::dossiers::order;

/// How long a transaction may say nothing in these tests.
const MOST_SILENT: &str = "3s";
/// How long the rows rest.
const REST: Duration = Duration::from_millis(4_500);

/// The application over a database that is less patient than ours are.
async fn impatient() -> App {
    let store = Store::sample(Kind::Postgres).await;
    let database = store.connect().await;
    let row = database.query_one_raw(sea_orm::Statement::from_string(
        database.get_database_backend(),
        "SELECT current_database()::text",
    ));
    let name: String = row.await.expect("asked").expect("a row").try_get_by_index(0).expect("a name");
    let set = format!(r#"ALTER DATABASE "{name}" SET idle_in_transaction_session_timeout = '{MOST_SILENT}'"#);
    database.execute_unprepared(&set).await.expect("set");
    database.close().await.expect("closed");
    App::over(store).await
}

/// A transaction that rests as long as the rows do is ended.
async fn rest_in_transaction(database: &DatabaseConnection) {
    let transaction = begin_write(database).await.expect("begun");
    transaction.execute_unprepared("SELECT 1").await.expect("it is there");
    tokio::time::sleep(REST).await;
    transaction.execute_unprepared("SELECT 1").await.expect_err("it was ended");
}

/// Imports two rows, the second of which is long in coming.
async fn import_resting(app: &App) -> import::Model {
    let order = order(Mode::AllOrNothing, false);
    let row = |number, code: &str| {
        let cells = ["KKT", code, PROCEDURE, "COUNTER", "05/01/2022", "10/01/2022", "", "", "", ""];
        vec![Read::Row(DossierRow::new(number, cells))]
    };
    let later = stream::once(async move {
        tokio::time::sleep(REST).await;
        Ok(row(2, "A2"))
    });
    let rows = stream::iter([Ok(row(1, "A1"))]).chain(later).boxed();
    let watch = Watch { cancelled: CancellationToken::new(), progress: &|_| () };
    import_rows(&app.database, &order, rows, &watch, &app.clock).await.expect("the import ends")
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_whose_rows_rest_is_stored_and_only_a_transaction_that_is_silent_is_ended() {
    let app = impatient().await;
    let (imported, ()) = tokio::join!(import_resting(&app), rest_in_transaction(&app.database));
    assert_eq!((imported.state, imported.added), (State::Done, 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_whose_client_rests_in_the_middle_is_stored() {
    let app = impatient().await;
    let address = app.serve(Limits::default()).await;
    let form = form(&[], &[("a.csv", long_file(2_000).as_bytes())]);
    let (first, second) = form.split_at(form.len() / 2);
    let mut stream = TcpStream::connect(address).await.expect("connected");
    stream.write_all(head(&app, form.len()).as_bytes()).await.expect("sent");
    stream.write_all(first).await.expect("sent");
    tokio::time::sleep(REST).await;
    stream.write_all(second).await.expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("an answer");
    let (status, begun) = told(&answer);
    assert_eq!(status, 202, "{begun}");
    assert_eq!(ended(&app, &begun["id"]).await, json!(["DONE", 2_000, 0, 0, 0]));
}
