//! `import`: files from the terminal.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, IsTerminal, Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, bail};
use clap::{Args, Subcommand, ValueEnum};
use entity::import::{self, State};
use entity::{AgencyId, ImportId, agency};
use futures_util::TryStreamExt;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use reform_worker::audit::Actor;
use reform_worker::dossiers::{DossierFile, ImportError, Order, Watch, import, in_chunks, refused_csv};
use reform_worker::files::{Choices, Problem};
use sea_orm::DatabaseConnection;
use sha2::{Digest, Sha256};

use super::Bench;
use crate::report::{self, say};

#[derive(Debug, Subcommand)]
pub(super) enum Import {
    /// Import dossiers: new ones are added, changed ones become new versions. Ctrl-C leaves nothing half done.
    Dossiers(Dossiers),
}

#[derive(Debug, Args)]
pub(super) struct Dossiers {
    /// A .csv, .ndjson or .xlsx file; columns by code or by their Vietnamese names.
    file: PathBuf,
    /// What becomes of the valid rows when others are refused.
    #[arg(long, value_enum, default_value = "all-or-nothing")]
    mode: Mode,
    /// Only find out what would come of it.
    #[arg(long)]
    dry_run: bool,
    /// Only accept rows of this agency, by its code; the file then need not name it.
    #[arg(long, value_name = "CODE")]
    agency: Option<String>,
    /// Leave out columns that are not known, instead of refusing the file.
    #[arg(long)]
    ignore_unknown_columns: bool,
    /// Write the rows that are refused to this file, with the reasons beside them; mended, it can be imported as it is.
    #[arg(long, value_name = "FILE")]
    refused: Option<PathBuf>,
}

/// What becomes of the valid rows when others are refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Mode {
    /// Nothing is stored unless every row is valid.
    AllOrNothing,
    /// The valid rows are stored.
    AcceptValid,
}

impl From<Mode> for import::Mode {
    fn from(mode: Mode) -> Self {
        match mode {
            Mode::AllOrNothing => Self::AllOrNothing,
            Mode::AcceptValid => Self::AcceptValid,
        }
    }
}

pub(super) async fn run(bench: &Bench<'_>, what: Import) -> anyhow::Result<()> {
    let Import::Dossiers(dossiers) = what;
    let agency = match &dossiers.agency {
        Some(code) => Some(known_agency(bench.database, code).await?),
        None => None,
    };
    let bar = bar();
    let (path, shown, of_one) = (dossiers.file.clone(), bar.clone(), agency.is_some());
    let choices = Choices { ignore_unknown_columns: dossiers.ignore_unknown_columns };
    let opened = tokio::task::spawn_blocking(move || open(&path, &shown, of_one, choices)).await??;
    let (rows, sha256) = opened;
    let order = Order {
        id: ImportId::generate(),
        agency,
        names: None,
        file_name: dossiers.file.file_name().map(|name| name.to_string_lossy().into_owned()),
        sha256,
        header: Some(rows.header()),
        by: Actor::terminal(),
        account: None,
        mode: dossiers.mode.into(),
        dry_run: dossiers.dry_run,
    };
    let shown = bar.clone();
    let progress = move |progress: reform_worker::dossiers::Progress| {
        shown
            .set_message(format!("{} dòng / rows, {} bị từ chối / refused", progress.seen, progress.refused));
    };
    let watch = Watch { cancelled: bench.told.clone(), progress: &progress };
    let ended = import(bench.database, &order, in_chunks(rows), &watch, bench.clock.now()).await;
    bar.finish_and_clear();
    let record = match ended {
        Ok(record) => record,
        Err(ImportError::Cancelled) => bail!("đã dừng, chưa ghi gì / stopped; nothing was stored"),
        Err(ImportError::Database(error)) => return Err(error.into()),
    };
    if let Some(path) = dossiers.refused.as_deref().filter(|_| record.refused > 0) {
        write_refused(bench.database, record.id, path).await?;
    }
    told(&record, &dossiers)
}

