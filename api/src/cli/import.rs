//! `import`: files from the terminal.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, IsTerminal, Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, anyhow, bail};
use clap::{Args, Subcommand, ValueEnum};
use entity::import::{self, Kind, State};
use entity::{AgencyId, ImportId, agency, period};
use futures_util::TryStreamExt;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use reform_worker::audit::Actor;
use reform_worker::dossiers::{DossierFile, Watch, import, in_chunks};
use reform_worker::files::{Choices, Problem};
use reform_worker::imports::{ImportError, Order, refused_csv};
use reform_worker::inputs::{self, WhenBroken, read_file};
use sea_orm::DatabaseConnection;
use sha2::{Digest, Sha256};

use super::Bench;
use crate::report::{self, say};

#[derive(Debug, Subcommand)]
pub(super) enum Import {
    /// Import dossiers: new ones are added, changed ones become new versions. Ctrl-C leaves nothing half done.
    Dossiers(Handed),
    /// Import official tables of dossier statistics (forms II.06a and 06), an agency a row.
    Tables(Tables),
    /// Import observations: values of measures.
    Observations(Reported),
    /// Import documents and plans.
    Documents(Reported),
    /// Import public listings.
    Listings(Reported),
    /// Import the state of procedures at agencies: their decisions, and where they are listed.
    Procedures(Reported),
}

/// Official tables.
#[derive(Debug, Args)]
pub(super) struct Tables {
    #[command(flatten)]
    reported: Reported,
    /// What becomes of a table that breaks an identity, or the chain from one period to the next.
    #[arg(long, value_enum, default_value = "refuse")]
    when_broken: Broken,
}

/// A file of what was reported for a period.
#[derive(Debug, Args)]
pub(super) struct Reported {
    #[command(flatten)]
    handed: Handed,
    /// The period that the rows are about, for instance 2025-H1.
    #[arg(long, value_name = "CODE")]
    period: String,
}

/// What becomes of a table that breaks an identity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Broken {
    /// It is refused.
    Refuse,
    /// It is stored with the identities that it breaks, which show wherever its numbers are used.
    Flag,
}

impl From<Broken> for WhenBroken {
    fn from(broken: Broken) -> Self {
        match broken {
            Broken::Refuse => Self::Refuse,
            Broken::Flag => Self::Flag,
        }
    }
}

/// A file that is handed in.
#[derive(Debug, Args)]
pub(super) struct Handed {
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
    match what {
        Import::Dossiers(handed) => dossiers(bench, handed).await,
        Import::Tables(Tables { reported, when_broken }) => {
            inputs(bench, Kind::DossierTables, reported, when_broken.into()).await
        }
        Import::Observations(reported) => {
            inputs(bench, Kind::Observations, reported, WhenBroken::Refuse).await
        }
        Import::Documents(reported) => inputs(bench, Kind::Documents, reported, WhenBroken::Refuse).await,
        Import::Listings(reported) => inputs(bench, Kind::Listings, reported, WhenBroken::Refuse).await,
        Import::Procedures(reported) => inputs(bench, Kind::Procedures, reported, WhenBroken::Refuse).await,
    }
}

async fn dossiers(bench: &Bench<'_>, handed: Handed) -> anyhow::Result<()> {
    let order = handed.order(bench.database, Kind::Dossiers).await?;
    let bar = bar();
    let (path, shown, of_one) = (handed.file.clone(), bar.clone(), order.agency.is_some());
    let choices = handed.choices();
    let opened = tokio::task::spawn_blocking(move || open(&path, &shown, of_one, choices)).await??;
    let (rows, sha256) = opened;
    let order = Order { sha256, header: Some(rows.header()), ..order };
    let shown = bar.clone();
    let progress = move |progress: reform_worker::imports::Progress| {
        shown
            .set_message(format!("{} dòng / rows, {} bị từ chối / refused", progress.seen, progress.refused));
    };
    let watch = Watch { cancelled: bench.told.clone(), progress: &progress };
    let ended = import(bench.database, &order, in_chunks(rows), &watch, bench.clock).await;
    bar.finish_and_clear();
    handed.ended(bench.database, ended).await
}

