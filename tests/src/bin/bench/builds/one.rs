//! One agency: from the mutation that asks for its rebuild to its card on a subscription.

use std::time::Instant;

use entity::{agency, build, build_part};
use reform_api::server::Limits;
use sea_orm::{EntityTrait, QueryOrder};
use serde_json::json;
use tests::bench::median;
use tests::{App, Socket, Store};

use super::nation::PERIOD;

/// A measure that agencies report, as a number that may be anything.
const MEASURE: &str = "staff_disciplined";

/// Rebuilds one agency again and again, in the application with its worker: the mutation in process, the
/// subscription over a WebSocket.
pub async fn measure(store: Store, rebuilds: usize) {
    let app = App::over(store).await;
    let address = app.serve(Limits::default()).await;
    let worker = app.start_worker();
    let code = agency::Entity::find().one(&app.database).await.expect("read").expect("an agency").code;
    let mut socket = Socket::ready_as(&app, address).await;
    let changed = format!(
        r#"subscription {{ scorecardChanged(agency: "{code}", period: "{PERIOD}") {{ revision }} }}"#
    );
    socket.subscribe("1", &changed).await;
    socket.hear().await;
    let request = format!(
        r#"mutation {{ requestBuild(input: {{ period: "{PERIOD}", agencies: ["{code}"], reason: "x" }}) {{ errors {{ code }} }} }}"#
    );
    let (mut whole, mut waiting) = (Vec::new(), Vec::new());
    for round in 0..rebuilds {
        let value = 1 + round % 2;
        let imported = app.ask(&format!(
            r#"mutation {{ importObservations(input: {{ period: "{PERIOD}", agency: "{code}", mode: ALL_OR_NOTHING, dryRun: false, rows: [
                {{ measure: "{MEASURE}", value: "{value}", asOf: "2025-06-30" }}] }}) {{ import {{ state }} errors {{ code }} }} }}"#
        )).await;
        assert_eq!(imported["importObservations"]["import"]["state"], json!("DONE"), "{imported}");
        let begun = Instant::now();
        let answer = app.ask(&request).await;
        assert_eq!(answer["requestBuild"]["errors"], json!([]));
        let heard = socket.hear().await;
        whole.push(begun.elapsed().as_secs_f64() * 1e3);
        assert!(heard["payload"]["data"]["scorecardChanged"]["revision"].is_i64(), "{heard}");
        waiting.push(waited(&app).await);
    }
    worker.stop().await;
    let most = whole.iter().copied().fold(0.0, f64::max);
    println!(
        "one agency, {rebuilds} times: {:.1} ms from the mutation to the card on a subscription, of which {:.1} ms waiting (medians; at most {most:.0} ms)",
        median(whole),
        median(waiting)
    );
}

/// Milliseconds between the newest build's request and the start of its part.
async fn waited(app: &App) -> f64 {
    let build = build::Entity::find().order_by_desc(build::Column::Id).one(&app.database).await;
    let build = build.expect("read").expect("a build");
    let part = build_part::Entity::find().order_by_desc(build_part::Column::Id).one(&app.database).await;
    let started = part.expect("read").expect("a part").started_at.expect("it has started");
    (started - build.requested_at).as_seconds_f64() * 1e3
}
