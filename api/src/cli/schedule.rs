//! `schedule`: what is compiled when, without anybody asking.

use comfy_table::{Table, presets};
use entity::schedule;
use reform_worker::schedule::Ticks;
use sea_orm::DatabaseConnection;

use crate::report::say;

/// How many of the next ticks are printed.
const NEXT_TICKS: usize = 3;

pub(super) async fn schedule(database: &DatabaseConnection) -> anyhow::Result<()> {
    let mut table = Table::new();
    table.load_style(presets::UTF8_BORDERS_ONLY);
    table.set_header([
        "Tỉnh / Province",
        "Kỳ / Period",
        "Cron",
        "Múi giờ / Zone",
        "Bù / Catch-up",
        "Lần tới / Next",
        "Lần cuối / Last",
    ]);
    for row in schedule::in_order().all(database).await? {
        let ticks = Ticks::new(&row.cron, &row.time_zone);
        let read = |tick| ticks.as_ref().map_or_else(ToString::to_string, |ticks| ticks.read(tick));
        let next = match (row.enabled, row.next_tick_at, &ticks) {
            (false, ..) => "tắt / off".to_owned(),
            (true, None, _) => "chưa tính / not yet known".to_owned(),
            (true, Some(next), Ok(ticks)) => {
                ticks.from(next, NEXT_TICKS).into_iter().map(read).collect::<Vec<_>>().join("\n")
            }
            (true, _, Err(error)) => error.to_string(),
        };
        let last = match (row.last_tick_at, row.last_error) {
            (None, None) => "–".to_owned(),
            (None, Some(error)) => error,
            (Some(tick), None) => read(tick),
            (Some(tick), Some(error)) => format!("{}: {error}", read(tick)),
        };
        let catch_up = row.catch_up.to_string();
        table.add_row([row.province, row.kind.to_string(), row.cron, row.time_zone, catch_up, next, last]);
    }
    say(&table.to_string())
}