async fn inputs(
    bench: &Bench<'_>,
    kind: Kind,
    Reported { handed, period }: Reported,
    when_broken: WhenBroken,
) -> anyhow::Result<()> {
    let found = period::with_code(&period).one(bench.database).await?;
    let Some(period) = found else { bail!("không có kỳ {period} / there is no period {period}") };
    let order = handed.order(bench.database, kind).await?;
    let (path, of_one, columns) = (handed.file.clone(), order.agency.is_some(), handed.choices());
    let read = move || -> anyhow::Result<_> {
        let unreadable = || format!("không đọc được {0} / {0} cannot be read", path.display());
        let sha256 = sha256(&path).with_context(unreadable)?;
        let file = File::open(&path).with_context(unreadable)?;
        let read = read_file(kind, file, &path.to_string_lossy(), of_one, columns);
        let (header, rows) = read.map_err(|problems| anyhow!("{}", sentences(&problems)))?;
        Ok((sha256, header, rows))
    };
    let (sha256, header, rows) = tokio::task::spawn_blocking(read).await??;
    let order = Order { sha256, header: Some(header), period: Some(period.id), ..order };
    let choices = inputs::Choices { when_broken, may_verify: true };
    let ended = inputs::import(bench.database, &order, choices, rows, &bench.told.clone(), bench.clock).await;
    handed.ended(bench.database, ended).await
}

impl Handed {
    fn choices(&self) -> Choices {
        Choices { ignore_unknown_columns: self.ignore_unknown_columns }
    }

    /// What is to be imported, but for what the file itself tells.
    async fn order(&self, database: &DatabaseConnection, kind: Kind) -> anyhow::Result<Order> {
        let agency = match &self.agency {
            Some(code) => Some(known_agency(database, code).await?),
            None => None,
        };
        Ok(Order {
            id: ImportId::generate(),
            kind,
            period: None,
            agency,
            names: None,
            file_name: self.file.file_name().map(|name| name.to_string_lossy().into_owned()),
            sha256: String::new(),
            header: None,
            by: Actor::terminal(),
            account: None,
            mode: self.mode.into(),
            dry_run: self.dry_run,
        })
    }

    /// Says what came of it, and writes what was refused.
    async fn ended(
        &self,
        database: &DatabaseConnection,
        ended: Result<import::Model, ImportError>,
    ) -> anyhow::Result<()> {
        let record = match ended {
            Ok(record) => record,
            Err(ImportError::Cancelled) => bail!("đã dừng, chưa ghi gì / stopped; nothing was stored"),
            Err(ImportError::Database(error)) => return Err(error.into()),
        };
        if let Some(path) = self.refused.as_deref().filter(|_| record.refused > 0) {
            write_refused(database, &record, path).await?;
        }
        told(&record, self.refused.as_deref())
    }
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

/// A bar, where somebody sees it.
pub(super) fn bar() -> ProgressBar {
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

async fn write_refused(
    database: &DatabaseConnection,
    record: &import::Model,
    path: &Path,
) -> anyhow::Result<()> {
    let unwritable = || format!("không ghi được {0} / {0} cannot be written", path.display());
    let mut file = File::create(path).with_context(unwritable)?;
    let mut pieces = std::pin::pin!(refused_csv(database, record));
    while let Some(piece) = pieces.try_next().await? {
        file.write_all(&piece).with_context(unwritable)?;
    }
    file.sync_all().with_context(unwritable)
}

/// Says what came of it; an error where nothing was stored that should have been.
fn told(record: &import::Model, written: Option<&Path>) -> anyhow::Result<()> {
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
            let hint = match written {
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
