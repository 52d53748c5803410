//! `criteria`: sets checked and taken away at the terminal.

use std::io::Read;
use std::path::PathBuf;

use anyhow::{Context, bail};
use clap::Subcommand;
use entity::criteria_set;
use reform_worker::criteria::{Format, LARGEST_FILE, check, load_measures, table_csv, units};
use scoring::{CriteriaSetDocument, Language};
use sea_orm::DatabaseConnection;

#[derive(Debug, Subcommand)]
pub(super) enum Criteria {
    /// Check a criteria set against the catalogue of measures; print its fingerprint, or everything that is wrong.
    Check {
        /// A .yaml, .json, .csv or .xlsx file.
        file: PathBuf,
    },
    /// Print a stored criteria set: as canonical JSON, or as a table.
    Export {
        /// The set's code.
        code: String,
        /// Its version; the newest when not given.
        #[arg(long)]
        version: Option<i32>,
        /// Print it as a CSV table, one row a criterion.
        #[arg(long)]
        table: bool,
    },
    /// Print the JSON Schema of a criteria set.
    Schema,
}

pub(super) async fn criteria(database: &DatabaseConnection, criteria: Criteria) -> anyhow::Result<()> {
    match criteria {
        Criteria::Check { file } => check_file(database, &file).await,
        Criteria::Export { code, version, table } => export(database, &code, version, table).await,
        Criteria::Schema => {
            print!("{}", scoring::CRITERIA_SET_SCHEMA);
            Ok(())
        }
    }
}

async fn check_file(database: &DatabaseConnection, file: &std::path::Path) -> anyhow::Result<()> {
    let format = file.to_str().and_then(Format::of_file);
    let format = format.context(
        "tệp phải là .yaml, .json, .csv hoặc .xlsx / the file must be .yaml, .json, .csv or .xlsx",
    )?;
    let bytes = beginning(file)
        .with_context(|| format!("không đọc được {0} / {0} cannot be read", file.display()))?;
    let catalogue = units(&load_measures(database).await?);
    match check(&bytes, format, &catalogue) {
        Ok(set) => {
            let CriteriaSetDocument { code, version, .. } = set.document();
            println!("{code} {version} {}", set.fingerprint());
            Ok(())
        }
        Err(problems) => {
            for problem in &problems {
                println!("{}\n  {}", problem.said(Language::Vietnamese), problem.said(Language::English));
            }
            bail!("{0} lỗi trong {1} / {0} problem(s) in {1}", problems.len(), file.display());
        }
    }
}

/// A file, or of one that is too large so much that it is seen to be.
fn beginning(file: &std::path::Path) -> std::io::Result<Vec<u8>> {
    let most = u64::try_from(LARGEST_FILE).unwrap_or(u64::MAX);
    let mut bytes = Vec::new();
    std::fs::File::open(file)?.take(most + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

async fn export(
    database: &DatabaseConnection,
    code: &str,
    version: Option<i32>,
    table: bool,
) -> anyhow::Result<()> {
    let versions = match version {
        Some(version) => criteria_set::with_version(code, version),
        None => criteria_set::with_code(code),
    };
    let set = versions.one(database).await?;
    let set =
        set.with_context(|| format!("không có bộ tiêu chí `{code}` / there is no such criteria set"))?;
    if table {
        let document: CriteriaSetDocument = serde_json::from_str(&set.document)?;
        print!("{}", table_csv(&document));
    } else {
        print!("{}", set.document);
    }
    Ok(())
}
