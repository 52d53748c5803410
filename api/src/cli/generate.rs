//! `generate`: a made-up province or nation, at the real size.

use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, bail};
use clap::Args;
use entity::import::State;
use indicatif::ProgressBar;
use reform_worker::dossiers::Watch;
use reform_worker::generate::{GenerateError, Nation, Size, store, store_dossiers, write_csv};
use reform_worker::imports::ImportError;

use super::Bench;
use super::import::bar;
use crate::report::say;

#[derive(Debug, Args)]
pub(super) struct Generate {
    /// How many agencies; each 150 are a province.
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=20_000))]
    agencies: u32,
    /// How many dossiers of the year, over all agencies.
    #[arg(long)]
    dossiers: u64,
    /// The same seed makes the same nation.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The year.
    #[arg(long, default_value_t = 2025, value_parser = clap::value_parser!(i32).range(2000..=2100))]
    year: i32,
    /// Write the dossiers to this file instead of into the database; `import dossiers FILE` brings them in.
    #[arg(long, value_name = "FILE")]
    csv: Option<PathBuf>,
}

pub(super) async fn generate(bench: &Bench<'_>, asked: Generate) -> anyhow::Result<()> {
    let Generate { agencies, dossiers, seed, year, csv } = asked;
    let nation = Arc::new(Nation::new(Size { agencies, dossiers, year, seed }));
    match store(bench.database, &nation, bench.clock.now()).await {
        Ok(()) => {}
        Err(GenerateError::NotEmpty) => bail!(
            "cơ sở dữ liệu đã có cơ quan; hãy chỉ một thư mục khác bằng --data-dir / the database has agencies already; \
             name another directory with --data-dir"
        ),
        Err(error) => return Err(error.into()),
    }
    say(&format!("{agencies} cơ quan / agencies, {year}-H1, {year}-FY"))?;
    match csv {
        Some(path) => write(&nation, path).await?,
        None => import(bench, &nation).await?,
    }
    say(&format!("{dossiers} hồ sơ / dossiers"))
}

async fn write(nation: &Arc<Nation>, path: PathBuf) -> anyhow::Result<()> {
    let nation = Arc::clone(nation);
    let written = tokio::task::spawn_blocking(move || {
        write_file(nation, &path)
            .with_context(|| format!("không ghi được {0} / {0} cannot be written", path.display()))
    });
    written.await?
}

fn write_file(nation: Arc<Nation>, path: &Path) -> std::io::Result<()> {
    let mut file = BufWriter::new(File::create(path)?);
    write_csv(nation, &mut file)?;
    file.into_inner().map_err(std::io::IntoInnerError::into_error)?.sync_all()
}

async fn import(bench: &Bench<'_>, nation: &Arc<Nation>) -> anyhow::Result<()> {
    let bar: ProgressBar = bar();
    bar.set_length(nation.size.dossiers);
    let shown = bar.clone();
    let progress = move |progress: reform_worker::imports::Progress| {
        shown.set_position(u64::try_from(progress.seen).unwrap_or_default());
    };
    let watch = Watch { cancelled: bench.told.clone(), progress: &progress };
    let ended = store_dossiers(bench.database, nation, &watch, bench.clock).await;
    bar.finish_and_clear();
    match ended {
        Ok(record) if record.state == State::Done => Ok(()),
        Ok(record) if record.state == State::Cancelled => {
            bail!("đã dừng, chưa ghi hồ sơ nào / stopped; no dossier was stored")
        }
        Ok(record) => {
            bail!("{} hồ sơ bị từ chối / dossiers were refused; import {}", record.refused, record.id)
        }
        Err(ImportError::Cancelled) => bail!("đã dừng, chưa ghi hồ sơ nào / stopped; no dossier was stored"),
        Err(ImportError::Database(error)) => Err(error.into()),
    }
}
