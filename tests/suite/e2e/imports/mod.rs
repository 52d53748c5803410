//! Files of dossiers: uploaded, watched, cancelled, refused, and imported from the terminal.

mod killed;
mod rests;
mod rights;
mod terminal;
mod transport;
mod upload;

use serde_json::{Value, json};
use tests::App;

/// A procedure of the sample province.
const PROCEDURE: &str = "X.000001";

const HEADER: &str =
    "Mã cơ quan,Mã hồ sơ,Mã thủ tục,Hình thức tiếp nhận,Ngày tiếp nhận,Ngày hẹn trả,Ngày hoàn thành\n";

/// A file of rows: agency, code, due and completed of each dossier, received on 5 January 2022.
pub(super) fn file(rows: &[(&str, &str, &str, &str)]) -> String {
    let row = |(agency, code, due, completed): &(&str, &str, &str, &str)| {
        format!("{agency},{code},{PROCEDURE},Trực tiếp,05/01/2022,{due},{completed}\n")
    };
    format!("{HEADER}{}", rows.iter().map(row).collect::<String>())
}

/// A file of so many dossiers of one agency.
fn long_file(rows: usize) -> String {
    let row = |n| format!("STC,H{n},{PROCEDURE},COUNTER,05/01/2022 08:30,10/01/2022,09/01/2022\n");
    format!("{HEADER}{}", (0..rows).map(row).collect::<String>())
}

/// The import with a global id, when it has ended: its state and counts.
pub(super) async fn ended(app: &App, id: &Value) -> Value {
    let query = format!("{{ import(id: {id}) {{ state added changed unchanged refused errorEn }} }}");
    for _ in 0..600 {
        // It may not have begun.
        let import = app.post(&json!({ "query": query })).await.json["data"]["import"].clone();
        if !import.is_null() && import["state"] != "RUNNING" {
            return json!([
                import["state"],
                import["added"],
                import["changed"],
                import["unchanged"],
                import["refused"]
            ]);
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    panic!("the import does not end");
}
