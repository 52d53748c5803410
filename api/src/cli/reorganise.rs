//! `reorganise`: a reorganisation of the registry from a file.

use std::path::Path;

use anyhow::{Context, bail};
use reform_worker::audit::Actor;

use super::Bench;
use crate::reorganise::import;

pub(super) async fn reorganise(bench: &Bench<'_>, file: &Path, dry_run: bool) -> anyhow::Result<()> {
    let bytes = std::fs::read(file)
        .with_context(|| format!("không đọc được {0} / {0} cannot be read", file.display()))?;
    let terminal = Actor::terminal();
    let imported = import(bench.database, &terminal, &bytes, dry_run, bench.clock.now());
    // Told to stop, it leaves nothing half done: the transaction is rolled back.
    let Some(imported) = bench.told.run_until_cancelled(imported).await else { return Ok(()) };
    match imported? {
        Ok(counts) => {
            let (vi, en) = if dry_run { ("sẽ", "would be") } else { ("đã", "were") };
            println!(
                "{vi} thêm {0} khối, {1} cơ quan; kết thúc {2}; kế thừa {3}; xếp khối {4} / {0} blocks and {1} agencies \
                 {en} registered, {2} closed, {3} successions recorded, {4} placed",
                counts.blocks, counts.agencies, counts.closed, counts.successions, counts.placed
            );
            Ok(())
        }
        Err(complaints) => {
            for complaint in &complaints {
                let (row, column) = (complaint.row, &complaint.column);
                println!("{row}, {column}: {}: {}\n  {}", complaint.code, complaint.vi, complaint.en);
            }
            bail!("{0} lỗi trong {1} / {0} complaint(s) about {1}", complaints.len(), file.display());
        }
    }
}