/// The file's rows and its SHA-256; reading them moves the bar.
fn open(
    path: &Path,
    bar: &ProgressBar,
    of_one: bool,
    choices: Choices,
) -> anyhow::Result<(DossierFile, String)> {
    let unreadable = || format!("không đọc được {0} / {0} cannot be read", path.display());
    let sha256 = sha256(path).with_context(unreadable)?;
    let file = File::open(path).with_context(unreadable)?;
    bar.set_length(file.metadata().with_context(unreadable)?.len());
    let name = path.to_string_lossy();
    match DossierFile::of(bar.wrap_read(file), &name, of_one, choices) {
        Ok(rows) => Ok((rows, sha256)),
        Err(problems) => {
            bar.finish_and_clear();
            bail!("{}", sentences(&problems));
        }
    }
}

/// What is wrong with a file, on one line.
fn sentences(problems: &[Problem]) -> String {
    let (mut vi, mut en) = (Vec::new(), Vec::new());
    for problem in problems {
        let said = problem.said();
        vi.push(said.0);
        en.push(said.1);
    }
    format!("{} / {}", vi.join(" "), en.join(" "))
}

fn sha256(path: &Path) -> io::Result<String> {
    let mut file = File::open(path)?;
    let (mut hash, mut buffer) = (Sha256::new(), vec![0; 256 * 1024]);
    loop {
        match file.read(&mut buffer)? {
            0 => break,
            read => hash.update(&buffer[..read]),
        }
    }
    let mut text = String::with_capacity(64);
    for byte in hash.finalize() {
        write!(text, "{byte:02x}").ok();
    }
    Ok(text)
}

/// A bar over the file's bytes, where somebody sees it.
fn bar() -> ProgressBar {
    if !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::stderr());
    let style = ProgressStyle::with_template("{bar:40} {percent:>3}% {bytes_per_sec} {elapsed}  {msg}");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}

async fn known_agency(database: &DatabaseConnection, code: &str) -> anyhow::Result<AgencyId> {
    let found = agency::with_code(code).one(database).await?;
    Ok(found.ok_or_else(|| report::no_agency(code))?.id)
}

async fn write_refused(database: &DatabaseConnection, id: ImportId, path: &Path) -> anyhow::Result<()> {
    let unwritable = || format!("không ghi được {0} / {0} cannot be written", path.display());
    let mut file = File::create(path).with_context(unwritable)?;
    let mut pieces = std::pin::pin!(refused_csv(database, id));
    while let Some(piece) = pieces.try_next().await? {
        file.write_all(&piece).with_context(unwritable)?;
    }
    file.sync_all().with_context(unwritable)
}

/// Says what came of it; an error where nothing was stored that should have been.
fn told(record: &import::Model, dossiers: &Dossiers) -> anyhow::Result<()> {
    let import::Model { added, changed, unchanged, refused, .. } = record;
    let tried = if record.dry_run { "thử, không ghi / dry run: " } else { "" };
    say(&format!(
        "{tried}{added} thêm / added, {changed} đổi / changed, {unchanged} không đổi / unchanged, {refused} bị từ chối / \
         refused"
    ))?;
    let id = record.id;
    match record.state {
        State::Done => Ok(()),
        State::Refused => {
            let hint = match &dossiers.refused {
                Some(path) => path.display().to_string(),
                None => "--refused FILE".to_owned(),
            };
            bail!(
                "{refused} dòng bị từ chối nên không ghi gì (lý do: {hint}) / {refused} rows were refused, so nothing was \
                 stored (why: {hint}); import {id}"
            )
        }
        State::Cancelled => bail!("đã dừng, chưa ghi gì / stopped; nothing was stored"),
        _ => {
            let vi = record.error_vi.as_deref().unwrap_or_default();
            let en = record.error_en.as_deref().unwrap_or_default();
            bail!("{vi} / {en}")
        }
    }
}
