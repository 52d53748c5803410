//! `shadow`: the current cards beside those of a full build. Nothing is written.

use anyhow::bail;
use entity::period;
use reform_worker::shadow::{Behind, What, compare};
use sea_orm::DatabaseConnection;

use crate::report::{self, say};

pub(super) async fn shadow(database: &DatabaseConnection, code: Option<&str>) -> anyhow::Result<()> {
    let periods = match code {
        Some(code) => {
            let period = period::with_code(code).one(database).await?;
            vec![period.ok_or_else(|| report::no_period(code))?]
        }
        None => period::in_order().all(database).await?,
    };
    let compared = compare(database, &periods).await?;
    for behind in &compared.behind {
        say(&line(behind))?;
    }
    say(&format!("{} thẻ đã so / cards compared", compared.cards))?;
    match compared.behind.len() {
        0 => Ok(()),
        differing => bail!("{differing} chỗ khác với lập toàn bộ / differ from a full build"),
    }
}

fn line(behind: &Behind) -> String {
    let place = match &behind.agency {
        Some(agency) => format!("{} {} {agency}", behind.period, behind.block),
        None => format!("{} {}", behind.period, behind.block),
    };
    let what = match &behind.what {
        What::Absent => "thiếu thẻ / the card is missing".to_owned(),
        What::Surplus => "thừa thẻ / there should be no card".to_owned(),
        What::Different { stored, computed } => {
            format!("thẻ khác / another card: {stored}, lập toàn bộ / full build {computed}")
        }
        What::Ranking => "xếp hạng khác / another ranking".to_owned(),
        What::Unusable(why) => format!("không lập được / cannot be compiled: {why}"),
    };
    format!("{place}: {what}")
}
