//! `recount`: whether the counters and codes are what the dossiers come to.

use anyhow::bail;
use clap::ValueEnum;
use reform_worker::dossiers::{self, Repaired};

use super::Bench;

/// Whether what is wrong is made right.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Repair {
    /// They are only named.
    #[default]
    No,
    /// They are made what the dossiers come to.
    Yes,
}

pub(super) async fn recount(bench: &Bench<'_>, repair: Repair) -> anyhow::Result<()> {
    let mut differing = 0_u64;
    let dossiers = dossiers::recount(bench.database, |difference| {
        differing += 1;
        println!("{difference}");
    });
    let dossiers = dossiers.await?;
    if differing == 0 {
        println!("MATCH {dossiers}");
        return Ok(());
    }
    if repair == Repair::Yes {
        match dossiers::repair(bench.database, bench.told, bench.clock.now()).await? {
            Repaired::Done => println!("REPAIRED"),
            Repaired::Cancelled => println!("CANCELLED"),
        }
    }
    bail!(
        "{differing} chỗ sai so với {dossiers} hồ sơ / {differing} counter(s) and codes are not what the {dossiers} \
         dossiers come to"
    );
}
