//! `buildProgress` over graphql-transport-ws, with a real socket.

use reform_api::server::Limits;
use serde_json::json;
use tests::{App, Socket, on_both};

on_both! {
    async fn a_build_is_watched_to_its_end(kind) {
        let app = App::sample(kind).await;
        let address = app.serve(Limits::default()).await;
        let data = app.ask("{ builds { nodes { id } } }").await;
        let build = &data["builds"]["nodes"][0]["id"];
        let mut socket = Socket::ready_as(&app, address).await;
        let query = format!("subscription {{ buildProgress(id: {build}) {{ state partsEnded partsTotal cardsWritten }} }}");
        socket.subscribe("1", &query).await;
        let first = socket.hear().await;
        assert_eq!(first["payload"]["data"]["buildProgress"]["state"], "QUEUED", "{first}");
        let worker = app.start_worker();
        let mut last = first;
        loop {
            let message = socket.hear().await;
            if message["type"] == "complete" {
                break;
            }
            assert_eq!(message["type"], "next", "{message}");
            last = message;
        }
        let end = &last["payload"]["data"]["buildProgress"];
        assert_eq!(*end, json!({"state": "SUCCEEDED", "partsEnded": 2, "partsTotal": 2, "cardsWritten": 12}));
        worker.stop().await;
    }
}
